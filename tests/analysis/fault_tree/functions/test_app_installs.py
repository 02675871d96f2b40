"""Installing apps: stores, and what stands in for them."""

from __future__ import annotations

from helpers.reports import parents, report_on, state
from helpers.sites import on_one_parent

from hostaudit.model.values import (
    Listing,
    WebApp,
)


def test_loss_of_a_store_is_no_new_installs_and_a_web_app_stands_in():
    shut = on_one_parent().note("listing", "google-play com.captive", absent="404")
    app = on_one_parent()
    app.note("web_app", "www.captive.com", WebApp("https://www.captive.com/m.json", True))
    app.note("listing", "f-droid com.captive", Listing("f-droid", "com.captive", "android"))

    assert state(report_on(shut), "install_android") == "down"
    report = report_on(app)
    assert "apple" not in parents(report)
    assert "alphabet" not in parents(report)
    assert [each.provider for each in report.fallbacks] == ["f-droid", "web app at www.captive.com"]


def test_a_store_that_did_not_answer_is_an_unknown_leg_never_a_missing_one():
    site = on_one_parent().note("listing", "f-droid com.captive", unknown="rate_limited")

    report = report_on(site)

    assert state(report, "install_android") == "up"
    assert "alphabet" not in parents(report)
    assert report.score.low <= report_on(on_one_parent()).score.low


def test_a_source_that_gave_no_answer_may_name_further_apps():
    from hostaudit.model.values import AppLinks, AppRef

    site = on_one_parent()
    apps = (AppRef("ios", "apple-app-store", "1", "page"),)
    site.note("apps", "captive.com", AppLinks(apps, unread=("assetlinks.json",)))

    report = report_on(site)

    assert state(report, "install_android") == "unknown"
    assert "apple" not in parents(report)
    assert report.score.low <= report_on(on_one_parent()).score.low
