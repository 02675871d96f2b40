"""Operators with primaries of their own have to publish the same NS and MX sets."""

from __future__ import annotations

from helpers.reports import report_on, state
from helpers.sites import GANDI_NS, NSONE, Site, in_pairs

from hostaudit.model.values import ServerAnswer, ServerRecords

RULE = "operators-answer-differently"
ROWS = [(host, address) for host, (address, _) in (*NSONE.items(), *GANDI_NS.items())]


def apart(*sets: dict) -> Site:
    """Two primaries with unrelated serials, and what each answers for the zone."""
    site = in_pairs()
    for (host, address), serial, more in zip(ROWS, (2020101501, 1), sets, strict=True):
        mname = f"primary.{host}"
        answer = ServerAnswer("steady.org", host, address, True, "NOERROR", serial, mname, refresh=7200)
        site.note("server", f"steady.org {host} {address}", answer)
        usual = {"nameservers": ("a.net",), "exchangers": ("mx.a.net",), "addresses": ("192.0.2.80",)}
        records = ServerRecords("steady.org", host, address, mname, **usual | more, times=2)
        site.note("server_records", f"steady.org {host} {address}", records)
    return site


def test_two_independent_primaries_are_two_full_legs():
    report, sound = report_on(apart({}, {})), report_on(in_pairs())

    assert (report.score, state(report, "resolve")) == (sound.score, "up")
    legs = [leg for each in report.functions if each.id == "resolve" for leg in each.legs]
    assert [(leg.state, leg.liveness) for leg in legs] == [("known", "answers")] * 2
    assert not [each for each in report.findings if each.rule == RULE]


def test_another_mx_set_is_told_with_both_answers_and_takes_no_leg():
    report = report_on(apart({}, {"exchangers": ("mx.old.net",)}))
    (finding,) = (each for each in report.findings if each.rule == RULE)

    assert (finding.subject, finding.severity, finding.verdict) == ("steady.org MX", "medium", "")
    assert f"mx.a.net by {ROWS[0][0]} and mx.old.net by {ROWS[1][0]}" in finding.message
    assert len(finding.because) == 2
    assert "stale" not in finding.message
    assert state(report, "resolve") == "up"


def test_other_addresses_alone_are_only_mentioned():
    report = report_on(apart({}, {"addresses": ("192.0.2.81",)}))
    resolve = next(each for each in report.functions if each.id == "resolve")

    assert not [each for each in report.findings if each.rule == RULE]
    assert "different addresses" in resolve.note
