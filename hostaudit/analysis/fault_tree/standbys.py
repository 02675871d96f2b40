"""What stands by, as the owner declared it and as it is proved: which spares a node of the tree has, and how to switch.

A proved standby joins as the spare of what serves now; while its proof is open it is only hoped for.
"""

from __future__ import annotations

from typing import Literal, cast

from hostaudit.analysis.attribution.attribute import Attribution
from hostaudit.analysis.attribution.evidence_index import Seen
from hostaudit.analysis.attribution.operator import Operator
from hostaudit.analysis.fault_tree.address_legs import Legs
from hostaudit.analysis.fault_tree.basic_events import Hold
from hostaudit.analysis.fault_tree.fallback_proofs import Proof, Proofs
from hostaudit.analysis.fault_tree.functions.name_resolution import Names
from hostaudit.analysis.fault_tree.tree import Graph, Leaf, Switch, Term
from hostaudit.model.evidence import Target
from hostaudit.model.report import Hours
from hostaudit.model.roles import Role
from hostaudit.model.site import DeclaredFallback


class Spares:
    """Adds to a graph the nodes of what stands by."""

    def __init__(
        self, target: Target, seen: Seen, who: Attribution, graph: Graph, names: Names, legs: Legs, proofs: Proofs
    ) -> None:
        self.target = target
        self.seen = seen
        self.who = who
        self.graph = graph
        self.names = names
        self.operators = names.operators
        self.times = names.times
        self.legs = legs
        self.proofs = proofs

    def servers(self, zone: str) -> list[tuple[Switch, str]]:
        """The proved standby name servers of a zone; the old delegation has to time out before all see them."""
        rows = []
        for proof in self.proofs.of("dns"):
            fallback = cast(DeclaredFallback, proof.fallback)
            if self.proofs.stands_for(fallback) == zone:
                hold = Hold(stands_by=fallback.id)
                owner = self.who.nameserver(fallback.server, proof.addresses)
                nodes = [] if owner is None else [self.operators.operator("dns", fallback.server, owner, hold)]
                legs = [
                    self._all(
                        f"{proof.id}:{each}", self.operators.host_network("dns", proof.subject, each, owner, hold)
                    )
                    for each in proof.addresses
                ]
                if not fallback.server.endswith(f".{zone}"):
                    nodes.append(self.names.name(fallback.server, required=False))
                    self.graph.unfollowed.discard(fallback.server)  # nothing rests on it yet
                nodes += self._any(proof.id, legs)
                spread, console = self.times.redelegation(zone), self.names.console_of_delegation(zone)
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
                spread, console = self.times.spread(host), self.names.console_of_records(host)
                rows.append(self._standby(proof, f"legs:{host}", nodes, spread, console))
        return rows

    def _leg(self, proof: Proof, address: str) -> str:
        """Who must keep one address of a standby up."""
        fallback, hold = proof.fallback, Hold(stands_by=proof.id)
        if fallback is None:
            return self._all(f"{proof.id}:{address}", self.legs.nodes(proof.subject, address, address, hold))
        # What was found may be the network of somebody on whom the declared provider rests itself.
        declared = (cast(Role, proof.role), self.who.declared(proof.provider, fallback.parent))
        nodes = self.legs.nodes(fallback.host or proof.subject, address, address, hold, declared)
        return self._all(f"{proof.id}:{address}", nodes)

    def exchangers(self) -> list[tuple[Switch, str]]:
        """The proved standby mail exchangers; senders keep the old MX set for its TTL."""
        rows = []
        for proof in self.proofs.of("mail"):
            fallback = cast(DeclaredFallback, proof.fallback)
            if self.proofs.stands_for(fallback) == self.target.domain:
                hold = Hold(stands_by=fallback.id)
                owner = self.who.mail_exchanger(fallback.host, proof.addresses)
                nodes = [] if owner is None else [self.operators.operator("mail", fallback.host, owner, hold)]
                legs = self._addresses("mail", proof, owner, hold)
                nodes.append(self.names.name(fallback.host))
                nodes += self._any(proof.id, legs)
                console = self.names.console_of_records(self.target.domain)
                rows.append(self._standby(proof, "mail:any", nodes, self.times.exchangers(self.target.domain), console))
        return rows

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
            needed.append(self.operators.hoped(proof.role, proof.id, proof.because))
        automatic = fallback is not None and fallback.activation == "automatic"
        if fallback is not None:
            hold = Hold(stands_by=proof.id)
            for each in fallback.switched_by:
                operator = self.who.declared(each)
                needed.append(self.operators.operator(cast(Role, proof.role), "the switch", operator, hold))
            if not (automatic or fallback.switched_by):
                needed += console
            if fallback.activation_hours is None:
                recovery = recovery or "switch"
            else:
                hours = fallback.activation_hours
                further = (Term(Hours(hours, hours, hours), "assumed", "declared in the site file"), *spread)
        return Switch(proof.id, recovery, further, automatic), self._all(f"ready:{proof.id}{what}", needed)

    def _addresses(self, role: Role, proof: Proof, owner: Operator | None, hold: Hold) -> list[str]:
        """One node for the network behind each proved address of a standby server."""
        return [
            self._all(f"{proof.id}:{each}", self.operators.host_network(role, proof.subject, each, owner, hold))
            for each in proof.addresses
        ]

    def _all(self, name: str, nodes: list[str]) -> str:
        return self.graph.gate(f"all:{name}", "all", nodes)

    def _any(self, name: str, nodes: list[str]) -> list[str]:
        """At least one of these; nothing to ask for if there are none, since their names may tell enough."""
        return [self.graph.gate(f"any:{name}", "any", nodes)] if nodes else []
