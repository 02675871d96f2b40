"""``ROLE.min_providers``: enough providers that share nothing, for each zone, host or platform."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hostaudit.analysis.impact.redundancy import Group, axes_named
from hostaudit.model.report import Report
from hostaudit.model.roles import COUNTED
from hostaudit.policy.check import Answer, Check, Demand, Ladder, between, compared, few_of
from hostaudit.policy.context import PolicyContext

COUNTS = (4, 3, 2)


def evaluate(context: PolicyContext, demand: Demand) -> Iterator[Answer]:
    """Yield one answer for each group of alternatives in the role."""
    groups = context.alternatives.groups(demand.role)
    if not groups:
        yield _nobody(context, demand)
    for group in groups:
        yield _counted(context, group, demand)


def _nobody(context: PolicyContext, demand: Demand) -> Answer:
    """The answer without any provider: a pass only if the site does not need the role, but a CDN counts as needed."""
    least: int = demand.value
    unneeded = not context.alternatives.applies(demand.role)
    text = "the site does not need it" if unneeded else f"0 providers; at least {least} are demanded"
    met = unneeded or least <= 0
    return demand.answer("pass" if met else "fail", context.domain, f"{context.title(demand.role)}: {text}.")


def _counted(context: PolicyContext, group: Group, demand: Demand) -> Answer:
    least: int = demand.value
    axes = context.policy.roles[demand.role].independent_by
    low, high = group.independent(axes)
    providers = tuple(dict.fromkeys(each for row in group.all for each in row.providers))
    held = f": {few_of(context.called(each) for each in providers)}" if providers else ""
    noun = "provider" if low == high == 1 else "providers"
    apart = f"{between(low, high)} {noun}, counted apart by {axes_named(axes)}"
    text = f"{apart}{held}; at least {least} {'is' if least == 1 else 'are'} demanded"
    doubts = [row.subject for row in group.all if not row.sure]
    if group.note:
        text += f"; {group.note}"
    elif doubts and low != high:
        text += f"; not known: {few_of(doubts)}"
    return demand.answer(
        compared(low, high, least),
        group.subject,
        f"{context.title(group.role)} of {group.subject}: {text}.",
        because=sorted({each for row in group.all for each in row.because}),
        confidence=context.confidence(providers),
    )


def _proposed(report: Report) -> Mapping[str, tuple[int, ...]]:
    roles = {leg.role for function in report.functions for leg in function.legs}
    return {role: COUNTS for role in COUNTED if role in roles}


CHECK = Check("ROLE.min_providers", evaluate, Ladder(COUNTS, _proposed), serving=True)
