"""A front page that answers with the status of a server that does not work is down now."""

from __future__ import annotations

from helpers.odd_sites import answers
from helpers.reports import report_on, state
from helpers.sites import in_pairs

from hostaudit.model.values import FrontPage, WebAnswer


def test_it_fails_without_a_policy_and_says_which_host_answered_what():
    report = report_on(answers(502))

    (found,) = report.findings
    assert (found.rule, found.severity, found.down_now, found.verdict) == (
        "front-page-broken",
        "critical",
        ("web",),
        "fail",
    )
    assert found.because == ("front:steady.org",)
    assert report.verdict == "fail"
    assert report.summary.startswith("Not working now: steady.org. www.steady.org answered 502 to this scan")


def test_one_broken_address_of_several_is_no_redundancy():
    site = in_pairs()
    broken = WebAnswer("www.steady.org", "51.38.99.21", "https", 503, ())
    site.note("web", "www.steady.org 51.38.99.21", broken)

    report = report_on(site)

    assert state(report, "web") == "degraded"
    assert report.findings == ()
    hetzner = next(each for each in report.spofs if each.failure_domain.id == "hetzner")
    assert "web" in {each.id for each in hetzner.functions if each.effect == "down"}


def test_a_page_that_came_after_all_leaves_the_addresses_open():
    site = in_pairs()
    for address in ("88.198.77.11", "51.38.99.21"):
        site.note("web", f"www.steady.org {address}", WebAnswer("www.steady.org", address, "https", 503, ()))

    report = report_on(site)

    assert state(report, "web") == "unknown"
    assert report.findings == ()


def test_a_broken_page_under_another_name_is_down_too():
    page = FrontPage("https://else.net/", "else.net", 503, ("https://steady.org/",))

    report = report_on(in_pairs().note("front", "steady.org", page))

    assert state(report, "web") == "down"
    assert report.findings[0].message == "else.net answered 503 to this scan: the web site does not work now."
