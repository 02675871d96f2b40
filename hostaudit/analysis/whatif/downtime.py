"""Downtime intervals on a scenario's clock, of basic events and of the nodes that rest on them.

An interval is (from, to) in hours; a value is a tuple of disjoint intervals in order, empty for no downtime.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from hostaudit.analysis.fault_tree.tree import Switch
from hostaudit.analysis.impact.outage import RecoveryTimes

Spans = tuple[tuple[float, float], ...]

NEVER: Spans = ()
ALWAYS: Spans = ((0.0, math.inf),)


def united(values: Iterable[Spans]) -> Spans:
    """The time in which any of these is down."""
    rows = sorted(span for value in values for span in value if span[1] > span[0])
    found: list[tuple[float, float]] = []
    for start, end in rows:
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def shared(one: Spans, other: Spans) -> Spans:
    """The time in which both are down."""
    both = [(max(a, c), min(b, d)) for a, b in one for c, d in other]
    return united([tuple(span for span in both if span[1] > span[0])])


def without(one: Spans, other: Spans) -> Spans:
    """The time in which the first is down and the second is not."""
    found = list(one)
    for start, end in other:
        pieces = [((a, min(b, start)), (max(a, end), b)) for a, b in found]
        found = [piece for pair in pieces for piece in pair if piece[1] > piece[0]]
    return united([tuple(found)])


def clipped(value: Spans, horizon: float) -> Spans:
    """The part of a downtime before the end of the clock."""
    return shared(value, ((0.0, horizon),))


def hours(value: Spans) -> float:
    """The total length of a downtime, in hours."""
    return sum(end - start for start, end in value)


class DowntimeMeasure:
    """Measure: downtime intervals. ``end`` selects the low (0), usual (1) or high (2) time that a switch takes;
    ``notices`` gives, by the hour at which a loss begins, its notice in hours."""

    works: Spans = NEVER

    def __init__(self, clock: RecoveryTimes, end: int, notices: Mapping[float, float]) -> None:
        self.clock = clock
        self.end = end
        self.notices = notices

    def all_of(self, values: Sequence[Spans]) -> Spans:
        """Down while any child is down."""
        return united(values)

    def any_of(self, values: Sequence[Spans]) -> Spans:
        """Down while every child is down."""
        both = ALWAYS
        for value in values:
            both = shared(both, value)
        return both

    def standby(self, serving: Spans, spares: Sequence[tuple[Switch, Spans]]) -> Spans:
        """Down until the switch is done, and then while the standby is down; after the switch, the standby stays in
        use.

        Work on a switch begins when notice is given.
        """
        value = serving
        for switch, spare in spares:
            if not value:
                break
            value = shared(value, united([spare, ((0.0, self.switched(serving, value, switch)),)]))
        return value

    def switched(self, serving: Spans, missed: Spans, switch: Switch) -> float:
        """The hour at which a switch is done: for the first loss of the serving child that lasts longer than the work
        on the switch; infinite if there is no such loss.

        Work begins when the service is ``missed``. A shorter loss changes nothing, so it does not make a later switch
        faster.
        """
        whole = 0.0 if switch.automatic else self.clock.total(self.clock.terms(switch))[self.end]
        for loss in serving:
            for begins, _ in shared(missed, (loss,))[:1]:
                done = begins + max(0.0, whole - self.notices.get(begins, 0.0))
                if done < loss[1]:
                    return done
        return math.inf
