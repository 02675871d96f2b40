"""The provider catalogue, indexed: the clues in a name, a number, an address or a header, with their strengths."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cached_property

from hostaudit.analysis.catalogue.clue_index import HeaderIndex, NameIndex, RangeIndex
from hostaudit.analysis.catalogue.confidence import STRENGTH
from hostaudit.datasets import registries
from hostaudit.model.match import Clue
from hostaudit.model.rules import Provider, Rules, Upstream
from hostaudit.model.values import Published

HEADER_LENGTH = 2048
"""Number of characters of a header value that are searched; the part that identifies a sender is at the start."""

LONGEST_NAME = 253
"""Longest host name, in characters without its trailing dot (RFC 1035 section 2.3.4: 255 octets on the wire)."""


def normalise(name: str) -> str:
    """Return a company name for exact comparison: case, punctuation, and a remark in brackets at the end do not count;
    the legal form does, because it distinguishes companies of the same name."""
    bare = name.rstrip()
    if bare.endswith(")"):
        before, opened, within = bare[:-1].rpartition("(")
        bare = before if opened and ")" not in within else bare
    return " ".join(re.findall(r"[^\W_]+", bare.casefold()))


HOST = re.compile(r"(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}")


def host_name(text: str) -> str:
    """Return a name for comparison: lower case, A-labels, no trailing dot. Empty for a text that is no name of a host
    or service: more than 253 characters, empty labels, labels of more than 63, or characters that names do not have."""
    if len(text) <= LONGEST_NAME and HOST.fullmatch(text):  # most names are in this form already
        return text
    name = text.strip(" \t").removesuffix(".")
    if not name.isascii():
        from hostaudit import domain

        name = domain.a_labels(name) if len(name) <= LONGEST_NAME else ""
    name = name.lower()
    return name if len(name) <= LONGEST_NAME and HOST.fullmatch(name) else ""


NAMES_OF: dict[str, tuple[str, str]] = {
    "_ns": ("ns", "ns_patterns"),
    "_cname": ("cname", "cname_patterns"),
    "_mx": ("mx", ""),
    "_ptr": ("ptr", ""),
    "_spf": ("spf", ""),
    "_hosts": ("hosts", ""),
    "_regions": ("", "regions"),
    "_claimable": ("claimable", ""),
}
"""By index of names, the fields of a provider that hold its suffixes and its patterns."""


def _issuer_names(provider: Provider, *, common: bool) -> Iterable[str]:
    """Issuer entries are organisations; ``CN=name`` is a common name, ``CN=words *`` a family of them."""
    folded = (name.casefold() for name in provider.issuers)
    return [name[3:] if common else name for name in folded if name.startswith("cn=") is common]


KEYS_OF: dict[str, Callable[[Provider], Iterable[str]]] = {
    "issuer": lambda provider: _issuer_names(provider, common=False),
    "issuer-cn": lambda provider: _issuer_names(provider, common=True),
    "caa": lambda provider: provider.caa,
    "registrar": lambda provider: provider.registrar_ids,
    "registrar-name": lambda provider: map(normalise, provider.registrar_names),
    "organisation": lambda provider: map(normalise, provider.organisations),
    "registry": lambda provider: provider.tlds,
    "registry-name": lambda provider: map(normalise, provider.registry_names),
}
"""By kind of clue, the values of a provider that are compared as a whole."""


class Catalogue:
    """All providers, indexed. Look-ups accept any outside text and return clues; empty if nothing matches."""

    def __init__(self, rules: Rules) -> None:
        self._providers = {provider.id: provider for provider in rules.providers}
        self._companies = dict(rules.parents)
        self._parents = _owners(rules)
        self._exact: dict[str, dict[str, list[str]]] = {}

    def prepare(self) -> Catalogue:
        """Build all indexes now. Otherwise each is built at its first use, because a short run needs few of them."""
        for name in (*NAMES_OF, "_ranges", "_asns", "_headers", "_feeds"):
            getattr(self, name)
        for kind in KEYS_OF:
            self._keys(kind)
        return self

    def _names(self, kind: str) -> NameIndex:
        suffixes, patterns = NAMES_OF[kind]
        index = NameIndex()
        for each in self._providers.values():
            own = getattr(each, suffixes) if suffixes else (), getattr(each, patterns) if patterns else ()
            if any(own):
                index.add(each.id, self.parent(each.id), *own)
        return index

    _ns = cached_property(lambda self: self._names("_ns"))
    _cname = cached_property(lambda self: self._names("_cname"))
    _mx = cached_property(lambda self: self._names("_mx"))
    _ptr = cached_property(lambda self: self._names("_ptr"))
    _spf = cached_property(lambda self: self._names("_spf"))
    _hosts = cached_property(lambda self: self._names("_hosts"))
    _regions = cached_property(lambda self: self._names("_regions"))
    _claimable = cached_property(lambda self: self._names("_claimable"))

    @cached_property
    def _ranges(self) -> RangeIndex:
        index = RangeIndex()
        for each in self._providers.values():
            index.add(each.id, self.parent(each.id), each.ranges)
        return index

    @cached_property
    def _asns(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for each in self._providers.values():
            for number in each.asns:
                found.setdefault(number, []).append(each.id)
        return found

    @cached_property
    def _headers(self) -> dict[str, HeaderIndex]:
        found: dict[str, HeaderIndex] = {}
        for each in self._providers.values():
            for header in each.headers:
                if header.name not in found:
                    found[header.name] = HeaderIndex()
                found[header.name].add(each.id, self.parent(each.id), header)
        return found

    @cached_property
    def _feeds(self) -> dict[str, dict[str, list[str]]]:
        found: dict[str, dict[str, list[str]]] = {}
        for each in self._providers.values():
            for feed in each.feeds:
                for service in feed.services or ("",):
                    found.setdefault(feed.url, {}).setdefault(service, []).append(each.id)
        return found

    def _keys(self, kind: str) -> dict[str, list[str]]:
        """The providers by exact key of a kind."""
        found = self._exact.get(kind)
        if found is None:
            found = {}
            for each in self._providers.values():
                for key in KEYS_OF[kind](each):
                    found.setdefault(key, []).append(each.id)
            self._exact[kind] = found
        return found

    # -- records ----------------------------------------------------------------------------------

    def provider(self, identity: str) -> Provider | None:
        """The record of a provider id, None for an id that is not in the catalogue."""
        return self._providers.get(identity)

    def parent(self, identity: str) -> str:
        """The id of the ultimate controlling company; an unknown id, or one without a parent, is its own parent."""
        return self._parents.get(identity, identity)

    def jurisdiction(self, identity: str) -> str | None:
        """The ISO 3166-1 code of the country of the company with which a customer has the contract, None if unknown.
        The statement in a provider's own record goes before that of its parent."""
        provider = self._providers.get(identity)
        if provider is None:
            return None
        if provider.jurisdiction:
            return provider.jurisdiction
        return self.company_jurisdiction(self._parents[identity])

    def owner_jurisdiction(self, identity: str) -> str | None:
        """The country of the last company above a provider, None if it is unknown or that of the provider itself."""
        country = self.company_jurisdiction(self._parents[identity]) if identity in self._providers else None
        return None if country == self.jurisdiction(identity) else country

    def jurisdictions(self, identity: str) -> tuple[str, ...]:
        """The countries that bind a provider: that of the contract, and that of the last company above it."""
        return tuple(each for each in (self.jurisdiction(identity), self.owner_jurisdiction(identity)) if each)

    def company_jurisdiction(self, company: str) -> str | None:
        """The country in the record of a company."""
        return (self._companies.get(company) or self._providers[company]).jurisdiction

    def name(self, identity: str) -> str:
        """The name of a provider, for people; an unknown id is its own name."""
        provider = self._providers.get(identity)
        return provider.name if provider else identity

    def parents(self) -> set[str]:
        """The ids of all companies: parents, and providers without a parent."""
        return {self.parent(each) for each in self._providers}

    def parent_name(self, parent: str) -> str:
        """The company name of a parent id."""
        record = self._companies.get(parent)
        return record.name if record else self.name(parent)

    def account(self, identity: str) -> str:
        """The id of the provider under whose customer account this one is sold; for most, the provider itself."""
        provider = self._providers.get(identity)
        return (provider.account if provider else "") or identity

    def upstreams(self, identity: str) -> tuple[tuple[Upstream, Provider], ...]:
        """The products without which a provider does not work, direct ones only, in the order of its file."""
        provider = self._providers.get(identity)
        return tuple((each, self._providers[each.on]) for each in provider.depends_on) if provider else ()

    # -- names ------------------------------------------------------------------------------------

    def ns(self, host: str) -> tuple[Clue, ...]:
        """The operator of a name server, by its host name."""
        return self._by_name(self._ns, "ns", host)

    def cname(self, host: str) -> tuple[Clue, ...]:
        """The service behind a name to which a CNAME record points."""
        return self._by_name(self._cname, "cname", host)

    def mx(self, host: str) -> tuple[Clue, ...]:
        """The operator of a mail exchanger, by its host name."""
        return self._by_name(self._mx, "mx", host)

    def ptr(self, host: str) -> tuple[Clue, ...]:
        """The operator of an address, by its name in the reverse zone (RFC 1035 section 3.5)."""
        return self._by_name(self._ptr, "ptr", host)

    def soa(self, primary: str, mailbox: str = "") -> tuple[Clue, ...]:
        """The operator of name servers that the primary and the mailbox of an SOA record suggest (RFC 1035 section
        3.3.13)."""
        found = [*self._by_name(self._ns, "soa", primary), *self._by_name(self._ns, "soa", mailbox)]
        return tuple({clue.provider: clue for clue in reversed(found)}.values())

    def spf(self, name: str) -> tuple[Clue, ...]:
        """The sender that uses the networks of an SPF ``include`` (RFC 7208 section 5.2)."""
        return self._by_name(self._spf, "spf", name)

    def host(self, host: str) -> tuple[Clue, ...]:
        """The operator of a host of scripts, styles or store pages."""
        return self._by_name(self._hosts, "host", host)

    def caa(self, name: str) -> tuple[Clue, ...]:
        """The authority with an issuer domain name of a CAA record (RFC 8659 section 4.2). Issuer domain names are
        exact: a subdomain is another issuer."""
        bare = host_name(name.partition(";")[0])
        return self._by_exact("caa", bare, bare)

    def region(self, host: str) -> tuple[str, str] | None:
        """The provider and its region in a host name, such as ``("aws", "eu-west-1")``; None for most names."""
        bare = host_name(host)
        tried = ((each.entry.provider, each.compiled.fullmatch(bare)) for each in self._regions.candidates(bare))
        return min(((provider, match[1]) for provider, match in tried if match and match[1]), default=None)

    def claimable(self, name: str) -> str | None:
        """The provider any customer of which may take a name that does not exist; None if the catalogue knows none."""
        bare = host_name(name)
        found = (each.provider for each in self._claimable.find(bare) if each.text != bare)
        return min(found, default=None)

    def _by_name(self, index: NameIndex, kind: str, name: str) -> tuple[Clue, ...]:
        bare = host_name(name)
        found = index.find(bare)
        if not found:
            return ()
        strength = STRENGTH[kind]
        return tuple([Clue(each.provider, kind, bare, strength, each.text) for each in found])

    # -- networks and responses -------------------------------------------------------------------

    def asn(self, number: int, address: str = "") -> tuple[Clue, ...]:
        """The holder of an AS number; ``address``: an address that it announces."""
        found = self._asns.get(number)
        if not found:
            return ()
        text = f"AS{number}"
        return tuple([Clue(each, "asn", address or text, STRENGTH["asn"], text) for each in found])

    def address(self, address: str) -> tuple[Clue, ...]:
        """The publisher of the range around an address."""
        found = self._ranges.find(address)
        if not found:
            return ()
        return tuple([Clue(each.provider, "range", address, STRENGTH["range"], each.text) for each in found])

    def published(self, ranges: Iterable[Published]) -> tuple[Clue, ...]:
        """The providers of the published ranges around an address, the most specific first.

        A provider that names a service in a feed goes before one that takes the rest of the feed. Only the narrowest
        range of each company counts: a product within a cloud, not the cloud around it.
        """
        best: dict[str, tuple[tuple[bool, int], list[Clue]]] = {}
        for each in ranges:
            services = self._feeds.get(each.feed, {})
            named = services.get(each.service, ()) if each.service else ()
            length = each.prefix.rpartition("/")[2]
            rank = (bool(named), int(length) if length.isdecimal() else 0)
            seen = " ".join(part for part in (each.prefix, each.service, each.region) if part)
            for identity in named or services.get("", ()):
                clue = Clue(identity, "range", seen, STRENGTH["range"], each.prefix)
                before = best.get(self.parent(identity))
                if before is None or rank > before[0]:
                    best[self.parent(identity)] = (rank, [clue])
                elif rank == before[0] and all(other.provider != identity for other in before[1]):
                    before[1].append(clue)
        return tuple(clue for _, clues in best.values() for clue in clues)

    def headers(self, headers: Iterable[tuple[str, str]]) -> tuple[Clue, ...]:
        """The providers that response headers name, one clue per provider and header; a strong one goes before a weak
        one."""
        found: dict[tuple[str, str], Clue] = {}
        for name, value in headers:
            bare = name.lower()
            index = self._headers.get(bare)
            if index is None:
                continue
            for pattern in index.find(value[:HEADER_LENGTH]):
                kind = "weak-header" if pattern.weak else "header"
                key = (pattern.entry.provider, bare)
                if key not in found or (found[key].kind == "weak-header" and not pattern.weak):
                    seen = f"{bare}: {value[:80]}"
                    found[key] = Clue(pattern.entry.provider, kind, seen, STRENGTH[kind], pattern.source)
        return tuple(found.values())

    # -- exact names ------------------------------------------------------------------------------

    def issuer(self, organisation: str | None, common_name: str | None = None) -> tuple[Clue, ...]:
        """The certificate authority of an issuer name. The common name counts only if there is no organisation: short
        ones such as R3 are not unique."""
        if organisation:
            return self._by_exact("issuer", organisation.strip().casefold(), organisation)
        text = (common_name or "").strip()
        name = rest = text.casefold()
        while name:
            hit = self._keys("issuer-cn").get(name)
            if hit:
                return tuple(Clue(each, "issuer-cn", text, STRENGTH["issuer-cn"], f"CN={name}") for each in hit)
            rest = rest.rpartition(" ")[0]
            name = f"{rest} *" if rest else ""
        return ()

    def registrar(self, name: str | None, iana_id: str | None = None) -> tuple[Clue, ...]:
        """The registrar with an IANA id and a name; both are looked up, and may contradict one another."""
        by_id = self._by_exact("registrar", (iana_id or "").strip(), f"IANA id {iana_id}") if iana_id else ()
        return by_id + (self._by_exact("registrar-name", normalise(name), name) if name else ())

    def organisation(self, name: str | None) -> tuple[Clue, ...]:
        """The provider that is the registered holder of a network."""
        return self._by_exact("organisation", normalise(name), name) if name else ()

    def registry(self, tld: str) -> tuple[Clue, ...]:
        """The operator of a top-level domain: the provider that has it in its record, else the one whose name its
        sponsoring organisation has."""
        bare = tld.strip(".").lower()
        row = registries.of(bare)
        own = self._by_exact("registry", bare, f".{bare}")
        return own or (self.registry_name(row.sponsor, "registry", f".{bare}") if row else ())

    def registry_name(self, name: str, kind: str = "registry", seen: str = "") -> tuple[Clue, ...]:
        """The registry with this name in IANA's root zone database. ``kind``: that of the clue."""
        key = normalise(name)
        found = self._keys("registry-name").get(key, ()) if key else ()
        return tuple([Clue(each, kind, seen or name, STRENGTH[kind], name) for each in found])

    def sponsor(self, tld: str) -> str:
        """The sponsoring organisation of a top-level domain, empty if the table does not have the domain."""
        row = registries.of(tld.strip(".").lower())
        return row.sponsor if row else ""

    def back_end(self, tld: str) -> tuple[Clue, ...]:
        """The provider that runs a top-level domain for its sponsoring organisation, as far as that is known."""
        bare = tld.strip(".").lower()
        row = registries.of(bare)
        return self.registry_name(row.back_end, f"registry-{row.known}", f".{bare}") if row and row.known else ()

    def store(self, identity: str) -> tuple[Clue, ...]:
        """The app store with this id; empty if the id is none."""
        provider = self._providers.get(identity)
        known = provider is not None and "app_store" in provider.roles
        return (Clue(identity, "store", identity, STRENGTH["store"], identity),) if known else ()

    def _by_exact(self, kind: str, key: str, seen: str) -> tuple[Clue, ...]:
        found = self._keys(kind).get(key)
        return tuple([Clue(each, kind, seen, STRENGTH[kind], key) for each in found]) if found else ()


_CATALOGUES: dict[str, Catalogue] = {}


def catalogue_of(rules: Rules) -> Catalogue:
    """The catalogue of these rules, built once; their version is a digest, so it identifies them."""
    if rules.version not in _CATALOGUES:
        _CATALOGUES[rules.version] = Catalogue(rules)
    return _CATALOGUES[rules.version]


def _owners(rules: Rules) -> dict[str, str]:
    """By provider or company, the last company in its chain of owners."""
    above = {each.id: each.parent for each in rules.providers}
    above.update({identity: record.parent for identity, record in rules.parents.items()})

    def end(identity: str) -> str:
        while above.get(identity):
            identity = above[identity]
        return identity

    return {identity: end(identity) for identity in above}


def _header_sample(catalogue: Catalogue, text: str) -> tuple[Clue, ...]:
    name, _, value = text.partition(":")
    return catalogue.headers([(name.strip(), value.strip())])


def _registrar_sample(catalogue: Catalogue, text: str) -> tuple[Clue, ...]:
    return catalogue.registrar(None, text) if text.isdigit() else catalogue.registrar(text)


def _issuer_sample(catalogue: Catalogue, text: str) -> tuple[Clue, ...]:
    return catalogue.issuer(None, text[3:]) if text.startswith("CN=") else catalogue.issuer(text)


def _region_sample(catalogue: Catalogue, text: str) -> tuple[Clue, ...]:
    region, _, host = text.partition(" ")
    found = catalogue.region(host)
    return (Clue(found[0], "region", host, 0.0),) if found and found[1] == region else ()


SAMPLES: dict[str, Callable[[Catalogue, str], tuple[Clue, ...]]] = {
    "ns": Catalogue.ns,
    "cname": Catalogue.cname,
    "mx": Catalogue.mx,
    "ptr": Catalogue.ptr,
    "spf": Catalogue.spf,
    "host": Catalogue.host,
    "asn": lambda catalogue, text: catalogue.asn(int(text)),
    "ip": Catalogue.address,
    "header": _header_sample,
    "issuer": _issuer_sample,
    "caa": Catalogue.caa,
    "registrar": _registrar_sample,
    "organisation": Catalogue.organisation,
    "tld": Catalogue.registry,
    "registry": Catalogue.registry_name,
    "store": Catalogue.store,
    "region": _region_sample,
}
"""The look-up for each kind of clue string in a provider's ``samples``."""


def evaluate_sample(catalogue: Catalogue, sample: str) -> tuple[str, ...]:
    """Return the providers that a clue string such as ``ns ns-1.awsdns-00.com`` supports.

    Raises ``ValueError`` for a kind that does not exist or a value that is invalid for its kind.
    """
    kind, _, value = sample.partition(" ")
    if kind not in SAMPLES or not value:
        raise ValueError(f"{sample!r} is no clue; kinds are {', '.join(SAMPLES)}")
    return tuple(dict.fromkeys(clue.provider for clue in SAMPLES[kind](catalogue, value)))
