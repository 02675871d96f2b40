"""Hand-made evidence of small sites, for tests of everything that thinks."""

from __future__ import annotations

from hostaudit.model import site as site_file
from hostaudit.model.evidence import Evidence, EvidenceFile, EvidenceRun, Target, Unknown
from hostaudit.model.site import DeclaredFallback, SpareName
from hostaudit.model.values import (
    Addresses,
    Alias,
    AppLinks,
    AppRef,
    Caa,
    Certificate,
    CertificateName,
    Delegation,
    FrontPage,
    Listing,
    MailExchanger,
    MailExchangers,
    MailGreeting,
    NameServerGlue,
    NameServers,
    Origin,
    Registration,
    ServerAnswer,
    Spf,
    StandbyAnswer,
    StandbyServer,
    WebAnswer,
    WebApp,
    ZoneCut,
)

AT = "2021-01-09T00:00:00Z"


class Site:
    """Evidence of one site, grown call by call; a later call with the same question replaces the answer."""

    def __init__(self, domain: str = "shop.example.com", *, named: tuple[str, ...] = ()) -> None:
        self.domain = domain
        registrable = ".".join(domain.split(".")[-2:])
        hosts = tuple(dict.fromkeys((domain, f"www.{domain}", *named)))
        self.target = Target(domain, registrable, hosts, named)
        self.items: dict[str, Evidence] = {}
        self.options: tuple[str, ...] = ()
        self.declared: site_file.Site | None = None

    def note(self, kind, subject, value=None, *, absent=None, unknown=None, not_applicable=None) -> Site:
        item = Evidence(
            id=f"{kind}:{subject}",
            kind=kind,
            subject=subject,
            source="test",
            at=AT,
            value=value,
            absent=absent,
            unknown=Unknown(unknown) if unknown else None,
            not_applicable=not_applicable,
        )
        self.items[item.id] = item
        return self

    def zone(self, host: str) -> Site:
        parts = host.split(".")
        return self.note("zone", host, ZoneCut((".".join(parts[-2:]), parts[-1])))

    def address(self, host: str, *legs: tuple[str, int], chain: tuple[str, ...] = ()) -> Site:
        """A host with addresses, each announced by an AS."""
        aliases, name = [], host
        for target in chain:
            aliases.append(Alias(name, target, 60))
            self.zone(target)
            name = target
        self.note("a", host, Addresses(tuple(aliases), tuple(ip for ip, _ in legs), 60))
        self.note("aaaa", host, absent="NODATA").zone(host)
        for ip, asn in legs:
            prefix = ".".join(ip.split(".")[:2]) + ".0.0/16"
            self.note("origin", ip, Origin(prefix, (asn,), (f"AS{asn}-NAME",), "US"))
        return self

    def name(self, registrar: tuple[str, str], nameservers: dict[str, tuple[str, int]], *, serial: int = 1) -> Site:
        """The registrable name: who sold it, and its name servers with address and AS."""
        zone = self.target.registrable
        glue = tuple(NameServerGlue(host) for host in nameservers)
        self.note("registration", zone, Registration("rdap", *registrar))
        self.note("delegation", zone, Delegation(zone.split(".")[-1], glue, 172800, ds=False))
        self.note("nameservers", zone, NameServers(tuple(nameservers), 3600)).zone(self.domain)
        for host, leg in nameservers.items():
            self.address(host, leg)
            self.note("server", f"{zone} {host} {leg[0]}", ServerAnswer(zone, host, leg[0], True, "NOERROR", serial))
        return self

    def web(self, host: str, *legs: tuple[str, int], issuer: str = "Let's Encrypt", headers=(), chain=()) -> Site:
        """A host that answers at every address, with a valid certificate."""
        self.address(host, *legs, chain=chain)
        for ip, _ in legs:
            self.note("web", f"{host} {ip}", WebAnswer(host, ip, "https", 200, tuple(headers)))
            name = CertificateName(issuer, "X1", "US")
            self.note("tls", f"{host} {ip}", Certificate(host, ip, name, (host,), AT, "2021-03-01T00:00:00Z", True))
        return self

    def front(self, host: str) -> Site:
        return self.note("front", self.domain, FrontPage(f"https://{host}/", host, 200))

    def caa(self, *names: str) -> Site:
        for host in self.target.hosts:
            if names:
                self.note("caa", host, Caa(self.target.registrable, names))
            else:
                self.note("caa", host, absent="no CAA")
        return self

    def mail(self, *exchangers: tuple[str, str, int], spf: tuple[str, ...] = ()) -> Site:
        if not exchangers:
            self.note("mx", self.domain, absent="null MX (RFC 7505)")
        else:
            rows = tuple(MailExchanger(10, host) for host, _, _ in exchangers)
            self.note("mx", self.domain, MailExchangers(rows, 300))
            for host, ip, asn in exchangers:
                self.address(host, (ip, asn))
        if spf:
            return self.note("spf", self.domain, Spf("v=spf1", spf))
        return self.note("spf", self.domain, absent="no SPF record")

    def apps(self, *listings: tuple[str, str, str], installable: bool = False) -> Site:
        """Apps as (platform, store, id), all listed; none at all if there are no arguments."""
        host = self.target.hosts[1]
        self.note("web_app", host, WebApp(f"https://{host}/manifest.json", installable))
        self.note("packages", host, absent="no package offered")
        if not listings:
            return self.note("apps", self.domain, absent="no app named")
        self.note("apps", self.domain, AppLinks(tuple(AppRef(p, s, i, "page") for p, s, i in listings)))
        for platform, store, identity in listings:
            self.note("listing", f"{store} {identity}", Listing(store, identity, platform))
        return self

    def file(self) -> EvidenceFile:
        run = EvidenceRun(AT, AT, "192.0.2.53", "local", "0", self.options)
        return EvidenceFile("hostaudit.evidence/1", self.target, run, tuple(self.items.values()), self.declared)

    # -- what its owner declares, and what of that answers ----------------------------------------------------

    def declare(self, *fallbacks: DeclaredFallback, **more) -> Site:
        """A site file: fallbacks by position, functions, spare_names and places by name."""
        self.declared = site_file.Site(self.domain, fallbacks=fallbacks, **more)
        return self

    def standby_server(
        self, server: str, leg: tuple[str, int], *, serial: int | None = 1, good: bool = True, names=()
    ) -> Site:
        """A name server that holds the zone without being delegated to; not ``good``: it refuses."""
        zone = self.target.registrable
        value = StandbyServer(zone, server, leg[0], good, "NOERROR" if good else "REFUSED", serial, tuple(names))
        return self.address(server, leg).note("standby_ns", f"{zone} {server} {leg[0]}", value)

    def standby_page(
        self, host: str, leg: tuple[str, int], *, status: int = 200, marker: bool | None = None, path: str = "/"
    ) -> Site:
        """An address that answers as a host of the site."""
        ip, asn = leg
        self.note("origin", ip, Origin(".".join(ip.split(".")[:2]) + ".0.0/16", (asn,), (f"AS{asn}-NAME",), "US"))
        return self.note("standby_web", f"{host} {ip} {path}", StandbyAnswer(host, ip, path, status, marker))

    def standby_exchanger(
        self, host: str, leg: tuple[str, int], *, greeting: int = 220, hello: int | None = 250
    ) -> Site:
        """A mail exchanger that greets."""
        value = MailGreeting(host, leg[0], greeting, "ESMTP", hello)
        return self.address(host, leg).note("standby_mx", f"{host} {leg[0]}", value)

    def spare(
        self, name: str, registrar: tuple[str, str], nameservers: dict[str, tuple[str, int]], leg: tuple[str, int]
    ) -> SpareName:
        """Another registrable name under which the same page answers; to be declared."""
        glue = tuple(NameServerGlue(host) for host in nameservers)
        self.note("registration", name, Registration("rdap", *registrar))
        self.note("delegation", name, Delegation(name.split(".")[-1], glue, 172800, ds=False))
        self.note("nameservers", name, NameServers(tuple(nameservers), 3600))
        for host, place in nameservers.items():
            self.address(host, place)
            self.note("server", f"{name} {host} {place[0]}", ServerAnswer(name, host, place[0], True, "NOERROR", 1))
        self.address(name, leg).standby_page(name, leg)
        return SpareName(name)


AMAZON_NS = {
    "ns-1.awsdns-00.com": ("205.251.192.1", 16509),
    "ns-513.awsdns-00.net": ("205.251.194.1", 16509),
}
NSONE = {"dns1.p01.nsone.net": ("198.51.44.1", 62597)}
CLOUDFLARE_NS = {"ada.ns.cloudflare.com": ("173.245.58.55", 13335), "bob.ns.cloudflare.com": ("173.245.59.104", 13335)}
GANDI_NS = {"ns-10-a.gandi.net": ("173.246.100.11", 29169)}

AMAZON_REGISTRAR = ("Amazon Registrar, Inc.", "468")
GANDI = ("Gandi SAS", "81")


def on_one_parent() -> Site:
    """Everything at one company, as Parler was."""
    site = Site("captive.com").name(AMAZON_REGISTRAR, AMAZON_NS)
    site.web("captive.com", ("54.189.10.21", 16509), issuer="Amazon")
    site.web("www.captive.com", ("13.225.10.5", 16509), issuer="Amazon", chain=("d1.cloudfront.net",))
    site.front("www.captive.com").caa("amazon.com")
    site.mail(("inbound-smtp.us-west-2.amazonaws.com", "52.35.1.10", 16509), spf=("amazonses.com",))
    return site.apps(("ios", "apple-app-store", "1"), ("android", "google-play", "com.captive"))


def in_pairs() -> Site:
    """Two independent legs in every role where two are possible."""
    site = Site("steady.org").name(GANDI, {**NSONE, **GANDI_NS})
    site.web("steady.org", ("88.198.77.10", 24940), ("51.38.99.20", 16276))
    site.web("www.steady.org", ("88.198.77.11", 24940), ("51.38.99.21", 16276))
    site.front("www.steady.org").caa()
    site.mail(("mx1.steady.org", "88.198.77.25", 24940), ("mx2.steady.org", "51.38.99.25", 16276))
    site.apps(
        ("ios", "apple-app-store", "1"),
        ("android", "google-play", "org.steady"),
        ("android", "f-droid", "org.steady"),
        installable=True,
    )
    return site


def in_one_leg() -> Site:
    """One operator in every role, each another company: whatever leaves takes something down."""
    site = Site("steady.org").name(GANDI, NSONE)
    for host, ip in (("steady.org", "88.198.77.10"), ("www.steady.org", "88.198.77.11")):
        site.web(host, (ip, 24940))
    site.front("www.steady.org").caa("letsencrypt.org")
    site.mail(("in1-smtp.messagingengine.com", "103.168.172.216", 151847))
    return site.apps(("ios", "apple-app-store", "1"), ("android", "google-play", "org.steady"))
