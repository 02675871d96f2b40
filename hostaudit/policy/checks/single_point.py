"""``single-point``: companies that end a function alone, from the severity of ``--fail-on``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hostaudit.model.report import SinglePoint
from hostaudit.model.verdict import SEVERITIES, Severity
from hostaudit.model.words import duration, function, listed
from hostaudit.policy.check import Answer, Check, Demand
from hostaudit.policy.context import PolicyContext

WEEK, DAY = 168.0, 24.0


def evaluate(context: PolicyContext, demand: Demand) -> Iterator[Answer]:
    """Yield one failure for each company that is severe enough; there are no passes."""
    for point in context.report.spofs:
        if point.failure_domain.kind != "parent" or point.name_only:
            continue
        severity = severity_of(point)
        if SEVERITIES.index(severity) < SEVERITIES.index(demand.value):
            continue
        stopped = [each for each in point.functions if each.effect != "degraded"]
        worst = max(stopped, key=lambda each: each.time_to_recover_hours.usual)
        name = point.failure_domain.name or point.failure_domain.id
        length = duration(worst.time_to_recover_hours.usual)
        yield replace(demand, severity=severity).answer(
            "fail",
            point.failure_domain.id,
            f"{name} alone can end {listed([function(each.id) for each in stopped])}, usually for {length}.",
            provider=point.failure_domain.id,
            because=point.because,
        )


def severity_of(point: SinglePoint) -> Severity:
    """Return the severity of a single point of failure, by the functions that stop and for how long in the usual
    case."""
    down = [each for each in point.functions if each.effect == "down"]
    longest = max((each.time_to_recover_hours.usual for each in down), default=0.0)
    essential = [each for each in down if each.id in ("web", "resolve")]
    if max((each.time_to_recover_hours.usual for each in essential), default=0.0) >= WEEK:
        return "critical"
    if longest >= DAY:
        return "high"
    lost = {each.effect for each in point.functions}
    return "medium" if lost & {"down", "no_new_installs"} else "low"


CHECK = Check("single-point", evaluate)
