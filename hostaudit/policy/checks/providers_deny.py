"""``providers.deny``: products and the customer accounts under which they are sold."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit.policy.check import Answer, Check, Demand
from hostaudit.policy.context import PolicyContext
from hostaudit.policy.parties import parties, refused


def evaluate(context: PolicyContext, demand: Demand) -> Iterator[Answer]:
    """Yield one answer for each refused id, or for each party that it means."""
    for refusal in demand.value:
        found = [each for each in parties(context) if refusal.id in (each.provider, each.account)]
        yield from refused(context, demand, refusal, found)


CHECK = Check("providers.deny", evaluate)
