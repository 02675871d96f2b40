"""The function mail_send: services that send for the site."""

from __future__ import annotations

from helpers.reports import impacts, parents, report_on, state
from helpers.sites import in_pairs

from hostaudit.model.values import (
    Origin,
    Spf,
)


def test_senders_are_alternatives_and_addresses_of_an_spf_record_count():
    site = in_pairs().note(
        "spf", "steady.org", Spf("v=spf1 ...", ("amazonses.com",), ("88.198.77.25", "51.38.99.0/24"), True, True)
    )
    site.note("origin", "51.38.99.0", Origin("51.38.0.0/16", (16276,)))
    alone = in_pairs().note("spf", "steady.org", Spf("v=spf1 ...", (), ("193.235.17.9",)))
    nobody = in_pairs().note("spf", "steady.org", Spf("v=spf1 -all"))

    assert "amazon" not in parents(report_on(site))
    assert state(report_on(alone), "mail_send") == "unknown"
    assert state(report_on(nobody), "mail_send") == "not_applicable"


def test_an_include_that_could_not_be_read_may_be_anybody():
    site = in_pairs().note("spf", "steady.org", Spf("v=spf1 ...", ("amazonses.com",)))
    known = report_on(site)
    site.note("spf", "amazonses.com", unknown="servfail")

    assert "amazon" in parents(known)
    assert "amazon" not in parents(report_on(site))
    assert report_on(site).score.low <= known.score.low


def test_a_dkim_key_at_a_service_makes_it_a_sender():
    from hostaudit.model.values import Dkim

    key = "s1._domainkey.steady.org"
    signed = in_pairs().note("dkim", key, Dkim("s1", "s1.domainkey.u1.wl.sendgrid.net"))
    silent = in_pairs().note("dkim", key, unknown="timeout")
    own = in_pairs().note("dkim", key, Dkim("s1"))

    report = report_on(signed)
    assert impacts(report, "twilio")["mail_send"] == "down"
    assert state(report_on(silent), "mail_send") == "unknown"
    assert report_on(silent).score.low <= report.score.low
    assert report_on(silent).score.high >= report.score.high
    assert state(report_on(own), "mail_send") == "not_applicable"
