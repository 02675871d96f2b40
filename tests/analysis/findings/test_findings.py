"""All findings that need no policy, as one family."""

from __future__ import annotations

from helpers.policies import RULES
from helpers.reports import report_on
from helpers.sites import in_pairs

from hostaudit.analysis.findings import definitions


def test_each_rule_has_its_text_and_a_code():
    assert definitions()
    assert [rule for rule in definitions() if rule not in RULES.checks or not RULES.checks[rule].code] == []


def test_a_sound_site_has_none():
    assert report_on(in_pairs()).findings == ()
