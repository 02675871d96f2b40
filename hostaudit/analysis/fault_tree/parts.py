"""The state that the functions of a site share while its fault tree is built."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from hostaudit import domain
from hostaudit.analysis.attribution.attribute import Attribution
from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.analysis.diagnosis.mail_exchangers import ExchangerHealth
from hostaudit.analysis.fault_tree.address_legs import AddressLegs
from hostaudit.analysis.fault_tree.basic_events import Operators
from hostaudit.analysis.fault_tree.fallback_proofs import Proofs
from hostaudit.analysis.fault_tree.hosts import Hosts
from hostaudit.analysis.fault_tree.measured_times import Times
from hostaudit.analysis.fault_tree.standbys import Standbys
from hostaudit.analysis.fault_tree.tree import FaultTree
from hostaudit.analysis.fault_tree.zones import Zones
from hostaudit.model.evidence import Target
from hostaudit.model.rules import Scoring


@dataclass(frozen=True)
class TreeParts:
    """One site, its tree as it grows, and the builders of the parts on which several functions rest."""

    target: Target
    evidence: EvidenceIndex
    attribution: Attribution
    scoring: Scoring
    proofs: Proofs
    tree: FaultTree
    operators: Operators
    times: Times
    legs: AddressLegs
    standbys: Standbys
    zones: Zones
    hosts: Hosts
    exchangers: ExchangerHealth

    @cached_property
    def resolves(self) -> str:
        """The node for "the zone of the target's name is served"."""
        return self.zones.name(self.target.domain)


def tree_parts(
    target: Target, evidence: EvidenceIndex, attribution: Attribution, scoring: Scoring, proofs: Proofs
) -> TreeParts:
    """Return the builders of the parts, with an empty tree."""
    tree = FaultTree()
    operators = Operators(tree, attribution)
    standbys = Standbys(operators, proofs)
    site = proofs.site
    legs = AddressLegs(evidence, operators, site.places if site is not None else ())
    spare_names = [each.domain for each in site.spare_names] if site is not None else []
    # The name above a platform's suffix belongs to the platform, not to the holder of a name under it.
    hosts = [host for host in (*target.hosts, *spare_names) if domain.tenant(host) is None]
    owned = frozenset(domain.registrable(host) for host in hosts)
    tenants = {host: tenant for host in target.hosts if (tenant := domain.tenant(host)) is not None}
    zones = Zones(evidence, attribution, operators, standbys, owned, tenants, target.hosts)
    return TreeParts(
        target=target,
        evidence=evidence,
        attribution=attribution,
        scoring=scoring,
        proofs=proofs,
        tree=tree,
        operators=operators,
        times=zones.times,
        legs=legs,
        standbys=standbys,
        zones=zones,
        hosts=Hosts(target, zones, legs, proofs.declared.origin),
        exchangers=ExchangerHealth(evidence),
    )
