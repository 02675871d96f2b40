"""The work that it takes to parse a DNS message, reckoned before a message is parsed.

A name in a message may be a pointer to another (RFC 1035 section 4.1.4), so that a message of 64 KiB can hold thousands
of names of 127 labels each, which take a parser half a minute. Real answers have some hundred labels.
"""

from __future__ import annotations

MOST_LABELS = 3000
"""Labels of all names of a message, those that pointers repeat included."""

MOST_RECORDS = 500

LONGEST_NAME = 128
"""Labels, with the root; RFC 1035 section 3.1 allows 255 bytes."""

_HEADER = 12
_NAMES = {2: 0, 5: 0, 6: 0, 12: 0, 15: 2, 33: 6, 39: 0, 46: 18, 47: 0, 64: 2, 65: 2}
"""By record type the place of the first name in its data: NS, CNAME, SOA, PTR, MX, SRV, DNAME, RRSIG, NSEC, SVCB,
HTTPS."""

_NO_NAMES = frozenset({1, 13, 16, 28, 29, 37, 41, 43, 44, 48, 50, 51, 52, 53, 59, 60, 61, 62, 63, 99, 256, 257})
"""Types whose data hold no name, so that no byte of them is a pointer."""

_OTHER = 64
"""Labels that each byte of the data of any other type may stand for."""


def too_costly(wire: bytes) -> bool:
    """True if a message has more names or records than any real answer. One that is cut short is left to the parser."""
    if len(wire) < _HEADER:
        return False
    questions, *sections = (int.from_bytes(wire[at : at + 2], "big") for at in (4, 6, 8, 10))
    if questions > 1 or sum(sections) > MOST_RECORDS:
        return True
    labels, place = 0, _HEADER
    for number in range(questions + sum(sections)):
        count, place = _name(wire, place)
        labels += count
        if number < questions:
            place += 4
        else:
            kind = int.from_bytes(wire[place : place + 2], "big")
            size = int.from_bytes(wire[place + 8 : place + 10], "big")
            place += 10
            labels += _within(wire, kind, place, size)
            place += size
        if labels > MOST_LABELS:
            return True
        if place >= len(wire):
            break
    return False


def _within(wire: bytes, kind: int, place: int, size: int) -> int:
    """The labels of the names in the data of one record."""
    if kind in _NO_NAMES:
        return 0
    if kind not in _NAMES:
        return size * _OTHER
    count, place = _name(wire, place + _NAMES[kind])
    return count + _name(wire, place)[0] if kind == 6 else count


def _name(wire: bytes, place: int) -> tuple[int, int]:
    """The labels of the name at a place, and the place behind it."""
    count, end = 0, -1
    while place < len(wire) and count < LONGEST_NAME:
        length = wire[place]
        if length >= 0xC0:
            end = place + 2 if end < 0 else end
            target = int.from_bytes(wire[place : place + 2], "big") & 0x3FFF
            if target >= place:  # a parser refuses it
                break
            place = target
            continue
        count += 1
        place += 1 + length
        if length == 0:
            break
    return count, place if end < 0 else end
