"""A host that answers and shows no page is up, is told as that, and says nothing about apps."""

from __future__ import annotations

from helpers.odd_sites import answers
from helpers.reports import report_on, state
from helpers.sites import in_pairs

from hostaudit.model.values import AppLinks, AppRef, Listing


def test_it_is_told_and_changes_no_verdict():
    report = report_on(answers(403))

    (found,) = report.findings
    assert (found.rule, found.severity, found.down_now, found.verdict) == ("front-page-not-shown", "low", (), "")
    assert found.message.startswith("www.steady.org answered 403 to this scan")
    assert report.verdict == "not_judged"
    assert report_on(in_pairs()).findings == ()


def test_an_app_that_is_named_elsewhere_counts_and_may_have_further_ways():
    ios = AppRef("ios", "apple-app-store", "1", "apple-app-site-association")
    site = answers(404).note("apps", "steady.org", AppLinks((ios,)))
    site.note("listing", "apple-app-store 1", Listing("apple-app-store", "1", "ios"))

    report = report_on(site)

    assert state(report, "install_ios") == "up"
    assert state(report, "install_android") == "unknown"
    score = next(each.score for each in report.functions if each.id == "install_ios")
    assert score.low <= score.high
