"""``lame-delegation``: a name server that a zone is delegated to and that does not answer for it (RFC 9499)."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit.analysis.diagnosis.name_servers import ServerHealth, ZoneHealth
from hostaudit.analysis.findings import FindingDefinition
from hostaudit.analysis.site_model import SiteModel
from hostaudit.model.report import Finding
from hostaudit.model.values import Delegation, subject_text


def find(site: SiteModel) -> Iterator[Finding]:
    """Yield a finding for each address that was asked twice and did not answer with authority."""
    for _, zone in sorted(site.servers.zones.items()):
        for each in zone.servers:
            if each.standing == "lame" and each.twice:
                yield _finding(site, zone, each)


def _finding(site: SiteModel, zone: ZoneHealth, health: ServerHealth) -> Finding:
    server = health.server
    answered = "without authority" if health.rcode == "NOERROR" else health.rcode
    alone = all(each.standing == "lame" for each in zone.servers)
    delegation = site.evidence.value("delegation", server.zone, Delegation)
    delegated = delegation is not None and server.server in {each.name for each in delegation.nameservers}
    if alone:
        effect = "None of its servers answers for it, and the resolver fails too: names under it do not resolve."
    else:
        effect = "Resolvers that ask it lose time and ask another one; it does not count as a name server of the zone."
    return Finding(
        rule=FINDING.rule,
        outcome="fail",
        severity="high" if alone else "medium",
        confidence=0.95,
        subject=subject_text(server),
        message=(
            f"{server.server} ({server.address}) does not answer for {server.zone} ({answered}, asked twice), although "
            f"{'the parent zone delegates to it' if delegated else 'the zone names it'}: a lame delegation."
        ),
        because=(*health.because, *site.evidence.ids(("delegation", server.zone), ("nameservers", server.zone))),
        fix="Add the zone at this operator, or take the server out of the delegation at the registrar and the NS set.",
        role="dns",
        effect=effect,
    )


FINDING = FindingDefinition("lame-delegation", find)
