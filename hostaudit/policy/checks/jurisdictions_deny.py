"""``jurisdictions.deny``: no company of these countries."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit.policy.check import Answer, Check, Demand
from hostaudit.policy.context import PolicyContext
from hostaudit.policy.parties import about, elsewhere, parties, why


def evaluate(context: PolicyContext, demand: Demand) -> Iterator[Answer]:
    """Yield one answer for each refused country, or for each company of it."""
    for refusal in demand.value:
        found = [each for each in parties(context) if refusal.id in each.countries]
        sure = [each for each in found if each.certain]
        for each in sure:
            message = f"{each.named} is under the jurisdiction of {refusal.id}, which is refused{why(refusal)}."
            yield about(context, demand, refusal.id, message, each)
        if not sure:
            yield elsewhere(context, demand, refusal.id, f"No company of {refusal.id} occurs")


CHECK = Check("jurisdictions.deny", evaluate)
