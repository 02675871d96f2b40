"""``ROLE.min_score``: the score of a role, given by the worst company in it."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit.policy.check import SCORES, Answer, Check, Demand, Ladder, between, compared, few_of, number
from hostaudit.policy.context import PolicyContext, reasons


def evaluate(context: PolicyContext, demand: Demand) -> Iterator[Answer]:
    """Yield one answer: of the site's own providers in the role and of those on which they rest, the worst."""
    role = demand.role
    report = context.report
    found = [each for each in (*report.roles, *report.upstream_roles) if each.role == role]
    low, high = (min((getattr(each.score, end) for each in found), default=100.0) for end in ("low", "high"))
    providers = sorted({provider for each in found for provider in each.providers})
    held = f" Held by {few_of(context.called(each) for each in providers)}." if providers else ""
    message = f"{context.title(role)}: score {between(low, high)} of 100; at least {number(demand.value)}"
    yield demand.answer(
        compared(low, high, demand.value),
        context.domain,
        f"{message} is demanded.{held if found else ' Nothing rests on it.'}{context.aside}",
        because=reasons(context.leaves_of(role)),
        confidence=context.confidence(providers),
    )


CHECK = Check("ROLE.min_score", evaluate, Ladder(SCORES), serving=True)
