"""The result of a simulation: for a scenario the timeline; for a loss what stops, for how long, and what remains."""

from __future__ import annotations

from hostaudit.model import words
from hostaudit.model.report import Hours
from hostaudit.model.whatif import FunctionFate, Standby, WhatIf
from hostaudit.report import wording as say
from hostaudit.report.terminal import timeline
from hostaudit.report.terminal.sheet import BOLD, EFFECT_MARKS, Sheet, not_assessed


def write(sheet: Sheet, document: WhatIf) -> None:
    """Either kind of answer."""
    if document.kind == "scenario":
        timeline.write(sheet, document)
    else:
        _dropped(sheet, document)


def _dropped(sheet: Sheet, document: WhatIf) -> None:
    sheet.bold(document.summary)
    for event in timeline.in_order(document):
        held = [sheet.safe(each.name or each.id, 60) for each in event.bound]
        here = f", here {words.listed(held)}" if held and event.actor_name not in {x.name for x in event.bound} else ""
        start = f", {say.onset(event.at_hours)}" if event.at_hours > 0 else ""
        reason = f"; {sheet.safe(event.reason, 300)}" if event.reason else ""
        name = sheet.safe(event.actor_name or event.actor, 80)
        sheet.text(f"{name}{here}{start}, {say.notice(event.notice_hours)}{reason}", lead="leaves: ", colour=BOLD)
    stopped = [each for each in document.functions if _lost(each)]
    degraded = [each for each in document.functions if not _lost(each) and each.degraded_hours > 0]
    kept = [each for each in document.functions if each not in stopped and each not in degraded]
    _stops(sheet, stopped)
    _degraded(sheet, degraded)
    _remains(sheet, [each for each in kept if each.assessed])
    _fallbacks(sheet, document)
    unknown = [sheet.safe(words.function(each.id), 80) for each in kept if not each.assessed]
    if unknown:
        sheet.heading("Functions not assessed")
        sheet.marked("open", "not assessed", f"{words.listed(unknown)} - this may be worse", 2)
    not_assessed(sheet, document.not_assessed)
    timeline.before_the_next(sheet, document)


def _lost(fate: FunctionFate) -> bool:
    return fate.down_hours > 0 or fate.range.high > 0


def _stops(sheet: Sheet, fates: list[FunctionFate]) -> None:
    sheet.heading("What stops")
    if not fates:
        sheet.text("Nothing, as far as can be seen.", 2)
    for fate in sorted(fates, key=lambda each: (_start(each, "down"), -each.down_hours)):
        span = words.span(Hours(fate.range.low, fate.down_hours, fate.range.high))
        parts = [f"{say.onset(_start(fate, 'down'))}, for about {span}"]
        if timeline.fate_basis(fate):
            parts.append("estimated")
        if not fate.assessed:
            parts.append("not wholly assessed, it may be worse")
        if fate.via:
            parts.append(f"then via {words.listed([sheet.fallback(each) for each in fate.via])}")
        if fate.remains:
            parts.append(f"left: {words.listed([sheet.called(each) for each in fate.remains])}")
        if fate.note:
            parts.append(sheet.safe(fate.note))
        text = f"{sheet.safe(words.function(fate.id), 80)} - {'; '.join(parts)}"
        sheet.marked(EFFECT_MARKS.get(fate.effect, "bad"), say.effect(fate.effect), text, 2)


def _start(fate: FunctionFate, state: str) -> float:
    return min((each.from_hours for each in fate.intervals if each.state == state), default=0.0)


def _degraded(sheet: Sheet, fates: list[FunctionFate]) -> None:
    if fates:
        sheet.heading("What is only degraded")
    for fate in fates:
        when = f"{say.onset(_start(fate, 'degraded'))}, for about {words.duration(fate.degraded_hours)}"
        carried = [*map(sheet.fallback, fate.via), *map(sheet.called, fate.remains)]
        through = f"; goes on through {words.listed(carried)}" if carried else ""
        note = f"; {sheet.safe(fate.note)}" if fate.note else ""
        sheet.marked("weak", "degraded", f"{sheet.safe(words.function(fate.id), 80)} - {when}{through}{note}", 2)


def _remains(sheet: Sheet, fates: list[FunctionFate]) -> None:
    sheet.heading("What remains")
    if not fates:
        sheet.text("No function remains whole.", 2)
    for fate in fates:
        carried = [*map(sheet.fallback, fate.via), *map(sheet.called, fate.remains)]
        through = f", through {words.listed(carried)}" if carried else ""
        note = f"; {sheet.safe(fate.note)}" if fate.note else ""
        sheet.marked("good", "works", f"{sheet.safe(words.function(fate.id), 80)}{through}{note}", 2)


def _fallbacks(sheet: Sheet, document: WhatIf) -> None:
    sheet.heading("Fallbacks")
    if not document.fallbacks:
        sheet.text("None seen.", 2)
    for each in document.fallbacks:
        sheet.graded(each.grade, f"{timeline.standing_by(sheet, each)}, {_ready(each)}", each.reasons)
    timeline.excluded(sheet, document.excluded, document, 2)


def _ready(standby: Standby) -> str:
    if standby.ready_at_hours is None:
        return "does not help here" if standby.needed else "not needed here"
    return f"ready {say.onset(standby.ready_at_hours)}"


PAGES = {WhatIf: write}
