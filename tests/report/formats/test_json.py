"""JSON: whole, sorted, plain, and by its schema."""

from __future__ import annotations

import json

import pytest
from helpers.hostile_strings import HOSTILE, label
from helpers.reports_shown import GOLDEN, as_json, hostile_report, validator
from helpers.runners import ADDRESSES, LURES, commands
from helpers.sample_report import report

from hostaudit.model.report import (
    Score,
)
from hostaudit.report import Style, load
from hostaudit.report.json_text import safe, written


@pytest.mark.parametrize("text", HOSTILE, ids=label)
def test_hostile_strings_leave_the_json_report_whole_and_plain(text):
    hostile = hostile_report(text)
    document = load("json").render(hostile, Style())

    assert all(char == "\n" or char.isprintable() for char in document)
    assert "##[" not in document
    assert json.loads(document)["summary"] == text.encode("utf-8", "backslashreplace").decode()
    validator().validate(json.loads(document))


def test_json_report_is_as_golden_and_keeps_its_schema():
    shown = load("json").render(report(), Style())

    assert shown == (GOLDEN / "report.json").read_text("utf-8")
    validator().validate(json.loads(shown))


def test_json_items_have_exactly_one_ending():
    endings = {"value", "absent", "unknown", "not_applicable"}

    for item in as_json()["evidence"]:
        assert len(endings & item.keys()) == 1


def test_json_keys_are_sorted_at_every_level():
    def check(node):
        if isinstance(node, dict):
            assert list(node) == sorted(node)
            for each in node.values():
                check(each)
        elif isinstance(node, list):
            for each in node:
                check(each)

    check(as_json())


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_json_cannot_carry_is_refused_by_name(number):
    with pytest.raises(ValueError, match=r"\$\.score\.low"):
        load("json").render(report(score=Score(number, 1.0, 1.0)), Style())


def test_visible_letters_of_any_script_stay_letters_in_json():
    shown = load("json").render(report(summary="日本語 \u009b \U000e0041"), Style())

    assert "日本語 \\u009b \\udb40\\udc41" in shown


@pytest.mark.parametrize("text", LURES, ids=label)
def test_a_command_to_a_build_runner_is_none_in_json_and_reads_back_equal(text):
    document = {text: [text], "long": [text] * 40}
    for indent in (0, 2):
        shown = written(document, indent)

        assert not list(commands(shown))
        assert json.loads(shown) == document


def test_addresses_stay_readable_in_json():
    for address in ADDRESSES:
        assert written(address, 0) == f'"{address}"\n'


def test_json_that_is_safe_already_is_not_changed():
    for text in ("[1]", '{"a":"b # c: d"}', '"bücher 日本"'):
        assert safe(text) == text
