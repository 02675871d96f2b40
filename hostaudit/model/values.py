"""The kinds of evidence: for each, the form of its value and of its subject, and their words for people (``KINDS``).

A new kind needs a value type, which is added to ``Value`` too, a word of ``Kind`` and a row of ``KINDS``, all in this
file, and a probe. Tests name a file that was forgotten.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from msgspec import UNSET, Struct, UnsetType

from hostaudit.model.roles import Role
from hostaudit.model.words import few


class Alias(Struct, frozen=True, forbid_unknown_fields=True):
    """One CNAME step (RFC 1034 section 3.6.2). ``ttl`` in seconds."""

    name: str
    target: str
    ttl: int


class Addresses(Struct, frozen=True, forbid_unknown_fields=True, tag="addresses"):
    """One address family of a host: the whole CNAME chain and the addresses at its end. ``ttl`` in seconds."""

    chain: tuple[Alias, ...]
    addresses: tuple[str, ...]
    ttl: int

    def in_words(self) -> str:
        """The answer in a few words."""
        via = f"by way of {self.chain[-1].target}, " if self.chain else ""
        return via + few(self.addresses)


class CanonicalName(Struct, frozen=True, forbid_unknown_fields=True, tag="canonical_name"):
    """The CNAME record of a name without addresses (RFC 1034 section 3.6.2). ``ttl`` in seconds."""

    target: str
    ttl: int

    def in_words(self) -> str:
        """The answer in a few words."""
        return self.target


class ServiceBinding(Struct, frozen=True, forbid_unknown_fields=True):
    """One HTTPS record (RFC 9460). Priority 0 is AliasMode."""

    priority: int
    target: str
    hints: tuple[str, ...] = ()


class ServiceBindings(Struct, frozen=True, forbid_unknown_fields=True, tag="service_bindings"):
    bindings: tuple[ServiceBinding, ...]
    ttl: int

    def in_words(self) -> str:
        """The answer in a few words."""
        return few([binding.target for binding in self.bindings])


WITHDRAWING = ("clienthold", "serverhold", "redemption", "pendingdelete", "pendingrestore", "inactive")
"""The statuses with which a name may not be in the zone of its registry, in letters alone."""


class Registration(Struct, frozen=True, forbid_unknown_fields=True, tag="registration"):
    """Registration data of a name (RFC 9083, or port 43 where a registry has no RDAP).

    ``status`` holds EPP status words in RDAP spelling (RFC 8056), ``locked`` whether a transfer lock is visible
    (None: the registry publishes no status). Dates are None where the registry gives none. ``registrant``: the
    organisation that holds the name, where the answer shows one; names of persons are not kept.
    """

    via: Literal["rdap", "whois"]
    registrar: str | None = None
    iana_id: str | None = None
    status: tuple[str, ...] = ()
    created: str | None = None
    expires: str | None = None
    transferred: str | None = None
    changed: str | None = None
    nameservers: tuple[str, ...] = ()
    delegation_signed: bool | None = None
    reseller: str | None = None
    registrant: str | UnsetType = UNSET

    @property
    def withdrawn(self) -> bool:
        """True if a status says why the registry may not delegate the name: a hold, a deletion, no name server."""
        words = ["".join(char for char in text.lower() if char.isalpha()) for text in self.status]
        return any(mark in word for word in words for mark in WITHDRAWING)

    def in_words(self) -> str:
        """The answer in a few words."""
        number = f" (IANA {self.iana_id})" if self.iana_id else ""
        until = f", until {self.expires[:10]}" if self.expires else ""
        held = [word for word in self.status if word.endswith("hold")]
        return f"{self.registrar or 'registrar not given'}{number}{until}{''.join(f', {word}' for word in held)}"


class NameServerGlue(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    addresses: tuple[str, ...] = ()


class Delegation(Struct, frozen=True, forbid_unknown_fields=True, tag="delegation"):
    """The answer of the parent zone's own servers: the NS set, its glue and TTL (seconds), and the presence of a DS."""

    parent: str
    nameservers: tuple[NameServerGlue, ...]
    ttl: int
    ds: bool | None = None

    def in_words(self) -> str:
        """The answer in a few words."""
        return few([server.name for server in self.nameservers])


class NameServers(Struct, frozen=True, forbid_unknown_fields=True, tag="nameservers"):
    """The NS set that the zone itself publishes (the child side of the delegation). ``ttl`` in seconds."""

    names: tuple[str, ...]
    ttl: int

    def in_words(self) -> str:
        """The answer in a few words."""
        return few(self.names)


class ServerAnswer(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag="server_answer"):
    """The answer of one name server address to a direct query for the zone's SOA, without recursion.

    ``mname`` and ``rname``: the server and the mailbox in the SOA (RFC 1035 section 3.3.13), both free text.
    ``refresh``: seconds after which a secondary asks for a newer version.
    """

    zone: str
    nameserver: str
    address: str
    authoritative: bool
    rcode: str
    serial: int | None = None
    mname: str | None = None
    rname: str | None = None
    refresh: int | None = None

    def in_words(self) -> str:
        """The answer in a few words."""
        return f"{'authoritative' if self.authoritative else 'not authoritative'}, {self.rcode}"


class NewerCopy(Struct, frozen=True, forbid_unknown_fields=True):
    """The newest version of a zone at another server with the same SOA mname. ``refresh`` in seconds."""

    nameserver: str
    address: str
    serial: int
    refresh: int | None = None


class SecondAnswer(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag="second_answer"):
    """The answer of a name server address that was asked again in the same scan, as its first answer was an error, not
    authoritative, or of an older version of the zone; ``newer`` is then the newest version seen."""

    zone: str
    nameserver: str
    address: str
    authoritative: bool
    rcode: str
    serial: int | None = None
    newer: NewerCopy | None = None

    def in_words(self) -> str:
        """The answer in a few words."""
        said = "authoritative" if self.authoritative else "not authoritative"
        serial = f", serial {self.serial}" if self.serial is not None else ""
        than = f", {self.newer.serial} at {self.newer.nameserver}" if self.newer is not None else ""
        return f"{said}, {self.rcode}{serial}{than}"


class ServerRecords(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag="server_records"):
    """What one name server address answers for the zone itself, asked as the servers name different primaries.

    None: no usable answer to that question. ``times``: how often it was asked; more than once if the servers differed.
    """

    zone: str
    nameserver: str
    address: str
    mname: str
    nameservers: tuple[str, ...] | None = None
    exchangers: tuple[str, ...] | None = None
    addresses: tuple[str, ...] | None = None
    times: int = 1

    def in_words(self) -> str:
        """The answer in a few words."""
        sets = (("NS", self.nameservers), ("MX", self.exchangers), ("A", self.addresses))
        return "; ".join(f"{kind} {few(found)}" for kind, found in sets if found is not None) or "no answer"


class Dnssec(Struct, frozen=True, forbid_unknown_fields=True, tag="dnssec"):
    """DS at the parent, DNSKEY at the child, and the resolver's statement that the answer is authentic (AD bit)."""

    ds: bool
    dnskey: bool
    validated: bool

    def in_words(self) -> str:
        """The answer in a few words."""
        return "signed" if self.ds and self.dnskey else "not signed"


class ZoneCut(Struct, frozen=True, forbid_unknown_fields=True, tag="zone_cut"):
    """The zone in which a host name lives, then each enclosing zone up to and without the root."""

    zones: tuple[str, ...]

    def in_words(self) -> str:
        """The answer in a few words."""
        return few(self.zones)


class Origin(Struct, frozen=True, forbid_unknown_fields=True, tag="origin"):
    """The announced prefix that covers an address, with *every* origin AS seen for it (RFC 4271, MOAS kept).

    ``merged``: the source puts neighbouring announcements of one network together, so that ``prefix`` is announced by
    these networks, but perhaps in parts.
    """

    prefix: str
    asns: tuple[int, ...]
    names: tuple[str, ...] = ()
    country: str | None = None
    registry: str | None = None
    allocated: str | None = None
    merged: bool | UnsetType = UNSET

    def in_words(self) -> str:
        """The answer in a few words."""
        systems = few([f"AS{number}" for number in self.asns])
        return f"{systems}{f' {self.names[0]}' if self.names else ''}, prefix {self.prefix}"


class Owner(Struct, frozen=True, forbid_unknown_fields=True, tag="owner"):
    """The registered holder of the network that covers an address (RFC 9083 section 5.4, or port 43)."""

    via: Literal["rdap", "whois"]
    start: str
    end: str
    name: str | None = None
    handle: str | None = None
    organisation: str | None = None
    country: str | None = None

    def in_words(self) -> str:
        """The answer in a few words."""
        return f"{self.organisation or self.name or self.handle or 'not named'}, {self.start} to {self.end}"


class Published(Struct, frozen=True, forbid_unknown_fields=True):
    """A range that an operator publishes as its own: the feed's URL, the publisher's own labels, and the day
    (YYYY-MM-DD) of the feed.

    ``service`` and ``region`` are empty where a feed has none.
    """

    prefix: str
    feed: str
    service: str = ""
    region: str = ""
    date: str = ""


class PublishedRanges(Struct, frozen=True, forbid_unknown_fields=True, tag="published"):
    """Every published range around an address, the most specific first."""

    ranges: tuple[Published, ...]

    def in_words(self) -> str:
        """The answer in a few words."""
        first = self.ranges[0]
        label = " ".join(each for each in (first.service, first.region) if each)
        return f"{first.prefix}{f', {label},' if label else ''} in {first.feed}"


class WebAnswer(Struct, frozen=True, forbid_unknown_fields=True, tag="web_answer"):
    """The first answer of one address leg to ``GET /``. Header names are lower case; repeated ones stay repeated."""

    host: str
    address: str
    scheme: Literal["https", "http"]
    status: int
    headers: tuple[tuple[str, str], ...]
    location: str | None = None

    def in_words(self) -> str:
        """The answer in a few words."""
        return f"status {self.status}"


class CertificateName(Struct, frozen=True, forbid_unknown_fields=True):
    organisation: str | None = None
    common_name: str | None = None
    country: str | None = None


CertificateFault = Literal["expired", "not_yet_valid", "wrong_name", "self_signed", "untrusted", "no_issuer", "other"]
"""The reasons for which a verifier refuses a certificate. *untrusted*: its chain ends at a root that is not trusted
here; *no_issuer*: an issuer in its chain is neither sent nor known here; *expired* and *not_yet_valid* may be about any
certificate of the chain."""


class Certificate(Struct, frozen=True, forbid_unknown_fields=True, tag="certificate"):
    """The certificate that one address leg presents, valid or not.

    ``issuer`` signed the leaf certificate; ``chain`` has the issuers above it as far as they were sent or verified,
    nearest to the leaf first. ``problem`` is the verifier's own message if ``valid`` is false, and ``fault`` its
    reason, which older evidence does not have.
    """

    host: str
    address: str
    issuer: CertificateName
    names: tuple[str, ...]
    not_before: str
    not_after: str
    valid: bool
    problem: str | None = None
    chain: tuple[CertificateName, ...] = ()
    fault: CertificateFault | UnsetType = UNSET

    def in_words(self) -> str:
        """The answer in a few words."""
        issuer = self.issuer.organisation or self.issuer.common_name or "issuer not named"
        return f"by {issuer}, until {self.not_after[:10]}{'' if self.valid else ', not valid'}"


class Caa(Struct, frozen=True, forbid_unknown_fields=True, tag="caa"):
    """The relevant CAA set (RFC 8659): ``owner`` is the name at which it was found while climbing the tree."""

    owner: str
    issue: tuple[str, ...]
    issuewild: tuple[str, ...] = ()
    iodef: tuple[str, ...] = ()

    def in_words(self) -> str:
        """The answer in a few words."""
        return few(self.issue)


NODATA = "NODATA"
"""The proof that a name exists without records of a type (RFC 2308)."""

NULL_MX = "null MX (RFC 7505)"
"""The proof that a domain takes no mail."""


class MailExchanger(Struct, frozen=True, forbid_unknown_fields=True):
    preference: int
    host: str


class MailExchangers(Struct, frozen=True, forbid_unknown_fields=True, tag="mail_exchangers"):
    exchangers: tuple[MailExchanger, ...]
    ttl: int

    def in_words(self) -> str:
        """The answer in a few words."""
        return few([exchanger.host for exchanger in self.exchangers])


SpfFault = Literal["syntax", "loop", "lookups", "void_lookups"]
"""The faults for which receivers refuse a whole SPF record (RFC 7208 sections 4.6 and 4.6.4): a part that is not valid,
records that refer to one another, more than ten look-ups, more than two look-ups without a result."""


class Spf(Struct, frozen=True, forbid_unknown_fields=True, tag="spf"):
    """The senders that an SPF record authorises (RFC 7208), with its includes resolved.

    ``unlisted``: its mechanisms that let hosts send which no record lists (``exists``, ``ptr``, ``all``).
    ``broken``: its faults, left out where there are none. ``open``: true if it does not forbid all hosts that it
    does not name (``?all``, no ``all``, or ``unlisted``). All three are left out in evidence of older versions.
    """

    record: str
    includes: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    uses_mx: bool = False
    uses_a: bool = False
    unlisted: tuple[str, ...] | UnsetType = UNSET
    broken: tuple[SpfFault, ...] | UnsetType = UNSET
    open: bool | UnsetType = UNSET

    def in_words(self) -> str:
        """The answer in a few words."""
        return self.record


class Dmarc(Struct, frozen=True, forbid_unknown_fields=True, tag="dmarc"):
    policy: str
    report_hosts: tuple[str, ...] = ()

    def in_words(self) -> str:
        """The answer in a few words."""
        return f"policy {self.policy}"


class Dkim(Struct, frozen=True, forbid_unknown_fields=True, tag="dkim"):
    """A DKIM selector that answers; ``target`` is the host its CNAME points to, if it is one."""

    selector: str
    target: str | None = None

    def in_words(self) -> str:
        """The answer in a few words."""
        return self.target or "a key"


class FrontPage(Struct, frozen=True, forbid_unknown_fields=True, tag="front_page"):
    """The end of ``GET /`` of the domain after redirects, followed as a browser does.

    ``challenge``: true for a page that tries the client and is not the site's own; left out otherwise, and in evidence
    of older versions.
    """

    url: str
    host: str
    status: int
    hops: tuple[str, ...] = ()
    challenge: bool | UnsetType = UNSET

    def in_words(self) -> str:
        """The answer in a few words."""
        tried = ", a challenge page" if self.challenge is True else ""
        return f"status {self.status} from {self.host}{tried}"


CHALLENGES: dict[str, tuple[str, ...]] = {
    "cf-mitigated": (),
    "x-amzn-waf-action": (),
    "x-vercel-mitigated": ("challenge", "deny"),
}
"""Headers of an answer that is a trial of the client, or a refusal by the network in front, and not the site's own,
whatever its status; with the values that say so, none for any. Sources: Cloudflare, "Detect a Challenge Page response";
AWS WAF, "How the Challenge and CAPTCHA actions behave"; Vercel, "Attack Challenge Mode"."""


def is_challenge(headers: Iterable[tuple[str, str]]) -> bool:
    """True if the headers of an answer say that it is a challenge page; not every challenge says so."""
    for name, value in headers:
        telling = CHALLENGES.get(name.lower())
        if telling is not None and (not telling or value.strip().lower() in telling):
            return True
    return False


class PageResource(Struct, frozen=True, forbid_unknown_fields=True):
    """A script or style sheet of the front page from another host. ``blocking``: rendering waits for it."""

    url: str
    host: str
    kind: Literal["script", "style"]
    blocking: bool


class Page(Struct, frozen=True, forbid_unknown_fields=True, tag="page"):
    """The scripts and styles that the front page gets from others. ``held_back``: scripts that only another script
    starts, after the visitor's consent or first click; left out where there are none, and in older evidence.
    """

    url: str
    resources: tuple[PageResource, ...] = ()
    manifest: str | None = None
    truncated: bool = False
    held_back: tuple[PageResource, ...] | UnsetType = UNSET

    def in_words(self) -> str:
        """The answer in a few words."""
        held = () if self.held_back is UNSET else self.held_back
        hosts = few(sorted({each.host for each in held}))
        later = f"; {len(held)} held back until another script starts them: {hosts}" if held else ""
        return f"{len(self.resources)} scripts and styles of others{later}"


class AppRef(Struct, frozen=True, forbid_unknown_fields=True):
    """An app that the site names. ``store`` is a provider id; ``platform`` is the platform on which it installs."""

    platform: Literal["ios", "android", "windows", "other"]
    store: str
    id: str
    via: str


class AppLinks(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag="app_links"):
    """The apps that a site names. ``unread``: places that may name more and gave no answer."""

    apps: tuple[AppRef, ...]
    unread: tuple[str, ...] = ()

    def in_words(self) -> str:
        """The answer in a few words."""
        return few([f"{app.store} {app.id}" for app in self.apps])


class Listing(Struct, frozen=True, forbid_unknown_fields=True, tag="listing"):
    """A store's record of an app. ``owned``: the record's developer site is on the audited registrable domain."""

    store: str
    id: str
    platform: Literal["ios", "android", "windows", "other"]
    name: str | None = None
    developer: str | None = None
    developer_url: str | None = None
    owned: bool | None = None

    def in_words(self) -> str:
        """The answer in a few words."""
        return f"listed{f' as {self.name}' if self.name else ''}{f' by {self.developer}' if self.developer else ''}"


class WebApp(Struct, frozen=True, forbid_unknown_fields=True, tag="web_app"):
    """A web app manifest (W3C), and if browsers would offer to install it; ``lacks`` names what is missing."""

    url: str
    installable: bool
    name: str | None = None
    lacks: tuple[str, ...] = ()

    def in_words(self) -> str:
        """The answer in a few words."""
        return "installable" if self.installable else f"not installable, lacks {few(self.lacks)}"


class DirectPackages(Struct, frozen=True, forbid_unknown_fields=True, tag="direct_packages"):
    """Android packages that the front page offers for direct download, outside any store."""

    urls: tuple[str, ...]

    def in_words(self) -> str:
        """The answer in a few words."""
        return few(self.urls)


class StandbyServer(Struct, frozen=True, forbid_unknown_fields=True, tag="standby_server"):
    """The answer of one address of a declared standby name server: the zone's SOA serial and the NS set it would
    serve."""

    zone: str
    nameserver: str
    address: str
    authoritative: bool
    rcode: str
    serial: int | None = None
    names: tuple[str, ...] = ()

    def in_words(self) -> str:
        """The answer in a few words."""
        serial = f", serial {self.serial}" if self.serial is not None else ""
        return f"{'authoritative' if self.authoritative else 'not authoritative'}, {self.rcode}{serial}"


class StandbyAnswer(Struct, frozen=True, forbid_unknown_fields=True, tag="standby_answer"):
    """The answer of a declared standby to a request for the site: with the site's Host and SNI, certificate verified.

    ``marker``: true if the declared text was in the body, None if none was declared.
    """

    host: str
    address: str
    path: str
    status: int
    marker: bool | None = None

    def in_words(self) -> str:
        """The answer in a few words."""
        marker = {None: "", True: ", with the marker", False: ", without the marker"}[self.marker]
        return f"status {self.status}{marker}"


class MailGreeting(Struct, frozen=True, forbid_unknown_fields=True, tag="mail_greeting"):
    """The greeting of a mail exchanger on port 25 (RFC 5321 sections 3.1 and 4.1.1.1); no mail is sent.

    ``greeting`` and ``hello`` are the reply codes of the banner and of EHLO; ``hello`` is None if it was not reached.
    """

    host: str
    address: str
    greeting: int
    banner: str
    hello: int | None = None
    extensions: tuple[str, ...] = ()

    def in_words(self) -> str:
        """The answer in a few words."""
        hello = f", EHLO {self.hello}" if self.hello is not None else ", no answer to EHLO"
        return f"{self.greeting}{hello}"


Value = (
    Addresses
    | CanonicalName
    | ServiceBindings
    | Registration
    | Delegation
    | NameServers
    | ServerAnswer
    | SecondAnswer
    | ServerRecords
    | Dnssec
    | ZoneCut
    | Origin
    | Owner
    | PublishedRanges
    | WebAnswer
    | Certificate
    | Caa
    | MailExchangers
    | Spf
    | Dmarc
    | Dkim
    | FrontPage
    | Page
    | AppLinks
    | Listing
    | WebApp
    | DirectPackages
    | StandbyServer
    | StandbyAnswer
    | MailGreeting
)

Kind = Literal[
    "registration",
    "delegation",
    "nameservers",
    "server",
    "server_again",
    "server_records",
    "dnssec",
    "unvalidated",
    "zone",
    "a",
    "aaaa",
    "cname",
    "https",
    "origin",
    "owner",
    "published",
    "web",
    "plain",
    "tls",
    "caa",
    "mx",
    "exchanger",
    "spf",
    "dmarc",
    "dkim",
    "front",
    "page",
    "resource",
    "apps",
    "listing",
    "web_app",
    "packages",
    "standby_ns",
    "standby_web",
    "standby_mx",
]


# -- subjects ---------------------------------------------------------------------------------------------


class Name(NamedTuple):
    """A domain name: a zone, a registrable name, or a host."""

    name: str


class Address(NamedTuple):
    """An IP address."""

    address: str


class HostAddress(NamedTuple):
    """A host at one of its addresses."""

    host: str
    address: str


class ServerAddress(NamedTuple):
    """A name server of a zone at one of its addresses."""

    zone: str
    server: str
    address: str


class StoreListing(NamedTuple):
    """An app in a store: the provider id of the store, and the id of the app there."""

    store: str
    app: str


class StandbyPage(NamedTuple):
    """A path of a host, requested at the address of a standby."""

    host: str
    address: str
    path: str


Subject = Name | Address | HostAddress | ServerAddress | StoreListing | StandbyPage


def subject_text(subject: str | tuple[str, ...]) -> str:
    """Return a subject as evidence and reports write it: its parts with a space between them, a name unchanged."""
    return subject if isinstance(subject, str) else " ".join(subject)


def subject_parts(text: str) -> tuple[str, ...]:
    """Return the names, addresses and ids in the text of a subject."""
    return tuple(text.split(" "))


def read_subject(kind: str, text: str) -> Subject | None:
    """Return the subject in a text for a kind of evidence, None if the text is none."""
    form = KINDS[kind].subject
    parts = subject_parts(text)
    if len(parts) != len(form._fields):
        return None
    fields = dict(zip(form._fields, parts, strict=True))
    if "address" in fields and not is_address(fields["address"]):
        return None
    return form(*parts) if fields.get("path", "/").startswith("/") else None


def is_address(text: str) -> bool:
    """True for the text of an IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


# -- ids of evidence --------------------------------------------------------------------------------------


def evidence_id(kind: str, subject: str | tuple[str, ...]) -> str:
    """Return the id of the evidence of a kind about a subject."""
    return f"{kind}:{subject_text(subject)}"


def kind_of_id(identity: str) -> str:
    """Return the kind of the evidence with an id."""
    return identity.partition(":")[0]


def subject_of_id(identity: str) -> tuple[str, ...]:
    """Return the parts of the subject of the evidence with an id."""
    return subject_parts(identity.partition(":")[2])


# -- kinds ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class KindRow:
    """One kind of evidence.

    ``value`` and ``subject``: their forms. ``role``: the role that is partly unknown if an item has no answer.
    ``question``: the question in words; its placeholders take the fields of the subject. ``leads``: the value leads to
    further questions about the names in it. ``declare``: what the owner can write in the site file to settle a question
    that has no answer. ``passing``: the value differs between any two runs.
    """

    value: type[Any]
    subject: Any
    role: Role
    question: str
    declare: str = ""
    leads: bool = False
    passing: bool = False


KINDS: dict[str, KindRow] = {
    "owner": KindRow(value=Owner, subject=Address, role="hosting", question="owner of {address}"),
    "origin": KindRow(value=Origin, subject=Address, role="hosting", question="origin AS of {address}"),
    "published": KindRow(
        value=PublishedRanges, subject=Address, role="hosting", question="published ranges around {address}"
    ),
    "registration": KindRow(
        value=Registration, subject=Name, role="registrar", question="registration of {name}", leads=True
    ),
    "delegation": KindRow(value=Delegation, subject=Name, role="dns", question="delegation of {name}", leads=True),
    "a": KindRow(value=Addresses, subject=Name, role="hosting", question="A of {name}", leads=True),
    "listing": KindRow(value=Listing, subject=StoreListing, role="app_store", question="{store} listing of {app}"),
    "mx": KindRow(value=MailExchangers, subject=Name, role="mail", question="MX of {name}", leads=True),
    "nameservers": KindRow(value=NameServers, subject=Name, role="dns", question="NS of {name}", leads=True),
    "web": KindRow(
        value=WebAnswer, subject=HostAddress, role="hosting", question="GET https://{host}/ at {address}", passing=True
    ),
    "plain": KindRow(
        value=WebAnswer, subject=HostAddress, role="hosting", question="GET http://{host}/ at {address}", passing=True
    ),
    "tls": KindRow(value=Certificate, subject=HostAddress, role="ca", question="certificate of {host} at {address}"),
    "server": KindRow(
        value=ServerAnswer, subject=ServerAddress, role="dns", question="SOA of {zone} from {server} ({address})"
    ),
    "server_again": KindRow(
        value=SecondAnswer,
        subject=ServerAddress,
        role="dns",
        question="SOA of {zone} from {server} ({address}), asked again",
    ),
    "server_records": KindRow(
        value=ServerRecords,
        subject=ServerAddress,
        role="dns",
        question="NS, MX and A of {zone} from {server} ({address})",
    ),
    "exchanger": KindRow(
        value=MailGreeting, subject=HostAddress, role="mail", question="greeting of {host} at {address}"
    ),
    "aaaa": KindRow(value=Addresses, subject=Name, role="hosting", question="AAAA of {name}", leads=True),
    "cname": KindRow(value=CanonicalName, subject=Name, role="hosting", question="CNAME of {name}", leads=True),
    "https": KindRow(
        value=ServiceBindings, subject=Name, role="hosting", question="HTTPS record of {name}", leads=True
    ),
    "resource": KindRow(value=Addresses, subject=Name, role="page", question="address of page resource {name}"),
    "spf": KindRow(value=Spf, subject=Name, role="sending", question="SPF of {name}", leads=True),
    "caa": KindRow(value=Caa, subject=Name, role="ca", question="CAA of {name}"),
    "front": KindRow(value=FrontPage, subject=Name, role="hosting", question="front page of {name}", leads=True),
    "apps": KindRow(
        value=AppLinks,
        subject=Name,
        role="app_store",
        question="apps named by {name}",
        declare="declare: {apps: none}",
        leads=True,
    ),
    "dkim": KindRow(value=Dkim, subject=Name, role="sending", question="DKIM {name}"),
    "dmarc": KindRow(value=Dmarc, subject=Name, role="sending", question="DMARC of {name}"),
    "page": KindRow(value=Page, subject=Name, role="page", question="page of {name}", leads=True),
    "web_app": KindRow(value=WebApp, subject=Name, role="app_store", question="web app of {name}"),
    "packages": KindRow(value=DirectPackages, subject=Name, role="app_store", question="packages offered by {name}"),
    "dnssec": KindRow(value=Dnssec, subject=Name, role="dns", question="DNSSEC of {name}"),
    "unvalidated": KindRow(
        value=NameServers, subject=Name, role="dns", question="NS of {name} without DNSSEC validation"
    ),
    "zone": KindRow(value=ZoneCut, subject=Name, role="dns", question="zone of {name}", leads=True),
    "standby_ns": KindRow(
        value=StandbyServer,
        subject=ServerAddress,
        role="dns",
        question="SOA of {zone} from standby {server} ({address})",
    ),
    "standby_web": KindRow(
        value=StandbyAnswer, subject=StandbyPage, role="hosting", question="standby {address} asked for {host}{path}"
    ),
    "standby_mx": KindRow(
        value=MailGreeting, subject=HostAddress, role="mail", question="greeting of standby {host} at {address}"
    ),
}
"""Every kind of evidence, the most informative first."""
