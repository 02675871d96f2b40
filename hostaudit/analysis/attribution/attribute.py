"""Attribution: derives operators, with a confidence and its reasons, from the evidence and the provider catalogue.

The confidence of an attribution follows from the clues that support it (strengths: ``catalogue/confidence.py``).
Independent kinds of clue add up. A clue for another company lowers the result and is kept beside it. A subject that
matches nothing keeps the id ``unknown:<what>`` and still counts as one operator.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hostaudit import domain
from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.analysis.attribution.networks import Networks
from hostaudit.analysis.attribution.operator import Hint, Naming, Operator, slug
from hostaudit.analysis.attribution.ownership import Ownership
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
    """Finds the operators of one site's subjects. Each method is a pure function of the evidence and the catalogue."""

    def __init__(self, seen: EvidenceIndex, catalogue: Catalogue, own: str, ownership: Ownership | None = None) -> None:
        """``own`` is the name that the site holds, from a registrar or under a platform's suffix. A host under this
        name is operated by the site itself, whatever network it is in. ``ownership``: without it, nothing is
        declared."""
        self.seen = seen
        self.catalogue = catalogue
        self.naming = Naming(catalogue)
        self.networks = Networks(seen, catalogue)
        self.own = own
        self.ownership = ownership or Ownership(seen, catalogue, own)
        self._soas: dict[str, dict[str, None]] | None = None
        self._edges: dict[tuple[str, str], tuple[Operator, ...]] = {}

    def parent_name(self, operator: Operator) -> str:
        """The name, for people, of the company behind an operator."""
        known = self.catalogue.provider(operator.provider) is not None
        return self.catalogue.parent_name(operator.parent) if known else operator.name

    # -- names ------------------------------------------------------------------------------------

    def registry(self, tld: str, because: tuple[str, ...]) -> Operator:
        """The operator of a top-level domain (RFC 9499: registry)."""
        clues = self.catalogue.registry(tld)
        found = self.naming.best([Hint(clue, "") for clue in clues], because)
        sponsor = self.catalogue.sponsor(tld)
        if found is None and sponsor:
            return self.naming.unlisted(f"registry-{slug(sponsor)}", sponsor, because)
        return found or self.naming.unlisted(f"registry-{tld}", f"the registry of .{tld}", because)

    def registrar(self, name: str) -> Operator | None:
        """The registrar of a registrable name, which can put it on hold. None if its registration data was not asked
        for."""
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
        """The platform that assigns and withdraws the names under the suffix (``github.io``) of a host. None if the
        Public Suffix List has no such suffix."""
        suffix = domain.platform_suffix(host)
        if suffix is None:
            return None
        clues = (*self.catalogue.cname(host), *self.catalogue.host(host))
        found = self.naming.best([Hint(clue, "") for clue in clues], ())
        return found or self.naming.unlisted(suffix, f"the platform of {suffix}", ())

    # -- name servers, mail exchangers ------------------------------------------------------------

    def nameserver(self, host: str, addresses: tuple[str, ...]) -> Operator | None:
        """The operator of a name server by its host name; None if only the network of its addresses shows the
        operator."""
        return self._named_host(host, addresses, self.catalogue.ns(host), "dns")

    def mail_exchanger(self, host: str, addresses: tuple[str, ...]) -> Operator | None:
        """The operator of an MX host by its host name; None if only the network of its addresses shows the operator."""
        return self._named_host(host, addresses, self.catalogue.mx(host), "mail")

    def _named_host(self, host: str, addresses: tuple[str, ...], clues: Iterable[Clue], role: str) -> Operator | None:
        asked = self.seen.naming(host, *addresses) + self.seen.unanswered(("a", host), ("aaaa", host))
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
        return self.naming.behind_name(name, asked + around, certain=sure_of_all, networks=tuple(networks))

    def _chiefly(self, operator: Operator, role: str) -> bool:
        """True if the main purpose of an operator's networks is a service in this role: then a foreign host name in
        them is a name that a customer chose. In a network of rented servers, any tenant may run a service of its
        own."""
        provider = self.catalogue.provider(operator.provider)
        if provider is None or not provider.serves(role):
            return False
        kinds = [BROAD.get(each, each) for each in (*provider.usual, *provider.roles)]
        return next((each for each in kinds if each in (role, "hosting")), "") == role

    def told_by_zone(self, zone: str, operator: Operator) -> tuple[str, ...]:
        """The evidence in the SOA of a zone for an operator of its servers. mname and rname are free text (RFC 1035
        section 3.3.13), so they only support the evidence of the addresses and never attribute alone."""
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
        """The operator of the network of a name server or mail exchanger whose name belongs to the site."""
        told = self.told_by_zone(zone, operator) if zone else ()
        unsure = (1 - operator.confidence) * (1 - STRENGTH["soa"] if told else 1)
        note = f"{host} is a private name, hosted by {operator.name}"
        sure = max(operator.confidence, min(MOST, round(1 - unsure, 2)))
        return replace(operator, clues=(*operator.clues, *told, note), confidence=sure)

    # -- the web ----------------------------------------------------------------------------------

    def edges(self, host: str, address: str) -> tuple[Operator, ...]:
        """The further operators in one address leg of a host, by the CNAME chain, the host's own name and the
        headers."""
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
            # The registered holder supports an operator and never names one alone: so a failed look-up hides nobody.
            if combine([hint.clue for hint in own if hint.clue.kind != "organisation"]) >= ENOUGH:
                operators.append(self._in_network(self.naming.operator(provider, own, ()), address))
        known = {operator.provider for operator in operators}
        operators += [each for each in self.networks.holders(address) if each.provider not in known]
        return (*operators, *tenancies.values())

    def _in_network(self, operator: Operator, address: str) -> Operator:
        """An operator known by names and headers, with the clues for it as the company that announces the address."""
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
        """The providers that the hints name, without each product whose clues all support another product of its
        company too."""
        told: dict[str, set[str]] = {}
        for hint in hints:
            told.setdefault(hint.clue.provider, set()).add(f"{hint.clue.kind} {hint.clue.value}")
        return [
            each
            for each, clues in told.items()
            if not any(clues < others and self.naming.same(each, other) for other, others in told.items())
        ]

    def fronts(self, operator: Operator) -> bool:
        """True if an operator of an address leg is a content network, which hides the origin.

        Many companies are both; their first role in the catalogue is the usual purpose of their addresses.
        """
        return self.naming.first_place(operator.provider) == "cdn"

    def certificate_authority(self, item: Evidence) -> Operator | None:
        """The issuer of the certificate of one leg. None if the item holds no certificate."""
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
        """The authority that a CAA ``issue`` property permits to issue (RFC 8659 section 4.2)."""
        hints = [Hint(clue, evidence) for clue in self.catalogue.caa(name)]
        return self.naming.best(hints, (evidence,)) or self.naming.unlisted(f"ca-{slug(name)}", name, (evidence,))

    # -- senders, page, stores --------------------------------------------------------------------

    def sender(self, include: str, evidence: str) -> Operator:
        """The operator that an SPF include authorises to send mail."""
        hints = [Hint(clue, evidence) for clue in self.catalogue.spf(include)]
        name = domain.registrable(include) or include
        return self.naming.best(hints, (evidence,)) or self.naming.behind_name(name, (evidence,))

    def signer(self, host: str, evidence: str) -> Operator:
        """The operator that signs mail with the DKIM key to which a selector's CNAME leads."""
        clues = (*self.catalogue.spf(host), *self.catalogue.mx(host), *self.catalogue.cname(host))
        name = domain.registrable(host) or host
        found = self.naming.best([Hint(clue, evidence) for clue in clues], (evidence,))
        return found or self.naming.behind_name(name, (evidence,))

    def resource(self, host: str) -> Operator:
        """The operator of a third-party host of the front page, by its name, its CNAME chain, or else its network."""
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
        return self.naming.behind_name(name, asked, certain=value is not None)

    def store(self, provider: str, evidence: tuple[str, ...]) -> Operator:
        """The operator of an app store, whose id the look-up itself names."""
        if self.catalogue.provider(provider) is None:
            return self.naming.unlisted(provider, provider, evidence)
        return replace(self.naming.operator(provider, [], evidence), confidence=0.99)

    def declared(self, provider: str, parent: str = "") -> Operator:
        """An operator that only the site file declares. ``parent``: its company, for a provider outside the
        catalogue."""
        record = self.catalogue.provider(provider)
        company = parent or self.catalogue.parent(provider)
        name = record.name if record else provider
        clues = ("declared in the site file",)
        country, above = self.catalogue.jurisdiction(provider), self.catalogue.owner_jurisdiction(provider)
        return Operator(provider, company, name, country, 0.5, (), clues, owner_jurisdiction=above)

    # -- companies behind an operator -------------------------------------------------------------

    def account(self, operator: Operator) -> str:
        """The product under whose customer account this operator's product is sold."""
        return self.catalogue.account(operator.provider)

    def provider_name(self, identity: str) -> str:
        """The name of a product, for people."""
        record = self.catalogue.provider(identity)
        return record.name if record is not None else identity

    def behind(self, role: str, subject: str, operator: Operator) -> tuple[Operator, ...]:
        """The products of other companies without which an operator does not serve ``subject`` in a role: what its own
        product rests on, and for a registry the back end of the top-level domain."""
        found = self.upstreams(operator, role)
        if role != "registry":
            return found
        hints = [Hint(clue, "") for clue in self.catalogue.back_end(subject)]
        end = self.naming.best(hints, operator.because)
        known = {operator.parent, *(each.parent for each in found)}
        if end is None or end.parent in known:
            return found
        return (*found, replace(end, clues=(f"back end of .{subject}: {hints[0].clue.entry}",)))

    def upstreams(self, operator: Operator, role: str) -> tuple[Operator, ...]:
        """The products of other companies without which the operator's own does not work in a role, and the products
        behind those."""
        found: dict[str, Operator] = {}
        stack = [operator]
        while stack:
            above = stack.pop()
            record = self.catalogue.provider(above.provider)
            for each in record.depends_on if record is not None else ():
                if each.on in found or each.on == operator.provider:
                    continue
                if above is operator and not each.holds(role):
                    continue
                clue = f"{record.name if record else above.provider} rests on it: {each.source}"
                found[each.on] = replace(
                    self.naming.operator(each.on, [], operator.because), confidence=operator.confidence, clues=(clue,)
                )
                stack.append(found[each.on])
        return tuple(found[key] for key in sorted(found))
