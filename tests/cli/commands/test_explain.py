"""A report, evidence and the file of a list are explained, simulated and judged alike, each site for itself."""

from __future__ import annotations

import json

import pytest
from helpers import ROOT
from helpers.command import PARLER, PARLER_REPORT

from hostaudit import cli
from hostaudit.errors import Exit

CORPUS = ROOT / "tests" / "corpus"
NAMES = ("in-pairs", "parler-2021", "expired-certificate")
DOMAINS = ["steady.org", "parler.com", "steady.org"]


@pytest.fixture
def listed(here) -> str:
    rows = [json.loads((CORPUS / f"{each}.json").read_text("utf-8")) for each in NAMES]
    (here / "list.jsonl").write_text("".join(f"{json.dumps(each)}\n" for each in rows), "utf-8")
    return "list.jsonl"


def lines(capsys, *arguments: str, code: int = Exit.PASS) -> list[dict]:
    assert cli.run([*arguments, "--format", "jsonl", "-q"]) == code
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("explain", "score"), ()),
        (("whatif",), ("--drop", "amazon")),
        (("whatif",), ("--scenario", "parler-2021")),
        (("whatif",), ("--all",)),
        (("fallbacks",), ()),
    ],
)
def test_each_site_of_a_list_is_answered_as_it_would_be_alone(capsys, here, listed, before, after):
    answers = lines(capsys, *before, listed, *after)

    assert [each["target"]["domain"] for each in answers] == DOMAINS
    assert answers[1] == lines(capsys, *before, PARLER_REPORT, *after)[0]


@pytest.mark.parametrize("command", ["analyse", "scan"])
def test_the_reports_of_a_list_are_judged_anew_as_alone(capsys, listed, command):
    answers = lines(capsys, command, listed, "--fail-on", "high", code=Exit.FAIL)

    assert [each["target"]["domain"] for each in answers] == DOMAINS
    assert answers[1] == lines(capsys, "analyse", PARLER_REPORT, "--fail-on", "high", code=Exit.FAIL)[0]


def test_a_fault_tree_is_that_of_evidence_or_of_a_report_that_has_it(capsys, here, listed):
    assert cli.run(["analyse", PARLER, "--with-graph", "--format", "jsonl", "-o", "with.jsonl", "-q"]) == Exit.PASS
    with_graph = lines(capsys, "explain", "graph", "with.jsonl")

    assert with_graph == lines(capsys, "explain", "graph", PARLER)
    assert cli.run(["explain", "graph", listed]) == Exit.USAGE
    assert "the report of steady.org in list.jsonl is without its fault tree" in capsys.readouterr().err


def test_one_loss_at_many_sites_is_a_table(capsys, listed):
    assert cli.run(["whatif", listed, "--drop", "amazon", "-q"]) == Exit.PASS
    shown = capsys.readouterr().out.splitlines()

    assert shown[0] == "1 of 3 sites lose a function"
    assert shown[1].split()[:3] == ["parler.com", "15", "d"]
    assert "not working now in part, before any of this: steady.org" in shown


def test_what_is_about_one_site_is_refused_for_many(capsys, here, listed):
    assert cli.run(["policy", "init", listed, "-o", "-"]) == Exit.USAGE
    assert "list.jsonl is a list of 3 sites, and one is needed" in capsys.readouterr().err
    assert cli.run(["analyse", listed, "--fail-on", "high", "--baseline", PARLER_REPORT]) == Exit.USAGE
    assert "--baseline cannot be used with a list" in capsys.readouterr().err
    assert cli.run(["whatif", listed, "--all", "--save-evidence", "e.json"]) == Exit.USAGE
    assert "--save-evidence cannot be used with a list" in capsys.readouterr().err
    assert cli.run(["explain", "score", listed, "--format", "json"]) == Exit.USAGE
    assert "format json holds one site, not a list" in capsys.readouterr().err


def test_a_policy_is_tested_against_each_site_of_a_list(capsys, here, listed):
    (here / "hostaudit.yaml").write_text("version: 1\npolicy: {min_score: 40}\n", "utf-8")
    test = "version: 1\npolicy: hostaudit.yaml\ntests:\n"
    for name, file in (("many", listed), ("report", PARLER_REPORT), ("evidence", PARLER)):
        test += f"  - {{name: {name}, evidence: {file}, day: 2021-01-09, verdict: fail, rules: {{score.min: fail}}}}\n"
    (here / "tests.yaml").write_text(test, "utf-8")

    assert cli.run(["policy", "test", "tests.yaml", "--format", "json"]) == Exit.FAIL
    trials = json.loads(capsys.readouterr().out)["tests"]
    assert [each["domain"] for each in trials] == [*DOMAINS, "", ""]
    assert [bool(each["differs"]) for each in trials] == [True, False, False, False, False]
    assert cli.run(["policy", "test", "tests.yaml"]) == Exit.FAIL
    assert "tests.yaml: many, steady.org" in capsys.readouterr().out
