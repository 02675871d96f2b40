"""The first answer of each address leg, and the certificate beside it."""

from __future__ import annotations

import pytest
from helpers.fakes import FakeNet, observe, reply

from hostaudit.model.evidence import Unknown
from hostaudit.model.values import Certificate, CertificateName
from hostaudit.observe.net import Outcome
from hostaudit.observe.probes import addresses, web

HOST = "example.com"
V4, V6 = "192.0.2.1", "2001:db8::1"
SECURE, PLAIN = f"https://{HOST}/", f"http://{HOST}/"


def certificate(address=V4, *, valid=True, problem=None):
    name = CertificateName("Example CA", "Example CA 1", "XX")
    return Certificate(HOST, address, name, (HOST,), "2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z", valid, problem)


def look(dns=None, **tables):
    """Evidence of the legs of example.com, at one address unless ``dns`` says otherwise."""
    names = {(host, kind): "NODATA" for host in (HOST, f"www.{HOST}") for kind in ("A", "AAAA", "HTTPS")}
    names |= {(HOST, "A"): [V4]} | (dns or {})
    net = FakeNet(dns=names, **tables)
    found = observe(HOST, net, addresses.PROBE, web.PROBE)
    assert net.errors == []
    return found, net


def ending(found, kind, address=V4):
    return found[f"{kind}:{HOST} {address}"]


def test_the_answer_over_https_is_kept_with_its_certificate():
    headers = {"server": "nginx", "location": "https://www.example.com/"}
    answer = reply(SECURE, status=301, headers=headers, address=V4, certificate=certificate())

    found, net = look(http={(SECURE, V4): answer})

    value = ending(found, "web").value
    assert (value.scheme, value.status, value.location) == ("https", 301, "https://www.example.com/")
    assert ("server", "nginx") in value.headers
    assert ending(found, "tls").value == certificate()
    assert not [call for call in net.calls if call[0] == "certificates"]


def test_every_address_of_both_families_is_a_leg_of_its_own():
    found, net = look(
        dns={(HOST, "A"): [V4, "192.0.2.2"], (HOST, "AAAA"): [V6]},
        http={
            (SECURE, V4): reply(SECURE, certificate=certificate()),
            (SECURE, "192.0.2.2"): reply(SECURE, status=503, certificate=certificate("192.0.2.2")),
        },
    )

    assert ending(found, "web").value.status == 200
    assert ending(found, "web", "192.0.2.2").value.status == 503
    assert ending(found, "web", V6).unknown.cause == "unreachable"
    asked = [call[1] for call in net.calls if call[0] == "http"]
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize("cause", ["connection_refused", "unreachable"])
def test_a_site_without_tls_has_no_certificate_to_look_at(cause):
    found, _ = look(http={(SECURE, V4): ("unknown", cause), (PLAIN, V4): reply(PLAIN, status=200)})

    assert ending(found, "web").value.scheme == "http"
    assert ending(found, "tls").not_applicable == "served over http only: port 443 is closed"


def test_when_plain_http_fails_too_the_first_cause_stands():
    found, _ = look(http={(SECURE, V4): ("unknown", "connection_refused"), (PLAIN, V4): ("unknown", "timeout")})

    assert ending(found, "web").unknown.cause == "connection_refused"
    assert ending(found, "tls").unknown.cause == "connection_refused"


@pytest.mark.parametrize("cause", ["timeout", "deadline", "blocked_address", "not_asked"])
def test_a_fault_before_the_handshake_leaves_both_unknown_and_is_not_tried_in_plain(cause):
    found, net = look(http={(SECURE, V4): ("unknown", cause), (PLAIN, V4): reply(PLAIN)})

    assert ending(found, "web").unknown.cause == cause
    assert ending(found, "tls").unknown.cause == cause
    assert ("http", (PLAIN, V4), PLAIN) not in net.calls
    assert not [call for call in net.calls if call[0] == "certificates"]


def test_an_invalid_certificate_is_a_fact():
    bad = certificate(valid=False, problem="certificate has expired")

    found, _ = look(http={(SECURE, V4): ("unknown", "certificate_invalid")}, certificates={(HOST, V4): bad})

    assert ending(found, "web").unknown.cause == "certificate_invalid"
    assert ending(found, "tls").value == bad
    assert ending(found, "plain").unknown.cause == "unreachable"


def test_what_plain_http_shows_is_asked_only_where_the_certificate_is_refused():
    refused = {(SECURE, V4): ("unknown", "certificate_invalid"), (PLAIN, V4): reply(PLAIN, status=301, address=V4)}
    found, _ = look(http=refused, certificates={(HOST, V4): certificate(valid=False)})
    fine, _ = look(http={(SECURE, V4): reply(SECURE, address=V4, certificate=certificate())})

    assert (ending(found, "plain").value.scheme, ending(found, "plain").value.status) == ("http", 301)
    assert not [each for each in fine if each.startswith("plain:")]


@pytest.mark.parametrize("cause", ["rate_limited", "too_large", "malformed", "connection_reset", "tls_error"])
def test_a_fault_behind_the_handshake_leaves_the_certificate_to_be_seen(cause):
    found, _ = look(http={(SECURE, V4): ("unknown", cause)}, certificates={(HOST, V4): certificate()})

    assert ending(found, "web").unknown.cause == cause
    assert ending(found, "tls").value == certificate()


def test_a_certificate_that_cannot_be_seen_is_unknown():
    found, _ = look(
        http={(SECURE, V4): ("unknown", "tls_error")}, certificates={(HOST, V4): ("unknown", "tls_error", "alert")}
    )

    assert ending(found, "tls").unknown == Unknown("tls_error", "alert")


def test_an_answer_without_certificate_facts_has_them_asked_for():
    found, _ = look(http={(SECURE, V4): reply(SECURE)}, certificates={(HOST, V4): certificate()})

    assert ending(found, "tls").value == certificate()


def test_legs_beyond_the_limit_are_unknown_and_are_not_asked():
    many = [f"192.0.2.{number}" for number in range(10, 20)]
    found, net = look(dns={(HOST, "A"): many})

    beyond = [address for address in many if ending(found, "web", address).unknown.cause == "limit"]
    assert len(beyond) == len(many) - web.MOST_LEGS
    assert {key[1] for table, key, *_ in net.calls if table == "http"}.isdisjoint(beyond)


@pytest.mark.parametrize("outcome", ["NXDOMAIN", "NODATA", ("unknown", "servfail")])
def test_a_host_without_addresses_has_no_leg(outcome):
    found, _ = look(dns={(HOST, "A"): outcome})

    assert [key for key in found if key.startswith(("web:", "tls:"))] == []


def test_hosts_of_others_are_not_asked():
    net = FakeNet(dns={("mx.example.net", "A"): [V4], ("mx.example.net", "AAAA"): "NODATA"})

    async def note(scan, item):
        await scan.addresses("mx.example.net")

    found = observe(HOST, net, web.Probe("other", (), ("a", "aaaa"), note), web.PROBE)

    assert sorted(found) == ["a:mx.example.net", "aaaa:mx.example.net"]


# -- headers ----------------------------------------------------------------------------------------------


def headers_of(rows):
    answer = reply(SECURE, certificate=certificate())
    object.__setattr__(answer, "headers", tuple(rows))
    found, _ = look(http={(SECURE, V4): Outcome.of(answer, "fake")})
    return ending(found, "web").value


@pytest.mark.parametrize(
    ("cookie", "kept"),
    [
        ("__cf_bm=secret; Path=/; HttpOnly", "__cf_bm="),
        ("session = secret", ""),
        ("secret", ""),
        ("=secret", ""),
        ("x" * 100 + "=secret", ""),
        ("", ""),
    ],
)
def test_of_a_cookie_only_the_name_is_kept(cookie, kept):
    assert headers_of([("set-cookie", cookie)]).headers == (("set-cookie", kept),)


def test_headers_are_bounded_in_number_and_length():
    value = headers_of([(f"x-{number}", "v" * 5000) for number in range(200)])

    assert len(value.headers) == web.MOST_HEADERS
    assert {len(text) for _, text in value.headers} == {web.LONGEST_VALUE}


def test_repeated_headers_stay_repeated():
    assert headers_of([("via", "1.1 a"), ("via", "1.1 b")]).headers == (("via", "1.1 a"), ("via", "1.1 b"))


def test_a_location_is_bounded_and_an_empty_one_is_none():
    assert len(headers_of([("location", "/" + "x" * 9000)]).location) == web.LONGEST_LOCATION
    assert headers_of([("location", "")]).location is None
