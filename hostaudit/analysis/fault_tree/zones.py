"""Name resolution, on which the whole tree rests: registries, registrars and name servers.

Zones and their standby name servers need one another (the name of a standby lies in a zone too), so both are built
here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from hostaudit import domain
from hostaudit.analysis.attribution.attribute import FAMILIES, Attribution
from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.analysis.attribution.operator import Operator
from hostaudit.analysis.diagnosis.aliases import missing_host
from hostaudit.analysis.diagnosis.dnssec import refused_zone
from hostaudit.analysis.diagnosis.name_servers import BROKEN, DOUBTFUL, NameServerHealth
from hostaudit.analysis.diagnosis.registrations import state_of
from hostaudit.analysis.fault_tree.basic_events import EventContext, Operators, broken_event
from hostaudit.analysis.fault_tree.measured_times import Times
from hostaudit.analysis.fault_tree.purposes import GateKey, Purpose
from hostaudit.analysis.fault_tree.standbys import Standbys, Takeover
from hostaudit.analysis.fault_tree.tree import BasicEvent, FaultTree, Switch
from hostaudit.model.evidence import Evidence
from hostaudit.model.report import DomainKind
from hostaudit.model.site import DeclaredFallback
from hostaudit.model.values import (
    Addresses,
    Delegation,
    Kind,
    NameServers,
    Registration,
    ServerAddress,
    ZoneCut,
    subject_text,
)


def dnssec_of(zone: str) -> str:
    """The subject of the basic event for a zone whose DNSSEC validation fails."""
    return f"DNSSEC of {zone}"


class Zones:
    """Adds the nodes for zones, name servers and the addresses of a name to a tree."""

    def __init__(
        self,
        evidence: EvidenceIndex,
        attribution: Attribution,
        operators: Operators,
        standbys: Standbys,
        owned: frozenset[str | None],
        tenants: Mapping[str, str],
        hosts: tuple[str, ...],
    ) -> None:
        """``owned``: the registrable names that are the site's own; ``tenants``: the site's hosts whose name a platform
        assigns, and that name; ``hosts``: all host names of the site, whoever holds their registrable names."""
        self.tree: FaultTree = operators.tree
        self.evidence = evidence
        self.attribution = attribution
        self.operators = operators
        self.standbys = standbys
        self.owned = owned
        self.tenants = tenants
        self.names = frozenset(name for host in hosts if (name := domain.registrable(host)) is not None)
        self.times = Times(evidence, hosts)
        self.servers = NameServerHealth(evidence)

    # -- addresses ------------------------------------------------------------------------------------

    def addresses(self, host: str) -> tuple[tuple[str, ...], list[Evidence]]:
        """The addresses of a host in both families, and the questions about them without an answer."""
        found: list[str] = []
        open_: list[Evidence] = []
        for kind in FAMILIES:
            value = self.evidence.value(kind, host, Addresses)
            found += value.addresses if value else ()
            item = self.evidence.get(kind, host)
            if item is not None and item.unknown is not None:
                open_.append(item)
        return tuple(found), open_

    def any_address(self, group: Purpose, leg: Purpose, role: str, host: str, legs: Mapping[str, str]) -> str:
        """The gate "any address of this host": ``legs`` maps an address to the node for its operators.
        ``group`` and ``leg`` are the purposes of that gate and of its children.

        A leg also needs the names in the CNAME chain of its own family. A family that could not be asked may have a
        further leg.
        """
        children = []
        for kind in FAMILIES:
            value = self.evidence.value(kind, host, Addresses)
            for address in value.addresses if value else ():
                reach = self.resolves(host, kind)
                children.append(self.tree.gate(leg.of(host, kind, address), "all", [legs[address], reach]))
            item = self.evidence.get(kind, host)
            if item is not None and item.unknown is not None:
                question = self.operators.open_question(role, f"{host} {kind}", (item.id,))
                children.append(question)
        if not any(self.evidence.get(kind, host) for kind in FAMILIES):
            children.append(self.operators.open_question(role, host, ()))
        return self.tree.gate(group.of(host), "any", children)

    # -- consoles -------------------------------------------------------------------------------------

    def console_of_records(self, host: str) -> list[str]:
        """The node for the right to change the records of a host: the console of any known operator of its zone."""
        cut = self.evidence.value("zone", host, ZoneCut)
        for zone in cut.zones if cut is not None else ():
            served = Purpose.SERVED.of(zone)
            if self.tree.find(served) is not None:
                operators = [leaf for leaf in self.tree.near(served.id) if leaf.role == "dns" and leaf.owned]
                return self._consoles(Purpose.CONSOLE_OF_RECORDS.of(zone), operators)
        return []

    def console_of_delegation(self, zone: str) -> list[str]:
        """The node for the right to change the delegation of a zone: the console of its registrar."""
        name = domain.registrable(zone)
        operator = self.attribution.registrar(name) if name else None
        if name is None or operator is None:
            return []
        leaf = self.tree.head(self._registrar(name, operator))
        return self._consoles(Purpose.CONSOLE_OF_DELEGATION.of(name), [leaf] if leaf is not None else [])

    def _consoles(self, key: GateKey, operators: list[BasicEvent]) -> list[str]:
        """One basic event for each control plane, even if several names are changed through it."""
        nodes = []
        for leaf in operators:
            for account in leaf.domains.get("account", ()) if leaf.certainty == "certain" else ():
                kept: tuple[DomainKind, ...] = ("provider", "parent", "account", "jurisdiction")
                domains = {kind: leaf.domains[kind] for kind in kept if kind in leaf.domains}
                domains["control_plane"] = (account,)
                console = BasicEvent(
                    domains,
                    leaf.role,
                    f"console of {account}",
                    leaf.because,
                    leaf.role,
                    owned=False,
                    place="console",
                    claim=leaf.claim,
                )
                nodes.append(self.tree.leaf(f"console:{account}", console))
        return [self.tree.gate(key, "any", nodes)] if nodes else []

    # -- names ----------------------------------------------------------------------------------------

    def name(self, host: str, *, required: bool = True) -> str:
        """The node for "the zone of this name is served". ``required``: a question that was not asked counts as
        open."""
        node = self._within_zones(host, required=required)
        platform = self.attribution.platform(host) if host in self.tenants else None
        if platform is None:
            return node
        name = self.tenants[host]
        uses = self.evidence.ids(("zone", host), *((kind, host) for kind in FAMILIES))
        given = self.operators.operator("registrar", name, platform, EventContext(uses=uses), registered=name)
        return self.tree.gate(Purpose.TENANT.of(host), "all", [node, given])

    def _within_zones(self, host: str, *, required: bool) -> str:
        own = domain.registrable(host)
        parent_side = self.evidence.get("delegation", own) if own else None
        registered = state_of(self.evidence, own) if own else None
        if own and registered is not None and registered.explains_absence:
            return self.operators.broken("registry", own, registered.because)
        if own and parent_side is not None and parent_side.absent is not None:
            return self.operators.broken("registry", own, (parent_side.id,))
        node = self._by_zone_cut(host, own, parent_side, required=required)
        if own and registered is not None and registered.may_be_absent:
            asked = self.operators.open_question("registry", own, registered.because)
            return self.tree.gate(Purpose.HELD.of(host), "all", [node, asked])
        return node

    def _by_zone_cut(self, host: str, own: str | None, parent_side: Evidence | None, *, required: bool) -> str:
        cut = self.evidence.get("zone", host)
        if cut is not None and isinstance(cut.value, ZoneCut):
            return self.zone(cut.value.zones, (cut.id,))
        if own and parent_side is not None and isinstance(parent_side.value, Delegation):
            # It is open if there is a further zone cut in between; the parent's side of this cut is known.
            node = self.zone((own, parent_side.value.parent), (parent_side.id,))
            cuts = self.evidence.ids(("zone", host))
            asked = self.operators.open_zone_cuts(host, cuts, direct=self.sites_own(host))
            return self.tree.gate(Purpose.ZONE_IN_PART.of(host), "all", [node, asked])
        if cut is None and not required:
            self.tree.unfollowed.add(host)
            return self.tree.gate(Purpose.ZONE_NOT_ASKED.of(host), "all")
        asked = self.operators.open_zone_cuts(host, self.evidence.ids(("zone", host)), direct=self.sites_own(host))
        read = own is not None and self.evidence.value("registration", own, Registration) is not None
        registrar = self.attribution.registrar(own) if own and read else None
        if own is None or registrar is None:
            return asked
        # Whatever zones there are between, the name is registered, so that registry and registrar carry it.
        held = [self._registry(own, own, self.evidence.ids(("registration", own))), self._registrar(own, registrar)]
        return self.tree.gate(Purpose.ZONE_IN_PART.of(host), "all", [*held, asked])

    def resolves(self, host: str, kind: Kind) -> str:
        """The node for "this host name resolves": every zone on its CNAME chain must be served."""
        key = Purpose.RESOLVES.of(kind, host)
        if self.tree.find(key) is not None:
            return key.id
        self.tree.gate(key, "all")
        value = self.evidence.value(kind, host, Addresses)
        names = dict.fromkeys([host, *(alias.target for alias in value.chain)] if value else [host])
        kept = next(iter(self.times.spread(host)), None)
        return self.tree.gate(key, "all", [self.name(each) for each in names], kept)

    def zone(self, zones: tuple[str, ...], cuts: tuple[str, ...]) -> str:
        """The node for one zone: the zones above it, its registration, and any one of its name servers. ``cuts``: the
        evidence of these zones."""
        if not zones:
            return self.tree.gate(Purpose.ZONE.of("."), "all")
        zone = zones[0]
        key = Purpose.ZONE.of(zone)
        if self.tree.find(key) is not None:
            return key.id
        self.tree.gate(key, "all")
        name = domain.registrable(zone)
        registry = self._registry(zone, name, cuts)
        if name is None:
            return self.tree.gate(key, "all", [registry])
        # The zones above are used for this name, which the registry's node has by now.
        children = [self.zone(zones[1:], ()) if zones[1:] else registry]
        registrar = self.attribution.registrar(name)
        if registrar is not None:
            children.append(self._registrar(name, registrar))
        children.extend(self._served(zone))
        refused = refused_zone(self.evidence, zone)
        if refused is not None:
            children.append(self.operators.broken("dns", dnssec_of(zone), refused.because))
        return self.tree.gate(key, "all", children, self.times.cached(zone))

    def failed(self, name: str) -> list[str]:
        """The nodes for what is known to keep a registrable name from resolving now."""
        events = (broken_event("registry", name), broken_event("dns", dnssec_of(name)))
        return [each for each in events if each in self.tree.leaves]

    def _registry(self, zone: str, name: str | None, cuts: tuple[str, ...]) -> str:
        """The node for the registry above a zone, used because ``name`` is delegated there."""
        tld = domain.tld(zone)
        names = (name,) if name is not None else ()
        uses = self.evidence.ids(("delegation", name or zone)) or cuts
        kept = self.times.kept_by_registry(tld)
        context = EventContext(begins=kept, owned=False, uses=uses, direct=self.sites_own(zone), names=names)
        return self.operators.operator("registry", tld, self.attribution.registry(tld, ()), context, registered=tld)

    def _registrar(self, name: str, registrar: Operator) -> str:
        context = EventContext(
            self.times.locks(name),
            self.times.kept_delegation(name),
            owned=self.own(name),
            uses=self.evidence.ids(("delegation", name)),
            direct=self.sites_own(name),
        )
        return self.operators.operator("registrar", name, registrar, context, registered=name)

    def own(self, name: str) -> bool:
        """True if a name lies under a name that the site's owner holds, so the contracts for it are the owner's."""
        return domain.registrable(name) in self.owned

    def sites_own(self, name: str) -> bool:
        """True if the hosts of the site need this zone for their own names, whoever holds it."""
        return any(domain.lies_under(name, each) or domain.lies_under(each, name) for each in self.names)

    def _served(self, zone: str) -> list[str]:
        """The name servers of a zone, as children of its node; empty if they were not asked for."""
        parent_side = self.evidence.get("delegation", zone)
        child_side = self.evidence.get("nameservers", zone)
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
        direct = self.sites_own(zone)
        # Nobody learns the NS set of the zone itself if every server of the delegation is lame.
        asked = (parent_side,) if glue and self.servers.all_lame(zone) else (parent_side, child_side)
        legs += [
            self.operators.open_question("dns", f"{zone} ({item.kind})", (item.id,), direct=direct)
            for item in asked
            if item is not None and item.unknown is not None
        ]
        serving = self.tree.gate(Purpose.SERVED.of(zone), "any", legs)
        return [self.tree.spares(Purpose.SERVED_OR_STANDBY.of(zone), serving, self._standby_servers(zone))]

    def _standby_servers(self, zone: str) -> list[tuple[Switch, str]]:
        """The proved standby name servers of a zone. All resolvers use them only after the old delegation has
        expired."""
        rows = []
        for proof in self.standbys.proofs.of("dns"):
            fallback = cast(DeclaredFallback, proof.fallback)
            if self.standbys.proofs.stands_for(fallback) != zone:
                continue
            context = EventContext(stands_by=fallback.id)
            owner = self.attribution.nameserver(fallback.server, proof.addresses)
            nodes = [] if owner is None else [self.operators.operator("dns", fallback.server, owner, context)]
            legs = self.standbys.server_addresses("dns", proof, owner)
            if fallback.server == zone or not domain.lies_under(fallback.server, zone):
                nodes.append(self.name(fallback.server, required=False))
                self.tree.unfollowed.discard(fallback.server)  # nothing rests on it yet
            nodes += self.standbys.any_of(Purpose.STANDBY_ADDRESSES, proof, legs)
            spread, console = self.times.redelegation(zone), self.console_of_delegation(zone)
            rows.append(self.standbys.ready(Takeover(proof, Purpose.SERVED.of(zone), nodes, spread, console)))
        return rows

    def _nameserver(self, zone: str, host: str, glue: tuple[str, ...]) -> str:
        """One name server of one zone: its operator, its own name, and any one of its addresses."""
        resolved, open_ = self.addresses(host)
        addresses = tuple(dict.fromkeys((*resolved, *glue)))
        operator = self.attribution.nameserver(host, addresses)
        direct = self.sites_own(zone)
        context = EventContext(
            self.times.redelegation(zone),
            self.times.cached(zone),
            owned=self.own(zone),
            zone=zone,
            uses=self._naming(zone, host),
            direct=direct,
        )
        legs = []
        for address in addresses:
            checks = self._liveness(zone, host, address)
            here = self.operators.host_network("dns", host, address, operator, context)
            legs.append(self.tree.gate(Purpose.NAME_SERVER_ADDRESS.of(zone, host, address), "all", here + checks))
        legs += [
            self.operators.open_question("dns", f"{host} {item.kind}", (item.id,), direct=direct) for item in open_
        ]
        missing = missing_host(self.evidence, self.attribution.catalogue, host) if not addresses else None
        if missing is not None:
            legs.append(self.operators.broken("dns", host, missing.because))
        known_host = any(self.evidence.get(kind, host) for kind in FAMILIES) or bool(glue)
        children = []
        if operator is not None:
            children.append(self.operators.operator("dns", host, operator, context))
        if known_host:
            children.append(self.tree.gate(Purpose.NAME_SERVER_ADDRESSES.of(zone, host), "any", legs))
        glued = bool(glue) and domain.lies_under(host, zone)
        if not glued:
            children.append(self.name(host, required=False))
        return self.tree.gate(Purpose.NAME_SERVER.of(zone, host), "all", children)

    def _naming(self, zone: str, host: str) -> tuple[str, ...]:
        """The NS sets of a zone, at its parent and its own, that name a server."""
        parent_side = self.evidence.value("delegation", zone, Delegation)
        child_side = self.evidence.value("nameservers", zone, NameServers)
        above = any(server.name == host for server in parent_side.nameservers) if parent_side is not None else False
        below = host in child_side.names if child_side is not None else False
        named: dict[Kind, bool] = {"delegation": above, "nameservers": below}
        return self.evidence.ids(*((kind, zone) for kind, there in named.items() if there))

    def _liveness(self, zone: str, host: str, address: str) -> list[str]:
        """A failed or unknown basic event if this address does not serve the zone; empty if it does, and if nobody
        could ask it."""
        asked = ServerAddress(zone, host, address)
        health = self.servers.of(asked)
        if health is not None and health.standing in BROKEN:
            return [self.operators.broken("dns", subject_text(asked), health.because)]
        if health is not None and health.standing in DOUBTFUL:
            return [self.operators.silent_server("dns", subject_text(asked), health.because)]
        return []
