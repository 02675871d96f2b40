"""``score.min``: the score of the whole site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import floor

from hostaudit.model.actors import NOBODY
from hostaudit.model.report import Report
from hostaudit.policy.check import SCORES, Answer, Check, Demand, Ladder, between, compared, number
from hostaudit.policy.context import PolicyContext


def evaluate(context: PolicyContext, demand: Demand) -> Iterator[Answer]:
    """Yield one answer."""
    low, high = context.report.score.low, context.report.score.high
    message = f"The score is {between(low, high)} of 100; at least {number(demand.value)} is demanded."
    yield demand.answer(compared(low, high, demand.value), context.domain, message + _worst(context) + context.aside)


def _worst(context: PolicyContext) -> str:
    ends = [end for end in context.report.score.working if end.end == "low" and end.companies]
    if not ends or ends[0].companies[0].exposure == 0:
        return ""
    worst = ends[0].companies[0]
    return f" Most of what is lost, by {worst.name if worst.parent != NOBODY else 'what nobody could name'}."


def _proposed(report: Report) -> Mapping[str, tuple[int, ...]]:
    low = floor(report.score.low)
    return {"": (low,) if low else ()}


CHECK = Check("score.min", evaluate, Ladder(SCORES, _proposed))
