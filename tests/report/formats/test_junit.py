"""JUnit: valid by the schema that CI services go by, and in agreement with the exit code."""

from __future__ import annotations

from functools import cache
from xml.etree import ElementTree

import pytest
from helpers import ROOT
from helpers.sample_judged import EXCEPTED, FAILED, KNOWN, WARNED, WAYS, everything, judged
from msgspec import structs

from hostaudit.cli.output import EXIT_OF
from hostaudit.model.checks import PolicyTrial, PolicyTrials
from hostaudit.report import Style, load

SCHEMA = ROOT / "tests" / "report" / "schemas" / "junit-10.xsd"


@cache
def schema():
    return pytest.importorskip("xmlschema").XMLSchema(str(SCHEMA))


def suites(document) -> ElementTree.Element:
    return ElementTree.fromstring(load("junit").render(document, Style()))


def cases(report) -> dict[str, ElementTree.Element]:
    return {each.get("name"): each for each in suites(report).iter("testcase")}


@pytest.mark.parametrize("way", WAYS)
def test_failures_and_errors_agree_with_the_exit_code(way):
    top = suites(WAYS[way])
    failures, errors = int(top.get("failures")), int(top.get("errors"))
    told = "fail" if failures else "inconclusive" if errors else "pass"

    assert EXIT_OF[told] == EXIT_OF[WAYS[way].verdict]
    for tag, number in (("failure", failures), ("error", errors)):
        assert len(list(top.iter(tag))) == number
    assert len(list(top.iter("testcase"))) == int(top.get("tests"))


@pytest.mark.parametrize("way", [*WAYS, "everything"])
def test_the_file_is_valid_by_its_schema(way):
    schema().validate(load("junit").render(WAYS.get(way) or everything(), Style()))


def test_a_case_is_a_rule_and_what_it_is_about():
    found = cases(judged("fail", FAILED))
    case = found["dns.min_providers: captive.com (route53)"]

    assert case.get("classname") == "captive.com.dns"
    assert case[0].get("message") == "dns.min_providers was asked"
    assert "Fix: Serve the zone from two operators." in case[0].text
    assert "hostaudit explain HA-DNS-002" in case[0].text


def test_what_does_not_count_is_skipped_with_the_reason():
    found = [each[0] for each in cases(judged("pass", EXCEPTED, KNOWN, WARNED)).values()]

    assert [each.tag for each in found] == ["skipped"] * 3
    told = " ".join(each.get("message") for each in found)
    assert "Exception EX-7, alice@example.com, until 2027-03-31, 41 days left: migration, ticket OPS-12" in told
    assert "It failed before already" in told
    assert "only warns" in told


def test_an_exception_that_nothing_is_told_of_is_named_at_least():
    (case,) = cases(judged("pass", EXCEPTED, exceptions_applied=())).values()

    assert case[0].get("message") == "Exception EX-7 covers it."


def test_characters_that_xml_cannot_carry_are_written_out():
    (case,) = cases(judged("fail", structs.replace(FAILED, message="a\x00\x0b\x1b\ufffe\ud800<b>&]]>"))).values()

    assert case[0].get("message") == "a\\x00\\x0b\\x1b\\ufffe\\ud800<b>&]]>"


def test_tests_of_a_policy_are_cases_too():
    rows = (
        PolicyTrial("a.yaml", "two operators", "fail", ("verdict: pass expected, fail found",)),
        PolicyTrial("a.yaml", "one operator", "fail"),
        PolicyTrial("b.yaml", "mail", "pass"),
    )
    top = suites(PolicyTrials("hostaudit.policy-tests/1", rows))

    assert [(each.get("name"), each.get("tests"), each.get("failures")) for each in top] == [
        ("a.yaml", "2", "1"),
        ("b.yaml", "1", "0"),
    ]
    assert "pass expected" in next(top.iter("failure")).get("message")
