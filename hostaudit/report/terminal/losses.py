"""One simulation at the sites of a list: what stops at each and for how long, the longest outage first."""

from __future__ import annotations

from collections.abc import Sequence

from hostaudit.model import words
from hostaudit.model.roles import kind_of_function
from hostaudit.model.whatif import FunctionOutcome, WhatIf
from hostaudit.report import wording as say
from hostaudit.report.terminal.sheet import Sheet
from hostaudit.report.text import width

MOST_SITES = 200
"""The most sites in the table; all of them are in the JSON lines."""

MOST_NAMED = 10
LONGEST_NAME = 40
NARROW = 70
"""Columns below which a site is a paragraph and not a row."""

HOURS = 8
"""Columns of the hours."""


def losses(sheet: Sheet, documents: Sequence[WhatIf]) -> None:
    """How many sites lose something, a row for each of them, then the rest, those that do not work now among them."""
    rows = sorted(((_lost(each), each) for each in documents), key=lambda pair: (-_longest(pair[0]), _name(pair[1])))
    hit = [(lost, each) for lost, each in rows if lost]
    safe = [each for lost, each in rows if not lost and all(one.assessed or one.already for one in each.functions)]
    unsure = [each for lost, each in rows if not lost and each not in safe]
    already = [each for _, each in rows if any(one.already for one in each.functions)]
    sheet.bold(f"{len(hit)} of {len(documents)} sites lose a function")
    wide = max((min(width(_name(each)), LONGEST_NAME) for _, each in hit), default=0)
    room = sheet.width - wide - HOURS - 5
    for lost, each in hit[:MOST_SITES]:
        hours = _longest(lost)
        told = [sheet.safe(words.short_function(one.id), 40) for one in lost]
        cells = (sheet.safe(_name(each), LONGEST_NAME), say.short(hours) if hours else "short", words.few(told, 6))
        if sheet.width >= NARROW:
            sheet.row(cells, (wide, HOURS, room), 1)
        else:
            sheet.text(f"{cells[1]}, {cells[2]}", lead=f"{cells[0]}: ")
    sheet.more(len(hit) - MOST_SITES, 1)
    for lead, group in (
        ("nothing more stops at: " if already else "nothing stops at: ", safe),
        ("not known, as something was not assessed: ", unsure),
        ("not working now in part, before any of this: ", already),
    ):
        if group:
            sheet.text(words.few([sheet.safe(_name(each), 260) for each in group], MOST_NAMED), lead=lead)


def _name(document: WhatIf) -> str:
    return document.target.domain


def _lost(document: WhatIf) -> list[FunctionOutcome]:
    """The functions that stop and work now, the web site first, then the longest."""
    found = [each for each in document.functions if not each.already and (each.down_hours > 0 or each.range.high > 0)]
    return sorted(found, key=lambda each: (kind_of_function(each.id) != "web", -each.down_hours))


def _longest(lost: Sequence[FunctionOutcome]) -> float:
    return max((each.down_hours for each in lost), default=0.0)
