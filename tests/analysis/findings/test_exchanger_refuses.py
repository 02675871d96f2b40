"""A mail exchanger that refuses connections while another one answers is a finding, and no leg."""

from __future__ import annotations

from helpers.reports import impacts, report_on, state
from helpers.sites import Site, in_pairs

from hostaudit.model.values import MailGreeting

RULE = "mail-exchanger-refuses"
ONE, TWO = "mx1.steady.org 88.198.77.25", "mx2.steady.org 51.38.99.25"


def greeted(one: str, two: str) -> Site:
    site = in_pairs()
    for subject, word in ((ONE, one), (TWO, two)):
        if word == "greets":
            site.note("exchanger", subject, MailGreeting(*subject.split(), 220, "ESMTP", 250))
        elif word == "refuses":
            site.note("exchanger", subject, absent="connection refused twice")
        else:
            site.note("exchanger", subject, unknown=word)
    return site


def legs(site: Site):
    report = report_on(site)
    rows = [leg for each in report.functions if each.id == "mail_receive" for leg in each.legs]
    return [(leg.state, leg.liveness) for leg in rows]


def test_nobody_asked_so_nothing_says_that_they_work():
    report = report_on(in_pairs())

    assert legs(in_pairs()) == [("known", "not_asked")] * 2
    assert "whether the mail exchangers answer" in {each.what for each in report.not_assessed}


def test_one_that_refuses_is_no_leg():
    site = greeted("greets", "refuses")
    report = report_on(site)
    (finding,) = (each for each in report.findings if each.rule == RULE)

    assert legs(site) == [("known", "answers"), ("failed", "")]
    assert state(report, "mail_receive") == "degraded"
    assert impacts(report, "hetzner")["mail_receive"] == "down"
    assert (finding.subject, finding.severity, finding.verdict) == (TWO, "medium", "")
    assert "mx1.steady.org answers" in finding.message
    assert finding.because == (f"exchanger:{TWO}", "mx:steady.org")


def test_silence_is_not_broken_and_neither_are_two_refusals():
    for words in (("greets", "timeout"), ("refuses", "refuses"), ("timeout", "refuses")):
        report = report_on(greeted(*words))
        assert not [each for each in report.findings if each.rule == RULE]
        assert "failed" not in {state for state, _ in legs(greeted(*words))}


def test_all_that_greet_are_as_good_as_before_and_earn_their_tick():
    site = greeted("greets", "greets")

    assert legs(site) == [("known", "answers")] * 2
    assert report_on(site).score == report_on(in_pairs()).score


def test_one_that_takes_no_mail_may_still_send_it():
    from hostaudit.model.values import Spf

    site = greeted("greets", "refuses").note("spf", "steady.org", Spf("v=spf1 mx -all", uses_mx=True))

    assert state(report_on(site), "mail_send") == "up"
    assert (
        "mail_send" not in impacts(report_on(site), "hetzner")
        or impacts(report_on(site), "hetzner")["mail_send"] == "degraded"
    )
