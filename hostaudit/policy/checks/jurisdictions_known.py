"""``jurisdictions.known``: the country of every company that was identified."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit.policy.check import Answer, Check, Demand, Ladder
from hostaudit.policy.context import PolicyContext, open_questions, reasons
from hostaudit.policy.parties import about, caveat, parties


def evaluate(context: PolicyContext, demand: Demand) -> Iterator[Answer]:
    """Yield one answer for each company without a country, and one for unknown operators."""
    wrong = [each for each in parties(context) if each.certain and not each.located]
    for each in wrong:
        message = f"Under whose jurisdiction {each.named} is, is not known."
        yield about(context, demand, each.provider, message, each)
    unknown = context.hidden()
    if unknown:
        message = f"It is unknown who some operators are: {open_questions(unknown)}."
        yield demand.answer("unknown", context.domain, message, because=reasons(unknown))
    elif not wrong:
        yield demand.answer("pass", context.domain, f"The country of every company is known{caveat(context)}.")


CHECK = Check("jurisdictions.known", evaluate, Ladder((True,), lambda _: {"": (True,)}))
