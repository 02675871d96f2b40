"""``name-not-delegated``: the name does not exist, so nothing of the site can work."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit.analysis.findings import FindingDefinition
from hostaudit.analysis.site_model import SiteModel
from hostaudit.model.report import Finding
from hostaudit.model.verdict import NOT_DELEGATED


def find(site: SiteModel) -> Iterator[Finding]:
    """Yield the finding for a name that is not in its registry, which is always a failure."""
    name = site.file.target.registrable
    item = site.evidence.get("delegation", name)
    if item is None or item.absent is None:
        return
    yield Finding(
        rule=NOT_DELEGATED,
        outcome="fail",
        severity="critical",
        confidence=0.99,
        subject=name,
        message=f"{name} does not exist: {item.absent}.",
        because=(item.id,),
        fix="Check the spelling; if the name is yours, ask its registrar whether it expired or is on hold.",
        down_now=tuple(each.id for each in site.tree.functions if each.counts),
        verdict="fail",
    )


FINDING = FindingDefinition(NOT_DELEGATED, find)
