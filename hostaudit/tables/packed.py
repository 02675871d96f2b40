"""Tables of address intervals in one file: which value holds for an IPv4 or IPv6 address, and in which prefix?

The file is opened by ``mmap`` and searched where it lies, so opening costs no reading and processes share the memory.
All numbers are little-endian, sections begin on 8 bytes:

    header     magic, format version, sizes, CRC-32 of header and metadata, SHA-256 of everything
    sections   (offset, length) of each of ``SECTIONS``
    metadata   JSON (``Metadata``), readable alone
    v4.index   for each /16 the number of intervals that start before it, and their total
    v4.start   first address of each interval, ascending; the first is 0.0.0.0, each ends where the next begins
    v4.code    for each interval ``number << 8 | prefix length``; 0 where nothing is known. A number up to the count of
               texts in value.* is that of a text; what is above it is the value itself, a lone number, plus one
    v6.*       the same with the upper 64 bits of the start; the lower ones stand apart for the few intervals, named by
               their places in v6.odd, where they are not zero; the index is of the /20s of 2000::/4
    value.*    each other value once, as text; label.* a text for some numbers (the names of networks)

A prefix length of 255 marks an interval that was given by its ends and is no prefix.
"""

from __future__ import annotations

import hashlib
import heapq
import mmap
import struct
import sys
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path
from socket import AF_INET, AF_INET6, inet_pton
from typing import Literal, NamedTuple

import msgspec

from hostaudit.errors import DocumentError

Value = tuple[int | str, ...]
"""What holds for an interval: integers from 0 to 2**64 - 1 and texts without NUL."""

FORMAT = 1
MOST_METADATA = 64 * 1024
MOST_TEXTS = 2**22
"""Different values that are not a lone number below ``MOST_LONE``."""

MOST_LONE = 2**24 - MOST_TEXTS - 2

_MAGIC = b"\x89HAT\r\n\x1a\n"
"""The high bit, the line ends and the Ctrl-Z show a file that was carried as text, as in PNG."""

_HEADER = struct.Struct("<8sHHIIQ32s")  # magic, version, sections, CRC-32, bytes of metadata, bytes of file, SHA-256
_CRC_AT, _SHA_AT = 12, 28
_UNPACK4, _UNPACK6 = struct.Struct(">I").unpack, struct.Struct(">QQ").unpack
_AF_INET, _AF_INET6 = int(AF_INET), int(AF_INET6)  # plain numbers pass into inet_pton quicker
_PLACE = struct.Struct("<QQ")
_FORMAT_OF: dict[str, Literal["B", "I", "Q"]] = {
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
SECTIONS = tuple(_FORMAT_OF)
_FIXED = _HEADER.size + len(SECTIONS) * _PLACE.size

_WIDTH = {4: 32, 6: 128}
_LOWER = 2**64 - 1
_SLOTS = 65536
_RANGE = 255
_MOST_CACHED = 16_384
_V6_FIRST, _V6_SHIFT = 0x20000, 44
"""Upper 64 bits of an IPv6 address to its slot of the index: the /20 within 2000::/4, where all that is routed lies."""


class Metadata(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a table says of itself. ``kind`` tells tables of different use apart; ``date`` is that of the data.

    The counts of rows are of what was put in, those of intervals of what is kept.
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


class Found(NamedTuple):
    """The most specific prefix that the table knows around an address, and what holds for it."""

    prefix: str
    value: Value


class Table:
    """A table, open for look-ups; safe to share between threads.

    What is in the file is trusted as far as its shape: ``verify`` compares the checksum, once, when a file arrives.
    A damaged file that was not verified gives ``DocumentError`` or the answers it was damaged to, nothing else.
    """

    def __init__(self, data: bytes | mmap.mmap, name: str = "table") -> None:
        """Open a table in memory. Raises ``DocumentError`` if it is torn, foreign or of another version."""
        self.name = name
        self._data = memoryview(data)
        self.metadata, places = _opened(self._data, name)
        views = {section: self._view(section, *place) for section, place in zip(SECTIONS, places, strict=True)}
        self._index4, self._start4, self._code4 = views["v4.index"], views["v4.start"], views["v4.code"]
        self._index6, self._upper6, self._code6 = views["v6.index"], views["v6.upper"], views["v6.code"]
        self._odd6, self._lower6 = views["v6.odd"], views["v6.lower"]
        self._value_end, self._value_text = views["value.end"], views["value.text"]
        self._label_number, self._label_end = views["label.number"], views["label.end"]
        self._label_text = views["label.text"]
        self._check_shape()
        self._texts = len(self._value_end)
        self._values: dict[int, Value] = {}

    @classmethod
    def open(cls, path: Path, kind: str | None = None) -> Table:
        """Open a file. Raises ``DocumentError`` if it cannot be read, is no table, or not of ``kind``."""
        try:
            with path.open("rb") as stream:
                data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        except OSError as error:
            raise _unfit(str(path), error.strerror or str(error)) from None
        except ValueError:
            raise _unfit(str(path), "it is empty") from None
        table = cls(data, str(path))
        if kind is not None and table.metadata.kind != kind:
            raise _unfit(table.name, f"it holds {table.metadata.kind[:40]!r}, not {kind!r}")
        return table

    @property
    def digest(self) -> str:
        """The checksum that the file states: 64 hexadecimal digits that stand for its whole content."""
        return digest(self._data)

    def verify(self) -> None:
        """Compare the checksum over the whole file. Raises ``DocumentError`` if a single bit differs."""
        if _sha256(self._data).hex() != self.digest:
            raise _unfit(self.name, "its checksum does not match")

    def get(self, address: str) -> Value | None:
        """What holds for an address; None if nothing is known. Raises ``ValueError`` if it is no IP address."""
        try:
            if ":" in address:
                number = self._code6[self._slot6(*_UNPACK6(inet_pton(_AF_INET6, address)))] >> 8
            else:
                (number,) = _UNPACK4(inet_pton(_AF_INET, address))
                index, slot = self._index4, number >> 16
                number = self._code4[bisect_right(self._start4, number, index[slot], index[slot + 1]) - 1] >> 8
        except IndexError:
            raise _unfit(self.name, "it is damaged") from None
        except (OSError, ValueError):
            raise ValueError(f"{address[:60]!r} is not an IP address") from None
        if number > self._texts:
            return (number - self._texts - 1,)
        return self._values.get(number) or self._decoded(number)

    def find(self, address: str) -> Found | None:
        """As ``get``, with the prefix.

        For an interval that was given by its ends the prefix is the widest one around the address within it.
        """
        value = self.get(address)
        if value is None:
            return None
        parsed = ip_address(address)
        number = int(parsed)
        length = self._length(parsed.version, number)
        host = parsed.max_prefixlen - length
        if host < 0:
            raise _unfit(self.name, "it is damaged")
        return Found(f"{type(parsed)(number >> host << host)}/{length}", value)

    def label(self, number: int) -> str:
        """The text for a number; empty if there is none."""
        if not 0 <= number < 2**32:
            return ""
        place = bisect_left(self._label_number, number)
        if place == len(self._label_number) or self._label_number[place] != number:
            return ""
        return self._text(self._label_end, self._label_text, place)

    def intervals(self, version: int) -> Iterator[tuple[int, int, Value]]:
        """(first address, last address, value) of all that is known, in ascending order, as numbers."""
        code = self._code4 if version == 4 else self._code6
        last = len(code) - 1
        for place, each in enumerate(code):
            if each:
                value = self._decoded(each >> 8)
                end = 1 << _WIDTH[version] if place == last else self._start(version, place + 1)
                if value is not None:
                    yield self._start(version, place), end - 1, value

    # -- where an address lies --------------------------------------------------------------------

    def _slot4(self, number: int) -> int:
        slot = number >> 16
        return bisect_right(self._start4, number, self._index4[slot], self._index4[slot + 1]) - 1

    def _slot6(self, upper: int, lower: int) -> int:
        slot = (upper >> _V6_SHIFT) - _V6_FIRST
        if 0 <= slot < _SLOTS:
            index = self._index6
            place = bisect_right(self._upper6, upper, index[slot], index[slot + 1]) - 1
        else:
            place = bisect_right(self._upper6, upper) - 1
        if self._upper6[place] == upper and self._odd6:
            beyond = bisect_right(self._odd6, place)
            if beyond and self._odd6[beyond - 1] == place:
                # One or more intervals begin within this /64; step back over those that begin behind the address.
                first = bisect_left(self._odd6, bisect_left(self._upper6, upper, 0, place), 0, beyond)
                place -= beyond - bisect_right(self._lower6, lower, first, beyond)
        return place

    def _length(self, version: int, number: int) -> int:
        place = self._slot4(number) if version == 4 else self._slot6(number >> 64, number & _LOWER)
        code = self._code4 if version == 4 else self._code6
        length = code[place] & 0xFF
        if length != _RANGE:
            return length
        width = _WIDTH[version]
        end = self._start(version, place + 1) if place + 1 < len(code) else 1 << width
        return _widest(number, self._start(version, place), end - 1, width)

    def _start(self, version: int, place: int) -> int:
        if version == 4:
            return self._start4[place]
        odd = bisect_left(self._odd6, place)
        within = odd < len(self._odd6) and self._odd6[odd] == place
        return self._upper6[place] << 64 | (self._lower6[odd] if within else 0)

    # -- what lies there --------------------------------------------------------------------------

    def _decoded(self, number: int) -> Value | None:
        if not number:
            return None
        if number > self._texts:
            return (number - self._texts - 1,)
        value = _decode(self._text(self._value_end, self._value_text, number - 1))
        if value is None:
            raise _unfit(self.name, "it is damaged")
        if len(self._values) >= _MOST_CACHED:
            self._values.clear()
        self._values[number] = value
        return value

    def _text(self, ends: memoryview, text: memoryview, place: int) -> str:
        begin = ends[place - 1] if place else 0
        try:
            return str(text[begin : ends[place]], "utf-8")
        except UnicodeDecodeError:
            raise _unfit(self.name, "it is damaged") from None

    # -- opening ----------------------------------------------------------------------------------

    def _view(self, section: str, offset: int, length: int) -> memoryview:
        form = _FORMAT_OF[section]
        size = struct.calcsize(form)
        if offset % 8 or length % size or offset < _FIXED or offset + length > len(self._data):
            raise _unfit(self.name, f"section {section} is out of place")
        if not length:
            return memoryview(array(form))
        view = self._data[offset : offset + length].cast(form)
        if sys.byteorder == "little" or size == 1:
            return view
        swapped = array(form, view.tobytes())
        swapped.byteswap()
        return memoryview(swapped)

    def _check_shape(self) -> None:
        fits = (
            len(self._index4) == len(self._index6) == _SLOTS + 1
            and len(self._start4) == len(self._code4) > 0
            and len(self._upper6) == len(self._code6) > 0
            and len(self._odd6) == len(self._lower6)
            and self._start4[0] == self._upper6[0] == 0
            and len(self._label_number) == len(self._label_end)
            and (self._value_end[-1] if self._value_end else 0) == len(self._value_text)
            and (self._label_end[-1] if self._label_end else 0) == len(self._label_text)
        )
        if not fits:
            raise _unfit(self.name, "its sections do not fit together")


class Builder:
    """Rows in any order to a table.

    Where rows overlap the smallest interval wins. Rows for the very same addresses are joined by ``merge``, which
    must not depend on order; unless given, it keeps every different item, numbers first, in ascending order.
    """

    def __init__(self, merge: Callable[[Iterable[Value]], Value] | None = None) -> None:
        self._merge = merge or union
        self._rows: dict[int, list[tuple[int, int, int, int]]] = {4: [], 6: []}
        self._given = {4: 0, 6: 0}
        self._values: list[Value] = []
        self._number: dict[Value, int] = {}
        self._labels: dict[int, str] = {}

    def add(self, version: int, first: int, last: int, value: Value) -> None:
        """Say what holds from ``first`` to ``last``, both included, of IP version 4 or 6.

        Raises ``ValueError`` for ends that are no addresses or the wrong way round, and for a value that is none.
        """
        width = _WIDTH[version]
        if not 0 <= first <= last < 1 << width:
            raise ValueError("the interval does not run from a lower to a higher address")
        self._rows[version].append((first, last, self._numbered(value), _length(first, last, width)))
        self._given[version] += 1

    def add_network(self, network: IPv4Network | IPv6Network, value: Value) -> None:
        """Say what holds for a prefix."""
        self.add(network.version, int(network.network_address), int(network.broadcast_address), value)

    def leave_out(self, network: IPv4Network | IPv6Network) -> None:
        """Know nothing about a prefix, whatever other rows say."""
        first, last = int(network.network_address), int(network.broadcast_address)
        self._rows[network.version].append((first, last, 0, _RANGE))

    def label(self, number: int, text: str) -> None:
        """Give a number (0 to 2**32 - 1) a text; the last one given stands."""
        if not 0 <= number < 2**32:
            raise ValueError("a label belongs to a number of 32 bits")
        self._labels[number] = text

    def build(self, metadata: Metadata) -> bytes:
        """The file. The same rows and metadata give the same bytes. Counts in ``metadata`` are filled in here."""
        flat4, flat6 = self._flat(4), self._flat(6)
        used = dict.fromkeys(number for flat in (flat4, flat6) for _, number, _ in flat if number)
        values = [self._values[number - 1] for number in used]
        texts = [value for value in values if not _is_lone(value)]
        number_of = {value: number for number, value in enumerate(texts, 1)}
        if len(texts) > MOST_TEXTS:
            raise ValueError(f"more than {MOST_TEXTS} different values")
        codes = {0: 0}
        for number, value in zip(used, values, strict=True):
            lone = value[0] if _is_lone(value) else None
            codes[number] = (len(texts) + 1 + lone if isinstance(lone, int) else number_of[value]) << 8
        code4, code6 = (
            array("I", (codes[number] | length if number else 0 for _, number, length in flat))
            for flat in (flat4, flat6)
        )
        start4 = array("I", (row[0] for row in flat4))
        upper6 = array("Q", (row[0] >> 64 for row in flat6))
        odd6 = array("I", (place for place, row in enumerate(flat6) if row[0] & _LOWER))
        labels = sorted(self._labels.items())
        value_end, value_text = _texts(map(_encode, texts))
        label_end, label_text = _texts(text for _, text in labels)
        sections: tuple[array[int] | bytes, ...] = (
            _index(start >> 16 for start in start4),
            start4,
            code4,
            _index((upper >> _V6_SHIFT) - _V6_FIRST for upper in upper6),
            upper6,
            code6,
            odd6,
            array("Q", (flat6[place][0] & _LOWER for place in odd6)),
            value_end,
            value_text,
            array("I", (number for number, _ in labels)),
            label_end,
            label_text,
        )
        counted = msgspec.structs.replace(
            metadata,
            rows_v4=self._given[4],
            rows_v6=self._given[6],
            intervals_v4=sum(1 for code in code4 if code),
            intervals_v6=sum(1 for code in code6 if code),
            values=len(values),
            labels=len(labels),
        )
        return _file(counted, sections)

    def _numbered(self, value: Value) -> int:
        number = self._number.get(value)
        if number is None:
            _check(value)
            self._values.append(value)
            number = self._number[value] = len(self._values)
        return number

    def _flat(self, version: int) -> list[tuple[int, int, int]]:
        """(start, number of the value or 0, prefix length) of intervals that cover the whole address space."""
        rows = sorted(self._rows[version])
        end = 1 << _WIDTH[version]
        flat: list[tuple[int, int, int]] = []
        inside: list[tuple[int, int, int, int]] = []  # (size, last, value, length) of the rows around, as a heap
        position = taken = 0
        before: object = None
        while position < end:
            while taken < len(rows) and rows[taken][0] <= position:
                first, last, number, length = rows[taken]
                # What is left out is smaller than any row.
                heapq.heappush(inside, (last - first + 1 if number else 0, last, number, length))
                taken += 1
            while inside and inside[0][1] < position:
                heapq.heappop(inside)
            following = rows[taken][0] if taken < len(rows) else end
            if inside:
                number, length, last, owner = self._innermost(inside, position)
                following = min(following, last + 1)
            else:
                number, length, owner = 0, _RANGE, None
            # Neighbours of one value and one length are told apart by the address; ranges must stay what they are.
            same = bool(flat) and flat[-1][1:] == (number, length) and (number == 0 or length != _RANGE)
            if not same and (owner is None or owner != before):
                flat.append((position, number, length))
            before = owner
            position = following
        return flat

    def _innermost(self, inside: list[tuple[int, int, int, int]], position: int) -> tuple[int, int, int, object]:
        """(value, length, where its claim ends, identity) of the smallest row around a position."""
        size, last, number, length = inside[0]
        if size == 0 or not any(each[0] == size for each in inside[1:3]):
            return number, length, last, inside[0]
        equal = [row for row in inside if row[0] == size and row[1] >= position]
        numbers, ends = {row[2] for row in equal}, {row[1] for row in equal}
        if len(numbers) > 1:
            number = self._numbered(self._merge([self._values[each - 1] for each in sorted(numbers)]))
        # Intervals of one size that overlap in part are no prefixes, or they would be the same one.
        return number, length if len(ends) == 1 else _RANGE, min(ends), (size, number, tuple(sorted(ends)))


def read_metadata(path: Path) -> Metadata:
    """What a file says of itself, without the rest being read. Raises ``DocumentError`` if it is no table."""
    try:
        with path.open("rb") as stream:
            head = stream.read(_FIXED + MOST_METADATA)
            size = stream.seek(0, 2)
    except OSError as error:
        raise _unfit(str(path), error.strerror or str(error)) from None
    return _opened(memoryview(head), str(path), size)[0]


def digest(head: bytes | memoryview) -> str:
    """The checksum that a file states, from its first bytes. Raises ``DocumentError`` if they begin no table."""
    if len(head) < _FIXED or bytes(head[:8]) != _MAGIC:
        raise _unfit("the file", "it is not one of hostaudit's tables")
    return bytes(head[_SHA_AT : _SHA_AT + 32]).hex()


def union(values: Iterable[Value]) -> Value:
    """Every different item of several values: numbers, then texts, each in ascending order."""
    items = {item for value in values for item in value}
    numbers = sorted(item for item in items if isinstance(item, int))
    return (*numbers, *sorted(item for item in items if isinstance(item, str)))


# -- the file -------------------------------------------------------------------------------------


def _opened(data: memoryview, name: str, size: int | None = None) -> tuple[Metadata, list[tuple[int, int]]]:
    """Metadata and places of the sections, of a file that is ``size`` bytes long."""
    if len(data) < 8 or bytes(data[:8]) != _MAGIC:
        raise _unfit(name, "it is not one of hostaudit's tables")
    if len(data) < _FIXED:
        raise _unfit(name, "it is cut short")
    _, version, count, crc, length, stated, _ = _HEADER.unpack_from(data)
    if version != FORMAT:
        raise _unfit(name, f"it has format {version}, this hostaudit reads {FORMAT}")
    if stated != (len(data) if size is None else size):
        raise _unfit(name, "it is cut short or has grown")
    if count != len(SECTIONS) or length > MOST_METADATA or _FIXED + length > len(data):
        raise _unfit(name, "its header is damaged")
    if crc != _crc32(data[: _FIXED + length]):
        raise _unfit(name, "its header is damaged")
    try:
        metadata = msgspec.json.decode(data[_FIXED : _FIXED + length], type=Metadata)
    except msgspec.DecodeError as error:
        raise _unfit(name, f"its metadata cannot be read: {error}") from None
    places = [_PLACE.unpack_from(data, _HEADER.size + each * _PLACE.size) for each in range(count)]
    return metadata, places


def _index(slots: Iterable[int]) -> array[int]:
    """For each slot, and for the end, how many of the ascending ``slots`` lie before it."""
    index = array("I")
    seen = 0
    for slot in slots:
        if slot >= _SLOTS:
            break
        index.extend(array("I", [seen]) * (slot + 1 - len(index)))
        seen += 1
    index.extend(array("I", [seen]) * (_SLOTS + 1 - len(index)))
    return index


def _file(metadata: Metadata, sections: tuple[array[int] | bytes, ...]) -> bytes:
    described = msgspec.json.encode(metadata)
    if len(described) > MOST_METADATA:
        raise ValueError("the metadata are too long")
    body = bytearray(described)
    places = b""
    for section in sections:
        body += bytes(-(_FIXED + len(body)) % 8)
        start = len(body)
        if isinstance(section, array) and sys.byteorder == "big":
            section = section[:]
            section.byteswap()
        body += section if isinstance(section, bytes) else section.tobytes()
        places += _PLACE.pack(_FIXED + start, len(body) - start)
    header = _HEADER.pack(_MAGIC, FORMAT, len(SECTIONS), 0, len(described), _FIXED + len(body), bytes(32))
    data = bytearray(header + places) + body
    struct.pack_into("<I", data, _CRC_AT, _crc32(memoryview(data)[: _FIXED + len(described)]))
    data[_SHA_AT : _SHA_AT + 32] = _sha256(memoryview(data))
    return bytes(data)


def _crc32(head: memoryview) -> int:
    """Of the header and metadata, as if the checksums in it were zero."""
    blank = bytearray(head)
    blank[_CRC_AT : _CRC_AT + 4] = bytes(4)
    blank[_SHA_AT : _SHA_AT + 32] = bytes(32)
    return zlib.crc32(blank)


def _sha256(data: memoryview) -> bytes:
    """Of the whole file, as if the place of this sum were zero."""
    digest = hashlib.sha256(data[:_SHA_AT])
    digest.update(bytes(32))
    digest.update(data[_SHA_AT + 32 :])
    return digest.digest()


def _unfit(name: str, reason: str) -> DocumentError:
    return DocumentError(
        f"{name} cannot be used as a table: {reason}", "make it again with: hostaudit data build FILE, or delete it"
    )


# -- values and prefixes --------------------------------------------------------------------------


def _check(value: Value) -> None:
    for item in value:
        if not (0 <= item < 2**64 if type(item) is int else isinstance(item, str) and "\0" not in item):
            raise ValueError(f"{item!r} cannot stand in a table")
    if not value:
        raise ValueError("an empty value cannot stand in a table")


def _is_lone(value: Value) -> bool:
    return len(value) == 1 and isinstance(value[0], int) and value[0] <= MOST_LONE


def _encode(value: Value) -> str:
    return "\0".join(f"#{item}" if isinstance(item, int) else f"'{item}" for item in value)


def _decode(text: str) -> Value | None:
    """The value behind a text; None if it is none."""
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


def _texts(texts: Iterable[str]) -> tuple[array[int], bytes]:
    """Where each text ends, and all of them in a row."""
    ends = array("I")
    joined = bytearray()
    for text in texts:
        joined += text.encode("utf-8")
        ends.append(len(joined))
    return ends, bytes(joined)


def _length(first: int, last: int, width: int) -> int:
    """The prefix length of an interval; 255 if it is no prefix."""
    size = last - first + 1
    return width + 1 - size.bit_length() if size & (size - 1) == 0 and first % size == 0 else _RANGE


def _widest(number: int, first: int, last: int, width: int) -> int:
    """The length of the widest prefix around a number that lies between two others."""
    length = width
    while length:
        step = 1 << (width - length + 1)
        lowest = number // step * step
        if lowest < first or lowest + step - 1 > last:
            break
        length -= 1
    return length
