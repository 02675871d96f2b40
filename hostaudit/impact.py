"""What a failure does: which functions stop, after how long, for how long.

Everything here is monotone: the more fails, the longer the outage. Leaves that are not certain have three readings:

    pessimistic   an uncertain leaf fails with whatever fails, an unknown one always: the low end of the score
    named         an uncertain leaf is its own operator, ``unknown:<what>``; an unknown one works, a hoped one does not:
                  what is reported
    optimistic    neither fails: the high end of the score
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from hostaudit.graph import Gate, Graph, Leaf
from hostaudit.model import DomainKind, Hours, Recovery

Reading = Literal["pessimistic", "named", "optimistic"]

KINDS: tuple[DomainKind, ...] = ("parent", "provider", "tld", "asn", "prefix", "jurisdiction")

NOBODY = "unknown:anybody"
"""Stands for a company that the evidence does not name; only the pessimistic reading lets it hold anything."""

Failed = frozenset[tuple[str, str]]
"""Failure domains that have ended service, as (kind, id)."""


@dataclass(frozen=True)
class Outage:
    """``hours`` without the function (0: it goes on), which begin ``impact_hours`` after the failure."""

    hours: Hours
    impact_hours: float

    @property
    def stops(self) -> bool:
        """Whether the function is lost at all."""
        return self.hours.high > 0


class Clock:
    """Durations of outages: the recovery table and the number that stands for "no end in sight"."""

    def __init__(self, recovery: Mapping[str, Recovery], horizon: float) -> None:
        self.horizon = horizon
        self._recovery = recovery
        self._endless = (horizon, horizon, horizon, 0.0)

    def of(self, leaf: Leaf) -> tuple[float, float, float, float]:
        """(low, usual, high, impact) of a failed leaf, hours."""
        known = self._recovery.get(leaf.recovery)
        if known is None:
            return (self.horizon, self.horizon, self.horizon, leaf.impact_hours)
        return (known.low, known.usual, known.high, leaf.impact_hours)

    @property
    def endless(self) -> tuple[float, float, float, float]:
        """What does not work now and will not by itself."""
        return self._endless


WORKS = (0.0, 0.0, 0.0, math.inf)


def impact(
    graph: Graph, failed: Failed, clock: Clock, *, reading: Reading = "named", without_names: bool = False
) -> dict[str, Outage]:
    """The outage of every function (by id) when the given failure domains end service at once.

    ``without_names`` keeps registries and registrars alive, which tells who holds more than a name.
    """
    state: dict[str, tuple[float, float, float, float]] = {}
    for name, leaf in graph.leaves.items():
        state[name] = _leaf(leaf, failed, clock, reading, without_names)
    order = graph.order()
    state.update(dict.fromkeys(order, WORKS))
    changed = True
    while changed:
        changed = False
        for name in order:
            value = _gate(graph.gates[name], state, clock)
            if value != state[name]:
                state[name] = value
                changed = True
    return {f.id: Outage(Hours(*state[f.root][:3]), state[f.root][3]) for f in graph.functions}


def _leaf(
    leaf: Leaf, failed: Failed, clock: Clock, reading: Reading, without_names: bool
) -> tuple[float, float, float, float]:
    if leaf.certainty == "failed" or (leaf.certainty == "unknown" and reading == "pessimistic"):
        return clock.endless
    if leaf.certainty == "hoped" and reading != "optimistic":
        return clock.endless
    if leaf.certainty in ("unknown", "hoped") or (without_names and leaf.names_only):
        return WORKS
    if leaf.certainty == "uncertain" and reading != "named":
        return clock.of(leaf) if failed and reading == "pessimistic" else WORKS
    hit = any((kind, each) in failed for kind, ids in leaf.domains.items() for each in ids)
    return clock.of(leaf) if hit else WORKS


def _gate(
    gate: Gate, state: dict[str, tuple[float, float, float, float]], clock: Clock
) -> tuple[float, float, float, float]:
    if gate.kind == "any":
        children = []
        for child in gate.children:
            value = state[child]
            if value is WORKS:
                return WORKS
            children.append(value)
        if not children:
            return clock.endless
        lows, usuals, highs, impacts = zip(*children, strict=True)
        return (min(lows), min(usuals), min(highs), max(impacts))
    children = [value for child in gate.children if (value := state[child]) is not WORKS]
    if not children:
        return WORKS
    lows, usuals, highs, impacts = zip(*children, strict=True)
    return (max(lows), max(usuals), max(highs), min(impacts))


def order_one(graph: Graph, *, reading: Reading = "named") -> dict[str, set[tuple[DomainKind, str]]]:
    """For every function the failure domains that stop it alone: its cut sets of order 1, exact.

    Each node carries the set of domains that force it to fail, as a bit mask: an ``all`` gate unites, an ``any`` gate
    intersects, iterated to the least fixpoint (fault trees: Vesely et al., NUREG-0492, chapter VII). A node that
    fails whatever happens carries every bit.
    """
    domains: list[tuple[DomainKind, str]] = sorted(
        {(kind, each) for leaf in graph.leaves.values() for kind, ids in leaf.domains.items() for each in ids}
    )
    domains.append(("parent", NOBODY))
    bit = {each: 1 << position for position, each in enumerate(domains)}
    every = (1 << len(domains)) - 1
    state: dict[str, int] = {}
    for name, leaf in graph.leaves.items():
        open_ = leaf.certainty == "unknown" or (leaf.certainty == "uncertain" and reading != "named")
        hoped = leaf.certainty == "hoped"
        if leaf.certainty == "failed" or (open_ and reading == "pessimistic") or (hoped and reading != "optimistic"):
            state[name] = every
        elif open_ or hoped:
            state[name] = 0
        else:
            state[name] = sum(bit[kind, each] for kind, ids in leaf.domains.items() for each in set(ids))
    order = graph.order()
    state.update(dict.fromkeys(order, 0))
    changed = True
    while changed:
        changed = False
        for name in order:
            gate = graph.gates[name]
            value = every if gate.kind == "any" else 0
            for child in gate.children:
                value = value & state[child] if gate.kind == "any" else value | state[child]
            if value != state[name]:
                state[name] = value
                changed = True
    return {f.id: {each for each in domains if state[f.root] & bit[each]} for f in graph.functions}
