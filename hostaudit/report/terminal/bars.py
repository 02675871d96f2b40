"""One function over time as a bar, on an axis whose ticks are the times at which something changes.

The scale is linear between two ticks, and every gap between ticks has the same width, for hours as for months. So a
change is exactly at its tick, and an outage of minutes is visible beside one of a year.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise

from hostaudit.model.whatif import EventOutcome, FunctionOutcome
from hostaudit.report import wording as say
from hostaudit.report.terminal.sheet import RED, YELLOW, Sheet

LEAST_GAP = 6
"""The least columns from one tick to the next: a label such as ``602d`` and a space."""

STATES = {
    "works": ("─", "=", ""),
    "degraded": ("▒", "~", YELLOW),
    "down": ("█", "x", RED),
    "not assessed": ("?", "?", YELLOW),
}
"""The states of a bar, mildest first: symbol, the same in ASCII, colour."""

_ORDER = list(STATES)


def ticks(
    events: Iterable[EventOutcome], outcomes: Iterable[FunctionOutcome], horizon: float, columns: int
) -> list[float]:
    """Hours from 0 to the horizon at which an event or a change of state occurs, as many as fit into ``columns``."""
    changes = Counter(each.at_hours for each in events if each.applies != "no")
    for outcome in outcomes:
        for each in outcome.intervals:
            changes.update((each.from_hours, horizon if each.to_hours is None else each.to_hours))
    found = [0.0]
    for hours in sorted(each for each in changes if 0 < each < horizon):
        if say.clock(hours) not in (say.clock(found[-1]), say.clock(horizon)):
            found.append(hours)
    found.append(horizon)
    while len(found) - 1 > max(columns // LEAST_GAP, 1):
        # Drop the least informative times first: those with small changes that are, by the logarithm, near to others.
        weights = [
            changes[found[at]] * (math.log1p(found[at + 1]) - math.log1p(found[at - 1]))
            for at in range(1, len(found) - 1)
        ]
        del found[1 + weights.index(min(weights))]
    return found


def bar(outcome: FunctionOutcome, at: Sequence[float], gap: int) -> list[str]:
    """The state in each column: the worst one during the time of the column."""
    idle = "works" if outcome.assessed else "not assessed"
    edges = [start + (end - start) * step / gap for start, end in pairwise(at) for step in range(gap)]
    edges.append(at[-1])
    spans = [
        (each.state, each.from_hours, math.inf if each.to_hours is None else each.to_hours)
        for each in outcome.intervals
    ]
    return [
        max((state for state, begin, stop in spans if begin < after and stop > before), key=_ORDER.index, default=idle)
        for before, after in pairwise(edges)
    ]


def drawn(sheet: Sheet, states: Iterable[str]) -> str:
    """The bar as text; colours only repeat the symbols."""
    parts = []
    for state, run in groupby(states):
        symbol, plain, colour = STATES[state]
        parts.append(sheet.paint((symbol if sheet.style.unicode else plain) * len(list(run)), colour))
    return "".join(parts)


def axis(at: Sequence[float], gap: int) -> str:
    """The labels of the ticks; the last one is behind the end of the bar."""
    return "".join(say.clock(hours).ljust(gap) for hours in at).rstrip()


def legend(sheet: Sheet, states: Iterable[str]) -> str:
    """The legend of the symbols that occur."""
    occurring = set(states)
    place = 0 if sheet.style.unicode else 1
    return "  ".join(f"{symbols[place] * 2} {name}" for name, symbols in STATES.items() if name in occurring)
