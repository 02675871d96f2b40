"""Single points of failure as findings, with and without a demand."""

from __future__ import annotations

import json
from pathlib import Path

from helpers.command import PARLER, hostaudit
from helpers.own_sites import broadcaster
from helpers.reports import report_on

from hostaudit.documents import rules
from hostaudit.model.single_points import SINGLE_POINT, SINGLE_POINT_CODE, companies, counts, in_words

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


def test_who_looks_like_the_owner_is_called_that_and_stands_for_all_that_do():
    (point,) = [
        each for each in report_on(broadcaster()).spofs if each.failure_domain.own == "guessed" and counts(each)
    ]

    assert companies(point) == ("unknown:as64500", "unknown:as64501")
    assert "BCAST Bcast Internet Services, UK, GB, which looks like the site's own, alone can end" in in_words(point)
