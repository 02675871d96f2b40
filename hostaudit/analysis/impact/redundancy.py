"""Redundancy: the alternatives of a site in each role, and how many of them are independent.

An alternative is a child of an ``any`` gate of the tree: a name server of a zone, an address of a host, a mail
exchanger, a store. It counts if it serves now, or if it is a proved standby with an automatic switch. Two are
independent in a kind of failure domain if no single domain of that kind stops both. The dependencies of the names in
them count for top-level domains only, because the registry of .com and .net would make nearly all of them dependent.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from hostaudit import domain
from hostaudit.analysis.attribution.attribute import FAMILIES
from hostaudit.analysis.fault_tree.purposes import (
    ANY_AUTHORITY,
    AUTHORITIES,
    ELSEWHERE,
    EXCHANGERS,
    REDIRECTS,
    SENDERS,
    GateKey,
    Purpose,
)
from hostaudit.analysis.fault_tree.tree import FaultTree, Gate
from hostaudit.analysis.impact.outage import stopped_alone
from hostaudit.analysis.impact.score import effective_role, may_conceal
from hostaudit.analysis.site_model import SiteModel
from hostaudit.model.actors import NOBODY
from hostaudit.model.policy import Axis
from hostaudit.model.report import DomainKind
from hostaudit.model.roles import ALTERNATIVES, CARRIES, HIDDEN, kind_of_function
from hostaudit.model.values import Addresses, FrontPage
from hostaudit.model.words import listed

MOST = 24
"""The largest number of different alternatives for an exact search for the largest independent set."""

Stops = frozenset[tuple[DomainKind, str]]


@dataclass(frozen=True)
class Alternative:
    """One of the alternatives in a role. ``sure``: it is known to work, and its operator is known. ``least`` and
    ``most`` are the failure domains that stop it alone, unknown ones surviving or failing. ``unknown_kinds``: kinds of
    failure domain in which its place is unknown. ``open``: a question behind which any number may stand."""

    node: str
    subject: str
    roles: frozenset[str]
    sure: bool
    least: Stops
    most: Stops
    unknown_kinds: frozenset[str]
    providers: tuple[str, ...]
    because: tuple[str, ...]
    open: bool = False

    def apart(self, other: Alternative, axes: Iterable[Axis], *, surely: bool) -> bool:
        """True if it differs from another one in every axis: for sure, or as far as is known."""
        for axis in axes:
            if surely and (axis in self.unknown_kinds or axis in other.unknown_kinds):
                return False
            mine, others = (self.most, other.most) if surely else (self.least, other.least)
            if any(kind == axis for kind, _ in mine & others):
                return False
        return True


@dataclass(frozen=True)
class Group:
    """The alternatives for one thing in one role: of a zone, a host, a platform. ``hidden``: there may be any number
    more that cannot be seen; ``doubtful``: whether this is what serves is open, so that nothing counts for sure;
    ``plenty``: besides these there are as many as anybody wants."""

    role: str
    subject: str
    all: tuple[Alternative, ...]
    hidden: bool = False
    doubtful: bool = False
    plenty: bool = False
    note: str = ""

    def independent(self, axes: Sequence[Axis]) -> tuple[float, float]:
        """The number of providers pairwise different in every axis, low and high (infinite: unknown)."""
        if self.plenty:
            return (math.inf, math.inf)
        sure = [each for each in self.all if each.sure]
        low = 0 if self.doubtful else _largest(sure, axes, surely=True)
        if self.hidden or any(each.open for each in self.all):
            return (low, math.inf)
        return (low, max(low, _largest(self.all, axes, surely=False)))


def _largest(rows: Sequence[Alternative], axes: Sequence[Axis], *, surely: bool) -> int:
    """The size of the largest set in which all are apart: exact for up to ``MOST`` different ones, else a bound."""
    different: dict[tuple[Stops, frozenset[str]], Alternative] = {}
    kinds = set(axes)
    for each in rows:
        stops = frozenset(stop for stop in (each.most if surely else each.least) if stop[0] in kinds)
        # What nothing known stops may be several different ones; only what is stopped alike can be merged.
        key = (stops, each.unknown_kinds & kinds) if stops else (frozenset({("provider", each.node)}), frozenset())
        different.setdefault(key, each)
    found = list(different.values())
    if len(found) > MOST:
        if not surely:
            return len(found)
        found = found[:MOST]
    near = [0] * len(found)
    for one, other in combinations(range(len(found)), 2):
        if found[one].apart(found[other], axes, surely=surely):
            near[one] |= 1 << other
            near[other] |= 1 << one
    return _clique(near, (1 << len(found)) - 1)


def _clique(near: Sequence[int], left: int) -> int:
    """The size of the largest clique among the vertices of a bit set."""
    if not left:
        return 0
    first = left & -left
    position = first.bit_length() - 1
    with_first = 1 + _clique(near, left & near[position])
    if with_first > (left & ~first).bit_count():
        return with_first
    return max(with_first, _clique(near, left & ~first))


class Alternatives:
    """The alternatives of one site, by role."""

    def __init__(self, site: SiteModel) -> None:
        self.site = site
        self.tree = site.tree.without_hidden()
        self._groups: dict[str, tuple[Group, ...]] = {}

    def groups(self, role: str) -> tuple[Group, ...]:
        """The alternatives of the site in a role, by subject; none if nothing was found there."""
        if role not in self._groups:
            self._groups[role] = tuple(self._find(role))
        return self._groups[role]

    def applies(self, role: str) -> bool:
        """True if the site needs a provider in a role, or may need one. A name without a web site needs no host."""
        if role in ("hosting", "cdn"):
            return any(kind_of_function(each.id) == "web" and each.applies != "no" for each in self.tree.functions)
        states = {each.id: each.applies for each in self.tree.functions}
        functions = CARRIES[role]
        return not functions or any(states.get(each) != "no" for each in functions)

    def assessed(self, role: str) -> bool:
        """True if a role can be seen from outside, or is declared by the owner."""
        return role not in HIDDEN or any(leaf.role == role for leaf in self.tree.leaves.values())

    def legs(self) -> tuple[tuple[Alternative, ...], bool]:
        """Every alternative of every role once, and whether there may be any number more. Ways that need no company,
        such as a package on the site itself, are none."""
        found: dict[str, Alternative] = {}
        hidden = False
        for role in ALTERNATIVES:
            for group in self.groups(role):
                hidden = hidden or group.doubtful or any(each.open for each in group.all)
                for each in group.all:
                    if each.providers or not each.sure:
                        found.setdefault(each.node, each)
        return tuple(found.values()), hidden

    # -- by role ------------------------------------------------------------------------------------

    def _find(self, role: str) -> Iterable[Group]:
        match role:
            case "dns":
                return self._zones()
            case "hosting" | "cdn":
                return self._hosts(role)
            case "mail":
                return self._of("mail_receive", role, EXCHANGERS)
            case "sending":
                return self._of("mail_send", role, SENDERS)
            case "ca":
                return self._authorities()
            case "app_store":
                return [
                    group
                    for each in CARRIES[role]
                    for group in self._of(each, role, Purpose.ALTERNATIVES.of(each), each)
                ]
            case "registry" | "registrar" | "page":
                return self._single(role)
            case _:
                return self._declared(role)

    def _zones(self) -> list[Group]:
        own = self.site.file.target.registrable
        doubtful = self._unsure_of_zones()
        found = []
        for _, gate in self.tree.gates_for(Purpose.SERVED):
            (zone,) = gate.subject
            if domain.lies_under(zone, own):
                rows = self._alternatives("dns", Purpose.SERVED.of(zone))
                found.append(Group("dns", zone, rows, doubtful=doubtful))
        return found or [Group("dns", own, (), hidden=True, doubtful=True)]

    def _unsure_of_zones(self) -> bool:
        """True if a further zone, with servers of its own, may lie between the site's names and the known zones."""
        own = self.site.file.target.registrable
        return any(leaf.uncut and domain.lies_under(leaf.uncut, own) for leaf in self.tree.leaves.values())

    def _hosts(self, role: str) -> list[Group]:
        target = self.site.file.target
        front = self.site.evidence.value("front", target.domain, FrontPage)
        looked_at = front is not None and any(self.site.evidence.get(kind, front.host) for kind in FAMILIES)
        main = (front.host if front is not None and looked_at else target.domain, front is None or not looked_at)
        found = []
        leading = [self.tree.gates[each].subject[0] for each in self.tree.children(REDIRECTS)]
        for host, doubtful in {**dict.fromkeys((*target.named, *leading), False), main[0]: main[1]}.items():
            legs = Purpose.LEGS.of(host)
            if self.tree.find(legs) is None:
                continue
            every = self._alternatives(role, legs, whole=True)
            behind = self._hidden_behind(host) if role == "hosting" else ""
            rows = tuple(each for each in every if role in each.roles or each.open)
            if behind:
                rows = tuple(each for each in rows if not self._fronted(host, each))
            if rows or behind or doubtful:
                found.append(Group(role, host, rows, bool(behind) or doubtful, doubtful, note=behind))
        return found

    def _hidden_behind(self, host: str) -> str:
        """A sentence that names the CDNs behind which the origin of a host is hidden; empty if none is."""
        fronts = [each for address in self._addresses(host) for each in self._fronts(host, address)]
        named = dict.fromkeys(self.site.attribution.provider_name(each) for each in fronts)
        return f"the origin behind {', '.join(named)} is hidden" if named else ""

    def _addresses(self, host: str) -> list[str]:
        values = [self.site.evidence.value(kind, host, Addresses) for kind in FAMILIES]
        return [address for value in values if value is not None for address in value.addresses]

    def _fronts(self, host: str, address: str) -> list[str]:
        """The content networks at an address of a host, if nothing shows what stands behind them."""
        attribution = self.site.attribution
        edges = attribution.edges(host, address)
        if self.site.proofs.declared.origin:
            return []
        if any(not attribution.fronts(each) for each in edges):
            return []
        return [each.provider for each in (*edges, *attribution.networks.of(address)) if attribution.fronts(each)]

    def _fronted(self, host: str, each: Alternative) -> bool:
        """True if nothing but a content network is known of an alternative for a host."""
        gate = self.tree.gates.get(each.node)
        address = gate.subject[-1] if gate is not None and gate.purpose is Purpose.LEG else ""
        return bool(self._fronts(host, address))

    def _authorities(self) -> list[Group]:
        """The authorities for the host of the front page, and for each host that redirects to it."""
        leading = [gate.subject[0] for _, gate in self.tree.gates_for(Purpose.AUTHORITIES_OF)]
        groups = [
            group
            for host in leading
            for group in self._of("renew_certificate", "ca", Purpose.AUTHORITIES_OF.of(host), host)
        ]
        if groups and self.tree.find(AUTHORITIES) is None:
            return groups
        return [*self._of("renew_certificate", "ca", AUTHORITIES), *groups]

    def _of(self, function: str, role: str, key: GateKey, subject: str = "") -> list[Group]:
        """The alternatives of one function. If it is open that the site has the function, everything else is open
        too."""
        applies = next((each.applies for each in self.tree.functions if each.id == function), "no")
        if applies == "no":
            return []
        name = subject or self.site.file.target.domain
        if self.tree.find(key) is None:
            return [Group(role, name, (), hidden=True, doubtful=True)]
        rows = self._alternatives(role, key, whole=True)
        plenty = ANY_AUTHORITY.id in self.tree.children(key)
        return [Group(role, name, rows, doubtful=applies == "maybe", plenty=plenty)]

    def _single(self, role: str) -> list[Group]:
        """Roles without alternatives: the name has one of each, and the page needs all its parts."""
        own = self.site.file.target.registrable
        names = {own, domain.tld(own)}
        nodes = [
            name
            for name, leaf in sorted(self.tree.leaves.items())
            if leaf.role == role
            and "provider" in leaf.domains
            and leaf.place == "serving"
            and (role == "page" or leaf.registered in names)
        ]
        groups = [Group(role, self.tree.leaves[each].subject, self._alternatives_of(role, [each])) for each in nodes]
        if role == "page":
            return groups
        return groups or [Group(role, own, (), hidden=True, doubtful=True)]

    def _declared(self, role: str) -> list[Group]:
        needs = [gate for _, gate in self.tree.gates_for(Purpose.NEED)]
        return [
            Group(role, function, self._alternatives_of(role, gate.children))
            for gate in needs
            for function, needed in [gate.subject]
            if needed == role
        ]

    # -- the alternatives themselves ------------------------------------------------------------------

    def _alternatives(self, role: str, key: GateKey, *, whole: bool = False) -> tuple[Alternative, ...]:
        """The children of a gate, and its standbys with an automatic switch. ``whole``: in any role."""
        nodes = [each for each in self.tree.children(key) if each != ANY_AUTHORITY.id]
        standby = self.tree.standby_gate(key.id)
        if standby is not None:
            ready = zip(standby.switches, standby.children[1:], strict=True)
            nodes += [node for switch, node in ready if switch.automatic]
        rows = self._alternatives_of(role, nodes)
        return rows if whole else tuple(each for each in rows if role in each.roles or each.open)

    @cached_property
    def _shallow(self) -> FaultTree:
        """The fault tree without the zones of its names."""
        copy = FaultTree(self.tree.leaves, {}, [])
        for name, gate in self.tree.gates.items():
            copy.gates[name] = Gate("all") if gate.purpose in ELSEWHERE else gate
        return copy

    def _alternatives_of(self, role: str, nodes: Sequence[str]) -> tuple[Alternative, ...]:
        near = {
            end: stopped_alone(self._shallow, nodes, reading=end, own_too=True) for end in ("optimistic", "pessimistic")
        }
        far = {end: stopped_alone(self.tree, nodes, reading=end, own_too=True) for end in ("optimistic", "pessimistic")}
        found = []
        for node in nodes:
            leaves = self.tree.near(node)
            known = {kind for leaf in leaves for kind in leaf.domains}
            held = [leaf for leaf in leaves if "provider" in leaf.domains]
            unknown_kinds = {kind for leaf in held for kind in ("parent", "jurisdiction") if kind not in leaf.domains}
            unknown_kinds |= {kind for kind in ("asn", "prefix", "account") if held and kind not in known}
            least, most = (
                frozenset(
                    stop
                    for stop in near[end][node] | {each for each in far[end][node] if each[0] == "tld"}
                    if stop != ("parent", NOBODY)
                )
                for end in ("optimistic", "pessimistic")
            )
            if ("parent", NOBODY) in near["optimistic"][node]:
                continue  # it does not work now
            head = self.tree.head(node)
            subject = head.subject if head is not None else self.tree.gates[node].subject[-1]
            found.append(
                Alternative(
                    node=node,
                    subject=subject,
                    roles=frozenset(effective_role(leaf) for leaf in leaves),
                    sure=("parent", NOBODY) not in near["pessimistic"][node],
                    least=least,
                    most=most,
                    unknown_kinds=frozenset(unknown_kinds),
                    providers=tuple(dict.fromkeys(each for leaf in held for each in leaf.domains["provider"])),
                    because=tuple(dict.fromkeys(each for leaf in leaves for each in leaf.because)),
                    open=head is not None and head.certainty in ("unknown", "hoped") and may_conceal(head, role),
                )
            )
        return tuple(found)


AXES = {"asn": "network (AS)", "tld": "top-level domain", "parent": "company", "account": "customer account"}


def axes_named(axes: Iterable[Axis]) -> str:
    """``company and network (AS)`` for people."""
    return listed([AXES.get(each, str(each)) for each in axes])
