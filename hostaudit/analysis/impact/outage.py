"""What a failure does: which functions stop, after how long, for how long.

Everything here is monotone: the more fails, the longer the outage. Leaves that are not certain have three readings:

    pessimistic   an uncertain leaf fails with whatever fails, an unknown one always: the low end of the score
    named         an uncertain leaf is its own operator, ``unknown:<what>``; an unknown one works, a hoped one does not:
                  what is reported
    optimistic    neither fails: the high end of the score
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from hostaudit.analysis.fault_tree.tree import BasicEvent, FaultTree, Switch, Term
from hostaudit.model.actors import NOBODY
from hostaudit.model.report import DomainKind, Hours
from hostaudit.model.rules import Recovery

Reading = Literal["pessimistic", "named", "optimistic"]

KINDS: tuple[DomainKind, ...] = ("parent", "provider", "tld", "asn", "prefix", "region", "jurisdiction")
"""The kinds of failure domain that a report goes through, in the order in which it lists them."""

Failed = frozenset[tuple[str, str]]
"""Failure domains that have ended service, as (kind, id)."""


class Contribution(NamedTuple):
    """Hours, and the id of the node of the fault tree that they come from."""

    hours: float
    node: str = ""


class OutageEstimate(NamedTuple):
    """How long a node is missing: low, usual and high hours, and the hours until that begins."""

    low: Contribution
    usual: Contribution
    high: Contribution
    begins: Contribution

    @classmethod
    def of(cls, node: str, hours: tuple[float, float, float], begins: float) -> OutageEstimate:
        """An estimate of which one node decides every number."""
        return cls(*(Contribution(each, node) for each in (*hours, begins)))

    @property
    def stops(self) -> bool:
        """Whether the node is missing at all."""
        return self.high.hours > 0


class DecidingNodes(NamedTuple):
    """The ids of the nodes that decide the low, usual and high hours of an outage and its beginning; empty if none."""

    low: str = ""
    usual: str = ""
    high: str = ""
    begins: str = ""


NOBODY_DECIDES = DecidingNodes()
WORKS = OutageEstimate.of("", (0.0, 0.0, 0.0), math.inf)


@dataclass(frozen=True)
class Outage:
    """``hours`` without the function (0: it goes on), which begin ``impact_hours`` after the failure."""

    hours: Hours
    impact_hours: float
    by: DecidingNodes = NOBODY_DECIDES

    @property
    def stops(self) -> bool:
        """Whether the function is lost at all."""
        return self.hours.high > 0


class RecoveryTimes:
    """Durations of outages: the recovery table, the number that stands for "no end in sight", the hours of notice.

    Work begins when notice is given, so notice shortens what is lost.
    """

    def __init__(self, recovery: Mapping[str, Recovery], horizon: float, notice: float = 0.0) -> None:
        self.horizon = horizon
        self.notice = notice
        self._recovery = recovery

    def base(self, key: str) -> Term | None:
        """What ``rules/recovery.yaml`` says about one role or step."""
        known = self._recovery.get(key)
        if known is None:
            return None
        return Term(Hours(known.low, known.usual, known.high), "assumed", f"rules/recovery.yaml, {key}: {known.source}")

    def terms(self, step: BasicEvent | Switch) -> tuple[Term, ...]:
        """The summands of the time until a loss is made good or a switch is done; none if nothing is known to end it.

        What the owner declares about a switch needs no base."""
        base = self.base(step.recovery)
        if base is None:
            return step.further if isinstance(step, Switch) else ()
        return (base, *step.further)

    def of(self, name: str, leaf: BasicEvent) -> OutageEstimate:
        """How long a failed leaf is missed."""
        begins = leaf.begins.hours.usual if leaf.begins is not None else 0.0
        return OutageEstimate.of(name, self.total(self.terms(leaf)), begins)

    def total(self, terms: Sequence[Term]) -> tuple[float, float, float]:
        """Low, usual and high hours of a sum, less the notice; infinite if nothing is known to end it."""
        if not terms:
            return (math.inf, math.inf, math.inf)
        sums = [sum(getattr(term.hours, end) for term in terms) for end in ("low", "usual", "high")]
        low, usual, high = (max(0.0, each - self.notice) for each in sums)
        return (low, usual, high)

    def endless(self, name: str) -> OutageEstimate:
        """What does not work now and will not by itself."""
        return OutageEstimate.of(name, (math.inf, math.inf, math.inf), 0.0)

    def shown(self, hours: float) -> float:
        """A length as it is reported. The horizon stands for what has no end only here: some recoveries are longer,
        and an alternative that never comes must not cut them short."""
        return self.horizon if math.isinf(hours) else hours


class OutageMeasure:
    """The measure of single outages that all begin with one failure."""

    works: OutageEstimate = WORKS

    def __init__(self, clock: RecoveryTimes) -> None:
        self.clock = clock

    def all_of(self, values: Sequence[OutageEstimate]) -> OutageEstimate:
        """Whoever takes longest decides; the first to be missed begins it."""
        lows, usuals, highs, begins = zip(*values, strict=True)
        return OutageEstimate(max(lows), max(usuals), max(highs), min(begins))

    def any_of(self, values: Sequence[OutageEstimate]) -> OutageEstimate:
        """Whoever is back first decides; the last to be missed begins it."""
        if not values:
            return self.clock.endless("")
        lows, usuals, highs, begins = zip(*values, strict=True)
        return OutageEstimate(min(lows), min(usuals), min(highs), max(begins))

    def standby(self, serving: OutageEstimate, spares: Sequence[tuple[Switch, OutageEstimate]]) -> OutageEstimate:
        """Back when what served is, or a spare that is there has been switched to."""
        value = serving
        for switch, spare in spares:
            hours = (0.0, 0.0, 0.0) if switch.automatic else self.clock.total(self.clock.terms(switch))
            low, usual, high = (Contribution(each, switch.fallback) for each in hours)
            value = OutageEstimate(
                min(value.low, max(spare.low, low)),
                min(value.usual, max(spare.usual, usual)),
                min(value.high, max(spare.high, high)),
                value.begins,
            )
        return value if value.stops else WORKS


def impact(
    tree: FaultTree, failed: Failed, clock: RecoveryTimes, *, reading: Reading = "named", without_names: bool = False
) -> dict[str, Outage]:
    """The outage of every function (by id) when the given failure domains end service at once.

    ``without_names`` keeps registries and registrars alive, which tells who holds more than a name.
    """
    lost: dict[str, OutageEstimate] = {}
    for name, leaf in tree.leaves.items():
        if already_failed(leaf, reading):
            lost[name] = clock.endless(name)
        elif without_names and leaf.names_only:
            continue
        elif failed and fails_with(leaf, failed, reading):
            value = clock.of(name, leaf)
            if value.stops:
                lost[name] = value
    state = tree.solve(lost, OutageMeasure(clock))
    found = {}
    for function in tree.functions:
        estimate = state.get(function.root, WORKS)
        hours = Hours(*(clock.shown(each.hours) for each in estimate[:3]))
        deciding = DecidingNodes(*(each.node for each in estimate))
        found[function.id] = Outage(hours, estimate.begins.hours, deciding)
    return found


def already_failed(leaf: BasicEvent, reading: Reading) -> bool:
    """Whether a leaf does not work whoever fails."""
    if leaf.certainty == "hoped":
        return reading != "optimistic"
    return leaf.certainty == "failed" or (leaf.certainty == "unknown" and reading == "pessimistic")


def fails_with(leaf: BasicEvent, failed: Failed, reading: Reading) -> bool:
    """Whether a leaf that is not gone anyway fails with some failure domains."""
    if leaf.certainty in ("unknown", "hoped"):
        return False
    if leaf.certainty == "uncertain" and reading != "named":
        return reading == "pessimistic"
    return any((kind, each) in failed for kind, ids in leaf.domains.items() for each in ids)


class SinglePointMeasure:
    """The measure of what stops a node alone: a bit for each failure domain."""

    works = 0

    def __init__(self, every: int) -> None:
        self.every = every

    def all_of(self, values: Sequence[int]) -> int:
        """What stops any of the needs."""
        return _union(values)

    def any_of(self, values: Sequence[int]) -> int:
        """What stops every alternative."""
        both = self.every
        for value in values:
            both &= value
        return both

    def standby(self, serving: int, spares: Sequence[tuple[Switch, int]]) -> int:
        """A spare that somebody must switch to shortens a stop and does not prevent it."""
        return self.any_of([serving, *(value for switch, value in spares if switch.automatic)])


def _union(values: Sequence[int]) -> int:
    found = 0
    for value in values:
        found |= value
    return found


def order_one(tree: FaultTree, *, reading: Reading = "named") -> dict[str, set[tuple[DomainKind, str]]]:
    """For every function the failure domains that stop it alone: its cut sets of order 1 of every kind, exact."""
    roots = {function.id: function.root for function in tree.functions}
    found = stopped_alone(tree, set(roots.values()), reading=reading)
    return {identity: found[root] for identity, root in roots.items()}


def stopped_alone(
    tree: FaultTree, nodes: Iterable[str], *, reading: Reading = "named"
) -> dict[str, set[tuple[DomainKind, str]]]:
    """For some nodes the failure domains that stop each alone.

    Each node carries the set of domains that force it to fail: an ``all`` gate unites, an ``any`` gate intersects
    (fault trees: Vesely et al., NUREG-0492, chapter VII). A node that fails whatever happens carries every one.
    """
    domains: list[tuple[DomainKind, str]] = sorted(
        {(kind, each) for leaf in tree.leaves.values() for kind, ids in leaf.domains.items() for each in ids}
    )
    domains.append(("parent", NOBODY))
    bit = {each: 1 << position for position, each in enumerate(domains)}
    every = (1 << len(domains)) - 1
    lost: dict[str, int] = {}
    for name, leaf in tree.leaves.items():
        if already_failed(leaf, reading) or (leaf.certainty == "uncertain" and reading == "pessimistic"):
            lost[name] = every
        elif leaf.certainty == "certain" or (leaf.certainty == "uncertain" and reading == "named"):
            causes = _union([bit[kind, each] for kind, ids in leaf.domains.items() for each in ids])
            if causes:
                lost[name] = causes
    state = tree.solve(lost, SinglePointMeasure(every))
    return {node: {each for each in domains if state.get(node, 0) & bit[each]} for node in nodes}
