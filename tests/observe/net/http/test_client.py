"""HTTP and TLS against real loopback servers: what is fetched, what is refused, and what ends in time."""

from __future__ import annotations

import asyncio
import gzip
import inspect
import ipaddress
import ssl
import time
import zlib
from datetime import UTC, datetime

import httpx
import pytest
from helpers.servers import DnsServer, HttpServer, ca, drip, http, never, server_context

from hostaudit.observe.net import jsontext
from hostaudit.observe.net.http.client import cause_of, certificate_of, read_body
from hostaudit.observe.net.http.fetch import parse, retry_after
from hostaudit.observe.net.limits import Limits, Ports
from hostaudit.observe.net.live import LiveNet
from hostaudit.observe.net.outcome import HttpReply

HOSTS = ("site.example", "www.site.example", "rdap.site.example")
NAMES = {(host, "A"): ["127.0.0.1"] for host in HOSTS}
LOOPBACK_BLOCK = (ipaddress.ip_network("127.0.0.0/8"),)


def visit(pages, call, *, hosts=HOSTS, fault="", names=None, faults=None, limits=None, **options):
    """Run ``call(net)`` against an HTTPS server and the same pages over plain HTTP; also the servers themselves."""

    async def go():
        secure = HttpServer(pages, server_context(tuple(hosts), fault))
        plain = HttpServer(pages)
        async with secure, plain, DnsServer(names or NAMES, faults=faults or {}) as dns:
            async with LiveNet(
                limits or Limits(timeout=2, deadline=10),
                resolver=(dns.address,),
                ca_bundle=ca()[2],
                allow_private=options.pop("allow_private", LOOPBACK_BLOCK),
                ports=Ports(http=plain.port, https=secure.port),
                **options,
            ) as net:
                outcome = await call(net)
                assert net.crashes == []
            return outcome, secure, plain

    return asyncio.run(go())


def get(pages, url="https://site.example/", *, address=None, redirects=0, **options):
    return visit(pages, lambda net: net.fetch(url, address=address, redirects=redirects), **options)[0]


def cause(outcome):
    assert outcome.value is None
    assert outcome.absent is None
    return outcome.unknown.cause


def test_a_page_comes_with_headers_address_and_certificate():
    outcome = get({"/": http(200, b"hello", Server="x", Set_Cookie="a=1")})
    reply = outcome.value
    assert (reply.status, reply.body, reply.truncated, reply.address) == (200, b"hello", False, "127.0.0.1")
    assert reply.header("server") == "x"
    assert reply.url == "https://site.example/"
    assert reply.certificate.valid
    assert outcome.source == "GET https://site.example/ at 127.0.0.1"


def test_requests_carry_the_host_an_honest_agent_and_no_cookie():
    page = http(200, b"x", Set_Cookie="a=1")

    async def twice(net):
        await net.fetch("https://site.example/a?b=1")
        return await net.fetch("https://site.example/b")

    _, secure, _ = visit({"/a?b=1": page, "/b": page}, twice)
    text = secure.seen[1].decode()
    assert "Host: site.example\r\n" in text
    assert "User-Agent: hostaudit/" in text
    assert "(+https://github.com/hostaudit/hostaudit)" in text
    assert "ookie" not in text
    assert secure.connections == 1, "a connection to the same name is used again"


def test_a_connection_of_one_name_never_carries_another():
    async def both(net):
        await net.fetch("https://site.example/")
        return await net.fetch("https://www.site.example/")

    _, secure, _ = visit({"/": http(200, b"x")}, both)
    assert secure.connections == 2


def test_the_given_address_is_used_and_vetted():
    names = {("site.example", "A"): ["192.0.2.1"]}
    assert get({"/": http(200)}, address="127.0.0.1", names=names).value.status == 200
    assert cause(get({"/": http(200)}, address="10.0.0.1", names=names)) == "blocked_address"


def test_a_name_on_a_private_address_is_never_connected_to():
    outcome, secure, _ = visit({"/": http(200)}, lambda net: net.fetch("https://site.example/"), allow_private=())
    assert cause(outcome) == "blocked_address"
    assert secure.connections == 0


def test_a_private_address_among_public_ones_is_passed_over():
    names = {("site.example", "A"): ["10.0.0.1", "127.0.0.1", "10.0.0.2"]}
    assert get({"/": http(200)}, names=names).value.address == "127.0.0.1"


def test_the_second_address_is_tried():
    names = {("site.example", "A"): ["127.0.0.1"], ("site.example", "AAAA"): ["::1"]}

    async def go():
        async with DnsServer(names) as dns, HttpServer({}) as gone:
            pass
        async with DnsServer(names) as dns:
            limits = Limits(timeout=1)
            blocks = (*LOOPBACK_BLOCK, ipaddress.ip_network("::1/128"))
            async with LiveNet(
                limits, resolver=(dns.address,), allow_private=blocks, ports=Ports(http=gone.port)
            ) as net:
                return await net.fetch("http://site.example/"), dns.asked

    outcome, asked = asyncio.run(go())
    assert cause(outcome) == "connection_refused"
    assert "[::1]" in outcome.source or outcome.source.endswith("::1")
    assert asked["site.example", "AAAA"] == 1


def test_a_host_without_address_is_unknown_and_never_absent():
    outcome = get({}, "https://nowhere.example/")
    assert cause(outcome) == "unreachable"
    assert "NXDOMAIN" in outcome.unknown.detail
    assert cause(get({}, faults={"site.example": "servfail"})) == "servfail"


@pytest.mark.parametrize("url", ["https://127.1/", "https://0x7f000001/", "https://2130706433/"])
def test_odd_spellings_of_loopback_are_names_that_do_not_exist(url):
    assert cause(get({"/": http(200)}, url)) == "unreachable"


# --- bodies ---


def test_gzip_is_unpacked():
    assert get({"/": http(200, gzip.compress(b"hello"), Content_Encoding="gzip")}).value.body == b"hello"


def test_a_bomb_is_cut_at_the_cap():
    bomb = gzip.compress(b"\0" * 3_000_000)
    reply = get({"/": http(200, bomb, Content_Encoding="gzip")}, limits=Limits(timeout=2, body=100_000)).value
    assert (len(reply.body), reply.truncated) == (100_000, True)


def test_a_large_body_keeps_its_head():
    reply = get({"/": http(200, b"head" + b"x" * 200_000)}, limits=Limits(timeout=2, body=100_000)).value
    assert (len(reply.body), reply.truncated, reply.body[:5]) == (100_000, True, b"headx")


@pytest.mark.parametrize(
    ("body", "coding"),
    [(b"x", "br"), (b"x", "zstd"), (b"not gzip", "gzip"), (gzip.compress(b"x" * 1000, mtime=0)[:-9], "gzip")],
)
def test_a_body_that_cannot_be_unpacked_is_malformed(body, coding):
    assert cause(get({"/": http(200, body, Content_Encoding=coding)})) == "malformed"


def test_a_stream_that_inflates_to_nothing_ends_at_the_cap_too():
    async def endless():
        packer = zlib.compressobj(wbits=31)
        yield packer.compress(b"a") + packer.flush(zlib.Z_SYNC_FLUSH)
        while True:
            yield packer.flush(zlib.Z_FULL_FLUSH) + packer.flush(zlib.Z_SYNC_FLUSH) or b"\0"
            yield b"\x00\x00\x00\xff\xff" * 100

    body, truncated = asyncio.run(read_body(endless(), "gzip", 10_000))
    assert truncated
    assert len(body) <= 10_000


def test_a_torn_body_is_malformed():
    assert cause(get({"/": b"HTTP/1.1 200 X\r\nContent-Length: 50\r\nConnection: close\r\n\r\nabc"})) in (
        "malformed", "timeout")  # fmt: skip


# --- what servers do wrong ---


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (b"\x00\xff NOT HTTP\r\n\r\n", "malformed"),
        (b"HTTP/1.1 200 X\r\n" + b"".join(b"H%d: x\r\n" % n for n in range(300)) + b"\r\n", "too_large"),
        (b"HTTP/1.1 200 X\r\nA: " + b"x" * 70_000 + b"\r\nContent-Length: 0\r\n\r\n", "too_large"),
        (b"HTTP/1.1 200 X\r\nA: " + b"x" * 300_000, "too_large"),
        (never, "timeout"),
        (drip, "timeout"),
    ],
)
def test_each_fault_ends_in_time_with_its_cause(page, expected):
    started = time.monotonic()
    assert cause(get({"/": page}, limits=Limits(timeout=0.5, deadline=10))) == expected
    assert time.monotonic() - started < 3


def test_a_connection_closed_under_way_is_tried_again():
    async def close(writer):
        writer.transport.abort()

    outcome, *_ = visit({"/": [close, http(200, b"ok")]}, lambda net: net.fetch("https://site.example/"))
    assert outcome.value.body == b"ok"
    assert cause(get({"/": close})) == "connection_reset"


def test_the_deadline_of_the_scan_ends_what_is_under_way():
    async def call(net):
        first = await net.fetch("https://site.example/")
        return first, await net.fetch("https://site.example/2"), await net.dns("site.example", "A")

    started = time.monotonic()
    outcomes, _, _ = visit({"/": never}, call, limits=Limits(timeout=5, deadline=0.7))
    assert [cause(outcome) for outcome in outcomes[:2]] == ["deadline", "deadline"]
    assert outcomes[2].value, "what was known before stays known"
    assert time.monotonic() - started < 1.7


def test_requests_beyond_the_limit_are_not_sent():
    async def three(net):
        return [await net.fetch(f"https://site.example/{n}") for n in range(3)]

    outcomes, secure, _ = visit({}, three, limits=Limits(timeout=2, http_requests=2))
    assert [outcome.value is not None for outcome in outcomes] == [True, True, False]
    assert cause(outcomes[2]) == "limit"
    assert len(secure.seen) == 2


# --- redirects ---


def to(location, status=302):
    return http(status, b"", Location=location)


def test_redirects_are_followed_and_listed():
    pages = {
        "site.example /": to("https://www.site.example/a b"),
        "www.site.example /a%20b": to("/c", 308),
        "www.site.example /c": http(200, b"end"),
    }
    reply = get(pages, redirects=5).value
    assert reply.body == b"end"
    assert reply.url == "https://www.site.example/c"
    assert reply.hops == ("https://site.example/", "https://www.site.example/a%20b")
    assert get(pages, redirects=0).value.status == 302


def test_a_redirect_may_lead_from_http_to_https():
    pages = {"/": [to("https://site.example/x")], "/x": http(200, b"end")}
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
    assert cause(get({"/": to(location)}, redirects=5)) == expected


def test_the_sixth_redirect_is_too_many():
    pages = {f"/{n}": to(f"/{n + 1}") for n in range(9)}
    assert cause(get(pages, "https://site.example/0", redirects=9)) == "too_many_redirects"
    pages["/5"] = http(200, b"end")
    assert get(pages, "https://site.example/0", redirects=5).value.body == b"end"


# --- rate limits ---


def test_a_short_retry_after_is_waited_for_once():
    pages = {"/": [http(429, b"", Retry_After="0"), http(200, b"ok")]}
    assert get(pages).value.body == b"ok"
    assert cause(get({"/": http(429, b"", Retry_After="0")})) == "rate_limited"


@pytest.mark.parametrize("header", ["3600", "Wed, 21 Oct 2099 07:28:00 GMT", "soon"])
def test_a_long_or_unreadable_retry_after_is_not_waited_for(header):
    outcome = get({"/": http(429, b"", Retry_After=header)})
    assert cause(outcome) == "rate_limited"
    assert header in outcome.unknown.detail


def test_429_without_a_word_is_rate_limited():
    assert cause(get({"/": http(429)})) == "rate_limited"


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

    pages = {f"/{n}": never for n in range(5)}
    outcomes, secure, _ = visit(pages, five, limits=Limits(timeout=0.2, deadline=10))
    assert [cause(outcome) for outcome in outcomes] == ["timeout"] * 5
    assert len(secure.seen) == 3


def test_switched_off_calls_are_not_asked():
    async def site(net):
        return await net.fetch("https://site.example/"), await net.certificate("site.example", "127.0.0.1")

    async def third(net):
        return (
            await net.service("https://rdap.site.example/"),
            await net.owner("8.8.8.8"),
            await net.registration("site.example"),
        )

    for outcomes, secure, _ in (visit({}, site, no_http=True), visit({}, third, no_third_party=True)):
        assert [cause(outcome) for outcome in outcomes] == ["not_asked"] * len(outcomes)
        assert secure.connections == 0


@pytest.mark.parametrize("url", ["ftp://site.example/", "https://site.example:22/", "nonsense", "https://"])
def test_a_site_is_asked_on_its_own_ports_only(url):
    assert cause(get({}, url)) == "malformed"


def test_a_service_is_no_url_of_another_kind():
    assert cause(visit({}, lambda net: net.service("file:///etc/passwd"))[0]) == "malformed"


# --- certificates ---


def certificate(*, hosts=HOSTS, fault="", address="127.0.0.1", host="site.example", **options):
    return visit({}, lambda net: net.certificate(host, address), hosts=hosts, fault=fault, **options)[0]


def test_a_valid_certificate_is_read_with_its_issuer():
    value = certificate().value
    assert value.valid
    assert value.problem is None
    assert (value.issuer.organisation, value.issuer.country) == ("Loopback Trust", "NL")
    assert value.names == HOSTS
    assert value.not_before < value.not_after
    assert value.not_after.endswith("Z")


@pytest.mark.parametrize(
    ("fault", "hosts", "words"),
    [("expired", HOSTS, "expired"), ("self-signed", HOSTS, "self-signed"), ("", ("other.example",), "mismatch")],
)
def test_an_invalid_certificate_is_a_value_with_the_verifiers_words(fault, hosts, words):
    value = certificate(fault=fault, hosts=hosts).value
    assert not value.valid
    assert words in value.problem
    assert value.names == hosts


@pytest.mark.parametrize("fault", ["expired", "self-signed"])
def test_no_content_is_fetched_over_unverified_tls(fault):
    outcome, secure, _ = visit({"/": http(200)}, lambda net: net.fetch("https://site.example/"), fault=fault)
    assert cause(outcome) == "certificate_invalid"
    assert secure.seen == []


def test_a_handshake_that_fails_or_is_refused_is_unknown():
    assert cause(certificate(address="10.0.0.1")) == "blocked_address"

    async def go(page):
        async with HttpServer({"/": page}) as plain:
            blocks = {"allow_private": LOOPBACK_BLOCK, "ports": Ports(https=plain.port)}
            async with LiveNet(Limits(timeout=1), resolver=("127.0.0.1",), **blocks) as net:
                return await net.certificate("site.example", "127.0.0.1")

    assert cause(asyncio.run(go(http(200)))) in ("tls_error", "timeout", "connection_reset")


def test_the_leaf_is_read_also_where_python_hides_the_chain():
    async def go():
        async with HttpServer({}, server_context(HOSTS)) as secure:
            context = ssl.create_default_context(cafile=str(ca()[2]))
            _, writer = await asyncio.open_connection(
                "127.0.0.1", secure.port, ssl=context, server_hostname="site.example"
            )
            tls = writer.get_extra_info("ssl_object")

            class Public:
                def getpeercert(self, binary_form):
                    return tls.getpeercert(binary_form)

            both = (
                certificate_of(tls, "site.example", "127.0.0.1"),
                certificate_of(Public(), "site.example", "127.0.0.1"),
            )
            writer.transport.abort()
            return both

    full, plain = asyncio.run(go())
    assert full == plain


def test_a_peer_without_certificate_cannot_be_read():
    class Nothing:
        def getpeercert(self, binary_form):
            return None

    with pytest.raises(ValueError, match="no certificate"):
        certificate_of(Nothing(), "site.example", "127.0.0.1")


# --- pure parts ---


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


def every_error():
    for _, kind in inspect.getmembers(httpx, inspect.isclass):
        if issubclass(kind, Exception):
            yield kind


@pytest.mark.parametrize("kind", list(every_error()), ids=lambda kind: kind.__name__)
def test_every_exception_of_the_http_library_has_a_cause(kind):
    error = kind.__new__(kind)
    error.args = ("words",)
    cause, _ = cause_of(error)
    if issubclass(kind, httpx.TimeoutException):
        assert cause == "timeout"
    elif issubclass(kind, httpx.NetworkError):
        assert cause in ("unreachable", "connection_reset")
    else:
        assert cause in ("malformed", "unreachable", "too_many_redirects")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ssl.SSLError("x"), "tls_error"),
        (ConnectionRefusedError(), "connection_refused"),
        (BrokenPipeError(), "connection_reset"),
        (OSError(101, "Network is unreachable"), "unreachable"),
        (TimeoutError(), "timeout"),
        (ValueError("x"), "malformed"),
    ],
)
def test_errors_below_http_keep_their_own_cause(error, expected):
    assert cause_of(error)[0] == expected
    wrapped = httpx.ConnectError("all attempts failed")
    wrapped.__cause__ = error
    assert cause_of(wrapped)[0] in (expected, "unreachable")


def body(data: bytes, *, truncated=False) -> HttpReply:
    return HttpReply("https://x/", 200, (), data, truncated, "192.0.2.1")


def test_json_is_decoded_and_bounded():
    assert jsontext.decode(body(b'{"a": [1]}'), "s").value == {"a": [1]}
    assert jsontext.decode(body(b"[" * 63 + b"{}" + b"]" * 63), "s").value
    for bad in (b"", b"null", b"{", b"<html>", b"\xff", b"[" * 65 + b"1" + b"]" * 65, b"[" * 100_000):
        assert cause(jsontext.decode(body(bad), "s")) == "malformed"
    assert cause(jsontext.decode(body(b"{}", truncated=True), "s")) == "too_large"
