"""Where each number of a time comes from: measured at the site first, assumed from recorded cases second."""

from __future__ import annotations

import time
from functools import cache

import pytest
from helpers.reports import with_summands
from helpers.sites import AMAZON_NS, AT, GANDI, GANDI_NS, NSONE, Site, in_one_leg, in_pairs, on_one_parent
from hypothesis import given
from hypothesis import strategies as st

from hostaudit import audit
from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.analysis.fault_tree.measured_times import LONGEST_TTL, Times
from hostaudit.audit import analyse
from hostaudit.documents import rules
from hostaudit.model.report import Hours
from hostaudit.model.values import (
    Addresses,
    Certificate,
    CertificateName,
    Delegation,
    MailExchanger,
    MailExchangers,
    NameServerGlue,
    Registration,
)


@cache
def catalogue():
    return rules.load()


def impact_on(site: Site, parent: str, function: str):
    report = analyse(site.file(), catalogue())
    point = next(p for p in report.spofs if (p.failure_domain.kind, p.failure_domain.id) == ("parent", parent))
    return with_summands(report, next(each for each in point.functions if each.id == function))


def sources(row, of: str = "time_to_recover", how: str = "measured") -> dict[str, Hours]:
    return {each.source: each.hours for each in row.times if each.of == of and each.how == how}


def registered(**facts) -> Site:
    """A site whose registrar alone can end it; nothing else of it is a single point."""
    site = in_pairs()
    return site.note("registration", "steady.org", Registration("rdap", *GANDI, **facts))


@pytest.mark.parametrize(
    ("facts", "left"),
    [
        ({"created": "2021-01-05T00:00:00Z"}, 1344.0),
        ({"created": "2018-01-05T00:00:00Z", "transferred": "2021-01-08"}, 1416.0),
        ({"created": "2018-01-05T00:00:00Z"}, None),
        ({"created": "2020-11-10T00:00:00Z"}, None),
        ({}, None),
    ],
)
def test_a_transfer_lock_that_still_runs_is_added_to_a_transfer(facts, left):
    row = impact_on(registered(**facts), "your-online", "web")

    locks = [hours for source, hours in sources(row).items() if source.startswith("transfer lock of steady.org")]
    assert locks == ([Hours(left, left, left)] if left else [])
    assert row.time_to_recover_hours.high == 168 + (left or 0)
    assert "rules/recovery.yaml, registrar" in next(iter(sources(row, how="assumed")))


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (("client transfer prohibited",), "client transfer prohibited: the present registrar must lift it first"),
        (("server transfer prohibited", "ok"), "server transfer prohibited: the registry must lift it first"),
        (("ok",), None),
    ],
)
def test_a_status_that_forbids_a_transfer_is_told(status, said):
    found = sources(impact_on(registered(status=status), "your-online", "web"))

    assert [each for each in found if "must lift" in each] == ([said] if said else [])


def under(tld: str, **facts) -> Site:
    """A site under another top-level domain whose registrar alone can end it."""
    name = f"steady.{tld}"
    site = Site(name).name(GANDI, {**AMAZON_NS, **GANDI_NS})
    site.web(name, ("88.198.77.10", 24940)).web(f"www.{name}", ("88.198.77.11", 24940)).front(f"www.{name}")
    return site.caa().mail().apps().note("registration", name, Registration("rdap", *GANDI, **facts))


@pytest.mark.parametrize(
    "facts",
    [
        {"created": "the day before yesterday"},
        {"created": "2018-01-05T00:00:00Z", "transferred": "2036-01-01T00:00:00Z"},
    ],
)
def test_a_date_that_cannot_be_leaves_open_whether_a_lock_runs(facts):
    row = impact_on(registered(**facts), "your-online", "web")

    assert sources(row, how="assumed")["whether a transfer lock of steady.org runs is unknown"] == Hours(0, 0, 1440)
    assert row.time_to_recover_hours.high == 168 + 1440


@pytest.mark.parametrize("tld", ["de", "co.uk", "edu"])
def test_the_lock_of_icann_is_for_names_under_generic_domains(tld):
    recent = {"created": "2021-01-05T00:00:00Z"}
    known, unknown = under(tld, **recent), under(tld)
    unknown.note("registration", f"steady.{tld}", unknown="timeout")

    assert not any("lock" in term.source for site in (known, unknown) for term in registrar_terms(site))
    assert any("lock" in term.source for term in registrar_terms(under("dev", **recent)))


def test_what_kind_an_internationalised_domain_is_of_is_not_known():
    (lock,) = (
        each for each in registrar_terms(under("xn--p1ai", created="2021-01-05T00:00:00Z")) if "lock" in each.source
    )

    assert lock.hours == Hours(0, 1344, 1344)


def registrar_terms(site: Site):
    tree = audit.understand(site.file(), catalogue()).tree
    own = site.target.registrable
    return [term for leaf in tree.leaves.values() if leaf.registered == own for term in leaf.further]


def test_an_unknown_registration_may_hide_a_lock():
    known, unknown = registered(), in_pairs().note("registration", "steady.org", unknown="timeout")

    roles = [{each.role: each.score for each in analyse(each.file(), catalogue()).roles} for each in (unknown, known)]
    assert roles[0]["registrar"].low < roles[1]["registrar"].low


def test_a_hold_is_felt_at_once_by_some_and_by_the_last_when_the_delegation_leaves_their_cache():
    row = impact_on(registered(), "your-online", "web")

    assert (row.time_to_impact_hours, row.time_to_impact) == (0, Hours(0, 24, 48))
    assert sources(row, "time_to_impact") == {
        "TTL of the NS set of steady.org at its parent, 172800 s": Hours(0, 24, 48)
    }
    assert row.times[-1].because == ("delegation:steady.org",)


@pytest.mark.parametrize(("ttl", "last"), [(300, 0.083), (604800, 168), (2**31 - 1, 168)])
@pytest.mark.parametrize("kind", ["delegation", "a"])
def test_no_cache_holds_more_than_seven_days_of_a_ttl(kind, ttl, last):
    site = in_pairs().name(GANDI, AMAZON_NS)
    glue = tuple(NameServerGlue(host) for host in AMAZON_NS)
    if kind == "delegation":
        site.note("delegation", "steady.org", Delegation("org", glue, ttl, ds=False))
        row = impact_on(site, "your-online", "web")
    else:
        for host, ip in (("steady.org", "88.198.77.10"), ("www.steady.org", "88.198.77.11")):
            site.note("a", host, Addresses((), (ip,), ttl))
        row = impact_on(site, "amazon", "web")

    assert row.time_to_impact == Hours(0, pytest.approx(last / 2, abs=0.001), last)
    assert row.time_to_impact_hours == 0


def test_what_users_have_of_the_site_bridges_whatever_fails_above_it():
    site = in_pairs().name(GANDI, NSONE).zone("dns1.p01.nsone.net")
    site.note("delegation", "nsone.net", Delegation("net", (NameServerGlue("dns1.p01.nsone.net"),), 172800, ds=False))
    for host, ip in (("steady.org", "88.198.77.10"), ("www.steady.org", "88.198.77.11")):
        site.note("a", host, Addresses((), (ip,), 604800))

    # The name server's own name is kept for a minute only.
    assert impact_on(site, "ibm", "web").time_to_impact == Hours(0, 84, 168)


@pytest.mark.parametrize(("host", "last"), [("in1-smtp.messagingengine.com", 24), ("mx.steady.org", 0.017)])
def test_senders_keep_the_mail_exchangers_that_they_have_while_they_have_their_addresses(host, last):
    site = in_one_leg().mail((host, "103.168.172.216", 151847))
    site.note("mx", "steady.org", MailExchangers((MailExchanger(10, host),), 86400))

    assert impact_on(site, "ibm", "mail_receive").time_to_impact.high == last


def test_caches_hide_the_loss_of_a_registry_as_that_of_a_registrar():
    row = impact_on(registered(), "public-interest-registry", "web")

    assert row.time_to_impact == Hours(0, 24, 48)


@given(st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1))
def test_a_longer_ttl_never_makes_a_loss_felt_sooner_nor_hides_it_from_everybody(one, other):
    short, long = sorted((one, other))
    times = [
        Times(EvidenceIndex(_delegated(ttl).file().evidence)).kept_delegation("steady.org") for ttl in (short, long)
    ]
    before, after = (each.hours for each in times)

    assert before.low == after.low == 0
    assert before.usual <= after.usual <= 84
    assert before.high <= after.high <= 168


def _delegated(ttl: int) -> Site:
    return Site("steady.org").note("delegation", "steady.org", Delegation("org", (), ttl, ds=False))


@pytest.mark.parametrize(("ttl", "spread"), [(172800, Hours(0, 24, 48)), (3600, Hours(0, 0.5, 1))])
def test_the_old_delegation_lingers_for_its_ttl(ttl, spread):
    site = in_pairs().name(GANDI, AMAZON_NS)
    glue = tuple(NameServerGlue(host) for host in AMAZON_NS)
    site.note("delegation", "steady.org", Delegation("org", glue, ttl, ds=False))

    row = impact_on(site, "amazon", "resolve")

    assert sources(row)[f"TTL of the NS set of steady.org at its parent, {ttl} s"] == spread
    base = catalogue().recovery["dns"]
    assert row.time_to_recover_hours == Hours(base.low, base.usual + spread.usual, base.high + spread.high)


def test_addresses_linger_for_their_ttl_and_servers_are_gone_at_once():
    row = impact_on(on_one_parent(), "amazon", "web")

    assert any(source.startswith("TTL of the addresses of www.captive.com, 60 s") for source in sources(row))
    assert row.time_to_impact_hours == 0
    assert sources(row, "time_to_impact", "assumed") == {
        "at once: nothing that is cached keeps it up": Hours(0.0, 0.0, 0.0)
    }


def test_renewal_is_felt_when_the_certificate_ends():
    row = impact_on(on_one_parent(), "amazon", "renew_certificate")

    assert AT == "2021-01-09T00:00:00Z"
    assert row.time_to_impact_hours == 51 * 24
    assert any("notAfter of the certificate at " in each for each in sources(row, "time_to_impact"))


@pytest.mark.parametrize("site", [on_one_parent, in_pairs, lambda: in_pairs().name(GANDI, GANDI_NS)])
def test_every_number_of_every_single_point_has_a_source(site):
    report = analyse(site().file(), catalogue())
    for point in report.spofs:
        for row in (with_summands(report, each) for each in point.functions):
            if row.effect != "degraded":
                assert {each.of for each in row.times} == {"time_to_impact", "time_to_recover"}, (point, row)
                assert all(each.source and each.how in ("measured", "assumed") for each in row.times)
                assert all(each.because for each in row.times if each.how == "measured")


# -- the arithmetic by itself -----------------------------------------------------------------------------


def times(site: Site, *hosts: str) -> Times:
    return Times(EvidenceIndex(site.file().evidence), hosts)


def resolving(**hosts: tuple[str, int]) -> Site:
    """Hosts, written with _ for a dot, with the TTLs of their addresses."""
    site = Site("steady.org")
    for kind_and_host, (ip, ttl) in hosts.items():
        kind, _, host = kind_and_host.partition("_")
        site.note(kind, host.replace("_", "."), Addresses((), (ip,), ttl))
    return site


def test_seven_days_are_the_most_that_is_kept():
    found = [times(_delegated(ttl)).kept_delegation("steady.org").hours for ttl in (604800, 604800 + 7200)]

    assert found == [Hours(0.0, 84.0, 168.0)] * 2
    assert LONGEST_TTL == 168 * 3600


def test_what_is_kept_is_told_to_a_thousandth_of_an_hour():
    (term,) = times(resolving(a_steady_org=("192.0.2.1", 61))).spread("steady.org")

    assert (term.hours, term.how, term.because) == (Hours(0.0, 0.008, 0.017), "measured", ("a:steady.org",))


def test_the_lower_ttl_of_two_families_bounds_what_is_kept_of_a_host():
    both = {"a_steady_org": ("192.0.2.1", 7200), "aaaa_steady_org": ("2001:db8::1", 3600)}
    (term,) = times(resolving(**both)).spread("steady.org")

    assert (term.hours.high, term.because) == (1.0, ("aaaa:steady.org",))
    assert times(resolving(**both)).spread("www.steady.org") == ()


def test_a_zone_is_kept_for_the_longest_ttl_of_the_sites_own_hosts_in_it_and_else_of_any():
    site = resolving(
        a_steady_org=("192.0.2.1", 3600),
        a_www_steady_org=("192.0.2.2", 7200),
        a_ns1_steady_org=("192.0.2.3", 36000),
        a_mx_other_net=("192.0.2.4", 86400),
        a_ns_other_net=("192.0.2.5", 172800),
        a_unrelated_com=("192.0.2.6", 604800),
    )
    own = times(site, "steady.org", "www.steady.org", "shop.elsewhere.com")

    assert own.cached("steady.org").hours.high == 2.0
    assert own.cached("steady.org") is own.cached("steady.org")
    assert own.cached("other.net").hours.high == 48.0
    assert own.cached("nowhere.example") is None
    assert times(site).cached("steady.org").hours.high == 10.0


def test_an_unknown_delegation_may_linger_for_a_week_and_one_that_nobody_asked_adds_nothing():
    (term,) = times(Site("steady.org").note("delegation", "steady.org", unknown="timeout")).redelegation("steady.org")

    assert (term.hours, term.how, term.because) == (Hours(0.0, 24.0, 168.0), "assumed", ("delegation:steady.org",))
    assert times(Site("steady.org")).redelegation("steady.org") == ()
    assert (
        times(Site("steady.org").note("delegation", "steady.org", absent="NXDOMAIN")).redelegation("steady.org") == ()
    )
    assert times(Site("steady.org")).kept_delegation("steady.org") is None
    (known,) = times(_delegated(7200)).redelegation("steady.org")
    assert (known.hours, known.how) == (Hours(0.0, 1.0, 2.0), "measured")


def test_a_registry_keeps_the_longest_delegation_of_the_sites_names_and_else_of_any_name_under_it():
    site = Site("steady.org")
    for zone, parent, ttl in (
        ("steady.org", "org", 3600),
        ("also.org", "org", 7200),
        ("other.org", "org", 86400),
        ("first.net", "net", 7200),
        ("second.net", "net", 14400),
        ("site.com", "com", 360000),
    ):
        site.note("delegation", zone, Delegation(parent, (), ttl, ds=False))
    site.note("delegation", "open.org", unknown="timeout")
    found = times(site, "www.steady.org", "steady.org", "also.org")

    assert found.kept_by_registry("org").hours.high == 2.0
    assert found.kept_by_registry("net").hours.high == 4.0
    assert found.kept_by_registry("de") is None


def test_a_registration_that_nobody_asked_for_locks_nothing():
    assert times(Site("steady.org")).locks("steady.org") == ()
    assert times(Site("steady.de").note("registration", "steady.de", unknown="timeout")).locks("steady.de") == ()


def locked(status: tuple[str, ...] = (), **facts):
    site = Site("steady.org").note("registration", "steady.org", Registration("rdap", *GANDI, status=status, **facts))
    return times(site).locks("steady.org")


def test_a_status_is_told_and_adds_no_time_of_its_own():
    (term,) = locked(("client transfer prohibited", "server transfer prohibited"))

    assert (term.hours, term.how) == (Hours(0.0, 0.0, 0.0), "measured")
    assert "the registry must lift it first" in term.source


@pytest.mark.parametrize(
    ("facts", "hours"),
    [
        ({"created": "2021-01-10T00:00:00Z"}, [Hours(1440.0, 1440.0, 1440.0)]),
        ({"created": "2021-01-10T00:00:01Z"}, [Hours(0.0, 0.0, 1440.0)]),
        ({"created": "2021-01-09T12:00:00Z"}, [Hours(1440.0, 1440.0, 1440.0)]),
        ({"created": "2020-11-10T00:31:00Z"}, [Hours(0.5, 0.5, 0.5)]),
        ({"created": "2020-11-10T00:00:00Z"}, []),
        ({"created": "2021-01-08T23:40:00Z"}, [Hours(1439.7, 1439.7, 1439.7)]),
        ({"created": "2020-11-20T10:00:00Z"}, [Hours(250.0, 250.0, 250.0)]),
        ({"created": "2021-01-08T22:00:00"}, [Hours(1438.0, 1438.0, 1438.0)]),
        ({"created": "2021-01-09T00:00:00+02:00"}, [Hours(1438.0, 1438.0, 1438.0)]),
        ({"created": "2021-01-01", "transferred": "one day"}, [Hours(0.0, 0.0, 1440.0)]),
    ],
)
def test_a_lock_is_reckoned_to_a_tenth_of_an_hour_from_the_later_date(facts, hours):
    assert [each.hours for each in locked(**facts)] == hours


def test_senders_have_nothing_of_an_mx_set_that_is_not_known():
    assert times(Site("steady.org").mail()).exchangers("steady.org") == ()
    (term,) = times(Site("steady.org").mail(("mx.steady.org", "192.0.2.1", 64500))).exchangers("steady.org")
    assert (term.hours.high, term.because) == (0.083, ("mx:steady.org",))


def certified(host: str, ip: str, end: str) -> tuple[str, str, Certificate]:
    return "tls", f"{host} {ip}", Certificate(host, ip, CertificateName("CA", "X1", "US"), (host,), AT, end, True)


def test_the_first_of_the_hosts_own_certificates_that_ends_is_noticed():
    site = Site("steady.org").note("tls", "www.steady.org 192.0.2.9", unknown="timeout")
    for row in (
        certified("www.steady.org", "192.0.2.1", "2021-01-09T10:00:20Z"),
        certified("www.steady.org", "192.0.2.2", "2021-01-10T00:00:00Z"),
        certified("other.steady.org", "192.0.2.3", "2021-01-09T01:00:00Z"),
        certified("over.steady.org", "192.0.2.4", "2021-01-08T00:00:00Z"),
    ):
        site.note(*row)
    found = times(site)

    assert found.certificates(("www.steady.org", "steady.org")).hours == Hours(10.01, 10.01, 10.01)
    assert found.certificates(("over.steady.org",)).hours == Hours(0.0, 0.0, 0.0)
    assert found.certificates(("none.steady.org",)) is None
    assert found.certificates(("www.steady.org",)).because == ("tls:www.steady.org 192.0.2.1",)


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the time zone of a process can only be set on Unix")
def test_a_date_without_a_zone_is_utc_wherever_it_is_read(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        (term,) = locked(created="2021-01-08T22:00:00")
    finally:
        monkeypatch.undo()
        time.tzset()

    assert term.hours.low == 1438.0
