"""Write evidence bundles of sites to which recorded incidents happened: one folder here for each.

Run it as ``python examples/history/build.py`` after changing a fact here. README.md beside it gives the source of each
fact and tells which are assumed; every item of evidence repeats that in its ``source``.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from hostaudit.documents.evidence_file import encode_evidence
from hostaudit.model.evidence import EVIDENCE_SCHEMA, Evidence, EvidenceFile, EvidenceRun, Target
from hostaudit.model.site import DeclaredFallback, DeclaredFunction, Need, Place, Site, SiteFile, SpareName
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
    Kind,
    Listing,
    MailExchanger,
    MailExchangers,
    NameServerGlue,
    NameServers,
    Origin,
    Registration,
    ServerAnswer,
    Spf,
    StandbyAnswer,
    WebAnswer,
    ZoneCut,
)

HERE = Path(__file__).resolve().parent

ASSUMED = "assumed; see README.md"
LEFT_OUT = "not part of this case"

# Who announces a network. The numbers and names are true of the company; that the victim had the very addresses below
# is made up. The last row is from the ranges for documentation (RFC 5398, RFC 5737).
NETWORKS = {
    "akamai": ("193.108.88.0/21", 21342, "AKAMAI-ASN2", "NL"),
    "aws": ("54.184.0.0/13", 16509, "AMAZON-02", "US"),
    "aws-2010": ("184.72.0.0/15", 14618, "AMAZON-AES", "US"),
    "azure-front-door": ("13.107.246.0/24", 8068, "MICROSOFT-CORP-MSN-AS-BLOCK", "US"),
    "bahnhof": ("88.80.0.0/19", 8473, "BAHNHOF", "SE"),
    "bbc": ("212.58.224.0/19", 2818, "BBC", "GB"),
    "cloudflare": ("104.16.0.0/13", 13335, "CLOUDFLARENET", "US"),
    "cloudfront": ("13.224.0.0/14", 16509, "AMAZON-02", "US"),
    "dyn": ("208.78.68.0/22", 33517, "DYNDNS", "US"),
    "fastly": ("151.101.0.0/16", 54113, "FASTLY", "US"),
    "gandi": ("173.246.96.0/20", 29169, "GANDI-AS", "FR"),
    "github-pages": ("185.199.108.0/22", 54113, "FASTLY", "US"),
    "godaddy": ("97.74.96.0/19", 26496, "AS-26496-GO-DADDY-COM-LLC", "US"),
    "google-cloud": ("35.192.0.0/11", 396982, "GOOGLE-CLOUD-PLATFORM", "US"),
    "google-workspace": ("142.250.0.0/15", 15169, "GOOGLE", "US"),
    "hetzner": ("88.198.0.0/16", 24940, "HETZNER-AS", "DE"),
    "joyent-triton": ("165.225.128.0/19", 26464, "JOYENT-INC", "US"),
    "microsoft-365": ("52.96.0.0/12", 8075, "MICROSOFT-CORP-MSN-AS-BLOCK", "US"),
    "ns1": ("198.51.44.0/24", 62597, "NSONE", "US"),
    "ovh": ("51.38.0.0/16", 16276, "OVH", "FR"),
    "ovh-2010": ("213.251.128.0/18", 16276, "OVH", "FR"),
    "railway": ("66.33.22.0/24", 400940, "RAILWAY", "US"),
    "route53": ("205.251.192.0/21", 16509, "AMAZON-02", "US"),
    "tucows": ("216.40.32.0/20", 15348, "TUCOWS", "CA"),
    "voxility": ("93.114.40.0/21", 3223, "VOXILITY", "RO"),
    "zoho": ("204.141.32.0/23", 2639, "ZOHO-AS", "US"),
    "own": ("192.0.2.0/24", 64496, "DOCUMENTATION", "US"),
}

ROUTE53 = {"ns-265.awsdns-33.com": "205.251.193.9", "ns-776.awsdns-33.net": "205.251.195.8"}
GANDI = {"ns-10-a.gandi.net": "173.246.100.11", "ns-20-b.gandi.net": "173.246.100.12"}
CLOUDFLARE = {"ada.ns.cloudflare.com": "104.16.58.55", "bob.ns.cloudflare.com": "104.16.59.104"}
DYN = {"ns1.p26.dynect.net": "208.78.70.26", "ns2.p26.dynect.net": "208.78.71.26"}


class Victim:
    """Evidence of one site at one moment, and what its owner declares. ``source`` is what the items noted next say."""

    def __init__(self, id: str, at: str, domain: str, named: tuple[str, ...] = ()) -> None:  # noqa: A002
        self.id = id
        self.at = at
        self.domain = domain
        self.named = named
        self.site: Site | None = None
        self.items: dict[str, Evidence] = {}

    def note(
        self,
        kind: Kind,
        subject: str,
        value: Any = None,
        source: str = "",
        *,
        absent: str = "",
        not_applicable: str = "",
    ) -> None:
        """Keep one item: a value, a proof of absence, or that the case does not turn on it."""
        item = Evidence(
            id=f"{kind}:{subject}",
            kind=kind,
            subject=subject,
            source=source or ASSUMED,
            at=self.at,
            value=value,
            absent=absent or None,
            not_applicable=not_applicable or None,
        )
        self.items[item.id] = item

    def zone(self, host: str, *zones: str) -> None:
        """The zones in which a name lies; without them those of a plain name of two labels."""
        labels = host.split(".")
        self.note("zone", host, ZoneCut(zones or (".".join(labels[-2:]), labels[-1])))

    def host(
        self, host: str, network: str, *addresses: str, alias: tuple[str, ...] = (), ttl: int = 300, source: str = ""
    ) -> None:
        """A host at addresses of one network, perhaps by way of aliases."""
        chain, name = [], host
        for target in alias:
            chain.append(Alias(name, target, ttl))
            self.zone(target)
            name = target
        if f"zone:{host}" not in self.items:
            self.zone(host)
        self.note("a", host, Addresses(tuple(chain), addresses, ttl), source)
        self.note("aaaa", host, absent="NODATA")
        self.announced(network, *addresses, source=source)

    def announced(self, network: str, *addresses: str, source: str = "") -> None:
        """Who announces addresses."""
        prefix, number, name, country = NETWORKS[network]
        for address in addresses:
            self.note("origin", address, Origin(prefix, (number,), (f"{name}, {country}",), country), source)

    def name(
        self,
        name: str,
        registrar: tuple[str, str | None],
        servers: dict[str, str],
        *,
        source: str = "",
        served: str = "",
        network: str = "own",
        ttl: int = 172800,
    ) -> None:
        """A registrable name: who sold it (``source``) and which servers it is delegated to (``served``)."""
        tld = name.rpartition(".")[2]
        sold = Registration("rdap", registrar[0], registrar[1], nameservers=tuple(sorted(servers)))
        glue = tuple(NameServerGlue(each) for each in sorted(servers))
        self.note("registration", name, sold, source)
        self.note("delegation", name, Delegation(tld, glue, ttl, ds=False), served)
        self.note("nameservers", name, NameServers(tuple(sorted(servers)), ttl), served)
        self.zone(name, name, tld)
        self.servers(name, servers, network, served)

    def servers(self, zone: str, servers: dict[str, str], network: str, source: str = "") -> None:
        """Name servers that answer for a zone."""
        for server, address in servers.items():
            self.host(server, network, address, ttl=172800, source=source)
            answer = ServerAnswer(zone, server, address, authoritative=True, rcode="NOERROR", serial=1)
            self.note("server", f"{zone} {server} {address}", answer, source)

    def web(
        self,
        host: str,
        network: str,
        *addresses: str,
        alias: tuple[str, ...] = (),
        headers: dict[str, str] | None = None,
        issuer: tuple[str, str] | None = ("Let's Encrypt", "R3"),
        ttl: int = 300,
        source: str = "",
    ) -> None:
        """A host that answers at every address; without an issuer over plain HTTP."""
        self.host(host, network, *addresses, alias=alias, ttl=ttl, source=source)
        rows = tuple(sorted((headers or {"content-type": "text/html"}).items()))
        at = datetime.fromisoformat(self.at.replace("Z", "+00:00"))
        begins, ends = ((at + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ") for days in (-30, 60))
        for address in addresses:
            answer = WebAnswer(host, address, "https" if issuer else "http", 200, rows)
            self.note("web", f"{host} {address}", answer, source)
            if issuer:
                signer = CertificateName(*issuer, "US")
                leaf = Certificate(host, address, signer, (host,), begins, ends, valid=True)
                self.note("tls", f"{host} {address}", leaf)
            else:
                self.note("tls", f"{host} {address}", not_applicable="served over http only: port 443 is closed")
        self.note("caa", host, absent="no CAA record")
        if host == self.domain:
            scheme = "https" if issuer else "http"
            self.note("front", host, FrontPage(f"{scheme}://{host}/", host, 200))

    def standby(self, address: str, host: str, source: str = "") -> None:
        """That a standby or spare name answers as the site."""
        answer = StandbyAnswer(host, address, "/", 200)
        self.note("standby_web", f"{host} {address} /", answer, source)

    def declares(self, **what: Any) -> None:
        """What the owner would have written into the site file."""
        self.site = Site(self.domain, hosts=self.named, **what)

    def file(self) -> EvidenceFile:
        """The evidence file. What was not noted of mail and apps is no part of the case."""
        asked: tuple[Kind, ...] = ("mx", "spf", "dmarc", "apps")
        for kind in asked:
            if f"{kind}:{self.domain}" not in self.items:
                self.note(kind, self.domain, not_applicable=LEFT_OUT)
        target = Target(self.domain, self.registrable, (self.domain, *self.named), self.named)
        run = EvidenceRun(self.at, self.at, "none: made by hand from public facts", "hand-made", "0.1.0")
        evidence = tuple(sorted(self.items.values(), key=lambda item: item.id))
        return EvidenceFile(EVIDENCE_SCHEMA, target, run, evidence, self.site)

    @property
    def registrable(self) -> str:
        """The name that a registrar sells; under gov.uk and co.uk that has three labels."""
        labels = self.domain.split(".")
        return ".".join(labels[-3:] if labels[-1] == "uk" or labels[-2:] == ["com", "au"] else labels[-2:])


# -- provider actions -----------------------------------------------------------------------------------------


def wikileaks_2010() -> Victim:
    """A second name under another TLD, with hosts in other countries, stands by."""
    v = Victim("wikileaks-2010", "2010-12-01T00:00:00Z", "wikileaks.org")
    servers = {f"ns{n}.everydns.net": f"192.0.2.{n}" for n in range(1, 5)}
    v.name("wikileaks.org", ("Dynadot LLC", "472"), servers, served="reported: DNS at EveryDNS; Deutsche Welle")
    hosted = "reported: at Amazon Web Services; Guardian. The address is assumed"
    v.web("wikileaks.org", "aws-2010", "184.72.37.90", issuer=None, source=hosted)
    spare, reported = "wikileaks.ch", "reported: it answered, from France and Sweden; Deutsche Welle, Wprost"
    france, sweden = "213.251.145.96", "88.80.13.160"
    v.name(spare, ("SWITCH", None), {"ns1.piratenpartei.ch": "192.0.2.53"})
    v.host(spare, "ovh-2010", france, source=reported)
    v.announced("bahnhof", sweden)
    v.note("a", spare, Addresses((), (france, sweden), 300), reported)
    for address in (france, sweden):
        v.standby(address, spare, reported)
    v.declares(
        functions=(payments("paypal", "mastercard", "visa", "postfinance"),),
        spare_names=(SpareName(spare),),
    )
    return v


def payments(*providers: str) -> DeclaredFunction:
    """Money comes in while any one of the providers passes it on."""
    return DeclaredFunction("payments", (Need("payments", providers),))


def gab_2018() -> Victim:
    """One host, one registrar, two payment providers."""
    v = Victim("gab-2018", "2018-10-27T00:00:00Z", "gab.com")
    servers = {"ns45.domaincontrol.com": "97.74.100.23", "ns46.domaincontrol.com": "97.74.101.23"}
    sold = "reported: registrar GoDaddy; DomainingAfrica"
    v.name("gab.com", ("GoDaddy.com, LLC", "146"), servers, source=sold, network="godaddy")
    hosted = "reported: at Joyent; DomainingAfrica. The address is assumed"
    v.web("gab.com", "joyent-triton", "165.225.130.10", source=hosted)
    v.declares(functions=(payments("paypal", "stripe"),))
    return v


def eightchan_2019() -> Victim:
    """Behind one CDN, with another to go to that rents its network from a third company."""
    v = Victim("8chan-2019", "2019-08-05T07:00:00Z", "8ch.net")
    servers = {"ns1.systemdns.com": "216.40.47.26", "ns2.systemdns.com": "216.40.47.27"}
    sold = "reported: registrar Tucows; Domain Incite"
    v.name("8ch.net", ("Tucows Domains Inc.", "69"), servers, source=sold, network="tucows")
    edge = {"server": "cloudflare", "cf-ray": "501illustrative-AMS"}
    fronted = "reported: behind Cloudflare; CTV. The address is assumed"
    v.web("8ch.net", "cloudflare", "104.16.20.30", headers=edge, issuer=("CloudFlare, Inc.", "CA-2"), source=fronted)
    carried = "reported: BitMitigate, on capacity of Voxility; NBC. Name and address are assumed"
    host = "8ch.bitmitigate.com"
    v.host(host, "voxility", "93.114.44.10", source=carried)
    v.standby("93.114.44.10", "8ch.net", carried)
    v.declares(fallbacks=(DeclaredFallback("cdn", "bitmitigate", host=host, activation_hours=9.0),))
    return v


def pirate_bay_2013() -> Victim:
    """One server site under a name of which there are several."""
    v = Victim("pirate-bay-domains", "2013-12-10T00:00:00Z", "thepiratebay.sx")
    servers = {"ns0.thepiratebay.org": "192.0.2.10", "ns1.thepiratebay.org": "192.0.2.11"}
    address = "192.0.2.20"
    v.name("thepiratebay.sx", ("illustrative registrar of .sx", None), servers)
    v.web("thepiratebay.sx", "own", address, issuer=None, source="reported: one server site; Vice. Address assumed")
    spares = ("thepiratebay.ac", "thepiratebay.pe", "thepiratebay.se", "thepiratebay.org")
    for spare in spares:
        reported = "reported: in reserve or used in turn; International Business Times"
        v.name(spare, (f"illustrative registrar of .{spare.rpartition('.')[2]}", None), servers, source=reported)
        v.host(spare, "own", address, source=reported)
        v.standby(address, spare, reported)
    v.declares(spare_names=tuple(SpareName(each) for each in spares))
    return v


def zoom_2025() -> Victim:
    """A single name, and the status page under it."""
    status = "status.zoom.us"
    v = Victim("zoom-2025", "2025-04-16T18:00:00Z", "zoom.us", (status,))
    sold = "reported: registrar MarkMonitor; Red Sift"
    v.name("zoom.us", ("MarkMonitor, Inc.", "292"), ROUTE53, source=sold, network="route53", ttl=7200)
    v.web("zoom.us", "aws", "54.189.10.21")
    reported = "reported: status page under the same name; Zoom. The host is assumed"
    v.web(status, "cloudfront", "13.225.10.5", alias=("zoom.statuspage.io",), source=reported)
    mail = "reported: company mail under the same name; Zoom. The provider is assumed"
    v.note("mx", "zoom.us", MailExchangers((MailExchanger(1, "smtp.google.com"),), 300), mail)
    v.host("smtp.google.com", "google-workspace", "142.250.10.26")
    return v


def zoho_2018() -> Victim:
    """A service on its own network whose name is at a small registrar."""
    v = Victim("zoho-2018", "2018-09-24T15:00:00Z", "zoho.com")
    servers = {"ns1.zohocorp.com": "204.141.32.100", "ns2.zohocorp.com": "204.141.33.100"}
    sold = "reported: registrar TierraNet; ZDNet"
    v.name("zoho.com", ("TierraNet Inc. d/b/a DomainDiscover", "86"), servers, source=sold, network="zoho")
    v.web("zoho.com", "zoho", "204.141.32.155")
    return v


def notion_2021() -> Victim:
    """A single name under a ccTLD; the .com only led there."""
    v = Victim("notion-2021", "2021-02-12T13:00:00Z", "notion.so")
    sold = "reported: registrar Name.com; TechCrunch"
    v.name("notion.so", ("Name.com, Inc.", "625"), CLOUDFLARE, source=sold, network="cloudflare")
    v.web("notion.so", "cloudflare", "104.18.22.110", headers={"server": "cloudflare"})
    return v


def itch_io_2024() -> Victim:
    """A single name."""
    v = Victim("itch-io-2024", "2024-12-08T23:00:00Z", "itch.io")
    sold = "reported: sold by iwantmyname; the operator. The registrar of record is assumed"
    v.name("itch.io", ("1API GmbH", "1387"), ROUTE53, source=sold, network="route53")
    v.web("itch.io", "hetzner", "88.198.77.10")
    return v


def unisuper_2024() -> Victim:
    """Two zones of one cloud under one account."""
    v = Victim("unisuper-2024", "2024-05-01T23:00:00Z", "unisuper.com.au")
    v.name("unisuper.com.au", ("MarkMonitor Inc.", "292"), ROUTE53, network="route53")
    v.zone("unisuper.com.au", "unisuper.com.au", "com.au", "au")
    glue = tuple(NameServerGlue(each) for each in sorted(ROUTE53))
    v.note("delegation", "unisuper.com.au", Delegation("com.au", glue, 14400, ds=False))
    hosted = "reported: private cloud in two zones at Google Cloud; Google. The addresses are assumed"
    v.web("unisuper.com.au", "google-cloud", "35.201.10.21", "35.201.20.22", source=hosted)
    return v


def railway_2026() -> Victim:
    """A customer of the platform."""
    v = Victim("railway-gcp-2026", "2026-05-19T22:00:00Z", "app.example.com")
    v.name("example.com", ("Gandi SAS", "81"), GANDI, network="gandi")
    reported = "reported: customers of Railway; webhosting.today. Name and address are assumed"
    v.web("app.example.com", "railway", "66.33.22.10", alias=("illustrative.up.railway.app",), source=reported)
    v.declares(functions=(DeclaredFunction("deploy", (Need("deploy", ("railway",)),)),))
    return v


def kiwix_2024() -> Victim:
    """Servers at one host, copies of the data at mirrors."""
    v = Victim("hetzner-kiwix-2024", "2024-11-30T23:00:00Z", "kiwix.org")
    v.name("kiwix.org", ("Gandi SAS", "81"), GANDI, network="gandi")
    hosted = "reported: servers at Hetzner; LowEndBox. The address is assumed"
    v.web("kiwix.org", "hetzner", "88.198.77.10", source=hosted)
    v.declares(functions=(DeclaredFunction("restore_data", (Need("backup", ("hetzner", "mirrors")),)),))
    return v


def nayara_2025() -> Victim:
    """Mail, and its archive, at one cloud office."""
    v = Victim("nayara-2025", "2025-07-21T23:00:00Z", "nayaraenergy.com")
    v.name("nayaraenergy.com", ("GoDaddy.com, LLC", "146"), GANDI, network="gandi")
    v.web("nayaraenergy.com", "ovh", "51.38.99.21")
    exchanger = "nayaraenergy-com.mail.protection.outlook.com"
    mail = "reported: mail at Microsoft 365; Reuters. The host is assumed"
    v.note("mx", "nayaraenergy.com", MailExchangers((MailExchanger(0, exchanger),), 3600), mail)
    v.host(exchanger, "microsoft-365", "52.101.145.0", source=mail)
    v.note("spf", "nayaraenergy.com", Spf("v=spf1 include:spf.protection.outlook.com -all", (OUTLOOK,)), mail)
    v.declares(functions=(DeclaredFunction("mail_archive", (Need("backup", ("microsoft-365",)),)),))
    return v


OUTLOOK = "spf.protection.outlook.com"


def tiktok_2025() -> Victim:
    """An app in two stores of one country."""
    v = Victim("tiktok-us-2025", "2025-01-18T23:00:00Z", "tiktok.com")
    v.name("tiktok.com", ("Gandi SAS", "81"), ROUTE53, network="route53")
    v.web("tiktok.com", "akamai", "193.108.90.20")
    listed = "reported: in both stores; ppc.land. Developer names are assumed"
    ios, play = ("apple-app-store", "835599320"), ("google-play", "com.zhiliaoapp.musically")
    refs = (AppRef("ios", *ios, "link"), AppRef("android", *play, "link"))
    v.note("apps", "tiktok.com", AppLinks(refs), listed)
    v.note("listing", " ".join(ios), Listing(*ios, "ios", "TikTok", "TikTok Ltd."), listed)
    v.note("listing", " ".join(play), Listing(*play, "android", "TikTok", "TikTok Pte. Ltd."), listed)
    v.note("web_app", "tiktok.com", absent="no manifest linked")
    v.note("packages", "tiktok.com", absent="no package offered")
    return v


def digicert_2024() -> Victim:
    """A certificate that has to be replaced within a day, by machine."""
    v = Victim("digicert-2024", "2024-07-30T19:00:00Z", "example.com")
    v.name("example.com", ("Gandi SAS", "81"), GANDI, network="gandi")
    reported = "reported: a certificate of DigiCert; The Register. Host and address are assumed"
    v.web("example.com", "hetzner", "88.198.77.10", issuer=("DigiCert Inc", "DigiCert Global G2"), source=reported)
    v.note("caa", "example.com", Caa("example.com", ("digicert.com", "letsencrypt.org")))
    return v


# -- technical outages ----------------------------------------------------------------------------------------


def dyn_2016() -> Victim:
    """One DNS operator."""
    v = Victim("dyn-2016-alone", "2016-10-21T11:00:00Z", "spotify.com")
    served = "reported: among the sites that failed with Dyn; BuzzFeed News. That it was Dyn alone is assumed"
    v.name("spotify.com", ("MarkMonitor Inc.", "292"), DYN, served=served, network="dyn")
    v.web("spotify.com", "google-cloud", "35.190.10.20")
    return v


def dyn_2016_two() -> Victim:
    """Two DNS operators of different companies."""
    v = Victim("dyn-2016-two-operators", "2016-10-21T11:00:00Z", "fastly.net")
    reported = "reported: name servers of Dyn and of further operators; Fastly. Which others is assumed"
    others = {"dns1.p01.nsone.net": "198.51.44.1", "dns2.p01.nsone.net": "198.51.44.65"}
    v.name("fastly.net", ("MarkMonitor Inc.", "292"), {**DYN, **others}, served=reported, network="dyn")
    v.servers("fastly.net", others, "ns1", reported)
    v.web("fastly.net", "fastly", "151.101.1.57", headers={"x-served-by": "cache-ams21", "via": "1.1 varnish"})
    return v


def fastly_2021_manual() -> Victim:
    """A second CDN stands ready and is switched to by hand."""
    host = "www.gov.uk"
    v = Victim("fastly-2021-manual", "2021-06-08T09:00:00Z", host)
    v.zone(host, "gov.uk", "uk")
    fronted = "reported: behind Fastly, TTL 60 s for a switch; GOV.UK. Names and address are assumed"
    alias = ("www-gov-uk.map.fastly.net",)
    v.web(host, "fastly", "151.101.0.144", alias=alias, ttl=60, source=fronted, headers={"via": "1.1 varnish"})
    ready = "reported: a second CDN, CloudFront, by hand; Government Transformation. Names and address are assumed"
    standby = "d1illustrative.cloudfront.net"
    v.host(standby, "cloudfront", "13.225.10.66", ttl=60, source=ready)
    v.standby("13.225.10.66", host, ready)
    fallback = DeclaredFallback("cdn", "cloudfront", host=standby, switched_by=("route53", "google-cloud-dns"))
    v.declares(fallbacks=(fallback,))
    return v


def fastly_2021_automatic() -> Victim:
    """A second path that nobody has to switch to."""
    v = Victim("fastly-2021-automatic", "2021-06-08T09:00:00Z", "bbc.com")
    servers = {**ROUTE53, "dns1.p01.nsone.net": "198.51.44.1"}
    v.name("bbc.com", ("Tucows Domains Inc.", "69"), ROUTE53, network="route53")
    v.servers("bbc.com", {"dns1.p01.nsone.net": "198.51.44.1"}, "ns1")
    v.note("nameservers", "bbc.com", NameServers(tuple(sorted(servers)), 900))
    fronted = "reported: behind Fastly; Government Transformation. Names and address are assumed"
    alias, headers = ("bbc.map.fastly.net",), {"via": "1.1 varnish", "x-served-by": "cache-lon4"}
    v.web("bbc.com", "fastly", "151.101.0.81", alias=alias, ttl=30, source=fronted, headers=headers)
    path = "reported: unaffected thanks to back-up systems; Government Transformation. Where they stood is assumed"
    v.announced("bbc", "212.58.233.252", source=path)
    v.standby("212.58.233.252", "bbc.com", path)
    fallback = DeclaredFallback(
        "cdn",
        "bbc-network",
        parent="bbc",
        address="212.58.233.252",
        activation="automatic",
        switched_by=("bbc-network",),
    )
    v.declares(fallbacks=(fallback,))
    return v


def ovh_fire_2021(region: str) -> Victim:
    """A site in one data centre of OVHcloud."""
    v = Victim(f"ovh-fire-2021-{region}", "2021-03-09T23:00:00Z", "example.org")
    v.name("example.org", ("Gandi SAS", "81"), GANDI, network="gandi")
    where = {"sbg": "Strasbourg", "gra": "Gravelines"}[region]
    hosted = f"reported: OVHcloud had customers in {where}; Siecle Digital. Host and address are assumed"
    v.web("example.org", "ovh", "51.38.99.20", source=hosted)
    v.declares(places=(Place("example.org", region),))
    return v


def cloudflare(id: str, at: str, domain: str, reported: str) -> Victim:  # noqa: A002
    """A site behind Cloudflare, its DNS there as well."""
    v = Victim(id, at, domain)
    v.name(domain, ("MarkMonitor Inc.", "292"), CLOUDFLARE, network="cloudflare", ttl=86400)
    edge = {"server": "cloudflare", "cf-ray": "9a0illustrative-FRA"}
    v.web(domain, "cloudflare", "104.18.32.47", "104.18.33.47", headers=edge, source=reported)
    return v


def denic(id: str, domain: str, servers: dict[str, str], reported: str) -> Victim:  # noqa: A002
    """A site whose name or name servers lie under .de."""
    v = Victim(id, "2026-05-05T19:00:00Z", domain)
    v.name(domain, ("Hetzner Online GmbH", "828"), servers, served=reported, network="hetzner", ttl=86400)
    v.web(domain, "hetzner", "88.198.77.10")
    return v


ROBOTS = {"ns1.first-ns.de": "88.198.229.1", "robotns2.second-ns.de": "88.198.229.2"}
ACROSS = {"ns1.first-ns.de": "88.198.229.1", "robotns3.second-ns.com": "88.198.229.3"}


def akamai_2021() -> Victim:
    """One DNS operator, which is the CDN as well."""
    v = Victim("akamai-edge-dns-2021", "2021-07-22T15:00:00Z", "airbnb.com")
    servers = {"a1-67.akam.net": "193.108.91.67", "a9-65.akam.net": "193.108.92.65"}
    reported = "reported: among those affected; Intelliphants. That it was Akamai alone is assumed"
    v.name("airbnb.com", ("MarkMonitor Inc.", "292"), servers, served=reported, network="akamai")
    v.web("airbnb.com", "aws", "54.189.10.22")
    return v


def aws_region(id: str, at: str, domain: str, target: str, reported: str) -> Victim:  # noqa: A002
    """A site in us-east-1, as the name of its balancer or bucket tells."""
    v = Victim(id, at, domain)
    v.name(domain, ("Gandi SAS", "81"), GANDI, network="gandi")
    v.web(domain, "aws", "54.189.10.23", alias=(target,), source=reported)
    return v


def azure_2025() -> Victim:
    """A site behind Azure Front Door, its DNS elsewhere."""
    v = Victim("azure-front-door-2025", "2025-10-29T15:00:00Z", "www.alaskaair.com")
    v.name("alaskaair.com", ("MarkMonitor Inc.", "292"), ROUTE53, network="route53")
    reported = "reported: among those affected; WindowsForum. Names and address are assumed"
    alias = ("illustrative.azurefd.net",)
    v.web("www.alaskaair.com", "azure-front-door", "13.107.246.40", alias=alias, source=reported)
    return v


def login_2021() -> Victim:
    """A site whose users sign in with Facebook and in no other way."""
    v = Victim("facebook-2021", "2021-10-04T15:00:00Z", "example.com")
    v.name("example.com", ("Gandi SAS", "81"), GANDI, network="gandi")
    v.web("example.com", "hetzner", "88.198.77.10")
    v.declares(functions=(DeclaredFunction("login", (Need("identity", ("meta",)),)),))
    return v


def pages_2026() -> Victim:
    """A site on GitHub Pages, built there."""
    v = Victim("github-feb-2026", "2026-02-02T18:00:00Z", "docs.example.com")
    v.name("example.com", ("Gandi SAS", "81"), GANDI, network="gandi")
    reported = "reported: Pages and hosted runners were away; GitHub. Names and address are assumed"
    headers = {"server": "GitHub.com"}
    v.web(
        "docs.example.com",
        "github-pages",
        "185.199.108.153",
        alias=("illustrative.github.io",),
        headers=headers,
        source=reported,
    )
    v.declares(functions=(DeclaredFunction("deploy", (Need("deploy", ("github",)),)),))
    return v


def cloud_2025() -> Victim:
    """A site on Google Cloud."""
    v = Victim("gcp-service-control-2025", "2025-06-12T17:00:00Z", "spotify.com")
    v.name("spotify.com", ("MarkMonitor Inc.", "292"), ROUTE53, network="route53")
    reported = "reported: among those affected; Google Cloud incident report. The address is assumed"
    v.web("spotify.com", "google-cloud", "35.186.224.24", source=reported)
    return v


def desk_2022() -> Victim:
    """A site whose desk for users is at Atlassian."""
    v = Victim("atlassian-2022", "2022-04-05T07:00:00Z", "example.com")
    v.name("example.com", ("Gandi SAS", "81"), GANDI, network="gandi")
    v.web("example.com", "hetzner", "88.198.77.10")
    v.declares(functions=(DeclaredFunction("help_desk", (Need("support", ("atlassian",)),)),))
    return v


def victims() -> tuple[Victim, ...]:
    """All of them."""
    named = "reported: among those affected; Fosbite. Addresses are assumed"
    proxied = "reported: most sites behind Cloudflare; Cloudflare. Name and addresses are assumed"
    in_de = "reported: names under .de, and zones whose name servers are; Knut Michael. This one is assumed"
    in_region = "reported: what stood in us-east-1; AWS. Names and address are assumed"
    return (
        wikileaks_2010(),
        gab_2018(),
        eightchan_2019(),
        pirate_bay_2013(),
        zoom_2025(),
        zoho_2018(),
        notion_2021(),
        itch_io_2024(),
        unisuper_2024(),
        railway_2026(),
        kiwix_2024(),
        nayara_2025(),
        tiktok_2025(),
        digicert_2024(),
        desk_2022(),
        dyn_2016(),
        dyn_2016_two(),
        fastly_2021_manual(),
        fastly_2021_automatic(),
        ovh_fire_2021("sbg"),
        ovh_fire_2021("gra"),
        cloudflare("cloudflare-nov-2025", "2025-11-18T11:00:00Z", "chatgpt.com", named),
        cloudflare("cloudflare-waf-2019", "2019-07-02T13:00:00Z", "example.com", proxied),
        denic("denic-2026-name", "example.de", ACROSS, in_de),
        denic("denic-2026-servers", "example.com", ROBOTS, in_de),
        denic("denic-2026-two-tlds", "example.com", ACROSS, in_de),
        akamai_2021(),
        aws_region("s3-2017", "2017-02-28T17:00:00Z", "example.com", BUCKET, in_region),
        aws_region("aws-dynamodb-2025", "2025-10-20T06:00:00Z", "example.com", BALANCER, in_region),
        azure_2025(),
        login_2021(),
        pages_2026(),
        cloud_2025(),
    )


BUCKET = "example.com.s3-website-us-east-1.amazonaws.com"
BALANCER = "illustrative-1.us-east-1.elb.amazonaws.com"


def documents() -> dict[str, bytes]:
    """Every file that is written here, by its path in this folder."""
    files = {}
    for victim in victims():
        files[f"{victim.id}/evidence.json"] = encode_evidence(victim.file())
        if victim.site is not None:
            files[f"{victim.id}/hostaudit.yaml"] = msgspec.yaml.encode(SiteFile(1, (victim.site,)))
    return files


if __name__ == "__main__":
    for path, data in documents().items():
        HERE.joinpath(path).parent.mkdir(exist_ok=True)
        HERE.joinpath(path).write_bytes(data)
