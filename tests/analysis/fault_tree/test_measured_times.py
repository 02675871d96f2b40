"""Where each number of a time comes from: measured at the site first, assumed from recorded cases second."""

from __future__ import annotations

from functools import cache

import pytest
from helpers.reports import with_summands
from helpers.sites import AMAZON_NS, AT, GANDI, GANDI_NS, Site, in_pairs, on_one_parent

from hostaudit.audit import analyse
from hostaudit.documents import rules
from hostaudit.model.report import Hours
from hostaudit.model.values import Delegation, NameServerGlue, Registration


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
        ({"created": "the day before yesterday"}, None),
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


def test_an_unknown_registration_may_hide_a_lock():
    known, unknown = registered(), in_pairs().note("registration", "steady.org", unknown="timeout")

    low, before = (analyse(each.file(), catalogue()).score.low for each in (unknown, known))
    assert low < before


def test_a_hold_is_felt_when_the_delegation_leaves_the_caches():
    row = impact_on(registered(), "your-online", "web")

    assert row.time_to_impact_hours == 48
    assert sources(row, "time_to_impact") == {
        "TTL of the NS set of steady.org at its parent, 172800 s": Hours(48, 48, 48)
    }
    assert row.times[-1].because == ("delegation:steady.org",)


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
