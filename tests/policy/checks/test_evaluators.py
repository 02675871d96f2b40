"""Each rule has one evaluator."""

from __future__ import annotations

from helpers.policies import RULES

from hostaudit.policy.checks.evaluators import EVALUATORS


def test_every_rule_has_one_text_and_one_evaluator():
    assert set(RULES.checks) == set(EVALUATORS)
