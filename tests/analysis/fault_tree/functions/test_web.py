"""The function web: origins, front page, and what the page waits for."""

from __future__ import annotations

from helpers.reports import impacts, parents, report_on, state
from helpers.sites import in_pairs, on_one_parent

from hostaudit.model.values import (
    Addresses,
    FrontPage,
    Page,
    PageResource,
)


def test_a_hidden_origin_is_unknown_and_said():
    site = in_pairs().web("www.steady.org", ("104.17.20.30", 13335), headers=(("cf-ray", "60aa1122bb33cc44-ARN"),))

    report = report_on(site)

    hidden = [each for each in report.unknowns if each.cause == "hidden_behind_cdn"]
    assert [(each.role, each.subject) for each in hidden] == [("origin", "www.steady.org 104.17.20.30")]
    assert "cloudflare" in parents(report)


def test_a_front_page_elsewhere_that_was_not_looked_at_or_unseen_leaves_the_web_open():
    foreign = in_pairs().note("front", "steady.org", FrontPage("https://else.net/", "else.net", 200))
    unseen = in_pairs().note("front", "steady.org", unknown="timeout")

    for site in (foreign, unseen):
        report = report_on(site)
        assert state(report, "web") == "unknown"
        assert report.verdict == "inconclusive"
    web = next(f for f in report_on(foreign).functions if f.id == "web")
    assert "--host else.net" in web.note


def test_a_script_that_the_page_waits_for_degrades_it_only():
    page = Page(
        "https://www.steady.org/", (PageResource("https://cdn.jsdelivr.net/x.js", "cdn.jsdelivr.net", "script", True),)
    )
    site = in_pairs().note("page", "www.steady.org", page)
    site.note("resource", "cdn.jsdelivr.net", Addresses((), ("193.235.17.80",), 60))

    report = report_on(site)

    row = next(each for each in report.dependencies if each.role == "page")
    assert row.subject == "cdn.jsdelivr.net"
    assert report.score == report_on(in_pairs()).score


def test_the_host_that_serves_the_front_page_counts_wherever_it_is():
    site = in_pairs().front("www.elsewhere.net")
    site.web("www.elsewhere.net", ("104.17.20.30", 13335), headers=(("cf-ray", "60aa1122bb33cc44-ARN"),))
    site.note("caa", "www.elsewhere.net", absent="no CAA")

    report = report_on(site)

    assert impacts(report, "cloudflare")["web"] == "down"
    assert impacts(report, "cloudflare")["install_ios"] == "no_new_installs"
    assert next(f for f in report.functions if f.id == "web").legs[0].subject == "www.elsewhere.net 104.17.20.30"
    assert report.verdict == "not_judged"


def test_without_the_front_page_its_candidates_are_named_but_not_hoped_away():
    site = on_one_parent().note("front", "captive.com", unknown="not_asked")

    report = report_on(site)

    assert impacts(report, "amazon")["web"] == "down"
    assert report.verdict == "inconclusive"
    assert report.score.high > report_on(on_one_parent()).score.high
