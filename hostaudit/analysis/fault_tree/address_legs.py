"""One address at which a host answers: who stands in it, in which role, and in which region."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from hostaudit.analysis.attribution.attribute import FAMILIES, Attribution
from hostaudit.analysis.attribution.evidence_index import Seen
from hostaudit.analysis.attribution.operator import Operator
from hostaudit.analysis.fault_tree.basic_events import Hold, Operators
from hostaudit.model.roles import Role
from hostaudit.model.site import Place
from hostaudit.model.values import Addresses, Alias, Kind


class Legs:
    """Adds those who stand in address legs, whether the leg serves now or stands by."""

    def __init__(self, seen: Seen, who: Attribution, operators: Operators, places: tuple[Place, ...]) -> None:
        """``places``: where the owner says that something stands."""
        self.seen = seen
        self.who = who
        self.operators = operators
        self.places = places

    def nodes(self, host: str, address: str, subject: str, hold: Hold, *further: tuple[Role, Operator]) -> list[str]:
        """Everybody who must keep one address of a host up, and any ``further`` operators as declared."""
        regions = self._regions(host, address)
        edges = [(self.role(each), each) for each in self.who.edges(host, address)]
        rows = [
            self.operators.operator(role, subject, each, self._placed(hold, each, regions))
            for role, each in (*edges, *further)
        ]
        first = self.who.networks.of(address)[0]
        return rows + self.operators.network(self.role(first), subject, address, self._placed(hold, first, regions))

    def told(self, host: str) -> tuple[str, ...]:
        """The region that a host name tells, as a failure domain."""
        found = self.who.catalogue.region(host)
        return (self._region(*found),) if found is not None else ()

    def _regions(self, host: str, address: str) -> dict[str, str]:
        """Where a leg stands, by parent company: as host names tell it, or as declared (then for whoever it is)."""
        found: dict[str, str] = {}
        chain = [each.target for kind in FAMILIES for each in self._chain(kind, host)]
        for name in (host, *chain):
            told = self.who.catalogue.region(name)
            if told is not None:
                found[self.who.catalogue.parent(told[0])] = told[1]
        for place in self.places:
            if place.of in (host, address, *chain):
                found[""] = place.region
        return found

    def _chain(self, kind: Kind, host: str) -> tuple[Alias, ...]:
        value = self.seen.value(kind, host, Addresses)
        return value.chain if value is not None else ()

    def _placed(self, hold: Hold, operator: Operator, regions: dict[str, str]) -> Hold:
        """The region of an operator, as a failure domain: its provider's own name for it."""
        region = regions.get(operator.parent, regions.get("", ""))
        return replace(hold, regions=(self._region(operator.provider, region),)) if region else hold

    def role(self, operator: Operator) -> Literal["cdn", "hosting"]:
        """The role of an operator in an address leg."""
        return "cdn" if self.who.fronts(operator) else "hosting"

    def _region(self, provider: str, region: str) -> str:
        return f"{self.who.catalogue.account(provider)}/{region}"
