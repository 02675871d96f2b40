"""``FUNCTION.max_hours_down``: the longest outage of one function that one company causes, without registries and
registrars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hostaudit.analysis.impact.score import CompanyOutages
from hostaudit.model.report import IDLE, Report
from hostaudit.model.roles import TIMED
from hostaudit.model.words import function
from hostaudit.policy.check import Answer, Check, Demand, Ladder, no_such_function, not_assessed
from hostaudit.policy.context import PolicyContext
from hostaudit.policy.hours_down import HOURS, NO_OUTAGE, READINGS, LongestOutage, compared_hours


def evaluate(context: PolicyContext, demand: Demand) -> Iterator[Answer]:
    """Yield one answer."""
    identity = demand.function
    node = next((each for each in context.case.tree.functions if each.id == identity), None)
    if node is None or node.applies == "no":
        known = any(each.id == identity for each in context.report.functions)
        yield no_such_function(demand, identity, known=known)
        return
    if node.applies == "unseen":
        yield not_assessed(demand, identity, node.note)
        return
    best, worst = (_longest(context.company_outages(each), identity) for each in READINGS)
    outcome, text, provider = compared_hours(context, best, worst, demand.value)
    yield demand.answer(outcome, identity, f"{function(identity).capitalize()}: {text}", provider=provider)


def _longest(held: CompanyOutages, identity: str) -> LongestOutage:
    found = NO_OUTAGE
    for parent, outages in sorted(held.rest.items()):
        hours = outages[identity].hours
        if outages[identity].stops and hours.usual > found.hours.usual:
            found = LongestOutage(hours, parent)
    return found


def _proposed(report: Report) -> Mapping[str, tuple[float, ...]]:
    there = {each.id for each in report.functions if each.state not in IDLE}
    return {each: HOURS for each in TIMED if each in there}


CHECK = Check("FUNCTION.max_hours_down", evaluate, Ladder(HOURS, _proposed), serving=True)
