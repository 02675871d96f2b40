"""``provider-ended``: the site still uses a service that its provider has ended."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit.analysis.findings import FindingDefinition
from hostaudit.analysis.site_model import SiteModel
from hostaudit.model.report import Dependency, Finding
from hostaudit.model.rules import Provider
from hostaudit.model.words import few

RULE = "provider-ended"


def find(site: SiteModel) -> Iterator[Finding]:
    """Yield one finding for each provider of the site itself whose service has ended, or ends within a year."""
    rows: dict[str, list[Dependency]] = {}
    for row in site.tree.dependencies.values():
        if row.direct is True:
            rows.setdefault(row.provider, []).append(row)
    now = site.run.started
    next_year = f"{int(now[:4]) + 1}{now[4:10]}"
    for provider in sorted(rows):
        record = site.attribution.catalogue.provider(provider)
        if record is not None and record.ended and record.ended <= next_year:
            yield _told(record, rows[provider], now)


def _told(record: Provider, rows: list[Dependency], now: str) -> Finding:
    verb = "ends" if record.ended > now[: len(record.ended)] else "ended"
    subjects = few(list(dict.fromkeys(each.subject for each in rows)), 3)
    return Finding(
        rule=RULE,
        outcome="fail",
        severity="medium",
        confidence=max(each.confidence for each in rows),
        subject=record.id,
        message=f"{record.name} {verb} this service on {record.ended}; what still points to it here, or lies in its "
        f"networks: {subjects}.",
        because=tuple(dict.fromkeys(name for each in rows for name in each.because)),
        fix="Remove what still points there, or move it to a provider that sells the service.",
        role=rows[0].role,
        provider=record.id,
        effect="What answers there today can stop at any time, and nobody is obliged to repair it.",
    )


FINDING = FindingDefinition(RULE, find)
