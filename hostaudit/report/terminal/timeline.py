"""The timeline of a scenario at a site: the losses in order, the times to impact, and the remaining fallbacks.

The events come first, then one bar per function over time, then the conclusions.
"""

from __future__ import annotations

from collections.abc import Iterable

from hostaudit.model import words
from hostaudit.model.report import Hours
from hostaudit.model.roles import LAYERS
from hostaudit.model.site import FallbackId
from hostaudit.model.whatif import EventOutcome, Excluded, FunctionOutcome, Standby, WhatIf
from hostaudit.report import wording as say
from hostaudit.report.terminal.bars import axis, bar, drawn, legend, ticks
from hostaudit.report.terminal.recoveries import recoveries
from hostaudit.report.terminal.sheet import BOLD, MORE, REASON, Sheet, not_assessed
from hostaudit.report.text import width, wrap

SOURCES = 3
ASIDE = 72
"""The least width at which the summary of a bar is beside it; on narrower terminals it is above the bar."""
LABEL = 24
TAIL = (24, 40)
"""Columns for the summary of a bar, on a narrow and on a wide terminal."""
WIDE = 110
NARROW = 16
"""The least columns for the description of an event beside its time."""
ANSWERS = ("accept", "refuse")
"""Actions of parties that were asked for help: they stop nothing."""
DEEP = 8
"""The column at which the details of an event begin."""

MOVES = {"another-registrar": "moving the name to another registrar"}
"""The kinds of excluded moves that are not providers, in words."""

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
BINDINGS = {
    "role": "role, so the provider that has this role at this site is meant",
    "literal": "literal, so only the provider of the record is meant",
}


def write(sheet: Sheet, document: WhatIf) -> None:
    """The timeline of a scenario."""
    _top(sheet, document)
    _events(sheet, document)
    _bars(sheet, document)
    _key(sheet, document)
    _notes(sheet, document)
    recoveries(sheet, document.recoveries, say.OF_A_SIMULATION)
    before_the_next(sheet, document)
    _history(sheet, document)
    _elsewhere(sheet, document)
    told = _as_unseen(document)
    not_assessed(sheet, [each for each in document.not_assessed if each.what not in told])
    _sources(sheet, document)


def _top(sheet: Sheet, document: WhatIf) -> None:
    sheet.bold(f"{sheet.safe(document.id, 80)} on {sheet.safe(document.target.domain, 260)}: {document.title}")
    sheet.text(sheet.safe(document.summary, 600))
    start = f"; clock starts {_moment(document.t0)}" if document.t0 else ""
    binding = BINDINGS.get(document.binding, sheet.safe(document.binding))
    sheet.text(f"binding: {binding}; facts: {sheet.safe(document.confidence, 60)} confidence{start}")
    met = [each for each in document.events if each.applies in ("yes", "maybe")]
    assumed = []
    if any(each.notice_hours is None and each.action not in ANSWERS for each in met):
        assumed.append("an unknown notice is taken as 0")
    if any(each.applies == "maybe" for each in met):
        assumed.append("what may or may not hit the site is not counted as a loss")
    if any(outcome_basis(outcome) for outcome in document.functions):
        assumed.append("estimated times are from rules/recovery.yaml")
    if assumed:
        sheet.text("; ".join(assumed), lead="assumed: ")
    kept = [sheet.safe(words.function(each.id), 60) for each in document.functions if _works(each)]
    carried = [sheet.safe(words.function(each.id), 60) for each in document.functions if each.via and not _works(each)]
    worse = [sheet.safe(words.function(each.id), 60) for each in document.functions if _only_degraded(each)]
    parts = [
        words.listed(kept),
        f"by a fallback {words.listed(carried)}" if carried else "",
        f"degraded {words.listed(worse)}" if worse else "",
    ]
    sheet.text(
        "; ".join(part for part in parts if part) or "nothing that was assessed", lead="still works: ", colour=BOLD
    )


def _moment(at: str) -> str:
    """A time without seconds."""
    return f"{at[:16].replace('T', ' ')} UTC"


# -- events -----------------------------------------------------------------------------------------------


def _events(sheet: Sheet, document: WhatIf) -> None:
    refusals = {each.event for each in document.excluded if each.event}
    shown = [each for each in in_order(document) if each.applies in ("yes", "maybe") and each.id not in refusals]
    sheet.lines.append("")
    if not shown:
        sheet.text("Nothing in this scenario affects this site.")
    dates = [_date(sheet, each, document) for each in shown]
    whats = [_what(sheet, each, document) for each in shown]
    notices = [_notice(each) for each in shown]
    yours = [_you(sheet, each, document) for each in shown]
    sizes = [
        max((width(cell) for cell in column), default=0)
        for column in ([_when(each) for each in shown], dates, whats, notices, yours)
    ]
    rest = sheet.width - sizes[0] - sizes[1] - 5
    helped = _under(document, shown)
    cells = zip(dates, whats, notices, yours, strict=True)
    for each, (date, what, told, you) in zip(shown, cells, strict=True):
        when = _when(each)
        if sum(sizes) + 2 * len(sizes) <= sheet.width:
            sheet.row([when, date, what, told, you], sizes, 1)
        else:
            act = f"{what}, {told}" if told else what
            if rest < NARROW:
                sheet.text(f"{date} {act}", 1, lead=f"{when} ", colour=BOLD)
            else:
                sheet.row([when, date, act], [*sizes[:2], rest], 1)
            if you:
                sheet.text(you, DEEP - 2)
        if each.reason and each.action not in ANSWERS:
            sheet.text(sheet.safe(each.reason, 300), DEEP, lead="assumed: ")
        if each.to_do:
            sheet.text(sheet.safe(each.to_do, 300), DEEP, lead="to do: ")
        _stand_ins(sheet, helped.pop(each.id, []), document)
    rest_of = [each for rows in helped.values() for each in rows]
    written = len(sheet.lines)
    _stand_ins(sheet, rest_of, document)
    if len(sheet.lines) > written:  # some rows appear in other sections
        rows, sheet.lines[written:] = sheet.lines[written:], []
        sheet.text("Whichever event it is:", 1)
        sheet.lines += rows


def in_order(document: WhatIf) -> list[EventOutcome]:
    """Events by time; events of the same time stay in the given order."""
    return sorted(document.events, key=lambda each: each.at_hours)


def _when(event: EventOutcome) -> str:
    return f"+{say.clock(event.at_hours)}"


def _date(sheet: Sheet, event: EventOutcome, document: WhatIf) -> str:
    """A date such as ``09 Jan``; with the year if the clock crosses years, with the hour if it covers only days."""
    if event.at is None:
        return ""
    day, _, hour = event.at.partition("T")
    parts = day.split("-")
    if len(parts) != 3 or not parts[1].isdecimal() or not 1 <= int(parts[1]) <= 12:
        return sheet.safe(event.at, 24)
    years = {each.at[:4] for each in document.events if each.at and each.applies in ("yes", "maybe")}
    year = f" {parts[0]}" if len(years) > 1 else ""
    short = document.horizon_hours <= 96
    return sheet.safe(f"{parts[2]} {MONTHS[int(parts[1]) - 1]}{year}{f' {hour[:5]}' if short else ''}", 24)


def _what(sheet: Sheet, event: EventOutcome, document: WhatIf) -> str:
    """Actor and action. If the event is bound by role to another provider, the recorded actor follows in brackets."""
    name = sheet.safe(event.actor_name or event.actor, 60)
    if document.binding == "role" and event.action not in ANSWERS:
        there = {bound.name for bound in event.bound} | {bound.id for bound in event.bound}
        role = sheet.safe(say.layer(event.layer), 40)
        role = role[:1].upper() + role[1:]
        who = role if event.actor_name in there or event.actor in there else f"{role} ({name} then)"
    else:
        who = name
    judged = " (judged)" if event.certainty == "judged" else ""
    outcome = f": {sheet.safe(event.reason)}" if event.action in ANSWERS and event.reason else ""
    return f"{who} {sheet.safe(say.action(event.layer, event.action), 60)}{judged}{outcome}"


def _notice(event: EventOutcome) -> str:
    return "" if event.action in ANSWERS else say.notice(event.notice_hours)


def _you(sheet: Sheet, event: EventOutcome, document: WhatIf) -> str:
    """The provider of the site that is hit, and the effect on it."""
    if event.action in ANSWERS:
        return ""
    bound = [
        sheet.safe(each.name or each.id, 60) + (f" (one of {each.one_of})" if each.one_of > 1 else "")
        for each in event.bound
    ]
    may = "may be you" if event.applies == "maybe" else "you"
    stopped = [sheet.safe(words.function(each), 60) for each in event.functions]
    worse = [
        sheet.safe(words.function(outcome.id), 60)
        for outcome in document.functions
        if outcome.id not in event.functions
        and any(each.state == "degraded" and event.id in each.because for each in outcome.intervals)
    ]
    effects = [
        f"{_all_or(stopped, document)} down" if stopped else "",
        f"{words.listed(worse)} degraded" if worse else "",
    ]
    perhaps = any(outcome.down_hours <= 0 < outcome.range.high for outcome in document.functions)
    none = "no function goes down in the usual case" if perhaps else "no function goes down"
    effect = ", ".join(part for part in effects if part) or none
    return f"{may}: {words.listed(bound) or 'provider not known'} - {effect}"


def _all_or(stopped: list[str], document: WhatIf) -> str:
    """The functions, or a word for all of them."""
    return "everything" if len(stopped) == len(document.functions) > 1 else words.listed(stopped)


def _under(document: WhatIf, shown: list[EventOutcome]) -> dict[str, list[Standby | Excluded]]:
    """The fallbacks by event, useful or not, if a function that they replace is lost; those without an event are
    under ""."""
    cuts = [each for each in shown if each.action not in ANSWERS]
    refusals = {each.id: each for each in document.events}
    found: dict[str, list[Standby | Excluded]] = {}
    for standby in document.fallbacks:
        if standby.ready_at_hours is None and not standby.needed:
            continue
        place = next((each.id for each in cuts if _role(each.layer) == standby.role), "")
        found.setdefault(place, []).append(standby)
    for excluded in document.excluded:
        refusal = refusals.get(excluded.event)
        same = [each for each in cuts if refusal and _role(each.layer) == _role(refusal.layer)]
        before = [each for each in same if refusal and each.at_hours <= refusal.at_hours]
        place = before[-1].id if before else same[0].id if same else ""
        found.setdefault(place, []).append(excluded)
    return found


def _role(layer: str) -> str:
    row = LAYERS.get(layer)
    return row.role if row is not None else layer


def _stand_ins(sheet: Sheet, rows: Iterable[Standby | Excluded], document: WhatIf) -> None:
    rows = list(rows)
    for each in rows:
        if isinstance(each, Standby):
            standby(sheet, each, DEEP)
    excluded(sheet, [each for each in rows if isinstance(each, Excluded)], document, DEEP)


def standing_by(sheet: Sheet, each: Standby) -> str:
    """A fallback with its role and, if given, the subject that it replaces."""
    backed = f" for {sheet.safe(each.subject, 80)}" if each.subject else ""
    declared = words.standing_by(FallbackId.read(each.id), each.name or each.provider) if each.id else each.provider
    return f"{sheet.safe(say.role(each.role), 40)} {sheet.safe(declared, 100)}{backed}"


def standby(sheet: Sheet, each: Standby, indent: int) -> None:
    """Add a fallback: the time at which it is ready, or that it does not help."""
    reasons = "; ".join(sheet.safe(reason, REASON) for reason in each.reasons)
    text = f"{standing_by(sheet, each)} ({each.grade}){f' - {reasons}' if reasons else ''}"
    if each.ready_at_hours is None:
        sheet.marked("bad", "does not help", text, indent)
    else:
        mark = "good" if each.grade in ("probed", "independent") else "weak"
        sheet.marked(mark, f"ready +{say.clock(each.ready_at_hours)}", text, indent)


def excluded(sheet: Sheet, rows: Iterable[Excluded], document: WhatIf, indent: int) -> None:
    """Providers that cannot be replacements, with the reason; those with the same reason share a line."""
    events = {each.id: each for each in document.events}
    useless = {each.provider for each in document.fallbacks if each.ready_at_hours is None}
    shared: dict[tuple[str, str, str], list[str]] = {}
    for each in rows:
        if not each.event and each.provider in useless:
            continue  # has a line of its own
        refusal = events.get(each.event)
        name = refusal.actor_name if refusal and refusal.actor == each.provider else each.provider
        asked = f"asked at +{say.clock(refusal.at_hours)}" if refusal and refusal.at is not None else ""
        judged = "judged" if each.certainty == "judged" and "judged" not in each.reason else ""
        aside = ", ".join(part for part in (asked, judged) if part)
        word = "blocked" if each.provider in MOVES else "excluded"
        shared.setdefault((word, each.reason, aside), []).append(sheet.safe(MOVES.get(each.provider, name), 80))
    for (word, reason, aside), names in shared.items():
        text = f"{words.listed(names)} - {sheet.safe(reason, 200)}{f' ({aside})' if aside else ''}"
        sheet.marked("bad", word, text, indent)


# -- bars -------------------------------------------------------------------------------------------------


def _bars(sheet: Sheet, document: WhatIf) -> None:
    outcomes = document.functions
    shown_already = {*(each.id for each in outcomes), *_as_unseen(document)}
    unseen = [each.what for each in document.not_assessed if each.what not in shown_already]
    if not outcomes:
        return
    labels = [sheet.safe(words.function(each.id), LABEL) for each in outcomes]
    label = max(map(width, [*labels, "not assessed" if unseen else ""]))
    aside = sheet.width >= ASIDE
    tail = TAIL[sheet.width >= WIDE]
    columns = sheet.width - label - tail - 6 if aside else sheet.width - 8
    horizon = max(document.horizon_hours, 0.0) or 1.0
    at = ticks(document.events, outcomes, horizon, columns)
    gap = columns // (len(at) - 1)
    indent = label + 4 if aside else 2
    states = [bar(outcome, at, gap) for outcome in outcomes]
    sheet.lines += ["", " " * indent + axis(at, gap)]
    rows = [(name, each, total(outcome, sheet)) for name, each, outcome in zip(labels, states, outcomes, strict=True)]
    if unseen:
        few = words.few([sheet.safe(each, 120) for each in unseen])
        rows.append(("not assessed", ["not assessed"] * gap * (len(at) - 1), few))
    for name, each, text in rows:
        shown = drawn(sheet, each)
        if aside:
            first, *more = wrap(sheet.safe(text, 400), tail)
            lead = wrap(name, label)[0]
            sheet.lines.append(f"  {lead}{' ' * (label - width(lead))}  {shown}  {first}")
            sheet.lines += [" " * (indent + len(each) + 2) + line for line in more]
        else:
            sheet.text(text, 2, lead=f"{name}: ")
            sheet.lines.append(f"  {shown}")
    sheet.text(legend(sheet, (state for _, each, _ in rows for state in each)), indent, 0)


def _notes(sheet: Sheet, document: WhatIf) -> None:
    """Remarks on functions; functions with the same remark share a line."""
    shared: dict[str, list[str]] = {}
    for outcome in document.functions:
        if outcome.note:
            shared.setdefault(outcome.note, []).append(sheet.safe(words.function(outcome.id), 60))
    if shared:
        sheet.heading("Notes")
    for note, functions in shared.items():
        sheet.text(sheet.safe(note, 200), 2, lead=f"{words.listed(functions)}: ")


def _as_unseen(document: WhatIf) -> set[str]:
    """The names, in the list of parts not assessed, of events that the timeline shows itself."""
    return {f"{each.actor} ({each.id})" for each in document.events}


def outcome_basis(outcome: FunctionOutcome) -> bool:
    """True if one of its times is only estimated."""
    return any(each.basis == "estimated" for each in outcome.intervals)


def as_declared(outcome: FunctionOutcome) -> tuple[str, ...]:
    """The hours down if the declared recoveries hold, if these save any."""
    if not isinstance(outcome.declared_hours, float):
        return ()
    back = words.duration(outcome.declared_hours) if outcome.declared_hours > 0 else "no time"
    return (f"as declared: {back}",)


def _only_degraded(outcome: FunctionOutcome) -> bool:
    return outcome.assessed and outcome.degraded_hours > 0 and not (outcome.down_hours > 0 or outcome.range.high > 0)


def _works(outcome: FunctionOutcome) -> bool:
    """True if the function has no loss, as far as it was assessed."""
    return outcome.assessed and not (outcome.down_hours > 0 or outcome.range.high > 0 or outcome.degraded_hours > 0)


def total(outcome: FunctionOutcome, sheet: Sheet) -> str:
    """The summary of a bar, in hours or days."""
    parts = []
    lost = outcome.down_hours > 0 or outcome.range.high > 0
    if lost:
        length = words.duration(outcome.down_hours)
        span = words.span(Hours(outcome.range.low, outcome.down_hours, outcome.range.high))
        most = words.duration(outcome.range.high)
        told = f"{length} down{span[len(length) :]}" if outcome.down_hours > 0 else f"perhaps down for up to {most}"
        parts += [told, *as_declared(outcome)]
    if outcome.degraded_hours > 0:
        parts.append(f"{words.duration(outcome.degraded_hours)} degraded")
    if outcome_basis(outcome):
        parts.append("estimated")
    if outcome.intervals and outcome.intervals[-1].to_hours is None:
        parts.append("no end on record")
    if not outcome.assessed:
        parts.append("the rest not assessed" if parts else "not assessed")
    if outcome.via:
        parts.append(f"via {words.listed([sheet.fallback(each) for each in outcome.via])}")
    if outcome.remains:
        parts.append(f"left: {words.listed([sheet.called(each) for each in outcome.remains])}")
    if _works(outcome):
        parts.insert(0, "works")
    return ", ".join(parts)


# -- conclusions -----------------------------------------------------------------------------------------


def _key(sheet: Sheet, document: WhatIf) -> None:
    outcomes = {each.id: each for each in document.functions}
    first, longest = outcomes.get(document.first_loss), outcomes.get(document.longest_loss)
    parts = []
    if first is not None and first.intervals:
        parts.append(f"first loss: +{say.clock(first.intervals[0].from_hours)} {_called(sheet, first)}")
    if document.shortest_notice_hours is not None:
        parts.append(f"shortest notice: {say.short(document.shortest_notice_hours)}")
    if longest is not None:
        parts.append(f"longest loss: {words.duration(longest.down_hours)}, {_called(sheet, longest)}")
    if parts:
        sheet.lines.append("")
        sheet.bold(" | ".join(parts))


def _called(sheet: Sheet, outcome: FunctionOutcome) -> str:
    return sheet.safe(words.function(outcome.id), 60)


def before_the_next(sheet: Sheet, document: WhatIf) -> None:
    """The next steps to take before an incident."""
    if document.before_the_next:
        sheet.lines.append("")
        sheet.text("", lead="Do before the next incident:", colour=BOLD)
    for position, each in enumerate(document.before_the_next, 1):
        sheet.text(sheet.safe(each, 300), 2, 3, lead=f"{position}) ")


def _history(sheet: Sheet, document: WhatIf) -> None:
    if document.history or document.lesson:
        sheet.lines.append("")
    for lead, text in (("History: ", document.history), ("Lesson: ", document.lesson)):
        if text:
            sheet.text(sheet.safe(text, 600), lead=lead, colour=BOLD)


def _elsewhere(sheet: Sheet, document: WhatIf) -> None:
    """Events that are not part of the timeline: they are never dropped, but come last."""
    rest = [each for each in in_order(document) if each.applies in ("no", "not_assessed")]
    refusals = {each.event for each in document.excluded if each.event}
    rest = [each for each in rest if each.id not in refusals]
    if rest:
        sheet.heading("Also in this scenario")
    for each in rest:
        why = "does not apply" if each.applies == "no" else "not assessed"
        who = sheet.safe(each.actor_name or each.actor, 60)
        act = f"{who} {sheet.safe(say.action(each.layer, each.action), 60)} ({sheet.safe(say.layer(each.layer), 40)})"
        reason = f": {sheet.safe(each.reason, 300)}" if each.reason else ""
        sheet.text(f"{act} - {why}{reason}", 2, 4, lead=f"{_when(each)} ")


def _sources(sheet: Sheet, document: WhatIf) -> None:
    if not document.sources:
        return
    # A source has a title and an address; only JSON needs the address.
    titles = [sheet.safe(title.partition(" http")[0] or each, 100) for each, title in document.sources.items()]
    left = len(titles) - SOURCES
    sheet.lines.append("")
    sheet.text("; ".join(titles[:SOURCES]) + (f"; +{left} more, {MORE}" if left > 0 else ""), lead="Sources: ")
