"""The engine of a scan: what starts when, which note stands, and what a defect leaves behind."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from helpers.fakes import FakeNet, observe

from hostaudit import domain
from hostaudit.model.site import DeclaredFallback, Site, SpareName
from hostaudit.model.values import KINDS, Addresses, FrontPage, MailExchanger, MailExchangers
from hostaudit.observe import probes
from hostaudit.observe.net import Outcome
from hostaudit.observe.probes import Probe, Scan, together

TARGET = domain.parse("example.com")
HERE = Addresses((), ("192.0.2.1",), 60)
MAIL = MailExchangers((MailExchanger(10, "mx.example.com"),), 60)


def noting(name, *notes, needs=(), gives=("a",)):
    """A probe that notes the given (kind, subject, outcome) each time it runs."""

    async def run(scan, item):
        for kind, subject, outcome in notes:
            await asyncio.sleep(0)
            scan.note(kind, subject, outcome)

    return Probe(name, needs, gives, run)


def breaking(name, *, gives, needs=(), before=0):
    async def run(scan, item):
        for _ in range(before):
            await asyncio.sleep(0)
        raise ValueError("boom")

    return Probe(name, needs, gives, run)


def present(value):
    return Outcome.of(value, "test")


def test_a_probe_starts_once_for_each_item_of_each_kind_it_needs():
    started = []

    async def run(scan, item):
        started.append(item.id)

    both = noting("both", ("a", "x.com", present(HERE)), ("a", "y.com", present(HERE)), ("mx", "x.com", present(MAIL)))
    observe(TARGET, FakeNet(), both, both, Probe("listener", ("a", "mx"), (), run))

    assert sorted(started) == ["a:x.com", "a:y.com", "mx:x.com"]


@pytest.mark.parametrize(("needs", "at_start", "runs"), [((), False, 1), (("a",), True, 1), (("a",), False, 0)])
def test_a_probe_runs_for_the_target_if_it_needs_nothing_or_says_so(needs, at_start, runs):
    started = []

    async def run(scan, item):
        started.append(item)

    observe(TARGET, FakeNet(), Probe("p", needs, (), run, at_start=at_start))

    assert started == [None] * runs


def test_a_probe_starts_before_the_one_that_feeds_it_has_ended():
    order = []

    async def feeding(scan, item):
        scan.note("a", "x.com", present(HERE))
        await asyncio.sleep(0.01)
        order.append("feeder ended")

    async def eating(scan, item):
        order.append("listener ran")

    observe(TARGET, FakeNet(), Probe("feeder", (), ("a",), feeding), Probe("listener", ("a",), (), eating))

    assert order == ["listener ran", "feeder ended"]


def test_the_first_note_stands():
    first = noting("first", ("a", "x.com", present(HERE)), ("a", "x.com", Outcome.none("NXDOMAIN", "test")))

    assert observe(TARGET, FakeNet(), first)["a:x.com"].value == HERE


def test_evidence_comes_in_the_order_of_its_id_whatever_the_order_of_the_probes():
    each = [noting(str(n), ("a", f"{n}.com", present(HERE))) for n in range(3)]

    orders = {tuple(observe(TARGET, FakeNet(), *some)) for some in itertools.permutations(each)}

    assert orders == {("a:0.com", "a:1.com", "a:2.com")}


def test_what_a_question_ended_as_is_kept_with_source_and_time():
    rows = (("a", Outcome.none("NODATA", "s")), ("aaaa", Outcome.gap("timeout", "s", "words")))

    found = observe(TARGET, FakeNet(), noting("p", *((kind, "x.com", outcome) for kind, outcome in rows)))

    assert (found["a:x.com"].absent, found["a:x.com"].source) == ("NODATA", "s")
    assert (found["aaaa:x.com"].unknown.cause, found["aaaa:x.com"].unknown.detail) == ("timeout", "words")
    assert found["a:x.com"].at.endswith("Z")


def test_a_probe_that_raises_is_unknown_and_the_scan_goes_on():
    net = FakeNet()

    found = observe(
        TARGET, net, breaking("bad", gives=("caa", "spf")), noting("good", ("a", "example.com", present(HERE)))
    )

    assert found["a:example.com"].value == HERE
    for kind in ("caa", "spf"):
        assert found[f"{kind}:example.com"].unknown.cause == "internal_error"
        assert found[f"{kind}:example.com"].unknown.detail == "ValueError in probe bad"
        assert found[f"{kind}:example.com"].absent is None
    assert [where for where, _ in net.errors] == ["probe bad"]


def test_a_probe_that_raises_over_an_item_leaves_that_item_as_it_was():
    feeder = noting("feeder", ("a", "x.com", present(HERE)))

    found = observe(TARGET, FakeNet(), feeder, breaking("bad", needs=("a",), gives=("a", "web")))

    assert found["a:x.com"].value == HERE
    assert found["web:x.com"].unknown.cause == "internal_error"
    assert "a:example.com" not in found


def test_a_defect_never_hides_what_another_probe_finds_out_later():
    async def slow(scan, item):
        await asyncio.sleep(0.01)
        scan.note("a", "example.com", present(HERE))

    found = observe(TARGET, FakeNet(), breaking("bad", gives=("a",)), Probe("slow", (), ("a",), slow))

    assert found["a:example.com"].value == HERE


def test_what_a_defect_leaves_open_still_starts_those_who_need_it_even_if_they_break_too():
    net = FakeNet()
    chain = (breaking("one", gives=("mx",)), breaking("two", needs=("mx",), gives=("spf", "mx")))

    found = observe(TARGET, net, *chain)

    assert {key: item.unknown.cause for key, item in found.items()} == {
        "mx:example.com": "internal_error",
        "spf:example.com": "internal_error",
    }
    assert [where for where, _ in net.errors] == ["probe one", "probe two"]


def test_one_defect_does_not_stop_its_siblings():
    done = []

    async def bad():
        raise ValueError("boom")

    async def good():
        await asyncio.sleep(0.01)
        done.append(True)

    with pytest.raises(ValueError, match="boom"):
        asyncio.run(together([bad(), good()]))

    assert done == [True]


def test_jobs_done_together_answer_in_their_order():
    async def after(turns):
        for _ in range(turns):
            await asyncio.sleep(0)
        return turns

    assert asyncio.run(together(after(n) for n in (3, 1, 2))) == [3, 1, 2]


def test_progress_counts_what_is_under_way():
    counts = []

    async def run(scan, item):
        counts.append(scan.under_way)

    scan = Scan(TARGET, FakeNet(), domain.registrable)
    asyncio.run(scan.run((Probe("one", (), (), run), Probe("two", (), (), run))))

    assert (max(counts), scan.under_way) == (2, 0)


def test_a_question_that_does_not_arise_says_why():
    async def run(scan, item):
        scan.not_applicable("tls", "x.com 192.0.2.1", "no HTTPS", "test")

    found = observe(TARGET, FakeNet(), Probe("p", (), ("tls",), run))["tls:x.com 192.0.2.1"]

    assert (found.not_applicable, found.value, found.absent, found.unknown) == ("no HTTPS", None, None, None)


def test_every_probe_of_the_folder_is_loaded_and_gives_only_known_kinds():
    loaded = probes.load()

    assert {"addresses", "caa", "ip_owner", "mail", "nameservers", "registrar", "web"} <= {p.name for p in loaded}
    for probe in loaded:
        assert {*probe.needs, *probe.gives} <= set(KINDS), probe.name
    assert set(KINDS) == {kind for probe in loaded for kind in probe.gives}


def test_with_no_network_at_all_the_whole_scan_ends_and_nothing_is_absent():
    found = observe("example.com", FakeNet(), *probes.load())

    assert {item.absent for item in found.values()} == {None}
    assert {"a:example.com", "delegation:example.com", "registration:example.com", "front:example.com"} <= set(found)


def test_a_fake_answers_only_what_the_test_gave_and_keeps_what_was_asked():
    net = FakeNet(dns={("x.com", "A"): (["y.net"], ["192.0.2.1"]), ("z.com", "A"): ValueError("boom")})

    async def ask():
        with pytest.raises(ValueError, match="boom"):
            await net.dns("z.com", "A")
        return await net.dns("x.com", "A"), await net.owner("192.0.2.1"), await net.zone_of("a.b.com")

    given, missing, zone = asyncio.run(ask())

    assert given.value.name == "y.net"
    assert [(each.name, each.target) for each in given.value.chain] == [("x.com", "y.net")]
    assert missing.unknown.cause == "unreachable"
    assert zone.value == "com"
    assert net.calls == [
        ("dns", ("z.com", "A")),
        ("dns", ("x.com", "A")),
        ("owners", "192.0.2.1"),
        ("zones", "a.b.com"),
    ]


def test_the_host_that_serves_the_front_page_is_looked_at_too():
    from hostaudit.observe.probes import addresses, caa, registrar

    page = FrontPage("https://www.other.net/", "www.other.net", 200)

    async def lead(scan, item):
        scan.note("front", "site.com", Outcome.of(page, "test"))

    found = observe(
        "site.com",
        FakeNet(dns={("www.other.net", "A"): ["192.0.2.7"]}),
        Probe("lead", needs=(), gives=("front",), run=lead),
        addresses.PROBE,
        caa.PROBE,
        registrar.PROBE,
    )

    assert found["a:www.other.net"].value.addresses == ("192.0.2.7",)
    assert {"aaaa:www.other.net", "https:www.other.net", "caa:www.other.net", "registration:other.net"} <= set(found)


SITE = Site(
    "example.com",
    spare_names=(SpareName("example.se"), SpareName("www.example.com"), SpareName("example.net")),
    fallbacks=(
        DeclaredFallback("dns", "a", server="ns.a.net"),
        DeclaredFallback("mail", "b", host="mx.b.net"),
        DeclaredFallback("cdn", "c", host="mx.b.net"),
        DeclaredFallback("hosting", "d", address="192.0.2.9"),
        DeclaredFallback("ca", "e"),
        DeclaredFallback("app_store", "f", app="com.f"),
    ),
)


def brought(site, front):
    """The hosts that a scan brings at its start, and those that the front page brings."""
    at = []

    async def run(scan, item):
        at.append((scan.brought_by(item), scan.hosts, scan.front))

    page = noting("page", ("front", "example.com", front), gives=("front",))
    observe(TARGET, FakeNet(), Probe("p", ("front",), (), run, at_start=True), page, site=site)
    return at


def page_at(host):
    return present(FrontPage(f"https://{host}/", host, 200))


def test_spare_names_are_looked_at_from_the_start_and_once():
    known = ("example.com", "www.example.com", "example.se", "example.net")

    assert brought(SITE, page_at("shop.example.org")) == [
        (known, known, "example.com"),
        (("shop.example.org",), (*known, "shop.example.org"), "shop.example.org"),
    ]
    assert brought(SITE, page_at("example.se"))[1] == ((), known, "example.se")


@pytest.mark.parametrize("front", [page_at("192.0.2.1"), page_at("co.uk"), Outcome.gap("timeout", "test")])
def test_a_front_page_on_no_host_brings_none(front):
    hosts = ("example.com", "www.example.com")

    assert brought(None, front) == [(hosts, hosts, "example.com"), ((), hosts, "example.com")]


def test_declared_fallbacks_are_given_by_role_and_their_names_once():
    scan = Scan(TARGET, FakeNet(), domain.registrable, site=SITE)

    assert [each.provider for each in scan.declared("dns", "hosting")] == ["a", "d"]
    assert scan.standbys == ("ns.a.net", "mx.b.net")
    assert Scan(TARGET, FakeNet(), domain.registrable).declared("dns") == ()
    assert Scan(TARGET, FakeNet(), domain.registrable).standbys == ()
