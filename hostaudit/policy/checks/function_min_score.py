"""``FUNCTION.min_score``: the score of one function."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit.model.words import function
from hostaudit.policy.check import (
    SCORES,
    Answer,
    Check,
    Demand,
    Ladder,
    between,
    compared,
    no_such_function,
    not_assessed,
    number,
)
from hostaudit.policy.context import PolicyContext


def evaluate(context: PolicyContext, demand: Demand) -> Iterator[Answer]:
    """Yield one answer."""
    identity = demand.function
    row = next((each for each in context.report.functions if each.id == identity), None)
    if row is None or row.state == "not_applicable":
        yield no_such_function(demand, identity, known=row is not None)
        return
    if row.state == "not_assessed":
        yield not_assessed(demand, identity, row.note)
        return
    low, high = row.score.low, row.score.high
    least = number(demand.value)
    message = f"The score of {function(identity)} is {between(low, high)} of 100; at least {least} is demanded."
    message += context.aside
    yield demand.answer(compared(low, high, demand.value), identity, message)


CHECK = Check("FUNCTION.min_score", evaluate, Ladder(SCORES), serving=True)
