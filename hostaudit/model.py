"""The values that flow from a look-up to a report, and nothing that does I/O.

Two documents are published from here: the evidence file (``hostaudit.evidence/1``) and the report
(``hostaudit.report/1``). Fields may be added within a major version, never renamed or removed.
Times are UTC in RFC 3339 form with a ``Z``; durations are hours unless a name says otherwise.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

EVIDENCE_SCHEMA: Literal["hostaudit.evidence/1"] = "hostaudit.evidence/1"
REPORT_SCHEMA: Literal["hostaudit.report/1"] = "hostaudit.report/1"

Cause = Literal[
    "timeout",
    "deadline",
    "servfail",
    "refused",
    "lame",
    "dns_error",
    "malformed",
    "truncated",
    "loop",
    "unreachable",
    "connection_refused",
    "connection_reset",
    "tls_error",
    "certificate_invalid",
    "http_status",
    "rate_limited",
    "too_large",
    "too_many_redirects",
    "redirect_refused",
    "blocked_address",
    "limit",
    "no_service",
    "not_asked",
    "depends_on_unknown",
    "internal_error",
]
"""Why a question has no answer. Each is a statement about the looking, never about the thing looked at."""

RETRYABLE: frozenset[str] = frozenset(
    {"timeout", "deadline", "servfail", "unreachable", "connection_reset", "http_status", "rate_limited"}
)
"""Causes for which asking again later may well give an answer."""


# --- what a probe can see ------------------------------------------------------------------------


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


class ServerAnswer(Struct, frozen=True, forbid_unknown_fields=True, tag="server_answer"):
    """What one name-server address said when asked for the zone's SOA directly, without recursion."""

    zone: str
    nameserver: str
    address: str
    authoritative: bool
    rcode: str
    serial: int | None = None


class Dnssec(Struct, frozen=True, forbid_unknown_fields=True, tag="dnssec"):
    """DS at the parent, DNSKEY at the child, and whether the resolver called the answer authentic (AD bit)."""

    ds: bool
    dnskey: bool
    validated: bool


class ZoneCut(Struct, frozen=True, forbid_unknown_fields=True, tag="zone_cut"):
    """The zone in which a host name lives, then each enclosing zone up to and without the root."""

    zones: tuple[str, ...]


class Origin(Struct, frozen=True, forbid_unknown_fields=True, tag="origin"):
    """The announced prefix that covers an address, with *every* origin AS seen for it (RFC 4271, MOAS kept)."""

    prefix: str
    asns: tuple[int, ...]
    names: tuple[str, ...] = ()
    country: str | None = None
    registry: str | None = None
    allocated: str | None = None


class Owner(Struct, frozen=True, forbid_unknown_fields=True, tag="owner"):
    """The registered holder of the network that covers an address (RFC 9083 section 5.4, or port 43)."""

    via: Literal["rdap", "whois"]
    start: str
    end: str
    name: str | None = None
    handle: str | None = None
    organisation: str | None = None
    country: str | None = None


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
}
"""Which value each kind of evidence carries. Subjects:

registration, delegation, nameservers, dnssec, mx, spf, dmarc, caa, front - a name;
server - ``zone nameserver address``; zone, a, aaaa, https, resource, web_app, packages, apps - a host;
origin, owner - an address; web, tls - ``host address``; dkim - ``selector._domainkey.domain``;
page - the host of the front page; listing - ``store id``.
"""


class Unknown(Struct, frozen=True, forbid_unknown_fields=True):
    """A question without an answer: the cause, and the words of the server or library, made printable."""

    cause: Cause
    detail: str = ""


class Evidence(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One question and what became of it. Exactly one of value, absent, unknown and not_applicable is set.

    ``absent`` carries the proof (``NXDOMAIN``, ``NODATA``, ``404``, ...); ``source`` names who was asked.
    """

    id: str
    kind: Kind
    subject: str
    source: str
    at: str
    value: Value | None = None
    absent: str | None = None
    unknown: Unknown | None = None
    not_applicable: str | None = None


class Target(Struct, frozen=True, forbid_unknown_fields=True):
    """What is audited. All names are A-labels in lower case without a trailing dot.

    ``registrable`` is the name under the ICANN part of the Public Suffix List, the unit that a registrar sells;
    ``hosts`` are the hosts looked at: the domain, its www name, and those the user named.
    """

    domain: str
    registrable: str
    hosts: tuple[str, ...]
    named: tuple[str, ...] = ()


class EvidenceRun(Struct, frozen=True, forbid_unknown_fields=True):
    """How and when the looking was done. ``options`` holds what was switched off, such as ``no-http``."""

    started: str
    finished: str
    resolver: str
    vantage: str
    tool_version: str
    options: tuple[str, ...] = ()


class EvidenceFile(Struct, frozen=True, forbid_unknown_fields=True):
    """The document that ``--save-evidence`` writes and ``analyse`` reads."""

    schema: Literal["hostaudit.evidence/1"]
    target: Target
    run: EvidenceRun
    evidence: tuple[Evidence, ...]


# --- who is who ----------------------------------------------------------------------------------

Role = Literal[
    "registry",
    "registrar",
    "dns",
    "hosting",
    "cdn",
    "ca",
    "mail",
    "sending",
    "page",
    "app_store",
]


class HeaderClue(Struct, frozen=True, forbid_unknown_fields=True):
    """A response header that names its sender. ``pattern`` is a regular expression searched in the value, without
    regard to case. A ``weak`` one never attributes alone."""

    name: str
    pattern: str
    weak: bool = False


class Samples(Struct, frozen=True, forbid_unknown_fields=True):
    """Self-test of a catalogue record: clue strings such as ``ns ns-1.awsdns-00.com`` or ``asn 16509``."""

    matches: tuple[str, ...]
    not_matches: tuple[str, ...] = ()


class Provider(Struct, frozen=True, forbid_unknown_fields=True):
    """One product of one company, as the catalogue knows it (``rules/providers/<id>.yaml``).

    Suffixes match on label boundaries only. Patterns are for numbered families and must match a whole name.
    ``jurisdiction`` is the ISO 3166-1 code of the controlling entity's country, not of its servers.
    """

    id: str
    name: str
    roles: tuple[str, ...]
    samples: Samples
    parent: str = ""
    jurisdiction: str | None = None
    sources: tuple[str, ...] = ()
    asns: tuple[int, ...] = ()
    ranges: tuple[str, ...] = ()
    ns: tuple[str, ...] = ()
    ns_patterns: tuple[str, ...] = ()
    cname: tuple[str, ...] = ()
    cname_patterns: tuple[str, ...] = ()
    mx: tuple[str, ...] = ()
    spf: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    headers: tuple[HeaderClue, ...] = ()
    issuers: tuple[str, ...] = ()
    caa: tuple[str, ...] = ()
    registrar_ids: tuple[str, ...] = ()
    registrar_names: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    tlds: tuple[str, ...] = ()
    note: str = ""


class Recovery(Struct, frozen=True, forbid_unknown_fields=True):
    """Hours until a function works again when the operator in this role is gone and nothing stands by."""

    low: float
    usual: float
    high: float
    why: str
    source: str


class Scoring(Struct, frozen=True, forbid_unknown_fields=True):
    """The constants of the score (``rules/scoring.yaml``)."""

    weights: dict[str, float]
    full_harm_hours: float
    name_only_weight: float
    further_weight: float
    named_host_weight: float


class Rules(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that judgement needs besides evidence. ``version`` is a digest of the files it was read from."""

    version: str
    providers: tuple[Provider, ...]
    parents: dict[str, str]
    recovery: dict[str, Recovery]
    scoring: Scoring


class Dependency(Struct, frozen=True):
    """Somebody on whom a subject rests, in one role. ``confidence`` is 0 to 1; see ``attribution`` for the table."""

    id: str
    role: Role
    subject: str
    provider: str
    parent: str
    jurisdiction: str | None
    confidence: float
    because: tuple[str, ...]
    contradicts: tuple[str, ...] = ()
    name: str = ""
    clues: tuple[str, ...] = ()


# --- the report ----------------------------------------------------------------------------------

Verdict = Literal["pass", "fail", "inconclusive", "not_judged"]
DomainKind = Literal["parent", "provider", "tld", "asn", "prefix", "jurisdiction"]
Effect = Literal["down", "degraded", "no_new_installs", "cannot_renew", "not_assessed"]
FunctionState = Literal["up", "down", "degraded", "unknown", "not_applicable"]


class Hours(Struct, frozen=True):
    low: float
    usual: float
    high: float


class ScoreInterval(Struct, frozen=True):
    low: float
    high: float


class Score(Struct, frozen=True):
    """0 to 100. ``coverage`` is the share, 0 to 1, of the legs looked at whose operator and state are known."""

    low: float
    high: float
    coverage: float


class Leg(Struct, frozen=True):
    """One of the alternatives on which a function rests, and who must all keep it up."""

    role: str
    subject: str
    providers: tuple[str, ...]
    state: Literal["known", "unknown", "failed"]
    because: tuple[str, ...]
    note: str = ""


class Function(Struct, frozen=True):
    id: str
    state: FunctionState
    score: ScoreInterval
    legs: tuple[Leg, ...] = ()
    note: str = ""


class FailureDomain(Struct, frozen=True):
    kind: DomainKind
    id: str
    name: str = ""


class FunctionImpact(Struct, frozen=True):
    """``basis`` says which numbers are measured and which are assumed from ``rules/recovery.yaml``."""

    id: str
    effect: Effect
    time_to_impact_hours: float
    time_to_recover_hours: Hours
    basis: str = ""


class SinglePoint(Struct, frozen=True):
    """A failure domain that ends functions alone. ``name_only``: all it holds of order 1 is a registry or registrar."""

    failure_domain: FailureDomain
    order: int
    functions: tuple[FunctionImpact, ...]
    because: tuple[str, ...]
    roles: tuple[str, ...] = ()
    exposure: float = 0.0
    name_only: bool = False


class CutSet(Struct, frozen=True):
    kind: DomainKind
    function: str
    members: tuple[str, ...]


class Fallback(Struct, frozen=True):
    role: str
    provider: str
    grade: Literal["declared", "configured", "probed", "independent"]
    reasons: tuple[str, ...]


class Finding(Struct, frozen=True):
    rule: str
    outcome: Literal["pass", "fail", "unknown"]
    severity: Literal["low", "medium", "high", "critical"]
    confidence: float
    subject: str
    message: str
    because: tuple[str, ...]
    fix: str


class UnknownFact(Struct, frozen=True):
    role: str
    subject: str
    cause: str
    retryable: bool
    detail: str = ""
    evidence: str = ""


class NotAssessed(Struct, frozen=True):
    what: str
    why: str


class Run(Struct, frozen=True):
    """The only part of a report that may differ between two runs over the same evidence."""

    started: str
    finished: str
    resolver: str
    vantage: str
    tool_version: str
    rules_version: str
    data_versions: dict[str, str] = field(default_factory=dict)


class Report(Struct, frozen=True):
    schema: Literal["hostaudit.report/1"]
    target: Target
    run: Run
    verdict: Verdict
    summary: str
    score: Score
    functions: tuple[Function, ...]
    dependencies: tuple[Dependency, ...]
    spofs: tuple[SinglePoint, ...]
    cut_sets: tuple[CutSet, ...]
    fallbacks: tuple[Fallback, ...]
    findings: tuple[Finding, ...]
    unknowns: tuple[UnknownFact, ...]
    not_assessed: tuple[NotAssessed, ...]
    exceptions_applied: tuple[str, ...]
    evidence: tuple[Evidence, ...]
