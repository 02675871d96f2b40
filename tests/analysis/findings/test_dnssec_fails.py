"""The finding for a zone that validating resolvers refuse."""

from __future__ import annotations

from helpers.broken_sites import NAME, bogus
from helpers.reports import report_on, state

from hostaudit.model.values import NameServers


def test_it_says_for_whom_and_how_many_servers_answered():
    report = report_on(bogus())
    (found,) = (each for each in report.findings if each.rule == "dnssec-fails")

    assert "2 of 2 addresses of its name servers answer with authority" in found.message
    assert "everybody behind a resolver that validates" in found.effect
    assert {"resolve", "web"} <= set(found.down_now)
    assert (state(report, "resolve"), state(report, "web"), report.verdict) == ("down", "down", "fail")


def test_a_proof_raises_its_confidence_and_a_refutation_ends_it():
    (likely,) = (each for each in report_on(bogus()).findings if each.rule == "dnssec-fails")
    proved = bogus().note("unvalidated", NAME, NameServers(("dns1.p01.nsone.net",), 60))
    (certain,) = (each for each in report_on(proved).findings if each.rule == "dnssec-fails")
    other = report_on(bogus().note("unvalidated", NAME, unknown="servfail"))

    assert likely.confidence < certain.confidence
    assert (other.findings, other.verdict) == ((), "inconclusive")
