"""``ROLE.deny``: none of these providers or companies is in the role, or behind a provider in the role."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit.policy.check import Answer, Check, Demand, few_of
from hostaudit.policy.context import PolicyContext
from hostaudit.policy.parties import about, means, parties
from hostaudit.policy.role_holders import of_role, unknown_holders


def evaluate(context: PolicyContext, demand: Demand) -> Iterator[Answer]:
    """Yield one answer for each refused provider that is there, else one for the role."""
    role, title = demand.role, context.title(demand.role)
    there = [each for each in parties(context) if role in each.roles and each.certain]
    wrong = [each for each in there if any(means(each, name) for name in demand.value)]
    for each in wrong:
        yield about(context, demand, context.domain, f"{title}: {each.named} is refused.", each)
    unknown = unknown_holders(context, role)
    if unknown and not wrong:
        message = f"{title}: it is unknown whether {few_of(demand.value)} is used: {unknown}."
        yield of_role(context, demand, "unknown", message)
    elif not wrong:
        yield of_role(context, demand, "pass", f"{title}: none of {few_of(demand.value, 8)} is used.")


CHECK = Check("ROLE.deny", evaluate)
