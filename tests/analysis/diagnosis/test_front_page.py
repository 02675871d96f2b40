"""What the front page says: whether there is a web site, where its page is, and what its status means."""

from __future__ import annotations

import pytest
from helpers.odd_sites import answers, mail_only, redirect_only
from helpers.reports import impacts, report_on
from helpers.sites import Site, in_pairs

from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.analysis.diagnosis.front_page import (
    answered_otherwise,
    apps_open,
    is_elsewhere,
    page_answer,
    redirects,
    without_address,
)
from hostaudit.model.evidence import Target
from hostaudit.model.values import AppLinks, AppRef, FrontPage, WebAnswer


def of(site: Site) -> tuple[EvidenceIndex, Target]:
    return EvidenceIndex(site.file().evidence), site.target


def away(site: Site):
    index, target = of(site)
    page = index.value("front", target.domain, FrontPage)
    return redirects(index, target, page) if is_elsewhere(page, target) else None


def test_no_address_is_proved_only_by_every_answer_for_every_name():
    assert without_address(*of(mail_only())) == (
        "a:mailonly.com",
        "aaaa:mailonly.com",
        "a:www.mailonly.com",
        "aaaa:www.mailonly.com",
    )
    assert without_address(*of(mail_only().note("aaaa", "www.mailonly.com", unknown="timeout"))) == ()
    assert without_address(*of(in_pairs())) == ()
    never_asked = mail_only()
    del never_asked.items["aaaa:mailonly.com"]
    assert without_address(*of(never_asked)) == ()


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (200, "shown"),
        (204, "not_shown"),
        (304, "not_shown"),
        (401, "not_shown"),
        (404, "not_shown"),
        (499, "not_shown"),
        (500, "broken"),
        (599, "broken"),
        (600, "not_shown"),
        (999, "not_shown"),
    ],
)
def test_the_status_of_the_page_decides(status, state):
    found = page_answer(*of(answers(status)))

    assert found.state == state
    assert found.because == ("front:steady.org",)
    assert found.in_words == f"www.steady.org answered {status} to this scan"


def test_without_an_answer_everything_is_open():
    found = page_answer(*of(in_pairs().note("front", "steady.org", unknown="timeout")))

    assert (found.state, found.page, found.in_words) == ("open", None, "")


def test_a_trial_of_the_client_is_no_broken_server():
    trial = answers(503, headers=(("CF-Mitigated", "challenge"),))

    assert page_answer(*of(trial)).state == "not_shown"


def test_questions_that_do_not_arise_are_answered_otherwise():
    assert answered_otherwise(*of(mail_only())) == {
        f"{kind}:mailonly.com" for kind in ("front", "page", "packages", "web_app", "apps")
    }
    left = {"packages:www.steady.org", "web_app:www.steady.org", "apps:steady.org"}
    assert answered_otherwise(*of(answers(404))) == left
    assert answered_otherwise(*of(answers(503))) == set()
    assert answered_otherwise(*of(in_pairs().note("apps", "steady.org", unknown="timeout"))) == set()


def test_apps_are_open_for_another_reason_if_one_is_named_or_its_look_up_failed():
    named = answers(404).note("apps", "steady.org", AppLinks((AppRef("ios", "apple-app-store", "1", "x"),)))

    assert apps_open(*of(answers(404)))
    assert not apps_open(*of(named))
    assert not apps_open(*of(answers(404).note("apps", "steady.org", unknown="timeout")))


def test_every_own_host_that_redirects_leads_to_a_page_under_another_name():
    assert away(redirect_only()).sure == ("redirsite.com", "www.redirsite.com")
    assert away(redirect_only(away="/within")).sure == ("redirsite.com",)
    assert away(redirect_only(away="//www.redirsite.com/")).sure == ("redirsite.com",)
    assert away(redirect_only(away="https://[not a host/")).sure == ("redirsite.com",)


def test_a_host_without_an_answer_may_redirect_too():
    found = away(redirect_only().note("web", "www.redirsite.com 88.198.77.10", unknown="timeout"))

    assert (found.sure, found.perhaps) == (("redirsite.com",), ("www.redirsite.com",))


def test_hosts_of_others_on_the_way_are_needed_if_they_were_looked_at():
    hops = ("https://redirsite.com/", "https://short.example.net/x", "https://www.otherplace.net/old")
    page = FrontPage("https://www.otherplace.net/", "www.otherplace.net", 200, hops)
    site = redirect_only().note("front", "redirsite.com", page)

    assert away(site).between == ()
    site.web("short.example.net", ("104.17.20.30", 13335))
    assert away(site).between == ("short.example.net",)
    assert impacts(report_on(site), "cloudflare")["web"] == "down"


def test_on_the_way_through_own_names_only_the_last_one_leads_away():
    site = redirect_only()
    hops = ("https://redirsite.com/", "https://www.redirsite.com/")
    site.note("front", "redirsite.com", FrontPage("https://www.otherplace.net/", "www.otherplace.net", 200, hops))
    home = WebAnswer("redirsite.com", "88.198.77.10", "https", 301, (), "https://www.redirsite.com/")
    site.note("web", "redirsite.com 88.198.77.10", home)

    assert away(site).sure == ("www.redirsite.com",)


def test_a_redirect_within_the_own_name_is_none_to_elsewhere():
    assert away(in_pairs()) is None
    tenant = Site("shop.github.io")
    tenant.note("front", "shop.github.io", FrontPage("https://other.github.io/", "other.github.io", 200))
    assert away(tenant) is not None
