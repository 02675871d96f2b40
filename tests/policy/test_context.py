"""What all checks share: intervals against limits, evidence, and fingerprints."""

from __future__ import annotations

from datetime import date

from helpers.corpus import behind_a_proxy, in_the_dark
from helpers.findings import EVERYTHING, parler
from helpers.policies import TWO_DNS, judged, silent
from helpers.sites import in_pairs, on_one_parent
from hypothesis import given
from hypothesis import strategies as st

from hostaudit.policy.ask import fingerprint
from hostaudit.policy.check import compared, compared_most


@given(st.floats(0, 100), st.floats(0, 100), st.floats(0, 100))
def test_an_interval_passes_at_its_worst_end_and_fails_at_its_best(one, other, limit):
    low, high = sorted((one, other))

    assert compared(low, high, limit) == ("pass" if low >= limit else "fail" if high < limit else "unknown")
    assert compared_most(low, high, limit) == ("pass" if high <= limit else "fail" if low > limit else "unknown")


def test_fingerprints_hold_nothing_that_changes_by_itself():
    first = judged(silent(), TWO_DNS).findings[0]
    later = judged(in_pairs(), TWO_DNS, day=date(2026, 1, 1)).findings[0]

    assert (
        first.fingerprint
        == later.fingerprint
        == fingerprint("dns.min_providers", "steady.org", "dns", "steady.org", "")
    )
    assert len(first.fingerprint) == 32


def test_every_answer_points_to_evidence_that_is_in_the_report():
    for site in (in_pairs(), on_one_parent(), silent(), behind_a_proxy(), in_the_dark()):
        report = judged(site, EVERYTHING)
        known = {each.id for each in report.evidence}

        assert all(set(each.because) <= known for each in report.findings)
        assert all(each.code and each.message for each in report.findings)
        assert all(0 <= each.confidence <= 1 for each in report.findings)


def test_no_two_answers_share_a_fingerprint():
    for site in (in_pairs(), on_one_parent(), silent(), behind_a_proxy(), in_the_dark(), parler()):
        marks = [each.fingerprint for each in judged(site, EVERYTHING, fail_on="low").findings]

        assert len(marks) == len(set(marks))
