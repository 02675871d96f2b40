"""Two sites side by side: class, score and functions in two columns, then what they have apart and in common."""

from __future__ import annotations

from hostaudit.model.comparison import Comparison
from hostaudit.report.comparison import groups, rows
from hostaudit.report.terminal.sheet import BOLD, YELLOW, Sheet
from hostaudit.report.text import width

NARROW = 60
"""Columns below which each fact is a paragraph."""

LONGEST = 22
MOST_NAMED = 12


def write(sheet: Sheet, document: Comparison) -> None:
    """The whole comparison."""
    sheet.bold(document.summary)
    for note in document.notes:
        sheet.text(note, lead="Note: ", colour=YELLOW)
    sheet.lines.append("")
    _table(sheet, document)
    for title, companies in groups(document):
        if companies:
            shown = [sheet.safe(each, 160) for each in companies[:MOST_NAMED]]
            sheet.lines.append("")
            sheet.text(", ".join(shown), 0, 2, lead=f"{sheet.safe(title, 120)}: ", colour=BOLD)
            sheet.more(len(companies) - MOST_NAMED)


def _table(sheet: Sheet, document: Comparison) -> None:
    heads = tuple(sheet.safe(each.domain, 80) for each in (document.first, document.second))
    if sheet.width < NARROW:
        for what, first, second in rows(document):
            text = f"{heads[0]} {sheet.safe(first)}; {heads[1]} {sheet.safe(second)}"
            sheet.text(text, 0, 2, lead=f"{sheet.safe(what, 60)}: ", colour=BOLD)
        return
    found = [[sheet.safe(cell) for cell in row] for row in rows(document)]
    name = min(LONGEST, max(width(row[0]) for row in found))
    rest = (sheet.width - name - 4) // 2
    left = min(rest, max(width(cell) for cell in (heads[0], *(row[1] for row in found))))
    for each in (["", *heads], *found):
        sheet.row(each, (name, left, sheet.width - name - left - 4))


PAGES = {Comparison: write}
