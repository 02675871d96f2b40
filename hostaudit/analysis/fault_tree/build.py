"""From evidence to the tree: what does each function of the site rest on, and which of it is an alternative?

resolve          registry AND registrar AND ANY(name servers)
web, web:HOST    resolve AND ANY(address legs: network AND edge AND an answer)
mail_receive     resolve AND ANY(mail exchangers)
mail_send        resolve AND ANY(authorised senders)
install_*        web AND ANY(store listings, installable web app, direct package)
renew_certificate  resolve AND ANY(authorities that CAA allows)
declared ones    ALL(functions required) AND, for each need, ANY(providers declared)

Where the site file declares something that stands by, it joins as the spare of a standby gate once it is proved, and as
hoped for while its proof is open.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, cast

from hostaudit import domain
from hostaudit.analysis.attribution.attribute import FAMILIES, Attribution
from hostaudit.analysis.attribution.evidence_index import Seen
from hostaudit.analysis.fault_tree.address_legs import Legs
from hostaudit.analysis.fault_tree.basic_events import Hold
from hostaudit.analysis.fault_tree.fallback_proofs import Proofs
from hostaudit.analysis.fault_tree.functions.app_installs import Stores
from hostaudit.analysis.fault_tree.functions.name_resolution import Names
from hostaudit.analysis.fault_tree.standbys import Spares
from hostaudit.analysis.fault_tree.tree import FunctionNode, Gate, Graph, Switch, Term
from hostaudit.model.evidence import Evidence, Target
from hostaudit.model.report import Leg
from hostaudit.model.roles import Role
from hostaudit.model.rules import Scoring
from hostaudit.model.values import (
    Addresses,
    AppLinks,
    Caa,
    Dkim,
    FrontPage,
    MailExchangers,
    Page,
    Spf,
    WebAnswer,
    ZoneCut,
)

Applies = Literal["yes", "no", "maybe"]


def build(target: Target, seen: Seen, who: Attribution, scoring: Scoring, proofs: Proofs | None = None) -> Graph:
    """The whole graph of a site, with what its owner declared and what of that is proved."""
    return Builder(target, seen, who, scoring, proofs or Proofs(target, seen, who, None)).graph


class Builder:
    """Holds what the functions share while the graph grows."""

    def __init__(self, target: Target, seen: Seen, who: Attribution, scoring: Scoring, proofs: Proofs) -> None:
        self.target = target
        self.seen = seen
        self.who = who
        self.scoring = scoring
        self.proofs = proofs
        self.site = site = proofs.site
        self.graph = Graph()
        spares = [each.domain for each in site.spare_names] if site is not None else []
        # The name above a platform's suffix is the platform's, whoever holds one under it.
        hosts = [host for host in (*target.hosts, *spares) if domain.tenant(host) is None]
        owned = frozenset(domain.registrable(host) for host in hosts)
        self.tenants = {host: tenant for host in target.hosts if (tenant := domain.tenant(host)) is not None}
        self.names = Names(self.graph, seen, who, owned, lambda zone: self.spares.servers(zone), self.tenants)
        self.operators, self.times = self.names.operators, self.names.times
        self.legs = Legs(seen, who, self.operators, site.places if site is not None else ())
        self.stores = Stores(seen, who, self.graph, self.operators, proofs)
        self.spares = Spares(target, seen, who, self.graph, self.names, self.legs, proofs)
        self._resolve()
        self.web = self._web()
        for host in target.named:
            self._named_host(host)
        self._mail_receive()
        self._mail_send()
        self._install("ios")
        self._install("android")
        self._renew()
        for function in site.functions if site is not None else ():
            needs = [self._need(function.id, each.role, each.any_of) for each in function.needs]
            required = [f"function:{each}" for each in function.requires]
            weight = function.weight if function.weight is not None else scoring.named_host_weight
            self._add(function.id, [*required, *needs], weight=weight, note="declared in the site file")

    def _need(self, function: str, role: str, providers: tuple[str, ...]) -> str:
        """Any one of the providers that the owner names for a function of its own."""
        nodes = [self.operators.operator(cast(Role, role), function, self.who.declared(each)) for each in providers]
        return self.graph.gate(f"need:{function}:{role}", "any", nodes)

    def _add(
        self,
        name: str,
        children: list[str],
        *,
        applies: Applies = "yes",
        loss: Literal["down", "no_new_installs", "cannot_renew"] = "down",
        legs: tuple[Leg, ...] = (),
        degraded_by: tuple[str, ...] = (),
        note: str = "",
        unknown: tuple[str, ...] = (),
        weight: float | None = None,
        spares: Iterable[tuple[Switch, str]] = (),
        begins: Term | None = None,
    ) -> None:
        if applies == "maybe":
            children = [self.operators.open_question(name, self.target.domain, unknown)]
        if weight is None:
            weight = self.scoring.weights.get(name, self.scoring.named_host_weight)
        root = self.graph.gate(f"function:{name}", "all", children)
        root = self.graph.spares(f"spared:{name}", root, spares if applies == "yes" else ())
        self.graph.functions.append(FunctionNode(name, root, applies, loss, weight, legs, degraded_by, note, begins))

    # -- resolve --------------------------------------------------------------------------------------

    def _resolve(self) -> None:
        self.resolve = self.names.name(self.target.domain)
        zones = self._zones()
        legs = [
            self.graph.leg("dns", f"{zone} {node.rsplit(':', 1)[1]}", node)
            for zone in zones
            if f"served:{zone}" in self.graph.gates
            for node in self.graph.gates[f"served:{zone}"].children
            if node.startswith("ns:")
        ]
        degraded = tuple(self._alternatives(zones))
        tenant = self.tenants.get(self.target.domain)
        note = f"{tenant} is a name under {tenant.partition('.')[2]}, the platform's to give or take" if tenant else ""
        spares = self.spares.names_for("name")
        self._add("resolve", [self.resolve], legs=tuple(legs), degraded_by=degraded, note=note, spares=spares)

    def _zones(self) -> tuple[str, ...]:
        """The site's own zones; while its cuts are open, the one whose delegation its registry may still show."""
        cut = self.seen.value("zone", self.target.domain, ZoneCut)
        return cut.zones if cut is not None else (self.target.registrable,)

    def _alternatives(self, zones: tuple[str, ...]) -> list[str]:
        """Each name server of the site's own zones: losing one of several is a degraded state."""
        gates = self.graph.gates
        return [node for zone in zones for node in gates.get(f"served:{zone}", Gate("any")).children]

    # -- web ------------------------------------------------------------------------------------------

    def _web(self) -> str:
        front = self.seen.get("front", self.target.domain)
        page = front.value if front is not None and isinstance(front.value, FrontPage) else None
        host = page.host if page else self.target.domain
        note = ""
        asked = self.seen.ids(("front", self.target.domain))
        looked_at = page is None or any(self.seen.get(kind, host) for kind in FAMILIES)
        if not looked_at:
            note = f"the front page is served by {host}, which was not looked at: add --host {host}"
            host = self.target.domain
        node, legs = self._served_host(host)
        children = [node]
        if page is None:
            # Which host serves the page is open: what ends every candidate would end it, if it is one of them.
            candidates = [self._served_host(each)[0] for each in self.target.hosts if each not in self.target.named]
            elsewhere = self.operators.hoped("hosting", f"another host than {self.target.domain}", asked)
            children = [
                self.graph.gate("web:candidates", "any", [*candidates, elsewhere]),
                self.operators.open_question("hosting", f"front page of {self.target.domain}", asked),
            ]
        elif not looked_at:
            children.append(self.operators.open_question("hosting", f"front page at {page.host}", asked))
        elif page.status >= 500 or page.status == 403:
            children.append(self.operators.open_question("hosting", f"front page of {host}", asked))
            note = f"the front page answers {page.status}"
        aside = [h for h in self.target.hosts if h != host and h not in self.target.named and self._exists(h)]
        degraded = [self._served_host(each)[0] for each in aside] + self._third_parties(host)
        degraded += list(self.graph.gates[f"legs:{host}"].children if f"legs:{host}" in self.graph.gates else ())
        if note == "" and aside:
            note = f"served at {host}; without {', '.join(aside)} it is only degraded"
        spares = self.spares.names_for("page")
        self._add("web", children, legs=legs, degraded_by=tuple(degraded), note=note, spares=spares)
        self.web_host = host
        return "function:web"

    def _exists(self, host: str) -> bool:
        return any(self.seen.value(kind, host, Addresses) for kind in FAMILIES)

    def _named_host(self, host: str) -> None:
        node, legs = self._served_host(host)
        degraded = tuple(self.graph.gates[f"legs:{host}"].children)
        self._add(f"web:{host}", [node], legs=legs, degraded_by=degraded)

    def _served_host(self, host: str) -> tuple[str, tuple[Leg, ...]]:
        """The node for "this host answers", with its address legs."""
        node = f"host:{host}"
        found, _ = self.names.addresses(host)
        if node not in self.graph.gates:
            legs = {address: self._address_leg(host, address) for address in found}
            serving = self.names.any_leg(f"legs:{host}", "hosting", host, legs)
            spared = self.graph.spares(f"legs-or-standby:{host}", serving, self.spares.origins(host))
            self.graph.gate(node, "all", [spared])
        shown = [self._address_view(host, address) for address in found]
        return node, tuple(shown)

    def _address_leg(self, host: str, address: str) -> str:
        subject = f"{host} {address}"
        children = self.legs.nodes(host, address, subject, Hold(self.times.spread(host)))
        item = self.seen.get("web", subject)
        answered = item is not None and isinstance(item.value, WebAnswer) and item.value.status < 500
        if not answered:
            children.append(self.operators.open_question("hosting", subject, self.seen.ids(("web", subject))))
        return self.graph.gate(f"leg:{host}:{address}", "all", children)

    def _address_view(self, host: str, address: str) -> Leg:
        """An address leg for a person to read, with what is known of the origin behind it."""
        edges = self.who.edges(host, address)
        fronts = [each for each in (*edges, *self.who.networks.of(address)) if self.who.fronts(each)]
        behind = [each for each in edges if not self.who.fronts(each)]
        hidden = f"origin behind {fronts[0].provider} is hidden" if fronts and not behind else ""
        role = "cdn" if fronts else "hosting"
        return self.graph.leg(role, f"{host} {address}", f"leg:{host}:{address}", hidden)

    def _third_parties(self, host: str) -> list[str]:
        """Leaves for those who serve scripts and styles that the front page waits for: their loss degrades it."""
        page = self.seen.value("page", host, Page)
        nodes = []
        for foreign in sorted({r.host for r in page.resources if r.blocking} if page else ()):
            if self.seen.get("resource", foreign) is not None:
                nodes.append(self.operators.operator("page", foreign, self.who.resource(foreign)))
        return nodes

    # -- mail -----------------------------------------------------------------------------------------

    def _mail_receive(self) -> None:
        item = self.seen.get("mx", self.target.domain)
        if item is None or item.unknown is not None:
            self._add("mail_receive", [], applies="maybe", unknown=self.seen.ids(("mx", self.target.domain)))
            return
        if not isinstance(item.value, MailExchangers):
            self._add("mail_receive", [], applies="no", note=f"no mail exchanger: {item.absent or item.not_applicable}")
            return
        nodes, legs = [], []
        for host in dict.fromkeys(each.host for each in item.value.exchangers):
            node = self._mail_leg(host)
            nodes.append(node)
            legs.append(self.graph.leg("mail", host, node))
        serving = self.graph.gate("mail:any", "any", nodes)
        any_leg = self.graph.spares("mail:any-or-standby", serving, self.spares.exchangers())
        self._add("mail_receive", [self.resolve, any_leg], legs=tuple(legs), degraded_by=tuple(nodes))

    def _mail_leg(self, host: str) -> str:
        found, _ = self.names.addresses(host)
        operator = self.who.mail_exchanger(host, found)
        hold = Hold(self.times.exchangers(self.target.domain), regions=self.legs.told(host))
        legs = {
            address: self.graph.gate(
                f"mx:{host}:{address}", "all", self.operators.host_network("mail", host, address, operator, hold)
            )
            for address in found
        }
        named = [self.operators.operator("mail", host, operator, hold)] if operator is not None else []
        children = [*named, self.names.any_leg(f"mx:{host}:addresses", "mail", host, legs)]
        return self.graph.gate(f"mx:{host}", "all", children)

    def _mail_send(self) -> None:
        item = self.seen.get("spf", self.target.domain)
        asked = self.seen.ids(("spf", self.target.domain))
        if item is None or item.unknown is not None:
            self._add("mail_send", [], applies="maybe", unknown=asked)
            return
        nodes = self._signers()
        if isinstance(item.value, Spf):
            nodes += self._senders(item.value, item.id)
        if not nodes:
            lets_nobody = isinstance(item.value, Spf)
            note = "its SPF record lets nobody send" if lets_nobody else "no SPF record or DKIM key says who may send"
            self._add("mail_send", [], applies="no", note=note)
            return
        known = [node for node in nodes if not node.startswith("open:")]
        if not known:
            self._add("mail_send", [], applies="maybe", unknown=asked)
            return
        shown = [self.graph.leg("sending", self._sender_name(node), node) for node in known]
        senders = self.graph.gate("send:any", "any", nodes)
        self._add("mail_send", [self.resolve, senders], legs=tuple(shown), degraded_by=tuple(nodes))

    def _sender_name(self, node: str) -> str:
        leaf = self.graph.head(node)
        return leaf.subject if leaf is not None else node.partition(":")[2]

    def _senders(self, spf: Spf, evidence: str) -> list[str]:
        """Everybody whom an SPF record lets send: one node each."""
        nodes = [self.operators.operator("sending", each, self.who.sender(each, evidence)) for each in spf.includes]
        for network in spf.networks:
            address = network.split("/")[0]
            if self.seen.get("origin", address) is None:
                nodes.append(self.operators.open_question("sending", network, (evidence,)))
            else:
                children = self.operators.network("sending", network, address)
                nodes.append(self.graph.gate(f"sender:{network}", "all", children))
        for other in self.seen.of("spf"):
            if other.unknown is not None and other.subject != self.target.domain:
                # An include that could not be read may authorise anybody.
                nodes.append(self.operators.open_question("sending", other.subject, (other.id,)))
        if spf.uses_mx and "mail:any" in self.graph.gates:
            nodes.append("mail:any")
        if spf.uses_a:
            nodes.append(self._served_host(self.target.domain)[0])
        return list(dict.fromkeys(nodes))

    def _signers(self) -> list[str]:
        """Services whose DKIM keys the site publishes by a CNAME: they send in its name."""
        nodes = []
        for item in self.seen.of("dkim"):
            if item.unknown is not None:
                nodes.append(self.operators.open_question("sending", item.subject, (item.id,)))
            elif isinstance(item.value, Dkim) and item.value.target:
                operator = self.who.signer(item.value.target, item.id)
                nodes.append(self.operators.operator("sending", item.value.target, operator))
        return nodes

    # -- installs -------------------------------------------------------------------------------------

    def _install(self, platform: Literal["ios", "android"]) -> None:
        name = f"install_{platform}"
        item = self.seen.get("apps", self.target.domain)
        links = item.value if item is not None and isinstance(item.value, AppLinks) else None
        apps = [app for app in links.apps if app.platform == platform] if links else []
        open_source = item is None or item.unknown is not None or bool(links and links.unread)
        asked = self.seen.ids(("apps", self.target.domain))
        if not apps and open_source:
            self._add(name, [], applies="maybe", loss="no_new_installs", unknown=asked)
            return
        if not apps:
            self._add(name, [], applies="no", loss="no_new_installs", note=f"the site names no {platform} app")
            return
        nodes, legs = self.stores.listings(apps, platform)
        for node, leg in self.stores.outside(platform, self.web):
            nodes.append(node)
            legs.append(leg)
        if open_source:
            nodes.append(self.operators.open_question("app_store", f"further ways to install ({platform})", asked))
        ways = self.graph.gate(f"{name}:ways", "any", nodes)
        spared = any(proof.spare is not None and proof.passes is not False for proof in self.proofs.all)
        note = "an app goes on asking for the site's own name, whatever spare there is" if spared else ""
        self._add(
            name,
            [self.web, ways],
            loss="no_new_installs",
            legs=tuple(legs),
            degraded_by=tuple(nodes),
            note=note,
        )

    # -- certificates ---------------------------------------------------------------------------------

    def _renew(self) -> None:
        host = self.web_host
        current = [item for item in self.seen.of("tls") if item.subject.split(" ")[0] == host]
        if current and all(item.not_applicable is not None for item in current):
            self._add("renew_certificate", [], applies="no", loss="cannot_renew", note="the site uses no TLS")
            return
        nodes = []
        for item in current:
            operator = self.who.certificate_authority(item)
            if operator is not None:
                nodes.append(self.operators.operator("ca", host, operator))
            elif item.unknown is not None:
                nodes.append(self.operators.open_question("ca", item.subject, (item.id,)))
        caa = self.seen.get("caa", host)
        note = self._allowed(host, caa, nodes)
        nodes = list(dict.fromkeys(nodes))
        legs = [self.graph.leg("ca", host, node) for node in nodes if self.graph.head(node) is not None]
        if not current:
            self._add(
                "renew_certificate", [], applies="maybe", loss="cannot_renew", unknown=self.seen.ids(("caa", host))
            )
            return
        if self.seen.value("front", self.target.domain, FrontPage) is None:
            # Which host's certificate matters is open.
            nodes[:] = [self.operators.open_question("ca", f"front page of {self.target.domain}", ())]
        authorities = self.graph.gate("ca:any", "any", nodes)
        self._add(
            "renew_certificate",
            [self.resolve, authorities],
            loss="cannot_renew",
            legs=tuple(legs),
            note=note,
            begins=self.times.certificates((*self.target.hosts, self.web_host)),
        )

    def _allowed(self, host: str, caa: Evidence | None, nodes: list[str]) -> str:
        """Add to ``nodes`` the authorities that CAA allows, take away those that it forbids; say which case it is."""
        if caa is None or caa.unknown is not None:
            # CAA might forbid even the present authority.
            nodes[:] = [self.operators.open_question("ca", f"authorities for {host}", self.seen.ids(("caa", host)))]
            return "whether CAA lets another authority issue is unknown"
        if not isinstance(caa.value, Caa):
            nodes.append(self.graph.gate("ca:another", "all"))
            return "no CAA record: any public authority may issue"
        allowed = [self.who.permitted_authority(name, caa.id) for name in caa.value.issue]
        permitted = {operator.provider for operator in allowed}
        nodes[:] = [node for node in nodes if self._provider_of(node) in (None, *permitted)]
        for operator in allowed:
            nodes.append(self.operators.operator("ca", host, operator))
        return f"CAA at {caa.value.owner} lets {', '.join(sorted(permitted)) or 'nobody'} issue"

    def _provider_of(self, node: str) -> str | None:
        leaf = self.graph.head(node)
        return leaf.domains.get("provider", ("",))[0] if leaf is not None else None
