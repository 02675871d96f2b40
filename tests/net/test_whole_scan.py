"""A whole scan over real sockets on the loopback interface: from a domain to a report, and again from its evidence."""

from __future__ import annotations

import asyncio
import time

import dns.flags
import msgspec
from servers import DnsServer, HttpServer, ca, http, never, server_context

from hostaudit import audit, domain, rules
from hostaudit.audit import LookOptions, analyse, look
from hostaudit.documents import read_evidence
from hostaudit.net.limits import Ports

HOME = "127.0.0.1"
SOA = "ns1.site.com. admin.site.com. 7 3600 600 86400 300"
TOP = "a.gtld.com. admin.gtld.com. 1 3600 600 86400 300"

RECORDS = {
    ("com", "SOA"): [TOP],
    ("com", "NS"): ["a.gtld.com."],
    ("a.gtld.com", "A"): [HOME],
    ("gtld.com", "SOA"): [TOP],
    ("site.com", "SOA"): [SOA],
    ("site.com", "NS"): ["ns1.site.com."],
    ("ns1.site.com", "A"): [HOME],
    ("site.com", "A"): [HOME],
    ("www.site.com", "CNAME"): ["site.com."],
    ("site.com", "MX"): ["10 mail.site.com."],
    ("mail.site.com", "A"): [HOME],
    ("site.com", "TXT"): ['"v=spf1 mx -all"'],
    ("site.com", "CAA"): ['0 issue "letsencrypt.org"'],
}
PAGE = b'<html><head><link rel="manifest" href="/m.json"></head><a href="https://f-droid.org/packages/com.site">x</a></html>'
PAGES = {
    "site.com /": http(200, PAGE, Content_Type="text/html", Server="nginx"),
    "www.site.com /": http(301, b"", Location="https://site.com/"),
    "/m.json": http(200, b'{"name": "Site"}', Content_Type="application/json"),
    "/.well-known/assetlinks.json": http(404),
    "/.well-known/apple-app-site-association": http(404),
}


def scan(records=None, pages=None, **changes):
    async def go():
        flags = dns.flags.RA | dns.flags.AA
        context = server_context(("site.com", "www.site.com"))
        async with DnsServer(records or RECORDS, flags=flags) as names, HttpServer(pages or PAGES, context) as web:
            options = {
                "resolver": (names.address,),
                "ca_bundle": ca()[2],
                "no_third_party": True,
                "allow_private": ("127.0.0.0/8",),
                "ports": Ports(dns=names.port, https=web.port, http=1),
                "timeout": 2.0,
                "deadline": 20.0,
            } | changes
            told = []
            file = await look(domain.parse("site.com"), LookOptions(**options), lambda *counts: told.append(counts))
            return file, told

    return asyncio.run(go())


def test_a_whole_scan_sees_every_kind_and_can_be_judged_again(tmp_path):
    file, told = scan()
    report = analyse(file, rules.load())

    kinds = {item.kind for item in file.evidence if item.unknown is None}
    assert {
        "zone",
        "delegation",
        "nameservers",
        "server",
        "dnssec",
        "a",
        "aaaa",
        "web",
        "tls",
        "front",
        "page",
    } <= kinds
    assert {"mx", "spf", "caa", "apps", "web_app", "packages", "origin", "owner"} <= kinds
    seen = {item.id: item for item in file.evidence}
    assert seen[f"server:site.com ns1.site.com {HOME}"].value.serial == 7
    assert seen["front:site.com"].value.host == "site.com"
    assert seen["apps:site.com"].value.apps[0].store == "f-droid"
    assert seen["listing:f-droid com.site"].unknown.cause == "not_asked"
    assert seen["registration:site.com"].unknown.cause == "not_asked"
    assert seen["web_app:site.com"].value.installable is False
    assert told
    assert told[-1][0] <= len(file.evidence)
    assert file.run.options == ("no-third-party",)

    path = tmp_path / "evidence.json"
    path.write_bytes(audit.encode_evidence(file))
    again = analyse(read_evidence(str(path)), rules.load())
    assert msgspec.json.encode(again) == msgspec.json.encode(report)


def test_a_site_that_lets_everything_hang_ends_at_the_deadline():
    started = time.monotonic()

    file, _ = scan(pages={"/": never}, timeout=30.0, deadline=1.0)

    assert time.monotonic() - started < 3
    causes = {item.unknown.cause for item in file.evidence if item.unknown}
    assert "deadline" in causes
    assert analyse(file, rules.load()).verdict == "inconclusive"


def test_without_leave_no_private_address_is_connected_to():
    file, _ = scan(allow_private=())

    answers = [item for item in file.evidence if item.kind in ("web", "tls", "server")]
    assert answers
    assert {item.unknown.cause for item in answers} == {"blocked_address"}


def test_a_name_nobody_sold_fails():
    gone = {key: value for key, value in RECORDS.items() if not key[0].endswith("site.com")}

    file, _ = scan(records=gone)
    report = analyse(file, rules.load())

    assert report.verdict == "fail"
    assert "does not exist" in report.summary
