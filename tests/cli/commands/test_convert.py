"""A saved report, or those of a list, in every other format, as if it had been asked for at once."""

from __future__ import annotations

import csv
import io
import json
from xml.etree import ElementTree

import pytest
from helpers import ROOT
from helpers.command import PARLER

from hostaudit import cli, report
from hostaudit.errors import Exit

CORPUS = ROOT / "tests" / "corpus"
NAMES = ("in-pairs", "parler-2021", "expired-certificate")


@pytest.fixture
def listed(here) -> str:
    rows = [json.loads((CORPUS / f"{each}.json").read_text("utf-8")) for each in NAMES]
    rows += [{"type": "failed", "domain": "x.com"}, {"type": "summary"}]
    text = "".join(f"{json.dumps(each)}\n" for each in rows)
    (here / "list.jsonl").write_text(text, "utf-8")
    return "list.jsonl"


def shown(capsys, *arguments: str) -> str:
    assert cli.run(["convert", *arguments, "-q"]) == Exit.PASS
    return capsys.readouterr().out


DRAWN = tuple(name for name in report.names() if hasattr(report.load(name), "draw"))
"""What shows more of the evidence than a report, which lacks the declarations, can tell."""


@pytest.mark.parametrize("name", DRAWN)
def test_a_page_of_evidence_shows_more_than_that_of_a_report_which_says_so(capsys, here, name):
    cli.run(["analyse", PARLER, "--format", name, "-o", f"json={here / 'r.json'}", "-q"])
    whole = capsys.readouterr().out
    alone = shown(capsys, "r.json", "--format", name)

    assert shown(capsys, PARLER, "--format", name) == whole
    assert ("evidence of one place" in alone, "evidence of one place" in whole) == (True, False)


@pytest.mark.parametrize("name", [each for each in report.names() if each not in DRAWN])
def test_a_report_is_written_as_it_would_have_been(capsys, here, name):
    cli.run(["analyse", PARLER, "--format", name, "-o", f"json={here / 'r.json'}", "-q"])
    expected = capsys.readouterr().out

    assert shown(capsys, "r.json", "--format", name) == expected
    assert "single-point" in expected or "parler.com" in shown(capsys, PARLER, "--format", name)


def test_a_list_in_the_formats_of_programs(capsys, listed):
    rows = list(csv.DictReader(io.StringIO(shown(capsys, listed, "--format", "csv"))))
    (run,) = json.loads(shown(capsys, listed, "--format", "sarif"))["runs"]
    suites = ElementTree.fromstring(shown(capsys, listed, "--format", "junit"))
    entries = json.loads(shown(capsys, listed, "--format", "gitlab"))
    metrics = shown(capsys, listed, "--format", "prom").splitlines()

    assert {each["domain"] for each in rows} == {"parler.com", "steady.org"}
    assert len(run["invocations"]) == len(NAMES)
    assert all(run["tool"]["driver"]["rules"][each["ruleIndex"]]["id"] == each["ruleId"] for each in run["results"])
    assert [each.get("name") for each in suites] == ["steady.org", "parler.com", "steady.org"]
    assert int(suites.get("tests")) == sum(int(each.get("tests")) for each in suites)
    assert len({each["fingerprint"] for each in entries}) == len(entries)
    assert len([line for line in metrics if line.startswith("# TYPE ")]) == len(
        {line.split("{")[0] for line in metrics if not line.startswith("#")}
    )


def test_a_list_for_people(capsys, listed):
    page, table = shown(capsys, listed, "--format", "markdown"), shown(capsys, listed)

    assert page.splitlines()[2].startswith("| ❌ fails | steady.org | down | 0 |")
    assert page.count("\n## ") == len(NAMES)
    assert table.startswith("3 sites")


def test_what_is_left_out_and_what_cannot_be_is_said(capsys, listed, here):
    assert cli.run(["convert", listed]) == Exit.PASS
    assert "without a report in list.jsonl: x.com" in capsys.readouterr().err
    assert cli.run(["convert", listed, "--format", "cyclonedx"]) == Exit.USAGE
    assert "holds one site, not a list" in capsys.readouterr().err
    (here / "none.jsonl").write_text('{"type": "summary"}\n')
    assert cli.run(["convert", "none.jsonl"]) == Exit.NOTHING_TO_SCAN
