"""One exchange and one handshake: over real loopback servers where TLS, bytes and time matter, else over respx."""

from __future__ import annotations

import asyncio
import gzip
import inspect
import ipaddress
import ssl
import time
import zlib
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from helpers.outcomes import cause
from helpers.pages import answer, serving
from helpers.servers import DnsServer, HttpServer, ca, drip, http, never, server_context

from hostaudit.observe.net.http.client import Ask, Http, Url, cause_of, certificate_of, read_body
from hostaudit.observe.net.limits import Budget, Limits, Ports
from hostaudit.observe.net.live import LiveNet

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


# --- bodies ---


def send(page, *, limits=None, **ask):
    """One request to one address, with ``page`` as what comes back."""

    async def go():
        client = Http(Budget(limits or Limits(timeout=2)), Ports())
        try:
            return await client.send(Ask(Url("https", "site.example", 443, "/"), **ask), "93.184.216.34")
        finally:
            await client.close()

    with serving({"https://site.example/": page}) as web:
        return asyncio.run(go()), [call.request for call in web.calls]


def test_gzip_is_unpacked():
    page = answer(200, gzip.compress(b"hello"), Content_Encoding="gzip")
    assert send(page)[0].value.body == b"hello"


def test_a_bomb_is_cut_at_the_cap():
    bomb = gzip.compress(b"\0" * 3_000_000)
    reply = send(answer(200, bomb, Content_Encoding="gzip"), limits=Limits(timeout=2, body=100_000))[0].value
    assert (len(reply.body), reply.truncated) == (100_000, True)


def test_a_large_body_keeps_its_head():
    page = answer(200, b"head" + b"x" * 200_000)
    reply = send(page, limits=Limits(timeout=2, body=100_000))[0].value
    assert (len(reply.body), reply.truncated, reply.body[:5]) == (100_000, True, b"headx")


def test_large_bodies_use_up_the_account_and_small_ones_still_come_whole():
    async def go():
        client = Http(Budget(Limits(body=1000, bodies=1500, small_body=100)), Ports())
        try:
            asks = [Ask(Url("https", "site.example", 443, f"/{n}")) for n in range(4)]
            return [(await client.send(each, "93.184.216.34")).value for each in asks]
        finally:
            await client.close()

    sizes = (900, 900, 900, 100)
    with serving({f"https://site.example/{n}": answer(200, b"x" * size) for n, size in enumerate(sizes)}):
        replies = asyncio.run(go())
    assert [(len(each.body), each.truncated) for each in replies] == [
        (900, False), (600, True), (100, True), (100, False)]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "coding"),
    [(b"x", "br"), (b"x", "zstd"), (b"not gzip", "gzip"), (gzip.compress(b"x" * 1000, mtime=0)[:-9], "gzip")],
)
def test_a_body_that_cannot_be_unpacked_is_malformed(body, coding):
    assert cause(send(answer(200, body, Content_Encoding=coding))[0]) == "malformed"


@pytest.mark.parametrize("headers", [{f"H{n}": "x" for n in range(201)}, {"A": "x" * 70_000}])
def test_too_many_or_too_long_headers_are_refused(headers):
    assert cause(send(answer(200, b"", **headers))[0]) == "too_large"


def test_a_form_is_posted_and_anything_else_is_got():
    _, (got,) = send(answer(), accept="application/json", headers=(("If-None-Match", "x"),))
    assert (got.method, got.content, got.headers["accept"]) == ("GET", b"", "application/json")
    assert got.headers["if-none-match"] == "x"
    assert got.headers["accept-encoding"] == "gzip"
    _, (posted,) = send(answer(), form=b"a=1")
    assert (posted.method, posted.content) == ("POST", b"a=1")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (httpx.ConnectTimeout(""), "timeout"),
        (httpx.ReadTimeout(""), "timeout"),
        (httpx.ConnectError("no route"), "unreachable"),
        (httpx.RemoteProtocolError("Server disconnected without sending a response."), "connection_reset"),
        (httpx.RemoteProtocolError("illegal status line"), "malformed"),
        (ConnectionResetError(104, "reset"), "connection_reset"),
        (ValueError("x"), "malformed"),
    ],
)
def test_whatever_goes_wrong_is_an_outcome_with_its_cause(error, expected):
    outcome, requests = send(error)
    assert cause(outcome) == expected
    assert outcome.source == "GET https://site.example/ at 93.184.216.34"
    assert len(requests) == 1


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
    patience = 0.5 if expected == "timeout" else 3
    assert cause(get({"/": page}, limits=Limits(timeout=patience, deadline=10))) == expected
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
    ("fault", "hosts", "words", "reason"),
    [
        ("expired", HOSTS, "expired", "expired"),
        ("self-signed", HOSTS, "self-signed", "self_signed"),
        ("", ("other.example",), "mismatch", "wrong_name"),
    ],
)
def test_an_invalid_certificate_is_a_value_with_the_verifiers_words_and_reason(fault, hosts, words, reason):
    value = certificate(fault=fault, hosts=hosts).value
    assert not value.valid
    assert value.fault == reason
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


def leaf_der(*extensions):
    """A certificate with these extensions, in DER."""
    issuer, key, _ = ca()
    start = datetime(2026, 1, 1, tzinfo=UTC)
    built = x509.CertificateBuilder().subject_name(issuer.subject).issuer_name(issuer.subject).serial_number(7)
    built = built.public_key(key.public_key()).not_valid_before(start).not_valid_after(start + timedelta(days=90))
    for each in extensions:
        built = built.add_extension(each, critical=False)
    return built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


class Presented:
    """What a peer presents, where OpenSSL's own decoding is not at hand."""

    def __init__(self, der):
        self.der = der

    def getpeercert(self, binary_form):
        return self.der


def test_a_certificate_that_breaks_its_standard_cannot_be_read():
    names, version = x509.ObjectIdentifier("2.5.29.17"), b"\xa0\x03\x02\x01"
    other = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.99"), b"\x30\x00")
    sound = leaf_der(x509.SubjectAlternativeName([x509.DNSName("a.example")]), other)
    broken = {
        "twice": sound.replace(b"\x55\x1d\x63", b"\x55\x1d\x11"),
        "version": sound.replace(version + b"\x02", version + b"\x09"),
        "kind of name": leaf_der(x509.UnrecognizedExtension(names, b"\x30\x02\xa3\x00")),
        "no certificate": b"\x30\x00",
        "kind of text": sound.replace(b"\x0c\x0dLoopback Root", b"\x03\x0d\0oopback Root"),
    }

    assert certificate_of(Presented(sound), "a.example", "192.0.2.1", "not trusted").names == ("a.example",)
    for what, der in broken.items():
        assert der != sound, what
        with pytest.raises(ValueError, match=r"."):
            certificate_of(Presented(der), "a.example", "192.0.2.1", "not trusted")


def test_addresses_in_a_certificate_are_written_as_usual():
    listed = x509.SubjectAlternativeName(
        [x509.DNSName("A.Example"), x509.IPAddress(ipaddress.ip_address("2001:db8::1"))]
    )
    by_openssl = {
        "subject": (), "issuer": (), "notBefore": "Jan  1 00:00:00 2026 GMT", "notAfter": "Apr  1 00:00:00 2026 GMT",
        "subjectAltName": (("DNS", "A.Example"), ("IP Address", "2001:DB8:0:0:0:0:0:1\n"), ("email", "x")),
    }  # fmt: skip

    class Chain:
        def get_unverified_chain(self):
            return [SimpleNamespace(get_info=lambda: by_openssl)]

    inner = Presented(b"")
    inner._sslobj = Chain()
    both = (inner, Presented(leaf_der(listed)))
    names = {certificate_of(each, "a.example", "192.0.2.1", "not trusted").names for each in both}

    assert names == {("a.example", "2001:db8::1")}


# --- pure parts ---


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
