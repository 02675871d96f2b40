"""Who operates what was seen: evidence and the provider catalogue become operators with a confidence and its reasons.

How sure an attribution is follows from the clues that speak for it (the table of strengths stands in ``catalogue``):
independent kinds of clue add up, a clue for another company lowers the result and is kept beside it. What matches
nothing stays as ``unknown:<what>`` and still counts as one operator.

Two companies in one address leg contradict one another only if both cannot be right. Who announces a prefix and whose
block it is may differ by contract: a content network announces the blocks of those whom it serves, and a company
without a network of its own has its block announced by another. Then both are operators of the leg.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from hostaudit import domain
from hostaudit.analysis.attribution.evidence_index import Seen
from hostaudit.analysis.catalogue.catalogue import CONTRADICTED, ENOUGH, MOST, STRENGTH, Catalogue, combine
from hostaudit.model.evidence import Evidence
from hostaudit.model.match import Clue
from hostaudit.model.report import Dependency
from hostaudit.model.roles import BROAD, Role
from hostaudit.model.values import (
    Addresses,
    Certificate,
    HostAddress,
    Kind,
    Origin,
    Owner,
    PublishedRanges,
    Registration,
    ServerAnswer,
    WebAnswer,
    evidence_id,
)

FAMILIES: tuple[Kind, ...] = ("a", "aaaa")

PLACES = ("cdn", "hosting")


@dataclass(frozen=True)
class Operator:
    """Somebody who keeps a subject up. ``certain`` is false where evidence that could name the operator is missing,
    so that it might turn out to be any company; ``asns`` and ``prefixes`` locate it in the routing system.
    ``contradicts`` is the evidence that names another company, ``against`` the clues in it, as words."""

    provider: str
    parent: str
    name: str
    jurisdiction: str | None
    confidence: float
    because: tuple[str, ...]
    clues: tuple[str, ...] = ()
    contradicts: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    certain: bool = True
    asns: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()

    def as_dependency(self, role: Role, subject: str) -> Dependency:
        """The row of the report."""
        return Dependency(
            id=f"{role}:{subject}:{self.provider}",
            role=role,
            subject=subject,
            provider=self.provider,
            parent=self.parent,
            jurisdiction=self.jurisdiction,
            confidence=self.confidence,
            because=self.because,
            contradicts=self.contradicts,
            name=self.name,
            clues=self.clues,
            against=self.against,
        )


@dataclass(frozen=True)
class Hint:
    """A clue together with the evidence that it was read from."""

    clue: Clue
    evidence: str


class Attribution:
    """Operators of one site's subjects. Each method is a pure function of the evidence and the catalogue."""

    def __init__(self, seen: Seen, catalogue: Catalogue, own: str) -> None:
        """``own`` is the name that the site holds, from a registrar or under a platform's suffix: what bears it is
        run by the site, on whatever network it lies."""
        self.seen = seen
        self.catalogue = catalogue
        self.own = own
        self._networks: dict[str, tuple[Operator, ...]] = {}
        self._holders: dict[str, tuple[Operator, ...]] = {}
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
        return self._best([Hint(clue, "") for clue in clues], because) or self._unlisted(
            f"registry-{tld}", f"the registry of .{tld}", because
        )

    def registrar(self, name: str) -> Operator | None:
        """Who sold a registrable name and can put it on hold. None if nobody asked for its registration data."""
        item = self.seen.get("registration", name)
        if item is None:
            return None
        value = item.value
        if not isinstance(value, Registration) or not (value.registrar or value.iana_id):
            return self._unlisted(f"registrar-of-{name}", f"the registrar of {name}", (item.id,), certain=False)
        clues = self.catalogue.registrar(value.registrar or "", value.iana_id)
        hints = [Hint(clue, item.id) for clue in clues]
        label = value.registrar or f"registrar {value.iana_id}"
        return self._best(hints, (item.id,)) or self._unlisted(f"registrar-{slug(label)}", label, (item.id,))

    def platform(self, host: str) -> Operator | None:
        """Who gives and takes the names under the suffix of a platform (``github.io``) in which a host lies. None if
        the Public Suffix List knows of none."""
        suffix = domain.platform_suffix(host)
        if suffix is None:
            return None
        clues = (*self.catalogue.cname(host), *self.catalogue.host(host))
        found = self._best([Hint(clue, "") for clue in clues], ())
        return found or self._unlisted(suffix, f"the platform of {suffix}", ())

    # -- networks ---------------------------------------------------------------------------------

    def network(self, address: str) -> tuple[Operator, ...]:
        """Who announces the prefix of an address, one operator per origin company (several for a MOAS prefix)."""
        if address not in self._networks:
            found = self._find_network(address)
            # A table of published ranges that could not be read may hold another company's name.
            hidden = self.seen.open("published", address)
            self._networks[address] = tuple(replace(each, certain=False) for each in found) if hidden else found
        return self._networks[address]

    def _find_network(self, address: str) -> tuple[Operator, ...]:
        item = self.seen.get("origin", address)
        origin = item.value if item is not None else None
        owner = self.seen.value("owner", address, Owner)
        held = self._holder_hints(address)
        asked = self.seen.ids(("origin", address), ("owner", address))
        if not isinstance(origin, Origin) or not origin.asns:
            named = self._best(held, asked)
            if named is not None:
                return (replace(named, certain=item is not None and item.unknown is None),)
            label = owner.organisation if owner and owner.organisation else f"the network of {address}"
            what = slug(owner.organisation) if owner and owner.organisation else address
            announced_by_nobody = item is not None and item.unknown is None and owner is not None
            return (self._unlisted(what, label, asked, certain=announced_by_nobody),)
        operators = [self._origin_operator(number, origin, held, address, asked) for number in origin.asns]
        return tuple({operator.provider: operator for operator in reversed(operators)}.values())

    def _holder_hints(self, address: str) -> list[Hint]:
        """Whose an address is said to be: in a published range, and as the registered holder."""
        owner = self.seen.value("owner", address, Owner)
        hints = self._range_hints(address, f"origin:{address}")
        if owner is not None:
            named = self.catalogue.organisation(owner.organisation or "")
            hints += [Hint(clue, f"owner:{address}") for clue in named]
        return hints

    def _origin_operator(
        self, number: int, origin: Origin, held: list[Hint], address: str, asked: tuple[str, ...]
    ) -> Operator:
        """Who announces the prefix of an address from one AS; other holders of the block are no contradiction if the
        announcer does that for others."""
        announced = [Hint(clue, f"origin:{address}") for clue in self.catalogue.asn(number)]
        beside = self._beside(announced, held)
        found = self._best(announced + [hint for hint in held if hint not in beside], asked)
        owner = self.seen.value("owner", address, Owner)
        if found is None:
            label = next(iter(origin.names), "") or (owner.organisation if owner else None) or f"AS{number}"
            # A holder that could not be looked up might have been a company of the catalogue.
            sure = not self.seen.open("owner", address)
            found = self._unlisted(f"as{number}", label, asked, certain=sure, jurisdiction=origin.country)
        notes = []
        holder = owner.organisation if owner is not None else None
        elsewhere = [hint.clue for hint in beside if hint.clue.kind == "organisation"]
        if not announced and self.catalogue.provider(found.provider) is not None:
            notes.append(f"announced by AS{number}{f' {origin.names[0]}' if origin.names else ''}")
        elif announced and holder and (elsewhere or not self.catalogue.organisation(holder)):
            notes.append(f"the block is registered to {holder[:80]}")
        # Two addresses may share a merged prefix without sharing an announcement.
        prefixes = () if origin.merged is True else (origin.prefix,)
        asns = tuple(f"AS{n}" for n in origin.asns)
        return replace(found, asns=asns, prefixes=prefixes, clues=(*found.clues, *notes))

    def _beside(self, announced: list[Hint], held: list[Hint]) -> list[Hint]:
        """The hints at holders for whom those who announce their block may do so by contract."""
        announcers = {hint.clue.provider for hint in announced}
        beside = []
        for hint in held:
            holder = hint.clue.provider
            itself = any(self._same(each, holder) for each in announcers)
            if not itself and any(self._carries(each, holder) for each in announcers):
                beside.append(hint)
        return beside

    def _carries(self, announcer: str, holder: str) -> bool:
        """Whether a company announces the block of another by contract, as far as the catalogue tells."""
        record, held = self.catalogue.provider(announcer), self.catalogue.provider(holder)
        if record is None or held is None:
            return False
        rests = any(self._same(each.on, announcer) for each in held.depends_on)
        return rests or self._first_place(announcer) == "cdn" or (not held.asns and record.serves("hosting"))

    def _same(self, one: str, other: str) -> bool:
        return self.catalogue.parent(one) == self.catalogue.parent(other)

    def holders(self, address: str) -> tuple[Operator, ...]:
        """Companies that publish the block of an address as theirs while another announces it for them. What the
        registry says of the holder is only told beside the announcer: to know it must never make a site look better
        or worse."""
        if address not in self._holders:
            origin = self.seen.value("origin", address, Origin)
            held = [hint for hint in self._holder_hints(address) if hint.clue.kind == "range"]
            found: dict[str, Operator] = {}
            for number in origin.asns if origin is not None else ():
                announced = [Hint(clue, f"origin:{address}") for clue in self.catalogue.asn(number)]
                operator = self._best(self._beside(announced, held), self.seen.ids(("origin", address)))
                if operator is not None:
                    found[operator.provider] = replace(operator, clues=(*operator.clues, f"announced by AS{number}"))
            self._holders[address] = tuple(found.values())
        return self._holders[address]

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
        networks = [operator for address in addresses for operator in self.network(address)]
        around = tuple(dict.fromkeys(e for operator in networks for e in operator.because))
        found = self._best(by_name, asked + around)
        if found is not None:
            same = [n for n in networks if n.parent == found.parent]
            sure = min(0.99, round(1 - (1 - found.confidence) * (0.5 if same else 1.0), 2))
            return replace(found, confidence=sure)
        name = domain.registrable(host) or host
        offered = any(self._chiefly(operator, role) for operator in networks)
        if networks and (offered or host == self.own or host.endswith(f".{self.own}")):
            return None
        sure_of_all = bool(networks) and all(operator.certain for operator in networks)
        return self._unlisted(name, f"the operator of {name}", asked + around, certain=sure_of_all)

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
            if any(self._same(clue.provider, operator.provider) for clue in self.catalogue.ns(name))
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
                    tenancies[suffix] = self._unlisted(suffix, f"the platform of {suffix}", (f"{kind}:{host}",))
        at = HostAddress(host, address)
        answer = self.seen.value("web", at, WebAnswer)
        if answer is not None:
            hints += [
                Hint(clue, evidence_id("web", HostAddress(host, address)))
                for clue in self.catalogue.headers(answer.headers)
            ]
        support = self._network_hints(address)
        operators = []
        for provider in self._most_exact(hints):
            own = [hint for hint in hints if hint.clue.provider == provider]
            own += [hint for hint in support if hint.clue.provider == provider]
            # The registered holder strengthens an operator and never makes one: a look-up that failed hides nobody.
            if combine([hint.clue for hint in own if hint.clue.kind != "organisation"]) >= ENOUGH:
                operators.append(self._in_network(self._operator(provider, own, ()), address))
        known = {operator.provider for operator in operators}
        operators += [each for each in self.holders(address) if each.provider not in known]
        return (*operators, *tenancies.values())

    def _in_network(self, operator: Operator, address: str) -> Operator:
        """An operator told by names and headers, with what is said of it as the one who announces the address."""
        for network in self.network(address):
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
            if not any(clues < others and self._same(each, other) for other, others in told.items())
        ]

    def _network_hints(self, address: str) -> list[Hint]:
        origin = self.seen.value("origin", address, Origin)
        hints = self._holder_hints(address)
        for number in origin.asns if origin else ():
            hints += [Hint(clue, f"origin:{address}") for clue in self.catalogue.asn(number)]
        return hints

    def _range_hints(self, address: str, evidence: str) -> list[Hint]:
        """In whose ranges an address lies: as published when it was looked at, else as the catalogue has them."""
        found = self.seen.value("published", address, PublishedRanges)
        hints = [Hint(c, f"published:{address}") for c in self.catalogue.published(found.ranges if found else ())]
        fresh = {self.catalogue.parent(hint.clue.provider) for hint in hints}
        known = self.catalogue.address(address)
        return hints + [Hint(c, evidence) for c in known if self.catalogue.parent(c.provider) not in fresh]

    def fronts(self, operator: Operator) -> bool:
        """Whether an operator of an address leg is a content network, behind which the origin cannot be seen.

        Many companies are both; the first of the roles in the catalogue is what their addresses mostly are.
        """
        return self._first_place(operator.provider) == "cdn"

    def _first_place(self, identity: str) -> str:
        provider = self.catalogue.provider(identity)
        broad = [BROAD.get(role, role) for role in provider.roles] if provider is not None else []
        return next((role for role in broad if role in PLACES), "")

    def certificate_authority(self, item: Evidence) -> Operator | None:
        """Who issued the certificate of one leg. None if the item holds no certificate."""
        value = item.value
        if not isinstance(value, Certificate):
            return None
        organisation = value.issuer.organisation or ""
        clues = self.catalogue.issuer(organisation, value.issuer.common_name or "")
        label = organisation or value.issuer.common_name or "an unnamed issuer"
        return self._best([Hint(c, item.id) for c in clues], (item.id,)) or self._unlisted(
            f"ca-{slug(label)}", label, (item.id,)
        )

    def permitted_authority(self, name: str, evidence: str) -> Operator:
        """Who may issue according to a CAA ``issue`` property (RFC 8659 section 4.2)."""
        hints = [Hint(clue, evidence) for clue in self.catalogue.caa(name)]
        return self._best(hints, (evidence,)) or self._unlisted(f"ca-{slug(name)}", name, (evidence,))

    # -- senders, page, stores --------------------------------------------------------------------

    def sender(self, include: str, evidence: str) -> Operator:
        """Who sends mail by way of an SPF include."""
        hints = [Hint(clue, evidence) for clue in self.catalogue.spf(include)]
        name = domain.registrable(include) or include
        return self._best(hints, (evidence,)) or self._unlisted(name, f"the operator of {name}", (evidence,))

    def signer(self, host: str, evidence: str) -> Operator:
        """Who signs mail with the DKIM key to which a selector's CNAME leads."""
        clues = (*self.catalogue.spf(host), *self.catalogue.mx(host), *self.catalogue.cname(host))
        name = domain.registrable(host) or host
        found = self._best([Hint(clue, evidence) for clue in clues], (evidence,))
        return found or self._unlisted(name, f"the operator of {name}", (evidence,))

    def resource(self, host: str) -> Operator:
        """Who serves a third-party host of the front page: by its name, its CNAME chain, else its network."""
        asked = self.seen.ids(("resource", host))
        hints = [Hint(clue, "") for clue in (*self.catalogue.host(host), *self.catalogue.cname(host))]
        value = self.seen.value("resource", host, Addresses)
        for alias in value.chain if value else ():
            hints += [Hint(clue, f"resource:{host}") for clue in self.catalogue.cname(alias.target)]
        found = self._best(hints, asked)
        if found is not None:
            return found
        for address in value.addresses if value else ():
            for operator in self.network(address):
                if operator.certain:
                    return replace(operator, because=asked + operator.because)
        name = domain.registrable(host) or host
        return self._unlisted(name, f"the operator of {name}", asked, certain=value is not None)

    def store(self, provider: str, evidence: tuple[str, ...]) -> Operator:
        """The operator of an app store, whose id the look-up itself names."""
        if self.catalogue.provider(provider) is None:
            return self._unlisted(provider, provider, evidence)
        return replace(self._operator(provider, [], evidence), confidence=0.99)

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
                    self._operator(each.on, [], operator.because), confidence=operator.confidence, clues=(clue,)
                )
                stack.append(found[each.on])
        return tuple(found[key] for key in sorted(found))

    # -- combining --------------------------------------------------------------------------------

    def _best(self, hints: list[Hint], because: tuple[str, ...]) -> Operator | None:
        """The company for which most speaks, and its product for which the strongest clue does; clues for other
        companies are kept as contradictions."""
        if not hints:
            return None
        companies: dict[str, list[Hint]] = {}
        for hint in hints:
            companies.setdefault(self.catalogue.parent(hint.clue.provider), []).append(hint)
        parent = max(sorted(companies), key=lambda each: combine([hint.clue for hint in companies[each]]))
        speaking = companies[parent]
        first = min(speaking, key=lambda hint: (-hint.clue.strength, hint.clue.provider)).clue.provider
        operator = self._operator(first, speaking, because)
        if operator.confidence < ENOUGH:
            return None
        against = [h for h in hints if h not in speaking and h.clue.strength >= ENOUGH]
        if against:
            named = tuple(dict.fromkeys(h.evidence or f"{h.clue.kind} {h.clue.value}" for h in against))
            words = tuple(dict.fromkeys(f"{h.clue.kind} {h.clue.value}: {h.clue.provider}" for h in against))
            lowered = round(operator.confidence * CONTRADICTED, 2)
            operator = replace(operator, confidence=lowered, contradicts=named, against=words)
        return operator

    def _operator(self, provider: str, hints: list[Hint], because: tuple[str, ...]) -> Operator:
        record = self.catalogue.provider(provider)
        hints = sorted(hints, key=lambda hint: -hint.clue.strength)
        reasons = tuple(dict.fromkeys(hint.evidence for hint in hints if hint.evidence))
        return Operator(
            provider=provider,
            parent=self.catalogue.parent(provider),
            name=record.name if record else provider,
            jurisdiction=self.catalogue.jurisdiction(provider),
            confidence=combine([hint.clue for hint in hints]),
            because=tuple(dict.fromkeys((*reasons, *because))),
            clues=tuple(dict.fromkeys(f"{hint.clue.kind} {hint.clue.value}" for hint in hints)),
        )

    def _unlisted(
        self,
        what: str,
        name: str,
        because: tuple[str, ...],
        *,
        certain: bool = True,
        jurisdiction: str | None = None,
    ) -> Operator:
        identity = f"unknown:{what}"
        return Operator(
            provider=identity,
            parent=identity,
            name=name,
            jurisdiction=jurisdiction,
            confidence=0.5 if certain else 0.0,
            because=because,
            certain=certain,
        )


def slug(text: str) -> str:
    """An id made of outside text: lower case, hyphens, at most 60 characters."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60] or "unnamed"
