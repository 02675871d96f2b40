"""Rules on scores and on hours down: the whole site, a role, a function."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hostaudit.analysis.fault_tree.tree import FaultTree
from hostaudit.analysis.impact.outage import NOBODY, Reading, impact
from hostaudit.analysis.impact.score import Reckoning, hides, part
from hostaudit.model.policy import FunctionDemand, RoleDemand, Severity
from hostaudit.model.report import Hours, SinglePoint
from hostaudit.model.words import duration, function, listed, span
from hostaudit.policy.checks.context import Answer, Ground, between, compared, compared_most, few, number, reasons

READINGS: tuple[Reading, Reading] = ("optimistic", "pessimistic")
SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high", "critical")
WEEK, DAY = 168.0, 24.0


def score_min(ground: Ground) -> Iterator[Answer]:
    """``score.min``: the whole site."""
    least = ground.policy.min_score
    if least is None:
        return
    low, high = ground.report.score.low, ground.report.score.high
    message = f"The score is {between(low, high)} of 100; at least {number(least)} is demanded."
    yield Answer("score.min", compared(low, high, least), ground.domain, message + _worst(ground))


def _worst(ground: Ground) -> str:
    ends = [end for end in ground.report.score.working if end.end == "low" and end.companies]
    if not ends or ends[0].companies[0].exposure == 0:
        return ""
    worst = ends[0].companies[0]
    return f" Most of what is lost, by {worst.name if worst.parent != NOBODY else 'what nobody could name'}."


def role_min_score(ground: Ground) -> Iterator[Answer]:
    """``ROLE.min_score``: what the worst company in a role leaves."""
    scores = {each.role: each for each in ground.report.roles}
    for role, demand in ground.roles():
        if demand.min_score is None:
            continue
        found = scores.get(role)
        if found is None and not ground.alternatives.assessed(role):
            yield unassessed("min_score", role, demand, ground.domain)
            continue
        low, high = (found.score.low, found.score.high) if found is not None else (100.0, 100.0)
        held = f" Held by {few(ground.called(each) for each in found.providers)}." if found and found.providers else ""
        message = f"{ground.title(role)}: score {between(low, high)} of 100; at least {number(demand.min_score)}"
        yield Answer(
            rule=f"{role}.min_score",
            outcome=compared(low, high, demand.min_score),
            subject=ground.domain,
            message=f"{message} is demanded.{held if found else ' Nothing rests on it.'}",
            key=role,
            role=role,
            because=reasons(leaf for leaf in ground.leaves if part(leaf) == role),
            severity=demand.severity,
            unknown=demand.unknown,
            confidence=ground.confidence(found.providers if found else ()),
        )


def unassessed(rule: str, role: str, demand: RoleDemand, domain: str) -> Answer:
    """The answer about a role that is out of sight."""
    message = f"{role} cannot be seen from outside and is not declared in the site file."
    return Answer(
        f"{role}.{rule}", "unknown", domain, message, role, role, severity=demand.severity, unknown=demand.unknown
    )


def function_min_score(ground: Ground) -> Iterator[Answer]:
    """``FUNCTION.min_score``: one function."""
    rows = {each.id: each for each in ground.report.functions}
    for identity, demand in ground.functions():
        if demand.min_score is None:
            continue
        row = rows.get(identity)
        if row is None or row.state == "not_applicable":
            yield _without(ground, f"{identity}.min_score", identity, demand)
            continue
        low, high = row.score.low, row.score.high
        least = number(demand.min_score)
        message = f"The score of {function(identity)} is {between(low, high)} of 100; at least {least} is demanded."
        yield Answer(
            f"{identity}.min_score",
            compared(low, high, demand.min_score),
            identity,
            message,
            identity,
            severity=demand.severity,
            unknown=demand.unknown,
        )


def _without(ground: Ground, rule: str, identity: str, demand: FunctionDemand) -> Answer:
    """The answer about a function that the site does not have, or that nobody looked at."""
    known = any(each.id == identity for each in ground.report.functions)
    text = "the site does not have it" if known else "it was not looked at; name its host, or declare it"
    return Answer(
        rule,
        "pass" if known else "unknown",
        identity,
        f"{function(identity).capitalize()}: {text}.",
        identity,
        severity=demand.severity,
        unknown=demand.unknown,
    )


# -- hours down -------------------------------------------------------------------------------------------


def function_max_hours_down(ground: Ground) -> Iterator[Answer]:
    """``FUNCTION.max_hours_down``: the longest outage of one function that one company causes, names aside."""
    nodes = {each.id: each for each in ground.case.tree.functions}
    for identity, demand in ground.functions():
        if demand.max_hours_down is None:
            continue
        node = nodes.get(identity)
        if node is None or node.applies == "no":
            yield _without(ground, f"{identity}.max_hours_down", identity, demand)
            continue
        (low, who, _), (high, most, spread) = (_longest(ground.reckoning(each), identity) for each in READINGS)
        named = who if who not in ("", NOBODY) else most
        yield Answer(
            f"{identity}.max_hours_down",
            compared_most(low, high, demand.max_hours_down),
            identity,
            f"{function(identity).capitalize()}: {_told(ground, low, high, spread, demand.max_hours_down, named)}",
            identity,
            provider=named if named != NOBODY else "",
            severity=demand.severity,
            unknown=demand.unknown,
        )


def _longest(reckoning: Reckoning, identity: str) -> tuple[float, str, Hours]:
    """The usual hours of the longest outage of a function, the company that causes it, and their spread."""
    found = (0.0, "", Hours(0.0, 0.0, 0.0))
    for parent, outages in sorted(reckoning.rest.items()):
        hours = outages[identity].hours
        if outages[identity].stops and hours.usual > found[0]:
            found = (hours.usual, parent, hours)
    return found


def _told(ground: Ground, low: float, high: float, spread: Hours, most: float, parent: str) -> str:
    if high == 0:
        return f"no company stops it alone; at most {number(most)} h down is allowed."
    length = span(spread) if low == high else f"{duration(low) if low else 'no time'} to {duration(high)}"
    notice = f", told {number(ground.clock.notice)} h before" if ground.clock.notice else ""
    who = ground.case.company(parent) if parent not in ("", NOBODY) else "whoever it is"
    lasting = f"usually down for {length} when {who} ends service{notice}"
    return f"{lasting}; at most {number(most)} h is allowed."


def role_max_hours_down(ground: Ground) -> Iterator[Answer]:
    """``ROLE.max_hours_down``: the longest outage of anything when one company ends its part in a role."""
    for role, demand in ground.roles():
        if demand.max_hours_down is None:
            continue
        if not ground.alternatives.assessed(role):
            yield unassessed("max_hours_down", role, demand, ground.domain)
            continue
        tree = _alone(ground.case.tree, role)
        (low, who, _), (high, most, spread) = (_worst_of(ground, tree, each) for each in READINGS)
        named = who if who not in ("", NOBODY) else most
        message = f"{ground.title(role)}: {_told(ground, low, high, spread, demand.max_hours_down, named)}"
        yield Answer(
            f"{role}.max_hours_down",
            compared_most(low, high, demand.max_hours_down),
            ground.domain,
            message,
            role,
            role,
            provider=named if named != NOBODY else "",
            because=reasons(leaf for leaf in ground.leaves if part(leaf) == role),
            severity=demand.severity,
            unknown=demand.unknown,
        )


def _alone(tree: FaultTree, role: str) -> FaultTree:
    """The graph in which nothing but what plays a role, or may hide somebody who does, can fail."""
    leaves = {
        # What is hoped for may lack anything, so that it must not stand in where nothing proves it.
        name: leaf
        if part(leaf) == role or hides(leaf, role) or leaf.certainty == "hoped"
        else replace(leaf, domains={}, certainty="certain")
        for name, leaf in tree.leaves.items()
    }
    return FaultTree(leaves, tree.gates, tree.functions)


def _worst_of(ground: Ground, tree: FaultTree, reading: Reading) -> tuple[float, str, Hours]:
    parents = {each for leaf in tree.leaves.values() for each in leaf.domains.get("parent", ())}
    found = (0.0, "", Hours(0.0, 0.0, 0.0))
    for parent in sorted({*parents, NOBODY}):
        outages = impact(tree, frozenset({("parent", parent)}), ground.clock, reading=reading)
        for each in tree.functions:
            hours = outages[each.id].hours
            if each.applies != "no" and outages[each.id].stops and hours.usual > found[0]:
                found = (hours.usual, parent, hours)
    return found


# -- without a policy -------------------------------------------------------------------------------------


def single_point(ground: Ground) -> Iterator[Answer]:
    """``single-point``: companies that end a function alone, as far as they matter to ``--fail-on``."""
    if ground.fail_on is None:
        return
    for point in ground.report.spofs:
        if point.failure_domain.kind != "parent" or point.name_only:
            continue
        severity = severity_of(point)
        if SEVERITIES.index(severity) < SEVERITIES.index(ground.fail_on):
            continue
        stopped = [each for each in point.functions if each.effect != "degraded"]
        worst = max(stopped, key=lambda each: each.time_to_recover_hours.usual)
        name = point.failure_domain.name or point.failure_domain.id
        length = duration(worst.time_to_recover_hours.usual)
        yield Answer(
            "single-point",
            "fail",
            point.failure_domain.id,
            f"{name} alone can end {listed([function(each.id) for each in stopped])}, usually for {length}.",
            provider=point.failure_domain.id,
            because=point.because,
            severity=severity,
        )


def severity_of(point: SinglePoint) -> Severity:
    """How bad a single point is, by what stops and how long in the usual case."""
    down = [each for each in point.functions if each.effect == "down"]
    longest = max((each.time_to_recover_hours.usual for each in down), default=0.0)
    essential = [each for each in down if each.id in ("web", "resolve")]
    if max((each.time_to_recover_hours.usual for each in essential), default=0.0) >= WEEK:
        return "critical"
    if longest >= DAY:
        return "high"
    lost = {each.effect for each in point.functions}
    return "medium" if lost & {"down", "no_new_installs"} else "low"
