"""From findings to a verdict: what fails, what is left open, what was known before."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest
from helpers.corpus import in_the_dark, not_there
from helpers.policies import RULES, TWO_DNS, effective, judged, judged_by, silent
from helpers.sites import GANDI, GANDI_NS, NSONE, Site, in_one_leg, in_pairs, on_one_parent
from hypothesis import given
from hypothesis import strategies as st

from hostaudit import audit
from hostaudit.model.checks import Criteria
from hostaudit.model.policy import Policy, RoleDemand
from hostaudit.policy.ask import SINGLE_POINT, fingerprint
from hostaudit.policy.verdict import known_failures

DAY = date(2026, 11, 21)


def analysed(site, **criteria):
    return judged_by(site.file(), Criteria(**criteria), DAY)


def test_without_a_policy_nothing_is_judged():
    plain = audit.analyse(in_pairs().file(), RULES)

    assert (plain.verdict, plain.findings, plain.policy, plain.run.day) == ("not_judged", (), None, "")
    assert audit.analyse(not_there().file(), RULES).findings[0].code == "HA-NAME-001"


def test_a_report_says_by_what_it_was_judged_and_when():
    report = judged(in_pairs(), TWO_DNS, day=DAY)

    assert report.policy.rules == ("dns.min_providers",)
    assert (report.policy.source, report.policy.line) == ("hostaudit.yaml", 2)
    assert report.labels == {"owner": "team-web"}
    assert report.run.day == "2026-11-21"


def test_the_day_stands_in_the_run_alone():
    one, other = (judged(in_pairs(), TWO_DNS, day=each) for each in (date(2026, 11, 21), date(2026, 11, 22)))

    assert msgspec.structs.replace(one, run=other.run) == other


@pytest.mark.parametrize(
    ("own", "general", "chosen", "verdict"),
    [
        (None, None, None, "inconclusive"),
        (None, "fail", None, "fail"),
        (None, "warn", None, "pass"),
        (None, "warn", "fail", "fail"),
        ("warn", "fail", None, "pass"),
        ("warn", "fail", "fail", "pass"),
        ("fail", "warn", None, "fail"),
        ("inconclusive", "warn", "warn", "inconclusive"),
    ],
)
def test_what_an_unknown_comes_to(own, general, chosen, verdict):
    demand = msgspec.structs.replace(TWO_DNS.roles["dns"], unknown=own)
    policy = Policy(unknown=general, roles={"dns": demand})
    report = judged(silent(), policy, unknown=chosen)

    assert report.verdict == verdict
    assert report.findings[0].verdict == ("" if verdict == "pass" else verdict)
    assert report.findings[0].outcome == "unknown"


@pytest.mark.parametrize(("mode", "verdict"), [(None, "inconclusive"), ("warn", "inconclusive"), ("fail", "fail")])
def test_a_site_of_which_nothing_is_known_never_passes(mode, verdict):
    assert analysed(in_the_dark(), unknown=mode, policy=effective(Policy(), "dark.com")).verdict == verdict


def test_a_known_failure_goes_before_an_unknown():
    policy = Policy(roles={"dns": TWO_DNS.roles["dns"], "cdn": RoleDemand(min_providers=2)})

    assert judged(silent(), policy).verdict == "fail"


@given(st.sampled_from(("low", "medium", "high", "critical")), st.sampled_from((in_pairs, in_one_leg, on_one_parent)))
def test_single_points_fail_from_the_severity_that_is_asked_for(severity, site):
    order = ("low", "medium", "high", "critical")
    report = analysed(site(), fail_on=severity)
    alone = [each for each in report.spofs if each.failure_domain.kind == "parent" and not each.name_only]

    assert all(each.rule == "single-point" for each in report.findings)
    assert all(order.index(each.severity) >= order.index(severity) for each in report.findings)
    assert report.verdict == ("fail" if report.findings else "pass")
    if severity == "low":
        assert {each.subject for each in report.findings} == {each.failure_domain.id for each in alone}


def test_how_severe_a_single_point_is():
    found = {each.subject: each.severity for each in analysed(in_one_leg(), fail_on="low").findings}

    assert found["hetzner"] == "critical"
    assert found["apple"] == "medium"
    assert found["isrg"] == "low"
    assert found["fastmail"] == "high"


MISTYPED = "ns-1.awsdn-00.com"


def mistyped(*, alike: bool) -> Site:
    """A name server that is almost one of a known provider; it may answer as the others do."""
    site = in_pairs().name(GANDI, {**GANDI_NS, **NSONE, MISTYPED: ("203.0.113.53", 64511)})
    if not alike:
        site.note("server", f"steady.org {MISTYPED} 203.0.113.53", unknown="timeout")
    return site


@pytest.mark.parametrize(
    ("alike", "criteria", "verdict"),
    [
        (True, {"unknown": "warn"}, "not_judged"),
        (False, {"unknown": "warn"}, "not_judged"),
        (True, {"fail_on": "low"}, "fail"),
        (True, {"fail_on": "medium"}, "pass"),
        (False, {"fail_on": "high"}, "fail"),
        (False, {"fail_on": "critical"}, "pass"),
        (True, {"policy": effective(TWO_DNS, "steady.org")}, "pass"),
        (False, {"policy": effective(TWO_DNS, "steady.org")}, "fail"),
    ],
)
def test_what_needs_no_policy_counts_by_its_severity(alike, criteria, verdict):
    report = analysed(mistyped(alike=alike), **criteria)
    (finding,) = [each for each in report.findings if each.rule == "lookalike-name-server"]

    assert finding.severity == ("low" if alike else "high")
    assert report.verdict == verdict
    assert finding.verdict == ("fail" if verdict == "fail" else "")
    assert finding.code == "HA-DNS-010"


# -- the baseline -----------------------------------------------------------------------------------------


def test_what_failed_before_does_not_fail_again():
    before = judged(in_one_leg(), TWO_DNS)
    again = judged(in_one_leg(), TWO_DNS, baseline=known_failures(before))

    assert (before.verdict, again.verdict) == ("fail", "pass")
    assert again.findings[0].baseline
    assert again.findings[0].outcome == "fail"


def test_what_is_new_fails():
    before = judged(in_one_leg(), TWO_DNS)
    more = Policy(roles={**TWO_DNS.roles, "mail": RoleDemand(min_providers=2)})
    after = judged(in_one_leg(), more, baseline=known_failures(before))

    assert after.verdict == "fail"
    assert {each.rule: each.baseline for each in after.findings} == {
        "dns.min_providers": True,
        "mail.min_providers": False,
    }


def test_what_was_unknown_before_is_not_known_now():
    before = judged(silent(), TWO_DNS)

    assert known_failures(before) & {each.fingerprint for each in before.findings} == set()
    assert judged(silent(), TWO_DNS, baseline=known_failures(before)).verdict == "inconclusive"


def test_any_older_report_is_a_baseline_for_single_points():
    before = audit.analyse(on_one_parent().file(), RULES)

    assert analysed(on_one_parent(), fail_on="low", baseline=known_failures(before)).verdict == "pass"
    assert analysed(in_one_leg(), fail_on="low", baseline=known_failures(before)).verdict == "fail"


def test_failures_come_first_and_the_severe_ones_before_others():
    policy = Policy(
        min_score=1,
        roles={
            "dns": TWO_DNS.roles["dns"],
            "hosting": RoleDemand(min_providers=2, severity="critical"),
            "mail": RoleDemand(min_providers=2, severity="low"),
        },
    )
    rules = [each.rule for each in judged(in_one_leg(), policy).findings]

    assert rules == ["hosting.min_providers", "dns.min_providers", "mail.min_providers", "score.min"]


def test_a_name_that_is_gone_is_asked_nothing_else():
    report = judged_by(not_there().file(), Criteria(policy=effective(TWO_DNS, "steady.org")), DAY)

    assert [each.rule for each in report.findings if each.rule == "dns.min_providers"] == []
    assert report.policy.rules == ()


def test_what_needs_no_policy_is_known_by_its_fingerprint():
    found = [each for each in analysed(mistyped(alike=True)).findings if each.rule == "lookalike-name-server"]

    assert [len(each.fingerprint) for each in found] == [32]
    assert found[0].fingerprint not in known_failures(analysed(in_pairs()))


def test_a_baseline_holds_the_companies_that_end_more_than_a_name():
    report = audit.analyse(on_one_parent().file(), RULES)
    known = known_failures(report)
    points = {each.failure_domain.id: each for each in report.spofs if each.failure_domain.kind == "parent"}
    others = {each.failure_domain.id for each in report.spofs} - set(points)

    def there(identity: str) -> bool:
        return fingerprint(SINGLE_POINT, report.target.domain, "", identity, identity) in known

    assert others
    assert any(each.name_only for each in points.values())
    assert {identity: there(identity) for identity in points} == {
        identity: not each.name_only for identity, each in points.items()
    }
    assert not any(there(identity) for identity in others)


def test_what_has_no_effect_on_the_verdict_says_so_with_an_empty_text():
    before = judged(in_one_leg(), TWO_DNS)
    again = judged(in_one_leg(), TWO_DNS, baseline=known_failures(before))

    assert [each.verdict for each in again.findings] == [""] * len(again.findings)
    assert [each.verdict for each in judged(in_pairs(), TWO_DNS).findings if each.outcome == "pass"] == [""]


@pytest.mark.parametrize(("given", "told"), [(None, 0.0), (36.0, 36.0)])
def test_the_notice_that_a_policy_grants_is_told(given, told):
    assert judged(in_pairs(), Policy(notice_hours=given)).policy.notice_hours == told
