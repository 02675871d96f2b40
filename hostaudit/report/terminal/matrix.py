"""The effect of every scenario on every function of one site."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Sequence

from hostaudit.model import words
from hostaudit.model.roles import FUNCTIONS
from hostaudit.model.whatif import Matrix, MatrixRow
from hostaudit.report import wording as say
from hostaudit.report.terminal.recoveries import recoveries
from hostaudit.report.terminal.sheet import Sheet, not_assessed
from hostaudit.report.text import width

HEAD = 12
SCENARIO = 28


def write(sheet: Sheet, document: Matrix) -> None:
    """The table; the scenario with the longest downtime comes first."""
    domain = sheet.safe(document.target.domain, 260)
    met = sorted((row for row in document.rows if row.applies), key=_severity)
    sheet.bold(f"{len(document.rows)} scenarios over {domain}: longest loss of each function, worst first")
    if not met:
        sheet.text("None of them meets this site.", 2)
    heads = _heads(sheet, document.functions)
    names = [sheet.safe(row.scenario, SCENARIO) for row in met]
    label = min(max(map(width, [*names, "scenario"])), max(sheet.width // 3, 8))
    cells = [[_cell(row, each) for each in document.functions] for row in met]
    room = sheet.width - label
    sizes = [min(max(width(head), *(len(row[at]) for row in cells), 1), room - 2) for at, head in enumerate(heads)]
    if met:
        for block in _blocks(sizes, room):
            sheet.lines.append("")
            spans = [label, *(sizes[at] for at in block)]
            sheet.row(["scenario", *(heads[at] for at in block)], spans)
            for name, row in zip(names, cells, strict=True):
                sheet.row([name, *(row[at] for at in block)], spans)
    _legend(sheet, document.functions, heads, cells)
    if any(isinstance(row.declared_hours, dict) for row in met):
        sheet.text("in brackets: the hours if the declared recovery holds")
    recoveries(sheet, document.recoveries, say.OF_A_SIMULATION)
    elsewhere = [sheet.safe(row.scenario, 60) for row in document.rows if not row.applies]
    if elsewhere:
        sheet.lines.append("")
        sheet.text(", ".join(elsewhere), lead=f"Not this site, nothing in them binds ({len(elsewhere)}): ")
    not_assessed(sheet, document.not_assessed)
    if met:
        sheet.heading("Next: see the worst one over time")
        command = f"hostaudit whatif {shlex.quote(document.target.domain)} --scenario {shlex.quote(met[0].scenario)}"
        sheet.text(sheet.safe(command, 600), 2, 4)


def _heads(sheet: Sheet, functions: Sequence[str]) -> list[str]:
    """A short name for each column; hosts whose cut names are equal are numbered."""
    heads = [sheet.safe(_head(each), HEAD) for each in functions]
    twice = {head for head, number in Counter(heads).items() if number > 1}
    return [f"host {at}" if head in twice else head for at, head in enumerate(heads, 1)]


def _head(function: str) -> str:
    row = FUNCTIONS.get(function)
    return row.head if row is not None else words.function(function)


def _severity(row: MatrixRow) -> tuple[float, int, str]:
    """The sort key: longest downtime first, then most functions that were not assessed."""
    known = [hours for hours in row.down_hours.values() if hours is not None]
    return (-sum(known), len(known) - len(row.down_hours), row.scenario)


def _cell(row: MatrixRow, function: str) -> str:
    hours = row.down_hours.get(function)
    if hours is None:
        return "?"
    if hours <= 0:
        return "-"
    declared = row.declared_hours.get(function) if isinstance(row.declared_hours, dict) else None
    return say.short(hours) if declared is None else f"{say.short(hours)} ({say.short(declared)})"


def _blocks(sizes: Sequence[int], room: int) -> Iterator[list[int]]:
    """The indexes of the columns in blocks that fit into ``room`` columns of the terminal."""
    block: list[int] = []
    used = 0
    for at, size in enumerate(sizes):
        if block and used + 2 + size > room:
            yield block
            block, used = [], 0
        block.append(at)
        used += 2 + size
    if block:
        yield block


def _legend(sheet: Sheet, functions: Sequence[str], heads: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    occurring = {cell for row in cells for cell in row}
    meanings = [("-", "no loss"), ("?", "not assessed, never taken as no loss")]
    shown = [f"{sign} {meaning}" for sign, meaning in meanings if sign in occurring]
    longer = [(head, sheet.safe(words.function(each), 80)) for head, each in zip(heads, functions, strict=True)]
    if cells:
        shown += [f"{head} = {name}" for head, name in longer if head != name]
    if shown:
        sheet.lines.append("")
        sheet.text("; ".join(shown))


PAGES = {Matrix: write}
