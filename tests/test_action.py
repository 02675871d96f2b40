"""The action's steps as GitHub runs them: four ends of a run, a list of 20, inputs, outputs, a change and its base."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import jsonschema
import pytest
from helpers import ROOT
from helpers.action_steps import ACTION, TOKEN, Runner, obeyed, pull_request
from helpers.command import PARLER
from helpers.judging import POLICIES, SILENT
from helpers.saved_lists import records_of, shipped_sites

TWENTY = shipped_sites()[:20]
TWO_DNS = str(POLICIES / "two-dns-operators.yaml")
TWO_OPERATORS = str(ROOT / "examples" / "history" / "dyn-2016-two-operators" / "evidence.json")
SARIF = jsonschema.Draft7Validator(json.loads((ROOT / "tests/report/schemas/sarif-2.1.0.json").read_text("utf-8")))
DNS = "version: 1\npolicy:\n  roles: {dns: {min_providers: 2}}\n"


@pytest.fixture
def runner(tmp_path):
    return Runner(tmp_path)


def results(ran) -> list[dict]:
    log = json.loads(ran.result("hostaudit.sarif").read_text("utf-8"))
    SARIF.validate(log)
    return log["runs"][0]["results"]


# -- four ends, and a list --------------------------------------------------------------------------------

CASES = {
    "first run without a policy": (PARLER, {}, 0, "ℹ️ not judged", ""),
    "pass": (TWO_OPERATORS, {"policy": TWO_DNS}, 0, "✅ passes", ""),
    "fail": (PARLER, {"policy": TWO_DNS}, 1, "❌ fails", "error"),
    "inconclusive": (str(SILENT), {"policy": TWO_DNS}, 3, "❔ unclear", "error"),
}


@pytest.mark.parametrize("case", CASES)
def test_four_ends_of_a_run(runner, case):
    domain, inputs, code, word, annotated = CASES[case]
    ran = runner.run(domain=domain, formats="sarif json junit gitlab csv", **inputs)
    (record,) = ran.records()
    lines = ran.summary.splitlines()

    assert (ran.code, ran.outputs["scan"]["exit-code"]) == (code, str(code)), ran.log
    assert ran.outputs["scan"]["verdicts"] == f"{record['target']['domain']} {code}"
    assert ran.outputs["scan"]["sarif"] == "hostaudit-results/hostaudit.sarif"
    assert lines[0].startswith("| Verdict | Site |")
    assert lines[2].startswith(f"| {word} | {record['target']['domain']} |")
    assert results(ran) or case == "pass"
    assert json.loads(ran.result("hostaudit.json").read_text())["verdict"] == record["verdict"]
    assert sorted(obeyed(ran.log)) == ([f"github: {annotated}"] if annotated else [])
    assert [each.name for each in runner.work.iterdir()] == ["hostaudit-results"]
    if not inputs:
        assert {each["level"] for each in results(ran)} <= {"note", "warning"}
        assert "hostaudit policy init parler.com" in ran.summary


def test_a_list_of_twenty_is_one_process_with_one_table(runner):
    (runner.work / "all.jsonl").write_text(records_of(TWENTY))
    ran = runner.run(domain="all.jsonl", policy=TWO_DNS, formats="sarif junit gitlab csv prom")
    rows = ran.summary.split("\n\n")[0].splitlines()[2:]
    codes = dict(line.split() for line in ran.outputs["scan"]["verdicts"].splitlines())
    verdicts = [row.split(" | ")[0] for row in rows]

    assert (len(TWENTY), len(rows), len(codes), ran.code) == (20, 20, 20, 1), ran.log
    assert {each["properties"]["standing"] for each in results(ran)} >= {"fail"}
    assert verdicts == sorted(verdicts, key=["| ❌ fails", "| ❔ unclear", "| ✅ passes"].index)
    assert sum(code == "1" for code in codes.values()) == verdicts.count("| ❌ fails") > 0
    assert sum(code == "0" for code in codes.values()) == verdicts.count("| ✅ passes") > 0
    assert ran.log.count("without network") == 1
    assert len(ran.log.splitlines()) < 120


# -- inputs and outputs -----------------------------------------------------------------------------------

FAKE = """#!/usr/bin/env bash
printf '%s\\n' "$@" --- >>"$RUNNER_TEMP/arguments"
env >>"$RUNNER_TEMP/environment"
printf '::error::%s\\n' "$SAYS"
[ "$1" = scan ] && printf '%s' "$RECORDS" >"${RESULTS:-hostaudit-results}/hostaudit.jsonl"
[ "$1" = scan ] && exit "${CODE:-0}"
for each in "$@"; do case $each in *=*) printf '%s' "$SAYS" >"${each#*=}" ;; esac; done
"""


@pytest.fixture
def faked(tmp_path):
    command = tmp_path / "fake"
    command.write_text(FAKE)
    command.chmod(0o755)
    return Runner(tmp_path, command)


def record(domain: str, verdict: str = "pass") -> str:
    return json.dumps({"target": {"domain": domain}, "verdict": verdict, "run": {}}) + "\n"


def arguments(ran) -> list[list[str]]:
    """The words of each process."""
    return [each.strip("\n").split("\n") for each in (ran.folder / "arguments").read_text().split("---\n")[:-1]]


def test_inputs_become_options_whole_and_nothing_else(faked):
    evil = "x.com; touch owned $(touch owned) `touch owned` ${IFS}"
    ran = faked.run(
        domain=evil, policy="a b.yaml", site="s.yaml", fail_on="high", unknown="fail", baseline="b.json",
        args="--deadline 90 --host 'a b; touch owned'", formats="json junit", extra={"RECORDS": record("x.com")},
    )  # fmt: skip
    scan, convert = arguments(ran)

    assert scan[:4] == ["scan", "--no-progress", "--color", "never"]
    assert scan[4:9] == [
        "--policy=a b.yaml", "--site=s.yaml", "--fail-on=high", "--unknown=fail", "--baseline=b.json"
    ]  # fmt: skip
    assert scan[9:13] == ["--deadline", "90", "--host", "a b; touch owned"]
    assert scan[13:] == ["-o", "jsonl=hostaudit-results/hostaudit.jsonl", "--", evil]
    assert {"json=hostaudit-results/hostaudit.json", "junit=hostaudit-results/hostaudit.xml"} <= set(convert)
    assert not list(faked.folder.rglob("owned"))


def test_a_list_is_one_scan_and_one_conversion(faked):
    (faked.work / "list").write_text("a.com\nb.com\nc.com\n")
    lines = (
        record("a.com") + record("b.com", "inconclusive") + '{"type":"failed","domain":"c.com"}\n{"type":"summary"}\n'
    )
    ran = faked.run(targets="list", extra={"RECORDS": lines, "CODE": "4"})
    scan, convert = arguments(ran)

    assert scan[-2:] == ["--list", "list"]
    assert convert[:2] == ["convert", "hostaudit-results/hostaudit.jsonl"]
    assert (ran.code, ran.outputs["scan"]["verdicts"]) == (4, "a.com 0\nb.com 3\nc.com 4")


def test_a_domain_that_looks_like_an_option_is_none(faked):
    (scan, *_) = arguments(faked.run(domain="--help", extra={"RECORDS": record("x.com")}))

    assert scan[-2:] == ["--", "--help"]


@pytest.mark.parametrize("code", [0, 1, 3, 4, 130])
def test_the_exit_code_is_kept(faked, code):
    ran = faked.run(domain="x.com", extra={"CODE": str(code), "RECORDS": record("x.com")})

    assert (ran.code, ran.outputs["scan"]["exit-code"]) == (code, str(code))


def test_what_is_printed_and_written_is_no_command_to_the_runner(faked):
    says = "x\n::error::owned\nexit-code<<end\n0\nend"
    ran = faked.run(domain="x.com", extra={"SAYS": says, "CODE": "1", "RECORDS": record(f"a.com\nend\n{says}", "fail")})
    other = faked.run(domain="x.com", extra={"SAYS": says, "RECORDS": record("a.com")})

    assert "::error::owned" in ran.log
    assert obeyed(ran.log) == ["github: error"]
    assert ran.log.splitlines()[-1] == "::error title=hostaudit::a site fails: the job summary tells which and why"
    assert obeyed(other.log) == []
    assert ran.outputs["scan"]["exit-code"] == "1"
    words = [re.findall("^::stop-commands::(resume-[0-9a-f]{32})$", each.log, re.MULTILINE) for each in (ran, other)]
    assert words[0] != words[1]
    assert all(len(each) == 1 for each in words)


def test_no_process_that_hears_a_site_has_a_token(faked):
    faked.run("before", "scan", domain="x.com", event=pull_request(), extra={"RECORDS": record("x.com")})

    assert TOKEN not in (faked.folder / "environment").read_text()
    assert "GITHUB_TOKEN" not in next(each["env"] for each in ACTION["runs"]["steps"] if each.get("id") == "scan")


@pytest.mark.parametrize(
    ("inputs", "code", "said"),
    [
        ({}, 2, "give domain or targets"),
        ({"domain": "a.com", "targets": "list"}, 2, "not both"),
        ({"domain": "a.com", "formats": "sarif nonsense"}, 2, "'nonsense' is not known"),
        ({"targets": "list", "formats": "cyclonedx"}, 2, "one site, not a list"),
        ({"domain": "a.com", "args": "--host 'a"}, 2, "cannot be split"),
        ({"domain": "a.com", "folder": "file/x"}, 2, "cannot be made"),
        ({"targets": "gone"}, 2, "cannot be read"),
        ({"targets": "empty"}, 5, "no domain to scan"),
        ({"domain": "nonsense.notatld"}, 2, "not a known top-level domain"),
        ({"domain": "a.com", "policy": "gone.yaml"}, 2, "gone.yaml"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_said(runner, inputs, code, said):
    for name in ("file", "empty"):
        (runner.work / name).touch()
    (runner.work / "list").write_text("a.com\n")
    ran = runner.run(**inputs)

    assert (ran.code, ran.outputs["scan"]) == (code, {"exit-code": str(code)}), ran.log
    assert said in ran.log
    assert ran.summary == f"**hostaudit could not run: the log has the reason** (exit code {code}).\n"


def test_a_command_that_is_not_there_is_no_failed_site(tmp_path):
    ran = Runner(tmp_path, tmp_path / "gone").run(domain="a.com")

    assert (ran.code, obeyed(ran.log)) == (4, ["github: error"])


def test_results_of_an_earlier_run_are_not_taken_for_those_of_this_one(faked):
    faked.run(domain="x.com", extra={"RECORDS": record("x.com")})
    ran = faked.run(domain="x.com", extra={"CODE": "2"})

    assert ran.code == 2
    assert ran.outputs["scan"] == {"exit-code": "2"}


@pytest.mark.parametrize(("head", "upload"), [("owner/shop", "true"), ("stranger/shop", "false"), ("", "false")])
def test_findings_are_uploaded_unless_the_change_comes_from_a_fork(faked, head, upload):
    inputs = {"domain": "x.com", "upload": "true", "formats": "", "extra": {"RECORDS": record("x.com")}}

    assert faked.run(event=pull_request(head), **inputs).outputs["scan"]["upload"] == upload
    assert faked.run(**inputs).outputs["scan"]["upload"] == "true"
    assert faked.run(**(inputs | {"upload": "false"})).outputs["scan"]["upload"] == "false"


def test_the_summary_can_be_left_out_and_stays_below_what_github_takes(faked):
    extra = {"RECORDS": record("x.com"), "SAYS": "# told"}

    assert faked.run(domain="x.com", extra=extra).summary == "# told"
    assert faked.run(domain="x.com", summary="false", extra=extra).summary == ""


# -- a change and its base --------------------------------------------------------------------------------


def git(folder: Path, *arguments: str) -> str:
    names = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *names, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def merge(runner):
    """A project whose main has one policy, and the merge of a change with another one, as GitHub checks it out."""

    def make(before: str | None, now: str) -> dict[str, str]:
        for text, message in ((before, "before"), (now, "now")):
            (runner.work / "hostaudit.yaml").unlink(missing_ok=True)
            if text is not None:
                (runner.work / "hostaudit.yaml").write_text(text)
            if message == "before":
                git(runner.work, "init", "-q", "-b", "main")
                (runner.work / "README").write_text("x")
            else:
                git(runner.work, "checkout", "-qb", "change")
            git(runner.work, "add", "-A")
            git(runner.work, "commit", "-qm", message)
        git(runner.work, "checkout", "-q", "main")
        git(runner.work, "merge", "-q", "--no-ff", "-m", "merge", "change")
        return {"GITHUB_SHA": git(runner.work, "rev-parse", "HEAD")}

    return make


def test_a_pull_request_fails_only_on_what_it_changes(runner, merge):
    extra = merge(DNS, f"{DNS}  min_score: 90\n")
    ran = runner.run("before", "scan", domain=PARLER, event=pull_request(), extra=extra)
    (found,) = ran.records()
    rules = {each["rule"]: each["verdict"] for each in found["findings"]}

    assert (ran.code, rules) == (1, {"dns.min_providers": "", "score.min": "fail"}), ran.log
    assert "known before" in ran.summary
    assert "before the change, at" in ran.log


@pytest.mark.parametrize(
    ("before", "event", "more", "paths"),
    [
        (DNS, pull_request(), {}, {"hostaudit.yaml"}),
        (None, pull_request(), {}, set()),
        (DNS, pull_request(), {"changes_only": "false"}, None),
        (DNS, None, {}, None),
    ],
)
def test_the_files_before_are_those_of_the_first_parent_of_the_merge(runner, merge, before, event, more, paths):
    extra = merge(before, f"{DNS}# the same\n")
    ran = runner.run("before", event=event, extra=extra, **more)
    folder = ran.outputs["before"]["folder"]
    found = {each.name: each.read_text() for each in Path(folder).iterdir()} if folder else None

    assert ran.codes["before"] == 0
    assert (None if found is None else set(found)) == paths
    assert not found or found["hostaudit.yaml"] == before
