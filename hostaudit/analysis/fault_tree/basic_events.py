"""Basic events for operators: their failure domains, and the products on which they rest themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, cast, get_args

from msgspec import structs

from hostaudit.analysis.attribution.attribute import Attribution
from hostaudit.analysis.attribution.operator import Operator
from hostaudit.analysis.attribution.ownership import Claim
from hostaudit.analysis.fault_tree.purposes import Purpose
from hostaudit.analysis.fault_tree.tree import BasicEvent, FaultTree, Term
from hostaudit.model.actors import is_unknown
from hostaudit.model.report import Dependency, DomainKind, OwnGround
from hostaudit.model.roles import Role


@dataclass(frozen=True)
class EventContext:
    """The context of a basic event: the circumstances in which an operator serves.

    ``further`` and ``begins``: see ``BasicEvent``. ``owned``: the contract is the site's own. ``regions``: its
    location, as failure domains. ``zone``: the zone that it serves, so that times of two zones are not confused.
    ``stands_by``: the fallback that it would carry; nothing rests on it now, so it has no row in the report.
    ``uses``: ids of the evidence by which the site uses it, such as a delegation. ``direct``: see ``BasicEvent``.
    ``names``: the names that a registry holds in its zone for the site.
    """

    further: tuple[Term, ...] = ()
    begins: Term | None = None
    owned: bool = True
    regions: tuple[str, ...] = ()
    zone: str = ""
    stands_by: str = ""
    uses: tuple[str, ...] = ()
    direct: bool = True
    names: tuple[str, ...] = ()

    @property
    def place(self) -> Literal["serving", "standby"]:
        """The place of a basic event in this context."""
        return "standby" if self.stands_by else "serving"

    @property
    def suffix(self) -> str:
        """The suffix of the ids of nodes in this context, which separates them from the same operator's other nodes."""
        return f"{f' in {self.zone}' if self.zone else ''}{f' for {self.stands_by}' if self.stands_by else ''}"


def claimed(row: Dependency, claim: Claim) -> Dependency:
    """Return a row of the report with the ground on which its provider is the owner of the site, if it is told."""
    return structs.replace(row, own=cast(OwnGround, claim.ground)) if claim.ground in get_args(OwnGround) else row


def broken_event(role: str, subject: str) -> str:
    """The id of the basic event for something that is known not to work now."""
    return f"broken:{role}:{subject}"


PLAIN = EventContext()


class Operators:
    """Adds operators to a tree, and basic events for open questions, hoped alternatives and known failures."""

    def __init__(self, tree: FaultTree, attribution: Attribution) -> None:
        self.tree = tree
        self.attribution = attribution

    def operator(
        self,
        role: Role,
        subject: str,
        operator: Operator,
        context: EventContext = PLAIN,
        *,
        recovery: str = "",
        registered: str = "",
    ) -> str:
        """Add the node for an operator of ``subject``, and its report row. ``registered``: see ``BasicEvent``."""
        operator = operator.used_by(context.uses)
        claim = self.attribution.ownership.of(operator)
        row = operator.as_dependency(role, subject, direct=context.direct, zones=_zones(role, context, registered))
        self._list(claimed(row, claim), operator, context)
        domains = self._domains(operator)
        if operator.prefixes:
            domains["prefix"] = operator.prefixes
        if role == "registry" and registered:
            domains["tld"] = (registered,)
        if context.regions:
            domains["region"] = context.regions
        if context.owned and operator.certain:
            account = self.attribution.account(operator)
            domains["account"] = (account,)
            self.tree.names.setdefault(("account", account), self.attribution.provider_name(account))
        leaf = BasicEvent(
            domains=domains,
            role=role,
            subject=subject,
            because=operator.because,
            recovery=recovery or role,
            further=context.further,
            begins=context.begins,
            certainty="certain" if operator.certain else "uncertain",
            owned=context.owned,
            zone=context.zone,
            place=context.place,
            registered=registered,
            direct=context.direct,
            dependency="" if context.stands_by else row.id,
            claim=claim,
        )
        return self._with_upstreams(self.tree.leaf(f"{row.id}{context.suffix}", leaf), role, operator, leaf, context)

    def _list(self, row: Dependency, operator: Operator, context: EventContext) -> None:
        if not context.stands_by:
            self.tree.dependency(row)
        self.tree.names[("provider", operator.provider)] = operator.name
        self.tree.names[("parent", operator.parent)] = self.attribution.parent_name(operator)

    def _domains(self, operator: Operator) -> dict[DomainKind, tuple[str, ...]]:
        domains: dict[DomainKind, tuple[str, ...]] = {"provider": (operator.provider,), "parent": (operator.parent,)}
        countries = tuple(each for each in (operator.jurisdiction, operator.owner_jurisdiction) if each)
        if countries:
            domains["jurisdiction"] = countries
        return domains

    def _with_upstreams(
        self, node: str, role: Role, operator: Operator, leaf: BasicEvent, context: EventContext
    ) -> str:
        """The node of an operator together with the products of other companies without which its own does not work."""
        upstreams = self.attribution.behind(role, leaf.subject, operator) if operator.certain else ()
        gate = Purpose.WITH_UPSTREAMS.of(node)
        if not upstreams:
            return node
        children = [node]
        for upstream in upstreams:
            claim = self.attribution.ownership.of(upstream)
            row = upstream.as_dependency(role, operator.provider, direct=False)
            self._list(claimed(row, claim), upstream, context)
            below = replace(
                leaf,
                domains=self._domains(upstream),
                subject=operator.provider,
                because=upstream.because,
                owned=False,
                place="upstream",
                registered="",
                direct=False,
                dependency="" if context.stands_by else row.id,
                claim=claim,
            )
            children.append(self.tree.leaf(f"upstream:{node}:{upstream.provider}", below))
        return self.tree.gate(gate, "all", children)

    def open_question(self, role: str, subject: str, because: tuple[str, ...], *, direct: bool = True) -> str:
        """A basic event for something that is not known to work."""
        return self._open(BasicEvent({}, role, subject, because, certainty="unknown", direct=direct))

    def open_zone_cuts(self, host: str, because: tuple[str, ...], *, direct: bool) -> str:
        """A basic event for the zones of a host, if the questions about its zone cuts have no answer."""
        subject = f"zone of {host}"
        return self._open(BasicEvent({}, "dns", subject, because, certainty="unknown", uncut=host, direct=direct))

    def silent_server(self, role: str, subject: str, because: tuple[str, ...]) -> str:
        """A basic event for an address of a known server that gave no usable answer."""
        return self._open(BasicEvent({}, role, subject, because, certainty="unknown", silent=True))

    def _open(self, event: BasicEvent) -> str:
        return self.tree.leaf(f"open:{event.role}:{event.subject}", event)

    def hidden_origin(self, host: str, provider: str, because: tuple[str, ...]) -> str:
        """A basic event for the origin of a host behind the content network of a provider."""
        subject = f"origin of {host} behind {provider}"
        event = BasicEvent({}, "hosting", subject, because, "hosting", certainty="uncertain", owned=False, hidden=True)
        return self.tree.leaf(f"hidden:{host}:{provider}", event)

    def hoped(self, role: str, subject: str, because: tuple[str, ...]) -> str:
        """A basic event for an alternative that no evidence shows and no evidence excludes."""
        return self.tree.leaf(f"hoped:{role}:{subject}", BasicEvent({}, role, subject, because, certainty="hoped"))

    def broken(self, role: str, subject: str, because: tuple[str, ...]) -> str:
        """A basic event for something that is known not to work now."""
        event = BasicEvent({}, role, subject, because, certainty="failed")
        return self.tree.leaf(broken_event(role, subject), event)

    def network(
        self,
        role: Role,
        subject: str,
        address: str,
        context: EventContext = PLAIN,
        *,
        recovery: str = "",
        private: bool = False,
    ) -> list[str]:
        """Basic events for the announcers of an address: its operators, and its origin AS set, of which any one
        suffices.

        ``private``: the subject is a server whose name belongs to the site, so only its network shows the operator.
        """
        operators = self.attribution.networks.of(address)
        if private:
            operators = tuple(self.attribution.private_name(subject, context.zone, each) for each in operators)
        children = [self._network_operator(role, subject, each, context, recovery) for each in operators]
        asns = sorted({asn for each in operators for asn in each.asns})
        because = tuple(dict.fromkeys((*context.uses, *(e for each in operators for e in each.because))))
        key = recovery or role
        leaves = [
            self.tree.leaf(
                f"asn:{asn}:{key}:{subject}{context.suffix}",
                BasicEvent(
                    {"asn": (asn,)},
                    role,
                    asn,
                    because,
                    key,
                    context.further,
                    context.begins,
                    owned=False,
                    zone=context.zone,
                    place=context.place,
                    direct=context.direct,
                ),
            )
            for asn in asns
        ]
        if len(operators) > 1:
            origins = Purpose.ORIGIN_NETWORKS.of(role, subject, address, context.suffix)
            children = [self.tree.gate(origins, "any", children)]
        if leaves:
            systems = Purpose.AUTONOMOUS_SYSTEMS.of("+".join(asns), key, subject, context.suffix)
            children.append(self.tree.gate(systems, "any", leaves))
        return children

    def host_network(
        self, role: Role, host: str, address: str, operator: Operator | None, context: EventContext = PLAIN
    ) -> list[str]:
        """Basic events for one address of a name server or mail exchanger. Its network fills this role if no other
        operator does."""
        at = self.attribution.seen.naming(host, address)
        # If that operator is another, it has the contract for this network, not the site.
        foreign = replace(context, owned=False, direct=False, uses=at or context.uses)
        if operator is not None:
            below = self.network("hosting", f"{host} {address}", address, foreign, recovery=role)
        else:
            own = replace(context, uses=(*context.uses, *at))
            below = self.network(role, host, address, own, recovery=role, private=True)
        named = self.attribution.networks.holders(address)
        return below + [self.operator("hosting", f"{host} {address}", each, foreign, recovery=role) for each in named]

    def _network_operator(
        self, role: Role, subject: str, operator: Operator, context: EventContext, recovery: str
    ) -> str:
        if operator.certain or operator.asns or not is_unknown(operator.provider):
            return self.operator(role, subject, operator, context, recovery=recovery)
        # Without a known origin AS there may be several, so this basic event must not count as one company's.
        operator = operator.used_by(context.uses)
        row = operator.as_dependency(role, subject, direct=context.direct, zones=_zones(role, context))
        if not context.stands_by:
            self.tree.dependency(row)
        leaf = BasicEvent(
            {},
            role,
            subject,
            operator.because,
            recovery or role,
            context.further,
            context.begins,
            certainty="uncertain",
            owned=context.owned,
            zone=context.zone,
            place=context.place,
            direct=context.direct,
            dependency="" if context.stands_by else row.id,
        )
        return self.tree.leaf(f"{row.id}{context.suffix}", leaf)


def _zones(role: Role, context: EventContext, registered: str = "") -> tuple[str, ...]:
    """The zones for which a registry, a registrar or a name server is used."""
    if role == "registry":
        return context.names
    if role == "registrar":
        return (registered,) if registered else ()
    return (context.zone,) if role == "dns" and context.zone else ()
