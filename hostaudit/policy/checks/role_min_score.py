"""``ROLE.min_score``: the score of a role, given by the worst company in it."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit.policy.check import SCORES, Answer, Check, Demand, Ladder, between, compared, few_of, number
from hostaudit.policy.context import PolicyContext, reasons


def evaluate(context: PolicyContext, demand: Demand) -> Iterator[Answer]:
    """Yield one answer."""
    role = demand.role
    found = next((each for each in context.report.roles if each.role == role), None)
    low, high = (found.score.low, found.score.high) if found is not None else (100.0, 100.0)
    held = f" Held by {few_of(context.called(each) for each in found.providers)}." if found and found.providers else ""
    message = f"{context.title(role)}: score {between(low, high)} of 100; at least {number(demand.value)}"
    yield demand.answer(
        compared(low, high, demand.value),
        context.domain,
        f"{message} is demanded.{held if found else ' Nothing rests on it.'}",
        because=reasons(context.leaves_of(role)),
        confidence=context.confidence(found.providers if found else ()),
    )


CHECK = Check("ROLE.min_score", evaluate, Ladder(SCORES))
