"""All findings that need no policy, as one family."""

from __future__ import annotations

from helpers.policies import RULES
from helpers.reports import report_on
from helpers.sites import in_pairs

from hostaudit.analysis.findings import definitions
from hostaudit.policy.ask import SINGLE_POINT, STALE


def test_each_rule_has_its_text_and_a_code():
    lacking = [f"rules/checks/{rule}.yaml lacks {rule}" for rule in definitions() if rule not in RULES.checks]
    assert not lacking, "; ".join(lacking)
    assert [rule for rule in definitions() if not RULES.checks[rule].code] == []


def test_each_text_that_no_policy_demands_has_its_module():
    undemanded = {rule for rule, text in RULES.checks.items() if not text.write} - {SINGLE_POINT, STALE}
    lacking = undemanded - definitions().keys()
    said = [f"hostaudit/analysis/findings/{rule.replace('-', '_')}.py lacks {rule}" for rule in sorted(lacking)]
    assert not said, "; ".join(said)


def test_a_sound_site_has_none():
    assert report_on(in_pairs()).findings == ()
