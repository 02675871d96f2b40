"""Every check of a policy: its text, its module, its key, and what never may change."""

from __future__ import annotations

from helpers.corpus import behind_a_proxy, not_there
from helpers.examples import examples
from helpers.findings import EVERYTHING
from helpers.policies import RULES, judged, silent
from helpers.sites import in_one_leg, in_pairs, on_one_parent
from hypothesis import given
from hypothesis import strategies as st

from hostaudit.analysis.findings import definitions
from hostaudit.documents import rules
from hostaudit.documents.rules import ROLES
from hostaudit.model import roles
from hostaudit.model.policy import KEYED, Policy, keys_of, rule_keys
from hostaudit.model.report import Report
from hostaudit.policy.ask import SINGLE_POINT, STALE, checks

# -- texts and evaluators ---------------------------------------------------------------------------------

WITHOUT_CHECK = {*definitions(), STALE}
"""Rules that no key of a policy demands: findings of the analysis, and the one about exceptions."""


def test_codes_are_stable_and_of_one_rule_each():
    codes = {row for check in RULES.checks.values() for row in (check.code, *check.codes.values()) if row}

    assert len(codes) == sum(bool(check.code) + len(check.codes) for check in RULES.checks.values())
    quoted = {
        "score.min": "HA-SCORE-001",
        "name-not-delegated": "HA-NAME-001",
        "single-point": "HA-SPOF-001",
        "exceptions.stale": "HA-EXCEPTION-001",
        "providers.deny": "HA-PROVIDER-001",
        "parents.deny": "HA-PARENT-001",
        "parents.max_share": "HA-PARENT-002",
        "jurisdictions.deny": "HA-JURISDICTION-001",
        "jurisdictions.allow": "HA-JURISDICTION-002",
        "jurisdictions.known": "HA-JURISDICTION-003",
        "scenario.ID.FUNCTION": "HA-SCENARIO-001",
    }
    assert {each: RULES.checks[each].code for each in quoted} == quoted
    assert RULES.checks["ROLE.min_providers"].codes["dns"] == "HA-DNS-002"
    assert RULES.checks["FUNCTION.max_hours_down"].codes["web"] == "HA-WEB-002"


def test_every_role_has_its_text_and_its_codes():
    assert set(RULES.roles) == set(roles.ROLES)
    for check in RULES.checks.values():
        if check.id.startswith("ROLE.") and check.id != "ROLE.min_days_left":
            assert set(check.codes) == set(roles.ROLES)


def test_texts_name_no_rule_and_no_command_that_does_not_exist():
    for check in RULES.checks.values():
        assert check.title and check.risk and check.how and check.fix and check.source
        assert check.write.startswith("policy: {") or check.id in {*definitions(), "single-point", "exceptions.stale"}


# -- nothing may be gained by not knowing -----------------------------------------------------------------


def worst(report: Report) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for each in report.findings:
        found.setdefault(each.rule, set()).add(each.outcome)
    return {rule: next(each for each in ("fail", "unknown", "pass") if each in rows) for rule, rows in found.items()}


@examples(60)
@given(
    st.sampled_from((in_pairs, in_one_leg, on_one_parent, silent, behind_a_proxy)),
    st.lists(st.integers(0, 80), min_size=1, max_size=3),
)
def test_what_becomes_unknown_never_turns_into_a_pass(start, lost):
    site = start()
    before = worst(judged(site, EVERYTHING))
    for position in lost:
        item = list(site.items.values())[position % len(site.items)]
        site.note(item.kind, item.subject, unknown="timeout")
    after = worst(judged(site, EVERYTHING))

    gained = {rule for rule, each in after.items() if each == "pass" and before.get(rule) != "pass"}
    assert not gained


def test_equal_evidence_policy_and_day_give_equal_reports():
    one, other = (judged(silent(), EVERYTHING) for _ in range(2))

    assert one == other


def test_a_name_that_does_not_exist_is_all_that_is_said():
    report = judged(not_there(), EVERYTHING)

    assert [each.rule for each in report.findings] == ["name-not-delegated"]
    assert (report.verdict, report.findings[0].code) == ("fail", "HA-NAME-001")


TEXTS = rules.shipped().checks


def file_name(rule: str, between: str) -> str:
    return rule.lower().replace(".", between).replace("_", between).replace("-", between)


def test_every_check_has_its_text_its_module_and_its_key():
    rules = {*TEXTS, *checks(), *rule_keys()} - WITHOUT_CHECK
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
    assert set(TEXTS) == {*checks(), *WITHOUT_CHECK}
