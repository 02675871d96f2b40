"""``dnssec-fails``: resolvers that validate refuse a zone of the site."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit.analysis.diagnosis.dnssec import RefusedZone, refused_zone
from hostaudit.analysis.fault_tree.basic_events import broken_event
from hostaudit.analysis.fault_tree.zones import dnssec_of
from hostaudit.analysis.findings import FindingDefinition, not_working
from hostaudit.analysis.impact.stopped import stopped_by
from hostaudit.analysis.site_model import SiteModel
from hostaudit.model.evidence import subject_of
from hostaudit.model.report import Finding
from hostaudit.model.values import Name

RULE = "dnssec-fails"
PROVED, LIKELY = 0.98, 0.9


def find(site: SiteModel) -> Iterator[Finding]:
    """Yield one finding for each zone of the site whose delegation was asked for."""
    for item in site.evidence.of("delegation"):
        asked = subject_of(item, Name)
        refused = refused_zone(site.evidence, asked.name) if asked is not None else None
        if refused is not None:
            yield _finding(site, refused)


def _finding(site: SiteModel, refused: RefusedZone) -> Finding:
    zone = refused.zone
    stopped = stopped_by(site.tree, (broken_event("dns", dnssec_of(zone)),))
    servers = f"{refused.answering} of {refused.asked} addresses of its name servers answer with authority"
    how = "and answers if it does not validate" if refused.proved else "and the parent zone publishes a DS record"
    return Finding(
        rule=RULE,
        outcome="fail",
        severity="critical" if stopped else "medium",
        confidence=PROVED if refused.proved else LIKELY,
        subject=zone,
        message=f"DNSSEC validation of {zone} fails, so resolvers that validate refuse the zone: {servers}, but the "
        f"resolver answers SERVFAIL, {how}.",
        because=refused.because,
        fix="Compare the DS record at the registrar with the keys of the zone, and look when its signatures end; until "
        "both agree, take the DS record out.",
        role="dns",
        effect=f"{not_working(stopped)} This holds for everybody behind a resolver that validates, as the large public "
        "ones do; the others notice nothing.".strip(),
        down_now=stopped,
        verdict="fail" if stopped else "",
    )


FINDING = FindingDefinition(RULE, find)
