"""The checks of this machine, one line each."""

from __future__ import annotations

from hostaudit.model.doctor import Doctor
from hostaudit.report.terminal.sheet import Sheet

MARKS = {"ok": "good", "warn": "weak", "fail": "bad", "unknown": "open"}


def write(sheet: Sheet, document: Doctor) -> None:
    """One line for each check; below a failed one its meaning and the remedy."""
    for each in document.checks:
        sheet.marked(MARKS[each.state], each.state, f"{each.id}: {sheet.safe(each.found, 400)}", 0)
        if each.means:
            sheet.text(sheet.safe(each.means, 300), 4, 4)
        if each.next:
            sheet.text(sheet.safe(each.next, 300), 4, 4, lead="next: ")
    counts = {state: sum(each.state == state for each in document.checks) for state in MARKS}
    sheet.lines.append("")
    if counts["fail"] or counts["unknown"]:
        sheet.bold("A scan from here leaves facts unknown.")
    else:
        sheet.bold("A scan from here can see what it asks for.")
    sheet.text(", ".join(f"{number} {state}" for state, number in counts.items() if number))


PAGES = {Doctor: write}
