"""The provider catalogue made searchable: whom does a name, a number, an address or a header speak for?

Every look-up costs the same however many providers there are: names are walked label by label through a dictionary,
patterns are tried only where a word of theirs occurs in the name, addresses are looked up once per prefix length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from math import prod

from hostaudit.model import HeaderClue, Provider, Rules, Upstream

STRENGTH: dict[str, float] = {
    "registry": 0.99,  # the TLD has exactly one operator
    "registrar": 0.98,  # IANA id, unique by construction
    "range": 0.95,  # published by the provider itself
    "ns": 0.95,  # a name server under the provider's own name answers for nobody else
    "mx": 0.95,
    "issuer": 0.95,  # organisation name, vetted by the issuing CA
    "cname": 0.9,  # a record may outlive the contract
    "registrar-name": 0.9,  # free text in RDAP and whois
    "caa": 0.9,
    "spf": 0.9,
    "host": 0.9,
    "store": 0.9,
    "header": 0.8,  # any server may send any header
    "asn": 0.75,  # announcing a prefix is not yet operating the host in it
    "issuer-cn": 0.7,  # a common name without organisation is not unique
    "organisation": 0.6,  # a registered holder may let the network to others
    "weak-header": 0.3,  # software of this provider that others run too
    "soa": 0.25,  # mname and rname are free text, and often the customer's
}
"""How much one clue says, 0 to 1. ``combine`` reckons with them as independent."""

MOST = 0.99
"""Nothing seen from outside is certain."""

HEADER_LENGTH = 2048
"""Characters of a header value that are searched; what identifies a sender stands at the front."""


@dataclass(frozen=True, slots=True)
class Clue:
    """One thing seen that speaks for one provider. ``kind`` is a key of ``STRENGTH``, ``value`` what was seen."""

    provider: str
    kind: str
    value: str
    strength: float


def combine(clues: Iterable[Clue]) -> float:
    """Confidence, 0 to 0.99: one minus the chance that every kind of clue misleads. Only the best of a kind counts,
    since ten headers of one response are one observation; weak headers are of the same kind as strong ones."""
    best: dict[str, float] = {}
    for clue in clues:
        kind = "header" if clue.kind == "weak-header" else clue.kind.partition("-")[0]
        best[kind] = max(best.get(kind, 0.0), clue.strength)
    return min(MOST, round(1 - prod(1 - strength for strength in best.values()), 2))


def normalise(name: str) -> str:
    """A company name for exact comparison: case, punctuation, and a remark in brackets at the end do not count;
    the legal form does, since it tells namesakes apart."""
    bare = re.sub(r"\s*\([^()]*\)\s*$", "", name)
    return " ".join(re.findall(r"[^\W_]+", bare.casefold()))


WORD = re.compile(r"[a-z]+")
PIECES = re.compile(r"\\.|\[(?:\\.|[^\]])*\]|\{[^}]*\}|.")


def gate(pattern: str) -> str | None:
    """The longest run of letters that every match of ``pattern`` contains as a whole word, None if none is certain.

    Only literals outside groups and classes count, and only between things that cannot be letters themselves.
    """
    shape = ""  # a letter for itself, "-" for what is certainly there and no letter, "?" for anything else
    depth = 0
    for piece in PIECES.findall(pattern):
        if piece in "()":
            depth += 1 if piece == "(" else -1
            shape += "?"
        elif depth:
            continue
        elif piece == "|":
            return None
        elif piece in "?*" or piece.startswith("{0"):
            shape = shape[:-1] + "?"
        elif piece == "+" or piece.startswith("{"):
            shape = shape if shape.endswith("-") else shape[:-1] + "?"
        elif piece in (r"\.", r"\-", r"\d", "-") or piece.isdigit():
            shape += "-"
        else:
            shape += piece if piece.islower() and len(piece) == 1 else "?"
    found = re.findall(r"(?:(?<=-)|^)[a-z]+(?=-|$)", shape)
    telling = found[:-1] if shape.endswith(tuple(found[-1:])) else found  # a top-level domain tells least
    return max(telling or found, key=lambda word: (len(word), word), default=None)


@dataclass(slots=True)
class _Pattern:
    """A pattern and its provider. Compiled on first trial: a scan meets few of them, and compiling all takes longer
    than reading the whole catalogue."""

    source: str
    provider: str
    compiled: re.Pattern[str] | None = None

    def match(self, text: str) -> re.Match[str] | None:
        if self.compiled is None:
            self.compiled = re.compile(self.source)
        return self.compiled.fullmatch(text)


class NameIndex:
    """Names to providers, by suffix on label boundaries and by patterns that match a whole name."""

    def __init__(self) -> None:
        self._suffixes: dict[str, tuple[str, ...]] = {}
        self._gated: dict[str, list[_Pattern]] = {}
        self._ungated: list[_Pattern] = []

    def add(self, provider: str, suffixes: Iterable[str], patterns: Iterable[str] = ()) -> None:
        """Enter what a provider claims."""
        for suffix in suffixes:
            self._suffixes[suffix] = (*self._suffixes.get(suffix, ()), provider)
        for pattern in patterns:
            word = gate(pattern)
            where = self._ungated if word is None else self._gated.setdefault(word, [])
            where.append(_Pattern(pattern, provider))

    def candidates(self, name: str) -> list[_Pattern]:
        """The patterns worth trying on a name: those of which a word occurs in it."""
        if not self._gated:
            return self._ungated
        found = [pattern for word in set(WORD.findall(name)) for pattern in self._gated.get(word, ())]
        return found + self._ungated

    def find(self, name: str, family: Callable[[str], str]) -> list[str]:
        """Providers of a name. Within one family (parent company) the most specific entry wins: a pattern before a
        suffix, a longer suffix before a shorter one. Different families are all kept."""
        found: list[str] = []
        for pattern in self.candidates(name):
            if pattern.provider not in found and pattern.match(name):
                found.append(pattern.provider)
        families = {family(provider) for provider in found}
        suffix = name
        while suffix:
            here = [each for each in self._suffixes.get(suffix, ()) if family(each) not in families]
            found += here
            families.update(family(each) for each in here)
            suffix = suffix.partition(".")[2]
        return found


class RangeIndex:
    """Address ranges to providers. One dictionary per family and prefix length, longest first, so that the cost of a
    look-up is the number of lengths in use and not the number of ranges."""

    def __init__(self) -> None:
        self._networks: dict[tuple[int, int], dict[int, tuple[str, ...]]] = {}
        self._lengths: dict[int, list[int]] = {4: [], 6: []}

    def add(self, provider: str, ranges: Iterable[str]) -> None:
        """Enter CIDR ranges (RFC 4632)."""
        for text in ranges:
            network: IPv4Network | IPv6Network = ip_network(text)
            table = self._networks.setdefault((network.version, network.prefixlen), {})
            key = int(network.network_address) >> (network.max_prefixlen - network.prefixlen)
            table[key] = (*table.get(key, ()), provider)
            if network.prefixlen not in self._lengths[network.version]:
                self._lengths[network.version].append(network.prefixlen)
                self._lengths[network.version].sort(reverse=True)

    def find(self, address: str) -> tuple[str, ...]:
        """Providers of the most specific range around an address; none for what is not an address."""
        try:
            parsed = ip_address(address)
        except ValueError:
            return ()
        number = int(parsed)
        for length in self._lengths[parsed.version]:
            hit = self._networks[parsed.version, length].get(number >> (parsed.max_prefixlen - length))
            if hit:
                return hit
        return ()


@dataclass(slots=True)
class _Header:
    """A header clue of one provider, compiled on first use."""

    clue: HeaderClue
    provider: str
    compiled: re.Pattern[str] | None = None

    def matches(self, value: str) -> bool:
        if self.compiled is None:
            self.compiled = re.compile(self.clue.pattern, re.IGNORECASE)
        return self.compiled.search(value) is not None


def _host(name: str) -> str:
    return name.strip().rstrip(".").lower()


class Catalogue:
    """All providers, indexed. Look-ups take outside text as it comes and return clues, none if nothing matches."""

    def __init__(self, rules: Rules) -> None:
        self._providers = {provider.id: provider for provider in rules.providers}
        self._companies = dict(rules.parents)
        self._parents = _owners(rules)
        self._ns, self._cname, self._mx = NameIndex(), NameIndex(), NameIndex()
        self._spf, self._hosts, self._regions = NameIndex(), NameIndex(), NameIndex()
        self._ranges = RangeIndex()
        self._asns: dict[int, list[str]] = {}
        self._headers: dict[str, list[_Header]] = {}
        self._exact: dict[tuple[str, str], list[str]] = {}
        for provider in rules.providers:
            self._enter(provider)

    def _enter(self, provider: Provider) -> None:
        self._ns.add(provider.id, provider.ns, provider.ns_patterns)
        self._cname.add(provider.id, provider.cname, provider.cname_patterns)
        self._mx.add(provider.id, provider.mx)
        self._spf.add(provider.id, provider.spf)
        self._hosts.add(provider.id, provider.hosts)
        self._regions.add(provider.id, (), provider.regions)
        self._ranges.add(provider.id, provider.ranges)
        for number in provider.asns:
            self._asns.setdefault(number, []).append(provider.id)
        for header in provider.headers:
            self._headers.setdefault(header.name, []).append(_Header(header, provider.id))
        exact = (
            *(_issuer_key(name) for name in provider.issuers),
            *(("caa", name) for name in provider.caa),
            *(("registrar", number) for number in provider.registrar_ids),
            *(("registrar-name", normalise(name)) for name in provider.registrar_names),
            *(("organisation", normalise(name)) for name in provider.organisations),
            *(("registry", tld) for tld in provider.tlds),
        )
        for key in exact:
            self._exact.setdefault(key, []).append(provider.id)

    # -- records ----------------------------------------------------------------------------------

    def provider(self, identity: str) -> Provider | None:
        """The record of a provider id, None for an id that the catalogue does not hold."""
        return self._providers.get(identity)

    def parent(self, identity: str) -> str:
        """The id of the company that is in control in the end; an unknown id, or one without a parent, is its own."""
        return self._parents.get(identity, identity)

    def jurisdiction(self, identity: str) -> str | None:
        """ISO 3166-1 code of the country of the company in control, None if not established. What a provider states
        for itself goes before what its parent does."""
        provider = self._providers.get(identity)
        if provider is None:
            return None
        if provider.jurisdiction:
            return provider.jurisdiction
        owner = self._parents[identity]
        record = self._companies.get(owner) or self._providers[owner]
        return record.jurisdiction

    def name(self, identity: str) -> str:
        """What people call a provider; an unknown id is its own name."""
        provider = self._providers.get(identity)
        return provider.name if provider else identity

    def parents(self) -> set[str]:
        """The ids of all companies: parents, and providers that are their own."""
        return {self.parent(each) for each in self._providers}

    def parent_name(self, parent: str) -> str:
        """The company name of a parent id."""
        record = self._companies.get(parent)
        return record.name if record else self.name(parent)

    def account(self, identity: str) -> str:
        """The id of the provider under whose customer account this one is sold; most are their own."""
        provider = self._providers.get(identity)
        return (provider.account if provider else "") or identity

    def upstreams(self, identity: str) -> tuple[tuple[Upstream, Provider], ...]:
        """Without whom a provider does not work, direct ones only, in the order of its file."""
        provider = self._providers.get(identity)
        return tuple((each, self._providers[each.on]) for each in provider.depends_on) if provider else ()

    # -- names ------------------------------------------------------------------------------------

    def ns(self, host: str) -> tuple[Clue, ...]:
        """Whose name server a host name is."""
        return self._by_name(self._ns, "ns", host)

    def cname(self, host: str) -> tuple[Clue, ...]:
        """Whose service stands behind a name that a CNAME record points to."""
        return self._by_name(self._cname, "cname", host)

    def mx(self, host: str) -> tuple[Clue, ...]:
        """Whose mail exchanger a host name is."""
        return self._by_name(self._mx, "mx", host)

    def spf(self, name: str) -> tuple[Clue, ...]:
        """Who sends from the networks of an SPF ``include`` (RFC 7208 section 5.2)."""
        return self._by_name(self._spf, "spf", name)

    def host(self, host: str) -> tuple[Clue, ...]:
        """Whose service a host of scripts, styles or store pages is."""
        return self._by_name(self._hosts, "host", host)

    def caa(self, name: str) -> tuple[Clue, ...]:
        """Which authority answers to an issuer domain name of a CAA record (RFC 8659 section 4.2). Issuer domain
        names are exact, a subdomain is another issuer."""
        bare = _host(name.partition(";")[0])
        return self._by_exact("caa", bare, bare)

    def region(self, host: str) -> tuple[str, str] | None:
        """The provider and its region that a host name tells, such as ``("aws", "eu-west-1")``; None for most names."""
        bare = _host(host)
        matches = ((pattern.provider, pattern.match(bare)) for pattern in self._regions.candidates(bare))
        return min(((provider, match[1]) for provider, match in matches if match and match[1]), default=None)

    def _by_name(self, index: NameIndex, kind: str, name: str) -> tuple[Clue, ...]:
        bare = _host(name)
        strength = STRENGTH[kind]
        return tuple(Clue(provider, kind, bare, strength) for provider in index.find(bare, self.parent))

    # -- networks and responses -------------------------------------------------------------------

    def asn(self, number: int) -> tuple[Clue, ...]:
        """Who holds an AS number."""
        return tuple(Clue(each, "asn", f"AS{number}", STRENGTH["asn"]) for each in self._asns.get(number, ()))

    def address(self, address: str) -> tuple[Clue, ...]:
        """In whose published range an address lies."""
        return tuple(Clue(each, "range", address, STRENGTH["range"]) for each in self._ranges.find(address))

    def headers(self, headers: Iterable[tuple[str, str]]) -> tuple[Clue, ...]:
        """Whom response headers name, one clue per provider and header."""
        found: dict[tuple[str, str], Clue] = {}
        for name, value in headers:
            bare = name.lower()
            for header in self._headers.get(bare, ()):
                kind = "weak-header" if header.clue.weak else "header"
                if (header.provider, bare) not in found and header.matches(value[:HEADER_LENGTH]):
                    clue = Clue(header.provider, kind, f"{bare}: {value[:80]}", STRENGTH[kind])
                    found[header.provider, bare] = clue
        return tuple(found.values())

    # -- exact names ------------------------------------------------------------------------------

    def issuer(self, organisation: str | None, common_name: str | None = None) -> tuple[Clue, ...]:
        """Whose certification authority an issuer name belongs to. The common name is asked only where there is no
        organisation: short ones such as R3 are not unique."""
        if organisation:
            return self._by_exact("issuer", organisation.strip().casefold(), organisation)
        text = (common_name or "").strip()
        name = rest = text.casefold()
        while name:
            hit = self._exact.get(("issuer-cn", name))
            if hit:
                return tuple(Clue(each, "issuer-cn", text, STRENGTH["issuer-cn"]) for each in hit)
            rest = rest.rpartition(" ")[0]
            name = f"{rest} *" if rest else ""
        return ()

    def registrar(self, name: str | None, iana_id: str | None = None) -> tuple[Clue, ...]:
        """Which registrar an IANA id and a name stand for; both are looked up, and may contradict one another."""
        by_id = self._by_exact("registrar", (iana_id or "").strip(), f"IANA id {iana_id}") if iana_id else ()
        return by_id + (self._by_exact("registrar-name", normalise(name), name) if name else ())

    def organisation(self, name: str | None) -> tuple[Clue, ...]:
        """Which provider a network's registered holder is."""
        return self._by_exact("organisation", normalise(name), name) if name else ()

    def registry(self, tld: str) -> tuple[Clue, ...]:
        """Who runs a top-level domain."""
        return self._by_exact("registry", _host(tld).lstrip("."), f".{_host(tld).lstrip('.')}")

    def store(self, identity: str) -> tuple[Clue, ...]:
        """Whether an id is that of an app store."""
        provider = self._providers.get(identity)
        known = provider is not None and "app_store" in provider.roles
        return (Clue(identity, "store", identity, STRENGTH["store"]),) if known else ()

    def _by_exact(self, kind: str, key: str, seen: str) -> tuple[Clue, ...]:
        return tuple(Clue(each, kind, seen, STRENGTH[kind]) for each in self._exact.get((kind, key), ()))


def _owners(rules: Rules) -> dict[str, str]:
    """Every provider and company to the one at the end of its line of owners."""
    above = {each.id: each.parent for each in rules.providers}
    above.update({identity: record.parent for identity, record in rules.parents.items()})

    def end(identity: str) -> str:
        while above.get(identity):
            identity = above[identity]
        return identity

    return {identity: end(identity) for identity in above}


def _issuer_key(name: str) -> tuple[str, str]:
    """Issuer entries are organisations; ``CN=name`` is a common name, ``CN=words *`` a family of them."""
    folded = name.casefold()
    return ("issuer-cn", folded[3:]) if folded.startswith("cn=") else ("issuer", folded)


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
    "store": Catalogue.store,
    "region": _region_sample,
}
"""How each kind of clue string in a provider's ``samples`` is looked up."""


def evaluate_sample(catalogue: Catalogue, sample: str) -> tuple[str, ...]:
    """The providers that a clue string such as ``ns ns-1.awsdns-00.com`` speaks for.

    Raises ``ValueError`` for a kind that does not exist or a value that is none of its kind.
    """
    kind, _, value = sample.partition(" ")
    if kind not in SAMPLES or not value:
        raise ValueError(f"{sample!r} is no clue; kinds are {', '.join(SAMPLES)}")
    return tuple(dict.fromkeys(clue.provider for clue in SAMPLES[kind](catalogue, value)))
