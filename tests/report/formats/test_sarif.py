"""SARIF: valid by the schema, and by what code scanning refuses a whole file for."""

from __future__ import annotations

import json
import re
from functools import cache

import jsonschema
import pytest
from helpers import ROOT
from helpers.sample_judged import (
    EXCEPTED,
    FAILED,
    KNOWN,
    OPEN,
    OPEN_FAILS,
    PASSED,
    POLICY,
    WARNED,
    WAYS,
    everything,
    judged,
)
from msgspec import structs

from hostaudit.cli.output import EXIT_OF
from hostaudit.report import Style, load
from hostaudit.report.formats import sarif

SCHEMA = ROOT / "tests" / "report" / "schemas" / "sarif-2.1.0.json"


@cache
def validator():
    schema = json.loads(SCHEMA.read_text("utf-8"))
    return jsonschema.validators.validator_for(schema)(schema)


def run(report) -> dict:
    log = json.loads(load("sarif").render(report, Style()))
    validator().validate(log)
    return log["runs"][0]


def results(report) -> dict[str, dict]:
    return {each["ruleId"]: each for each in run(report)["results"]}


@pytest.mark.parametrize("way", WAYS)
def test_the_log_is_valid_and_its_results_agree_with_the_exit_code(way):
    report = WAYS[way]
    found = run(report)
    invocation = found["invocations"][0]
    counting = [each for each in found["results"] if "suppressions" not in each]
    told = "pass"
    if any(each["kind"] == "fail" for each in counting):
        told = "fail"
    elif any(each["properties"]["standing"] == "inconclusive" for each in counting):
        told = "inconclusive"

    assert invocation["exitCode"] == EXIT_OF[report.verdict] == EXIT_OF[told]
    assert found["properties"]["verdict"] == report.verdict
    assert invocation["executionSuccessful"] or any(each["kind"] == "review" or told == "fail" for each in counting)
    if report.verdict == "inconclusive":
        assert not invocation["executionSuccessful"]


def test_every_result_is_such_that_code_scanning_takes_the_file():
    found = run(everything())
    rules = found["tool"]["driver"]["rules"]
    identities = [each["id"] for each in rules]

    assert len(set(identities)) == len(identities)
    for each in found["results"]:
        assert identities[each["ruleIndex"]] == each["ruleId"]
        assert each["message"]["text"]
        (location,) = each["locations"]
        physical = location["physicalLocation"]
        assert physical["artifactLocation"] == {"uri": "conf/hostaudit.yaml"}
        assert physical["region"] == {"startLine": 12}
        assert {each["name"] for each in location["logicalLocations"]} >= {"captive.com"}
        assert re.fullmatch(r"[0-9a-f]{32}:[0-9]+", each["partialFingerprints"]["primaryLocationLineHash"])
    for each in rules:
        assert each["shortDescription"]["text"]
        assert each["fullDescription"]["text"]
        assert each["help"]["text"]
        assert re.fullmatch("[A-Z][A-Za-z0-9]*", each["name"])
    marks = [json.dumps(each["partialFingerprints"]) for each in found["results"]]
    assert len(set(marks)) == len(marks)


def test_what_is_unknown_is_up_for_review_and_what_passed_is_no_alert():
    found = results(judged("inconclusive", PASSED, OPEN))

    assert set(found) == {OPEN.rule}
    assert (found[OPEN.rule]["kind"], found[OPEN.rule]["level"]) == ("review", "note")
    assert results(judged("pass", WARNED))[OPEN.rule]["kind"] == "review"
    failing = results(judged("fail", OPEN_FAILS))[OPEN.rule]
    assert (failing["kind"], failing["level"]) == ("fail", "warning")


def test_what_an_exception_or_the_baseline_covers_is_suppressed_with_the_reason():
    found = results(judged("pass", EXCEPTED, KNOWN))

    (reason,) = found[EXCEPTED.rule]["suppressions"]
    assert (reason["kind"], reason["status"]) == ("external", "accepted")
    assert "migration, ticket OPS-12" in reason["justification"]
    assert "failed before already" in found[KNOWN.rule]["suppressions"][0]["justification"]
    assert "suppressions" not in results(judged("fail", FAILED))[FAILED.rule]


def test_probes_without_an_answer_are_notifications():
    found = run(WAYS["inconclusive"])
    notes = found["invocations"][0]["toolExecutionNotifications"]
    known = {each["id"] for each in found["tool"]["driver"]["notifications"]}

    assert len(notes) == 42
    assert {each["descriptor"]["id"] for each in notes} == known == {"servfail", "timeout", "hidden_behind_cdn"}


def test_a_fingerprint_stays_when_words_numbers_and_lines_change():
    before = judged("fail", structs.replace(FAILED, fingerprint=""))
    moved = structs.replace(POLICY, line=99)
    after = judged("fail", structs.replace(FAILED, fingerprint="", message="other", confidence=0.1), policy=moved)

    def mark(report):
        return results(report)[FAILED.rule]["partialFingerprints"]

    assert mark(before) == mark(after)
    other = judged("fail", structs.replace(FAILED, fingerprint="", provider="other"))
    assert mark(other) != mark(before)


@pytest.mark.parametrize(
    ("source", "uri"),
    [
        ("hostaudit.yaml", "hostaudit.yaml"),
        ("./conf/../hostaudit.yaml", "hostaudit.yaml"),
        ("/home/runner/work/x/hostaudit.yaml", "hostaudit.yaml"),
        ("../elsewhere/policy.yaml", "policy.yaml"),
        ("https://evil.example/policy.yaml", "policy.yaml"),
        ("C:\\work\\policy.yaml", "policy.yaml"),
        ("conf\\policy.yaml", "conf/policy.yaml"),
        ("a b#c?.yaml", "a%20b%23c%3F.yaml"),
        ("javascript:alert(1)", "alert%281%29"),
        ("", "hostaudit.yaml"),
        ("..", "hostaudit.yaml"),
        ("\ud800.yaml", "/ud800.yaml".replace("/", "%5C")),
    ],
)
def test_locations_are_relative_whatever_the_policy_is_called(source, uri):
    report = judged("fail", FAILED, policy=structs.replace(POLICY, source=source, line=0))
    physical = results(report)[FAILED.rule]["locations"][0]["physicalLocation"]

    assert physical["artifactLocation"]["uri"] == uri
    assert physical["region"]["startLine"] == 1


def test_without_a_policy_results_point_at_where_one_would_stand():
    (result,) = run(WAYS["does not exist"])["results"]

    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "hostaudit.yaml"


def test_messages_hold_no_live_link_and_no_place_to_fill_in():
    text = "see [here](https://evil.example) {0} \\ and [1](2)"
    (result,) = run(judged("fail", structs.replace(FAILED, message=text)))["results"]

    assert "\\[here\\](https://evil.example) {{0}} \\\\ and \\[1\\](2)" in result["message"]["text"]


def test_more_results_than_are_taken_are_told_by_their_number(monkeypatch):
    many = tuple(structs.replace(FAILED, subject=f"h{n}", fingerprint=f"{n:032x}") for n in range(30))
    monkeypatch.setattr(sarif, "MOST_RESULTS", 10)
    few = run(judged("fail", *many))
    assert len(few["results"]) == 10
    assert "20 more results" in few["invocations"][0]["toolExecutionNotifications"][-1]["message"]["text"]

    monkeypatch.setattr(sarif, "MOST_BYTES", 8_000)
    assert 0 < len(run(judged("fail", *many))["results"]) < 10
    assert len(load("sarif").render(judged("fail", *many), Style())) < 20_000
