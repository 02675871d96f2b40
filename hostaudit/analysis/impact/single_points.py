"""The single points of failure of a site: each failure domain that ends a function alone, with times and sources."""

from __future__ import annotations

from hostaudit.analysis.fault_tree.tree import BasicEvent, FaultTree, SiteFunction, Term
from hostaudit.analysis.impact.outage import (
    KINDS,
    Failed,
    Outage,
    RecoveryTimes,
    impact,
    order_one,
    standing,
    stopped_alone,
)
from hostaudit.analysis.impact.score import exposure
from hostaudit.model.actors import NOBODY
from hostaudit.model.report import (
    DomainKind,
    FailureDomain,
    FunctionImpact,
    Hours,
    SinglePoint,
    TimeTerm,
)
from hostaudit.model.rules import Rules
from hostaudit.model.words import listed


def single_points(tree: FaultTree, rules: Rules, clock: RecoveryTimes) -> tuple[SinglePoint, ...]:
    """Return every failure domain that ends a function alone: companies first, and the worst of each kind first. What
    does not work before anything fails has none."""
    necks = order_one(tree)
    legs = stopped_alone(tree, {node for function in tree.functions for node in function.degraded_by})
    functions = [f for f in tree.functions if f.applies == "yes" and standing(necks[f.id])]
    domains = sorted({each for f in functions for each in necks[f.id] if each[0] in KINDS and each[1] != NOBODY})
    applying = [f for f in tree.functions if f.counts]
    points = []
    for kind, identity in domains:
        failed = frozenset({(kind, identity)})
        outages = impact(tree, failed, clock)
        hit = [f for f in functions if (kind, identity) in necks[f.id]]
        light = kind in ("parent", "provider") and _only_names(tree, failed, clock, applying)
        worth = exposure(applying, outages, rules.scoring) * (rules.scoring.name_only_weight if light else 1.0)
        leaves = _leaves_of(tree, hit, kind, identity)
        points.append(
            SinglePoint(
                failure_domain=FailureDomain(kind, identity, name_of(tree, rules, kind, identity)),
                order=1,
                functions=tuple(_function_impact(tree, clock, f, outages[f.id]) for f in hit)
                + _degraded(tree, functions, hit, legs, (kind, identity)),
                because=tuple(sorted({each for leaf in leaves for each in leaf.because})),
                roles=tuple(sorted({leaf.role for leaf in leaves})),
                exposure=round(worth, 4),
                name_only=light or all(leaf.names_only for leaf in leaves),
            )
        )
    return tuple(sorted(points, key=_rank))


def _only_names(tree: FaultTree, failed: Failed, clock: RecoveryTimes, applying: list[SiteFunction]) -> bool:
    """True if failure domains stop functions only through a registry or registrar."""
    rest = impact(tree, failed, clock, without_names=True)
    return not any(rest[function.id].stops for function in applying)


def _rank(point: SinglePoint) -> tuple[int, bool, float, str]:
    domain = point.failure_domain
    return (KINDS.index(domain.kind), point.name_only, -point.exposure, domain.id)


def _leaves_of(tree: FaultTree, hit: list[SiteFunction], kind: DomainKind, identity: str) -> list[BasicEvent]:
    below = {name for function in hit for name in tree.below(function.root)}
    return [leaf for name, leaf in tree.leaves.items() if name in below and identity in leaf.domains.get(kind, ())]


def _function_impact(tree: FaultTree, clock: RecoveryTimes, function: SiteFunction, outage: Outage) -> FunctionImpact:
    begins = outage.impact_hours
    times = _times(tree, clock, function, outage)
    if function.begins is not None:
        begins = function.begins.hours.usual
    basis = "recovery is assumed, with a source for each number in rules/recovery.yaml"
    if any(each.how == "measured" and each.hours.high > 0 for each in times if each.of == "time_to_recover"):
        basis += "; TTLs and locks that come on top are measured"
    if function.begins is not None:
        basis += "; the beginning is measured, from notAfter of the certificate"
    elif begins > 0:
        basis += "; the beginning is measured, from the TTL of cached records"
    via = outage.by.high if tree.switch(outage.by.high) is not None else ""
    return FunctionImpact(function.id, function.loss, round(begins, 2), _rounded(outage.hours), basis, times, via)


def _rounded(hours: Hours) -> Hours:
    return Hours(round(hours.low, 3), round(hours.usual, 3), round(hours.high, 3))


def _times(tree: FaultTree, clock: RecoveryTimes, function: SiteFunction, outage: Outage) -> tuple[TimeTerm, ...]:
    """Every summand of the times of an outage, with its source."""
    rows: dict[TimeTerm, None] = {}
    for name in dict.fromkeys((outage.by.low, outage.by.usual, outage.by.high)):
        step = tree.leaves.get(name) or tree.switch(name)
        for term in clock.terms(step) if step is not None else ():
            rows[TimeTerm("time_to_recover", term.hours, term.how, term.source, term.because)] = None
    first = tree.leaves.get(outage.by.begins)
    begins = function.begins or (first.begins if first is not None else None)
    if begins is None:
        begins = Term(Hours(0.0, 0.0, 0.0), "assumed", "at once: nothing that is cached keeps it up")
    rows[TimeTerm("time_to_impact", begins.hours, begins.how, begins.source, begins.because)] = None
    return tuple(rows)


def _degraded(
    tree: FaultTree,
    functions: list[SiteFunction],
    hit: list[SiteFunction],
    legs: dict[str, set[tuple[DomainKind, str]]],
    failed: tuple[DomainKind, str],
) -> tuple[FunctionImpact, ...]:
    """The functions that work with fewer legs when this domain fails; legs that have failed already do not count."""
    rows = []
    for function in functions:
        alone = [legs[node] for node in function.degraded_by if ("parent", NOBODY) not in legs[node]]
        if function not in hit and any(failed in each for each in alone):
            basis = _goes_on(tree, function, failed)
            rows.append(FunctionImpact(function.id, "degraded", 0.0, Hours(0.0, 0.0, 0.0), basis))
    return tuple(rows)


def _goes_on(tree: FaultTree, function: SiteFunction, failed: tuple[DomainKind, str]) -> str:
    """Who carries a function when a failure domain is lost, in words."""
    kind, identity = failed
    hit = {
        leaf.domains["provider"]
        for leaf in tree.leaves.values()
        if identity in leaf.domains.get(kind, ()) and "provider" in leaf.domains
    }
    lost = {provider for providers in hit for provider in providers}
    whole = [leg for leg in function.legs if leg.state == "known" and leg.providers and lost.isdisjoint(leg.providers)]
    names = dict.fromkeys(tree.names.get(("provider", each), each) for leg in whole for each in leg.providers)
    return f"it goes on through {listed(list(names)[:3])}" if names else "the rest of it goes on"


def name_of(tree: FaultTree, rules: Rules, kind: DomainKind, identity: str) -> str:
    """The name of a failure domain, for people; empty if only its id is known."""
    if kind == "parent":
        record = rules.parents.get(identity)
        return record.name if record else tree.names.get((kind, identity), "")
    if kind == "tld":
        return f"the registry of .{identity}"
    return tree.names.get((kind, identity), "")
