"""Build a table of address intervals from rows that may overlap. See ``table_format``."""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Callable, Iterable
from ipaddress import IPv4Network, IPv6Network

import msgspec

from hostaudit.datasets.table_format import (
    LOWER,
    MOST_LONE,
    MOST_TEXTS,
    RANGE,
    SLOTS,
    V6_FIRST,
    V6_SHIFT,
    WIDTH,
    Metadata,
    Value,
    assembled,
    encode,
)

__all__ = ["Builder", "Metadata", "Value", "union"]


class Builder:
    """Builds a table from rows in any order.

    Where rows overlap, the smallest interval wins. Rows for exactly the same addresses are joined by ``merge``, which
    must not depend on the order; the default keeps every different item, numbers first, in ascending order.
    """

    def __init__(self, merge: Callable[[Iterable[Value]], Value] | None = None) -> None:
        self._merge = merge or union
        self._rows: dict[int, list[tuple[int, int, int, int]]] = {4: [], 6: []}
        self._given = {4: 0, 6: 0}
        self._values: list[Value] = []
        self._number: dict[Value, int] = {}
        self._labels: dict[int, str] = {}

    def add(self, version: int, first: int, last: int, value: Value) -> None:
        """Set the value of the addresses from ``first`` to ``last``, both included, of IP version 4 or 6.

        Raises ``ValueError`` if an end is no address, if the ends are in the wrong order, and for an invalid value.
        """
        width = WIDTH[version]
        if not 0 <= first <= last < 1 << width:
            raise ValueError("the interval does not run from a lower to a higher address")
        self._rows[version].append((first, last, self._numbered(value), _length(first, last, width)))
        self._given[version] += 1

    def add_network(self, network: IPv4Network | IPv6Network, value: Value) -> None:
        """Set the value of a prefix."""
        self.add(network.version, int(network.network_address), int(network.broadcast_address), value)

    def leave_out(self, network: IPv4Network | IPv6Network) -> None:
        """Leave a prefix without a value, even if other rows give one."""
        first, last = int(network.network_address), int(network.broadcast_address)
        self._rows[network.version].append((first, last, 0, RANGE))

    def label(self, number: int, text: str) -> None:
        """Set the label of a number (0 to 2**32 - 1); the last one given is used."""
        if not 0 <= number < 2**32:
            raise ValueError("a label belongs to a number of 32 bits")
        self._labels[number] = text

    def build(self, metadata: Metadata) -> bytes:
        """The bytes of the file. The same rows and metadata give the same bytes. Sets the counts of ``metadata``."""
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
        odd6 = array("I", (place for place, row in enumerate(flat6) if row[0] & LOWER))
        labels = sorted(self._labels.items())
        value_end, value_text = _texts(map(encode, texts))
        label_end, label_text = _texts(text for _, text in labels)
        sections: tuple[array[int] | bytes, ...] = (
            _index(start >> 16 for start in start4),
            start4,
            code4,
            _index((upper >> V6_SHIFT) - V6_FIRST for upper in upper6),
            upper6,
            code6,
            odd6,
            array("Q", (flat6[place][0] & LOWER for place in odd6)),
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
        return assembled(counted, sections)

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
        end = 1 << WIDTH[version]
        flat: list[tuple[int, int, int]] = []
        inside: list[tuple[int, int, int, int]] = []  # heap of (size, last, value, length)
        position = taken = 0
        before: object = None
        while position < end:
            while taken < len(rows) and rows[taken][0] <= position:
                first, last, number, length = rows[taken]
                # A prefix that is left out counts as smaller than any row.
                heapq.heappush(inside, (last - first + 1 if number else 0, last, number, length))
                taken += 1
            while inside and inside[0][1] < position:
                heapq.heappop(inside)
            following = rows[taken][0] if taken < len(rows) else end
            if inside:
                number, length, last, owner = self._innermost(inside, position)
                following = min(following, last + 1)
            else:
                number, length, owner = 0, RANGE, None
            # Adjacent prefixes of one value and one length are separated by the address; ranges must keep their ends.
            same = bool(flat) and flat[-1][1:] == (number, length) and (number == 0 or length != RANGE)
            if not same and (owner is None or owner != before):
                flat.append((position, number, length))
            before = owner
            position = following
        return flat

    def _innermost(self, inside: list[tuple[int, int, int, int]], position: int) -> tuple[int, int, int, object]:
        """(value, length, end, identity) of the smallest row that contains a position."""
        size, last, number, length = inside[0]
        if size == 0 or not any(each[0] == size for each in inside[1:3]):
            return number, length, last, inside[0]
        equal = [row for row in inside if row[0] == size and row[1] >= position]
        numbers, ends = {row[2] for row in equal}, {row[1] for row in equal}
        if len(numbers) > 1:
            number = self._numbered(self._merge([self._values[each - 1] for each in sorted(numbers)]))
        # Intervals of one size that overlap in part cannot be prefixes: prefixes of one size are equal or disjoint.
        return number, length if len(ends) == 1 else RANGE, min(ends), (size, number, tuple(sorted(ends)))


def union(values: Iterable[Value]) -> Value:
    """Every different item of several values: numbers, then texts, each in ascending order."""
    items = {item for value in values for item in value}
    numbers = sorted(item for item in items if isinstance(item, int))
    return (*numbers, *sorted(item for item in items if isinstance(item, str)))


def _index(slots: Iterable[int]) -> array[int]:
    """For each slot, and for the end, the number of the ascending ``slots`` that lie before it."""
    index = array("I")
    seen = 0
    for slot in slots:
        if slot >= SLOTS:
            break
        index.extend(array("I", [seen]) * (slot + 1 - len(index)))
        seen += 1
    index.extend(array("I", [seen]) * (SLOTS + 1 - len(index)))
    return index


def _check(value: Value) -> None:
    for item in value:
        if not (0 <= item < 2**64 if type(item) is int else isinstance(item, str) and "\0" not in item):
            raise ValueError(f"{item!r} cannot stand in a table")
    if not value:
        raise ValueError("an empty value cannot stand in a table")


def _is_lone(value: Value) -> bool:
    return len(value) == 1 and isinstance(value[0], int) and value[0] <= MOST_LONE


def _texts(texts: Iterable[str]) -> tuple[array[int], bytes]:
    """The end offset of each text, and all texts joined."""
    ends = array("I")
    joined = bytearray()
    for text in texts:
        joined += text.encode("utf-8")
        ends.append(len(joined))
    return ends, bytes(joined)


def _length(first: int, last: int, width: int) -> int:
    """The prefix length of an interval; 255 if it is no prefix."""
    size = last - first + 1
    return width + 1 - size.bit_length() if size & (size - 1) == 0 and first % size == 0 else RANGE
