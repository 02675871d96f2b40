"""The outcome of each function and of each fallback over the clock."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec
from msgspec import UNSET

from hostaudit.analysis.fault_tree.tree import FaultTree, SiteFunction
from hostaudit.analysis.impact.fallback_grades import unseen_roles
from hostaudit.analysis.impact.outage import RecoveryTimes
from hostaudit.analysis.site_model import SiteModel
from hostaudit.analysis.whatif.downtime import NEVER, DowntimeMeasure, Spans, clipped, hours, united, without
from hostaudit.analysis.whatif.simulation import Loss, Simulation, SimulationResult
from hostaudit.model.report import Fallback, Hours, NotAssessed
from hostaudit.model.roles import IN_USE_AT_ONCE
from hostaudit.model.values import Registration
from hostaudit.model.whatif import EventOutcome, Excluded, FunctionOutcome, Interval, Standby
from hostaudit.model.words import duration, listed


def outcomes_of(site: SiteModel, simulation: Simulation, result: SimulationResult) -> tuple[FunctionOutcome, ...]:
    """The outcome of every function that applies, in tree order: when it is down or degraded, and what restores it."""
    rows = []
    renewal = next((each for each in site.tree.functions if each.id == "renew_certificate"), None)
    for each in site.tree.functions:
        if not each.counts:
            continue
        ends = [result.down(each.root, state) for state in result.ends]
        worse = result.down(each.root, result.worse)
        perhaps = result.down(each.root, result.perhaps)
        if renewal is not None and each.id == "web" and renewal.applies == "yes":
            ends = [united([down, _expired(each, renewal, result, result.ends[at])]) for at, down in enumerate(ends)]
            worse = united([worse, _revoked(site, simulation, renewal)])
        usual = ends[1]
        hoped = _declared(each, renewal, result)
        hurt = [result.down(node, result.ends[1]) for node in each.degraded_by]
        known = [result.down(node, result.before) for node in each.degraded_by]
        lesser = [without(now, then) for now, then in zip(hurt, known, strict=True)]
        degraded = without(united([*lesser, worse]), usual)
        assessed, note = _assessed(each, result, without(perhaps, united([usual, worse])))
        if assessed and any(result.perhaps.get(node) != result.worse.get(node) for node in each.degraded_by):
            note = "it may be degraded: whether an event reaches a part of it cannot be seen"
        if renewal is not None and each is renewal and ends[1] and each.begins is not None:
            left = each.begins.hours.usual
            note = f"noticed after {duration(left)}, when the certificate in use ends"
            if hours(ends[2]) <= left:
                note = f"nobody notices: the certificate in use is good for {duration(left)}"
        via = _via(site.tree, each, result.ends[1])
        roots = [(each.root, *each.degraded_by)]
        if renewal is not None and each.id == "web":
            roots.append((renewal.root,))
        intervals = sorted(
            [_interval(span, "down", site.tree, roots, simulation, via) for span in usual]
            + [_interval(span, "degraded", site.tree, roots, simulation, ()) for span in degraded],
            key=lambda row: (row.from_hours, row.state),
        )
        low, middle, high = (round(hours(down), 3) for down in ends)
        rows.append(
            FunctionOutcome(
                id=each.id,
                effect=each.loss,
                down_hours=middle,
                degraded_hours=round(hours(degraded), 3),
                range=Hours(min(low, middle), middle, max(high, middle)),
                intervals=tuple(intervals),
                assessed=assessed,
                via=via,
                remains=_remains(site.tree, each, result.ends[1]),
                note=note,
                time_to_impact=_onset(each, ends[2], simulation, result),
                declared_hours=UNSET
                if hoped is None or hours(hoped) >= hours(usual)
                else round(float(hours(hoped)), 3),
                already=bool(result.down(each.root, result.before)),
            )
        )
    return tuple(rows)


def _declared(each: SiteFunction, renewal: SiteFunction | None, result: SimulationResult) -> Spans | None:
    """The downtime if the recoveries hold that the owner declares and has tested; None without any."""
    if result.declared is None:
        return None
    down = result.down(each.root, result.declared)
    if renewal is not None and each.id == "web" and renewal.applies == "yes":
        return united([down, _expired(each, renewal, result, result.declared)])
    return down


def _onset(each: SiteFunction, down: Spans, simulation: Simulation, result: SimulationResult) -> Hours | None:
    """The hours from the first loss of a function until users notice it."""
    if not down:
        return None
    if each.begins is not None:
        return each.begins.hours
    start = down[0][0]
    below = _with_spares(result.tree, (each.root,))
    acting = [
        loss
        for loss in simulation.losses
        if not (loss.degrades or loss.perhaps)
        and loss.at <= start
        and any(back[2] > start for name, back in loss.back.items() if name in below)
    ]
    return result.onset(each.root, acting)


def goes_down(outcome: FunctionOutcome) -> float:
    """The hour at which a function is down for the first time; it may be degraded before."""
    return min(each.from_hours for each in outcome.intervals if each.state == "down")


def _expired(web: SiteFunction, renewal: SiteFunction, result: SimulationResult, state: Mapping[str, Spans]) -> Spans:
    """The downtime for lack of a renewal: the web site works until its certificate ends. If renewal does not work even
    before the scenario, this is no loss of the scenario. A spare name has a certificate of its own, so this does not
    count while the name itself has failed."""
    left = renewal.begins.hours.usual if renewal.begins is not None else math.inf
    now = result.down(renewal.root, state)
    cannot = without(now, result.down(renewal.root, result.before))
    expired = tuple((max(start, left), stop) for start, stop in cannot if stop > left)
    gate = result.tree.gates.get(web.root)
    if gate is None or gate.kind != "standby":
        return expired
    return without(expired, result.down(gate.children[0], state))


def _revoked(site: SiteModel, simulation: Simulation, renewal: SiteFunction) -> Spans:
    """The time until another certificate is in place; clients that check revocation or trust refuse the site then."""
    events = {each.id for each in simulation.events if each.action in ("revoke", "distrust") and each.applies == "yes"}
    found = [
        value
        for loss in simulation.losses
        if loss.event in events
        for name, value in loss.spans(1).items()
        if name in site.tree.below(renewal.root)
    ]
    return clipped(united(found), simulation.horizon)


def _assessed(each: SiteFunction, result: SimulationResult, perhaps: Spans) -> tuple[bool, str]:
    if each.applies == "maybe":
        return False, "it is unknown what it rests on"
    if result.down(each.root, result.before):
        return False, "it does not work now, before any of this"
    lost = result.down(each.root, result.ends[1])
    if not lost and result.down(each.root, result.at_worst):
        return False, "it is unknown whether it works now"
    if perhaps:
        return False, "whether an event reaches it cannot be seen"
    below = [result.tree.leaves[name] for name in result.tree.below(each.root) if name in result.tree.leaves]
    open_ = [leaf for leaf in below if leaf.certainty in ("unknown", "uncertain")]
    if open_ and all(leaf.hidden for leaf in open_):
        return True, "the origin behind its content network is hidden, so it may be worse"
    if open_:
        return True, "part of what it rests on is unknown, so it may be worse"
    return True, each.note


def _interval(
    span: tuple[float, float],
    state: Literal["down", "degraded"],
    tree: FaultTree,
    roots: Iterable[tuple[str, ...]],
    simulation: Simulation,
    via: tuple[str, ...],
) -> Interval:
    """One interval, with its events and the basis of its end. ``roots``: the nodes to search for them, first the
    function's own nodes, then, without a loss there, the nodes that it needs only later."""
    acting: list[Loss] = []
    below: set[str] = set()
    for nodes in roots:
        if not acting:
            # A standby that has failed too is a reason why a function is down.
            below = _with_spares(tree, nodes) if state == "down" else tree.below(*nodes)
            acting = [loss for loss in simulation.losses if loss.touches(below, span)]
    here = [{name for name, back in loss.back.items() if name in below and back[1] == span[1]} for loss in acting]
    ended = [loss for loss, names in zip(acting, here, strict=True) if names]
    if ended:
        told = [bool(names & loss.recorded) for loss, names in zip(acting, here, strict=True) if names]
    else:
        told = [bool(loss.recorded) for loss in acting]
    if not acting:
        basis: Literal["recorded", "measured", "estimated", "declared"] = "measured"
    elif via and not ended:
        basis = "declared"
    elif all(told):
        basis = "recorded"
    else:
        basis = "estimated"
    until = None if span[1] >= simulation.horizon else round(span[1], 3)
    because = tuple(dict.fromkeys(loss.event for loss in acting))
    return Interval(round(span[0], 3), until, state, basis, because)


def _with_spares(tree: FaultTree, roots: Iterable[str]) -> set[str]:
    """Every node under these, including standbys."""
    found: set[str] = set()
    stack = list(roots)
    while stack:
        name = stack.pop()
        if name not in found:
            found.add(name)
            stack.extend(tree.gates[name].children if name in tree.gates else ())
    return found


def _via(tree: FaultTree, each: SiteFunction, state: Mapping[str, Spans]) -> tuple[str, ...]:
    """The fallbacks that took over: those of a standby gate with less downtime than its serving child."""
    found: dict[str, None] = {}
    stack, seen = [each.root], set()
    while stack:
        name = stack.pop()
        if name in seen or name not in tree.gates:
            continue
        seen.add(name)
        gate = tree.gates[name]
        stack.extend(gate.children)
        if gate.kind == "standby":
            serving = state.get(gate.children[0], NEVER)
            if hours(state.get(name, NEVER)) < hours(serving):
                for switch, spare in zip(gate.switches, gate.children[1:], strict=True):
                    if without(serving, state.get(spare, NEVER)):
                        found[switch.fallback] = None
    return tuple(sorted(found))


def _remains(tree: FaultTree, each: SiteFunction, state: Mapping[str, Spans]) -> tuple[str, ...]:
    """The providers of the alternatives that work while others have failed."""
    failed = {node for node, spans in state.items() if spans}
    if each.root in failed or failed.isdisjoint(each.degraded_by):
        return ()
    return tree.remaining(each.degraded_by, failed)


def with_functions(each: EventOutcome, simulation: Simulation, result: SimulationResult) -> EventOutcome:
    """An event with the functions that go down by it, alone or together with other events."""
    own = [loss for loss in simulation.losses if loss.event == each.id and not loss.degrades and not loss.perhaps]
    if not own:
        return each
    alone, spared = result.only(own), result.but(own)
    hit = [
        node.id
        for node in result.tree.functions
        if node.counts
        and (
            without(result.down(node.root, alone), result.down(node.root, result.before))
            or without(result.down(node.root, result.ends[1]), result.down(node.root, spared))
        )
    ]
    return msgspec.structs.replace(each, functions=tuple(hit))


def standbys_of(
    site: SiteModel, simulation: Simulation, result: SimulationResult, fallbacks: Iterable[Fallback]
) -> tuple[tuple[Standby, ...], tuple[Excluded, ...]]:
    """The declared fallbacks under this scenario, and those that cannot take over, with the reason."""
    rows, barred = [], []
    for each in fallbacks:
        reasons = list(each.reasons)
        ready: float | None = None
        if each.id in simulation.refused:
            reasons.insert(0, simulation.refused[each.id].reason)
        elif each.grade in ("probed", "independent"):
            ready, why = _ready(site, result, each.id)
            reasons[:0] = why
            if ready is None and why:
                barred.append(Excluded(each.provider, why[0]))
        else:
            barred.append(
                Excluded(each.provider, f"only {each.grade}: {each.reasons[0]}" if each.reasons else each.grade)
            )
        needed = _needed(site, result, each)
        rows.append(
            Standby(
                each.role,
                each.provider,
                each.backs_up,
                each.grade,
                ready,
                tuple(reasons),
                needed,
                each.id,
                each.name,
            )
        )
    barred += _locked(site)
    return tuple(rows), tuple(barred)


def _needed(site: SiteModel, result: SimulationResult, fallback: Fallback) -> bool:
    """True if the node that a fallback backs up fails for a time; of an unproved one, if any function does."""
    state = result.ends[1]
    if fallback.id in site.tree.standbys:
        return bool(result.down(site.tree.standbys[fallback.id].backed, state))
    carries = IN_USE_AT_ONCE.get(fallback.role, ())
    functions = [each for each in site.tree.functions if each.counts and each.id in (carries or (each.id,))]
    return any(result.down(each.root, state) for each in functions)


def _ready(site: SiteModel, result: SimulationResult, identity: str) -> tuple[float | None, list[str]]:
    """The hour at which a proved fallback is in service, None if it is not needed or has failed itself."""
    if identity not in site.tree.standbys:
        return None, []
    backed, spare, _ = site.tree.standbys[identity]
    state = result.ends[1]
    serving = result.down(backed, state)
    if not serving:
        return None, []
    missing = result.down(spare, state)
    if not without(serving, missing):
        events = [each.actor_name for each in result.course.events if each.applies == "yes"]
        return None, [f"something that it needs is gone as well ({listed(events[:3])})"]
    switch = site.tree.switch(identity)
    clock = RecoveryTimes(site.rules.recovery, result.course.horizon)
    measure = DowntimeMeasure(clock, 1, result.notices)
    switched = serving[0][0] if switch is None else measure.switched(serving, serving, switch)
    there = without(((switched, math.inf),), missing)
    return round(there[0][0], 3) if there else None, []


def _locked(site: SiteModel) -> list[Excluded]:
    """The move of the name to another registrar, as excluded while a transfer lock is in force."""
    name = site.file.target.registrable
    value = site.evidence.value("registration", name, Registration)
    if value is None:
        return []
    for leaf in site.tree.leaves.values():
        if leaf.role == "registrar" and leaf.registered == name:
            locks = [term for term in leaf.further if term.how == "measured" and term.hours.usual > 0]
            return [
                Excluded("another-registrar", f"{term.source}: blocked for {duration(term.hours.usual)} more")
                for term in locks
            ]
    return []


def out_of_sight(site: SiteModel) -> tuple[NotAssessed, ...]:
    """The roles that cannot be seen from outside and were not declared."""
    unseen = unseen_roles(site.tree)
    if not unseen:
        return ()
    return (NotAssessed(listed(unseen), "cannot be seen from outside; declare them in the site file"),)
