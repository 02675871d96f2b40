"""The file format of tables of address intervals, which give the value and the prefix of an IPv4 or IPv6 address.

The file is opened by ``mmap`` and searched in place, so opening reads nothing and processes share the memory.
All numbers are little-endian, sections begin on 8 bytes:

    header     magic, format version, sizes, CRC-32 of header and metadata, SHA-256 of everything
    sections   (offset, length) of each of ``SECTIONS``
    metadata   JSON (``Metadata``), readable without the sections
    v4.index   for each /16 the number of intervals that start before it, and their total
    v4.start   first address of each interval, ascending; the first is 0.0.0.0, each ends where the next begins
    v4.code    for each interval ``number << 8 | prefix length``; 0 where nothing is known. With n texts in value.*, the
               numbers 1 to n are of these, and n + 1 + v is the value (v,), a lone number
    v6.*       the same with the upper 64 bits of the start; the lower ones are separate for the few intervals, named by
               their places in v6.odd, where they are not zero; the index is of the /20s of 2000::/4
    value.*    each other value once, as text; label.* a text for some numbers (the names of networks)

A prefix length of 255 marks an interval that was given by its ends and is no prefix.
"""

from __future__ import annotations

import hashlib
import struct
import sys
import zlib
from array import array
from typing import Literal

import msgspec

from hostaudit.errors import DocumentError

Value = tuple[int | str, ...]
"""The value of an interval: integers from 0 to 2**64 - 1 and texts without NUL."""

FORMAT = 1
MOST_METADATA = 64 * 1024
MOST_TEXTS = 2**22
"""The limit of different values that are not a lone number below ``MOST_LONE``."""

MOST_LONE = 2**24 - MOST_TEXTS - 2

MAGIC = b"\x89HAT\r\n\x1a\n"
"""The high bit, the line ends and the Ctrl-Z reveal a file that was transferred as text, as in PNG."""

HEADER = struct.Struct("<8sHHIIQ32s")  # magic, version, sections, CRC-32, bytes of metadata, bytes of file, SHA-256
CRC_AT, SHA_AT = 12, 28
PLACE = struct.Struct("<QQ")
FORMAT_OF: dict[str, Literal["B", "I", "Q"]] = {
    "v4.index": "I",
    "v4.start": "I",
    "v4.code": "I",
    "v6.index": "I",
    "v6.upper": "Q",
    "v6.code": "I",
    "v6.odd": "I",
    "v6.lower": "Q",
    "value.end": "I",
    "value.text": "B",
    "label.number": "I",
    "label.end": "I",
    "label.text": "B",
}
SECTIONS = tuple(FORMAT_OF)
FIXED = HEADER.size + len(SECTIONS) * PLACE.size

WIDTH = {4: 32, 6: 128}
LOWER = 2**64 - 1
SLOTS = 65536
RANGE = 255
V6_FIRST, V6_SHIFT = 0x20000, 44
"""Offset and shift from the upper 64 bits of an IPv6 address to its index slot, the /20 in 2000::/4. All routed
addresses lie there."""


class Metadata(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The metadata of a table. ``kind`` separates tables of different use; ``date`` is that of the data.

    The counts of rows are those of the input, the counts of intervals those of the table.
    """

    kind: str
    title: str
    source: str
    licence: str
    date: str
    notes: dict[str, str] = {}
    rows_v4: int = 0
    rows_v6: int = 0
    intervals_v4: int = 0
    intervals_v6: int = 0
    values: int = 0
    labels: int = 0


def opened(data: memoryview, name: str, size: int | None = None) -> tuple[Metadata, list[tuple[int, int]]]:
    """Metadata and places of the sections, of a file that is ``size`` bytes long."""
    if len(data) < 8 or bytes(data[:8]) != MAGIC:
        raise unfit(name, "it is not one of hostaudit's tables")
    if len(data) < FIXED:
        raise unfit(name, "it is cut short")
    _, version, count, crc, length, stated, _ = HEADER.unpack_from(data)
    if version != FORMAT:
        raise unfit(name, f"it has format {version}, this hostaudit reads {FORMAT}")
    if stated != (len(data) if size is None else size):
        raise unfit(name, "it is cut short or has grown")
    if count != len(SECTIONS) or length > MOST_METADATA or FIXED + length > len(data):
        raise unfit(name, "its header is damaged")
    if crc != crc32(data[: FIXED + length]):
        raise unfit(name, "its header is damaged")
    try:
        metadata = msgspec.json.decode(data[FIXED : FIXED + length], type=Metadata)
    except msgspec.DecodeError as error:
        raise unfit(name, f"its metadata cannot be read: {error}") from None
    places = [PLACE.unpack_from(data, HEADER.size + each * PLACE.size) for each in range(count)]
    return metadata, places


def assembled(metadata: Metadata, sections: tuple[array[int] | bytes, ...]) -> bytes:
    """The file: the sections in the order of ``SECTIONS``. Raises ``ValueError`` if the metadata are too long."""
    described = msgspec.json.encode(metadata)
    if len(described) > MOST_METADATA:
        raise ValueError("the metadata are too long")
    body = bytearray(described)
    places = b""
    for section in sections:
        body += bytes(-(FIXED + len(body)) % 8)
        start = len(body)
        if isinstance(section, array) and sys.byteorder == "big":
            section = section[:]
            section.byteswap()
        body += section if isinstance(section, bytes) else section.tobytes()
        places += PLACE.pack(FIXED + start, len(body) - start)
    header = HEADER.pack(MAGIC, FORMAT, len(SECTIONS), 0, len(described), FIXED + len(body), bytes(32))
    data = bytearray(header + places) + body
    struct.pack_into("<I", data, CRC_AT, crc32(memoryview(data)[: FIXED + len(described)]))
    data[SHA_AT : SHA_AT + 32] = sha256(memoryview(data))
    return bytes(data)


def digest(head: bytes | memoryview) -> str:
    """The checksum that a file states, from its first bytes. Raises ``DocumentError`` if they begin no table."""
    if len(head) < FIXED or bytes(head[:8]) != MAGIC:
        raise unfit("the file", "it is not one of hostaudit's tables")
    return bytes(head[SHA_AT : SHA_AT + 32]).hex()


def crc32(head: memoryview) -> int:
    """The CRC-32 of header and metadata, computed as if the checksums in it were zero."""
    blank = bytearray(head)
    blank[CRC_AT : CRC_AT + 4] = bytes(4)
    blank[SHA_AT : SHA_AT + 32] = bytes(32)
    return zlib.crc32(blank)


def sha256(data: memoryview) -> bytes:
    """The SHA-256 of the whole file, computed as if the field of this checksum were zero."""
    digest = hashlib.sha256(data[:SHA_AT])
    digest.update(bytes(32))
    digest.update(data[SHA_AT + 32 :])
    return digest.digest()


def unfit(name: str, reason: str) -> DocumentError:
    """The error to raise for a file that cannot be used."""
    return DocumentError(
        f"{name} cannot be used as a table: {reason}", "make it again with: hostaudit data update, or delete it"
    )


def encode(value: Value) -> str:
    """A value as text, for ``decode``."""
    return "\0".join(f"#{item}" if isinstance(item, int) else f"'{item}" for item in value)


def decode(text: str) -> Value | None:
    """The value of an encoded text; None if the text is not valid."""
    items: list[int | str] = []
    for word in text.split("\0"):
        kind, rest = word[:1], word[1:]
        if kind == "'":
            items.append(rest)
        elif kind == "#" and rest.isascii() and rest.isdigit() and len(rest) <= 20:
            items.append(int(rest))
        else:
            return None
    return tuple(items)
