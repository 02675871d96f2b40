"""The state of the data, a row for each item: age, size, licence, and the next step."""

from __future__ import annotations

from collections.abc import Iterable

from hostaudit.model.data import STALE_AFTER, DataItem, DataStatus
from hostaudit.model.words import few
from hostaudit.report.terminal.sheet import Sheet
from hostaudit.report.text import width

STATES = {
    "ok": ("good", "ok"),
    "stale": ("weak", "stale"),
    "damaged": ("bad", "DAMAGED"),
    "not_fetched": ("open", "not fetched"),
}
ORIGINS = {"shipped": "shipped", "fetched": "fetched", "built": "built", "none": ""}
HEAD = ("item", "state", "date", "age", "rows", "size", "from")
SOURCES = 2
NAMED = 30
"""The most items of one state that are named."""


def write(sheet: Sheet, document: DataStatus) -> None:
    """Every item, then the sources, then the next steps."""
    sheet.bold(f"Data in use on {document.at[:10]}; what is fetched lies in {sheet.safe(document.directory, 300)}")
    sheet.lines.append("")
    rows = [_cells(sheet, item, document.at) for item in document.items]
    sizes = [max(map(width, column)) for column in zip(HEAD, *rows, strict=True)]
    if sum(sizes) + 2 * (len(sizes) - 1) <= sheet.width:
        sheet.row(HEAD, sizes)
        for cells in rows:
            sheet.row(cells, sizes)
    else:
        for item, cells in zip(document.items, rows, strict=True):
            mark, word = STATES[item.state]
            sheet.marked(mark, word, ", ".join(each for each in (cells[0], *cells[2:]) if each != "-"), 0)
    _licences(sheet, document.items)
    _notes(sheet, document.items)


def _cells(sheet: Sheet, item: DataItem, at: str) -> tuple[str, ...]:
    return (
        sheet.safe(item.id, 60),
        STATES[item.state][1],
        sheet.safe(item.date or "-", 12),
        _age(item, at),
        "-" if item.rows is None else f"{item.rows:,}",
        _size(item.bytes),
        ORIGINS[item.origin] or "-",
    )


def _age(item: DataItem, at: str) -> str:
    """The age in days; data of a day after the clock of this machine are newer than it."""
    if item.age is None:
        return "-"
    return "newer" if item.date is not None and item.date > at[:10] else f"{item.age} d"


def _size(number: int | None) -> str:
    if number is None:
        return "-"
    return f"{number / 1e6:.1f} MB" if number >= 100_000 else f"{number / 1e3:.1f} kB"


def _licences(sheet: Sheet, items: Iterable[DataItem]) -> None:
    sheet.heading("Where they are from, and under which licence")
    for item in items:
        if item.sources and item.date is not None:
            listed = [sheet.safe(each, 120) for each in item.sources[:SOURCES]]
            more = f" and {len(item.sources) - SOURCES} more" if len(item.sources) > SOURCES else ""
            said = f"{', '.join(listed)}{more} ({sheet.safe(item.licence, 120)})"
            sheet.text(said, 2, 4, lead=f"{sheet.safe(item.id, 60)}: ")


def _notes(sheet: Sheet, items: tuple[DataItem, ...]) -> None:
    limits = ", ".join(f"{sort} {days} d" for sort, days in STALE_AFTER.items())
    sheet.heading("What needs an update")
    wanting: dict[tuple[str, str], list[str]] = {}
    for item in items:
        if item.state != "ok":
            wanting.setdefault((item.state, item.note), []).append(sheet.safe(item.id, 60))
    if not wanting:
        sheet.text("Nothing: everything is complete and recent.", 2)
    for (state, note), listed in wanting.items():
        mark, word = STATES[state]
        why = f" - {sheet.safe(note, 300)}" if note else ""
        sheet.marked(mark, word, f"{few(listed, NAMED)}{why}", 2)
    sheet.text(f"Stale is what is older than: {limits}.", 2)
    if wanting:
        sheet.heading("Next: update it")
        steps = {item.next for item in items if item.next}
        sheet.text(sheet.safe(steps.pop() if len(steps) == 1 else "hostaudit data update", 300), 2, 4)


PAGES = {DataStatus: write}
