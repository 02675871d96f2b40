"""GitLab's Code Quality report, checked by the rules of its documentation ("Code Quality report format").

A list of objects; each has a description, a check name, a fingerprint unique in the list, one of five severities, a
path relative to the repository without ./ in front, and the line on which it begins.
"""

from __future__ import annotations

import json

import jsonschema
import pytest
from helpers.code_quality import RULES
from helpers.sample_judged import FAILED, FAILED_LITTLE, WAYS, everything, judged
from msgspec import structs

from hostaudit.cli.output import EXIT_OF
from hostaudit.report import Style, load


def entries(report) -> list[dict]:
    found = json.loads(load("gitlab").render(report, Style()))
    jsonschema.validate(found, RULES)
    marks = [each["fingerprint"] for each in found]
    assert len(set(marks)) == len(marks)
    return found


@pytest.mark.parametrize("way", WAYS)
def test_what_is_listed_agrees_with_the_exit_code(way):
    found = entries(WAYS[way])
    told = "pass"
    if any(each["severity"] != "info" for each in found):
        told = "fail"
    elif any(not each["description"].startswith("Reported as") for each in found):
        assert all(each["description"].startswith(("Unknown", "Reported as")) for each in found)
        told = "inconclusive"

    assert EXIT_OF[told] == EXIT_OF[WAYS[way].verdict]


def test_an_entry_points_at_the_policy_and_says_which_rule_of_which_site():
    first, last = entries(judged("fail", FAILED_LITTLE, FAILED))

    assert first["location"] == {"path": "conf/hostaudit.yaml", "lines": {"begin": 12}}
    assert first["description"] == "captive.com: dns.min_providers was asked (HA-DNS-002 dns.min_providers)"
    assert (first["check_name"], first["severity"], first["fingerprint"]) == ("dns.min_providers", "critical", "f" * 32)
    assert last["severity"] == "minor"


def test_equal_fingerprints_are_told_apart_as_gitlab_keeps_only_one_of_them():
    twice = judged("fail", FAILED, structs.replace(FAILED, message="another"))

    assert [each["fingerprint"] for each in entries(twice)] == ["f" * 32, "f" * 32 + ":2"]


def test_what_does_not_count_is_not_listed():
    listed = {each["check_name"] for each in entries(everything())}

    assert listed == {"dns.min_providers", "mail.min_providers", "ca.min_days_left"}
