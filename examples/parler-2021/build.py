"""Write evidence.json: what a scan of parler.com would have seen at 2021-01-09 00:00 UTC.

Run it as ``python examples/parler-2021/build.py`` after changing a fact here. README.md beside it gives the source of
each fact and tells which are assumed; every item of evidence repeats that in its ``source``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from hostaudit.model.evidence import EVIDENCE_SCHEMA, Evidence, EvidenceFile, EvidenceRun, Target
from hostaudit.model.values import (
    Addresses,
    Alias,
    AppLinks,
    AppRef,
    Certificate,
    CertificateName,
    Delegation,
    Dnssec,
    FrontPage,
    Kind,
    Listing,
    MailExchanger,
    MailExchangers,
    NameServerGlue,
    NameServers,
    Origin,
    Owner,
    Page,
    Registration,
    ServerAnswer,
    Spf,
    WebAnswer,
    ZoneCut,
)

AT = "2021-01-09T00:00:00Z"
HERE = Path(__file__).resolve().parent

LISTED = "store page as reported; see README.md"
HOSTED = "reported host, illustrative address; README.md"
ASSUMED = "assumed; see README.md"
ILLUSTRATIVE = "illustrative address; see README.md"

ITEMS: list[Evidence] = []


def note(kind: Kind, subject: str, value: Any = None, *, absent: str | None = None, source: str = ASSUMED) -> None:
    """Keep one item; without a value it is a proof of absence."""
    ITEMS.append(Evidence(f"{kind}:{subject}", kind, subject, source, AT, value=value, absent=absent))


def addresses(host: str, *found: str, alias: str | None = None, ttl: int = 60) -> None:
    """A host, its CNAME if it has one, and its addresses of both families."""
    chain = (Alias(host, alias, 60),) if alias else ()
    for kind, family in (("a", "."), ("aaaa", ":")):
        rows = tuple(sorted(each for each in found if family in each))
        if rows:
            note(kind, host, Addresses(chain, rows, ttl), source=ILLUSTRATIVE)
        else:
            note(kind, host, absent="NODATA")


def network(
    address: str, prefix: str, allocated: str, start: str, end: str, name: str, source: str = ILLUSTRATIVE
) -> None:
    """Who announces and who holds the network of an address: in all cases Amazon."""
    origin = Origin(prefix, (16509,), ("AMAZON-02, US",), "US", "arin", allocated)
    note("origin", address, origin, source=source)
    owner = Owner("rdap", start, end, name, organisation="Amazon Technologies Inc.", country="US")
    note("owner", address, owner, source=source)


def zone(host: str, *zones: str) -> None:
    """The zones in which a name lies, innermost first."""
    note("zone", host, ZoneCut(zones))


def web(host: str, address: str, status: int, headers: dict[str, str], location: str | None = None) -> None:
    """The first answer of one address leg, and its certificate."""
    rows = tuple(sorted(headers.items()))
    note("web", f"{host} {address}", WebAnswer(host, address, "https", status, rows, location))
    issuer = CertificateName("Amazon", "Amazon", "US")
    names = ("*.parler.com", "parler.com")
    root = CertificateName("Amazon", "Amazon Root CA 1", "US")
    leaf = Certificate(
        host, address, issuer, names, "2020-07-01T00:00:00Z", "2021-08-01T12:00:00Z", valid=True, chain=(root,)
    )
    note("tls", f"{host} {address}", leaf)


# -- the name -------------------------------------------------------------------------------------------------

DOMAIN, WWW, API = "parler.com", "www.parler.com", "api.parler.com"

# The zones of others on which the site rests. Registration data of that day is as little known as the site's own.
OTHERS = ("amazonaws.com", "awsdns-33.co.uk", "awsdns-33.com", "awsdns-33.net", "awsdns-33.org", "cloudfront.net")

SERVERS = {
    "ns-265.awsdns-33.com": ("205.251.193.9", "awsdns-33.com"),
    "ns-776.awsdns-33.net": ("205.251.195.8", "awsdns-33.net"),
    "ns-1289.awsdns-33.org": ("205.251.197.9", "awsdns-33.org"),
    "ns-1801.awsdns-33.co.uk": ("205.251.199.9", "awsdns-33.co.uk"),
}

note(
    "registration",
    DOMAIN,
    Registration(
        "rdap",
        registrar="Amazon Registrar, Inc.",
        iana_id="468",
        status=("client transfer prohibited",),
        created="2017-01-01T00:00:00Z",
        expires="2022-01-01T00:00:00Z",
        nameservers=tuple(sorted(SERVERS)),
        delegation_signed=False,
    ),
)
for name in OTHERS:
    note(
        "registration",
        name,
        Registration("rdap", registrar="MarkMonitor Inc.", iana_id="292", status=("client transfer prohibited",)),
    )
glue = {"ns-265.awsdns-33.com": ("205.251.193.9",)}
note(
    "delegation",
    DOMAIN,
    Delegation("com", tuple(NameServerGlue(s, glue.get(s, ())) for s in sorted(SERVERS)), 172800, ds=False),
)
note("nameservers", DOMAIN, NameServers(tuple(sorted(SERVERS)), 172800))
note("dnssec", DOMAIN, Dnssec(ds=False, dnskey=False, validated=False))
for host in (DOMAIN, WWW, API):
    zone(host, DOMAIN, "com")
    note("https", host, absent="NODATA")
    note("caa", host, absent="no CAA record up to parler.com")

for server, (address, home) in SERVERS.items():
    zones = [home]
    while "." in zones[-1]:
        zones.append(zones[-1].partition(".")[2])
    zone(server, *zones)
    note("nameservers", home, NameServers((server,), 172800))
    addresses(server, address, ttl=172800)
    network(
        address, f"{address.rpartition('.')[0]}.0/24", "2010-08-27", "205.251.192.0", "205.251.255.255", "AMAZON-05"
    )
    answer = ServerAnswer(DOMAIN, server, address, authoritative=True, rcode="NOERROR", serial=1)
    note("server", f"{DOMAIN} {server} {address}", answer)

# -- the web --------------------------------------------------------------------------------------------------

EC2 = {
    "54.189.10.21": ("54.184.0.0/13", "2014-10-23", "54.128.0.0", "54.255.255.255", "AMAZON"),
    "44.231.88.3": ("44.224.0.0/11", "2019-07-18", "44.192.0.0", "44.255.255.255", "AMAZON"),
}
EDGE = {
    "13.225.10.5": ("13.224.0.0/14", "2018-02-01", "13.224.0.0", "13.239.255.255", "AT-88-Z"),
    "13.225.10.66": ("13.224.0.0/14", "2018-02-01", "13.224.0.0", "13.239.255.255", "AT-88-Z"),
}
BALANCERS = {
    "54.190.4.4": ("54.184.0.0/13", "2014-10-23", "54.128.0.0", "54.255.255.255", "AMAZON"),
    "52.33.9.9": ("52.32.0.0/14", "2015-09-02", "52.32.0.0", "52.63.255.255", "AT-88-Z"),
}
for address, facts in {**EC2, **BALANCERS}.items():
    network(address, *facts, source=HOSTED)
for address, facts in EDGE.items():
    network(address, *facts)

addresses(DOMAIN, *EC2)
for address in EC2:
    web(DOMAIN, address, 301, {"server": "awselb/2.0", "location": f"https://{WWW}/"}, f"https://{WWW}/")

distribution = "d1illustrative.cloudfront.net"
addresses(WWW, *EDGE, alias=distribution)
zone(distribution, "cloudfront.net", "net")
note("nameservers", "cloudfront.net", NameServers(tuple(sorted(SERVERS)), 172800))
for address in EDGE:
    headers = {
        "server": "AmazonS3",
        "via": "1.1 illustrative.cloudfront.net (CloudFront)",
        "x-amz-cf-pop": "SEA19-C1",
        "x-cache": "Hit from cloudfront",
    }
    web(WWW, address, 200, headers)

balancer = "illustrative.us-west-2.elb.amazonaws.com"
addresses(API, *BALANCERS, alias=balancer)
zone(balancer, "us-west-2.elb.amazonaws.com", "amazonaws.com", "com")
for name in ("us-west-2.elb.amazonaws.com", "amazonaws.com"):
    note("nameservers", name, NameServers(tuple(sorted(SERVERS)), 172800))
for address in BALANCERS:
    web(API, address, 401, {"server": "awselb/2.0", "content-type": "application/json"})

note("front", DOMAIN, FrontPage(f"https://{WWW}/", WWW, 200, (f"https://{DOMAIN}/",)))
note("page", WWW, Page(f"https://{WWW}/"))

# -- mail -----------------------------------------------------------------------------------------------------

inbound = "inbound-smtp.us-west-2.amazonaws.com"
note("mx", DOMAIN, MailExchangers((MailExchanger(10, inbound),), 300))
addresses(inbound, "52.35.1.10")
network("52.35.1.10", "52.32.0.0/14", "2015-09-02", "52.32.0.0", "52.63.255.255", "AT-88-Z")
zone(inbound, "amazonaws.com", "com")
note("spf", DOMAIN, Spf("v=spf1 include:amazonses.com ~all", ("amazonses.com",)))
note("dmarc", DOMAIN, absent="NXDOMAIN")

# -- apps -----------------------------------------------------------------------------------------------------

APP, PACKAGE = "1402727988", "com.parler.parler"
note(
    "apps",
    DOMAIN,
    AppLinks(
        (
            AppRef("ios", "apple-app-store", APP, "link"),
            AppRef("android", "google-play", PACKAGE, "link"),
        )
    ),
    source=LISTED,
)
ios = Listing("apple-app-store", APP, "ios", "Parler", "Parler LLC")
note("listing", f"apple-app-store {APP}", ios, source=LISTED)
play = Listing("google-play", PACKAGE, "android", "Parler", "Parler LLC")
note("listing", f"google-play {PACKAGE}", play, source=LISTED)
note("listing", f"f-droid {PACKAGE}", absent="404")
note("web_app", WWW, absent="no manifest linked")
note("packages", WWW, absent="no package offered")


def document() -> bytes:
    """The evidence file."""
    target = Target(DOMAIN, DOMAIN, (DOMAIN, WWW, API), (API,))
    run = EvidenceRun(AT, AT, "none: made by hand from public facts", "hand-made", "0.1.0")
    evidence = tuple(sorted(ITEMS, key=lambda item: item.id))
    file = EvidenceFile(EVIDENCE_SCHEMA, target, run, evidence)
    return msgspec.json.format(msgspec.json.encode(file), indent=1) + b"\n"


if __name__ == "__main__":
    HERE.joinpath("evidence.json").write_bytes(document())
