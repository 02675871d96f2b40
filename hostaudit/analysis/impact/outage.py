"""Outages: the functions that a failure stops, after how long, and for how long.

Everything here is monotone: the more fails, the longer the outage. Basic events that are not certain have three
readings:

    pessimistic   an uncertain event fails with any failure, an unknown one always: the low end of the score
    named         an uncertain event is its own operator, ``unknown:<what>``; an unknown one works, a hoped one does
                  not: the reported outages
    optimistic    neither fails, and who may be the owner of the site is: the high end of the score
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from hostaudit import domain
from hostaudit.analysis.fault_tree.tree import BasicEvent, Cases, FaultTree, Switch, Term
from hostaudit.model.actors import NOBODY
from hostaudit.model.report import DomainKind, Hours
from hostaudit.model.rules import Recovery

Reading = Literal["pessimistic", "named", "optimistic"]

KINDS: tuple[DomainKind, ...] = ("parent", "provider", "tld", "asn", "prefix", "region", "jurisdiction")
"""The kinds of failure domain in a report, in the order in which it lists them."""

Failed = frozenset[tuple[str, str]]
"""Failure domains that have ended service, as (kind, id)."""


class Contribution(NamedTuple):
    """Hours, and the id of the fault tree node from which they come; ``after``: the id of the node whose recovery has
    to come first."""

    hours: float
    node: str = ""
    after: str = ""


class Onset(NamedTuple):
    """The hours from a failure until it is noticed: by the first users, usually, and by the last ones."""

    low: Contribution
    usual: Contribution
    high: Contribution

    @classmethod
    def of(cls, node: str, hours: Hours) -> Onset:
        """Return an onset in which one node decides every number."""
        return cls(*(Contribution(each, node) for each in (hours.low, hours.usual, hours.high)))

    @classmethod
    def first(cls, values: Iterable[Onset]) -> Onset:
        """Return the earliest of each end."""
        return cls(*(min(each) for each in zip(*values, strict=True)))

    @classmethod
    def last(cls, values: Iterable[Onset]) -> Onset:
        """Return the latest of each end."""
        return cls(*(max(each) for each in zip(*values, strict=True)))


class OutageEstimate(NamedTuple):
    """The duration of a node's outage: low, usual and high hours, and the hours until it begins."""

    low: Contribution
    usual: Contribution
    high: Contribution
    begins: Onset

    @classmethod
    def of(cls, node: str, hours: tuple[float, float, float], begins: Hours) -> OutageEstimate:
        """Return an estimate in which one node decides every number."""
        low, usual, high = (Contribution(each, node) for each in hours)
        return cls(low, usual, high, Onset.of(node, begins))

    @property
    def stops(self) -> bool:
        """True if the node fails at all."""
        return self.high.hours > 0


class DecidingNodes(NamedTuple):
    """The ids of the nodes that decide the low, usual and high hours of an outage, empty if none; of those whose
    recovery had to come before; and of those that decide its beginning."""

    low: str = ""
    usual: str = ""
    high: str = ""
    before: tuple[str, ...] = ()
    begins: tuple[str, ...] = ()


AT_ONCE = Hours(0.0, 0.0, 0.0)
NEVER = Hours(math.inf, math.inf, math.inf)
NOBODY_DECIDES = DecidingNodes()
WORKS = OutageEstimate.of("", (0.0, 0.0, 0.0), NEVER)


@dataclass(frozen=True)
class Outage:
    """The outage of a function: ``hours`` without it (0: it works), from the failure on; ``begins``: the hours after
    the failure at which the first users, usually users, and the last users notice it."""

    hours: Hours
    begins: Hours
    by: DecidingNodes = NOBODY_DECIDES

    @property
    def stops(self) -> bool:
        """True if the function is lost at all."""
        return self.hours.high > 0


class RecoveryTimes:
    """Durations of outages: the recovery table, the number of hours that stands for an outage without end, the notice.

    Work on the recovery begins when notice is given, so notice shortens the outage, as far as work does.
    """

    def __init__(
        self,
        recovery: Mapping[str, Recovery],
        horizon: float,
        notice: float = 0.0,
        declared: Mapping[str, float] | None = None,
    ) -> None:
        """``declared``: by role, the hours of a recovery that the owner declares and has tested; the optimistic reading
        counts on it where it is shorter."""
        self.horizon = horizon
        self.notice = notice
        self._recovery = recovery
        self._declared = declared or {}
        self._outages: Outages | None = None

    def outages(self, tree: FaultTree) -> Outages:
        """The outages of a tree by this clock; those of the last tree are kept."""
        if self._outages is None or self._outages.tree is not tree:
            self._outages = Outages(tree, self)
        return self._outages

    def base(self, key: str, reading: Reading = "named") -> Term | None:
        """The time of one role or step in ``rules/recovery.yaml``."""
        known = self._recovery.get(key)
        if known is None:
            return None
        hours = Hours(known.low, known.usual, known.high)
        if reading == "optimistic" and key in self._declared:
            most = self._declared[key]
            hours = Hours(*(min(each, most) for each in (hours.low, hours.usual, hours.high)))
        source = f"rules/recovery.yaml, {key}: {known.source}"
        cases = Cases(known.cases, known.famous)
        return Term(hours, "assumed", source, fixed=not known.notice_shortens, cases=cases)

    def terms(self, step: BasicEvent | Switch, reading: Reading = "named") -> tuple[Term, ...]:
        """The summands of the time until a loss is repaired or a switch is done; empty if no end is known.

        A time that the owner declares for a switch needs no base."""
        base = self.base(step.recovery, reading)
        if base is None:
            return step.further if isinstance(step, Switch) else ()
        return (base, *step.further)

    def of(self, name: str, leaf: BasicEvent, reading: Reading = "named") -> OutageEstimate:
        """The duration of the outage of a failed basic event."""
        return OutageEstimate.of(name, self.total(self.terms(leaf, reading), reading), begins_of(leaf))

    def moved(
        self, registrar: BasicEvent, server: BasicEvent, reading: Reading = "named"
    ) -> tuple[float, float, float]:
        """Low, usual and high hours until a zone has other name servers if its registrar has to be replaced first: the
        move of the name, then what resolvers keep of the old delegation."""
        first = self.terms(registrar)
        return self.total((*first, *server.further) if first else (), reading)

    def total(self, terms: Sequence[Term], reading: Reading = "named") -> tuple[float, float, float]:
        """Low, usual and high hours of a sum, less the notice; infinite if no end is known."""
        if not terms:
            return (math.inf, math.inf, math.inf)
        if reading == "pessimistic":
            terms = [replace(each, hours=_feared(each.hours)) if each.open else each for each in terms]
        low, usual, high = (self._sum(terms, end) for end in ("low", "usual", "high"))
        return (low, usual, high)

    def _sum(self, terms: Sequence[Term], end: str) -> float:
        fixed: float = sum(getattr(term.hours, end) for term in terms if term.fixed)
        work: float = sum(getattr(term.hours, end) for term in terms if not term.fixed)
        return fixed + max(0.0, work - self.notice)

    def endless(self, name: str) -> OutageEstimate:
        """The outage of a node that does not work now and does not recover by itself."""
        return OutageEstimate.of(name, (math.inf, math.inf, math.inf), AT_ONCE)

    def shown(self, hours: float) -> float:
        """A duration as it is reported. Only here does the horizon stand for an outage without end: some recoveries are
        longer than it, and an alternative that never recovers must not shorten them."""
        return self.horizon if math.isinf(hours) else hours


def _feared(hours: Hours) -> Hours:
    return Hours(hours.low, hours.high, hours.high)


class OutageMeasure:
    """Measure: the outage of each node, for failures that all begin at once."""

    works: OutageEstimate = WORKS

    def __init__(self, clock: RecoveryTimes) -> None:
        self.clock = clock

    def all_of(self, values: Sequence[OutageEstimate]) -> OutageEstimate:
        """The child with the longest outage decides its end, the child that fails first decides its beginning."""
        lows, usuals, highs, begins = zip(*values, strict=True)
        return OutageEstimate(max(lows), max(usuals), max(highs), Onset.first(begins))

    def any_of(self, values: Sequence[OutageEstimate]) -> OutageEstimate:
        """The child that recovers first decides the end of the outage, the child that fails last its beginning."""
        if not values:
            return self.clock.endless("")
        lows, usuals, highs, begins = zip(*values, strict=True)
        return OutageEstimate(min(lows), min(usuals), min(highs), Onset.last(begins))

    def standby(self, serving: OutageEstimate, spares: Sequence[tuple[Switch, OutageEstimate]]) -> OutageEstimate:
        """The outage ends when the serving child recovers, or when the switch to a working standby is done."""
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


class Outages:
    """The outages of one tree by one clock. Different failure domains often take the same basic events, so that each
    set of these is solved once."""

    def __init__(self, tree: FaultTree, clock: RecoveryTimes) -> None:
        self.tree = tree
        self._clock = clock
        self._places = {name: place for place, name in enumerate(tree.leaves)}
        self._losses: dict[Reading, _Losses] = {}
        self._alone: dict[tuple[Reading, str], OutageEstimate] = {}
        self._solved: dict[tuple[Reading, frozenset[str]], dict[str, OutageEstimate]] = {}
        self._outages: dict[tuple[Reading, frozenset[str]], dict[str, Outage]] = {}

    def of_functions(self, failed: Failed, reading: Reading, *, without_names: bool) -> dict[str, Outage]:
        """The outage of every function, by id; see ``impact``."""
        key = reading, self._lost(failed, reading, without_names=without_names)
        if key not in self._outages:
            state = self._solve(*key)
            self._outages[key] = {
                function.id: outage_of(state, function.root, self._clock) for function in self.tree.functions
            }
        return self._outages[key]

    def of_nodes(self, failed: Failed, reading: Reading, *, without_names: bool) -> dict[str, OutageEstimate]:
        """The outage of every node that is affected; see ``solved``."""
        return self._solve(reading, self._lost(failed, reading, without_names=without_names))

    def _lost(self, failed: Failed, reading: Reading, *, without_names: bool) -> frozenset[str]:
        """The basic events that fail if some failure domains end service."""
        losses = self._losses.get(reading)
        if losses is None:
            losses = self._losses[reading] = _Losses.of(self.tree, reading)
        found = {name for each in failed for name in losses.in_domain.get(each, ())}
        if failed:
            found |= losses.with_any
        if without_names:
            found -= losses.names
        return losses.already | found

    def _solve(self, reading: Reading, lost: frozenset[str]) -> dict[str, OutageEstimate]:
        if (reading, lost) not in self._solved:
            self._solved[reading, lost] = self.tree.solve(
                self._estimates(reading, lost), OutageMeasure(self._clock), kept_by_caches
            )
        return self._solved[reading, lost]

    def _estimates(self, reading: Reading, lost: frozenset[str]) -> dict[str, OutageEstimate]:
        tree, clock = self.tree, self._clock
        found: dict[str, OutageEstimate] = {}
        for name in sorted(lost, key=self._places.__getitem__):
            if (value := self._estimate(reading, name)).stops:
                found[name] = value
        for server, registrar in list(moved_by_registrar(tree, found)):
            hours = clock.moved(tree.leaves[registrar], tree.leaves[server], reading)
            low, usual, high = (Contribution(each, server, registrar) for each in hours)
            own = found[server]
            found[server] = OutageEstimate(max(own.low, low), max(own.usual, usual), max(own.high, high), own.begins)
        return found

    def _estimate(self, reading: Reading, name: str) -> OutageEstimate:
        known = self._alone.get((reading, name))
        if known is None:
            already = name in self._losses[reading].already
            known = self._clock.endless(name) if already else self._clock.of(name, self.tree.leaves[name], reading)
            self._alone[reading, name] = known
        return known


class _Losses(NamedTuple):
    """The basic events of a tree in one reading, by what makes them fail: nothing, as they do not work anyhow; one of
    their failure domains; any failure. ``names``: those of registries and registrars."""

    already: frozenset[str]
    in_domain: dict[tuple[str, str], set[str]]
    with_any: frozenset[str]
    names: frozenset[str]

    @classmethod
    def of(cls, tree: FaultTree, reading: Reading) -> _Losses:
        in_domain: dict[tuple[str, str], set[str]] = {}
        for name, leaf in tree.leaves.items():
            for each in fails_with(leaf, reading):
                in_domain.setdefault(each, set()).add(name)
        leaves = tree.leaves.items()
        return cls(
            frozenset(name for name, leaf in leaves if already_failed(leaf, reading)),
            in_domain,
            frozenset(name for name, leaf in leaves if leaf.certainty == "uncertain" and reading == "pessimistic"),
            frozenset(name for name, leaf in leaves if leaf.names_only),
        )


def impact(
    tree: FaultTree, failed: Failed, clock: RecoveryTimes, *, reading: Reading = "named", without_names: bool = False
) -> dict[str, Outage]:
    """Return the outage of every function (by id) if the given failure domains end service at once.

    ``without_names``: no registry or registrar fails, which shows the companies that provide more than a name.
    """
    return clock.outages(tree).of_functions(failed, reading, without_names=without_names)


def solved(
    tree: FaultTree, failed: Failed, clock: RecoveryTimes, *, reading: Reading = "named", without_names: bool = False
) -> dict[str, OutageEstimate]:
    """Return the outage of every node that is affected if the given failure domains end service at once."""
    return clock.outages(tree).of_nodes(failed, reading, without_names=without_names)


def outage_of(state: Mapping[str, OutageEstimate], node: str, clock: RecoveryTimes) -> Outage:
    """Return the outage of one node of a solved tree."""
    estimate = state.get(node, WORKS)
    ends, begins = estimate[:3], estimate.begins
    before = tuple(dict.fromkeys(each.after for each in ends if each.after))
    # A beginning at hour 0 is not told apart from others, so that the nodes of the other ends explain it.
    first = tuple(dict.fromkeys(each.node for each in begins if each.hours > 0 or begins.high.hours <= 0))
    deciding = DecidingNodes(estimate.low.node, estimate.usual.node, estimate.high.node, before, first)
    hours = Hours(*(clock.shown(each.hours) for each in ends))
    return Outage(hours, Hours(*(each.hours for each in begins)), deciding)


def kept_by_caches(gate: str, kept: Term, value: OutageEstimate) -> OutageEstimate:
    """The outage of a gate whose result caches keep: whoever has it does not notice before it has run out."""
    return value._replace(begins=Onset.last((value.begins, Onset.of(gate, kept.hours))))


def begins_of(leaf: BasicEvent) -> Hours:
    """The hours until the failure of a basic event is noticed."""
    return leaf.begins.hours if leaf.begins is not None else AT_ONCE


def moved_by_registrar(tree: FaultTree, lost: Collection[str]) -> Iterator[tuple[str, str]]:
    """For each name server among lost basic events, the registrar of its zone if that is lost too: no zone moves to
    other name servers while nobody can change its delegation."""
    registrars: dict[str, list[str]] = {}
    for name in lost:
        if tree.leaves[name].role == "registrar":
            registrars.setdefault(tree.leaves[name].registered, []).append(name)
    for name in lost if registrars else ():
        leaf = tree.leaves[name]
        zone = domain.registrable(leaf.zone) if leaf.zone and leaf.recovery == "dns" else None
        for registrar in registrars.get(zone, ()) if zone is not None else ():
            yield name, registrar


def already_failed(leaf: BasicEvent, reading: Reading) -> bool:
    """True if a basic event does not work, whatever fails."""
    if leaf.certainty == "hoped":
        return reading != "optimistic"
    return leaf.certainty == "failed" or (leaf.certainty == "unknown" and reading == "pessimistic")


def fails_with(leaf: BasicEvent, reading: Reading) -> Iterator[tuple[str, str]]:
    """The failure domains each of which makes a basic event fail that works. One that is not certain fails with any
    company in the pessimistic reading, and with none in the optimistic one."""
    if leaf.certainty == "certain" or (leaf.certainty == "uncertain" and reading == "named"):
        for kind, ids in leaf.ended_by(guessing=reading == "optimistic").items():
            yield from ((kind, each) for each in ids)


class SinglePointMeasure:
    """Measure: the failure domains that stop a node alone, one bit for each."""

    works = 0

    def __init__(self, every: int) -> None:
        self.every = every

    def all_of(self, values: Sequence[int]) -> int:
        """The domains that stop any child."""
        return _union(values)

    def any_of(self, values: Sequence[int]) -> int:
        """The domains that stop every child."""
        both = self.every
        for value in values:
            both &= value
        return both

    def standby(self, serving: int, spares: Sequence[tuple[Switch, int]]) -> int:
        """A standby with a manual switch shortens an outage and does not prevent it, so only automatic ones count."""
        return self.any_of([serving, *(value for switch, value in spares if switch.automatic)])


def _union(values: Sequence[int]) -> int:
    found = 0
    for value in values:
        found |= value
    return found


def order_one(tree: FaultTree, *, reading: Reading = "named") -> dict[str, set[tuple[DomainKind, str]]]:
    """For every function, the failure domains that stop it alone: its cut sets of order 1 of every kind, exact."""
    roots = {function.id: function.root for function in tree.functions}
    found = stopped_alone(tree, set(roots.values()), reading=reading)
    return {identity: found[root] for identity, root in roots.items()}


def standing(necks: Set[tuple[DomainKind, str]]) -> bool:
    """Return True if a node works before anything fails; ``necks``: the failure domains that stop it alone, which are
    all of them, and nobody, for one that does not."""
    return ("parent", NOBODY) not in necks


def stopped_alone(
    tree: FaultTree, nodes: Iterable[str], *, reading: Reading = "named", own_too: bool = False
) -> dict[str, set[tuple[DomainKind, str]]]:
    """For some nodes, the failure domains that stop each of them alone. ``own_too``: the owner of the site counts as a
    company, for the question whether two alternatives are of one party.

    Each node carries the set of domains that force it to fail: an ``all`` gate unites, an ``any`` gate intersects
    (fault trees: Vesely et al., NUREG-0492, chapter VII). A node that fails in any case carries every domain.
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
            lies_in = leaf.domains if own_too else leaf.ended_by(guessing=reading == "optimistic")
            causes = _union([bit[kind, each] for kind, ids in lies_in.items() for each in ids])
            if causes:
                lost[name] = causes
    state = tree.solve(lost, SinglePointMeasure(every))
    return {node: {each for each in domains if state.get(node, 0) & bit[each]} for node in nodes}
