"""The result of a simulation: for a scenario the timeline; for a loss the downtime and the remaining functions."""

from __future__ import annotations

from hostaudit.model import words
from hostaudit.model.report import Hours
from hostaudit.model.whatif import FunctionOutcome, Standby, WhatIf
from hostaudit.report import wording as say
from hostaudit.report.places import only_in
from hostaudit.report.terminal import timeline
from hostaudit.report.terminal.recoveries import recoveries
from hostaudit.report.terminal.sheet import BOLD, EFFECT_MARKS, Sheet, not_assessed

AT_ONCE = Hours(0.0, 0.0, 0.0)


def write(sheet: Sheet, document: WhatIf) -> None:
    """Write the result of a scenario or of a loss."""
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
    recoveries(sheet, document.recoveries, say.OF_A_SIMULATION)
    unknown = [sheet.safe(words.function(each.id), 80) for each in kept if not each.assessed]
    if unknown:
        sheet.heading("Functions not assessed")
        sheet.marked("open", "not assessed", f"{words.listed(unknown)} - this may be worse", 2)
    not_assessed(sheet, document.not_assessed)
    timeline.before_the_next(sheet, document)


def _lost(outcome: FunctionOutcome) -> bool:
    return outcome.down_hours > 0 or outcome.range.high > 0


def _stops(sheet: Sheet, outcomes: list[FunctionOutcome]) -> None:
    sheet.heading("What stops")
    if not outcomes:
        sheet.text("Nothing, as far as can be seen.", 2)
    for outcome in sorted(outcomes, key=lambda each: (_start(each, "down"), -each.down_hours)):
        parts = [_lasts(outcome), *timeline.as_declared(outcome)]
        if timeline.outcome_basis(outcome):
            parts.append("estimated")
        if not outcome.assessed:
            parts.append("not fully assessed, it may be worse")
        if outcome.via:
            parts.append(f"then via {words.listed([sheet.fallback(each) for each in outcome.via])}")
        if outcome.remains:
            parts.append(f"left: {words.listed([sheet.called(each) for each in outcome.remains])}")
        if outcome.note:
            parts.append(sheet.safe(outcome.note))
        text = f"{sheet.safe(words.function(outcome.id), 80)} - {'; '.join(parts)}{sheet.safe(only_in(outcome.places))}"
        effect = say.effect(outcome.effect)
        if outcome.down_hours > 0:
            sheet.marked(EFFECT_MARKS.get(outcome.effect, "bad"), effect, text, 2)
        else:
            sheet.marked("weak", f"perhaps {effect}", text, 2)


def _lasts(outcome: FunctionOutcome) -> str:
    """When a function stops, for whom, and for how long."""
    if outcome.down_hours <= 0:
        return f"for up to {words.duration(outcome.range.high)}, usually not at all"
    lasts = Hours(outcome.range.low, outcome.down_hours, outcome.range.high)
    start, begins = _start(outcome, "down"), outcome.time_to_impact
    if start > 0:
        return f"{say.onset(start)}, for about {words.span(lasts)}"
    return words.loss(begins if begins is not None and begins.low < words.AT_ONCE else AT_ONCE, lasts)


def _start(outcome: FunctionOutcome, state: str) -> float:
    return min((each.from_hours for each in outcome.intervals if each.state == state), default=0.0)


def _degraded(sheet: Sheet, outcomes: list[FunctionOutcome]) -> None:
    if outcomes:
        sheet.heading("What is only degraded")
    for outcome in outcomes:
        when = f"{say.onset(_start(outcome, 'degraded'))}, for about {words.duration(outcome.degraded_hours)}"
        carried = [*map(sheet.fallback, outcome.via), *map(sheet.called, outcome.remains)]
        through = f"; goes on through {words.listed(carried)}" if carried else ""
        note = f"; {sheet.safe(outcome.note)}" if outcome.note else ""
        where = sheet.safe(only_in(outcome.places))
        sheet.marked(
            "weak", "degraded", f"{sheet.safe(words.function(outcome.id), 80)} - {when}{through}{note}{where}", 2
        )


def _remains(sheet: Sheet, outcomes: list[FunctionOutcome]) -> None:
    sheet.heading("What remains")
    if not outcomes:
        sheet.text("No function works without loss.", 2)
    for outcome in outcomes:
        carried = [*map(sheet.fallback, outcome.via), *map(sheet.called, outcome.remains)]
        through = f", through {words.listed(carried)}" if carried else ""
        note = f"; {sheet.safe(outcome.note)}" if outcome.note else ""
        sheet.marked("good", "works", f"{sheet.safe(words.function(outcome.id), 80)}{through}{note}", 2)


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
