"""Reports on hand-made sites, by the shipped rules."""

from __future__ import annotations

from functools import cache

import msgspec

from helpers.sites import Site
from hostaudit.audit import analyse
from hostaudit.documents import rules
from hostaudit.model.report import Dependency, FunctionImpact, Report


@cache
def catalogue():
    return rules.load()


def report_on(site: Site) -> Report:
    return analyse(site.file(), catalogue())


def parents(report: Report, *, all_of_them: bool = False) -> list[str]:
    return [
        point.failure_domain.id
        for point in report.spofs
        if point.failure_domain.kind == "parent" and (all_of_them or not point.name_only)
    ]


def operator_of(report: Report, host: str) -> Dependency:
    return next(row for row in report.dependencies if row.role == "dns" and row.subject == host)


def state(report: Report, function: str) -> str:
    return next(each.state for each in report.functions if each.id == function)


def impacts(report: Report, parent: str) -> dict[str, str]:
    point = next(p for p in report.spofs if (p.failure_domain.kind, p.failure_domain.id) == ("parent", parent))
    return {each.id: each.effect for each in point.functions}


def with_summands(report: Report, row: FunctionImpact) -> FunctionImpact:
    """An impact of a report with its summands in place of their ids."""
    return msgspec.structs.replace(row, times=tuple(report.times[each] for each in row.times))
