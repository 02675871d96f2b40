"""What falls with each company: from the effects, or from a report alone, whose single points of failure tell it."""

from __future__ import annotations

from msgspec import structs

from hostaudit.model.effects import CompanyEffect, Effects, Fall
from hostaudit.model.report import FunctionImpact, Hours, Report
from hostaudit.report import wording as say

NONE = Hours(0.0, 0.0, 0.0)


def falls_of(report: Report, effects: Effects | None) -> tuple[CompanyEffect, ...]:
    """The companies of a report and what each ends, the worst first: by the longest loss of the web site, then by all
    losses."""
    names = say.companies(report)
    found = effects.companies if effects is not None else _single_points(report)
    named = (structs.replace(each, name=names.get(each.company, each.name)) for each in found)
    return tuple(sorted(named, key=_rank))


def _single_points(report: Report) -> tuple[CompanyEffect, ...]:
    return tuple(
        CompanyEffect(
            each.failure_domain.id,
            each.failure_domain.name,
            tuple(_fall(function) for function in each.functions),
        )
        for each in report.spofs
        if each.failure_domain.kind == "parent"
    )


def _fall(impact: FunctionImpact) -> Fall:
    degraded = impact.effect == "degraded"
    return Fall(
        function=impact.id,
        effect=impact.effect,
        down=NONE if degraded else impact.time_to_recover_hours,
        degraded_hours=impact.time_to_recover_hours.usual if degraded else 0.0,
        onset=impact.onset,
    )


def _rank(company: CompanyEffect) -> tuple[float, float, int, str]:
    web = max((each.down.usual for each in company.falls if each.function == "web"), default=0.0)
    return -web, -sum(each.down.usual for each in company.falls), -len(company.falls), company.company
