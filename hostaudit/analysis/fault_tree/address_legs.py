"""Address legs: for one address at which a host answers, its operators, their roles, and the region."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from hostaudit.analysis.attribution.attribute import FAMILIES
from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.analysis.attribution.operator import Operator
from hostaudit.analysis.fault_tree.basic_events import EventContext, Operators
from hostaudit.model.roles import Role
from hostaudit.model.site import Place
from hostaudit.model.values import Addresses, Alias, Kind


class AddressLegs:
    """Adds the operators of address legs, both of legs that serve now and of standbys."""

    def __init__(self, evidence: EvidenceIndex, operators: Operators, places: tuple[Place, ...]) -> None:
        """``places``: the locations that the owner declares."""
        self.evidence = evidence
        self.attribution = operators.attribution
        self.operators = operators
        self.places = places

    def nodes(
        self, host: str, address: str, subject: str, context: EventContext, *further: tuple[Role, Operator]
    ) -> list[str]:
        """The nodes of all operators that one address of a host needs, and of any ``further`` declared operators."""
        regions = self._regions(host, address)
        context = replace(context, uses=(*context.uses, *self.evidence.naming(host, address)))
        edges = [(self.role(each), each) for each in self.attribution.edges(host, address)]
        rows = [
            self.operators.operator(role, subject, each, self._placed(context, each, regions))
            for role, each in (*edges, *further)
        ]
        first = self.attribution.networks.of(address)[0]
        return rows + self.operators.network(self.role(first), subject, address, self._placed(context, first, regions))

    def region_of(self, host: str) -> tuple[str, ...]:
        """The region in a host name, as a failure domain."""
        found = self.attribution.catalogue.region(host)
        return (self._region(*found),) if found is not None else ()

    def _regions(self, host: str, address: str) -> dict[str, str]:
        """The region of a leg by parent company, from host names or as declared (key "": for any company)."""
        found: dict[str, str] = {}
        chain = [each.target for kind in FAMILIES for each in self._chain(kind, host)]
        for name in (host, *chain):
            named = self.attribution.catalogue.region(name)
            if named is not None:
                found[self.attribution.catalogue.parent(named[0])] = named[1]
        for place in self.places:
            if place.of in (host, address, *chain):
                found[""] = place.region
        return found

    def _chain(self, kind: Kind, host: str) -> tuple[Alias, ...]:
        value = self.evidence.value(kind, host, Addresses)
        return value.chain if value is not None else ()

    def _placed(self, context: EventContext, operator: Operator, regions: dict[str, str]) -> EventContext:
        """The region of an operator, as a failure domain: its provider's own name for it."""
        region = regions.get(operator.parent, regions.get("", ""))
        return replace(context, regions=(self._region(operator.provider, region),)) if region else context

    def role(self, operator: Operator) -> Literal["cdn", "hosting"]:
        """The role of an operator in an address leg."""
        return "cdn" if self.attribution.fronts(operator) else "hosting"

    def _region(self, provider: str, region: str) -> str:
        return f"{self.attribution.catalogue.account(provider)}/{region}"
