"""Single points of failure as findings, with and without a demand."""

from __future__ import annotations

import json
from pathlib import Path

from helpers.command import PARLER, hostaudit

from hostaudit.documents import rules
from hostaudit.model.single_points import SINGLE_POINT, SINGLE_POINT_CODE

TWO_DNS = str(Path(PARLER).parents[1] / "policies" / "two-dns-operators.yaml")


def results(*options: str) -> dict[str, dict]:
    done = hostaudit("analyse", PARLER, "--format", "sarif", *options)
    return {each["partialFingerprints"]["hostaudit/v1"]: each for each in json.loads(done.stdout)["runs"][0]["results"]}


def test_the_code_is_that_of_the_rule():
    assert rules.load().checks[SINGLE_POINT].code == SINGLE_POINT_CODE


def test_a_note_of_the_first_run_is_the_same_alert_once_it_is_demanded():
    noted, demanded = results(), results("--fail-on", "low")

    assert noted
    assert set(noted) == {key for key, each in demanded.items() if each["ruleId"] == SINGLE_POINT}
    assert {each["kind"] for each in noted.values()} == {"informational"}
    assert {each["level"] for each in noted.values()} <= {"note", "warning"}
    assert {demanded[each]["kind"] for each in noted} == {"fail"}


def test_with_a_policy_only_its_demands_are_told():
    assert {each["ruleId"] for each in results("--policy", TWO_DNS).values()} == {"dns.min_providers"}
