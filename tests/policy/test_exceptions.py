"""Exceptions on the clock, what they cover, what they never cover, and what is said of them."""

from __future__ import annotations

from datetime import date

import pytest
from helpers.policies import TWO_DNS, judged, silent
from helpers.sites import in_one_leg, in_pairs

from hostaudit.documents import policy_values
from hostaudit.model.policy import Exemption, Policy, RoleDemand
from hostaudit.model.report import Finding
from hostaudit.policy import exceptions

TODAY = date(2028, 2, 29)
ONE_OF_DNS = in_one_leg


def exemption(**changes) -> Exemption:
    fields = {
        "id": "EX-7",
        "rule": "dns.min_providers",
        "target": "steady.org",
        "reason": "migration, ticket OPS-12",
        "owner": "alice@example.com",
        "expires": "2028-03-31",
    }
    return Exemption(**(fields | changes))


@pytest.mark.parametrize(
    ("expires", "review", "state", "left", "verdict"),
    [
        ("2028-02-28", "", "expired", -1, "fail"),
        ("2028-02-29", "", "applied", 0, "pass"),
        ("2028-03-01", "", "applied", 1, "pass"),
        ("2029-02-28", "", "applied", 365, "pass"),
        ("2029-02-29", "", "malformed", None, "fail"),
        ("2028-3-1", "", "malformed", None, "fail"),
        ("20280301", "", "malformed", None, "fail"),
        ("2028-03-01T00:00:00Z", "", "malformed", None, "fail"),
        ("soon", "", "malformed", None, "fail"),
        ("", "", "malformed", None, "fail"),
        ("Never", "2029-01-01", "malformed", None, "fail"),
        ("never", "", "malformed", None, "fail"),
        ("never", "one day", "malformed", None, "fail"),
        ("never", "2028-02-29", "applied", None, "pass"),
        ("never", "2028-02-28", "applied", None, "pass"),
    ],
)
def test_an_exception_covers_until_the_end_of_its_day(expires, review, state, left, verdict):
    report = judged(in_one_leg(), TWO_DNS, exemption(expires=expires, review=review), day=TODAY)
    (note,) = report.exceptions_applied

    assert (note.state, note.days_left) == (state, left)
    assert report.verdict == verdict
    assert bool(note.warning) == (state != "applied" or review == "2028-02-28")
    assert note.findings == (report.findings[0].fingerprint,)
    assert report.findings[0].exception == ("EX-7" if state == "applied" else "")


def test_a_finding_that_was_excepted_is_told_all_the_same():
    (finding,) = judged(in_one_leg(), TWO_DNS, exemption(), day=TODAY).findings

    assert (finding.outcome, finding.exception, finding.verdict) == ("fail", "EX-7", "")


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"rule": "dns.*"}, "applied"),
        ({"rule": "dns.min_score"}, "unused"),
        ({"rule": "dn.*"}, "unused"),
        ({"rule": "dns"}, "unused"),
        ({"rule": "*"}, "unused"),
        ({"target": "*.org"}, "applied"),
        ({"target": "*.steady.org"}, None),
        ({"target": "steady.com"}, None),
        ({"fingerprint": "0" * 32}, "unused"),
    ],
)
def test_what_an_exception_is_about(changes, state):
    notes = judged(in_one_leg(), TWO_DNS, exemption(**changes), day=TODAY).exceptions_applied

    assert [each.state for each in notes] == ([state] if state else [])


def test_a_fingerprint_pins_one_finding_and_lets_go_when_it_becomes_another():
    policy = Policy(roles={"dns": RoleDemand(allow=("route53",))})
    (finding,) = judged(in_one_leg(), policy).findings
    pinned = exemption(rule="dns.allow", fingerprint=f"sha256:{finding.fingerprint}")

    assert judged(in_one_leg(), policy, pinned, day=TODAY).verdict == "pass"
    moved = judged(in_pairs(), policy, pinned, day=TODAY)
    assert moved.verdict == "fail"
    assert {each.provider: each.exception for each in moved.findings} == {"gandi": "", "ns1": "EX-7"}


def test_what_passes_needs_no_exception():
    (note,) = judged(in_pairs(), TWO_DNS, exemption(), day=TODAY).exceptions_applied

    assert (note.state, note.warning) == ("unused", "nothing needs it; remove it")


@pytest.mark.parametrize(
    ("allowed", "state", "verdict"), [(False, "unused", "inconclusive"), (True, "applied", "pass")]
)
def test_an_unknown_is_covered_only_by_an_exception_that_says_so(allowed, state, verdict):
    report = judged(silent(), TWO_DNS, exemption(allow_unknown=allowed), day=TODAY)
    (note,) = report.exceptions_applied

    # What name resolution rests on is still partly known, so that the ground itself is sound.
    assert (note.state, report.findings[0].outcome) == (state, "unknown")
    assert report.verdict == verdict
    if not allowed:
        assert "unknown, which it does not cover" in note.warning


def test_what_is_unknown_beside_a_failure_does_not_make_an_exception_that_covers_nothing_needed():
    unknown, failed = (
        Finding("dns.min_providers", outcome, "high", 0.9, "", "", (), "", fingerprint=outcome)
        for outcome in ("unknown", "fail")
    )

    _, (both,) = exceptions.apply((unknown, failed), [exemption()], "steady.org", TODAY)
    _, (covered,) = exceptions.apply((unknown,), [exemption(allow_unknown=True)], "steady.org", TODAY)
    _, (passed,) = exceptions.apply((), [exemption(allow_unknown=True)], "steady.org", TODAY)

    assert (both.state, both.findings) == ("applied", ("fail",))
    assert (covered.state, covered.findings) == ("applied", ("unknown",))
    assert (passed.state, passed.warning) == ("unused", "nothing needs it; remove it")


def test_the_first_of_two_exceptions_covers_and_both_are_in_use():
    both = exemption(), exemption(id="EX-8", rule="dns.*")
    report = judged(in_one_leg(), TWO_DNS, *both, day=TODAY)

    assert [each.state for each in report.exceptions_applied] == ["applied", "applied"]
    assert report.findings[0].exception == "EX-7"


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "pass"),
        ({"rule": "mail.min_providers"}, "fail"),
        ({"expires": "2028-02-28"}, "fail"),
        ({"expires": "never", "review": "2028-02-28"}, "fail"),
        ({"expires": "soon"}, "fail"),
    ],
)
def test_where_that_is_asked_stale_exceptions_fail(changes, verdict):
    policy = Policy(roles={"dns": RoleDemand(min_providers=1)}) if "rule" in changes else TWO_DNS
    report = judged(in_one_leg(), policy, exemption(**changes), day=TODAY, strict_exceptions=True)
    stale = [each for each in report.findings if each.rule == "exceptions.stale"]

    assert report.verdict == verdict
    assert [each.code for each in stale] == (["HA-EXCEPTION-001"] if verdict == "fail" else [])
    assert all(each.confidence == 0.99 for each in stale)


def test_a_day_is_one_of_the_calendar():
    assert policy_values.day("2028-02-29") == TODAY
    assert policy_values.day("2027-02-29") is None
