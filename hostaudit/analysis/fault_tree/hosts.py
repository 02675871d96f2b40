"""The hosts of a site: their address legs, their standby origins, and the host of the front page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple, cast

from hostaudit.analysis.attribution.attribute import FAMILIES
from hostaudit.analysis.diagnosis.aliases import missing_alias
from hostaudit.analysis.diagnosis.certificates import Certificates
from hostaudit.analysis.diagnosis.front_page import stopped_at
from hostaudit.analysis.fault_tree.address_legs import AddressLegs
from hostaudit.analysis.fault_tree.basic_events import EventContext
from hostaudit.analysis.fault_tree.fallback_proofs import Proof
from hostaudit.analysis.fault_tree.purposes import Purpose
from hostaudit.analysis.fault_tree.standbys import Takeover
from hostaudit.analysis.fault_tree.tree import HiddenOrigin, Switch
from hostaudit.analysis.fault_tree.zones import Zones
from hostaudit.model.evidence import Target
from hostaudit.model.report import Leg
from hostaudit.model.roles import Role
from hostaudit.model.site import DeclaredFallback
from hostaudit.model.values import Addresses, FrontPage, HostAddress, WebAnswer, subject_text


@dataclass(frozen=True)
class Front:
    """The location of the front page. ``host``: the host that serves it, if that host was looked at, else the domain.
    ``page``: the page that was found, None if the question is open. ``looked_at``: the host that serves it was looked
    at. ``stopped``: no page was found, and this is the host that no browser gets past."""

    host: str
    page: FrontPage | None
    looked_at: bool
    stopped: bool = False


class ShownLegs(NamedTuple):
    """The address legs of a host, and the legs that hide the origin."""

    legs: tuple[Leg, ...]
    hidden_origins: tuple[HiddenOrigin, ...]


class Hosts:
    """Adds the hosts of a site to a tree."""

    def __init__(self, target: Target, zones: Zones, legs: AddressLegs) -> None:
        self.target = target
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
        page = self.evidence.value("front", self.target.domain, FrontPage)
        if page is None:
            end = stopped_at(self.evidence, self.attribution.catalogue, self.certificates, self.target)
            return Front(end or self.target.domain, None, looked_at=True, stopped=end is not None)
        looked_at = any(self.evidence.get(kind, page.host) for kind in FAMILIES)
        return Front(page.host if looked_at else self.target.domain, page, looked_at)

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

    def _operators(self, host: str, address: str) -> str:
        at = HostAddress(host, address)
        subject = subject_text(at)
        children = self.legs.nodes(host, address, subject, EventContext(self.times.spread(host)))
        refused = self.certificates.refused(at)
        if refused is not None:
            if refused.plain is False:
                children.append(self.operators.broken("ca", subject, refused.because))
            elif refused.plain is None:
                children.append(self.operators.open_question("hosting", subject, refused.because))
            return self.tree.gate(Purpose.LEG_OPERATORS.of(host, address), "all", children)
        item = self.evidence.get("web", at)
        answered = item is not None and isinstance(item.value, WebAnswer) and item.value.status < 500
        if not answered:
            children.append(self.operators.open_question("hosting", subject, self.evidence.ids(("web", at))))
        return self.tree.gate(Purpose.LEG_OPERATORS.of(host, address), "all", children)

    def shown(self, host: str) -> ShownLegs:
        """The address legs of a host that answers, for the report, with the hidden origins."""
        found, _ = self.zones.addresses(host)
        legs, hidden = [], []
        for address in found:
            subject, edges = f"{host} {address}", self.attribution.edges(host, address)
            fronts = [
                each for each in (*edges, *self.attribution.networks.of(address)) if self.attribution.fronts(each)
            ]
            detail = ""
            if fronts and all(self.attribution.fronts(each) for each in edges):
                detail = f"origin behind {fronts[0].provider} is hidden"
                hidden.append(HiddenOrigin(subject, detail))
            operators = Purpose.LEG_OPERATORS.of(host, address).id
            legs.append(self.tree.leg("cdn" if fronts else "hosting", subject, operators, detail))
        return ShownLegs(tuple(legs), tuple(hidden))

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
