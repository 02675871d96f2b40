"""The function resolve: registry, registrar and name servers."""

from __future__ import annotations

from helpers.reports import impacts, parents, report_on, state
from helpers.sites import AMAZON_NS, GANDI, GANDI_NS, NSONE, in_pairs, on_one_parent

from hostaudit.model.report import Report
from hostaudit.model.values import (
    NameServers,
    Registration,
    ServerAnswer,
)


def test_an_unknown_delegation_makes_moving_the_zone_no_quicker():
    some = in_pairs().note("origin", "173.246.100.11", unknown="timeout")
    more = (
        in_pairs()
        .note("origin", "173.246.100.11", unknown="timeout")
        .note("delegation", "steady.org", unknown="timeout")
    )

    assert report_on(more).score.low <= report_on(some).score.low


def test_a_vanity_name_server_is_attributed_by_its_address():
    vanity = {"ns1.steady.org": ("198.51.44.9", 62597), "ns2.steady.org": ("198.51.45.9", 62597)}
    report = report_on(in_pairs().name(GANDI, vanity))

    row = next(each for each in report.dependencies if each.subject == "ns1.steady.org" and each.role == "dns")

    assert (row.provider, row.parent) == ("ns1", "ibm")
    assert any("private" in clue for clue in row.clues)
    assert impacts(report, "ibm")["resolve"] == "down"


def test_a_lame_name_server_is_no_leg_and_a_silent_one_is_an_unknown_leg():
    lame = in_pairs()
    lame.note(
        "server",
        "steady.org dns1.p01.nsone.net 198.51.44.1",
        ServerAnswer("steady.org", "dns1.p01.nsone.net", "198.51.44.1", False, "REFUSED"),
    )
    silent = in_pairs().note("server", "steady.org dns1.p01.nsone.net 198.51.44.1", unknown="timeout")

    broken, quiet = report_on(lame), report_on(silent)

    assert impacts(broken, "your-online")["resolve"] == "down"
    assert state(broken, "resolve") == "degraded"
    assert quiet.score.low < report_on(in_pairs()).score.low
    assert quiet.score.high == report_on(in_pairs()).score.high


def test_a_registrar_that_is_not_published_is_uncertain():
    site = in_pairs().note("registration", "steady.org", Registration("whois"))

    report = report_on(site)

    row = next(each for each in report.dependencies if each.role == "registrar" and each.subject == "steady.org")
    assert row.provider == "unknown:registrar-of-steady.org"
    assert row.confidence == 0


def test_name_servers_that_only_the_child_names_are_legs_too():
    site = in_pairs().name(GANDI, NSONE)
    site.note("nameservers", "steady.org", NameServers(("dns1.p01.nsone.net", "ns-10-a.gandi.net"), 60))
    site.address("ns-10-a.gandi.net", GANDI_NS["ns-10-a.gandi.net"])

    assert "ibm" not in parents(report_on(site))


def test_name_servers_that_the_registry_shows_are_legs_although_the_zone_cuts_are_open():
    report = report_on(on_one_parent().note("zone", "captive.com", unknown="servfail"))

    resolve = next(each for each in report.functions if each.id == "resolve")
    assert [leg.subject for leg in resolve.legs] == [f"captive.com {host}" for host in AMAZON_NS]
    assert all(leg.state == "known" for leg in resolve.legs)
    assert (resolve.state, report.verdict) == ("unknown", "inconclusive")


def test_servers_that_the_site_runs_itself_are_as_strong_as_their_networks():
    own = {"ns1.steady.org": ("88.198.1.1", 24940), "ns2.steady.org": ("193.235.17.1", 64999)}
    report = report_on(in_pairs().name(GANDI, own))

    rows = {each.subject: each.provider for each in report.dependencies if each.role == "dns"}
    assert rows == {"ns1.steady.org": "hetzner", "ns2.steady.org": "unknown:as64999"}
    assert "resolve" not in impacts_anywhere(report)


def impacts_anywhere(report: Report) -> set[str]:
    strong = [p for p in report.spofs if p.failure_domain.kind == "parent" and not p.name_only]
    return {each.id for point in strong for each in point.functions if each.effect == "down"}
