"""``parents.deny``: companies, at any level of control."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit.policy.check import Answer, Check, Demand
from hostaudit.policy.context import PolicyContext
from hostaudit.policy.parties import parties, refused


def evaluate(context: PolicyContext, demand: Demand) -> Iterator[Answer]:
    """Yield one answer for each refused company, or for each party below it."""
    for refusal in demand.value:
        found = [each for each in parties(context) if refusal.id in each.above]
        yield from refused(context, demand, refusal, found)


CHECK = Check("parents.deny", evaluate)
