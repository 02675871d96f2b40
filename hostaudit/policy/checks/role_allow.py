"""``ROLE.allow``: only these providers, of those that the site itself uses in the role. What its owner runs himself is
no provider."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit.policy.check import Answer, Check, Demand, few_of
from hostaudit.policy.context import PolicyContext
from hostaudit.policy.parties import about, means, parties
from hostaudit.policy.role_holders import of_role, unknown_holders


def evaluate(context: PolicyContext, demand: Demand) -> Iterator[Answer]:
    """Yield one answer for each provider that is not allowed, and one for the rest of the role."""
    role, title = demand.role, context.title(demand.role)
    own = [each for each in parties(context) if role in each.own and not context.own.intersection(each.above)]
    wrong = [each for each in own if each.certain and not any(means(each, name) for name in demand.value)]
    allowed = few_of(demand.value, 8)
    for each in wrong:
        message = f"{title}: {each.named} is not one of those allowed: {allowed}."
        yield about(context, demand, context.domain, message, each)
    unknown = unknown_holders(context, role)
    if unknown:
        message = f"{title}: it is unknown whether only {allowed} is used: {unknown}."
        yield of_role(context, demand, "unknown", message)
    elif not wrong:
        found = few_of(each.named for each in own) if own else "nobody"
        yield of_role(context, demand, "pass", f"{title}: {found}; allowed: {allowed}.")


CHECK = Check("ROLE.allow", evaluate)
