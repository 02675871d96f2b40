"""The fuzz targets: what reads bytes from outside, each with seeds and the errors that it may end with.

A target takes bytes and calls the functions that the product calls on such bytes. What it raises beyond ``expected`` is
a crash. Where the product itself catches everything (the text of number registries), the target does too, and shows
hangs and memory only.
"""

from __future__ import annotations

import asyncio
import atexit
import gzip
import hashlib
import ipaddress
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, get_args

ROOT = Path(__file__).resolve().parent.parent
AT = "2026-01-01T00:00:00Z"


class Target(NamedTuple):
    """``seeds``: made when first needed; ``expected``: the names of errors that the caller in the product handles."""

    run: Callable[[bytes], object]
    seeds: Callable[[], list[bytes]]
    expected: tuple[str, ...] = ()


TARGETS: dict[str, Target] = {}


def target(
    seeds: Callable[[], list[bytes]], *expected: str
) -> Callable[[Callable[[bytes], object]], Callable[[bytes], object]]:
    """Put a function into the table under its own name."""

    def keep(run: Callable[[bytes], object]) -> Callable[[bytes], object]:
        TARGETS[run.__name__] = Target(run, seeds, expected)
        return run

    return keep


@cache
def folder() -> Path:
    """Where targets that read files write them: in memory where there is such a place."""
    memory = Path("/dev/shm")
    place = Path(tempfile.mkdtemp(prefix="hostaudit-fuzz-", dir=memory if os.access(memory, os.W_OK) else None))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    return place


def written(name: str, data: bytes) -> Path:
    path = folder() / name
    path.write_bytes(data)
    return path


def texts(*seeds: str) -> Callable[[], list[bytes]]:
    return lambda: [each.encode() for each in seeds]


def documents(*seeds: Any) -> Callable[[], list[bytes]]:
    return lambda: [json.dumps(each).encode() for each in seeds]


def files(*patterns: str, most: int = 12) -> Callable[[], list[bytes]]:
    def read() -> list[bytes]:
        paths = [path for pattern in patterns for path in sorted(ROOT.glob(pattern))]
        return [path.read_bytes() for path in paths[:most]]

    return read


def reply(body: bytes, status: int = 200, kind: str = "application/json") -> Any:
    from hostaudit.observe.net import HttpReply

    headers = (("content-type", kind),)
    return HttpReply("https://site.com/", status, headers, body, False, "192.0.2.1")


# --- the network: DNS ---


def _dns_seeds() -> list[bytes]:
    import dns.flags
    import dns.message
    import dns.rrset

    made = []
    for records in (
        [("site.com.", "A", "192.0.2.1"), ("site.com.", "A", "192.0.2.2")],
        [("site.com.", "CNAME", "a.site.com."), ("a.site.com.", "A", "192.0.2.1")],
        [
            ("site.com.", "MX", "10 mx.site.com."),
            ("site.com.", "TXT", '"v=spf1 -all"'),
            ("site.com.", "CAA", '0 issue "x.org"'),
        ],
        [("site.com.", "SOA", "ns.site.com. h.site.com. 7 1 2 3 4"), ("site.com.", "NS", "ns.site.com.")],
        [("site.com.", "HTTPS", '1 . alpn="h2" ipv4hint=192.0.2.1 ipv6hint=2001:db8::1')],
        [
            ("site.com.", "DS", "1 13 2 " + "ab" * 32),
            ("site.com.", "DNSKEY", "257 3 13 AAAA"),
            ("site.com.", "AAAA", "2001:db8::1"),
        ],
        [("site.com.", "TYPE999", r"\# 4 00010203"), ("site.com.", "PTR", "x.site.com.")],
    ):
        answer = dns.message.make_response(dns.message.make_query("site.com", "A"))
        answer.flags |= dns.flags.AA
        for owner, kind, text in records:
            answer.answer.append(dns.rrset.from_text(owner, 60, "IN", kind, text))
            answer.authority.append(dns.rrset.from_text(owner, 60, "IN", kind, text))
        answer.additional.append(dns.rrset.from_text("site.com.", 60, "HS", "A", r"\# 4 01020304"))
        made.append(answer.to_wire())
    return made


@cache
def _dns_client() -> Any:
    from hostaudit.observe.net.dns.client import Dns
    from hostaudit.observe.net.limits import AddressPolicy, Budget, Limits
    from hostaudit.observe.net.single_flight import Sharing

    budget = Budget(Limits())
    return Dns(budget, AddressPolicy(), Sharing(budget, lambda *_: None), ())


@target(_dns_seeds, "_TryFailedError")
def dns(data: bytes) -> None:
    import dns.message as messages
    import dns.rcode

    from hostaudit.observe.net.dns import client, records
    from hostaudit.observe.probes import nameservers

    query = messages.make_query("site.com", "A")
    answer = client._parsed(query.to_wire()[:2] + data[2:], query)
    if answer is None:
        return
    found = _dns_client()._convert(answer, dns.rcode.to_text(answer.rcode()))
    for kind in ("A", "MX", "HTTPS"):
        with suppress(ValueError):
            records.Chain("site.com", kind, 16).follow(found.answer)
    records.proof_of_absence(found, "fuzz")
    records.soa_owner(found)
    nameservers._referral("site.com", "com", found, found, "fuzz")
    nameservers._said("site.com", "ns.site.com", "192.0.2.1", found)


CYMRU = (
    "24940 | 88.198.0.0/16 | DE | ripencc | 2005-01-01\n3320 | 88.0.0.0/8 | DE | ripencc | ",
    "AS1 | US | arin | 2000 | LVL, US",
)


@target(texts(*CYMRU))
def cymru(data: bytes) -> None:
    from hostaudit.observe.net.dns.client import Dns
    from hostaudit.observe.net.limits import AddressPolicy, Budget, Limits
    from hostaudit.observe.net.outcome import DnsAnswer, Outcome, Record
    from hostaudit.observe.net.single_flight import Sharing

    lines = data.decode("utf-8", "backslashreplace").split("\n")

    class Answered(Dns):
        async def lookup(self, name: str, rdtype: str) -> Outcome[DnsAnswer]:
            rows = tuple(Record(name, rdtype, 60, (line,)) for line in lines)
            return Outcome.of(DnsAnswer(name, rows, (), 60, False), "fuzz")

    async def ask() -> None:
        budget = Budget(Limits())
        client = Answered(budget, AddressPolicy(), Sharing(budget, lambda *_: None), ())
        for address in ("88.198.1.1", "2a01:4f8::1"):
            await client.origin(address)

    asyncio.run(ask())


MAIL_RECORDS = (
    "v=spf1 +a:out.site.com/24//64 mx ?exists:%{ir}.%{v}._spf.%{d2} include:%{d}.x.com ip4:192.0.2.0/24 "
    "ip6:2001:db8::/32 -all",
    "v=spf1 redirect=_spf.site.com exp=why.%{o}",
    "v=DMARC1; p=none; rua=mailto:a@x.com!10m,mailto:b@y.com",
    "v=DKIM1; k=rsa; p=MIGf",
)


@target(texts(*MAIL_RECORDS))
def mail_records(data: bytes) -> None:
    from types import SimpleNamespace
    from typing import cast

    from hostaudit import domain
    from hostaudit.observe.probes import Scan, mail

    text = data.decode("utf-8", "replace")[:4096]
    found = mail._Senders(cast("Scan", SimpleNamespace(suffixes=domain.registrable)), "site.com")
    for name in ("site.com", *found.read(text, "site.com", "site.com")[: mail.MOST_LOOKUPS]):
        found.read(text, name, "site.com")
    found.settle()
    found.as_spf(text)
    mail._hosts(text)
    mail._is_key(text)


# --- the network: registries ---

WHOIS = (
    "   Domain Name: SITE.COM\r\n   Registrar: Gandi SAS\r\n   Registrar IANA ID: 81\r\n   Crea"
    "tion Date: 2010-05-01T00:00:00Z\r\n"
    "   Registry Expiry Date: 2030-05-01T00:00:00Z\r\n   Domain Status: clientHold https://icann.org/epp#clientHold\r\n"
    "   Name Server: NS1.SITE.COM\r\n   DNSSEC: unsigned\r\n>>> Last update <<<\r\n",
    "registrar: RU-CENTER\nstate: REGISTERED, DELEGATED\nnserver: NS1.site.example. 192.0.2.1"
    "\ncreated: 2001.02.03\npaid-till: 2031-02-03",
    "Registrar:\n\tName: Belgian Registrar\nNameservers:\n\tns1.site.example\n\tns2.site.example (192.0.2.1)\n",
    "% IANA WHOIS server\nrefer:        whois.nic.io\ndomain:       IO\n",
    "[Domain Name]                   SITE.JP\n[Registrant]  X\n[Name Server]  ns.site.jp\n[Stat"
    "e]   Connected (2027/01/31)\n",
    "No match for domain SITE.COM\r\n",
    "%% \r\n%% site.io is free\r\n",
    "    Domain name:\n        site.com\n\n    Registrar:\n        A t/a B [Tag = AB]\n        URL: x\n\n"
    "    Relevant dates:\n        Registered on: 16-Apr-1999\n        Expiry date:  16-Apr-2031\n\n"
    "    Name servers:\n        ns1.site.com\n",
    "Registrar: AB-0001\nName: A B\n\nDomain status : ok - x.\n     a b -\nRecord expires on 2031-01-14 (UTC+8)\n",
    "%% Too many requests...\n%% No entries found\na. [Domain Name]  SITE.COM\nExpiry: 25/10/2031\n",
    "Domain:\nname:  site.com\n\nRegistrar\n  Name: AB-REG\n  Organization: AB\n\nServidor(es) de Nombres de"
    " Dominio:\n\n"
    "   - ns1.site.com\nFecha de Creaci\u00f3n: 15 de enero de 2031\n1a. Expiry (dd/mm/yyyy) = 1. 2. 2031\n"
    "site a.b.com\n",
    "El dominio site.com no est\u00e1 registrado\nStatus....: AVAILABLE (No match)\nAvailable: s\u00ed\n",
    "Fri, 14 Nov 2031 10:00:00 +0000",
    "3 ao\u00fbt 2031 10:11:12 CEST",
)


@target(texts(*WHOIS))
def whois(data: bytes) -> None:
    from hostaudit.observe.net.registry import dates, whois_denials, whois_text

    try:
        text = data.decode("utf-8")[: 256 * 1024]
    except UnicodeDecodeError:
        text = data.decode("latin-1")[: 256 * 1024]
    whois_text.registration("site.com", text, "fuzz")
    whois_text.referral(text)
    whois_text.about_another("site.com", text)
    whois_denials.refusal(text)
    dates.moment(text)


RIR = (
    "\nNetRange:       88.198.0.0 - 88.198.255.255\nCIDR:           88.198.0.0/16\nNetName:    "
    "    HOS\nOriginAS:       AS24940\n"
    "Organization:   Hetzner Online GmbH (HOA1)\nRegDate:        2005-01-01\n\nOrgName:        "
    "Hetzner\nCountry:        DE\n\n",
    "% RIPE\n\ninetnum:        88.198.0.0 - 88.198.255.255\nnetname:        HOS\ndescr:        "
    "  Hetzner\ncountry:        DE\norg:  ORG-HOA1\n"
    "status:         ASSIGNED PA\nsource:         RIPE\n\norganisation:   ORG-HOA1\norg-name:  "
    "     Hetzner Online GmbH\n\nroute: 88.198.0.0/16\norigin: AS24940\n",
)


@target(texts(*RIR))
def rir_whois(data: bytes) -> None:
    from hostaudit.observe.net import Outcome
    from hostaudit.observe.net.registry import address_holder as holder

    text, address = data.decode("latin-1")[: 256 * 1024], ipaddress.ip_address("88.198.1.1")
    for registry in ("arin", "ripencc"):
        with suppress(Exception):  # as the product does
            found = holder._ipwhois_lookup(
                address,
                registry,
                "DE",
                lambda *_: Outcome.of(text, "fuzz"),
                lambda *_: Outcome.gap("timeout", "x"),
            )
            holder._from_whois(address, found)


def _card(name: str) -> list[Any]:
    return [
        "vcard",
        [["version", {}, "text", "4.0"], ["fn", {}, "text", name], ["org", {"type": "work"}, "text", [name]]],
    ]


RDAP_DOMAIN = {
    "objectClassName": "domain",
    "ldhName": "SITE.COM",
    "status": ["active", "client hold"],
    "secureDNS": {"delegationSigned": True},
    "events": [
        {"eventAction": "registration", "eventDate": AT},
        {"eventAction": "expiration", "eventDate": "2030-01-01T00:00:00.5+02:00"},
    ],
    "entities": [
        {
            "roles": ["registrar"],
            "publicIds": [{"type": "IANA Registrar ID", "identifier": "81"}],
            "vcardArray": _card("Gandi"),
            "links": [{"rel": "self", "href": "https://rdap.example/entity/1"}],
            "entities": [{"roles": ["reseller"], "vcardArray": _card("R")}],
        }
    ],
    "nameservers": [{"ldhName": "NS1.SITE.COM"}],
    "links": [{"rel": "related", "type": "application/rdap+json", "href": "https://r.example/domain/x"}],
}
RDAP_NETWORK = {
    "objectClassName": "ip network",
    "handle": "N-1",
    "startAddress": "88.198.0.0",
    "endAddress": "88.198.255.255",
    "ipVersion": "v4",
    "name": "HOS",
    "country": "DE",
    "status": ["active"],
    "links": [{"rel": "self", "href": "https://rdap.example/ip/1"}],
    "entities": [{"handle": "H", "roles": ["registrant"], "vcardArray": _card("Hetzner")}],
    "events": [{"eventAction": "registration", "eventDate": AT}],
}
BOOTSTRAP = {
    "publication": AT,
    "services": [
        [["com", "net", "org"], ["https://a.example/"]],
        [["8.0.0.0/8", "193.0.0.0/8"], ["https://b.example/"]],
    ],
}


@target(documents(RDAP_DOMAIN, RDAP_NETWORK, BOOTSTRAP))
def rdap(data: bytes) -> None:
    from hostaudit.observe.net import jsontext
    from hostaudit.observe.net.registry import address_holder
    from hostaudit.observe.net.registry import rdap as objects

    answer = jsontext.decode(reply(data), "fuzz").value
    objects.registration(answer)
    objects.related(answer)
    objects.live_domain_base("site.com", answer)
    entity = objects.entity_with(answer, "registrant")
    objects.entity_name(entity)
    objects.self_link(entity)
    with suppress(Exception):  # as the product does: ipwhois raises what it likes
        address_holder._from_rdap(address_holder._normalised(ipaddress.ip_address("88.198.1.1"), answer), None)
    with suppress(objects.BootstrapError):
        objects.read_published(data, "dns")


# --- the network: TLS, HTTP, SMTP ---


def _certificates() -> list[bytes]:
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    parts = [(NameOID.COMMON_NAME, "site.com"), (NameOID.ORGANIZATION_NAME, "Site"), (NameOID.COUNTRY_NAME, "DE")]
    name = x509.Name([x509.NameAttribute(*each) for each in parts])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("site.com"), x509.IPAddress(ipaddress.ip_address("192.0.2.1"))])
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
    built = (
        built.not_valid_before(start).not_valid_after(start + timedelta(days=90)).add_extension(names, critical=False)
    )
    return [built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)]


class _Tls:
    """The part of an ``ssl.SSLObject`` from which a certificate is read."""

    def __init__(self, der: bytes) -> None:
        self.der = der

    def getpeercert(self, binary_form: bool = False) -> Any:
        return self.der if binary_form else {}


@target(_certificates, "ValueError")
def cert(data: bytes) -> None:
    from hostaudit.observe.net.http import client

    client.certificate_of(_Tls(data), "site.com", "192.0.2.1", "not trusted")


@target(
    lambda: [gzip.compress(b"<html>" + b"x" * 5000), gzip.compress(b"\0" * 1_000_000), gzip.compress(b"{}") * 3],
    "_BodyError",
)
def gzipped(data: bytes) -> None:
    from hostaudit.observe.net.http.client import read_body

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(data), 700):
            yield data[start : start + 700]

    body, _ = asyncio.run(read_body(pieces(), "gzip", 100_000))
    assert len(body) <= 100_000


@target(
    texts(
        "220-mx.site.com\r\n220 ESMTP ready\r\n250-mx.site.com\r\n250-SIZE 1000\r\n250 STARTTLS\r\n",
        "554 no\r\n",
        "220 x\n250 y\n",
    ),
    "_ReplyError",
)
def smtp(data: bytes) -> None:
    from hostaudit.observe.net import smtp as mail

    class Writer:
        def write(self, line: bytes) -> None:
            pass

        def get_extra_info(self, _: str) -> Any:
            return ("192.0.2.9", 25)

    async def talk() -> None:
        reader = asyncio.StreamReader(limit=mail.LONGEST_LINE)
        reader.feed_data(data)
        reader.feed_eof()
        await mail._talk("mx.site.com", "192.0.2.1", reader, Writer())

    asyncio.run(talk())


HTML = (
    '<!doctype html><html><head><base href="/x/"><link rel="manifest" href="/m.json"><script sr'
    'c="https://cdn.example/a.js" async></script>'
    '<link rel=stylesheet href=//fonts.example/x.css><meta name="apple-itunes-app" content="app'
    '-id=123456789"></head><body><!-- x -->'
    '<a href="https://play.google.com/store/apps/details?id=com.site.app">P</a><a href="/app.ap'
    'k">A</a><textarea></textarea>&amp;&#x41;</body></html>',
    '<svg viewBox="0 0 1 1"><title/><desc><p></desc><foreignObject><style></style></foreignObject><![CDATA[<x]]></svg>'
    '<math><mi/></math><script type="0123456789abcdef01234567-text/javascript" src="//a.net/x.js"></script>'
    '<script type="text/plain" data-src="//b.net/y.js"></script>'
    '<meta name="twitter:app:id:iphone" content="123456789">',
    "<script>if (a < b) document.write('<script src=x>')</script><style>a{}</style><svg><title>x</title></svg>",
)


@target(texts(*HTML))
def html(data: bytes) -> None:
    from hostaudit.observe import html_tags
    from hostaudit.observe.probes import page

    text = page._text(data)
    html_tags.references(text, "https://site.com/")
    for tag in html_tags.tags(text):
        html_tags.decoded(tag.text[:200])


URLS = (
    "https://play.google.com/store/apps/details?id=com.site.app&hl=en",
    "https://apps.apple.com/de/app/x/id123456789?mt=8",
    "https://user:pass@[2001:db8::1]:8443/a/../b?c=d#e",
    "//site.com/x",
    "http://0x7f.1/",
    "https://xn--bcher-kva.example/ä?ö=ü",
    "javascript:alert(1)",
    "market://details?id=x",
    "https://f-droid.org/en/packages/org.x.y/",
    "http://127.0.0.1.nip.io:80/%2e%2e/",
    "data:text/html,x",
    "bücher.example",
    "//stra\u00dfe.de/x",
    "\\\\host.com\\x",
    "https:x//y",
    "///\u0392\u038c\u039b\u039f\u03a3.gr%41/",
)


@target(texts(*URLS), "UsageError")
def urls(data: bytes) -> None:
    from datetime import UTC, datetime

    from hostaudit import domain
    from hostaudit.observe import html_tags
    from hostaudit.observe.net.http import fetch

    text = data.decode("utf-8", "replace")
    for base in ("https://site.com/a/b", ""):
        found = html_tags.resolve(base, text)
        if found is not None:
            html_tags.host_of(found)
            html_tags.app_in_link(found)
    fetch.parse(text)
    fetch._target("https://site.com/", text, 4096)
    domain.web_host(text)
    fetch.retry_after(text, datetime.now(UTC))
    domain.parse(text)


AASA = {
    "applinks": {
        "details": [{"appIDs": ["AB12.org.x"], "components": [{"/": "*"}]}, {"appID": "AB12.org.y", "paths": ["*"]}]
    },
    "webcredentials": {"apps": ["AB12.org.z"]},
}
LINKS = [
    {
        "relation": ["delegate_permission/common.handle_all_urls"],
        "target": {"namespace": "android_app", "package_name": "org.x"},
    }
]
MANIFEST = {
    "name": "X",
    "start_url": "/",
    "display": "standalone",
    "display_override": ["minimal-ui"],
    "icons": [{"src": "/i.png", "sizes": "192x192 any"}],
    "related_applications": [
        {"platform": "play", "id": "org.x", "url": "https://play.google.com/store/apps/details?id=org.x"}
    ],
}
APPLE = {
    "resultCount": 1,
    "results": [
        {
            "trackId": 7,
            "bundleId": "org.x",
            "trackName": "X",
            "sellerName": "S",
            "sellerUrl": "https://site.com",
            "kind": "software",
        }
    ],
}
F_DROID = {"packageName": "org.x", "suggestedVersionCode": 1, "packages": [{"versionName": "1", "versionCode": 1}]}
GALAXY = {"DetailMain": {"contentName": "X"}, "SellerInfo": {"sellerName": "S"}}
MICROSOFT = {
    "Products": [
        {
            "LocalizedProperties": [
                {"ProductTitle": "X", "PublisherName": "P", "PublisherWebsiteUri": "https://site.com"}
            ]
        }
    ]
}
DESKTOP = {"Payload": {"ProductId": "org.x", "Title": "X", "PublisherName": "P", "AppWebsiteUrl": "https://site.com"}}
PLAY = {
    "@type": "SoftwareApplication",
    "name": "X",
    "url": "https://play.google.com/store/apps/details?id=org.x",
    "author": {"name": "S", "url": "https://site.com"},
}


@target(documents(AASA, LINKS, MANIFEST, APPLE, F_DROID, GALAXY, MICROSOFT, DESKTOP, PLAY))
def declarations(data: bytes) -> None:
    from hostaudit.observe.net import jsontext
    from hostaudit.observe.probes import app_stores, page

    answer = reply(data)
    content = jsontext.decode(answer, "fuzz").value
    page._from_association(content)
    page._from_asset_links(content)
    manifest = page._manifest(answer).value
    if manifest is not None:
        page._as_web_app(manifest[0], "https://site.com/", manifest[1])
        page._related(manifest[1])
    rows = app_stores._apple_rows(answer).value
    if rows is not None:
        app_stores._apple_listing(rows, "id", "7", frozenset({"7"}), "fuzz")
    for _, read in app_stores.READERS.values():
        read(answer, "store", "org.x")
    app_stores._desktop(answer, "store", "org.x")
    described = b'<script type="application/ld+json">' + data + b'</script><meta property="og:title" content="X">'
    app_stores._play(reply(described, kind="text/html"), "google-play", "org.x")


# --- files that others wrote ---

EVIDENCE = files("examples/parler-2021/evidence.json")
REPORTS = files("tests/corpus/*.json", most=3)


@cache
def _small() -> bytes:
    """Evidence with one item of each kind, so that most of what is changed is a value."""
    from hostaudit import api

    file = json.loads(EVIDENCE()[0])
    kinds: dict[str, Any] = {}
    for each in file["evidence"]:
        kinds.setdefault(each["kind"], each)
    file["evidence"] = list(kinds.values())
    data = json.dumps(file).encode()
    api.read_evidence(data)
    return data


def small() -> list[bytes]:
    return [_small()]


@target(small, "DocumentError")
def evidence(data: bytes) -> None:
    from hostaudit import api

    api.analyse(api.read_evidence(data))


@target(small, "UsageError", "DocumentError")
def evidence_by_whatif(data: bytes) -> None:
    from hostaudit import api

    api.whatif(api.read_evidence(data), drop="amazon")


@target(REPORTS, "UsageError", "DocumentError")
def baseline(data: bytes) -> None:
    from hostaudit import api

    api.known_failures(api.read_report(data))


SITE = files("examples/site/hostaudit.yaml")
POLICIES = files("examples/policies/*.yaml", "examples/*/hostaudit.yaml")


def _loaded(data: bytes) -> Path:
    from hostaudit import api

    path = written("hostaudit.yaml", data)
    api.read_site(path, "shop.example.com")
    api.read_policy(path, "shop.example.com")
    return path


@target(SITE, "UsageError", "LineError")
def site(data: bytes) -> None:
    _loaded(data)


@target(POLICIES, "UsageError", "LineError")
def policy(data: bytes) -> None:
    _loaded(data)


@target(POLICIES, "UsageError", "LineError")
def site_and_policy_in_use(data: bytes) -> None:
    import msgspec

    from hostaudit import api
    from hostaudit.model.checks import Criteria

    path = _loaded(data)
    file = api.read_evidence(_small())
    declared = api.read_site(path, "shop.example.com")
    file = msgspec.structs.replace(file, site=declared)
    api.analyse(
        api.read_evidence(api.encode_evidence(file)),
        criteria=Criteria(policy=api.read_policy(path, "shop.example.com")),
    )


@target(files("rules/providers/*.yaml", most=30), "UsageError", "LineError")
def provider(data: bytes) -> None:
    from hostaudit.documents import rules
    from hostaudit.documents.strict_yaml import Source, compose

    name = data.split(b"\n", 1)[0].removeprefix(b"id:").strip().decode("utf-8", "replace")
    source = Source(f"rules/providers/{name}.yaml", data, rules.CHECKS)
    rules._provider(source, compose(source))


@target(files("rules/scenarios/*.yaml"), "UsageError", "LineError")
def scenario(data: bytes) -> None:
    from hostaudit.documents import scenarios
    from hostaudit.documents.strict_yaml import Source

    name = next((line[3:].strip() for line in data.split(b"\n") if line.startswith(b"id:")), b"x")
    scenarios.parse(Source(f"rules/scenarios/{name.decode('utf-8', 'replace')}.yaml", data, scenarios.CHECKS))


@target(
    texts("site.com\n# comment\nwww.other.org, x\nhttps://bücher.example/\n\n127.0.0.1\n", "\ufeffa.com\r\nb.com\r\n")
)
def domain_list(data: bytes) -> None:
    from hostaudit.cli.batch import domain_list as lists

    lists.parse(data)


@target(
    texts(
        "ns-1.awsdns-00.com\nns1.other.net.\n",
        "$ORIGIN a.example.\n@ 300 IN SOA x. y. ( 1\n 2 )\n IN NS ns1\nb MX 10 mx.other.net.\nc CNAME d\n",
    )
)
def name_list(data: bytes) -> None:
    from hostaudit.analysis.catalogue import fleet
    from hostaudit.analysis.catalogue.catalogue import catalogue_of
    from hostaudit.documents import name_list as lists
    from hostaudit.documents import rules

    fleet.stats(lists.parse(data, "ns"), catalogue_of(rules.shipped()), "fuzz", 3)


# --- tables, caches, histories ---


def _feed_seeds() -> list[bytes]:
    return [
        json.dumps(each).encode()
        for each in (
            {
                "createDate": "2026-11-01-10-20-30",
                "prefixes": [{"ip_prefix": "44.0.0.0/16", "service": "S3", "region": "eu-west-1"}],
                "ipv6_prefixes": [{"ipv6_prefix": "2a05:d000::/25", "service": "EC2", "region": "GLOBAL"}],
            },
            {
                "changeNumber": 1,
                "values": [{"name": "A", "properties": {"region": "", "addressPrefixes": ["51.5.0.0/24"]}}],
            },
            {"CLOUDFRONT_GLOBAL_IP_LIST": ["13.32.0.0/15"], "CLOUDFRONT_REGIONAL_EDGE_IP_LIST": []},
            {"addresses": ["23.235.32.0/20"], "ipv6_addresses": ["2a04:4e40::/32"]},
            {
                "creationTime": "2026-11-01T00:00:00",
                "prefixes": [{"ipv4Prefix": "34.0.0.0/15", "service": "G", "scope": "x"}],
            },
        )
    ] + [b"44.0.0.0/16\n2a05:d000::/25\n", b"44.0.0.0/16,DE,DE-BY,Munich,\n"]


@target(_feed_seeds, "FeedError")
def feeds(data: bytes) -> None:
    from hostaudit.datasets import feeds as published
    from hostaudit.model.rules import FeedFormat

    for form in get_args(FeedFormat):
        with suppress(published.FeedError):
            published.parse(form, data)


LISTS = (
    "1.0.0.0,1.0.0.255,13335,Cloudflare\n8.8.8.0,8.8.8.255,15169,Google\n",
    "1.0.0.0\t1.0.0.255\t13335\tUS\tCLOUDFLARENET\n1.0.1.0\t1.0.3.255\t0\tNone\tNot routed\n",
    "1.0.0.0\t24\t13335\n2001:db8::\t32\t1_2\n",
    '{"CIDR": "1.0.0.0/24", "ASN": 13335, "Hits": 7}\n',
    "asn,name,class,cc\nAS13335,Cloudflare,Content,US\n",
)


def _lists() -> list[bytes]:
    return [each.encode() for each in LISTS] + [gzip.compress(LISTS[0].encode())]


@target(_lists, "UsageError", "DocumentError")
def build(data: bytes) -> None:
    from datetime import date

    from hostaudit.datasets import build as tables

    tables.build([written("list", data)], day=date(2026, 1, 1), source="fuzz", licence="none")


def _tables() -> list[bytes]:
    from hostaudit.datasets.table_writer import Builder, Metadata

    builder = Builder()
    builder.add(4, 0x0A000000, 0x0AFFFFFF, (64500,))
    builder.add(4, 0x0A000000, 0x0A00000F, (64500, "x"))
    builder.add(6, 0x20010DB8 << 96, (0x20010DB8 << 96) + 5, (64501, "y"))
    builder.label(64500, "NAME")
    return [builder.build(Metadata(kind="test", title="Test", source="x", licence="x", date="2026-06-17"))]


@target(_tables, "DocumentError")
def packed_table(data: bytes) -> None:
    from hostaudit.datasets.table import Table

    # The sum is the reader's own business; what lies behind it is tried with the right one too.
    table = Table(data)
    for address in ("10.0.0.1", "2001:db8::1", "192.0.2.1"):
        table.get(address)
        table.find(address)
    table.label(64500)
    for version in (4, 6):
        for _ in zip(range(50), table.intervals(version), strict=False):
            pass
    table.verify()


def _caches() -> list[bytes]:
    import msgspec

    from hostaudit.documents import rules

    shipped = rules.shipped()
    few = msgspec.structs.replace(shipped, providers=shipped.providers[:3])
    return [msgspec.msgpack.encode(few)]


@target(_caches)
def rules_cache(data: bytes) -> None:
    from hostaudit.documents import rules_cache as cache_file

    for content in (data, hashlib.sha256(data).digest() + data):
        cache_file.stored(written("rules.msgpack", content))


def _history(path: Path) -> None:
    from hostaudit.history import diff, store

    for name in store.domains(path):
        kept, earlier = store.runs(path, name)
        diff.history(name, kept, earlier)
        diff.trend(name, kept)


def _history_seeds() -> list[bytes]:
    from hostaudit import api
    from hostaudit.history import snapshot, store

    path = folder() / "seed.db"
    path.unlink(missing_ok=True)
    report = api.analyse(api.read_evidence(_small()))
    for _ in range(2):
        store.record(path, snapshot.snapshot(report))
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return [path.read_bytes()]


@target(_history_seeds, "UsageError", "DocumentError")
def history(data: bytes) -> None:
    for beside in folder().glob("history.db-*"):
        beside.unlink()
    _history(written("history.db", data))


def _changes() -> list[bytes]:
    """No change at all, then a table, a column and a value by the first three bytes."""
    every = [bytes((table, column, value)) for table in range(3) for column in range(9) for value in range(7)]
    return [b"", *every, b"run fail {}", b"fact NaN"]


@target(_changes, "UsageError", "DocumentError")
def history_rows(data: bytes) -> None:
    """Whole files in which rows have other values: which table, and which values, by the bytes."""
    for beside in folder().glob("rows.db-*"):
        beside.unlink()
    path = written("rows.db", _loose_history())
    at = (*data[:3], 0, 0, 0)
    values: tuple[Any, ...] = (None, -1, 1.5, data[2:], data[2:].decode("latin-1"), "{}", 2**62)
    table = ("run", "fact", "seen")[at[0] % 3]
    with sqlite3.connect(path) as database:
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        with suppress(sqlite3.Error):
            if data:
                database.execute(f"UPDATE {table} SET {columns[at[1] % len(columns)]} = ?", (values[at[2] % 7],))
    database.close()
    _history(path)


@cache
def _loose_history() -> bytes:
    """A history whose tables take any value, as a file does that somebody else has written."""
    path = written("loose.db", _history_seeds()[0])
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA writable_schema = ON")
        for word in (" NOT NULL", " STRICT,", " STRICT"):
            database.execute("UPDATE sqlite_master SET sql = replace(sql, ?, '')", (word,))
        database.execute("PRAGMA writable_schema = RESET")
    database.close()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path.read_bytes()


QUESTIONS = (
    "ns-1.awsdns-00.com",
    "cname shop.your-server.de",
    "88.198.1.1",
    "2a01:4f8::1",
    "asn 24940",
    "header server: cloudflare",
    "ns ns1.hetzner.com",
    "registrar 828",
    "organisation Hetzner Online GmbH",
    "issuer Let's Encrypt",
    "ptr ec2-1-2-3-4.compute.amazonaws.com",
    "spf include.example",
    "soa a b",
)


@target(lambda: [*texts(*QUESTIONS)(), *documents(*LINES)()], "ValueError", "DocumentError", "UsageError")
def providers_match(data: bytes) -> None:
    from hostaudit.analysis.catalogue import match

    matcher = _matcher()
    with suppress(ValueError):
        matcher.anything(data.decode("utf-8", "replace"))
    with suppress(ValueError):
        matcher.answer(match.read(data))


LINES = (
    {
        "ns": "ns-1.awsdns-00.com",
        "mx": ["mx1.x.com"],
        "headers": {"server": "cloudflare", "cf-ray": "1"},
        "ip": "88.198.1.1",
    },
    {
        "registrar": {"name": "Gandi SAS", "iana_id": "81"},
        "issuer": {"organisation": "Let's Encrypt"},
        "soa": {"mname": "a.b", "rname": "c.d"},
    },
)


@cache
def _matcher() -> Any:
    from hostaudit.analysis.catalogue.catalogue import Catalogue
    from hostaudit.analysis.catalogue.match import Matcher
    from hostaudit.documents import rules

    return Matcher(Catalogue(rules.shipped()))
