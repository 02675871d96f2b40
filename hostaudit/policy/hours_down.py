"""Hours down: the longest outage that one company causes, compared with the most that is allowed."""

from __future__ import annotations

from typing import NamedTuple

from hostaudit.analysis.impact.outage import Reading
from hostaudit.model.actors import NOBODY
from hostaudit.model.report import Hours
from hostaudit.model.verdict import Outcome
from hostaudit.model.words import duration, span
from hostaudit.policy.check import compared_most, number
from hostaudit.policy.context import PolicyContext

READINGS: tuple[Reading, Reading] = ("optimistic", "pessimistic")

HOURS = (0.5, 1, 2, 4, 8, 12, 24, 48, 72, 120, 168, 240, 336, 480, 600)
"""Values of a demand, less than 30 days, after which the score counts a function as lost for good."""


class LongestOutage(NamedTuple):
    """The longest outage in the usual case, and the company that causes it (empty: none does)."""

    hours: Hours
    parent: str


NO_OUTAGE = LongestOutage(Hours(0.0, 0.0, 0.0), "")


def compared_hours(
    context: PolicyContext, best: LongestOutage, worst: LongestOutage, most: float
) -> tuple[Outcome, str, str]:
    """Return the outcome, the words and the company for an interval of outages. ``best`` and ``worst``: if everything
    unknown works, and if it fails. ``most``: the hours allowed."""
    parent = best.parent if best.parent not in ("", NOBODY) else worst.parent
    outcome = compared_most(best.hours.usual, worst.hours.usual, most)
    return outcome, _words(context, best, worst, most, parent), parent if parent != NOBODY else ""


def _words(context: PolicyContext, best: LongestOutage, worst: LongestOutage, most: float, parent: str) -> str:
    low, high = best.hours.usual, worst.hours.usual
    if high == 0:
        return f"no company stops it alone; at most {number(most)} h down is allowed."
    length = span(worst.hours) if low == high else f"{duration(low) if low else 'no time'} to {duration(high)}"
    notice = f", told {number(context.clock.notice)} h before" if context.clock.notice else ""
    who = context.case.company(parent) if parent not in ("", NOBODY) else "whoever it is"
    lasting = f"usually down for {length} when {who} ends service{notice}"
    return f"{lasting}; at most {number(most)} h is allowed."
