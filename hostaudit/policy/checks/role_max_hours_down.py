"""``ROLE.max_hours_down``: the longest outage of any function when one company ends its part in a role."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hostaudit.analysis.fault_tree.tree import FaultTree
from hostaudit.analysis.impact.outage import Reading, impact
from hostaudit.analysis.impact.score import effective_role, may_conceal
from hostaudit.model.actors import NOBODY
from hostaudit.policy.check import Answer, Check, Demand, Ladder
from hostaudit.policy.context import PolicyContext, reasons
from hostaudit.policy.hours_down import HOURS, NO_OUTAGE, READINGS, LongestOutage, compared_hours


def evaluate(context: PolicyContext, demand: Demand) -> Iterator[Answer]:
    """Yield one answer."""
    tree = _alone(context.case.tree, demand.role)
    best, worst = (_longest(context, tree, each) for each in READINGS)
    outcome, text, provider = compared_hours(context, best, worst, demand.value)
    yield demand.answer(
        outcome,
        context.domain,
        f"{context.title(demand.role)}: {text}",
        provider=provider,
        because=reasons(context.leaves_of(demand.role)),
    )


def _alone(tree: FaultTree, role: str) -> FaultTree:
    """The tree in which only basic events can fail that have a role, or that may conceal a provider in the role."""
    leaves = {
        # A hoped alternative may lack anything, so without proof it must not replace the serving one.
        name: leaf
        if effective_role(leaf) == role or may_conceal(leaf, role) or leaf.certainty == "hoped"
        else replace(leaf, domains={}, certainty="certain")
        for name, leaf in tree.leaves.items()
    }
    return FaultTree(leaves, tree.gates, tree.functions)


def _longest(context: PolicyContext, tree: FaultTree, reading: Reading) -> LongestOutage:
    parents = {each for leaf in tree.leaves.values() for each in leaf.domains.get("parent", ())}
    found = NO_OUTAGE
    for parent in sorted({*parents, NOBODY}):
        outages = impact(tree, frozenset({("parent", parent)}), context.clock, reading=reading)
        for each in tree.functions:
            hours = outages[each.id].hours
            if each.counts and outages[each.id].stops and hours.usual > found.hours.usual:
                found = LongestOutage(hours, parent)
    return found


CHECK = Check("ROLE.max_hours_down", evaluate, Ladder(HOURS), serving=True)
