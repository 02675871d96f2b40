"""Simulation: losses over time, and the fault tree of a site evaluated over them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace

from hostaudit.analysis.impact.outage import (
    OutageEstimate,
    OutageMeasure,
    Reading,
    RecoveryTimes,
    already_failed,
    begins_of,
    kept_by_caches,
    moved_by_registrar,
)
from hostaudit.analysis.site_model import SiteModel
from hostaudit.analysis.whatif.downtime import ALWAYS, NEVER, DowntimeMeasure, Spans, clipped, united
from hostaudit.model.report import Hours, NotAssessed
from hostaudit.model.whatif import EventOutcome, Excluded


@dataclass(frozen=True)
class Loss:
    """Basic events that one event fails: for each, the hours on the clock at which it works again (low, usual, high).

    ``at``: when the event happens. Caches hide it from some users for a while, from others not at all. ``recorded``:
    those whose end is that of the record. ``declared``: the same hours with the recoveries that the owner declares and
    has tested; empty without any."""

    event: str
    at: float
    back: Mapping[str, tuple[float, float, float]]
    recorded: Set[str]
    notice: float
    degrades: bool = False
    perhaps: bool = False
    declared: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)

    @property
    def as_declared(self) -> Loss:
        """The same loss, if the declared recoveries hold."""
        return replace(self, back=self.declared) if self.declared else self

    def spans(self, end: int) -> dict[str, Spans]:
        """The intervals in which each basic event has failed, in the low, usual or high case."""
        return {name: ((self.at, back[end]),) for name, back in self.back.items() if back[end] > self.at}

    def touches(self, nodes: Set[str], span: tuple[float, float]) -> bool:
        """True if some of these nodes have failed for a part of an interval, in the usual case."""
        return self.at < span[1] and any(back[1] > span[0] for name, back in self.back.items() if name in nodes)


@dataclass
class Simulation:
    """All losses on one clock, as input of the evaluation."""

    horizon: float
    losses: list[Loss] = field(default_factory=list)
    events: list[EventOutcome] = field(default_factory=list)
    refused: dict[str, Excluded] = field(default_factory=dict)
    excluded: list[Excluded] = field(default_factory=list)
    not_assessed: list[NotAssessed] = field(default_factory=list)


class SimulationResult:
    """The fault tree evaluated over the clock of one simulation."""

    def __init__(self, site: SiteModel, simulation: Simulation, clock: RecoveryTimes) -> None:
        self.site = site
        self.tree = site.tree
        self.course = simulation
        self.clock = clock
        self.notices: dict[float, float] = {}
        for loss in simulation.losses:
            self.notices[loss.at] = min(loss.notice, self.notices.get(loss.at, loss.notice))
        certain = [each for each in simulation.losses if not each.degrades and not each.perhaps]
        self.before = self._solve([], 1)
        self.at_worst = self._solve([], 1, "pessimistic")
        self.ends = [self._solve(certain, end) for end in range(3)]
        hoped = held_up(site, [each.as_declared for each in certain])
        self.declared = self._solve(hoped, 1) if any(each.declared for each in certain) else None
        self.worse = self._solve([each for each in simulation.losses if not each.perhaps], 1)
        self.perhaps = self._solve(simulation.losses, 1)
        self._onsets: dict[frozenset[str], dict[str, OutageEstimate]] = {}

    def _solve(self, losses: Iterable[Loss], end: int, reading: Reading = "named") -> dict[str, Spans]:
        lost: dict[str, list[Spans]] = {}
        for name, leaf in self.tree.leaves.items():
            if already_failed(leaf, reading):
                lost[name] = [ALWAYS]
        for refused in self.course.refused:
            if refused in self.tree.standbys:
                lost[self.tree.standbys[refused].handle] = [ALWAYS]
        for loss in losses:
            for name, value in loss.spans(end).items():
                lost.setdefault(name, []).append(value)
        united_ = {name: united(values) for name, values in lost.items()}
        # The clock counts notice for a plain failure already; a scenario's events have notices of their own.
        clock = RecoveryTimes(self.site.rules.recovery, self.clock.horizon)
        return self.tree.solve(united_, DowntimeMeasure(clock, end, self.notices))

    def only(self, losses: Iterable[Loss]) -> dict[str, Spans]:
        """The tree evaluated with only these losses, in the usual case."""
        return self._solve(losses, 1)

    def but(self, losses: list[Loss]) -> dict[str, Spans]:
        """The tree evaluated with all certain losses but these, in the usual case."""
        rest = [each for each in self.course.losses if not each.degrades and not each.perhaps and each not in losses]
        return self._solve(rest, 1)

    def onset(self, node: str, losses: Iterable[Loss]) -> Hours | None:
        """The hours from these losses until the first users, usually users, and the last users notice that a node has
        failed; None if it has not failed by them."""
        lost = frozenset(name for loss in losses for name in loss.back)
        if lost not in self._onsets:
            failed = {
                name: self.clock.endless(name)
                for name, leaf in self.tree.leaves.items()
                if already_failed(leaf, "named")
            }
            whole = (math.inf, math.inf, math.inf)
            failed |= {
                name: OutageEstimate.of(name, whole, begins_of(self.tree.leaves[name])) for name in lost - failed.keys()
            }
            self._onsets[lost] = self.tree.solve(failed, OutageMeasure(self.clock), kept_by_caches)
        estimate = self._onsets[lost].get(node)
        if estimate is None or not estimate.stops:
            return None
        return Hours(*(round(each.hours, 3) for each in estimate.begins))

    def down(self, node: str, state: Mapping[str, Spans]) -> Spans:
        """The intervals on the clock in which a node has failed."""
        return clipped(state.get(node, NEVER), self.course.horizon)


def held_up(site: SiteModel, losses: list[Loss]) -> list[Loss]:
    """The losses, prolonged: no zone moves to other name servers while its registrar, whose console that needs, has
    failed. When the name has moved, what resolvers keep of the old delegation comes on top."""
    found = []
    for loss in losses:
        back = dict(loss.back)
        for other in losses:
            for server, registrar in moved_by_registrar(site.tree, {*loss.back, *other.back}):
                if server in loss.back and server not in loss.recorded and registrar in other.back:
                    moved = _moved(site, other, registrar, server)
                    low, usual, high = (
                        max(end, until) if other.at < end else end
                        for end, until in zip(back[server], moved, strict=True)
                    )
                    back[server] = (low, usual, high)
        found.append(replace(loss, back=back))
    return found


def _moved(site: SiteModel, loss: Loss, registrar: str, server: str) -> tuple[float, float, float]:
    """The hours on the clock at which a zone has other name servers, if its registrar is gone by a loss."""
    leaf = site.tree.leaves[server]
    if registrar in loss.recorded:
        spread = RecoveryTimes({}, math.inf).total(leaf.further) if leaf.further else (0.0, 0.0, 0.0)
        low, usual, high = map(sum, zip(loss.back[registrar], spread, strict=True))
    else:
        clock = RecoveryTimes(site.rules.recovery, math.inf, loss.notice)
        low, usual, high = (loss.at + each for each in clock.moved(site.tree.leaves[registrar], leaf))
    return (low, usual, high)
