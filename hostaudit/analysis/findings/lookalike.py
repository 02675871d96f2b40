"""``lookalike-name-server``: a name server whose name is almost that of a known provider, and is not."""

from __future__ import annotations

from hostaudit import domain
from hostaudit.analysis.catalogue.lookalikes import Meant, NameServerNames
from hostaudit.analysis.findings import FindingDefinition
from hostaudit.analysis.site_model import SiteModel
from hostaudit.model.report import Finding
from hostaudit.model.values import Delegation, NameServers, ServerAnswer, ZoneCut

RULE = "lookalike-name-server"


def find(site: SiteModel) -> tuple[Finding, ...]:
    """Return the findings for name servers of the site's own zones whose names are almost those of a known provider."""
    cut = site.evidence.value("zone", site.file.target.domain, ZoneCut)
    zones = cut.zones if cut is not None else (site.file.target.registrable,)
    strangers: list[tuple[str, str, bool]] = []
    for zone in (each for each in zones if domain.registrable(each) is not None):
        delegated, published = _servers(site, zone)
        for host in sorted(delegated | published):
            own = domain.lies_under(host, zone)
            if not own and not site.attribution.catalogue.ns(host):
                strangers.append((zone, host, host in delegated))
    if not strangers:
        return ()
    names = NameServerNames(site.rules.providers)
    found = [
        _lookalike(site, zone, host, meant, delegated=delegated)
        for zone, host, delegated in strangers
        if (meant := names.almost(host)) is not None
    ]
    return tuple(sorted(found, key=lambda each: (each.severity != "high", each.subject)))


def _servers(site: SiteModel, zone: str) -> tuple[set[str], set[str]]:
    """The name servers of a zone: the set at the parent zone, and the set in the zone itself."""
    delegation = site.evidence.value("delegation", zone, Delegation)
    child = site.evidence.value("nameservers", zone, NameServers)
    return {each.name for each in delegation.nameservers} if delegation else set(), set(child.names) if child else set()


def _lookalike(site: SiteModel, zone: str, host: str, meant: Meant, *, delegated: bool) -> Finding:
    """The finding for one look-alike; its severity is high if the delegation names it. A server that answers like the
    others may be intended, so it is only reported."""
    answers = [each for item in site.evidence.of("server") if isinstance(each := item.value, ServerAnswer)]
    serials = {each.serial for each in answers if each.zone == zone and each.authoritative and each.nameserver != host}
    alike = any(each.nameserver == host and each.authoritative and each.serial in serials for each in answers)
    asked = site.evidence.ids(("delegation", zone), ("nameservers", zone), ("a", host), ("aaaa", host))
    provider = site.attribution.provider_name(meant.provider)
    what = f"{host}, a name server of {zone}, is almost {meant.name} of {provider}, and is not"
    then = "it answers as the others do, so it may be meant" if alike else f"whoever holds that name answers for {zone}"
    return Finding(
        rule=RULE,
        outcome="fail",
        severity="low" if alike else "high" if delegated else "medium",
        confidence=0.5 if alike else 0.9,
        subject=host,
        message=f"{what}: {then}.",
        because=asked,
        fix=f"Compare it with the names that {provider} gave you"
        + (", and correct it at the registrar and in the zone." if delegated else ", and correct it in the zone."),
    )


FINDING = FindingDefinition(RULE, find)
