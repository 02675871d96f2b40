"""Fetching by URL: redirects, Retry-After, addresses that are vetted, and what is not asked at all."""

from __future__ import annotations

import asyncio
import io
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from helpers.outcomes import cause
from helpers.pages import answer, serving, urls
from helpers.servers import DnsServer

from hostaudit.domain import linked_host
from hostaudit.observe.net.http import fetch
from hostaudit.observe.net.http.client import Sink
from hostaudit.observe.net.http.fetch import parse, retry_after
from hostaudit.observe.net.limits import Limits
from hostaudit.observe.net.live import LiveNet
from hostaudit.observe.net.outcome import HttpReply

HOSTS = ("site.example", "www.site.example", "rdap.site.example")
ADDRESS, OTHER, SIXTH = "93.184.216.34", "93.184.216.35", "2606:2800:220:1::34"
"""Public addresses, which nothing connects to here."""

NAMES = {(host, "A"): [ADDRESS] for host in HOSTS}


def visit(pages, call, *, names=None, faults=None, limits=None, **options) -> tuple[Any, list[httpx.Request]]:
    """The result of ``call(net)`` where the web has these pages, and the requests that were sent."""

    async def go():
        async with DnsServer(names or NAMES, faults=faults or {}) as dns:
            limits_ = limits or Limits(timeout=2, deadline=10)
            async with LiveNet(limits_, resolver=(dns.address,), **options) as net:
                outcome = await call(net)
                assert net.crashes == []
            return outcome

    with serving(pages) as web:
        outcome = asyncio.run(go())
        return outcome, [call.request for call in web.calls]


def get(pages, url="https://site.example/", *, address=None, redirects=0, **options):
    return visit(pages, lambda net: net.fetch(url, address=address, redirects=redirects), **options)[0]


REFUSED = ConnectionRefusedError(111, "Connection refused")
SITE = "https://site.example"

# --- addresses ---


def test_the_given_address_is_used_and_vetted():
    names = {("site.example", "A"): ["192.0.2.1"]}
    pages = {f"{SITE}/": answer()}
    reply, (request,) = visit(pages, lambda net: net.fetch(f"{SITE}/", address=ADDRESS), names=names)
    assert (reply.value.status, request.url.host, request.headers["host"]) == (200, ADDRESS, "site.example")
    assert request.extensions["sni_hostname"] == "site.example"
    assert cause(get(pages, address="10.0.0.1", names=names)) == "blocked_address"


def test_a_name_on_a_private_address_is_never_connected_to():
    names = {("site.example", "A"): ["127.0.0.1"]}
    outcome, requests = visit({f"{SITE}/": answer()}, lambda net: net.fetch(f"{SITE}/"), names=names)
    assert cause(outcome) == "blocked_address"
    assert requests == []


def test_a_private_address_among_public_ones_is_passed_over():
    names = {("site.example", "A"): ["10.0.0.1", ADDRESS, "10.0.0.2"]}
    assert get({f"{SITE}/": answer()}, names=names).value.address == ADDRESS


@pytest.mark.parametrize(
    ("addresses", "tried"),
    [
        ({"A": [ADDRESS], "AAAA": [SIXTH]}, [ADDRESS, SIXTH]),
        ({"A": [ADDRESS, OTHER], "AAAA": [SIXTH]}, [ADDRESS, OTHER]),
        ({"A": ["10.0.0.1", ADDRESS], "AAAA": [SIXTH]}, [ADDRESS, SIXTH]),
    ],
)
def test_the_second_address_is_tried_and_no_third(addresses, tried):
    names = {("site.example", rdtype): found for rdtype, found in addresses.items()}
    for pages, expected in ({f"{SITE}/": REFUSED}, "connection_refused"), ({f"{SITE}/": [REFUSED, answer()]}, None):
        outcome, requests = visit(pages, lambda net: net.fetch(f"{SITE}/"), names=names)
        hosts = [each.url.host for each in requests]
        # A resolver may turn the addresses of one family round.
        assert sorted(hosts) == sorted(tried)
        assert outcome.source == f"GET {SITE}/ at {hosts[1]}"
        assert outcome.value.address == hosts[1] if expected is None else cause(outcome) == expected


def test_an_answer_of_any_status_stands_and_ipv6_is_not_asked_for():
    async def go():
        names = {("site.example", "A"): [ADDRESS, OTHER], ("site.example", "AAAA"): [SIXTH]}
        async with DnsServer(names) as dns, LiveNet(Limits(), resolver=(dns.address,)) as net:
            return await net.fetch(f"{SITE}/"), dns.asked

    with serving({f"{SITE}/": answer(503)}) as web:
        outcome, asked = asyncio.run(go())
        assert urls(web) == [f"{SITE}/"]
    assert outcome.value.status == 503
    assert asked["site.example", "AAAA"] == 0


def test_a_host_without_address_is_unknown_and_never_absent():
    outcome = get({}, "https://nowhere.example/")
    assert cause(outcome) == "unreachable"
    assert "NXDOMAIN" in outcome.unknown.detail
    assert cause(get({}, faults={"site.example": "servfail"})) == "servfail"


@pytest.mark.parametrize("url", ["https://127.1/", "https://0x7f000001/", "https://2130706433/"])
def test_odd_spellings_of_loopback_are_names_that_do_not_exist(url):
    assert cause(get({url: answer()}, url)) == "unreachable"


def test_a_site_that_is_asked_twice_at_once_gets_one_request():
    async def twice(net):
        return await asyncio.gather(net.fetch(f"{SITE}/", redirects=5), net.fetch(f"{SITE}/", address=ADDRESS))

    (one, other), requests = visit({f"{SITE}/": answer(200, b"x")}, twice)
    assert (one.value.body, other.value.body) == (b"x", b"x")
    assert len(requests) == 1


def test_a_broken_connection_is_tried_once_more_and_a_form_is_not_sent_twice():
    pages = {f"{SITE}/": [httpx.RemoteProtocolError("Server disconnected without a response"), answer(200, b"ok")]}
    assert get(pages).value.body == b"ok"

    broken = httpx.RemoteProtocolError("Server disconnected without a response")
    outcome, requests = visit({f"{SITE}/": broken}, lambda net: net.fetch(f"{SITE}/"))
    assert (cause(outcome), len(requests)) == ("connection_reset", 2)

    async def posted(net):
        return await net._web.service("https://rdap.site.example/", "*/*", b"a=1")

    outcome, requests = visit({"https://rdap.site.example/": broken}, posted)
    assert (cause(outcome), [each.method for each in requests]) == ("connection_reset", ["POST"])


def test_requests_beyond_the_limit_are_not_sent():
    async def three(net):
        return [await net.fetch(f"{SITE}/{n}") for n in range(3)]

    outcomes, requests = visit({}, three, limits=Limits(timeout=2, http_requests=2))
    assert [outcome.value is not None for outcome in outcomes] == [True, True, False]
    assert cause(outcomes[2]) == "limit"
    assert len(requests) == 2


# --- redirects ---


def to(location, status=302):
    return answer(status, b"", Location=location)


def test_redirects_are_followed_and_listed():
    pages = {
        "https://site.example/": to("https://www.site.example/a b"),
        "https://www.site.example/a%20b": to("/c", 308),
        "https://www.site.example/c": answer(200, b"end"),
    }
    reply = get(pages, redirects=5).value
    assert reply.body == b"end"
    assert reply.url == "https://www.site.example/c"
    assert reply.hops == ("https://site.example/", "https://www.site.example/a%20b")
    assert get(pages, redirects=0).value.status == 302


def test_a_redirect_may_lead_from_http_to_https():
    pages = {"http://site.example/": to("https://site.example/x"), "https://site.example/x": answer(200, b"end")}
    assert get(pages, "http://site.example/", redirects=1).value.body == b"end"


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("http://169.254.169.254/latest/", "blocked_address"),
        ("http://10.0.0.1/", "blocked_address"),
        ("http://[::1]/", "blocked_address"),
        ("file:///etc/passwd", "redirect_refused"),
        ("ftp://site.example/", "redirect_refused"),
        ("https://site.example:8443/", "redirect_refused"),
        ("https://user@site.example/", "redirect_refused"),
        ("//[bad/", "redirect_refused"),
        ("https://site.example/\x01", "redirect_refused"),
        ("https://" + "a" * 64 + ".example/", "redirect_refused"),
        ("https://site.example/" + "a" * 5000, "redirect_refused"),
        ("/", "loop"),
    ],
)
def test_a_redirect_that_leads_astray_is_refused(location, expected):
    outcome, requests = visit({f"{SITE}/": to(location)}, lambda net: net.fetch(f"{SITE}/", redirects=5))
    assert cause(outcome) == expected
    assert len(requests) == 1


def test_the_sixth_redirect_is_too_many():
    pages = {f"{SITE}/{n}": to(f"/{n + 1}") for n in range(9)}
    assert cause(get(pages, f"{SITE}/0", redirects=9)) == "too_many_redirects"
    pages[f"{SITE}/5"] = answer(200, b"end")
    assert get(pages, f"{SITE}/0", redirects=5).value.body == b"end"


def test_after_a_redirect_the_name_is_resolved_anew():
    names = {("site.example", "A"): [ADDRESS], ("www.site.example", "A"): [OTHER]}
    pages = {f"{SITE}/": to("https://www.site.example/"), "https://www.site.example/": answer()}
    outcome, requests = visit(pages, lambda net: net.fetch(f"{SITE}/", address=ADDRESS, redirects=1), names=names)
    assert [each.url.host for each in requests] == [ADDRESS, OTHER]
    assert outcome.value.address == OTHER


# --- rate limits ---


def test_a_short_retry_after_is_waited_for_once():
    pages = {f"{SITE}/": [answer(429, b"", Retry_After="0"), answer(200, b"ok")]}
    assert get(pages).value.body == b"ok"
    outcome, requests = visit({f"{SITE}/": answer(429, b"", Retry_After="0")}, lambda net: net.fetch(f"{SITE}/"))
    assert (cause(outcome), len(requests)) == ("rate_limited", 2)


HUGE = (
    "Mon, 01 Jan 2024 00:00:00 +99999999999999999",
    f"Mon, 01 Jan 2024 {'9' * 20}:00:00 GMT",
    "1 Jan 99999999999 0:0",
)


@pytest.mark.parametrize("header", HUGE)
def test_a_retry_after_too_large_for_a_machine_word_is_no_defect(header):
    assert retry_after(header, datetime(2030, 1, 1, tzinfo=UTC)) is None
    outcome, _ = visit({f"{SITE}/": answer(429, b"", Retry_After=header)}, lambda net: net.fetch(f"{SITE}/"))
    assert cause(outcome) == "rate_limited"


@pytest.mark.parametrize("header", ["3600", "Wed, 21 Oct 2099 07:28:00 GMT", "soon"])
def test_a_long_or_unreadable_retry_after_is_not_waited_for(header):
    outcome, requests = visit({f"{SITE}/": answer(429, b"", Retry_After=header)}, lambda net: net.fetch(f"{SITE}/"))
    assert cause(outcome) == "rate_limited"
    assert header in outcome.unknown.detail
    assert len(requests) == 1


def test_429_without_a_word_is_rate_limited():
    assert cause(get({f"{SITE}/": answer(429)})) == "rate_limited"


@pytest.mark.parametrize(("status", "asked"), [(200, 2), (404, 2), (403, 1)])
def test_a_service_that_says_403_is_left_alone(status, asked):
    async def twice(net):
        return [await net.service(f"https://rdap.site.example/{n}") for n in range(2)]

    pages = {f"https://rdap.site.example/{n}": answer(status) for n in range(2)}
    outcomes, requests = visit(pages, twice, limits=Limits(turn=0.1))
    assert outcomes[0].value.status == status
    assert len(requests) == asked
    assert outcomes[1].value.status == status if asked == 2 else cause(outcomes[1]) == "rate_limited"


def test_retry_after_is_read_in_both_forms():
    now = datetime(2030, 1, 1, 12, 0, 0, tzinfo=UTC)
    assert retry_after("7", now) == 7
    assert retry_after("Tue, 01 Jan 2030 12:00:05 GMT", now) == 5
    assert retry_after("Tue, 01 Jan 2030 11:00:00 GMT", now) == 0
    assert retry_after("Tue, 01 Jan 2030 12:00:05 -0000", now) == 5
    assert retry_after("", now) is None


# --- services and switches ---


def test_a_service_that_stays_silent_is_not_asked_for_ever():
    async def five(net):
        return [await net.service(f"https://rdap.site.example/{n}") for n in range(5)]

    pages = {f"https://rdap.site.example/{n}": httpx.ReadTimeout("") for n in range(5)}
    outcomes, requests = visit(pages, five)
    assert [cause(outcome) for outcome in outcomes] == ["timeout"] * 5
    assert len(requests) == 3


def test_a_service_is_asked_for_what_it_shall_send_through_at_most_three_redirects():
    base = "https://rdap.site.example"
    pages = {f"{base}/{n}": to(f"/{n + 1}") for n in range(5)}
    outcome, requests = visit(pages, lambda net: net.service(f"{base}/0", accept="application/rdap+json"))
    assert (cause(outcome), len(requests)) == ("too_many_redirects", 4)
    assert {each.headers["accept"] for each in requests} == {"application/rdap+json"}
    pages[f"{base}/3"] = answer(200, b"end")
    assert visit(pages, lambda net: net.service(f"{base}/0"))[0].value.body == b"end"


def test_switched_off_calls_are_not_asked():
    async def site(net):
        return await net.fetch("https://site.example/"), await net.certificate("site.example", ADDRESS)

    async def third(net):
        return (
            await net.service("https://rdap.site.example/"),
            await net.owner("8.8.8.8"),
            await net.registration("site.example"),
        )

    for outcomes, requests in (visit({}, site, no_http=True), visit({}, third, no_third_party=True)):
        assert [cause(outcome) for outcome in outcomes] == ["not_asked"] * len(outcomes)
        assert requests == []


@pytest.mark.parametrize("url", ["ftp://site.example/", "https://site.example:22/", "nonsense", "https://"])
def test_a_site_is_asked_on_its_own_ports_only(url):
    assert cause(get({}, url)) == "malformed"


def test_a_service_is_no_url_of_another_kind():
    assert cause(visit({}, lambda net: net.service("file:///etc/passwd"))[0]) == "malformed"


# --- files ---


def saved(pages, url=f"{SITE}/file", *, cap=100):
    file = io.BytesIO(b"of an earlier try")
    outcome, _ = visit(pages, lambda net: net.download(url, Sink(file, cap, 5)))
    return outcome, file.getvalue()


def test_a_file_is_saved_whole_after_redirects():
    there = "https://www.site.example/there"
    outcome, data = saved({f"{SITE}/file": to(there), there: answer(200, b"x" * 100)})
    assert (outcome.value.status, outcome.value.body, data) == (200, b"", b"x" * 100)


def test_a_file_with_another_status_is_a_value_and_not_saved():
    outcome, data = saved({f"{SITE}/file": answer(503, b"sorry")})
    assert (outcome.value.status, data) == (503, b"")


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (answer(200, b"x" * 101), "too_large"),
        (answer(200, b"x", Content_Encoding="br"), "malformed"),
        (to("http://site.example/file"), "redirect_refused"),
        (to("ftp://site.example/file"), "redirect_refused"),
        (to("/file"), "too_many_redirects"),
        (httpx.ReadTimeout(""), "timeout"),
        (httpx.ConnectError("no route"), "unreachable"),
    ],
)
def test_a_file_that_does_not_come_is_unknown(page, expected):
    assert cause(saved({f"{SITE}/file": page})[0]) == expected


def test_a_file_is_no_url_of_another_kind():
    assert cause(saved({}, "file:///etc/passwd")[0]) == "malformed"


# --- URLs ---


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://Example.COM", "https://example.com/"),
        ("http://example.com:80/x?y=[z]", "http://example.com/x?y=[z]"),
        ("https://example.com:8443/", "https://example.com:8443/"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
        ("https://[2001:DB8::1]/", "https://[2001:db8::1]/"),
        ("https://example.com./", "https://example.com/"),
        ("https://example.com/#fragment", "https://example.com/"),
    ],
)
def test_a_url_is_normalised(text, expected):
    assert str(parse(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "javascript:alert(1)",
        "https://",
        "https://a b/",
        "https://x:99999/",
        "https://x:0/",
        "https://-/",
        "https://a..b/",
        "https://user:pw@x/",
        "https://x/\r\nHost: y",
        "//x/",
    ],
)
def test_what_is_no_web_address_is_refused(text):
    assert parse(text) is None


@pytest.mark.parametrize(
    ("location", "host"),
    [
        ("https://stra\u00dfe.example/", "xn--strae-oqa.example"),
        ("//\u0392\u038c\u039b\u039f\u03a3.example/", "xn--nxasmq6b.example"),
        ("https:\\\\other.example\\x", "other.example"),
        ("///other.example/x", "other.example"),
        ("https:other", "site.example"),
        ("\\x", "site.example"),
    ],
)
def test_a_redirect_leads_where_browsers_go(location, host):
    raw = location.encode().decode("latin-1")  # how a header comes that is written in UTF-8
    reply = HttpReply("https://site.example/a/", 302, (("location", raw),), b"", False, "192.0.2.1")

    assert fetch._target(reply.url, reply.location, 4096).host == host
    assert linked_host(reply.location, reply.url) == host
