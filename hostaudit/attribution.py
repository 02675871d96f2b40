"""Who operates what was seen: evidence and the provider catalogue become operators with a confidence and its reasons.

How sure an attribution is follows from the clues that speak for it (the table of strengths stands in ``catalogue``):
independent kinds of clue add up, a clue for another company lowers the result and is kept beside it. What matches
nothing stays as ``unknown:<what>`` and still counts as one operator.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from hostaudit import domain
from hostaudit.catalogue import CONTRADICTED, ENOUGH, Catalogue, combine
from hostaudit.model import (
    BROAD,
    Addresses,
    Certificate,
    Clue,
    Dependency,
    Evidence,
    Kind,
    Origin,
    Owner,
    PublishedRanges,
    Registration,
    Role,
    WebAnswer,
)
from hostaudit.seen import Seen

FAMILIES: tuple[Kind, ...] = ("a", "aaaa")

PLACES = ("cdn", "hosting")

STORES = {
    "ios": ("apple-app-store",),
    "android": ("google-play", "f-droid", "amazon-appstore", "galaxy-store", "appgallery"),
}
"""The stores of the catalogue that serve a platform, the one that nearly everybody uses first."""


@dataclass(frozen=True)
class Operator:
    """Somebody who keeps a subject up. ``certain`` is false where evidence that could name the operator is missing,
    so that it might turn out to be any company; ``asns`` and ``prefixes`` locate it in the routing system."""

    provider: str
    parent: str
    name: str
    jurisdiction: str | None
    confidence: float
    because: tuple[str, ...]
    clues: tuple[str, ...] = ()
    contradicts: tuple[str, ...] = ()
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
        )


@dataclass(frozen=True)
class Hint:
    """A clue together with the evidence that it was read from."""

    clue: Clue
    evidence: str


class Attribution:
    """Operators of one site's subjects. Each method is a pure function of the evidence and the catalogue."""

    def __init__(self, seen: Seen, catalogue: Catalogue, own: str) -> None:
        """``own`` is the site's registrable name: what bears it is run by the site, on whatever network it lies."""
        self.seen = seen
        self.catalogue = catalogue
        self.own = own
        self._networks: dict[str, tuple[Operator, ...]] = {}
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

    # -- networks ---------------------------------------------------------------------------------

    def network(self, address: str) -> tuple[Operator, ...]:
        """Who announces the prefix of an address, one operator per origin company (several for a MOAS prefix)."""
        if address not in self._networks:
            self._networks[address] = self._find_network(address)
        return self._networks[address]

    def _find_network(self, address: str) -> tuple[Operator, ...]:
        item = self.seen.get("origin", address)
        origin = item.value if item is not None else None
        owner_item = self.seen.get("owner", address)
        owner = owner_item.value if owner_item is not None and isinstance(owner_item.value, Owner) else None
        shared = self._range_hints(address, item.id if item else "")
        owned = (
            [Hint(c, f"owner:{address}") for c in self.catalogue.organisation(owner.organisation or "")]
            if owner
            else []
        )
        asked = self.seen.ids(("origin", address), ("owner", address))
        if not isinstance(origin, Origin) or not origin.asns:
            named = self._best(shared + owned, asked)
            if named is not None:
                return (replace(named, certain=item is not None and item.unknown is None),)
            label = owner.organisation if owner and owner.organisation else f"the network of {address}"
            what = slug(owner.organisation) if owner and owner.organisation else address
            announced_by_nobody = item is not None and item.unknown is None and owner is not None
            return (self._unlisted(what, label, asked, certain=announced_by_nobody),)
        operators = []
        for number in origin.asns:
            operators.append(self._origin_operator(number, origin, shared, owned, owner, address, asked))
        return tuple({operator.provider: operator for operator in reversed(operators)}.values())

    def _origin_operator(
        self,
        number: int,
        origin: Origin,
        shared: list[Hint],
        owned: list[Hint],
        owner: Owner | None,
        address: str,
        asked: tuple[str, ...],
    ) -> Operator:
        announced = [Hint(clue, f"origin:{address}") for clue in self.catalogue.asn(number)]
        found = self._best(shared + announced + owned, asked)
        if found is None:
            label = next(iter(origin.names), "") or (owner.organisation if owner else None) or f"AS{number}"
            # A holder that could not be looked up might have been a company of the catalogue.
            sure = not self.seen.open("owner", address)
            found = self._unlisted(f"as{number}", label, asked, certain=sure, jurisdiction=origin.country)
        # Two addresses may share a merged prefix without sharing an announcement.
        prefixes = () if origin.merged is True else (origin.prefix,)
        return replace(found, asns=tuple(f"AS{n}" for n in origin.asns), prefixes=prefixes)

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
        providers = [self.catalogue.provider(operator.provider) for operator in networks]
        offered = any(provider is not None and provider.serves(role) for provider in providers)
        if networks and (offered or name == self.own):
            return None
        sure_of_all = bool(networks) and all(operator.certain for operator in networks)
        return self._unlisted(name, f"the operator of {name}", asked + around, certain=sure_of_all)

    # -- the web ----------------------------------------------------------------------------------

    def edges(self, host: str, address: str) -> tuple[Operator, ...]:
        """Who else stands in one address leg of a host: by the CNAME chain, the host's own name and the headers."""
        if (host, address) not in self._edges:
            self._edges[host, address] = self._find_edges(host, address)
        return self._edges[host, address]

    def _find_edges(self, host: str, address: str) -> tuple[Operator, ...]:
        hints: list[Hint] = []
        for kind in FAMILIES:
            value = self.seen.value(kind, host, Addresses)
            if value is None or address not in value.addresses:
                continue
            for alias in value.chain:
                hints += [Hint(clue, f"{kind}:{host}") for clue in self.catalogue.cname(alias.target)]
            hints += [Hint(clue, f"{kind}:{host}") for clue in self.catalogue.cname(host)]
        answer = self.seen.value("web", f"{host} {address}", WebAnswer)
        if answer is not None:
            hints += [Hint(clue, f"web:{host} {address}") for clue in self.catalogue.headers(answer.headers)]
        support = self._network_hints(address)
        operators = []
        for provider in dict.fromkeys(hint.clue.provider for hint in hints):
            own = [hint for hint in hints if hint.clue.provider == provider]
            own += [hint for hint in support if hint.clue.provider == provider]
            operator = self._operator(provider, own, ())
            if operator.confidence >= ENOUGH:
                operators.append(operator)
        return tuple(operators)

    def _network_hints(self, address: str) -> list[Hint]:
        origin = self.seen.value("origin", address, Origin)
        hints = self._range_hints(address, f"origin:{address}")
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
        provider = self.catalogue.provider(operator.provider)
        broad = [BROAD.get(role, role) for role in provider.roles] if provider is not None else []
        return [role for role in broad if role in PLACES][:1] == ["cdn"]

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
        """The provider for whom most speaks; clues for other companies are kept as contradictions."""
        ranked = sorted(
            dict.fromkeys(hint.clue.provider for hint in hints),
            key=lambda provider: (-max(h.clue.strength for h in hints if h.clue.provider == provider), provider),
        )
        if not ranked:
            return None
        first = ranked[0]
        parent = self.catalogue.parent(first)
        speaking = [h for h in hints if self.catalogue.parent(h.clue.provider) == parent]
        against = [h for h in hints if self.catalogue.parent(h.clue.provider) != parent]
        operator = self._operator(first, speaking, because)
        if operator.confidence < ENOUGH:
            return None
        if against:
            named = tuple(dict.fromkeys(h.evidence or f"{h.clue.kind} {h.clue.value}" for h in against))
            lowered = round(operator.confidence * CONTRADICTED, 2)
            operator = replace(operator, confidence=lowered, contradicts=named)
        return operator

    def _operator(self, provider: str, hints: list[Hint], because: tuple[str, ...]) -> Operator:
        record = self.catalogue.provider(provider)
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
