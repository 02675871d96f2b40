"""The host at which browsers stop on their way to the front page, if no page could be found."""

from __future__ import annotations

from hostaudit import domain
from hostaudit.analysis.attribution.attribute import FAMILIES
from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.analysis.catalogue.catalogue import Catalogue
from hostaudit.analysis.diagnosis.aliases import missing_alias
from hostaudit.analysis.diagnosis.certificates import Certificates
from hostaudit.model.evidence import Target
from hostaudit.model.values import Addresses, FrontPage, HostAddress, WebAnswer

MOST_STEPS = 5


def stopped_at(evidence: EvidenceIndex, catalogue: Catalogue, certificates: Certificates, target: Target) -> str | None:
    """The host that no browser gets past: every certificate of it is refused, or it is an alias of a name that does not
    exist. None if a page was found, or if it is not known where the way ends."""
    if evidence.value("front", target.domain, FrontPage) is not None:
        return None
    hosts = [host for host in target.hosts if host not in target.named]
    host = _start(evidence, catalogue, hosts)
    passed: set[str] = set()
    while host and host not in passed and len(passed) < MOST_STEPS:
        passed.add(host)
        if missing_alias(evidence, catalogue, host) is not None:
            return host
        found = addresses_of(evidence, host)
        if any(evidence.open(kind, host) for kind in FAMILIES):
            return None
        refusals = [certificates.refused(HostAddress(host, address)) for address in found]
        if found and all(each is not None and each.plain is False for each in refusals):
            return host
        host = _next(evidence, host, found)
    return None


def _start(evidence: EvidenceIndex, catalogue: Catalogue, hosts: list[str]) -> str:
    """The host at which a browser begins: the first with an address or, if it is proved that none has one, the first
    whose alias leads nowhere; empty if that is not known."""
    for host in hosts:
        if addresses_of(evidence, host):
            return host
        items = [evidence.get(kind, host) for kind in FAMILIES]
        if any(item is None or item.absent is None for item in items):
            return ""
    return next((host for host in hosts if missing_alias(evidence, catalogue, host) is not None), "")


def addresses_of(evidence: EvidenceIndex, host: str) -> tuple[str, ...]:
    """The addresses of a host in both families."""
    values = (evidence.value(kind, host, Addresses) for kind in FAMILIES)
    return tuple(address for value in values if value is not None for address in value.addresses)


def _next(evidence: EvidenceIndex, host: str, addresses: tuple[str, ...]) -> str:
    """The host to which all addresses of a host redirect; empty if they do not."""
    answers = [evidence.value("web", HostAddress(host, address), WebAnswer) for address in addresses]
    places = {domain.linked_host(each.location or "") if each is not None else "" for each in answers}
    return places.pop() if len(places) == 1 else ""
