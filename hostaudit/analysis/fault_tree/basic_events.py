"""Leaves for those who keep something up: in which failure domains do they lie, and what do they rest on themselves?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from hostaudit.analysis.attribution.attribute import Attribution
from hostaudit.analysis.attribution.operator import Operator
from hostaudit.analysis.fault_tree.tree import Graph, Leaf, Term
from hostaudit.model.report import Dependency, DomainKind
from hostaudit.model.roles import Role


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

    @property
    def place(self) -> Literal["serving", "standby"]:
        """Where that puts a leaf."""
        return "standby" if self.stands_by else "serving"

    def name(self, node: str) -> str:
        """The name of a leaf held this way."""
        return f"{node}{f' in {self.zone}' if self.zone else ''}{f' for {self.stands_by}' if self.stands_by else ''}"


PLAIN = Hold()
FOREIGN = Hold(owned=False)


class Operators:
    """Adds operators, and what is open, hoped for or broken in their place, to a graph."""

    def __init__(self, graph: Graph, who: Attribution) -> None:
        self.graph = graph
        self.who = who

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
            place=hold.place,
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
        self, role: Role, subject: str, address: str, hold: Hold = PLAIN, *, recovery: str = "", private: bool = False
    ) -> list[str]:
        """Leaves for who announces an address: its operators, and its origin AS set of which one is enough.

        ``private``: the subject is a server with a name of its own, and nothing but its network tells the operator.
        """
        operators = self.who.networks.of(address)
        if private:
            operators = tuple(self.who.private_name(subject, hold.zone, each) for each in operators)
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
                    place=hold.place,
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
            below = self.network("hosting", f"{host} {address}", address, foreign, recovery=role)
        else:
            below = self.network(role, host, address, hold, recovery=role, private=True)
        named = self.who.networks.holders(address)
        held = replace(hold, owned=False)
        return below + [self.operator("hosting", f"{host} {address}", each, held, recovery=role) for each in named]

    def _network_operator(self, role: Role, subject: str, operator: Operator, hold: Hold, recovery: str) -> str:
        if operator.certain or operator.asns or not operator.provider.startswith("unknown:"):
            return self.operator(role, subject, operator, hold, recovery=recovery)
        # With no origin AS at all there may be several, so that this leaf must not count as one company's.
        row = operator.as_dependency(role, subject)
        if not hold.stands_by:
            self.graph.dependencies.setdefault(row.id, row)
        leaf = Leaf(
            {},
            role,
            subject,
            operator.because,
            recovery or role,
            hold.further,
            certainty="uncertain",
            owned=hold.owned,
            zone=hold.zone,
            place=hold.place,
        )
        return self.graph.leaf(hold.name(row.id), leaf)
