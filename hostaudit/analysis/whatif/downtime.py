"""Spans of time on a scenario's clock: when is something gone, and when is what rests on it?

A span is (from, to) in hours; a value is a tuple of spans that are disjoint and in order, empty for what is never gone.
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
    """When any of these is gone."""
    rows = sorted(span for value in values for span in value if span[1] > span[0])
    found: list[tuple[float, float]] = []
    for start, end in rows:
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def shared(one: Spans, other: Spans) -> Spans:
    """When both are gone."""
    both = [(max(a, c), min(b, d)) for a, b in one for c, d in other]
    return united([tuple(span for span in both if span[1] > span[0])])


def without(one: Spans, other: Spans) -> Spans:
    """When the first is gone and the second is not."""
    found = list(one)
    for start, end in other:
        pieces = [((a, min(b, start)), (max(a, end), b)) for a, b in found]
        found = [piece for pair in pieces for piece in pair if piece[1] > piece[0]]
    return united([tuple(found)])


def clipped(value: Spans, horizon: float) -> Spans:
    """What of it lies on the clock."""
    return shared(value, ((0.0, horizon),))


def hours(value: Spans) -> float:
    """How long in all."""
    return sum(end - start for start, end in value)


class DowntimeMeasure:
    """The measure of spans. ``end`` chooses the low (0), usual (1) or high (2) time that a switch takes; ``notices``
    gives the notice of what begins at a time, in hours."""

    works: Spans = NEVER

    def __init__(self, clock: RecoveryTimes, end: int, notices: Mapping[float, float]) -> None:
        self.clock = clock
        self.end = end
        self.notices = notices

    def all_of(self, values: Sequence[Spans]) -> Spans:
        """Gone while any need is."""
        return united(values)

    def any_of(self, values: Sequence[Spans]) -> Spans:
        """Gone while every alternative is."""
        both = ALWAYS
        for value in values:
            both = shared(both, value)
        return both

    def standby(self, serving: Spans, spares: Sequence[tuple[Switch, Spans]]) -> Spans:
        """Gone until switched, and then while the spare is gone; once switched to, a spare stays in use.

        Work on a switch begins when notice is given.
        """
        value = serving
        for switch, spare in spares:
            if not value:
                break
            value = shared(value, united([spare, ((0.0, self.switched(serving, value, switch)),)]))
        return value

    def switched(self, serving: Spans, missed: Spans, switch: Switch) -> float:
        """When a switch is done, for the first loss of what serves that outlasts the work; infinite if none does.

        Work begins when the service is ``missed``. A loss that is over sooner leaves things as they were, so that it
        does not help with a later one.
        """
        whole = 0.0 if switch.automatic else self.clock.total(self.clock.terms(switch))[self.end]
        for loss in serving:
            for begins, _ in shared(missed, (loss,))[:1]:
                done = begins + max(0.0, whole - self.notices.get(begins, 0.0))
                if done < loss[1]:
                    return done
        return math.inf
