"""The table at the end of a list of sites: what each falls with and for how long, the worst site first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hostaudit.model.overview import SiteLine
from hostaudit.model.words import few
from hostaudit.report import Style
from hostaudit.report import wording as say
from hostaudit.report.terminal.sheet import Sheet
from hostaudit.report.terminal.spans import Line, Meaning, Span, drawn, wrapped
from hostaudit.report.text import inert, width

MOST_SITES = 50
"""The most sites in the table; all of them are in the records of the run."""

MOST_COMPANIES = 4
STOPS, LEAST_STOPS = 3, 20
"""The column that gives way where the table is too wide, and the columns that it keeps."""

OPEN = 10.0
"""Points of the score that unknown answers take, from which nobody can say that no company stops a site alone."""

NARROW = 60
"""Columns below which a site is a paragraph and not a row."""

HEADS = ("class", "score", "site", "stops with", "longest")
LONGEST_NAME = 32
WIDEST = (9, 9, LONGEST_NAME, 48, 7)
"""The most columns of each column of the table."""


def overview(sites: Sequence[SiteLine], style: Style) -> str:
    """The counts by company, then a row for each site, with its news on a line of its own below."""
    sheet = Sheet(style)
    found: list[Line] = [*wrapped(_counts(sheet, sites), sheet.width, 2), []]
    shown = sorted(sites, key=rank)[:MOST_SITES]
    rows = [tuple(_safe(sheet, cell, most) for cell, most in zip(cells(each), WIDEST, strict=True)) for each in shown]
    wide = [max(width(row[at]) for row in (HEADS, *rows)) for at in range(len(HEADS))]
    over = 1 + sum(wide) + 2 * (len(wide) - 1) - sheet.width
    if 0 < over <= wide[STOPS] - LEAST_STOPS:
        wide[STOPS] -= over
        rows = [(*row[:STOPS], sheet.safe(row[STOPS], wide[STOPS]), *row[STOPS + 1 :]) for row in rows]
        over = 0
    fits = sheet.width >= NARROW and over <= 0
    if fits and shown:
        found.append([Span(f" {_row(HEADS, wide)}", "strong")])
    for each, row in zip(shown, rows, strict=True):
        if fits:
            found.append([Span(f" {row[0]:{wide[0]}}  ", _meaning(each)), Span(_row(row[1:], wide[1:]))])
        else:
            head = Span(f"{row[2]}:", "strong")
            state = row[0] if each.down or each.failure or not each.classes else f"class {row[0]}"
            text = ", ".join(part for part in (state, f"score {row[1]}", row[3], row[4]) if part.strip())
            found += wrapped([head, Span(text, _meaning(each))], sheet.width, 2)
        news = each.failure or each.news
        if news:
            indent = Span(" " * (wide[0] + wide[1] + 5 if fits else 2), whole=True)
            text = _safe(sheet, news, 600)
            meaning: Meaning = "bad" if each.down or each.failure else "faint"
            below = wrapped([Span(text, meaning)], sheet.width - width(indent.text))
            found += [[indent, *line] for line in below]
    if len(sites) > len(shown):
        found.append([Span(f" +{len(sites) - len(shown)} more sites, in the records of the run", "faint")])
    return "\n".join(line.rstrip() for line in drawn(found, style)) + "\n"


def _counts(sheet: Sheet, sites: Sequence[SiteLine]) -> list[Span]:
    """How many sites there are, with whom they fall, how many are down, and how many were not judged."""
    falls = Counter(fall.company for each in sites for fall in each.falls if "web" in fall.functions)
    names = {fall.company: fall.name for each in sites for fall in each.falls}
    parts = [f"{count} with {_safe(sheet, names[company], 40)}" for company, count in falls.most_common(MOST_COMPANIES)]
    rest = len(falls) - len(parts)
    more = f", more with {rest} other{' companies' if rest > 1 else ''}" if rest > 0 else ""
    said = [f"web sites that fall: {', '.join(parts)}{more}"]
    spans = [Span(f"{len(sites)} {'site' if len(sites) == 1 else 'sites'}", "strong", whole=True)]
    told: list[tuple[str, Meaning]] = [(each, "plain") for each in said if parts]
    down = sum(each.down for each in sites)
    unsure = sum(each.verdict == "inconclusive" for each in sites)
    failed = sum(bool(each.failure) for each in sites)
    told += [(f"{down} down now", "bad")] if down else []
    told += [(f"{unsure} inconclusive", "weak")] if unsure else []
    told += [(f"{failed} not judged, by an error of hostaudit", "bad")] if failed else []
    for text, meaning in told:
        spans += [Span(" ", whole=True), Span(text, meaning)]
    return spans


def cells(each: SiteLine) -> tuple[str, ...]:
    """The cells of a row, as in ``HEADS``."""
    if each.failure:
        return ("error", "", each.domain, "", "")
    low, high = f"{each.low:.0f}", f"{each.high:.0f}"
    state = "down" if each.down else " to ".join(each.classes) or "no web"
    score = low if low == high else f"{low} to {high}"
    if not each.falls:
        alone = "" if each.down else "not known" if each.high - each.low >= OPEN else "no company, names aside"
        return (state, score, each.domain, alone, "")
    first = each.falls[0]
    more = f" +{len(each.falls) - 1}" if len(each.falls) > 1 else ""
    functions = f" ({few(first.functions)})" if first.functions else ""
    return (state, score, each.domain, f"{first.name}{functions}{more}", say.short(first.hours) if first.hours else "")


def _row(cells: Sequence[str], wide: Sequence[int]) -> str:
    return "  ".join(f"{cell}{' ' * (columns - width(cell))}" for cell, columns in zip(cells, wide, strict=True))


def _safe(sheet: Sheet, text: str, limit: int) -> str:
    return inert(sheet.safe(text, limit))


def _meaning(each: SiteLine) -> Meaning:
    worst = each.classes[-1] if each.classes else ""
    if each.down or each.failure:
        return "bad"
    return "bad" if worst in ("D", "E") else "good" if worst == "A" else "plain"


def rank(each: SiteLine) -> tuple[bool, bool, int, str, float, str]:
    """Down first, then by class from the worst; sites of one class that fall with the same company together."""
    worst = each.classes[-1] if each.classes else ""
    company = each.falls[0].name if each.falls else ""
    return (not each.failure, not each.down, -ord(worst or "@"), company, each.low, each.domain)
