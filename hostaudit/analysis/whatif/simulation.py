"""Simulation: losses over time, and the fault tree of a site evaluated over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace

from hostaudit import domain
from hostaudit.analysis.fault_tree.tree import FaultTree
from hostaudit.analysis.impact.outage import Reading, RecoveryTimes, already_failed
from hostaudit.analysis.site_model import SiteModel
from hostaudit.analysis.whatif.downtime import ALWAYS, NEVER, DowntimeMeasure, Spans, clipped, united
from hostaudit.model.report import NotAssessed
from hostaudit.model.whatif import EventOutcome, Excluded


@dataclass(frozen=True)
class Loss:
    """Basic events that one event fails: for each, the hours on the clock at which it works again (low, usual, high).

    ``at``: when the event happens; caches may let users notice it later, at ``start``."""

    event: str
    at: float
    start: Mapping[str, float]
    back: Mapping[str, tuple[float, float, float]]
    recorded: bool
    notice: float
    degrades: bool = False
    perhaps: bool = False

    def spans(self, end: int) -> dict[str, Spans]:
        """The intervals in which each basic event has failed, in the low, usual or high case."""
        return {
            name: ((self.start[name], back[end]),) for name, back in self.back.items() if back[end] > self.start[name]
        }

    def touches(self, nodes: Set[str], span: tuple[float, float]) -> bool:
        """True if some of these nodes have failed for a part of an interval, in the usual case."""
        return any(
            self.start[name] < span[1] and back[1] > span[0] for name, back in self.back.items() if name in nodes
        )


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
            for start in loss.start.values():
                self.notices[start] = min(loss.notice, self.notices.get(start, loss.notice))
        certain = [each for each in simulation.losses if not each.degrades and not each.perhaps]
        self.before = self._solve([], 1)
        self.at_worst = self._solve([], 1, "pessimistic")
        self.ends = [self._solve(certain, end) for end in range(3)]
        self.worse = self._solve([each for each in simulation.losses if not each.perhaps], 1)
        self.perhaps = self._solve(simulation.losses, 1)

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

    def down(self, node: str, state: Mapping[str, Spans]) -> Spans:
        """The intervals on the clock in which a node has failed."""
        return clipped(state.get(node, NEVER), self.course.horizon)


def held_up(tree: FaultTree, losses: list[Loss]) -> list[Loss]:
    """The losses, prolonged: no zone moves to other name servers while its registrar, whose console that needs, has
    failed. Cached records keep a name working for a while, but they replace no console."""
    gone_from: dict[str, list[Loss]] = {}
    for loss in losses:
        for name in loss.back:
            if tree.leaves[name].role == "registrar":
                gone_from.setdefault(name, []).append(loss)
    found = []
    for loss in losses:
        back = dict(loss.back)
        for name, own in loss.back.items():
            served = tree.leaves[name].zone if tree.leaves[name].recovery == "dns" else ""
            zone = domain.registrable(served) if served and not loss.recorded else None
            for registrar, others in gone_from.items():
                if zone is not None and tree.leaves[registrar].registered == zone:
                    for other in others:
                        low, usual, high = (
                            max(end, until) if other.at < end else end
                            for end, until in zip(own, other.back[registrar], strict=True)
                        )
                        own = back[name] = (low, usual, high)
        found.append(replace(loss, back=back))
    return found
