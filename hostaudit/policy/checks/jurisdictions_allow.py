"""``jurisdictions.allow``: no company of any other country."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit.model.words import listed
from hostaudit.policy.check import Answer, Check, Demand, few_of
from hostaudit.policy.context import PolicyContext
from hostaudit.policy.parties import about, elsewhere, parties


def evaluate(context: PolicyContext, demand: Demand) -> Iterator[Answer]:
    """Yield one answer for each company of another country, and one for all others."""
    allowed = set(demand.value)
    wrong = [each for each in parties(context) if each.certain and set(each.countries) - allowed]
    for each in wrong:
        others = listed(sorted(set(each.countries) - allowed))
        message = f"{each.named} is under the jurisdiction of {others}; allowed: {few_of(demand.value, 12)}."
        yield about(context, demand, each.provider, message, each)
    rest = elsewhere(context, demand, context.domain, f"Every company is of {few_of(demand.value, 12)}")
    if rest.outcome == "unknown" or not wrong:
        yield rest


CHECK = Check("jurisdictions.allow", evaluate)
