"""Names that records of the site point at and that do not exist: targets of aliases, name servers, mail exchangers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hostaudit import domain
from hostaudit.analysis.attribution.attribute import FAMILIES
from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.analysis.catalogue.catalogue import Catalogue
from hostaudit.model.evidence import NO_SUCH_NAME
from hostaudit.model.values import CanonicalName, Kind


@dataclass(frozen=True)
class MissingTarget:
    """A target that does not exist. ``host``: the name that is of no use therefore; ``target``: the name at the end.

    ``claimable``: *customer* if any customer of ``provider`` may take the name, *registrant* if its registrable name
    is not registered, so that anybody may register it; empty if neither is known.
    """

    host: str
    target: str
    claimable: Literal["", "customer", "registrant"]
    provider: str
    because: tuple[str, ...]


def missing_alias(evidence: EvidenceIndex, catalogue: Catalogue, host: str) -> MissingTarget | None:
    """The missing target of the alias of a host; None if the host has addresses, is no alias, or was not asked."""
    because: list[str] = []
    name = host
    while True:
        item = evidence.get("cname", name)
        if item is None or item.id in because:
            return None
        because.append(item.id)
        if not isinstance(item.value, CanonicalName):
            gone = item.absent == NO_SUCH_NAME and name != host
            return _target(evidence, catalogue, host, name, tuple(because)) if gone else None
        name = item.value.target


def missing_host(evidence: EvidenceIndex, catalogue: Catalogue, host: str) -> MissingTarget | None:
    """The same for a host that an NS or MX record names; None if it may exist."""
    items = [item for kind in FAMILIES if (item := evidence.get(kind, host)) is not None]
    if not items or any(item.absent != NO_SUCH_NAME for item in items):
        return None
    return _target(evidence, catalogue, host, host, tuple(item.id for item in items))


def _target(
    evidence: EvidenceIndex, catalogue: Catalogue, host: str, target: str, because: tuple[str, ...]
) -> MissingTarget:
    addresses: tuple[Kind, ...] = FAMILIES
    because = tuple(dict.fromkeys((*because, *evidence.ids(*((kind, host) for kind in addresses)))))
    name = domain.registrable(target)
    registration = evidence.get("registration", name) if name is not None else None
    if registration is not None and registration.absent is not None:
        return MissingTarget(host, target, "registrant", "", (*because, registration.id))
    provider = catalogue.claimable(target)
    return MissingTarget(host, target, "customer" if provider else "", provider or "", because)
