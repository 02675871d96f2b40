"""The command, and every command that takes evidence with evidence of several places."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers.command import hostaudit
from helpers.several_places import geo_split, in_two_places
from helpers.sites import in_pairs
from msgspec import structs

from hostaudit.documents.evidence_file import encode_evidence, read_evidence

TESTS = """
version: 1
policy: hostaudit.yaml
tests:
  - {name: both, evidence: merged.json, day: 2021-01-10, verdict: fail, rules: {cdn.deny: fail}}
"""
POLICY = """
version: 1
policy: {roles: {cdn: {deny: [fastly]}}}
"""


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """A folder with the looks of two places, and both merged."""
    monkeypatch.chdir(tmp_path)
    for name, edge in (("tokyo", "cloudflare"), ("paris", "fastly")):
        file = geo_split(edge=edge).file()
        named = structs.replace(file, run=structs.replace(file.run, vantage=name))
        (tmp_path / f"{name}.json").write_bytes(encode_evidence(named))
        (tmp_path / f"unnamed-{name}.json").write_bytes(encode_evidence(file))
    (tmp_path / "other.json").write_bytes(encode_evidence(in_pairs().file()))
    (tmp_path / "merged.json").write_bytes(encode_evidence(in_two_places()))
    return tmp_path


def test_looks_with_names_are_merged(here):
    done = hostaudit("merge", "tokyo.json", "paris.json", "-o", "new.json")

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "hostaudit: evidence of geosplit.org from 2 places (paris, tokyo) written to new.json\n"
    assert read_evidence(str(here / "new.json")) == in_two_places()


def test_names_can_be_given(here):
    done = hostaudit("merge", "--as", "tokyo=unnamed-tokyo.json", "--as", "paris=unnamed-paris.json", "-o", "new.json")

    assert done.returncode == 0, done.stderr
    assert read_evidence(str(here / "new.json")) == in_two_places()


def test_without_a_file_it_goes_to_standard_output(here):
    done = hostaudit("merge", "tokyo.json", "paris.json")

    assert done.stdout.encode() == encode_evidence(in_two_places())


def test_looks_that_lie_far_apart_are_noted(here):
    late = json.loads(Path("tokyo.json").read_text())
    late["run"]["started"] = "2021-01-12T12:00:00Z"
    Path("late.json").write_text(json.dumps(late))

    assert (
        "paris looked 3.5 days before tokyo" in hostaudit("merge", "late.json", "paris.json", "-o", "new.json").stderr
    )
    assert hostaudit("merge", "late.json", "paris.json", "-o", "new.json", "-q").stderr == ""


@pytest.mark.parametrize(
    ("given", "error", "hint"),
    [
        ((), "0 looks are given", "give the evidence of 2 to 32 places"),
        (("tokyo.json",), "1 look is given", "give the evidence of 2 to 32 places"),
        (("tokyo.json", "unnamed-paris.json"), "unnamed-paris.json does not say from which", "--as NAME=unnamed-paris"),
        (("tokyo.json", "tokyo.json"), "two looks are from the place tokyo", "--as NAME=FILE"),
        (("merged.json", "tokyo.json"), "two looks are from the place tokyo", "--as NAME=FILE"),
        (("tokyo.json", "--as", "x=other.json"), "tokyo looked at geosplit.org, x at steady.org", "compare"),
        (("tokyo.json", "--as", "x=merged.json"), "merged.json is evidence of several places", "without a name"),
        (("tokyo.json", "--as", "paris.json"), "--as paris.json is not NAME=FILE", "--as tokyo=tokyo.json"),
        (("tokyo.json", "--as", "a b=paris.json"), "'a b' is not the name of a place", "tokyo or eu-west-1"),
        (("tokyo.json", "paris.json", "-o", "paris.json"), "output file paris.json is also the input", "another file"),
        (("tokyo.json", "nothing.json"), "nothing.json cannot be read", "the path of an evidence file"),
        (("-", "-"), "standard input cannot be two looks", "give files"),
    ],
    ids=["none", "one", "unnamed", "twice", "twice in merged", "sites", "several", "pair", "name", "over", "none", "-"],
)
def test_what_cannot_be_merged_is_refused_with_a_hint(here, given, error, hint):
    done = hostaudit("merge", *given)

    assert done.returncode == 2
    assert error in done.stderr
    assert hint in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("analyse", "merged.json"),
        ("scan", "merged.json", "-v"),
        ("convert", "merged.json", "--format", "markdown"),
        ("convert", "merged.json", "--format", "csv"),
        ("convert", "merged.json", "--format", "sarif"),
        ("convert", "merged.json", "--format", "prom"),
        ("convert", "merged.json", "--format", "junit"),
        ("convert", "merged.json", "--format", "gitlab"),
        ("convert", "merged.json", "--format", "cyclonedx"),
        ("whatif", "merged.json", "--drop", "fastly"),
        ("whatif", "merged.json", "--scenario", "fastly-2021"),
        ("whatif", "merged.json", "--all"),
        ("fallbacks", "merged.json"),
        ("explain", "score", "merged.json"),
        ("explain", "graph", "merged.json"),
        ("diff", "merged.json", "merged.json"),
        ("diff", "tokyo.json", "merged.json"),
        ("policy", "init", "merged.json", "-o", "-"),
    ],
    ids=lambda command: " ".join(command),
)
def test_every_command_takes_evidence_of_several_places(here, command):
    done = hostaudit(*command)

    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_a_report_on_several_places_is_as_good_as_its_evidence(here):
    assert hostaudit("analyse", "merged.json", "-o", "report.json").returncode == 0
    of_report = hostaudit("whatif", "report.json", "--drop", "fastly", "--format", "json")
    of_evidence = hostaudit("whatif", "merged.json", "--drop", "fastly", "--format", "json")

    assert of_report.returncode == 0, of_report.stderr
    left = {"run"}
    assert {k: v for k, v in json.loads(of_report.stdout).items() if k not in left} == {
        k: v for k, v in json.loads(of_evidence.stdout).items() if k not in left
    }


def test_a_policy_is_tested_on_several_places(here):
    Path("hostaudit.yaml").write_text(POLICY)
    Path("tests.yaml").write_text(TESTS)

    assert hostaudit("policy", "test", "tests.yaml").returncode == 0
    assert hostaudit("analyse", "merged.json").returncode == 1


def test_a_history_keeps_runs_of_several_places(here):
    for file in ("tokyo.json", "merged.json", "merged.json"):
        assert hostaudit("analyse", file, "--no-site", "--history", "h.db", "-q").returncode == 0
    shown = hostaudit("history", "show", "geosplit.org", "--history", "h.db").stdout

    assert "geosplit.org" in shown
    again = hostaudit("diff", "merged.json", "merged.json", "--expect-no-changes")
    assert again.returncode == 0, again.stdout
    differ = hostaudit("diff", "tokyo.json", "merged.json").stdout
    assert "looked at from different places (tokyo, then paris, tokyo)" in " ".join(differ.split())


def test_no_metric_of_several_places_is_there_twice(here):
    lines = hostaudit("convert", "merged.json", "--format", "prom").stdout.splitlines()
    series = [line.rpartition(" ")[0] for line in lines if not line.startswith("#")]

    assert len(series) == len(set(series))


def test_a_scan_says_from_where_it_looks(here):
    done = hostaudit("scan", "example.com", "--vantage", "not a name")

    assert done.returncode == 2
    assert "--vantage is 'not a name'" in done.stderr
