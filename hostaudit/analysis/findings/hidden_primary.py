"""``hidden-primary``: a zone of the site is made at one server that is not among its published ones."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit import domain
from hostaudit.analysis.diagnosis.hidden_primaries import hidden_primary
from hostaudit.analysis.findings import FindingDefinition
from hostaudit.analysis.site_model import SiteModel
from hostaudit.model.report import Finding
from hostaudit.model.values import ZoneCut

RULE = "hidden-primary"


def find(site: SiteModel) -> Iterator[Finding]:
    """Yield one finding for each own zone with a hidden primary."""
    cut = site.evidence.value("zone", site.file.target.domain, ZoneCut)
    for zone in cut.zones if cut is not None else ():
        primary = hidden_primary(site.evidence, site.attribution.catalogue, zone)
        if domain.registrable(zone) is None or primary is None:
            continue
        yield Finding(
            rule=RULE,
            outcome="fail",
            severity="low",
            confidence=0.7,
            subject=zone,
            message=f"{primary.host} is named as the primary of {zone} and is not one of its published name servers.",
            because=primary.because,
            fix="Know who runs it, back up the zone, and be ready to make another server the primary.",
            role="dns",
            effect="If the name servers copy the zone from it, they go on without it until their copies expire, by the "
            f"SOA record; meanwhile {zone} cannot be changed.",
        )


FINDING = FindingDefinition(RULE, find)
