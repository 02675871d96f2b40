"""Hidden primaries: the server where a zone is made, if it is not one of its published servers (RFC 9499)."""

from __future__ import annotations

from dataclasses import dataclass

from hostaudit import domain
from hostaudit.analysis.attribution.attribute import FAMILIES
from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.analysis.catalogue.catalogue import Catalogue
from hostaudit.model.evidence import subject_of
from hostaudit.model.values import Addresses, Delegation, NameServers, ServerAddress, ServerAnswer


@dataclass(frozen=True)
class HiddenPrimary:
    """A zone, and the host that all of its servers name as its primary."""

    zone: str
    host: str
    because: tuple[str, ...]


def hidden_primary(evidence: EvidenceIndex, catalogue: Catalogue, zone: str) -> HiddenPrimary | None:
    """The hidden primary of a zone; None if its servers name one of themselves, or several, or a name that is no host.

    Operators of many zones write what they like there, and nothing can be concluded from it: so a name that the
    catalogue knows as a name server's, and one that lies beside the published servers of an operator, are none.
    """
    items = [
        item
        for item in evidence.of("server")
        if (asked := subject_of(item, ServerAddress)) is not None and asked.zone == zone
    ]
    answers = [(item, each) for item in items if isinstance(each := item.value, ServerAnswer) and each.authoritative]
    names = {value.mname for _, value in answers}
    name = next(iter(names)) if len(names) == 1 else None
    published = _published(evidence, zone)
    if not name or not published or name in published:
        return None
    lives = [kind for kind in FAMILIES if evidence.value(kind, name, Addresses) is not None]
    beside = {domain.registrable(each) for each in published} - {domain.registrable(zone)}
    if not lives or catalogue.ns(name) or domain.registrable(name) in beside:
        return None
    return HiddenPrimary(
        zone, name, (*(item.id for item, _ in answers), *evidence.ids(*((kind, name) for kind in lives)))
    )


def _published(evidence: EvidenceIndex, zone: str) -> set[str]:
    """The servers of a zone in both NS sets; empty if one of them is not known."""
    delegation = evidence.value("delegation", zone, Delegation)
    child = evidence.value("nameservers", zone, NameServers)
    if delegation is None or child is None:
        return set()
    return {each.name for each in delegation.nameservers} | {*child.names}
