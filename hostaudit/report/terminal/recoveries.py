"""The recoveries that the owner declares, a line for each: of a report, and of what is simulated."""

from __future__ import annotations

from msgspec import UnsetType

from hostaudit.model import words
from hostaudit.model.report import RecoveryNote
from hostaudit.report import wording as say
from hostaudit.report.terminal.sheet import Sheet


def recoveries(sheet: Sheet, found: tuple[RecoveryNote, ...] | UnsetType, where: str) -> None:
    """What the owner declares of his recovery, and whether it counts; ``where`` it does."""
    notes = found if isinstance(found, tuple) else ()
    if notes:
        sheet.heading("Recovery, as declared in the site file")
    for note in notes:
        text = f"back in {words.duration(note.hours)}, tested on {note.tested}{say.tested(note, where)}"
        mark = "good" if note.state == "counts" else "weak"
        sheet.marked(mark, say.role(note.role), sheet.safe(text, 400), 2)
