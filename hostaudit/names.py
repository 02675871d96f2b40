"""The part of the tree on which everything rests: which registries, registrars and name servers make a name resolve?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from hostaudit import domain
from hostaudit.attribution import FAMILIES, Attribution, Operator
from hostaudit.graph import Graph, Leaf, Switch, Term
from hostaudit.model import (
    Addresses,
    Delegation,
    Dependency,
    DomainKind,
    Evidence,
    Hours,
    Kind,
    NameServers,
    Registration,
    Role,
    ServerAnswer,
    ZoneCut,
)
from hostaudit.seen import Seen

TRANSFER_LOCK_HOURS = 60 * 24
"""How long after a registration or a transfer a registrar may refuse the next one (ICANN transfer policy, I.A.3.7)."""

LONGEST_TTL = 604800
"""Seconds after which resolvers drop any record, whatever its TTL says (RFC 8767 section 4 on the cap of 7 days)."""


@dataclass(frozen=True)
class Hold:
    """How something is held that an operator keeps up.

    ``further`` and ``begins``: see ``Leaf``. ``owned``: the contract is the site's own. ``regions``: where it stands,
    as failure domains. ``zone``: the zone that it serves, so that times of one zone are not taken for another's.
    ``stands_by`` names the fallback that it would carry: nothing rests on it now, so it has no row in the report.
    """

    further: tuple[Term, ...] = ()
    begins: Term | None = None
    owned: bool = True
    regions: tuple[str, ...] = ()
    zone: str = ""
    stands_by: str = ""

    def name(self, node: str) -> str:
        """The name of a leaf held this way."""
        return f"{node}{f' in {self.zone}' if self.zone else ''}{f' for {self.stands_by}' if self.stands_by else ''}"


PLAIN = Hold()
FOREIGN = Hold(owned=False)


class Names:
    """Adds to a graph the nodes for zones, name servers and the addresses behind a name."""

    def __init__(
        self,
        graph: Graph,
        seen: Seen,
        who: Attribution,
        owned: frozenset[str | None],
        standbys: Callable[[str], list[tuple[Switch, str]]],
    ) -> None:
        """``owned``: the registrable names that are the site's own; ``standbys`` gives those of a zone's service."""
        self.graph = graph
        self.seen = seen
        self.who = who
        self.owned = owned
        self.standbys = standbys

    # -- shared with the functions ------------------------------------------------------------------

    def operator(
        self,
        role: Role,
        subject: str,
        operator: Operator,
        hold: Hold = PLAIN,
        *,
        recovery: str = "",
        tld: str | None = None,
    ) -> str:
        """A node for somebody who keeps ``subject`` up, and the row of the report that goes with it."""
        row = operator.as_dependency(role, subject)
        self._list(row, operator, hold)
        domains = self._domains(operator)
        if operator.prefixes:
            domains["prefix"] = operator.prefixes
        if tld:
            domains["tld"] = (tld,)
        if hold.regions:
            domains["region"] = hold.regions
        if hold.owned and operator.certain:
            account = self.who.account(operator)
            domains["account"] = (account,)
            self.graph.names.setdefault(("account", account), self.who.provider_name(account))
        leaf = Leaf(
            domains=domains,
            role=role,
            subject=subject,
            because=operator.because,
            recovery=recovery or role,
            further=hold.further,
            begins=hold.begins,
            certainty="certain" if operator.certain else "uncertain",
            owned=hold.owned,
            zone=hold.zone,
            place="standby" if hold.stands_by else "serving",
        )
        return self._with_upstreams(self.graph.leaf(hold.name(row.id), leaf), role, operator, leaf, hold)

    def _list(self, row: Dependency, operator: Operator, hold: Hold) -> None:
        if not hold.stands_by:
            self.graph.dependencies.setdefault(row.id, row)
        self.graph.names[("provider", operator.provider)] = operator.name
        self.graph.names[("parent", operator.parent)] = self.who.parent_name(operator)

    def _domains(self, operator: Operator) -> dict[DomainKind, tuple[str, ...]]:
        domains: dict[DomainKind, tuple[str, ...]] = {"provider": (operator.provider,), "parent": (operator.parent,)}
        if operator.jurisdiction:
            domains["jurisdiction"] = (operator.jurisdiction,)
        return domains

    def _with_upstreams(self, node: str, role: Role, operator: Operator, leaf: Leaf, hold: Hold) -> str:
        """The node of an operator together with the products of others without which its own does not work."""
        upstreams = self.who.upstreams(operator) if operator.certain else ()
        gate = f"with-upstreams:{node}"
        if not upstreams or gate in self.graph.gates:
            return gate if upstreams else node
        children = [node]
        for upstream in upstreams:
            self._list(upstream.as_dependency(role, operator.provider), upstream, hold)
            below = replace(
                leaf,
                domains=self._domains(upstream),
                subject=operator.provider,
                because=upstream.because,
                owned=False,
                place="upstream",
            )
            children.append(self.graph.leaf(f"upstream:{node}:{upstream.provider}", below))
        return self.graph.gate(gate, "all", children)

    def open_question(self, role: str, subject: str, because: tuple[str, ...]) -> str:
        """A leaf for something that is not even known to work."""
        return self.graph.leaf(f"open:{role}:{subject}", Leaf({}, role, subject, because, certainty="unknown"))

    def hoped(self, role: str, subject: str, because: tuple[str, ...]) -> str:
        """A leaf for an alternative that nothing shows, but nothing rules out."""
        return self.graph.leaf(f"hoped:{role}:{subject}", Leaf({}, role, subject, because, certainty="hoped"))

    def broken(self, role: str, subject: str, because: tuple[str, ...]) -> str:
        """A leaf for something that is known not to work now."""
        return self.graph.leaf(f"broken:{role}:{subject}", Leaf({}, role, subject, because, certainty="failed"))

    def network(
        self, role: Role, subject: str, address: str, hold: Hold = PLAIN, *, recovery: str = "", note: str = ""
    ) -> list[str]:
        """Leaves for who announces an address: its operators, and its origin AS set of which one is enough."""
        operators = self.who.network(address)
        if note:
            operators = tuple(replace(each, clues=(*each.clues, note)) for each in operators)
        children = [self._network_operator(role, subject, each, hold, recovery) for each in operators]
        asns = sorted({asn for each in operators for asn in each.asns})
        because = tuple(dict.fromkeys(e for each in operators for e in each.because))
        key = recovery or role
        leaves = [
            self.graph.leaf(
                hold.name(f"asn:{asn}:{key}:{subject}"),
                Leaf(
                    {"asn": (asn,)},
                    role,
                    asn,
                    because,
                    key,
                    hold.further,
                    owned=False,
                    zone=hold.zone,
                    place="standby" if hold.stands_by else "serving",
                ),
            )
            for asn in asns
        ]
        if len(operators) > 1:
            children = [self.graph.gate(hold.name(f"origins:{role}:{subject}:{address}"), "any", children)]
        if leaves:
            children.append(self.graph.gate(hold.name(f"asns:{'+'.join(asns)}:{key}:{subject}"), "any", leaves))
        return children

    def host_network(
        self, role: Role, host: str, address: str, operator: Operator | None, hold: Hold = PLAIN
    ) -> list[str]:
        """Leaves for one address of a name server or mail exchanger, which is in this role if nobody else is."""
        if operator is not None:
            # The contract for this network is that operator's, not the site's.
            foreign = replace(hold, owned=False)
            return self.network("hosting", f"{host} {address}", address, foreign, recovery=role)
        note = f"the name {host} is private; this is its network"
        return self.network(role, host, address, hold, recovery=role, note=note)

    def _network_operator(self, role: Role, subject: str, operator: Operator, hold: Hold, recovery: str) -> str:
        if operator.certain or operator.asns or not operator.provider.startswith("unknown:"):
            return self.operator(role, subject, operator, hold, recovery=recovery)
        # With no origin AS at all there may be several, so that this leaf must not count as one company's.
        row = operator.as_dependency(role, subject)
        if not hold.stands_by:
            self.graph.dependencies.setdefault(row.id, row)
        leaf = Leaf(
            {}, role, subject, operator.because, recovery or role, hold.further, certainty="uncertain", zone=hold.zone
        )
        return self.graph.leaf(hold.name(row.id), leaf)

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

    # -- measured times -----------------------------------------------------------------------------

    def cached(self, host: str) -> Term | None:
        """How long caches keep the addresses of a host after its name servers are gone: their lowest TTL."""
        found = self._address_ttl(host)
        if found is None:
            return None
        ttl, because = found
        hours = round(ttl / 3600, 3)
        return Term(Hours(hours, hours, hours), "measured", f"TTL of the addresses of {host}, {ttl} s", because)

    def spread(self, host: str) -> tuple[Term, ...]:
        """How long caches keep the old addresses of a host after they were changed (none, half, all of their TTL)."""
        found = self._address_ttl(host)
        return (_until_seen(f"TTL of the addresses of {host}", *found),) if found is not None else ()

    def _address_ttl(self, host: str) -> tuple[int, tuple[str, ...]] | None:
        values = {kind: self.seen.value(kind, host, Addresses) for kind in FAMILIES}
        ttls = {kind: value.ttl for kind, value in values.items() if value is not None}
        if not ttls:
            return None
        lowest = min(ttls, key=lambda kind: (ttls[kind], kind))
        return ttls[lowest], (f"{lowest}:{host}",)

    def redelegation(self, zone: str) -> tuple[Term, ...]:
        """How long resolvers keep the old delegation of a zone: the TTL of its NS set at the parent."""
        item = self.seen.get("delegation", zone)
        if item is not None and item.unknown is not None:
            worst = Hours(0.0, 24.0, LONGEST_TTL / 3600)
            return (Term(worst, "assumed", f"the TTL of the NS set of {zone} at its parent is unknown", (item.id,)),)
        if item is None or not isinstance(item.value, Delegation):
            return ()
        return (_until_seen(f"TTL of the NS set of {zone} at its parent", item.value.ttl, (item.id,)),)

    def _kept_delegation(self, zone: str) -> Term | None:
        value = self.seen.value("delegation", zone, Delegation)
        if value is None:
            return None
        hours = round(value.ttl / 3600, 3)
        source = f"TTL of the NS set of {zone} at its parent, {value.ttl} s"
        return Term(Hours(hours, hours, hours), "measured", source, (f"delegation:{zone}",))

    def locks(self, name: str) -> tuple[Term, ...]:
        """What stands in the way of a transfer of a registrable name to another registrar."""
        item = self.seen.get("registration", name)
        if item is None:
            return ()
        if not isinstance(item.value, Registration):
            worst = Hours(0.0, 0.0, float(TRANSFER_LOCK_HOURS))
            source = f"whether a transfer lock of {name} runs is unknown"
            return (Term(worst, "assumed", source, (item.id,)),)
        terms = []
        began = max(filter(None, (item.value.created, item.value.transferred)), default="")
        left = _left_of_lock(began, item.at)
        if left > 0:
            lock = f"transfer lock of {name}, 60 days from {began[:10]}"
            terms.append(Term(Hours(left, left, left), "measured", lock, (item.id,)))
        held = sorted(each for each in item.value.status if each.replace(" ", "").endswith("transferprohibited"))
        if held:
            who = "the registry" if any(each.startswith("server") for each in held) else "the present registrar"
            text = f"{', '.join(held)}: {who} must lift it first"
            terms.append(Term(Hours(0.0, 0.0, 0.0), "measured", text, (item.id,)))
        return tuple(terms)

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
            self.graph.unfollowed.add(host)
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
        return self.operator("registry", tld, self.who.registry(tld, ()), FOREIGN, tld=tld)

    def _registrar(self, name: str, registrar: Operator) -> str:
        hold = Hold(self.locks(name), self._kept_delegation(name), owned=self.own(name))
        return self.operator("registrar", name, registrar, hold)

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
            self.open_question("dns", f"{zone} ({item.kind})", (item.id,))
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
        hold = Hold(self.redelegation(zone), self.cached(zone), owned=self.own(zone), zone=zone)
        behind = replace(hold, begins=None)
        legs = []
        for address in addresses:
            checks = self._liveness(zone, host, address)
            here = self.host_network("dns", host, address, operator, behind)
            legs.append(self.graph.gate(f"ns:{zone}:{host}:{address}", "all", here + checks))
        legs += [self.open_question("dns", f"{host} {item.kind}", (item.id,)) for item in open_]
        known_host = any(self.seen.get(kind, host) for kind in FAMILIES) or bool(glue)
        children = []
        if operator is not None:
            children.append(self.operator("dns", host, operator, hold))
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


def _until_seen(what: str, ttl: int, because: tuple[str, ...]) -> Term:
    """A change is seen at once by those who have nothing cached, and by the last after a whole TTL."""
    hours = min(ttl, LONGEST_TTL) / 3600
    return Term(Hours(0.0, round(hours / 2, 3), round(hours, 3)), "measured", f"{what}, {ttl} s", because)


def _left_of_lock(began: str, now: str) -> float:
    """Hours that a transfer lock still runs; 0 too where the registry gives no date that can be read."""
    try:
        start, at = (datetime.fromisoformat(each.replace("Z", "+00:00")).replace(tzinfo=None) for each in (began, now))
    except ValueError:
        return 0.0
    return max(0.0, round(TRANSFER_LOCK_HOURS - (at - start).total_seconds() / 3600, 1))
