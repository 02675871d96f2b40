"""The part of the tree on which everything rests: which registries, registrars and name servers make a name resolve?"""

from __future__ import annotations

from dataclasses import replace

from hostaudit import domain
from hostaudit.attribution import FAMILIES, Attribution, Operator
from hostaudit.graph import Graph, Leaf
from hostaudit.model import (
    Addresses,
    Delegation,
    DomainKind,
    Evidence,
    Kind,
    NameServers,
    Role,
    ServerAnswer,
    ZoneCut,
)
from hostaudit.seen import Seen


class Names:
    """Adds to a graph the nodes for zones, name servers and the addresses behind a name."""

    def __init__(self, graph: Graph, seen: Seen, who: Attribution) -> None:
        self.graph = graph
        self.seen = seen
        self.who = who

    # -- shared with the functions ------------------------------------------------------------------

    def operator(
        self,
        role: Role,
        subject: str,
        operator: Operator,
        *,
        recovery: str = "",
        impact_hours: float = 0.0,
        tld: str | None = None,
    ) -> str:
        """A leaf for somebody who keeps ``subject`` up, and the row of the report that goes with it."""
        dependency = operator.as_dependency(role, subject)
        self.graph.dependencies.setdefault(dependency.id, dependency)
        self.graph.names[("provider", operator.provider)] = operator.name
        self.graph.names[("parent", operator.parent)] = self.who.parent_name(operator)
        domains: dict[DomainKind, tuple[str, ...]] = {"provider": (operator.provider,), "parent": (operator.parent,)}
        if operator.jurisdiction:
            domains["jurisdiction"] = (operator.jurisdiction,)
        if operator.prefixes:
            domains["prefix"] = operator.prefixes
        if tld:
            domains["tld"] = (tld,)
        leaf = Leaf(
            domains=domains,
            role=role,
            subject=subject,
            because=operator.because,
            recovery=recovery or role,
            impact_hours=impact_hours,
            certainty="certain" if operator.certain else "uncertain",
        )
        return self.graph.leaf(dependency.id, leaf)

    def open_question(self, role: str, subject: str, because: tuple[str, ...]) -> str:
        """A leaf for something that is not even known to work."""
        return self.graph.leaf(f"open:{role}:{subject}", Leaf({}, role, subject, because, certainty="unknown"))

    def hoped(self, role: str, subject: str, because: tuple[str, ...]) -> str:
        """A leaf for an alternative that nothing shows, but nothing rules out."""
        return self.graph.leaf(f"hoped:{role}:{subject}", Leaf({}, role, subject, because, certainty="hoped"))

    def broken(self, role: str, subject: str, because: tuple[str, ...]) -> str:
        """A leaf for something that is known not to work now."""
        return self.graph.leaf(f"broken:{role}:{subject}", Leaf({}, role, subject, because, certainty="failed"))

    def network(self, role: Role, subject: str, address: str, recovery: str = "", note: str = "") -> list[str]:
        """Leaves for who announces an address: its operators, and its origin AS set of which one is enough."""
        operators = self.who.network(address)
        if note:
            operators = tuple(replace(each, clues=(*each.clues, note)) for each in operators)
        children = [self._network_operator(role, subject, each, recovery) for each in operators]
        asns = sorted({asn for each in operators for asn in each.asns})
        because = tuple(dict.fromkeys(e for each in operators for e in each.because))
        leaves = [
            self.graph.leaf(
                f"asn:{asn}:{recovery or role}", Leaf({"asn": (asn,)}, role, asn, because, recovery or role)
            )
            for asn in asns
        ]
        if len(operators) > 1:
            children = [self.graph.gate(f"origins:{role}:{subject}:{address}", "any", children)]
        if leaves:
            children.append(self.graph.gate(f"asns:{'+'.join(asns)}:{recovery or role}", "any", leaves))
        return children

    def host_network(self, role: Role, host: str, address: str, operator: Operator | None) -> list[str]:
        """Leaves for one address of a name server or mail exchanger, which is in this role if nobody else is."""
        if operator is not None:
            return self.network("hosting", f"{host} {address}", address, role)
        return self.network(role, host, address, role, f"the name {host} is private; this is its network")

    def _network_operator(self, role: Role, subject: str, operator: Operator, recovery: str) -> str:
        if operator.certain or operator.asns or not operator.provider.startswith("unknown:"):
            return self.operator(role, subject, operator, recovery=recovery)
        # With no origin AS at all there may be several, so that this leaf must not count as one company's.
        dependency = operator.as_dependency(role, subject)
        self.graph.dependencies.setdefault(dependency.id, dependency)
        leaf = Leaf({}, role, subject, operator.because, recovery or role, certainty="uncertain")
        return self.graph.leaf(dependency.id, leaf)

    def addresses(self, host: str) -> tuple[tuple[str, ...], list[Evidence]]:
        """The addresses of a host in both families, and the questions about them that have no answer."""
        found: list[str] = []
        open_: list[Evidence] = []
        for kind in FAMILIES:
            value = self.seen.value(kind, host, Addresses)
            found += value.addresses if value else ()
            item = self.seen.get(kind, host)
            if item is not None and item.unknown is not None:
                open_.append(item)
        return tuple(found), open_

    def any_leg(self, node: str, role: str, host: str, legs: dict[str, str], *, required: bool = True) -> str:
        """The gate "any address of this host": ``legs`` maps an address to the node for what stands behind it.

        A leg also needs the names that its own family's CNAME chain passes. A family that could not be asked may
        hold a further leg.
        """
        children = []
        for kind in FAMILIES:
            value = self.seen.value(kind, host, Addresses)
            for address in value.addresses if value else ():
                reach = self.resolves(host, kind, required=required)
                children.append(self.graph.gate(f"{node}:{kind}:{address}", "all", [legs[address], reach]))
            item = self.seen.get(kind, host)
            if item is not None and item.unknown is not None:
                children.append(self.open_question(role, f"{host} {kind}", (item.id,)))
        if not any(self.seen.get(kind, host) for kind in FAMILIES):
            children.append(self.open_question(role, host, ()))
        return self.graph.gate(node, "any", children)

    def cached_hours(self, host: str) -> float:
        """How long caches keep the addresses of a host after its name servers are gone (its lowest TTL), hours."""
        values = [self.seen.value(kind, host, Addresses) for kind in FAMILIES]
        return round(min((value.ttl for value in values if value), default=0) / 3600, 3)

    # -- names ----------------------------------------------------------------------------------------

    def name(self, host: str, *, required: bool = True) -> str:
        """The node for "the zone of this name is served". ``required``: a question nobody asked counts as open."""
        own = domain.registrable(host)
        parent_side = self.seen.get("delegation", own) if own else None
        if own and parent_side is not None and parent_side.absent is not None:
            return self.broken("registry", own, (parent_side.id,))
        cut = self.seen.get("zone", host)
        if cut is not None and isinstance(cut.value, ZoneCut):
            return self.zone(cut.value.zones)
        if own and parent_side is not None and isinstance(parent_side.value, Delegation):
            # Whether a further cut lies between is open; what the parent's side of this one says is not.
            node = self.zone((own, parent_side.value.parent))
            asked = self.open_question("dns", f"zone of {host}", self.seen.ids(("zone", host)))
            return self.graph.gate(f"zone-in-part:{host}", "all", [node, asked])
        if cut is None and not required:
            return self.graph.gate(f"zone-not-asked:{host}", "all")
        return self.open_question("dns", f"zone of {host}", self.seen.ids(("zone", host)))

    def resolves(self, host: str, kind: Kind, *, required: bool = True) -> str:
        """The node for "this host name resolves": every zone on its CNAME chain must be served."""
        node = f"resolves:{kind}:{host}"
        if node in self.graph.gates:
            return node
        self.graph.gate(node, "all")
        value = self.seen.value(kind, host, Addresses)
        names = dict.fromkeys([host, *(alias.target for alias in value.chain)] if value else [host])
        return self.graph.gate(node, "all", [self.name(each, required=required) for each in names])

    def zone(self, zones: tuple[str, ...]) -> str:
        """The node for one zone: the zones above it, its registration, and any one of its name servers."""
        if not zones:
            return self.graph.gate("zone:.", "all")
        zone = zones[0]
        node = f"zone:{zone}"
        if node in self.graph.gates:
            return node
        self.graph.gate(node, "all")
        if domain.registrable(zone) is None:
            self.graph.gate(node, "all", [self._registry(domain.tld(zone))])
            return node
        children = [self.zone(zones[1:]) if zones[1:] else self._registry(domain.tld(zone))]
        name = domain.registrable(zone)
        registrar = self.who.registrar(name) if name else None
        if name and registrar is not None:
            children.append(self._registrar(name, registrar))
        children.extend(self._served(zone))
        self.graph.gate(node, "all", children)
        return node

    def _registry(self, tld: str) -> str:
        return self.operator("registry", tld, self.who.registry(tld, ()), tld=tld)

    def _registrar(self, name: str, registrar: Operator) -> str:
        delegation = self.seen.value("delegation", name, Delegation)
        hours = round(delegation.ttl / 3600, 3) if delegation else 0.0
        return self.operator("registrar", name, registrar, impact_hours=hours)

    def _served(self, zone: str) -> list[str]:
        """What it takes that the zone is served, as children of its node."""
        parent_side = self.seen.get("delegation", zone)
        child_side = self.seen.get("nameservers", zone)
        names: dict[str, None] = {}
        glue: dict[str, tuple[str, ...]] = {}
        if parent_side is not None and isinstance(parent_side.value, Delegation):
            for server in parent_side.value.nameservers:
                names[server.name] = None
                glue[server.name] = server.addresses
        if child_side is not None and isinstance(child_side.value, NameServers):
            names.update(dict.fromkeys(child_side.value.names))
        if not names and parent_side is None and child_side is None:
            return []
        legs = [self._nameserver(zone, name, glue.get(name, ())) for name in sorted(names)]
        legs += [
            self.open_question("dns", f"{zone} ({item.kind})", (item.id,))
            for item in (parent_side, child_side)
            if item is not None and item.unknown is not None
        ]
        return [self.graph.gate(f"served:{zone}", "any", legs)]

    def _nameserver(self, zone: str, host: str, glue: tuple[str, ...]) -> str:
        """One name server of one zone: its operator, its own name, and any one of its addresses."""
        node = f"ns:{zone}:{host}"
        resolved, open_ = self.addresses(host)
        addresses = tuple(dict.fromkeys((*resolved, *glue)))
        operator = self.who.nameserver(host, addresses)
        legs = []
        for address in addresses:
            checks = self._liveness(zone, host, address)
            here = self.host_network("dns", host, address, operator)
            legs.append(self.graph.gate(f"ns:{zone}:{host}:{address}", "all", here + checks))
        legs += [self.open_question("dns", f"{host} {item.kind}", (item.id,)) for item in open_]
        known_host = any(self.seen.get(kind, host) for kind in FAMILIES) or bool(glue)
        children = []
        if operator is not None:
            children.append(self.operator("dns", host, operator, impact_hours=self.cached_hours(zone)))
        if known_host:
            children.append(self.graph.gate(f"{node}:addresses", "any", legs))
        glued = bool(glue) and (host == zone or host.endswith(f".{zone}"))
        if not glued:
            children.append(self.name(host, required=False))
        return self.graph.gate(node, "all", children)

    def _liveness(self, zone: str, host: str, address: str) -> list[str]:
        """Whether this address answers for the zone: nothing to add if it does, a broken or open leaf otherwise."""
        subject = f"{zone} {host} {address}"
        item = self.seen.get("server", subject)
        if item is None:
            return []
        if isinstance(item.value, ServerAnswer):
            good = item.value.authoritative and item.value.rcode == "NOERROR"
            return [] if good else [self.broken("dns", subject, (item.id,))]
        return [self.open_question("dns", subject, (item.id,))]
