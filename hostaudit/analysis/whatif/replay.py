"""Replay: the effect on one site of a recorded scenario on its clock, or of the loss of failure domains.

An event is bound to basic events of the site's fault tree (to *your* providers). Each basic event fails for intervals,
and the tree gives the intervals in which each function is down. The rules, in the order in which they are applied:

bind     *role*: the provider in the role, or of several the one whose end does most harm. *literal*: only this one.
reach    *customer*, *country*: the account with all products sold under it. *product*, *global*: one product and what
         rests on it. *region*: that product in this region. *tld*: every name under it.
last     as recorded, which is the length for the layer of the event; else, for the provider of the record itself, until
         an ``accept`` restores it; else estimated. What else an account holds comes back by itself, if that is sooner.
unseen   a function that cannot be seen is not assessed, never up.
declared a recovery that the owner declares and has tested gives hours of its own, beside all these.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from msgspec import UNSET

from hostaudit.analysis.fault_tree.tree import BasicEvent, Term
from hostaudit.analysis.impact.declared_recovery import counting, recovery_notes
from hostaudit.analysis.impact.fallback_grades import graded
from hostaudit.analysis.impact.outage import Reading, RecoveryTimes
from hostaudit.analysis.impact.score import effective_role
from hostaudit.analysis.site_model import SiteModel
from hostaudit.analysis.whatif.binding import (
    LEFT,
    Binder,
    Binding,
    called,
    check_mapping,
    failure_domain,
    in_domain,
    owner_in,
)
from hostaudit.analysis.whatif.outcomes import goes_down, out_of_sight, outcomes_of, standbys_of, with_functions
from hostaudit.analysis.whatif.simulation import Loss, Simulation, SimulationResult, held_up
from hostaudit.model.report import NotAssessed
from hostaudit.model.roles import LAYERS, ROLES, roles_of_layer, roles_of_product
from hostaudit.model.scenario import Event, Expectation, Scenario
from hostaudit.model.site import FallbackId
from hostaudit.model.whatif import (
    MATRIX_SCHEMA,
    WHATIF_SCHEMA,
    Bound,
    EventOutcome,
    Excluded,
    FunctionOutcome,
    Matrix,
    MatrixRow,
    WhatIf,
)
from hostaudit.model.words import AT_ONCE, duration, fallback, function, listed

OWN = "it is the site's own, and ends no contract with itself; --kind provider, asn or prefix asks for its outage"
DROP_HORIZON = 24 * 365 * 2.0
"""Hours of the clock without a recorded scenario (``--drop``): two years."""


# -- the two questions ------------------------------------------------------------------------------------


def replay(
    site: SiteModel, scenario: Scenario, *, renamed: Mapping[str, str] | None = None, binding: str = ""
) -> WhatIf:
    """Replay a recorded scenario at this site. ``renamed`` maps its actors to providers of the site (``--as``);
    ``binding`` overrides the binding of its events. Raises ``UsageError`` for a mapping without a meaning here."""
    renamed = dict(renamed or {})
    check_mapping(site, scenario, renamed)
    how = binding or scenario.binding
    simulation = Simulation(scenario.horizon_hours)
    binder = Binder(site, renamed)
    bindings = {event.id: binder.bind(event, event.bind or how) for event in scenario.events}
    accepts = {
        event.id: tuple(each for each in scenario.events if event.id in each.restores) for event in scenario.events
    }
    clock = RecoveryTimes(site.rules.recovery, scenario.horizon_hours)
    start = datetime.fromisoformat(scenario.t0.replace("Z", "+00:00"))
    for event in scenario.events:
        bound = bindings[event.id]
        if event.action == "refuse":
            _refuse(site, simulation, event)
            bound = Binding("yes", reason="takes it out of the fallbacks")
        elif event.action == "accept":
            helped = [each for each in event.restores if bindings[each].same and bindings[each].applies == "yes"]
            others = [other for each in helped for other in accepts[each] if other.layer != event.layer]
            part = "ended a part of it in history" if others else "ended it in history"
            reason = part if helped else "history; nobody knows who would accept you"
            bound = Binding("yes" if helped else "no", reason=reason)
        else:
            for leaves, perhaps in ((bound.leaves, False), (bound.perhaps, True)):
                if leaves:
                    loss = _loss(site, clock, event, leaves, accepts[event.id] if bound.same else ())
                    simulation.losses.append(replace(loss, perhaps=perhaps))
                    bound = replace(bound, reason=bound.reason or _aside(site, event, loss))
        if bound.applies in ("maybe", "not_assessed"):
            simulation.not_assessed.append(NotAssessed(f"{event.actor} ({event.id})", bound.reason))
        simulation.events.append(_event_outcome(site, event, bound, start))
    return _answer(
        site,
        simulation,
        clock,
        kind="scenario",
        id=scenario.id,
        title=scenario.title,
        t0=scenario.t0,
        binding=how,
        confidence=scenario.confidence,
        history=scenario.outcome,
        lesson=scenario.lesson,
        before=scenario.before,
        sources={key: f"{source.title} {source.url}".strip() for key, source in scenario.sources.items()},
    )


def drop(site: SiteModel, dropped: Iterable[str], *, kind: str = "", notice: float = 0.0) -> WhatIf:
    """Simulate failure domains that end service together at hour 0, with ``notice`` hours of notice. Raises
    ``UsageError`` for an unknown one."""
    mine = counting(site)
    clock = RecoveryTimes(site.rules.recovery, DROP_HORIZON, notice, mine)
    simulation = Simulation(DROP_HORIZON)
    for given in dict.fromkeys(dropped):
        found_kind, identity = failure_domain(site, given, kind)
        leaves = in_domain(site.tree, found_kind, identity)
        name = called(site, found_kind, identity)
        if leaves:
            # Work begins with the loss, not when the last cache is empty.
            back = {each: clock.total(clock.terms(site.tree.leaves[each])) for each in leaves}
            steps = {each: clock.total(clock.terms(site.tree.leaves[each], "optimistic")) for each in leaves if mine}
            simulation.losses.append(Loss(given, 0.0, back, frozenset(), notice, declared=steps))
        bound = (Bound(found_kind, identity, name),) if leaves else ()
        own = owner_in(site.tree, found_kind, identity)
        reason = "" if leaves else OWN if own else "nothing that was seen of the site rests on it"
        simulation.events.append(
            EventOutcome(
                id=given,
                at_hours=0.0,
                at=None,
                actor=identity,
                actor_name=name,
                layer=found_kind,
                action="outage" if leaves and own else "terminate",
                scope=found_kind,
                notice_hours=notice,
                duration_hours=None,
                certainty="assumed",
                applies="yes" if leaves else "no",
                bound=bound,
                functions=(),
                reason=reason,
            )
        )
    names = listed([each.actor_name for each in simulation.events])
    breaks = all(each.action == "outage" for each in simulation.events)
    verbs = ("have an outage", "has an outage") if breaks else ("end service", "ends service")
    title = f"{names} {verbs[len(simulation.events) == 1]}"
    return _answer(
        site, simulation, clock, kind="drop", id="+".join(each.id for each in simulation.events), title=title
    )


def matrix(site: SiteModel, scenarios: Iterable[Scenario]) -> Matrix:
    """Every scenario over one site: the hours down of each function in the usual case, None where not assessed."""
    rows = []
    for scenario in scenarios:
        answer = replay(site, scenario)
        applies = any(each.applies in ("yes", "maybe") and each.action in LEFT for each in answer.events)
        down = {outcome.id: outcome.down_hours if outcome.assessed else None for outcome in answer.functions}
        declared = {
            each.id: each.declared_hours
            for each in answer.functions
            if each.assessed and isinstance(each.declared_hours, float)
        }
        rows.append(MatrixRow(scenario.id, scenario.title, applies, down, declared or UNSET))
    return Matrix(
        schema=MATRIX_SCHEMA,
        target=site.file.target,
        run=site.run,
        functions=tuple(each.id for each in site.tree.functions if each.counts),
        rows=tuple(rows),
        not_assessed=out_of_sight(site),
        recoveries=recovery_notes(site) or UNSET,
    )


def differences(answer: WhatIf, expected: Expectation) -> tuple[str, ...]:
    """The differences between a replay and the expected result."""
    found = []
    outcomes = {each.id: each for each in answer.functions}
    for identity, bounds in expected.down_hours.items():
        if identity not in outcomes:
            found.append(f"{expected.subject}: there is no function {identity}")
        elif not bounds[0] <= outcomes[identity].down_hours <= bounds[1]:
            hours_down = outcomes[identity].down_hours
            found.append(
                f"{expected.subject}: {identity} is down {hours_down} h, history says {bounds[0]} to {bounds[1]}"
            )
    for provider, word in expected.excluded.items():
        reasons = [each.reason for each in answer.excluded if each.provider == provider]
        if not any(word in reason for reason in reasons):
            found.append(
                f"{expected.subject}: {provider} is not excluded as {word}: {'; '.join(reasons) or 'not at all'}"
            )
    return tuple(found)


# -- events -----------------------------------------------------------------------------------------------


def _loss(
    site: SiteModel,
    clock: RecoveryTimes,
    event: Event,
    leaves: Iterable[str],
    accepts: tuple[Event, ...],
) -> Loss:
    """The loss by an event. ``accepts``: who took in the victim of the record; empty for another provider."""
    back: dict[str, tuple[float, float, float]] = {}
    recorded = set()
    notice = event.notice_hours or 0.0
    mine = counting(site)
    told = RecoveryTimes(site.rules.recovery, clock.horizon, notice, mine)
    declared: dict[str, tuple[float, float, float]] = {}
    for name in leaves:
        leaf = site.tree.leaves[name]
        low, usual, high = (event.at_hours + each for each in told.total(_recovery(told, event, leaf)))
        ended, certain = _ended(event, accepts, leaf)
        if certain:
            low = usual = high = ended
            recorded.add(name)
        back[name] = (min(low, ended), min(usual, ended), min(high, ended))
        declared |= {name: back[name]} if mine else {}
        if leaf.recovery in mine:
            # What somebody else took over in history does not wait for him here.
            sooner = (event.at_hours + each for each in told.total(_recovery(told, event, leaf, "optimistic")))
            low, usual, high = map(min, back[name], sooner)
            declared[name] = (low, usual, high)
    degrades = event.action == "degrade"
    return Loss(event.id, event.at_hours, back, frozenset(recorded), notice, degrades, declared=declared)


def _aside(site: SiteModel, event: Event, loss: Loss) -> str:
    """What is assumed of the parts of an account to which the recorded length does not apply; empty if it does to
    all."""
    if not loss.recorded or loss.recorded == loss.back.keys():
        return ""
    others = sorted({effective_role(site.tree.leaves[name]) for name in loss.back.keys() - loss.recorded})
    said = listed([ROLES[role].words for role in others])
    return (
        f"the recorded length is for {LAYERS[event.layer].words} only; {said} in the same account: estimated, if sooner"
    )


def _ended(event: Event, accepts: tuple[Event, ...], leaf: BasicEvent) -> tuple[float, bool]:
    """The hour at which an event had ended in history, infinite if nobody knows, and whether the record is about this
    basic event: of its own layer, or of that which somebody else took over."""
    if event.duration_hours is not None:
        return event.at_hours + event.duration_hours, _of_layer(event, leaf)
    taken_over = [each.at_hours for each in accepts if effective_role(leaf) in roles_of_layer(each.layer)]
    if taken_over:
        return max(taken_over), True
    if accepts:
        return max(each.at_hours for each in accepts), _of_layer(event, leaf)
    return math.inf, False


def _of_layer(event: Event, leaf: BasicEvent) -> bool:
    """True if the record's length is about this basic event. An outage is of everything that the product carries; who
    ends an account is recorded for the layer that was lost."""
    if event.scope not in ("customer", "country") or event.layer in ("registry", "ip_transit"):
        return True
    return effective_role(leaf) in roles_of_layer(event.layer)


def _recovery(clock: RecoveryTimes, event: Event, leaf: BasicEvent, reading: Reading = "named") -> tuple[Term, ...]:
    """The time until a basic event works again of which the record tells no end."""
    if event.layer == "registry" and event.action not in ("outage", "degrade"):
        # A name that its registry took does not come back: users have to be brought to another one.
        taken = clock.base("name_taken")
        return (taken,) if taken is not None else ()
    return clock.terms(leaf, reading)


def _refuse(site: SiteModel, simulation: Simulation, event: Event) -> None:
    """Exclude a provider from the fallbacks, and report it even if the site does not have it as a fallback."""
    said = "judged unlikely to accept" if event.certainty == "judged" else "refused"
    row = Excluded(event.actor, f"{said} in this scenario", event.id, event.certainty)
    simulation.excluded.append(row)
    parent = site.attribution.catalogue.parent(event.actor)
    for proof in site.proofs.all:
        stands_in = proof.role in (*roles_of_layer(event.layer), *roles_of_product(event.layer))
        stands_in = stands_in or (proof.role == "spare_name" and event.layer == "registrar")
        same = proof.provider == event.actor or site.attribution.catalogue.account(proof.provider) == event.actor
        if stands_in and (same or site.attribution.catalogue.parent(proof.provider) == parent):
            simulation.refused[proof.id] = row


def _event_outcome(site: SiteModel, event: Event, bound: Binding, start: datetime) -> EventOutcome:
    name = event.name or site.attribution.provider_name(event.actor)
    return EventOutcome(
        id=event.id,
        at_hours=event.at_hours,
        at=(start + timedelta(hours=event.at_hours)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        actor=event.actor,
        actor_name=name,
        layer=event.layer,
        action=event.action,
        scope=event.scope,
        notice_hours=event.notice_hours,
        duration_hours=event.duration_hours,
        certainty=event.certainty,
        applies=bound.applies,
        bound=bound.bound if bound.applies in ("yes", "maybe") else (),
        functions=(),
        reason=bound.reason,
        note=event.note,
        sources=event.sources,
        to_do=_to_do(event, bound),
    )


def _to_do(event: Event, bound: Binding) -> str:
    """What has to be done about certificates before an event takes effect: a revocation stops no function of itself."""
    if event.layer != "tls" or bound.applies != "yes" or event.action not in ("revoke", "distrust"):
        return ""
    who = listed([each.name or each.id for each in bound.bound])
    if event.action == "distrust":
        what = "take the next certificate from another authority"
    else:
        what = f"reissue the certificates of {who} before they are revoked"
    if event.notice_hours:
        return f"you have {duration(event.notice_hours)} to {what}"
    return f"you have no time to {what}"


# -- the answer -------------------------------------------------------------------------------------------


def _answer(
    site: SiteModel,
    simulation: Simulation,
    clock: RecoveryTimes,
    *,
    kind: Literal["drop", "scenario"],
    id: str,  # noqa: A002 - the field's name
    title: str,
    t0: str | None = None,
    binding: str = "literal",
    confidence: str = "",
    history: str = "",
    lesson: str = "",
    before: str = "",
    sources: Mapping[str, str] | None = None,
) -> WhatIf:
    simulation.losses = held_up(site, simulation.losses)
    result = SimulationResult(site, simulation, clock)
    outcomes = outcomes_of(site, simulation, result)
    events = tuple(with_functions(each, simulation, result) for each in simulation.events)
    fallbacks = graded(site.tree, site.proofs)
    standbys, barred = standbys_of(site, simulation, result, fallbacks)
    applying = [each for each in events if each.applies == "yes" and each.action in LEFT]
    already = [each.id for each in site.tree.functions if result.down(each.root, result.before)]
    lost = [each for each in outcomes if each.down_hours > 0 and each.id not in already]
    perhaps = [each for each in outcomes if each.down_hours <= 0 < each.range.high and each.id not in already]
    to_do = tuple(each.to_do for each in events if each.to_do)
    first = min(lost, key=lambda each: (goes_down(each), each.id), default=None)
    longest = max(lost, key=lambda each: (each.down_hours, each.id), default=None)
    unassessed = [NotAssessed(each.id, each.note) for each in outcomes if not each.assessed]
    return WhatIf(
        schema=WHATIF_SCHEMA,
        target=site.file.target,
        run=site.run,
        kind=kind,
        id=id,
        title=title,
        t0=t0,
        horizon_hours=simulation.horizon,
        binding=binding,
        confidence=confidence,
        summary=_already(site, already)
        + _summary(site, title if kind == "drop" else f"In {id}", lost, perhaps, outcomes, kind, to_do),
        events=events,
        functions=outcomes,
        fallbacks=standbys,
        excluded=(*simulation.excluded, *barred),
        not_assessed=(*unassessed, *simulation.not_assessed, *out_of_sight(site)),
        first_loss=first.id if first is not None else "",
        shortest_notice_hours=min((each.notice_hours or 0.0 for each in applying), default=None),
        longest_loss=longest.id if longest is not None else "",
        before_the_next=_advice(site, simulation, [*lost, *perhaps], before),
        history=history,
        lesson=lesson,
        sources=dict(sources or {}),
        names=_names(site),
        recoveries=recovery_notes(site) or UNSET,
    )


def _names(site: SiteModel) -> dict[str, str]:
    """The names of the providers of a site, including standbys, by id."""
    found = {identity: name for (kind, identity), name in site.tree.names.items() if kind == "provider"}
    found |= {
        proof.provider: site.attribution.provider_name(proof.provider) for proof in site.proofs.all if proof.provider
    }
    return {identity: found[identity] for identity in sorted(found) if found[identity] != identity}


def _advice(site: SiteModel, simulation: Simulation, lost: Iterable[FunctionOutcome], before: str) -> tuple[str, ...]:
    rows = []
    name, names = site.file.target.domain, _names(site)
    for outcome in sorted(lost, key=lambda each: -each.down_hours)[:2]:  # of the same length, what others rest on first
        if not outcome.via:
            said = name if outcome.id == "web" else function(outcome.id)
            rows.append(f"there is no fallback for {said}: see hostaudit fallbacks {name}")
        else:
            ways = listed([fallback(FallbackId.read(each), names) for each in outcome.via])
            rows.append(f"rehearse the switch to {ways}, or make it automatic")
    if before:
        rows.append(before)
    if simulation.not_assessed:
        rows.append("declare in the site file what cannot be seen, so that it is assessed")
    return tuple(dict.fromkeys(rows))


def _already(site: SiteModel, functions: list[str]) -> str:
    """A sentence about the functions that no scenario can stop any more."""
    names = [site.file.target.domain if each == "web" else function(each) for each in functions]
    return f"Not working now, before any of this: {listed(names)}. " if names else ""


def _summary(
    site: SiteModel,
    lead: str,
    lost: list[FunctionOutcome],
    perhaps: list[FunctionOutcome],
    outcomes: Iterable[FunctionOutcome],
    kind: str,
    to_do: tuple[str, ...],
) -> str:
    """The functions that stop or may stop, how long, and what caches and the owner can do about it."""
    name = site.file.target.domain
    tail = _declared(name, lost) + _caches([*lost, *perhaps])
    tail += "".join(f" {each[:1].upper()}{each[1:]}." for each in to_do)
    tail += " Not everything could be assessed." if any(not each.assessed for each in outcomes) else ""
    start = f"If {lead}" if kind == "drop" else lead
    if not lost and not perhaps:
        return f"{start}, nothing that was assessed of {name} goes down.{tail}"
    groups: dict[tuple[str, str], list[str]] = {}
    for each in sorted([*lost, *perhaps], key=lambda each: (each.id != "web", -each.down_hours, each.id)):
        said = name if each.id == "web" else function(each.id)
        length = duration(each.down_hours) if each.down_hours > 0 else f"up to {duration(each.range.high)}"
        groups.setdefault((_loses(each), length), []).append(said)
    parts = [
        f"{listed(names)} {verbs.split('/')[len(names) > 1]} {length}" for (verbs, length), names in groups.items()
    ]
    return f"{start}: {'; '.join(parts)}.{tail}"


def _declared(name: str, lost: Iterable[FunctionOutcome]) -> str:
    """A sentence about the hours that declared recoveries promise."""
    groups: dict[float, list[str]] = {}
    for each in sorted(lost, key=lambda each: (each.id != "web", -each.down_hours, each.id)):
        if isinstance(each.declared_hours, float):
            groups.setdefault(each.declared_hours, []).append(name if each.id == "web" else function(each.id))
    if not groups:
        return ""
    told = "; ".join(f"{listed(names)} {duration(back) if back else 'not at all'}" for back, names in groups.items())
    return f" If the declared recovery holds: {told}."


def _caches(lost: Iterable[FunctionOutcome]) -> str:
    """A sentence about the users whose caches hide a loss for a while."""
    spread = [each.time_to_impact.high for each in lost if each.time_to_impact and each.time_to_impact.low < AT_ONCE]
    longest = max(spread, default=0.0)
    return (
        f" First users notice at once; caches spare others for up to {duration(longest)}." if longest > AT_ONCE else ""
    )


def _loses(each: FunctionOutcome) -> str:
    if each.down_hours <= 0:
        verb = {"no_new_installs": "stop", "cannot_renew": "be impossible"}.get(each.effect, "be down")
        return f"may {verb} for/may {verb} for"
    if each.effect == "no_new_installs":
        return "stop for/stop for"
    return "is impossible for/are impossible for" if each.effect == "cannot_renew" else "is down for/are down for"
