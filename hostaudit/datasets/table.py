"""Look-ups in a table of address intervals: the value and the prefix of an address. See ``table_format``."""

from __future__ import annotations

import mmap
import os
import struct
import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from socket import AF_INET, AF_INET6, inet_pton
from typing import NamedTuple

from hostaudit.datasets.table_format import (
    FIXED,
    FORMAT_OF,
    LOWER,
    MOST_METADATA,
    RANGE,
    SECTIONS,
    SLOTS,
    V6_FIRST,
    V6_SHIFT,
    WIDTH,
    Metadata,
    Value,
    decode,
    digest,
    opened,
    sha256,
    unfit,
)
from hostaudit.files import beside_the_code, open_own

__all__ = ["Found", "Metadata", "Table", "Value", "digest", "read_metadata"]

_UNPACK4, _UNPACK6 = struct.Struct(">I").unpack, struct.Struct(">QQ").unpack
_AF_INET, _AF_INET6 = int(AF_INET), int(AF_INET6)  # plain numbers are passed to inet_pton faster
_MOST_CACHED = 16_384
_VERIFIED: set[tuple[int, int, int, int]] = set()
"""Device, inode, time of change and size of the files whose checksum was right."""


class Found(NamedTuple):
    """The most specific prefix in the table that contains an address, and its value."""

    prefix: str
    value: Value


class Table:
    """An open table; safe to share between threads.

    The constructor checks only the layout; ``verify`` compares the checksum, ``open`` does so too. A damaged table that
    was not verified gives ``DocumentError`` or wrong values; nothing worse can happen.
    """

    def __init__(self, data: bytes | mmap.mmap, name: str = "table") -> None:
        """Open a table in memory. Raises ``DocumentError`` if it is torn, foreign or of another version."""
        self.name = name
        self._data = memoryview(data)
        self.metadata, places = opened(self._data, name)
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
        """Open a file. Raises ``DocumentError`` if it cannot be read, is no table, or not of ``kind``.

        A file beside the installed code is trusted as that is. Any other must belong to this user, is reached by no
        link, and its checksum is reckoned anew, once in a process for each state of the file.
        """
        shipped = beside_the_code(path)
        try:
            with os.fdopen(os.open(path, os.O_RDONLY) if shipped else open_own(path), "rb") as stream:
                data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
                found = os.fstat(stream.fileno())
        except OSError as error:
            raise unfit(str(path), error.strerror or str(error)) from None
        except ValueError:
            raise unfit(str(path), "it is empty") from None
        table = cls(data, str(path))
        state = (found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size)
        if not shipped and state not in _VERIFIED:
            table.verify()
            _VERIFIED.add(state)
        if kind is not None and table.metadata.kind != kind:
            raise unfit(table.name, f"it holds {table.metadata.kind[:40]!r}, not {kind!r}")
        return table

    @property
    def digest(self) -> str:
        """The checksum that the file states for its whole content: 64 hexadecimal digits."""
        return digest(self._data)

    def verify(self) -> None:
        """Compare the checksum over the whole file. Raises ``DocumentError`` if a single bit differs."""
        if sha256(self._data).hex() != self.digest:
            raise unfit(self.name, "its checksum does not match")

    def get(self, address: str) -> Value | None:
        """The value of an address; None if nothing is known. Raises ``ValueError`` if it is no IP address."""
        try:
            if ":" in address:
                number = self._code6[self._slot6(*_UNPACK6(inet_pton(_AF_INET6, address)))] >> 8
            else:
                (number,) = _UNPACK4(inet_pton(_AF_INET, address))
                index, slot = self._index4, number >> 16
                number = self._code4[bisect_right(self._start4, number, index[slot], index[slot + 1]) - 1] >> 8
        except IndexError:
            raise unfit(self.name, "it is damaged") from None
        except (OSError, ValueError):
            raise ValueError(f"{address[:60]!r} is not an IP address") from None
        if number > self._texts:
            return (number - self._texts - 1,)
        return self._values.get(number) or self._decoded(number)

    def find(self, address: str) -> Found | None:
        """The value and the prefix of an address; None and ``ValueError`` as in ``get``.

        For an interval that was given by its ends, the prefix is the widest one in it that contains the address.
        """
        value = self.get(address)
        if value is None:
            return None
        parsed = ip_address(address)
        number = int(parsed)
        length = self._length(parsed.version, number)
        host = parsed.max_prefixlen - length
        if host < 0:
            raise unfit(self.name, "it is damaged")
        return Found(f"{type(parsed)(number >> host << host)}/{length}", value)

    def label(self, number: int) -> str:
        """The label of a number; empty if there is none."""
        if not 0 <= number < 2**32:
            return ""
        place = bisect_left(self._label_number, number)
        if place == len(self._label_number) or self._label_number[place] != number:
            return ""
        return self._text(self._label_end, self._label_text, place)

    def intervals(self, version: int) -> Iterator[tuple[int, int, Value]]:
        """(first address, last address, value) of each known interval, in ascending order; addresses as numbers."""
        code = self._code4 if version == 4 else self._code6
        last = len(code) - 1
        for place, each in enumerate(code):
            if each:
                value = self._decoded(each >> 8)
                end = 1 << WIDTH[version] if place == last else self._start(version, place + 1)
                if value is not None:
                    yield self._start(version, place), end - 1, value

    # -- the interval of an address --------------------------------------------------------------------

    def _slot4(self, number: int) -> int:
        slot = number >> 16
        return bisect_right(self._start4, number, self._index4[slot], self._index4[slot + 1]) - 1

    def _slot6(self, upper: int, lower: int) -> int:
        slot = (upper >> V6_SHIFT) - V6_FIRST
        if 0 <= slot < SLOTS:
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
        place = self._slot4(number) if version == 4 else self._slot6(number >> 64, number & LOWER)
        code = self._code4 if version == 4 else self._code6
        length = code[place] & 0xFF
        if length != RANGE:
            return length
        width = WIDTH[version]
        end = self._start(version, place + 1) if place + 1 < len(code) else 1 << width
        return _widest(number, self._start(version, place), end - 1, width)

    def _start(self, version: int, place: int) -> int:
        if version == 4:
            return self._start4[place]
        odd = bisect_left(self._odd6, place)
        within = odd < len(self._odd6) and self._odd6[odd] == place
        return self._upper6[place] << 64 | (self._lower6[odd] if within else 0)

    # -- the value of an interval --------------------------------------------------------------------------

    def _decoded(self, number: int) -> Value | None:
        if not number:
            return None
        if number > self._texts:
            return (number - self._texts - 1,)
        value = decode(self._text(self._value_end, self._value_text, number - 1))
        if value is None:
            raise unfit(self.name, "it is damaged")
        if len(self._values) >= _MOST_CACHED:
            self._values.clear()
        self._values[number] = value
        return value

    def _text(self, ends: memoryview, text: memoryview, place: int) -> str:
        begin = ends[place - 1] if place else 0
        try:
            return str(text[begin : ends[place]], "utf-8")
        except UnicodeDecodeError:
            raise unfit(self.name, "it is damaged") from None

    # -- opening ----------------------------------------------------------------------------------

    def _view(self, section: str, offset: int, length: int) -> memoryview:
        form = FORMAT_OF[section]
        size = struct.calcsize(form)
        if offset % 8 or length % size or offset < FIXED or offset + length > len(self._data):
            raise unfit(self.name, f"section {section} is out of place")
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
            len(self._index4) == len(self._index6) == SLOTS + 1
            and len(self._start4) == len(self._code4) > 0
            and len(self._upper6) == len(self._code6) > 0
            and len(self._odd6) == len(self._lower6)
            and self._start4[0] == self._upper6[0] == 0
            and len(self._label_number) == len(self._label_end)
            and (self._value_end[-1] if self._value_end else 0) == len(self._value_text)
            and (self._label_end[-1] if self._label_end else 0) == len(self._label_text)
        )
        if not fits:
            raise unfit(self.name, "its sections do not fit together")


def read_metadata(path: Path) -> Metadata:
    """The metadata of a file; the rest is not read. Raises ``DocumentError`` if it is no table."""
    try:
        with path.open("rb") as stream:
            head = stream.read(FIXED + MOST_METADATA)
            size = stream.seek(0, 2)
    except OSError as error:
        raise unfit(str(path), error.strerror or str(error)) from None
    return opened(memoryview(head), str(path), size)[0]


def _widest(number: int, first: int, last: int, width: int) -> int:
    """The length of the widest prefix that contains ``number`` and lies between ``first`` and ``last``."""
    length = width
    while length:
        step = 1 << (width - length + 1)
        lowest = number // step * step
        if lowest < first or lowest + step - 1 > last:
            break
        length -= 1
    return length
