"""Simulation: losses over time, and the fault tree of a site evaluated over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace

from hostaudit import domain
from hostaudit.analysis.fault_tree.tree import FaultTree
from hostaudit.analysis.impact.outage import Clock, Reading, gone
from hostaudit.analysis.site_model import SiteModel
from hostaudit.analysis.whatif.downtime import ALWAYS, NEVER, Spans, Timeline, clipped, united
from hostaudit.model.report import NotAssessed
from hostaudit.model.whatif import Excluded, Happening


@dataclass(frozen=True)
class Strike:
    """Leaves that one event takes away: for each the hours on the clock at which it is back (low, usual, high).

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
        """When each leaf is gone, in the low, usual or high case."""
        return {
            name: ((self.start[name], back[end]),) for name, back in self.back.items() if back[end] > self.start[name]
        }

    def touches(self, nodes: Set[str], span: tuple[float, float]) -> bool:
        """Whether some of these nodes are gone for a part of a span, in the usual case."""
        return any(
            self.start[name] < span[1] and back[1] > span[0] for name, back in self.back.items() if name in nodes
        )


@dataclass
class Course:
    """Everything that happens on one clock, before it is reckoned."""

    horizon: float
    strikes: list[Strike] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)
    refused: dict[str, Excluded] = field(default_factory=dict)
    excluded: list[Excluded] = field(default_factory=list)
    not_assessed: list[NotAssessed] = field(default_factory=list)


class Reckoning:
    """The graph over the clock of one course."""

    def __init__(self, site: SiteModel, course: Course, clock: Clock) -> None:
        self.site = site
        self.tree = site.tree
        self.course = course
        self.clock = clock
        self.notices: dict[float, float] = {}
        for strike in course.strikes:
            for start in strike.start.values():
                self.notices[start] = min(strike.notice, self.notices.get(start, strike.notice))
        certain = [each for each in course.strikes if not each.degrades and not each.perhaps]
        self.before = self._solve([], 1)
        self.at_worst = self._solve([], 1, "pessimistic")
        self.ends = [self._solve(certain, end) for end in range(3)]
        self.worse = self._solve([each for each in course.strikes if not each.perhaps], 1)
        self.perhaps = self._solve(course.strikes, 1)

    def _solve(self, strikes: Iterable[Strike], end: int, reading: Reading = "named") -> dict[str, Spans]:
        lost: dict[str, list[Spans]] = {}
        for name, leaf in self.tree.leaves.items():
            if gone(leaf, reading):
                lost[name] = [ALWAYS]
        for refused in self.course.refused:
            if refused in self.tree.standbys:
                lost[self.tree.standbys[refused].handle] = [ALWAYS]
        for strike in strikes:
            for name, value in strike.spans(end).items():
                lost.setdefault(name, []).append(value)
        united_ = {name: united(values) for name, values in lost.items()}
        # The clock counts notice for a plain failure already; a scenario's events have notices of their own.
        clock = Clock(self.site.rules.recovery, self.clock.horizon)
        return self.tree.solve(united_, Timeline(clock, end, self.notices))

    def only(self, strikes: Iterable[Strike]) -> dict[str, Spans]:
        """The graph if nothing but these happened."""
        return self._solve(strikes, 1)

    def but(self, strikes: list[Strike]) -> dict[str, Spans]:
        """The graph if everything but these happened."""
        rest = [each for each in self.course.strikes if not each.degrades and not each.perhaps and each not in strikes]
        return self._solve(rest, 1)

    def down(self, node: str, state: Mapping[str, Spans]) -> Spans:
        """When a node is gone, on the clock."""
        return clipped(state.get(node, NEVER), self.course.horizon)


def held_up(tree: FaultTree, strikes: list[Strike]) -> list[Strike]:
    """The same, but no zone moves to other name servers while the registrar is gone at which that would be done: that
    caches keep a name alive for a while gives nobody a console."""
    gone_from: dict[str, list[Strike]] = {}
    for strike in strikes:
        for name in strike.back:
            if tree.leaves[name].role == "registrar":
                gone_from.setdefault(name, []).append(strike)
    found = []
    for strike in strikes:
        back = dict(strike.back)
        for name, own in strike.back.items():
            served = tree.leaves[name].zone if tree.leaves[name].recovery == "dns" else ""
            zone = domain.registrable(served) if served and not strike.recorded else None
            for registrar, others in gone_from.items():
                if zone is not None and tree.leaves[registrar].subject == zone:
                    for other in others:
                        low, usual, high = (
                            max(end, until) if other.at < end else end
                            for end, until in zip(own, other.back[registrar], strict=True)
                        )
                        own = back[name] = (low, usual, high)
        found.append(replace(strike, back=back))
    return found
