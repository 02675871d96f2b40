"""Declared fallbacks: each is asked as the site at each of its addresses, and one that fails stops no other."""

from __future__ import annotations

import pytest
from helpers.fakes import FakeNet, observe, record, reply

from hostaudit.model.site import DeclaredFallback, Site, SpareName
from hostaudit.model.values import FrontPage, MailGreeting, Origin, Owner, StandbyAnswer, StandbyServer
from hostaudit.observe.net import DnsReply, Outcome
from hostaudit.observe.probes import Probe, addresses, caa, ip_owner, load, registrar, web
from hostaudit.observe.probes.standby import MOST_ADDRESSES, PROBE

ZONE = "example.com"
NS, NS_AT = "ns.standby.net", "198.51.100.53"
WEB, WEB_AT = "standby.host.net", "198.51.100.80"
MX, MX_AT = "mx.standby.org", "198.51.100.25"
LITERAL = "203.0.113.9"

DNS = DeclaredFallback("dns", "njalla", server=NS)
HOSTING = DeclaredFallback("hosting", "ovh", host=WEB)
AT_ADDRESS = DeclaredFallback("hosting", "ovh", address=LITERAL)
MAIL = DeclaredFallback("mail", "fastmail", host=MX)
PAGE = FrontPage("https://www.example.com/", "www.example.com", 200)
FAULTS = ("timeout", "connection_refused", "connection_reset", "blocked_address", "limit", "deadline")


def soa(zone=ZONE, serial=57, *, authoritative=True, rcode="NOERROR"):
    rows = (record(zone, "SOA", "ns.standby.net", "host.example.net", serial, 1, 2, 3, 4),)
    return DnsReply(rcode, authoritative, False, answer=rows)


def ns(*names, zone=ZONE, authoritative=True, rcode="NOERROR"):
    return DnsReply(rcode, authoritative, False, answer=tuple(record(zone, "NS", name) for name in names))


def look(
    *fallbacks,
    front=None,
    probes=(),
    spares=(),
    **tables,
):
    """Evidence about declared fallbacks; ``front`` is how the front page ended, by default www.example.com."""
    ending = front if isinstance(front, Outcome) else Outcome.of(front or PAGE, "test")

    async def lead(scan, item):
        scan.note("front", ZONE, ending)

    names = {(NS, "A"): [NS_AT], (WEB, "A"): [WEB_AT], (MX, "A"): [MX_AT]}
    names |= {(host, "AAAA"): "NODATA" for host in (NS, WEB, MX)}
    net = FakeNet(**(tables | {"dns": names | tables.get("dns", {})}))
    site = Site(ZONE, fallbacks=fallbacks, spare_names=spares)
    found = observe(ZONE, net, Probe("lead", (), ("front",), lead), PROBE, *probes, site=site)
    assert net.errors == []
    return found, net


def asked(net, table):
    return sorted(call[1] for call in net.calls if call[0] == table)


# -- name servers --------------------------------------------------------------------------------------------


def test_a_standby_name_server_is_asked_for_the_zones_start_and_its_servers():
    found, net = look(DNS, ask={(NS_AT, ZONE, "SOA"): soa(), (NS_AT, ZONE, "NS"): ns("ns2.b.net", "ns1.a.net")})

    assert found[f"standby_ns:{ZONE} {NS} {NS_AT}"].value == StandbyServer(
        ZONE, NS, NS_AT, True, "NOERROR", 57, ("ns1.a.net", "ns2.b.net")
    )
    assert found[f"a:{NS}"].value.addresses == (NS_AT,)
    assert asked(net, "ask") == [(NS_AT, ZONE, "NS"), (NS_AT, ZONE, "SOA")]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (soa(authoritative=False), ns("a.net"), (False, "NOERROR", 57, ("a.net",))),
        (soa(), ns("a.net", authoritative=False), (False, "NOERROR", 57, ("a.net",))),
        (soa("example.net"), ns("a.net"), (False, "NOERROR", None, ("a.net",))),
        (soa(), ns("a.net", zone="com"), (True, "NOERROR", 57, ())),
        (DnsReply("REFUSED", False, False), DnsReply("REFUSED", False, False), (False, "REFUSED", None, ())),
        (DnsReply("NXDOMAIN", True, False), ns(), (False, "NXDOMAIN", None, ())),
        (soa(), DnsReply("SERVFAIL", False, False), (False, "SERVFAIL", 57, ())),
    ],
)
def test_what_keeps_a_server_from_standing_by_is_a_fact(first, second, expected):
    found, _ = look(DNS, ask={(NS_AT, ZONE, "SOA"): first, (NS_AT, ZONE, "NS"): second})

    value = found[f"standby_ns:{ZONE} {NS} {NS_AT}"].value
    assert (value.authoritative, value.rcode, value.serial, value.names) == expected


@pytest.mark.parametrize("cause", FAULTS)
@pytest.mark.parametrize("which", ["SOA", "NS"])
def test_a_server_of_which_either_answer_is_missing_is_unknown(which, cause):
    answers = {(NS_AT, ZONE, "SOA"): soa(), (NS_AT, ZONE, "NS"): ns("a.net")}

    found, _ = look(DNS, ask=answers | {(NS_AT, ZONE, which): ("unknown", cause)})

    item = found[f"standby_ns:{ZONE} {NS} {NS_AT}"]
    assert (item.unknown.cause, item.absent, item.value) == (cause, None, None)


def test_another_zone_may_be_what_a_server_stands_by_for():
    spare = DeclaredFallback("dns", "njalla", server=NS, stands_for="example.net")

    found, _ = look(spare, ask={(NS_AT, "example.net", kind): soa("example.net") for kind in ("SOA", "NS")})

    assert found[f"standby_ns:example.net {NS} {NS_AT}"].value.serial == 57


def test_a_server_whose_name_has_no_address_is_told_by_its_name():
    for ending in ("NXDOMAIN", ("unknown", "servfail")):
        found, net = look(DNS, MAIL, dns={(NS, "A"): ending, (NS, "AAAA"): ending}, greetings={(MX, MX_AT): greeting()})

        assert (found[f"a:{NS}"].absent, found[f"a:{NS}"].unknown is None) in (("NXDOMAIN", True), (None, False))
        assert not [key for key in found if key.startswith("standby_ns:")]
        assert found[f"standby_mx:{MX} {MX_AT}"].value == greeting()
        assert asked(net, "ask") == []


# -- web servers ---------------------------------------------------------------------------------------------


def test_a_standby_web_server_is_asked_as_the_host_of_the_front_page_at_its_own_address():
    url = "https://www.example.com/"

    found, net = look(HOSTING, AT_ADDRESS, http={(url, WEB_AT): reply(url), (url, LITERAL): reply(url, status=503)})

    assert found[f"standby_web:www.example.com {WEB_AT} /"].value == StandbyAnswer("www.example.com", WEB_AT, "/", 200)
    assert found[f"standby_web:www.example.com {LITERAL} /"].value.status == 503
    assert asked(net, "http") == [(url, WEB_AT), (url, LITERAL)]


@pytest.mark.parametrize(
    "front",
    [
        Outcome.gap("timeout", "test"),
        FrontPage("https://192.0.2.1/", "192.0.2.1", 200),
        FrontPage("https://co.uk/", "co.uk", 200),
    ],
)
def test_without_a_front_page_on_a_host_it_is_asked_as_the_domain(front):
    found, _ = look(HOSTING, front=front, http={("https://example.com/", WEB_AT): reply("https://example.com/")})

    assert found[f"standby_web:example.com {WEB_AT} /"].value.status == 200


def test_a_named_host_and_path_are_what_is_asked_for():
    api = DeclaredFallback("cdn", "bunny", host=WEB, stands_for="api.example.com", path="/health?deep=1")
    url = "https://api.example.com/health?deep=1"

    found, _ = look(api, http={(url, WEB_AT): reply(url, status=204)})

    assert found[f"standby_web:api.example.com {WEB_AT} /health?deep=1"].value.status == 204


@pytest.mark.parametrize(
    ("body", "found_there"),
    [
        (b"<p>all is well", True),
        (b"<p>nothing", False),
        (b"", False),
        ("\ufeffall is well".encode("utf-16-le"), True),
    ],
)
def test_the_declared_text_is_looked_for_in_the_body(body, found_there):
    marked = DeclaredFallback("hosting", "ovh", host=WEB, marker="all is well")
    url = "https://www.example.com/"

    found, _ = look(marked, http={(url, WEB_AT): reply(url, body)})

    assert found[f"standby_web:www.example.com {WEB_AT} /"].value.marker is found_there


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_a_text_with_accents_is_found_in_either_encoding(encoding):
    marked = DeclaredFallback("hosting", "ovh", host=WEB, marker="d\u00e9j\u00e0 vu")
    url = "https://www.example.com/"

    found, _ = look(marked, http={(url, WEB_AT): reply(url, "<p>d\u00e9j\u00e0 vu".encode(encoding))})

    assert found[f"standby_web:www.example.com {WEB_AT} /"].value.marker is True


def test_a_text_beyond_one_encoding_is_looked_for_in_the_others():
    marked = DeclaredFallback("hosting", "ovh", host=WEB, marker="\u4f60\u597d")
    url = "https://www.example.com/"

    found, _ = look(marked, http={(url, WEB_AT): reply(url, "x")})

    assert found[f"standby_web:www.example.com {WEB_AT} /"].value.marker is False


def test_a_text_that_may_stand_in_what_was_not_read_is_neither_there_nor_missing():
    marked = DeclaredFallback("hosting", "ovh", host=WEB, marker="well")
    url = "https://www.example.com/"

    cut, _ = look(marked, http={(url, WEB_AT): reply(url, "nothing", truncated=True)})
    there, _ = look(marked, http={(url, WEB_AT): reply(url, "all is well", truncated=True)})

    key = f"standby_web:www.example.com {WEB_AT} /"
    assert cut[key].unknown.cause == "too_large"
    assert there[key].value.marker is True


def test_two_declarations_of_one_question_must_both_find_their_text():
    one = DeclaredFallback("hosting", "ovh", host=WEB, marker="well")
    two = DeclaredFallback("cdn", "ovh", host=WEB, marker="missing", stands_for="www.example.com")
    url = "https://www.example.com/"

    found, net = look(one, two, http={(url, WEB_AT): reply(url, "all is well")})

    assert found[f"standby_web:www.example.com {WEB_AT} /"].value.marker is False
    assert len(asked(net, "http")) == 1


@pytest.mark.parametrize("cause", [*FAULTS, "certificate_invalid", "tls_error", "not_asked", "rate_limited"])
def test_a_web_server_that_does_not_answer_as_the_site_is_unknown(cause):
    url = "https://www.example.com/"

    found, _ = look(HOSTING, AT_ADDRESS, http={(url, WEB_AT): ("unknown", cause), (url, LITERAL): reply(url)})

    item = found[f"standby_web:www.example.com {WEB_AT} /"]
    assert (item.unknown.cause, item.absent) == (cause, None)
    assert found[f"standby_web:www.example.com {LITERAL} /"].value.status == 200


def test_a_redirect_is_an_answer_and_is_not_followed():
    url = "https://www.example.com/"
    moved = reply(url, status=301, headers={"location": "https://elsewhere.example/"})

    found, net = look(HOSTING, http={(url, WEB_AT): moved})

    assert found[f"standby_web:www.example.com {WEB_AT} /"].value.status == 301
    assert len(asked(net, "http")) == 1


# -- spare names ---------------------------------------------------------------------------------------------


def test_a_spare_name_is_asked_at_each_address_under_its_own_name():
    spare = SpareName("example.se", "/hello", 200, "well")
    url = "https://example.se/hello"

    found, _ = look(
        spares=(spare,),
        dns={("example.se", "A"): ["192.0.2.1", "192.0.2.2"], ("example.se", "AAAA"): "NODATA"},
        http={(url, "192.0.2.1"): reply(url, "all is well"), (url, "192.0.2.2"): ("unknown", "timeout")},
    )

    assert found["standby_web:example.se 192.0.2.1 /hello"].value == StandbyAnswer(
        "example.se", "192.0.2.1", "/hello", 200, True
    )
    assert found["standby_web:example.se 192.0.2.2 /hello"].unknown.cause == "timeout"


def test_a_spare_name_is_looked_at_as_the_sites_own_hosts_are():
    found, net = look(
        spares=(SpareName("example.se"),),
        probes=(addresses.PROBE, caa.PROBE, registrar.PROBE, web.PROBE, ip_owner.PROBE),
        dns={("example.se", "A"): ["54.1.2.3"], ("example.se", "AAAA"): "NODATA"},
        http={("https://example.se/", "54.1.2.3"): reply("https://example.se/")},
        origins={"54.1.2.3": Origin("54.0.0.0/8", (64500,))},
    )

    assert found["web:example.se 54.1.2.3"].value.status == 200
    assert found["standby_web:example.se 54.1.2.3 /"].value.status == 200
    assert found["origin:54.1.2.3"].value.asns == (64500,)
    assert {"https:example.se", "caa:example.se", "registration:example.se", "tls:example.se 54.1.2.3"} <= set(found)
    assert ("dns", ("www.example.se", "A")) not in net.calls


# -- mail exchangers -----------------------------------------------------------------------------------------


def greeting(code=220, hello=250):
    return MailGreeting(MX, MX_AT, code, "mx ready", hello, ("STARTTLS",))


@pytest.mark.parametrize("value", [greeting(), greeting(554, None), greeting(220, 502)])
def test_a_standby_mail_exchanger_is_greeted(value):
    found, _ = look(MAIL, greetings={(MX, MX_AT): value})

    assert found[f"standby_mx:{MX} {MX_AT}"].value == value


@pytest.mark.parametrize("cause", FAULTS)
def test_a_mail_exchanger_that_does_not_greet_is_unknown(cause):
    found, _ = look(MAIL, greetings={(MX, MX_AT): ("unknown", cause)})

    assert (found[f"standby_mx:{MX} {MX_AT}"].unknown.cause, found[f"standby_mx:{MX} {MX_AT}"].absent) == (cause, None)


# -- all of them ---------------------------------------------------------------------------------------------


def test_of_many_addresses_some_are_asked_and_the_rest_is_unknown():
    many = [f"192.0.2.{n}" for n in range(MOST_ADDRESSES + 2)]
    names = {(host, "A"): many for host in (NS, WEB, MX)}

    found, net = look(DNS, HOSTING, MAIL, dns=names)

    for prefix, suffix in (
        (f"standby_ns:{ZONE} {NS}", ""),
        ("standby_web:www.example.com", " /"),
        (f"standby_mx:{MX}", ""),
    ):
        causes = [found[f"{prefix} {address}{suffix}"].unknown.cause for address in many]
        assert causes == ["unreachable"] * MOST_ADDRESSES + ["limit"] * 2
    assert {len(asked(net, table)) for table in ("http", "greetings")} == {MOST_ADDRESSES}


def test_one_fallback_that_fails_in_every_way_leaves_the_others_as_they_are():
    url = "https://www.example.com/"
    found, _ = look(
        DNS, HOSTING, MAIL, AT_ADDRESS,
        ask={(NS_AT, ZONE, "SOA"): ("unknown", "timeout"), (NS_AT, ZONE, "NS"): ns("a.net")},
        dns={(WEB, "A"): ("unknown", "servfail"), (WEB, "AAAA"): ("unknown", "servfail")},
        http={(url, LITERAL): reply(url)},
        greetings={(MX, MX_AT): greeting()},
    )  # fmt: skip

    assert found[f"standby_ns:{ZONE} {NS} {NS_AT}"].unknown.cause == "timeout"
    assert found[f"a:{WEB}"].unknown.cause == "servfail"
    assert found[f"standby_web:www.example.com {LITERAL} /"].value.status == 200
    assert found[f"standby_mx:{MX} {MX_AT}"].value == greeting()


def test_a_literal_address_gets_its_network_and_holder_whatever_answers_there():
    at = "54.1.2.3"
    origin, owner = Origin("54.0.0.0/8", (64500,)), Owner("rdap", "54.0.0.0", "54.255.255.255")

    found, _ = look(
        DeclaredFallback("hosting", "ovh", address=at),
        probes=(ip_owner.PROBE,),
        origins={at: origin},
        owners={at: owner},
    )

    assert found[f"standby_web:www.example.com {at} /"].unknown.cause == "unreachable"
    assert (found[f"origin:{at}"].value, found[f"owner:{at}"].value) == (origin, owner)


def test_the_names_of_standbys_are_asked_for_their_registrars():
    found, _ = look(DNS, HOSTING, MAIL, AT_ADDRESS, probes=(registrar.PROBE,))

    names = {key for key in found if key.startswith("registration:")}
    assert names == {f"registration:{name}" for name in ("example.com", "standby.net", "host.net", "standby.org")}


def test_a_fallback_without_a_look_up_of_its_own_asks_nothing_here():
    app = DeclaredFallback("app_store", "f-droid", app="com.site")

    found, net = look(DeclaredFallback("ca", "letsencrypt"), app)

    assert set(found) == {f"front:{ZONE}"}
    assert net.calls == []


def test_without_a_site_file_the_probe_does_nothing_and_a_scan_is_what_it_was():
    async def lead(scan, item):
        scan.note("front", ZONE, Outcome.of(FrontPage("https://example.com/", ZONE, 200), "test"))

    net = FakeNet()
    found = observe(ZONE, net, Probe("lead", (), ("front",), lead), PROBE)

    assert set(found) == {f"front:{ZONE}"}
    assert net.calls == []

    without, bare = FakeNet(), Site(ZONE)
    others = tuple(probe for probe in load() if probe.name != "standby")
    assert observe(ZONE, FakeNet(), *load()).keys() == observe(ZONE, without, *others).keys()
    assert observe(ZONE, FakeNet(), *load(), site=bare).keys() == observe(ZONE, without, *others).keys()


def test_with_no_network_at_all_every_fallback_that_could_be_asked_is_unknown():
    site = Site(ZONE, fallbacks=(DNS, HOSTING, MAIL, AT_ADDRESS), spare_names=(SpareName("example.se"),))

    found = observe(ZONE, FakeNet(), *load(), site=site)

    assert {item.absent for item in found.values()} == {None}
    assert found[f"standby_web:example.com {LITERAL} /"].unknown.cause == "unreachable"
    assert {f"a:{NS}", f"a:{WEB}", f"a:{MX}", "a:example.se", "delegation:example.se"} <= set(found)
