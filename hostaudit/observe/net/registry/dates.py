"""Dates and times as registries write them. No function does I/O."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from functools import cache

LENGTH = 300
"""Characters of a text that may be a date."""

YEARS = range(1980, 2200)
"""The years in which a name can be registered or end: a year before is a number that nobody filled in, or a year of
another calendar."""

_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b")
_OFFSET = re.compile(r"\((?:UTC|GMT)([+-]\d{1,2})(?::\d\d)?\)")
_NUMBERS = re.compile(r"(\d{1,2})([/-])(\d{1,2})\2(\d{4})(?![\d/-])")
_STATED = re.compile(r"(dd)[/-]mm[/-](?:yyyy|aaaa)|(mm)[/-]dd[/-]yyyy", re.IGNORECASE)
_ZONE = re.compile(r" (?:[A-Z]{3,5}|at \S+|#\d+)$")
"""What may follow a time: a zone by its name, a time of day in words, a number of a change."""

_ZONE_WITHIN = re.compile(r"(?<=:\d\d) [A-Z]{3,4}(?= \d{4}$)")
_PARTED = re.compile(r" (?=[+-]\d\d:?\d\d$)")
_WORD = re.compile(r"[^\W\d_]+\.?")
_TIGHT = re.compile(r"(?<=\d) ?\. ?(?=[^\W_])")
"""The dot after a number, with or without blanks."""

_DATES = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d-T%H:%M:%SZ", "%Y-%b-%d", "%Y-%b-%d.", "%Y%m%d",
    "%Y.%m.%d", "%Y.%m.%d %H:%M", "%Y.%m.%d %H:%M:%S", "%Y/%m/%d", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S",
    "%d-%b-%Y", "%d-%b-%Y %H:%M", "%d-%b-%Y %H:%M:%S", "%d-%b-%Y %H:%M:%S %Z",
    "%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%b.%Y", "%d.%b %Y",
    "%d/%b/%Y", "%d/%b/%Y %H:%M:%S", "%d %b %Y", "%d %b %Y %H:%M", "%d %b %Y %H:%M:%S", "%d %b, %Y",
    "%b %d %Y", "%b %d, %Y", "%b %d, %Y %H:%M:%S", "%b-%d-%Y", "%Y %b %d",
    "%a %b %d %Y", "%a %b %d, %Y", "%a %b %d %H:%M:%S %Y", "%a %d %b %Y", "%a %d %b %Y %H:%M:%S",
    "%a, %d %b %Y", "%a, %d %b %Y %H:%M:%S", "%a, %d %b %Y %H:%M:%S %z",
    "%a, %b %d, %Y",
)  # fmt: skip

_MONTHS = (
    "january janvier januar januari jaanuar enero janeiro gennaio ianuarie styczen stycznia ocak leden ledna sijecanj",
    "february fevrier februar februari veebruar febrero fevereiro febbraio februarie luty lutego subat unor unora",
    "march mars marz maerz maart marts marzo marco marec martie marzec marca mart brezen brezna",
    "april avril abril aprile aprilie aprill kwiecien kwietnia nisan duben dubna",
    "may mai mayo maio maggio mei maj maja mayis kveten kvetna",
    "june juin juni junio junho giugno iunie juuni czerwiec czerwca haziran cerven cervna",
    "july juillet juli julio julho luglio iulie juuli lipiec lipca temmuz cervenec cervence",
    "august aout agosto augustus augusti sierpien sierpnia agustos srpen srpna",
    "september septembre septiembre setembro settembre septembrie wrzesien wrzesnia eylul zari septembar",
    "october octobre oktober octubre outubro ottobre octombrie oktoober"
    " pazdziernik pazdziernika ekim rijen rijna oktobar",
    "november novembre noviembre novembro noiembrie listopad listopada kasim listopadu novembar",
    "december decembre dezember diciembre dezembro dicembre"
    " decembrie detsember grudzien grudnia aralik prosinec decembar",
)
"""The months in the languages of registries, without accents. What their first letters tell apart may be shortened to
them."""

_DAYS = "monday tuesday wednesday thursday friday saturday sunday"
_SHORTEST = 3
_LEFT_OUT = frozenset({"de", "del", "of", "den", "le", "di", "dne"})


def order_of(text: str) -> bool | None:
    """How a text says that it orders the days and months of its dates (true: days first); None if it does not. What its
    other dates show is no proof: some texts have both orders."""
    stated = _STATED.search(text)
    return None if stated is None else stated[1] is not None


def moment(text: str | None, days_first: bool | None = None) -> str | None:
    """A date or time in UTC in RFC 3339 form; None if it cannot be read. A time without a zone is taken as UTC.

    ``days_first``: the order of the numbers in ``01/02/2031``, None if it is not known."""
    if not text:
        return None
    parsed = _parsed(text[:LENGTH].strip(), days_first)
    if parsed is None:
        return None
    if parsed.tzinfo is None:
        offset = _OFFSET.search(text)
        hours = int(offset[1]) if offset is not None else 0
        parsed = parsed.replace(tzinfo=timezone(timedelta(hours=hours)) if abs(hours) < 24 else UTC)
    try:
        parsed = parsed.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return parsed.strftime("%Y-%m-%dT%H:%M:%SZ") if parsed.year in YEARS else None


def _parsed(text: str, days_first: bool | None) -> datetime | None:
    plain = text.split(" (")[0].strip()
    try:
        return datetime.fromisoformat(plain)
    except ValueError:
        pass
    numbers = _NUMBERS.match(plain)
    if numbers is not None:
        plain = _by_order(*numbers.groups(), days_first=days_first)
    plain = " ".join(_WORD.sub(_english, _ORDINAL.sub("", plain)).split()).rstrip(".")
    for candidate in dict.fromkeys((_PARTED.sub("", plain), _ZONE.sub("", plain), _ZONE_WITHIN.sub("", plain))):
        try:
            return datetime.fromisoformat(candidate)
        except ValueError:
            pass
        tight = _TIGHT.sub(".", candidate)
        for form in _DATES:
            try:
                return datetime.strptime(tight, form)  # noqa: DTZ007 - the zone is set by the caller
            except ValueError:
                continue
    return None


def _by_order(first: str, mark: str, second: str, year: str, *, days_first: bool | None) -> str:
    """A date of three numbers with the year at its end as ``2031-02-01``; empty if its order is not known."""
    if int(first) > 12 or mark == "-":
        days_first = True
    elif int(second) > 12:
        days_first = False
    day, month = (first, second) if days_first else (second, first)
    return f"{year}-{month:0>2}-{day:0>2}" if days_first is not None else ""


def _english(match: re.Match[str]) -> str:
    """A word of a date: months and days of the week as English shortens them, without what stands between them."""
    word = match[0].removesuffix(".")
    known = _short(word) if len(word) > 1 else None
    return match[0] if known is None else known


@cache
def _starts() -> dict[str, str]:
    """What each start of a month's or day's name stands for, three letters or more; none that stands for two."""
    found: dict[str, set[str]] = {}
    names = [(name, group[:3].title()) for group in _MONTHS for name in group.split()]
    names += [(name, name[:3].title()) for name in _DAYS.split()]
    for name, short in names:
        for end in range(_SHORTEST, len(name) + 1):
            found.setdefault(name[:end], set()).add(short)
    # A whole name, or the three letters of English, is not made doubtful by the start of a longer one elsewhere.
    whole = dict(names) | {short.lower(): short for _, short in names}
    return {start: next(iter(shorts)) for start, shorts in found.items() if len(shorts) == 1} | whole


def _short(word: str) -> str | None:
    folded = without_accents(word).lower()
    return "" if folded in _LEFT_OUT else _starts().get(folded)


def without_accents(text: str) -> str:
    """A text with its letters bare of accents; other scripts are spelled in their parts, in one form."""
    if text.isascii():
        return text
    return "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
