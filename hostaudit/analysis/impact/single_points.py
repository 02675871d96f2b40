"""The single points of failure of a site: each failure domain that ends a function alone, with times and sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

from msgspec import UNSET, UnsetType

from hostaudit.analysis.fault_tree.tree import BasicEvent, FaultTree, SiteFunction, Term
from hostaudit.analysis.impact.outage import (
    AT_ONCE,
    KINDS,
    Failed,
    Outage,
    OutageEstimate,
    RecoveryTimes,
    impact,
    order_one,
    outage_of,
    solved,
    standing,
    stopped_alone,
)
from hostaudit.analysis.impact.own_parts import guessed_companies, own_ground, told_as_one
from hostaudit.analysis.impact.score import effective_role, exposure
from hostaudit.analysis.impact.time_table import TimeTable
from hostaudit.model.actors import NOBODY
from hostaudit.model.report import (
    DomainKind,
    FailureDomain,
    FunctionImpact,
    Hours,
    SinglePoint,
)
from hostaudit.model.rules import Rules

ENDS = ("low", "usual", "high")
COMPANIES: tuple[DomainKind, ...] = ("parent", "provider")
BY_NAMES: tuple[DomainKind, ...] = (*COMPANIES, "jurisdiction")
"""The kinds that may end functions only through a registry or registrar, though other parts lie in them too."""


def single_points(tree: FaultTree, rules: Rules, clock: RecoveryTimes, table: TimeTable) -> tuple[SinglePoint, ...]:
    """Return every failure domain that ends a function alone: companies first, and the worst of each kind first. What
    does not work before anything fails has none. The summands of their times are added to ``table``."""
    necks = order_one(tree)
    legs = stopped_alone(tree, {node for function in tree.functions for node in function.degraded_by})
    functions = [f for f in tree.functions if f.applies == "yes" and standing(necks[f.id])]
    domains = sorted({each for f in functions for each in necks[f.id] if each[0] in KINDS and each[1] != NOBODY})
    applying = [f for f in tree.functions if f.counts]
    working = [f for f in applying if standing(necks[f.id])]
    below = {f.id: tree.below(f.root) for f in functions}
    legs_below = {f.id: tree.below(*f.degraded_by) for f in functions}
    points = []
    for kind, identity in domains:
        failed = frozenset({(kind, identity)})
        state = solved(tree, failed, clock)
        outages = impact(tree, failed, clock)
        hit = [f for f in functions if (kind, identity) in necks[f.id]]
        light = kind in BY_NAMES and _only_names(tree, failed, clock, working)
        less = light and kind in COMPANIES
        worth = exposure(applying, outages, rules.scoring) * (rules.scoring.name_only_weight if less else 1.0)
        leaves = _leaves_of(tree, set().union(*(below[f.id] for f in hit)), kind, identity)
        name_only = light or all(leaf.names_only for leaf in leaves)
        degraded = _degraded(tree, clock, functions, hit, legs, state, (kind, identity))
        worse = {each.id for each in degraded}
        carrying = [below[f.id] for f in hit] + [legs_below[f.id] for f in functions if f.id in worse]
        roles, upstream = _services(tree, carrying, kind, identity)
        points.append(
            SinglePoint(
                failure_domain=FailureDomain(
                    kind,
                    identity,
                    name_of(tree, rules, kind, identity),
                    name_only,
                    (own_ground(leaves) if kind == "provider" else None) or UNSET,
                ),
                order=1,
                functions=tuple(
                    _function_impact(
                        tree,
                        clock,
                        f,
                        outages[f.id],
                        table,
                        _decided_by(tree, outages[f.id], below[f.id], identity) if kind == "parent" else UNSET,
                    )
                    for f in hit
                )
                + degraded,
                because=tuple(sorted({each for leaf in leaves for each in leaf.because})),
                roles=tuple(sorted(roles | upstream if name_only else roles)),
                exposure=round(worth, 4),
                name_only=name_only,
                upstream_roles=UNSET if name_only or not upstream else tuple(sorted(upstream)),
            )
        )
    return tuple(sorted(told_as_one(points, guessed_companies(tree)), key=rank))


def _only_names(tree: FaultTree, failed: Failed, clock: RecoveryTimes, applying: list[SiteFunction]) -> bool:
    """True if failure domains stop functions only through a registry or registrar."""
    rest = impact(tree, failed, clock, without_names=True)
    return not any(rest[function.id].stops for function in applying)


def rank(point: SinglePoint) -> tuple[int, bool, float, float, str]:
    """Companies first; of each kind those that hold only names last, the longest outage of the web site first."""
    domain = point.failure_domain
    web = sum(each.time_to_recover_hours.usual for each in point.functions if (each.id, each.effect) == ("web", "down"))
    return (KINDS.index(domain.kind), point.name_only, -web, -point.exposure, domain.id)


def _leaves_of(tree: FaultTree, below: Set[str], kind: DomainKind, identity: str) -> list[BasicEvent]:
    return [leaf for name, leaf in tree.leaves.items() if name in below and identity in leaf.ended_by().get(kind, ())]


def _services(
    tree: FaultTree, carrying: Iterable[Set[str]], kind: DomainKind, identity: str
) -> tuple[set[str], set[str]]:
    """The roles in which the site itself uses a failure domain, and those in which only its providers do, of functions
    that the former do not touch. ``carrying``: the nodes below each function."""
    direct: set[str] = set()
    upstream: set[str] = set()
    for nodes in carrying:
        leaves = _leaves_of(tree, nodes, kind, identity)
        mine = {effective_role(leaf) for leaf in leaves if leaf.direct}
        direct |= mine
        upstream |= set() if mine else {effective_role(leaf) for leaf in leaves}
    return direct, upstream - direct


def _decided_by(tree: FaultTree, outage: Outage, below: Set[str], company: str) -> str:
    """The role in which the site itself uses what is back last; empty if only a provider of the site uses it. The
    network of a name server is no part of the site's own records, but its role is."""
    leaf = tree.leaves.get(outage.by.usual)
    direct, _ = _services(tree, [below], "parent", company)
    return effective_role(leaf) if leaf is not None and effective_role(leaf) in direct else ""


def _function_impact(
    tree: FaultTree,
    clock: RecoveryTimes,
    function: SiteFunction,
    outage: Outage,
    table: TimeTable,
    decided_by: str | UnsetType,
) -> FunctionImpact:
    begins = function.begins.hours if function.begins is not None else outage.begins
    return FunctionImpact(
        id=function.id,
        effect=function.loss,
        time_to_impact_hours=round(begins.low, 2),
        time_to_recover_hours=rounded(outage.hours),
        times=_times(tree, clock, function, outage, table),
        via=outage.by.high if tree.switch(outage.by.high) is not None else "",
        time_to_impact=rounded(begins),
        decided_by=decided_by,
    )


def rounded(hours: Hours) -> Hours:
    """Hours as a report gives them."""
    return Hours(round(hours.low, 3), round(hours.usual, 3), round(hours.high, 3))


def _times(
    tree: FaultTree, clock: RecoveryTimes, function: SiteFunction, outage: Outage, table: TimeTable
) -> tuple[str, ...]:
    """The ids of every summand of the times of an outage."""
    ids: dict[str, None] = {}
    for name in dict.fromkeys((*outage.by.before, outage.by.low, outage.by.usual, outage.by.high)):
        step = tree.leaves.get(name) or tree.switch(name)
        ids |= dict.fromkeys(table.add_all("time_to_recover", clock.terms(step) if step is not None else ()))
    begins = [function.begins] if function.begins is not None else _onsets(tree, outage)
    return tuple(ids | dict.fromkeys(table.add_all("time_to_impact", begins)))


def _onsets(tree: FaultTree, outage: Outage) -> list[Term]:
    """The times that decide the beginning of an outage."""
    first = [
        tree.leaves[name].begins if name in tree.leaves else tree.gates[name].kept
        for name in outage.by.begins
        if name in tree.leaves or name in tree.gates
    ]
    at_once = Term(AT_ONCE, "assumed", "at once: nothing that is cached keeps it up")
    return [each or at_once for each in first] or [at_once]


def _degraded(
    tree: FaultTree,
    clock: RecoveryTimes,
    functions: list[SiteFunction],
    hit: list[SiteFunction],
    legs: dict[str, set[tuple[DomainKind, str]]],
    state: Mapping[str, OutageEstimate],
    failed: tuple[DomainKind, str],
) -> tuple[FunctionImpact, ...]:
    """The functions that work with fewer legs when this domain fails; legs that have failed already do not count."""
    rows = []
    for function in functions:
        alone = [node for node in function.degraded_by if ("parent", NOBODY) not in legs[node]]
        lost = [node for node in alone if failed in legs[node]]
        if function not in hit and lost:
            outages = [outage_of(state, node, clock) for node in lost]
            begins = Hours(*(min(getattr(each.begins, end) for each in outages) for end in ENDS))
            hours = Hours(*(max(getattr(each.hours, end) for each in outages) for end in ENDS))
            rows.append(
                FunctionImpact(
                    id=function.id,
                    effect="degraded",
                    time_to_impact_hours=round(begins.low, 2),
                    time_to_recover_hours=rounded(hours),
                    basis="until it is whole again; estimated from rules/recovery.yaml and measured TTLs",
                    time_to_impact=rounded(begins),
                    remains=tree.remaining(alone, state.keys()),
                )
            )
    return tuple(rows)


def name_of(tree: FaultTree, rules: Rules, kind: DomainKind, identity: str) -> str:
    """The name of a failure domain, for people; empty if only its id is known."""
    if kind == "parent":
        record = rules.parents.get(identity)
        return record.name if record else tree.names.get((kind, identity), "")
    if kind == "tld":
        return f"the registry of .{identity}"
    return tree.names.get((kind, identity), "")
