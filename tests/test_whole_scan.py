"""A whole scan over real sockets on the loopback interface: from a domain to a report, and again from its evidence."""

from __future__ import annotations

import asyncio
import time

import dns.flags
import msgspec
import pytest
from helpers.servers import DnsServer, HttpServer, SmtpServer, ca, http, never, server_context

from hostaudit import domain
from hostaudit.audit import analyse, look
from hostaudit.documents import rules
from hostaudit.documents.evidence_file import encode_evidence, read_evidence
from hostaudit.errors import UsageError
from hostaudit.model.site import DeclaredFallback, Site, SpareName
from hostaudit.model.values import MailGreeting, StandbyAnswer, StandbyServer
from hostaudit.observe.look import LookOptions
from hostaudit.observe.net.limits import Ports

pytestmark = pytest.mark.smoke

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


def scan(records=None, pages=None, site=None, **changes):
    async def go():
        flags = dns.flags.RA | dns.flags.AA
        context = server_context(("site.com", "www.site.com", "spare.org"))
        names, web = DnsServer(records or RECORDS, flags=flags), HttpServer(pages or PAGES, context)
        async with names, web, SmtpServer() as exchanger:
            options = {
                "resolver": (names.address,),
                "ca_bundle": ca()[2],
                "no_third_party": True,
                "allow_private": ("127.0.0.0/8",),
                "ports": Ports(dns=names.port, https=web.port, http=1, smtp=exchanger.port),
                "timeout": 2.0,
                "deadline": 20.0,
            } | changes
            told = []
            file = await look(
                domain.parse("site.com"), LookOptions(**options), lambda *counts: told.append(counts), site
            )
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
    path.write_bytes(encode_evidence(file))
    again = analyse(read_evidence(str(path)), rules.load())
    assert msgspec.json.encode(again) == msgspec.json.encode(report)


def test_a_site_that_lets_everything_hang_ends_at_the_deadline():
    started = time.monotonic()

    file, _ = scan(pages={"/": never}, timeout=30.0, deadline=1.0)

    assert time.monotonic() - started < 15  # the timeout is 30
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


SPARE = {
    ("org", "SOA"): ["a.gtld.org. admin.gtld.org. 1 3600 600 86400 300"],
    ("org", "NS"): ["a.gtld.com."],
    ("spare.org", "SOA"): ["ns.spare.org. admin.spare.org. 3 3600 600 86400 300"],
    ("spare.org", "NS"): ["ns.spare.org."],
    **{(f"{host}spare.org", "A"): [HOME] for host in ("", "ns.", "www-standby.", "mx.")},
}
SITE = Site(
    "site.com",
    spare_names=(SpareName("spare.org", "/hello", 200, "well"),),
    fallbacks=(
        DeclaredFallback("dns", "njalla", server="ns.spare.org"),
        DeclaredFallback("hosting", "ovh", host="www-standby.spare.org", marker="manifest"),
        DeclaredFallback("cdn", "bunny", address=HOME, stands_for="www.site.com", status=301),
        DeclaredFallback("hosting", "hetzner", address="127.0.0.2"),
        DeclaredFallback("mail", "fastmail", host="mx.spare.org"),
        DeclaredFallback("ca", "letsencrypt"),
        DeclaredFallback("app_store", "f-droid", app="com.site.other"),
    ),
)


def test_declared_fallbacks_are_looked_at_and_kept_with_the_evidence(tmp_path):
    started = time.monotonic()
    file, _ = scan({**RECORDS, **SPARE}, PAGES | {"spare.org /hello": http(200, b"all is well")}, SITE)
    assert time.monotonic() - started < 10

    seen = {item.id: item.value for item in file.evidence if item.value is not None}
    assert seen[f"standby_ns:site.com ns.spare.org {HOME}"] == StandbyServer(
        "site.com", "ns.spare.org", HOME, True, "NOERROR", 7, ("ns1.site.com",)
    )
    assert seen[f"standby_web:site.com {HOME} /"] == StandbyAnswer("site.com", HOME, "/", 200, True)
    assert seen[f"standby_web:www.site.com {HOME} /"].status == 301
    assert seen[f"standby_web:spare.org {HOME} /hello"] == StandbyAnswer("spare.org", HOME, "/hello", 200, True)
    assert seen[f"standby_mx:mx.spare.org {HOME}"] == MailGreeting(
        "mx.spare.org", HOME, 220, "mx.test ESMTP", 250, ("SIZE", "STARTTLS")
    )
    assert {"delegation:spare.org", f"web:spare.org {HOME}", f"tls:spare.org {HOME}", "zone:ns.spare.org"} <= set(seen)
    open_ = {item.id: item.unknown.cause for item in file.evidence if item.unknown}
    assert open_["standby_web:site.com 127.0.0.2 /"] in ("connection_refused", "unreachable")
    assert open_["listing:f-droid com.site.other"] == "not_asked"

    path = tmp_path / "evidence.json"
    path.write_bytes(encode_evidence(file))
    assert file.site == SITE
    assert read_evidence(str(path)) == file


def test_a_site_file_that_declares_nothing_changes_no_question():
    plain, _ = scan()
    declared, _ = scan(site=Site("site.com"))

    assert [item.id for item in declared.evidence] == [item.id for item in plain.evidence]


def test_without_http_a_standby_that_answers_over_http_is_not_asked_and_an_exchanger_is_greeted():
    file, _ = scan({**RECORDS, **SPARE}, site=SITE, no_http=True)

    seen = {item.id: item for item in file.evidence}
    assert seen[f"standby_web:site.com {HOME} /"].unknown.cause == "not_asked"
    assert seen[f"standby_web:spare.org {HOME} /hello"].unknown.cause == "not_asked"
    assert seen[f"standby_mx:mx.spare.org {HOME}"].value.greeting == 220


def test_the_depth_stands_in_the_evidence_unless_it_is_the_usual():
    file, _ = scan(depth=0)

    assert file.run.options == ("no-third-party", "depth=0")
    assert LookOptions(depth=3).chosen == ()
    for depth in (-1, 7):
        with pytest.raises(UsageError, match="depth is"):
            LookOptions(depth=depth)
