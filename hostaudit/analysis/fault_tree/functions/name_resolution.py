"""The part of the tree on which everything rests: which registries, registrars and name servers make a name resolve?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from hostaudit import domain
from hostaudit.analysis.attribution.attribute import FAMILIES, Attribution
from hostaudit.analysis.attribution.evidence_index import Seen
from hostaudit.analysis.attribution.operator import Operator
from hostaudit.analysis.fault_tree.basic_events import FOREIGN, Hold, Operators
from hostaudit.analysis.fault_tree.measured_times import Times
from hostaudit.analysis.fault_tree.tree import Graph, Leaf, Switch
from hostaudit.model.evidence import Evidence
from hostaudit.model.report import DomainKind
from hostaudit.model.values import Addresses, Delegation, Kind, NameServers, ServerAnswer, ZoneCut


class Names:
    """Adds to a graph the nodes for zones, name servers and the addresses behind a name."""

    def __init__(
        self,
        graph: Graph,
        seen: Seen,
        who: Attribution,
        owned: frozenset[str | None],
        standbys: Callable[[str], list[tuple[Switch, str]]],
        tenants: Mapping[str, str],
    ) -> None:
        """``owned``: the registrable names that are the site's own; ``standbys`` gives those of a zone's service;
        ``tenants``: the site's hosts whose name a platform gives, and that name."""
        self.graph = graph
        self.seen = seen
        self.who = who
        self.owned = owned
        self.standbys = standbys
        self.tenants = tenants
        self.operators = Operators(graph, who)
        self.times = Times(seen)

    # -- addresses ------------------------------------------------------------------------------------

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
                children.append(self.operators.open_question(role, f"{host} {kind}", (item.id,)))
        if not any(self.seen.get(kind, host) for kind in FAMILIES):
            children.append(self.operators.open_question(role, host, ()))
        return self.graph.gate(node, "any", children)

    # -- who can change what ------------------------------------------------------------------------

    def console_of_records(self, host: str) -> list[str]:
        """What it takes to change the records of a host: the console of any operator of its zone that is known."""
        cut = self.seen.value("zone", host, ZoneCut)
        zone = next((each for each in cut.zones if f"served:{each}" in self.graph.gates), "") if cut is not None else ""
        if not zone:
            return []
        operators = [leaf for leaf in self.graph.near(f"served:{zone}") if leaf.role == "dns" and leaf.owned]
        return self._consoles(f"records:{zone}", operators)

    def console_of_delegation(self, zone: str) -> list[str]:
        """What it takes to change the delegation of a zone: the console of its registrar."""
        name = domain.registrable(zone)
        operator = self.who.registrar(name) if name else None
        if name is None or operator is None:
            return []
        leaf = self.graph.head(self._registrar(name, operator))
        return self._consoles(f"delegation:{name}", [leaf] if leaf is not None else [])

    def _consoles(self, what: str, operators: list[Leaf]) -> list[str]:
        """One leaf for each control plane, however much is changed through it."""
        nodes = []
        for leaf in operators:
            for account in leaf.domains.get("account", ()) if leaf.certainty == "certain" else ():
                kept: tuple[DomainKind, ...] = ("provider", "parent", "account", "jurisdiction")
                domains = {kind: leaf.domains[kind] for kind in kept if kind in leaf.domains}
                domains["control_plane"] = (account,)
                console = Leaf(
                    domains, leaf.role, f"console of {account}", leaf.because, leaf.role, owned=False, place="console"
                )
                nodes.append(self.graph.leaf(f"console:{account}", console))
        return [self.graph.gate(f"console:{what}", "any", nodes)] if nodes else []

    # -- names ----------------------------------------------------------------------------------------

    def name(self, host: str, *, required: bool = True) -> str:
        """The node for "the zone of this name is served". ``required``: a question nobody asked counts as open."""
        node = self._within_zones(host, required=required)
        platform = self.who.platform(host) if host in self.tenants else None
        if platform is None:
            return node
        given = self.operators.operator("registrar", self.tenants[host], platform)
        return self.graph.gate(f"tenant:{host}", "all", [node, given])

    def _within_zones(self, host: str, *, required: bool) -> str:
        own = domain.registrable(host)
        parent_side = self.seen.get("delegation", own) if own else None
        if own and parent_side is not None and parent_side.absent is not None:
            return self.operators.broken("registry", own, (parent_side.id,))
        cut = self.seen.get("zone", host)
        if cut is not None and isinstance(cut.value, ZoneCut):
            return self.zone(cut.value.zones)
        if own and parent_side is not None and isinstance(parent_side.value, Delegation):
            # Whether a further cut lies between is open; what the parent's side of this one says is not.
            node = self.zone((own, parent_side.value.parent))
            asked = self.operators.open_question("dns", f"zone of {host}", self.seen.ids(("zone", host)))
            return self.graph.gate(f"zone-in-part:{host}", "all", [node, asked])
        if cut is None and not required:
            self.graph.unfollowed.add(host)
            return self.graph.gate(f"zone-not-asked:{host}", "all")
        return self.operators.open_question("dns", f"zone of {host}", self.seen.ids(("zone", host)))

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
        return self.operators.operator("registry", tld, self.who.registry(tld, ()), FOREIGN, tld=tld)

    def _registrar(self, name: str, registrar: Operator) -> str:
        hold = Hold(self.times.locks(name), self.times.kept_delegation(name), owned=self.own(name))
        return self.operators.operator("registrar", name, registrar, hold)

    def own(self, name: str) -> bool:
        """Whether a name lies under one that the site's owner holds, so that contracts for it are the owner's."""
        return domain.registrable(name) in self.owned

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
            self.operators.open_question("dns", f"{zone} ({item.kind})", (item.id,))
            for item in (parent_side, child_side)
            if item is not None and item.unknown is not None
        ]
        serving = self.graph.gate(f"served:{zone}", "any", legs)
        return [self.graph.spares(f"served-or-standby:{zone}", serving, self.standbys(zone))]

    def _nameserver(self, zone: str, host: str, glue: tuple[str, ...]) -> str:
        """One name server of one zone: its operator, its own name, and any one of its addresses."""
        node = f"ns:{zone}:{host}"
        resolved, open_ = self.addresses(host)
        addresses = tuple(dict.fromkeys((*resolved, *glue)))
        operator = self.who.nameserver(host, addresses)
        hold = Hold(self.times.redelegation(zone), self.times.cached(zone), owned=self.own(zone), zone=zone)
        behind = replace(hold, begins=None)
        legs = []
        for address in addresses:
            checks = self._liveness(zone, host, address)
            here = self.operators.host_network("dns", host, address, operator, behind)
            legs.append(self.graph.gate(f"ns:{zone}:{host}:{address}", "all", here + checks))
        legs += [self.operators.open_question("dns", f"{host} {item.kind}", (item.id,)) for item in open_]
        known_host = any(self.seen.get(kind, host) for kind in FAMILIES) or bool(glue)
        children = []
        if operator is not None:
            children.append(self.operators.operator("dns", host, operator, hold))
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
            return [] if good else [self.operators.broken("dns", subject, (item.id,))]
        return [self.operators.open_question("dns", subject, (item.id,))]
