"""Serial numbers of zones: their order (RFC 1982), and the time that most of them state.

Owners number as they like (RFC 1912 section 2.2): by date (``YYYYMMDDnn``), by the seconds since 1970, or by counting.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

SERIALS = 2**32

_EARLIEST_SECONDS = 1_000_000_000
"""September 2001; smaller numbers are counters."""

_EARLIEST_YEAR = 1990

_WEST = timedelta(days=1, hours=12)
"""From the start of a day in UTC to its end in the last time zone."""

_EAST = timedelta(hours=14)


def behind(old: int, new: int) -> int:
    """The number by which ``old`` is behind ``new``; 0 if it is equal, ahead, or not comparable (RFC 1982 section
    3.2)."""
    gap = (new - old) % SERIALS
    return gap if 0 < gap < SERIALS // 2 else 0


def newest(serials: Iterable[int]) -> int | None:
    """The serial behind which all others are; None if there is none, as the order may go round in a circle."""
    found = sorted(set(serials))
    tops = (each for each in found if all(other == each or behind(other, each) for other in found))
    return next(tops, None)


def published_by(serial: int, now: datetime) -> datetime | None:
    """The latest moment at which a version with this serial was published, if the serial states a time before ``now``.

    For a date that is the end of the day in the last time zone, which may be after ``now``. None for a counter.
    """
    if _EARLIEST_SECONDS <= serial <= now.timestamp():
        return datetime.fromtimestamp(serial, UTC)
    year, month, day = serial // 1_000_000, serial // 10_000 % 100, serial // 100 % 100
    if year < _EARLIEST_YEAR:
        return None
    try:
        start = datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None
    return start + _WEST if start - _EAST <= now else None
