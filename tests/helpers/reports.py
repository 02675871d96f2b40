"""Reports on hand-made sites, by the shipped rules."""

from __future__ import annotations

from functools import cache

from helpers.sites import Site
from hostaudit.audit import analyse
from hostaudit.documents import rules
from hostaudit.model.report import Report


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
