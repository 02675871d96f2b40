"""What a probe can see: one form of value for each kind of evidence."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Struct, UnsetType


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


class ServiceBinding(Struct, frozen=True, forbid_unknown_fields=True):
    """One HTTPS record (RFC 9460). Priority 0 is AliasMode."""

    priority: int
    target: str
    hints: tuple[str, ...] = ()


class ServiceBindings(Struct, frozen=True, forbid_unknown_fields=True, tag="service_bindings"):
    bindings: tuple[ServiceBinding, ...]
    ttl: int


class Registration(Struct, frozen=True, forbid_unknown_fields=True, tag="registration"):
    """Registration data of a name (RFC 9083, or port 43 where a registry has no RDAP).

    ``status`` holds EPP status words in RDAP spelling (RFC 8056), ``locked`` whether a transfer lock is visible
    (None: the registry publishes no status). Dates are None where the registry gives none.
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


class NameServerGlue(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    addresses: tuple[str, ...] = ()


class Delegation(Struct, frozen=True, forbid_unknown_fields=True, tag="delegation"):
    """What the parent zone's own servers say: the NS set, its glue and TTL (seconds), and whether a DS is there."""

    parent: str
    nameservers: tuple[NameServerGlue, ...]
    ttl: int
    ds: bool | None = None


class NameServers(Struct, frozen=True, forbid_unknown_fields=True, tag="nameservers"):
    """The NS set that the zone itself publishes (the child side of the delegation). ``ttl`` in seconds."""

    names: tuple[str, ...]
    ttl: int


class ServerAnswer(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag="server_answer"):
    """What one name-server address said when asked for the zone's SOA directly, without recursion.

    ``mname`` and ``rname``: the server and the mailbox that the SOA names (RFC 1035 section 3.3.13), free text both.
    """

    zone: str
    nameserver: str
    address: str
    authoritative: bool
    rcode: str
    serial: int | None = None
    mname: str | None = None
    rname: str | None = None


class Dnssec(Struct, frozen=True, forbid_unknown_fields=True, tag="dnssec"):
    """DS at the parent, DNSKEY at the child, and whether the resolver called the answer authentic (AD bit)."""

    ds: bool
    dnskey: bool
    validated: bool


class ZoneCut(Struct, frozen=True, forbid_unknown_fields=True, tag="zone_cut"):
    """The zone in which a host name lives, then each enclosing zone up to and without the root."""

    zones: tuple[str, ...]


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


class Owner(Struct, frozen=True, forbid_unknown_fields=True, tag="owner"):
    """The registered holder of the network that covers an address (RFC 9083 section 5.4, or port 43)."""

    via: Literal["rdap", "whois"]
    start: str
    end: str
    name: str | None = None
    handle: str | None = None
    organisation: str | None = None
    country: str | None = None


class Published(Struct, frozen=True, forbid_unknown_fields=True):
    """A range that an operator publishes of itself: the feed's URL, the publisher's own labels, and the day
    (YYYY-MM-DD) on which the feed said so.

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


class WebAnswer(Struct, frozen=True, forbid_unknown_fields=True, tag="web_answer"):
    """The first answer of one address leg to ``GET /``. Header names are lower case; repeated ones stay repeated."""

    host: str
    address: str
    scheme: Literal["https", "http"]
    status: int
    headers: tuple[tuple[str, str], ...]
    location: str | None = None


class CertificateName(Struct, frozen=True, forbid_unknown_fields=True):
    organisation: str | None = None
    common_name: str | None = None
    country: str | None = None


class Certificate(Struct, frozen=True, forbid_unknown_fields=True, tag="certificate"):
    """The certificate that one address leg presents, valid or not.

    ``issuer`` signed the leaf; ``chain`` holds the issuers above it as far as they were sent or verified, leaf side
    first. ``problem`` is the verifier's own message when ``valid`` is false.
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


class Caa(Struct, frozen=True, forbid_unknown_fields=True, tag="caa"):
    """The relevant CAA set (RFC 8659): ``owner`` is the name at which the climb ended."""

    owner: str
    issue: tuple[str, ...]
    issuewild: tuple[str, ...] = ()
    iodef: tuple[str, ...] = ()


class MailExchanger(Struct, frozen=True, forbid_unknown_fields=True):
    preference: int
    host: str


class MailExchangers(Struct, frozen=True, forbid_unknown_fields=True, tag="mail_exchangers"):
    exchangers: tuple[MailExchanger, ...]
    ttl: int


class Spf(Struct, frozen=True, forbid_unknown_fields=True, tag="spf"):
    """What an SPF record authorises (RFC 7208), includes followed: who may send, not how strict it is."""

    record: str
    includes: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    uses_mx: bool = False
    uses_a: bool = False


class Dmarc(Struct, frozen=True, forbid_unknown_fields=True, tag="dmarc"):
    policy: str
    report_hosts: tuple[str, ...] = ()


class Dkim(Struct, frozen=True, forbid_unknown_fields=True, tag="dkim"):
    """A DKIM selector that answers; ``target`` is the host its CNAME points to, if it is one."""

    selector: str
    target: str | None = None


class FrontPage(Struct, frozen=True, forbid_unknown_fields=True, tag="front_page"):
    """Where ``GET /`` of the domain ends after redirects, as a browser would follow them."""

    url: str
    host: str
    status: int
    hops: tuple[str, ...] = ()


class PageResource(Struct, frozen=True, forbid_unknown_fields=True):
    """A script or style sheet of the front page from another host. ``blocking``: the page waits for it to render."""

    url: str
    host: str
    kind: Literal["script", "style"]
    blocking: bool


class Page(Struct, frozen=True, forbid_unknown_fields=True, tag="page"):
    url: str
    resources: tuple[PageResource, ...] = ()
    manifest: str | None = None
    truncated: bool = False


class AppRef(Struct, frozen=True, forbid_unknown_fields=True):
    """An app that the site names. ``store`` is a provider id; ``platform`` what it installs on."""

    platform: Literal["ios", "android", "windows", "other"]
    store: str
    id: str
    via: str


class AppLinks(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag="app_links"):
    """The apps that a site names. ``unread``: places that may name more and gave no answer."""

    apps: tuple[AppRef, ...]
    unread: tuple[str, ...] = ()


class Listing(Struct, frozen=True, forbid_unknown_fields=True, tag="listing"):
    """A store's record of an app. ``owned``: the record's developer site is on the audited registrable domain."""

    store: str
    id: str
    platform: Literal["ios", "android", "windows", "other"]
    name: str | None = None
    developer: str | None = None
    developer_url: str | None = None
    owned: bool | None = None


class WebApp(Struct, frozen=True, forbid_unknown_fields=True, tag="web_app"):
    """A web app manifest (W3C) and whether browsers would offer to install it; ``lacks`` says what is missing."""

    url: str
    installable: bool
    name: str | None = None
    lacks: tuple[str, ...] = ()


class DirectPackages(Struct, frozen=True, forbid_unknown_fields=True, tag="direct_packages"):
    """Android packages that the front page offers for direct download, outside any store."""

    urls: tuple[str, ...]


class StandbyServer(Struct, frozen=True, forbid_unknown_fields=True, tag="standby_server"):
    """What one address of a declared standby name server says of the zone: SOA serial and the NS set it would serve."""

    zone: str
    nameserver: str
    address: str
    authoritative: bool
    rcode: str
    serial: int | None = None
    names: tuple[str, ...] = ()


class StandbyAnswer(Struct, frozen=True, forbid_unknown_fields=True, tag="standby_answer"):
    """What a declared standby says when asked as the site: with its Host and SNI, certificate verified.

    ``marker`` tells whether the declared text was in the body, None if none was declared.
    """

    host: str
    address: str
    path: str
    status: int
    marker: bool | None = None


class MailGreeting(Struct, frozen=True, forbid_unknown_fields=True, tag="mail_greeting"):
    """How a declared standby mail exchanger greets on port 25 (RFC 5321 sections 3.1 and 4.1.1.1); nothing is sent.

    ``greeting`` and ``hello`` are the reply codes of the banner and of EHLO; ``hello`` is None if it was not reached.
    """

    host: str
    address: str
    greeting: int
    banner: str
    hello: int | None = None
    extensions: tuple[str, ...] = ()


Value = (
    Addresses
    | ServiceBindings
    | Registration
    | Delegation
    | NameServers
    | ServerAnswer
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
    "dnssec",
    "zone",
    "a",
    "aaaa",
    "https",
    "origin",
    "owner",
    "published",
    "web",
    "tls",
    "caa",
    "mx",
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

VALUE_OF: dict[str, type] = {
    "registration": Registration,
    "delegation": Delegation,
    "nameservers": NameServers,
    "server": ServerAnswer,
    "dnssec": Dnssec,
    "zone": ZoneCut,
    "a": Addresses,
    "aaaa": Addresses,
    "https": ServiceBindings,
    "origin": Origin,
    "owner": Owner,
    "published": PublishedRanges,
    "web": WebAnswer,
    "tls": Certificate,
    "caa": Caa,
    "mx": MailExchangers,
    "spf": Spf,
    "dmarc": Dmarc,
    "dkim": Dkim,
    "front": FrontPage,
    "page": Page,
    "resource": Addresses,
    "apps": AppLinks,
    "listing": Listing,
    "web_app": WebApp,
    "packages": DirectPackages,
    "standby_ns": StandbyServer,
    "standby_web": StandbyAnswer,
    "standby_mx": MailGreeting,
}
"""Which value each kind of evidence carries. Subjects:

registration, delegation, nameservers, dnssec, mx, spf, dmarc, caa, front - a name;
server - ``zone nameserver address``; zone, a, aaaa, https, resource, web_app, packages, apps - a host;
origin, owner, published - an address; web, tls - ``host address``; dkim - ``selector._domainkey.domain``;
page - the host of the front page; listing - ``store id``; standby_ns - ``zone server address``;
standby_web - ``host address path``; standby_mx - ``host address``.
"""
