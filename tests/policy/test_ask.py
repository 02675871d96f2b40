"""A check is three things: a text, a module and a key of the policy. A failure names the file that lacks one."""

from __future__ import annotations

from hostaudit.documents import rules
from hostaudit.documents.rules import ROLES
from hostaudit.model.policy import KEYED, Policy, keys_of, rule_keys
from hostaudit.policy.ask import ANSWERED_ELSEWHERE, SINGLE_POINT, checks

TEXTS = rules.shipped().checks


def file_name(rule: str, between: str) -> str:
    return rule.lower().replace(".", between).replace("_", between).replace("-", between)


def test_every_check_has_its_text_its_module_and_its_key():
    rules = {*TEXTS, *checks(), *rule_keys()} - ANSWERED_ELSEWHERE
    lacking = [f"rules/checks/{file_name(each, '-')}.yaml lacks the text of {each}" for each in rules - set(TEXTS)]
    lacking += [f"hostaudit/policy/checks/{file_name(each, '_')}.py lacks {each}" for each in rules - set(checks())]
    keyless = rules - set(rule_keys()) - {SINGLE_POINT}
    lacking += [f"hostaudit/model/policy.py lacks a key with the rule {each}" for each in keyless]

    assert not sorted(lacking)


def test_a_module_is_named_after_its_rule():
    for rule, check in checks().items():
        assert check.evaluate.__module__.rpartition(".")[2] == file_name(rule, "_")


def test_a_rule_of_a_role_has_a_code_for_every_role_that_it_is_asked_of():
    lacking = [
        f"rules/checks/{file_name(rule, '-')}.yaml lacks the code of {role}"
        for rule, at in rule_keys().items()
        if rule in TEXTS and at.path[0] == "roles"
        for role in at.key.roles or ROLES
        if role not in TEXTS[rule].codes
    ]
    assert not lacking


def test_every_key_that_people_write_says_what_it_means():
    for kind in KEYED:
        assert all(key.meaning.endswith(".") for key in keys_of(kind).values())
    assert "min_score" in keys_of(Policy)


def test_every_rule_has_one_text_and_one_evaluator():
    assert set(TEXTS) == {*checks(), *ANSWERED_ELSEWHERE}
