"""What stands by, as the owner declared it and as it is proved: which spares a node of the tree has, and how to switch.

A proved standby joins as the spare of what serves now; while its proof is open it is only hoped for. Where a leg of a
host stands, and who fronts it, is told here too, for what serves and for what stands by alike.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, cast

from hostaudit.attribution import FAMILIES, Attribution, Operator
from hostaudit.graph import Graph, Leaf, Switch, Term
from hostaudit.model import (
    Addresses,
    Alias,
    DeclaredFallback,
    Hours,
    Kind,
    MailExchangers,
    Role,
    Target,
)
from hostaudit.names import Hold, Names
from hostaudit.proofs import Proof, Proofs
from hostaudit.seen import Seen


class Spares:
    """Adds to a graph the nodes of what stands by."""

    def __init__(
        self, target: Target, seen: Seen, who: Attribution, graph: Graph, names: Names, proofs: Proofs
    ) -> None:
        self.target = target
        self.seen = seen
        self.who = who
        self.graph = graph
        self.names = names
        self.proofs = proofs
        self.site = proofs.site

    def regions(self, host: str, address: str) -> dict[str, str]:
        """Where a leg stands, by parent company: as host names tell it, or as declared (then for whoever it is)."""
        found: dict[str, str] = {}
        chain = [each.target for kind in FAMILIES for each in self._chain(kind, host)]
        for name in (host, *chain):
            told = self.who.catalogue.region(name)
            if told is not None:
                found[self.who.catalogue.parent(told[0])] = told[1]
        for place in self.site.places if self.site is not None else ():
            if place.of in (host, address, *chain):
                found[""] = place.region
        return found

    def _chain(self, kind: Kind, host: str) -> tuple[Alias, ...]:
        value = self.seen.value(kind, host, Addresses)
        return value.chain if value is not None else ()

    def placed(self, hold: Hold, operator: Operator, regions: dict[str, str]) -> Hold:
        """The region of an operator, as a failure domain: its provider's own name for it."""
        region = regions.get(operator.parent, regions.get("", ""))
        return replace(hold, regions=(f"{self.who.account(operator)}/{region}",)) if region else hold

    def place(self, operator: Operator) -> Literal["cdn", "hosting"]:
        """The role of an operator in an address leg."""
        return "cdn" if self.who.fronts(operator) else "hosting"

    def servers(self, zone: str) -> list[tuple[Switch, str]]:
        """The proved standby name servers of a zone; the old delegation has to time out before all see them."""
        rows = []
        for proof in self.proofs.of("dns"):
            fallback = cast(DeclaredFallback, proof.fallback)
            if self.proofs.stands_for(fallback) == zone:
                hold = Hold(stands_by=fallback.id)
                owner = self.who.nameserver(fallback.server, proof.addresses)
                nodes = [] if owner is None else [self.names.operator("dns", fallback.server, owner, hold)]
                legs = [
                    self._all(f"{proof.id}:{each}", self.names.host_network("dns", proof.subject, each, owner, hold))
                    for each in proof.addresses
                ]
                if not fallback.server.endswith(f".{zone}"):
                    nodes.append(self.names.name(fallback.server, required=False))
                    self.graph.unfollowed.discard(fallback.server)  # nothing rests on it yet
                nodes += self._any(proof.id, legs)
                spread, console = self.names.redelegation(zone), self.names.console_of_delegation(zone)
                rows.append(self._standby(proof, f"served:{zone}", nodes, spread, console))
        return rows

    def origins(self, host: str) -> list[tuple[Switch, str]]:
        """The proved standby origins and edges of a host; its old addresses have to time out."""
        rows = []
        for proof in self.proofs.of("hosting", "cdn"):
            fallback = cast(DeclaredFallback, proof.fallback)
            if self.proofs.stands_for(fallback) == host:
                nodes = [self._leg(proof, each) for each in proof.addresses]
                if fallback.host:
                    nodes = [self._all(f"{each}:named", [each, self.names.name(fallback.host)]) for each in nodes]
                nodes = [*self._any(proof.id, nodes), self.names.name(host)]
                spread, console = self.names.spread(host), self.names.console_of_records(host)
                rows.append(self._standby(proof, f"legs:{host}", nodes, spread, console))
        return rows

    def _leg(self, proof: Proof, address: str) -> str:
        """Who must keep one address of a standby up."""
        host = proof.fallback.host if proof.fallback is not None and proof.fallback.host else proof.subject
        hold = Hold(stands_by=proof.id)
        edges = self.who.edges(host, address)
        regions = self.regions(host, address)
        nodes = [
            self.names.operator(self.place(each), address, each, self.placed(hold, each, regions)) for each in edges
        ]
        networks = self.who.network(address)
        placed = self.placed(hold, networks[0], regions)
        nodes += self.names.network(self.place(networks[0]), address, address, placed)
        if proof.fallback is not None:
            # What was found may be the network of somebody on whom the declared provider rests itself.
            declared = self.who.declared(proof.provider, proof.fallback.parent)
            nodes.append(
                self.names.operator(cast(Role, proof.role), address, declared, self.placed(hold, declared, regions))
            )
        return self._all(f"{proof.id}:{address}", nodes)

    def exchangers(self) -> list[tuple[Switch, str]]:
        """The proved standby mail exchangers; senders keep the old MX set for its TTL."""
        rows = []
        for proof in self.proofs.of("mail"):
            fallback = cast(DeclaredFallback, proof.fallback)
            if self.proofs.stands_for(fallback) == self.target.domain:
                hold = Hold(stands_by=fallback.id)
                owner = self.who.mail_exchanger(fallback.host, proof.addresses)
                nodes = [] if owner is None else [self.names.operator("mail", fallback.host, owner, hold)]
                legs = [
                    self._all(
                        f"{fallback.id}:{each}", self.names.host_network("mail", fallback.host, each, owner, hold)
                    )
                    for each in proof.addresses
                ]
                nodes.append(self.names.name(fallback.host))
                nodes += self._any(proof.id, legs)
                console = self.names.console_of_records(self.target.domain)
                rows.append(self._standby(proof, "mail:any", nodes, self.mail_spread(), console))
        return rows

    def mail_spread(self) -> tuple[Term, ...]:
        """How long senders keep the old MX set."""
        value = self.seen.value("mx", self.target.domain, MailExchangers)
        if value is None:
            return ()
        hours = value.ttl / 3600
        spread = Hours(0.0, round(hours / 2, 3), round(hours, 3))
        source = f"TTL of the MX set of {self.target.domain}, {value.ttl} s"
        return (Term(spread, "measured", source, (f"mx:{self.target.domain}",)),)

    def names_for(self, what: Literal["name", "page"]) -> list[tuple[Switch, str]]:
        """The proved spare names: that they resolve, or that they serve the page as well."""
        rows = []
        for proof in self.proofs.all:
            if proof.spare is None or proof.passes is False:
                continue
            node = self.names.name(proof.spare.domain)
            nodes = [node]
            if what == "page":
                legs = [
                    self._all(f"{proof.id}:{each}:reached", [self._leg(proof, each), node]) for each in proof.addresses
                ]
                nodes = self._any(f"{proof.id}:page", legs)
            backed = "function:web" if what == "page" else "function:resolve"
            rows.append(self._standby(proof, backed, nodes, (), [], recovery="spare_name", what=what))
        return rows

    def _standby(
        self,
        proof: Proof,
        backed: str,
        nodes: list[str],
        spread: tuple[Term, ...],
        console: list[str],
        *,
        recovery: str = "",
        what: str = "",
    ) -> tuple[Switch, str]:
        """A spare of the node ``backed`` and what it takes to switch to it: the ``console`` where names are changed,
        unless it happens by itself or the owner names another. While its proof is open it is only hoped for."""
        spare = self._all(f"standby:{proof.id}{what}", nodes)
        self.graph.standbys[proof.id] = (backed, spare)
        fallback = proof.fallback
        handle = self.graph.leaf(f"fallback:{proof.id}", Leaf({}, proof.role, proof.id, proof.because, owned=False))
        further, needed = spread, [spare, handle]
        if proof.passes is None:
            needed.append(self.names.hoped(proof.role, proof.id, proof.because))
        automatic = fallback is not None and fallback.activation == "automatic"
        if fallback is not None:
            hold = Hold(stands_by=proof.id)
            for each in fallback.switched_by:
                operator = self.who.declared(each)
                needed.append(self.names.operator(cast(Role, proof.role), "the switch", operator, hold))
            if not (automatic or fallback.switched_by):
                needed += console
            if fallback.activation_hours is None:
                recovery = recovery or "switch"
            else:
                hours = fallback.activation_hours
                further = (Term(Hours(hours, hours, hours), "assumed", "declared in the site file"), *spread)
        return Switch(proof.id, recovery, further, automatic), self._all(f"ready:{proof.id}{what}", needed)

    def _all(self, name: str, nodes: list[str]) -> str:
        return self.graph.gate(f"all:{name}", "all", nodes)

    def _any(self, name: str, nodes: list[str]) -> list[str]:
        """At least one of these; nothing to ask for if there are none, since their names may tell enough."""
        return [self.graph.gate(f"any:{name}", "any", nodes)] if nodes else []
