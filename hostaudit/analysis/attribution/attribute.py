"""Who operates what was seen: evidence and the provider catalogue become operators with a confidence and its reasons.

How sure an attribution is follows from the clues that speak for it (strengths: ``catalogue/confidence.py``):
independent kinds of clue add up, a clue for another company lowers the result and is kept beside it. What matches
nothing stays as ``unknown:<what>`` and still counts as one operator.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hostaudit import domain
from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.analysis.attribution.networks import Networks
from hostaudit.analysis.attribution.operator import Hint, Naming, Operator, slug
from hostaudit.analysis.catalogue.catalogue import Catalogue
from hostaudit.analysis.catalogue.confidence import CONTRADICTED, ENOUGH, MOST, STRENGTH, combine
from hostaudit.model.evidence import Evidence
from hostaudit.model.match import Clue
from hostaudit.model.roles import BROAD
from hostaudit.model.values import (
    Addresses,
    Certificate,
    HostAddress,
    Kind,
    Registration,
    ServerAnswer,
    WebAnswer,
    evidence_id,
)

FAMILIES: tuple[Kind, ...] = ("a", "aaaa")


class Attribution:
    """Operators of one site's subjects. Each method is a pure function of the evidence and the catalogue."""

    def __init__(self, seen: EvidenceIndex, catalogue: Catalogue, own: str) -> None:
        """``own`` is the name that the site holds, from a registrar or under a platform's suffix: what bears it is
        run by the site, on whatever network it lies."""
        self.seen = seen
        self.catalogue = catalogue
        self.naming = Naming(catalogue)
        self.networks = Networks(seen, catalogue)
        self.own = own
        self._soas: dict[str, dict[str, None]] | None = None
        self._edges: dict[tuple[str, str], tuple[Operator, ...]] = {}

    def parent_name(self, operator: Operator) -> str:
        """What a person calls the company behind an operator."""
        known = self.catalogue.provider(operator.provider) is not None
        return self.catalogue.parent_name(operator.parent) if known else operator.name

    # -- names ------------------------------------------------------------------------------------

    def registry(self, tld: str, because: tuple[str, ...]) -> Operator:
        """Who runs a top-level domain (RFC 9499: registry)."""
        clues = self.catalogue.registry(tld)
        return self.naming.best([Hint(clue, "") for clue in clues], because) or self.naming.unlisted(
            f"registry-{tld}", f"the registry of .{tld}", because
        )

    def registrar(self, name: str) -> Operator | None:
        """Who sold a registrable name and can put it on hold. None if nobody asked for its registration data."""
        item = self.seen.get("registration", name)
        if item is None:
            return None
        value = item.value
        if not isinstance(value, Registration) or not (value.registrar or value.iana_id):
            return self.naming.unlisted(f"registrar-of-{name}", f"the registrar of {name}", (item.id,), certain=False)
        clues = self.catalogue.registrar(value.registrar or "", value.iana_id)
        hints = [Hint(clue, item.id) for clue in clues]
        label = value.registrar or f"registrar {value.iana_id}"
        return self.naming.best(hints, (item.id,)) or self.naming.unlisted(
            f"registrar-{slug(label)}", label, (item.id,)
        )

    def platform(self, host: str) -> Operator | None:
        """Who gives and takes the names under the suffix of a platform (``github.io``) in which a host lies. None if
        the Public Suffix List knows of none."""
        suffix = domain.platform_suffix(host)
        if suffix is None:
            return None
        clues = (*self.catalogue.cname(host), *self.catalogue.host(host))
        found = self.naming.best([Hint(clue, "") for clue in clues], ())
        return found or self.naming.unlisted(suffix, f"the platform of {suffix}", ())

    # -- name servers, mail exchangers ------------------------------------------------------------

    def nameserver(self, host: str, addresses: tuple[str, ...]) -> Operator | None:
        """Who operates a name server by its name; None if that is whoever announces its addresses."""
        return self._named_host(host, addresses, self.catalogue.ns(host), "dns")

    def mail_exchanger(self, host: str, addresses: tuple[str, ...]) -> Operator | None:
        """Who takes in mail at an MX host by its name; None if that is whoever announces its addresses."""
        return self._named_host(host, addresses, self.catalogue.mx(host), "mail")

    def _named_host(self, host: str, addresses: tuple[str, ...], clues: Iterable[Clue], role: str) -> Operator | None:
        asked = self.seen.ids(("a", host), ("aaaa", host))
        by_name = [Hint(clue, "") for clue in clues]
        networks = [operator for address in addresses for operator in self.networks.of(address)]
        around = tuple(dict.fromkeys(e for operator in networks for e in operator.because))
        found = self.naming.best(by_name, asked + around)
        if found is not None:
            same = [n for n in networks if n.parent == found.parent]
            sure = min(0.99, round(1 - (1 - found.confidence) * (0.5 if same else 1.0), 2))
            return replace(found, confidence=sure)
        name = domain.registrable(host) or host
        offered = any(self._chiefly(operator, role) for operator in networks)
        if networks and (offered or domain.lies_under(host, self.own)):
            return None
        sure_of_all = bool(networks) and all(operator.certain for operator in networks)
        return self.naming.unlisted(name, f"the operator of {name}", asked + around, certain=sure_of_all)

    def _chiefly(self, operator: Operator, role: str) -> bool:
        """Whether the networks of an operator are there for a service in this role: a foreign name in them is one
        that it lets its customers give. In a network of rented servers anybody may run a service of his own."""
        provider = self.catalogue.provider(operator.provider)
        if provider is None or not provider.serves(role):
            return False
        kinds = [BROAD.get(each, each) for each in (*provider.usual, *provider.roles)]
        return next((each for each in kinds if each in (role, "hosting")), "") == role

    def told_by_zone(self, zone: str, operator: Operator) -> tuple[str, ...]:
        """What the SOA of a zone says for an operator of its servers: mname and rname are free text (RFC 1035 section
        3.3.13), so that they support what addresses tell, and never tell anything alone."""
        if self._soas is None:
            self._soas = {}
            for item in self.seen.of("server"):
                if isinstance(item.value, ServerAnswer):
                    names = self._soas.setdefault(item.value.zone, {})
                    names.update({name: None for name in (item.value.mname, item.value.rname) if name})
        names = self._soas.get(zone, {})
        return tuple(
            f"soa {name}"
            for name in names
            if any(self.naming.same(clue.provider, operator.provider) for clue in self.catalogue.ns(name))
        )

    def private_name(self, host: str, zone: str, operator: Operator) -> Operator:
        """The operator of a network in which a name server or mail exchanger with a name of its own stands."""
        told = self.told_by_zone(zone, operator) if zone else ()
        unsure = (1 - operator.confidence) * (1 - STRENGTH["soa"] if told else 1)
        note = f"{host} is a private name, hosted by {operator.name}"
        sure = max(operator.confidence, min(MOST, round(1 - unsure, 2)))
        return replace(operator, clues=(*operator.clues, *told, note), confidence=sure)

    # -- the web ----------------------------------------------------------------------------------

    def edges(self, host: str, address: str) -> tuple[Operator, ...]:
        """Who else stands in one address leg of a host: by the CNAME chain, the host's own name and the headers."""
        if (host, address) not in self._edges:
            self._edges[host, address] = self._find_edges(host, address)
        return self._edges[host, address]

    def _find_edges(self, host: str, address: str) -> tuple[Operator, ...]:
        hints: list[Hint] = []
        tenancies: dict[str, Operator] = {}
        for kind in FAMILIES:
            value = self.seen.value(kind, host, Addresses)
            if value is None or address not in value.addresses:
                continue
            for name in (*(alias.target for alias in value.chain), host):
                clues = self.catalogue.cname(name)
                hints += [Hint(clue, f"{kind}:{host}") for clue in clues]
                suffix = None if clues else domain.platform_suffix(name)
                if suffix is not None:
                    tenancies[suffix] = self.naming.unlisted(suffix, f"the platform of {suffix}", (f"{kind}:{host}",))
        at = HostAddress(host, address)
        answer = self.seen.value("web", at, WebAnswer)
        if answer is not None:
            hints += [Hint(clue, evidence_id("web", at)) for clue in self.catalogue.headers(answer.headers)]
        support = self.networks.hints(address)
        operators = []
        for provider in self._most_exact(hints):
            own = [hint for hint in hints if hint.clue.provider == provider]
            own += [hint for hint in support if hint.clue.provider == provider]
            # The registered holder strengthens an operator and never makes one: a look-up that failed hides nobody.
            if combine([hint.clue for hint in own if hint.clue.kind != "organisation"]) >= ENOUGH:
                operators.append(self._in_network(self.naming.operator(provider, own, ()), address))
        known = {operator.provider for operator in operators}
        operators += [each for each in self.networks.holders(address) if each.provider not in known]
        return (*operators, *tenancies.values())

    def _in_network(self, operator: Operator, address: str) -> Operator:
        """An operator told by names and headers, with what is said of it as the one who announces the address."""
        for network in self.networks.of(address):
            if network.provider == operator.provider:
                doubt = CONTRADICTED if network.contradicts else 1.0
                return replace(
                    operator,
                    confidence=round(operator.confidence * doubt, 2),
                    because=tuple(dict.fromkeys((*operator.because, *network.because))),
                    clues=tuple(dict.fromkeys((*operator.clues, *network.clues))),
                    contradicts=network.contradicts,
                    against=network.against,
                )
        return operator

    def _most_exact(self, hints: list[Hint]) -> list[str]:
        """The providers that hints name, without a product of which all clues speak for another of its company too."""
        told: dict[str, set[str]] = {}
        for hint in hints:
            told.setdefault(hint.clue.provider, set()).add(f"{hint.clue.kind} {hint.clue.value}")
        return [
            each
            for each, clues in told.items()
            if not any(clues < others and self.naming.same(each, other) for other, others in told.items())
        ]

    def fronts(self, operator: Operator) -> bool:
        """Whether an operator of an address leg is a content network, behind which the origin cannot be seen.

        Many companies are both; the first of the roles in the catalogue is what their addresses mostly are.
        """
        return self.naming.first_place(operator.provider) == "cdn"

    def certificate_authority(self, item: Evidence) -> Operator | None:
        """Who issued the certificate of one leg. None if the item holds no certificate."""
        value = item.value
        if not isinstance(value, Certificate):
            return None
        organisation = value.issuer.organisation or ""
        clues = self.catalogue.issuer(organisation, value.issuer.common_name or "")
        label = organisation or value.issuer.common_name or "an unnamed issuer"
        return self.naming.best([Hint(c, item.id) for c in clues], (item.id,)) or self.naming.unlisted(
            f"ca-{slug(label)}", label, (item.id,)
        )

    def permitted_authority(self, name: str, evidence: str) -> Operator:
        """Who may issue according to a CAA ``issue`` property (RFC 8659 section 4.2)."""
        hints = [Hint(clue, evidence) for clue in self.catalogue.caa(name)]
        return self.naming.best(hints, (evidence,)) or self.naming.unlisted(f"ca-{slug(name)}", name, (evidence,))

    # -- senders, page, stores --------------------------------------------------------------------

    def sender(self, include: str, evidence: str) -> Operator:
        """Who sends mail by way of an SPF include."""
        hints = [Hint(clue, evidence) for clue in self.catalogue.spf(include)]
        name = domain.registrable(include) or include
        return self.naming.best(hints, (evidence,)) or self.naming.unlisted(
            name, f"the operator of {name}", (evidence,)
        )

    def signer(self, host: str, evidence: str) -> Operator:
        """Who signs mail with the DKIM key to which a selector's CNAME leads."""
        clues = (*self.catalogue.spf(host), *self.catalogue.mx(host), *self.catalogue.cname(host))
        name = domain.registrable(host) or host
        found = self.naming.best([Hint(clue, evidence) for clue in clues], (evidence,))
        return found or self.naming.unlisted(name, f"the operator of {name}", (evidence,))

    def resource(self, host: str) -> Operator:
        """Who serves a third-party host of the front page: by its name, its CNAME chain, else its network."""
        asked = self.seen.ids(("resource", host))
        hints = [Hint(clue, "") for clue in (*self.catalogue.host(host), *self.catalogue.cname(host))]
        value = self.seen.value("resource", host, Addresses)
        for alias in value.chain if value else ():
            hints += [Hint(clue, f"resource:{host}") for clue in self.catalogue.cname(alias.target)]
        found = self.naming.best(hints, asked)
        if found is not None:
            return found
        for address in value.addresses if value else ():
            for operator in self.networks.of(address):
                if operator.certain:
                    return replace(operator, because=asked + operator.because)
        name = domain.registrable(host) or host
        return self.naming.unlisted(name, f"the operator of {name}", asked, certain=value is not None)

    def store(self, provider: str, evidence: tuple[str, ...]) -> Operator:
        """The operator of an app store, whose id the look-up itself names."""
        if self.catalogue.provider(provider) is None:
            return self.naming.unlisted(provider, provider, evidence)
        return replace(self.naming.operator(provider, [], evidence), confidence=0.99)

    def declared(self, provider: str, parent: str = "") -> Operator:
        """Who keeps something up according to the site file alone. ``parent`` for those outside the catalogue."""
        record = self.catalogue.provider(provider)
        company = parent or self.catalogue.parent(provider)
        name = record.name if record else provider
        clues = ("declared in the site file",)
        return Operator(provider, company, name, self.catalogue.jurisdiction(provider), 0.5, (), clues)

    # -- what stands behind an operator -----------------------------------------------------------

    def account(self, operator: Operator) -> str:
        """The product under whose customer account this one is sold."""
        return self.catalogue.account(operator.provider)

    def provider_name(self, identity: str) -> str:
        """What a person calls a product."""
        record = self.catalogue.provider(identity)
        return record.name if record is not None else identity

    def upstreams(self, operator: Operator) -> tuple[Operator, ...]:
        """The products of others without which an operator's own does not work, and those behind them."""
        found: dict[str, Operator] = {}
        stack = [operator]
        while stack:
            above = stack.pop()
            record = self.catalogue.provider(above.provider)
            for each in record.depends_on if record is not None else ():
                if each.on in found or each.on == operator.provider:
                    continue
                clue = f"{record.name if record else above.provider} rests on it: {each.source}"
                found[each.on] = replace(
                    self.naming.operator(each.on, [], operator.because), confidence=operator.confidence, clues=(clue,)
                )
                stack.append(found[each.on])
        return tuple(found[key] for key in sorted(found))
