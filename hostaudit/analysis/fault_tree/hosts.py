"""The hosts of a site: their address legs, their standby origins, and the host of the front page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple, cast

from hostaudit.analysis.attribution.attribute import FAMILIES
from hostaudit.analysis.diagnosis.aliases import missing_alias
from hostaudit.analysis.diagnosis.certificates import Certificates
from hostaudit.analysis.diagnosis.dead_end import stopped_at
from hostaudit.analysis.diagnosis.front_page import (
    PageAnswer,
    Redirects,
    is_broken,
    is_elsewhere,
    page_answer,
    redirects,
)
from hostaudit.analysis.fault_tree.address_legs import AddressLegs
from hostaudit.analysis.fault_tree.basic_events import EventContext
from hostaudit.analysis.fault_tree.fallback_proofs import Proof
from hostaudit.analysis.fault_tree.purposes import REDIRECTS, Purpose
from hostaudit.analysis.fault_tree.standbys import Takeover
from hostaudit.analysis.fault_tree.tree import HiddenOrigin, Switch
from hostaudit.analysis.fault_tree.zones import Zones
from hostaudit.model.evidence import Target
from hostaudit.model.report import Leg, Liveness
from hostaudit.model.roles import Role
from hostaudit.model.site import DeclaredFallback
from hostaudit.model.values import Addresses, FrontPage, HostAddress, WebAnswer, subject_text


@dataclass(frozen=True)
class Front:
    """The location of the front page. ``host``: the host that serves it, if that host was looked at, else the domain.
    ``answer``: what it answered. ``looked_at``: the host that serves it was looked at. ``by_way_of``: the site's own
    hosts that redirect to a front page under another name; None if the page has one of the site's names. ``stopped``:
    no page was found, and this is the host that no browser gets past."""

    host: str
    answer: PageAnswer
    looked_at: bool
    by_way_of: Redirects | None = None
    stopped: bool = False

    @property
    def page(self) -> FrontPage | None:
        """The page that was found, None if the question is open."""
        return self.answer.page

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that visitors need: the one that serves, those of the site that redirect, of which any one is
        enough, and each one between."""
        away = self.by_way_of
        leading = (*away.sure, *away.between) if away is not None else ()
        return tuple(dict.fromkeys((self.host, *leading) if self.looked_at else leading or (self.host,)))


class ShownLegs(NamedTuple):
    """The address legs of a host, and the legs that hide the origin."""

    legs: tuple[Leg, ...]
    hidden_origins: tuple[HiddenOrigin, ...]


class Hosts:
    """Adds the hosts of a site to a tree."""

    def __init__(self, target: Target, zones: Zones, legs: AddressLegs, origin: str = "") -> None:
        """``origin``: the provider that the owner declares to stand behind content networks; empty if none."""
        self.target = target
        self.origin = origin
        self.zones = zones
        self.legs = legs
        self.standbys = zones.standbys
        self.tree = zones.tree
        self.evidence = zones.evidence
        self.attribution = zones.attribution
        self.operators = zones.operators
        self.times = zones.times
        self.certificates = Certificates(self.evidence, self.attribution.catalogue)

    @cached_property
    def front(self) -> Front:
        """The location of the site's front page."""
        answer = page_answer(self.evidence, self.target)
        page = answer.page
        if page is None:
            end = stopped_at(self.evidence, self.attribution.catalogue, self.certificates, self.target)
            return Front(end or self.target.domain, answer, looked_at=True, stopped=end is not None)
        looked_at = any(self.evidence.get(kind, page.host) for kind in FAMILIES)
        away = redirects(self.evidence, self.target, page) if is_elsewhere(page, self.target) else None
        return Front(page.host if looked_at else self.target.domain, answer, looked_at, away)

    def exists(self, host: str) -> bool:
        """True if a host has addresses."""
        return any(self.evidence.value(kind, host, Addresses) for kind in FAMILIES)

    def answers(self, host: str) -> str:
        """The node for "this host answers"."""
        key = Purpose.HOST.of(host)
        if self.tree.find(key) is None:
            found, _ = self.zones.addresses(host)
            legs = {address: self._operators(host, address) for address in found}
            serving = self.zones.any_address(Purpose.LEGS, Purpose.LEG, "hosting", host, legs)
            missing = missing_alias(self.evidence, self.attribution.catalogue, host)
            if missing is not None:
                self.tree.gates[serving].children.append(self.operators.broken("hosting", host, missing.because))
            spared = self.tree.spares(Purpose.LEGS_OR_STANDBY.of(host), serving, self._standby_origins(host))
            self.tree.gate(key, "all", [spared])
        return key.id

    def redirecting(self, away: Redirects) -> str:
        """The node for "any one of the site's own hosts redirects to the front page"."""
        asked = self.evidence.ids(("front", self.target.domain))
        nodes = [self.answers(host) for host in away.sure]
        for host in away.perhaps:
            hoped = self.operators.hoped("hosting", f"{host} redirects too", asked)
            nodes.append(self.tree.gate(Purpose.PERHAPS_REDIRECTS.of(host), "all", [self.answers(host), hoped]))
        return self.tree.gate(REDIRECTS, "any", nodes)

    def _operators(self, host: str, address: str) -> str:
        at = HostAddress(host, address)
        subject = subject_text(at)
        # A host that the user did not name is known from the front page alone.
        led = () if host in self.target.hosts else self.evidence.ids(("front", self.target.domain))
        children = self.legs.nodes(host, address, subject, EventContext(self.times.spread(host), uses=led))
        children += self._origin(host, address)
        refused = self.certificates.refused(at)
        if refused is not None:
            if refused.plain is False:
                children.append(self.operators.broken("ca", subject, refused.because))
            elif refused.plain is None:
                children.append(self.operators.open_question("hosting", subject, refused.because))
            return self.tree.gate(Purpose.LEG_OPERATORS.of(host, address), "all", children)
        because = self.evidence.ids(("web", at))
        answer = self.evidence.value("web", at, WebAnswer)
        if answer is None or (is_broken(answer) and not self._proved_broken(host)):
            children.append(self.operators.open_question("hosting", subject, because))
        elif is_broken(answer):
            children.append(self.operators.broken("hosting", subject, because))
        return self.tree.gate(Purpose.LEG_OPERATORS.of(host, address), "all", children)

    def _proved_broken(self, host: str) -> bool:
        """True if an address of a host that answers with the status of a server that does not work is indeed broken:
        the whole front page is, or another address of the host works. A single answer at a further host may be meant
        for the path alone."""
        if host not in self.front.hosts or self.front.page is None:
            return False
        if host == self.front.host and self.front.answer.state == "broken":
            return True
        asked = (HostAddress(host, each) for each in self.zones.addresses(host)[0])
        answers = (self.evidence.value("web", each, WebAnswer) for each in asked)
        return any(answer is not None and not is_broken(answer) for answer in answers)

    def _origin(self, host: str, address: str) -> list[str]:
        """The node for what stands behind a content network, if nothing shows it: as declared, else any company's."""
        behind = self._hidden_behind(host, address)
        if not behind:
            return []
        context = EventContext(self.times.spread(host))
        if self.origin:
            declared = self.attribution.declared(self.origin)
            return [self.operators.operator("hosting", f"origin of {host}", declared, context)]
        return [self.operators.hidden_origin(host, behind, self.evidence.ids(*((each, host) for each in FAMILIES)))]

    def _hidden_behind(self, host: str, address: str) -> str:
        """The content network at an address of a host, if nothing shows what stands behind it; else empty."""
        edges = self.attribution.edges(host, address)
        if not all(self.attribution.fronts(each) for each in edges):
            return ""
        fronts = [each for each in (*edges, *self.attribution.networks.of(address)) if self.attribution.fronts(each)]
        return fronts[0].provider if fronts else ""

    def shown(self, host: str, note: str = "") -> ShownLegs:
        """The address legs of a host that answers, for the report, with the hidden origins."""
        found, _ = self.zones.addresses(host)
        legs, hidden = [], []
        for address in found:
            subject, edges = f"{host} {address}", self.attribution.edges(host, address)
            fronts = any(self.attribution.fronts(each) for each in (*edges, *self.attribution.networks.of(address)))
            detail, behind = note, self._hidden_behind(host, address)
            if behind and self.origin:
                declared = self.attribution.provider_name(self.origin)
                detail = f"origin behind {self.attribution.provider_name(behind)} declared: {declared}"
            elif behind:
                detail = f"origin behind {self.attribution.provider_name(behind)} is hidden"
                hidden.append(HiddenOrigin(subject, behind, detail))
            operators = Purpose.LEG_OPERATORS.of(host, address).id
            role, asked = "cdn" if fronts else "hosting", self.evidence.ids(("web", HostAddress(host, address)))
            legs.append(self.tree.leg(role, subject, operators, detail, self._liveness(host, address), asked))
        return ShownLegs(tuple(legs), tuple(hidden))

    def _liveness(self, host: str, address: str) -> Liveness:
        """Whether an address of a host was asked for a page itself."""
        item = self.evidence.get("web", HostAddress(host, address))
        if item is None or (item.unknown is not None and item.unknown.cause == "not_asked"):
            return "not_asked"
        return "answers" if isinstance(item.value, WebAnswer) else ""

    # -- standbys -------------------------------------------------------------------------------------

    def _standby_origins(self, host: str) -> list[tuple[Switch, str]]:
        """The proved standby origins and edges of a host. A switch also takes the time for which its old addresses are
        cached."""
        rows = []
        for proof in self.standbys.proofs.of("hosting", "cdn"):
            fallback = cast(DeclaredFallback, proof.fallback)
            if self.standbys.proofs.stands_for(fallback) != host:
                continue
            nodes = [self._standby_address(proof, each) for each in proof.addresses]
            if fallback.host:
                nodes = [
                    self.tree.gate(
                        Purpose.STANDBY_NAMED_ADDRESS.of(proof.id, each), "all", [node, self.zones.name(fallback.host)]
                    )
                    for each, node in zip(proof.addresses, nodes, strict=True)
                ]
            nodes = [*self.standbys.any_of(Purpose.STANDBY_ADDRESSES, proof, nodes), self.zones.name(host)]
            spread, console = self.times.spread(host), self.zones.console_of_records(host)
            rows.append(self.standbys.ready(Takeover(proof, Purpose.LEGS.of(host), nodes, spread, console)))
        return rows

    def _standby_address(self, proof: Proof, address: str) -> str:
        """The node for the operators that one address of a standby needs."""
        fallback, context = proof.fallback, EventContext(stands_by=proof.id)
        key = Purpose.STANDBY_ADDRESS.of(proof.id, address)
        if fallback is None:
            return self.tree.gate(key, "all", self.legs.nodes(proof.subject, address, address, context))
        # The network that was found may belong to a company on which the declared provider rests itself.
        declared = (cast(Role, proof.role), self.attribution.declared(proof.provider, fallback.parent))
        nodes = self.legs.nodes(fallback.host or proof.subject, address, address, context, declared)
        return self.tree.gate(key, "all", nodes)

    def spare_names(self, what: Literal["name", "page"]) -> list[tuple[Switch, str]]:
        """The proved spare names of the site as standbys: they resolve (``name``), or also serve the page
        (``page``)."""
        rows = []
        for proof in self.standbys.proofs.all:
            if proof.spare is None or proof.passes is False:
                continue
            name = self.zones.name(proof.spare.domain)
            nodes = [name]
            if what == "page":
                legs = [
                    self.tree.gate(
                        Purpose.STANDBY_PAGE.of(proof.id, each), "all", [self._standby_address(proof, each), name]
                    )
                    for each in proof.addresses
                ]
                nodes = self.standbys.any_of(Purpose.STANDBY_PAGES, proof, legs)
            backed = Purpose.FUNCTION.of("web" if what == "page" else "resolve")
            rows.append(self.standbys.ready(Takeover(proof, backed, nodes, what=what)))
        return rows
