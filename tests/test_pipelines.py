"""What others put into their pipelines: it runs, keeps the exit code, and nothing from outside becomes a command."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from importlib import metadata

import pytest
import yaml
from helpers import ROOT
from helpers.runners import commands
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from hostaudit.report import names
from hostaudit.report.formats.prom import METRICS

SCRIPT = ROOT / ".ci" / "action.sh"
PARLER = ROOT / "examples" / "parler-2021" / "evidence.json"
WORKFLOWS = sorted([*ROOT.glob(".github/workflows/*.yml"), *ROOT.glob("examples/workflows/*.yml")])
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # \S+")


def parsed(path):
    return yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)


def steps(document):
    if "runs" in document:
        return document["runs"]["steps"]
    return [each for job in document["jobs"].values() for each in job["steps"]]


# -- what is written down -----------------------------------------------------------------------------


@pytest.mark.parametrize("path", [ROOT / "action.yml", *WORKFLOWS], ids=lambda path: path.name)
def test_no_script_holds_an_expression_and_every_action_is_pinned(path):
    for step in steps(parsed(path)):
        assert "${{" not in step.get("run", "").replace("${{ matrix.", "")
    used = re.findall(r"uses: (.+)", path.read_text("utf-8"))
    assert all(each == "./" or PINNED.fullmatch(each) for each in used), used


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_ask_for_as_little_as_they_can(path):
    document = parsed(path)

    assert document["permissions"] == {}
    assert not {"pull_request_target", "workflow_run"} & set(document["on"])
    assert all(set(job["permissions"].values()) <= {"read", "write"} for job in document["jobs"].values())
    written = {name for job in document["jobs"].values() for name, how in job["permissions"].items() if how == "write"}
    assert written <= ({"id-token", "attestations"} if path.name == "release.yml" else {"security-events"})
    checkouts = [each for each in steps(document) if each.get("uses", "").startswith("actions/checkout@")]
    assert all(each["with"]["persist-credentials"] == "false" for each in checkouts)
    assert "secrets." not in path.read_text("utf-8")


def test_a_release_is_checked_before_it_is_built_and_published_by_a_job_that_runs_no_code_of_ours():
    jobs = parsed(ROOT / ".github/workflows/release.yml")["jobs"]
    asked = {name: {each for each, how in job["permissions"].items() if how == "write"} for name, job in jobs.items()}

    assert (jobs["build"]["needs"], jobs["publish"]["needs"]) == ("check", "build")
    assert any(".ci/release-check" in each.get("run", "") for each in jobs["check"]["steps"])
    assert asked == {"check": set(), "build": {"id-token", "attestations"}, "publish": {"id-token"}}
    assert jobs["publish"]["environment"]
    assert not any("run" in each or "checkout" in each["uses"] for each in jobs["publish"]["steps"])


def test_the_hooks_of_contributors_use_the_ruff_that_is_pinned():
    used = {each["repo"]: each.get("rev") for each in parsed(ROOT / ".pre-commit-config.yaml")["repos"]}
    (pinned,) = re.findall(r"^ruff==(\S+)", (ROOT / "constraints.txt").read_text("utf-8"), re.MULTILINE)

    assert used["https://github.com/astral-sh/ruff-pre-commit"] == f"v{pinned}"


def test_one_and_the_same_action_is_pinned_alike_everywhere():
    pins: dict[str, set[str]] = {}
    for path in (ROOT / "action.yml", *WORKFLOWS):
        for action, pin in re.findall(r"uses: ([\w./-]+)@(\S+)", path.read_text("utf-8")):
            pins.setdefault(action, set()).add(pin)

    assert all(len(each) == 1 for each in pins.values()), pins


def test_every_input_of_the_action_reaches_its_script_through_the_environment():
    action = parsed(ROOT / "action.yml")
    passed = next(each["env"] for each in steps(action) if each.get("id") == "scan")
    needed = set(re.findall(r"INPUT_[A-Z_]+", SCRIPT.read_text("utf-8")))

    assert set(passed) == needed
    given = {each.strip("${} ").removeprefix("inputs.") for each in passed.values()}
    assert given == set(action["inputs"]) - {"python-version"}
    assert set(action["outputs"]) == set(re.findall(r"^output ([a-z-]+) ", SCRIPT.read_text("utf-8"), re.MULTILINE))
    assert all(each.get("shell") for each in steps(action) if "run" in each)


def test_the_formats_that_examples_ask_for_exist():
    text = (ROOT / "examples/ci/gitlab.yml").read_text("utf-8")
    asked = set(re.findall(r"-o (\w+)=", text)) | set(
        parsed(ROOT / "action.yml")["inputs"]["formats"]["default"].split()
    )

    assert asked <= set(names())
    assert "markdown" in names()


def test_the_hook_checks_only_the_policy():
    (hook,) = parsed(ROOT / ".pre-commit-hooks.yaml")

    assert hook["entry"] == "hostaudit policy check"
    for name, wanted in (("hostaudit.yaml", True), ("sites/.hostaudit.yml", True), ("my-hostaudit.yaml", False)):
        assert bool(re.search(hook["files"], name)) is wanted


def test_the_image_is_pinned_and_runs_as_nobody_in_particular():
    lines = (ROOT / "examples/docker/Dockerfile").read_text("utf-8").splitlines()
    bases = [line.split()[1] for line in lines if line.startswith("FROM ")]

    assert all(re.fullmatch(r"python:[\w.-]+@sha256:[0-9a-f]{64}", each) for each in bases)
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users
    assert users[-1].split(":")[0] not in ("root", "0")
    assert not any(line.startswith(("ADD ", "ENV PASSWORD")) for line in lines)
    copied = {
        part for line in lines if line.startswith("COPY ") and "--from" not in line for part in line.split()[1:-1]
    }
    assert all((ROOT / each).exists() for each in copied)


# -- metrics ------------------------------------------------------------------------------------------


def expressions():
    rules = parsed(ROOT / "examples/prometheus/hostaudit.rules.yml")
    for group in rules["groups"]:
        yield from (rule["expr"] for rule in group["rules"])
    dashboard = json.loads((ROOT / "examples/grafana/hostaudit.json").read_text("utf-8"))
    for panel in dashboard["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    yield from (each["query"]["query"] for each in dashboard["templating"]["list"] if each["type"] == "query")


def test_every_metric_and_label_of_dashboard_and_rules_exists():
    for text in expressions():
        used = re.findall(r"(hostaudit_[a-z_]+)(?:\{([^}]*)\})?", text)
        assert used, text
        for name, selector in used:
            assert name in METRICS, name
            labels = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", selector))
            assert labels <= set(METRICS[name][1]), (name, labels)
        for grouped in re.findall(r"\b(?:by|on) \(([^)]*)\)", text):
            known = set.union(*(set(METRICS[name][1]) for name, _ in used))
            assert {each.strip() for each in grouped.split(",")} <= known, text


def test_labels_in_the_words_of_alerts_are_those_of_their_series():
    for group in parsed(ROOT / "examples/prometheus/hostaudit.rules.yml")["groups"]:
        for rule in group["rules"]:
            (first, *_) = re.findall(r"hostaudit_[a-z_]+", rule["expr"])
            words = " ".join(rule["annotations"].values())
            assert set(re.findall(r"\$labels\.(\w+)", words)) <= set(METRICS[first][1]), rule["alert"]


def test_unknown_is_grey_and_the_source_of_the_data_is_a_variable():
    text = (ROOT / "examples/grafana/hostaudit.json").read_text("utf-8")
    dashboard = json.loads(text)
    shown = re.findall(r'"color": "([^"]+)",\s*(?:"index": \d+,\s*)?"text": "(?:unknown|inconclusive)"', text)

    assert dashboard["templating"]["list"][0]["type"] == "datasource"
    assert all(panel["datasource"]["uid"] == "${source}" for panel in dashboard["panels"])
    assert shown
    assert set(shown) == {"#808080"}
    places = [(each["gridPos"]["x"], each["gridPos"]["y"]) for each in dashboard["panels"]]
    assert len(set(places)) == len({each["id"] for each in dashboard["panels"]}) == len(places)


# -- the script of the action -------------------------------------------------------------------------

FAKE = """#!/usr/bin/env bash
printf '%s\\n' "$@" >>"$ARGUMENTS"
printf -- '--\\n' >>"$ARGUMENTS"
for each in "$@"; do
  case $each in markdown=*) printf '## %s\\n' "$SAYS" >"${each#markdown=}" ;; *=*/hostaudit-*) : >"${each#*=}" ;; esac
done
printf '::error::%s\\n' "$SAYS"
domain=${@: -1}
case $domain in fail*) exit 1 ;; dark*) exit 3 ;; broken*) exit 4 ;; wrong*) exit 2 ;; *) exit 0 ;; esac
"""


class Ran:
    """What a run of the script left."""

    def __init__(self, folder, result):
        self.code, self.stdout, self.stderr = result.returncode, result.stdout, result.stderr
        self.summary = (folder / "summary").read_text()
        self.arguments = (folder / "arguments").read_text() if (folder / "arguments").exists() else ""
        self.outputs = {}
        lines = (folder / "output").read_text().split("\n")
        while len(lines) > 1:
            name, delimiter = lines.pop(0).split("<<")
            end = lines.index(delimiter)
            self.outputs[name] = "\n".join(lines[:end])
            lines = lines[end + 1 :]


@pytest.fixture
def run(tmp_path):
    fake = tmp_path / "fake"
    fake.write_text(FAKE)
    fake.chmod(0o755)

    def go(command=fake, says="all is well", **inputs):
        for name in ("summary", "output"):
            (tmp_path / name).write_text("")
        environment = {f"INPUT_{name.upper()}": str(value) for name, value in inputs.items()} | {
            "PATH": os.environ["PATH"],
            "HOSTAUDIT": str(command),
            "ARGUMENTS": str(tmp_path / "arguments"),
            "SAYS": says,
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
            "GITHUB_OUTPUT": str(tmp_path / "output"),
            "PYTHONPATH": str(ROOT),
        }
        result = subprocess.run(
            ["bash", SCRIPT], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
        )
        return Ran(tmp_path, result)

    return go


@pytest.mark.parametrize(
    ("domain", "code"), [("good.com", 0), ("fail.com", 1), ("wrong", 2), ("dark.com", 3), ("broken.com", 4)]
)
def test_the_exit_code_is_kept_and_told(run, domain, code):
    ran = run(domain=domain)

    assert (ran.code, ran.outputs) == (
        code,
        {"exit-code": str(code), "verdicts": f"{domain} {code}", "folder": "hostaudit-results"},
    )
    assert ran.summary == "## all is well\n\n"


def test_inputs_become_options_whole_and_nothing_else(run, tmp_path):
    evil = "x.com; touch owned $(touch owned) `touch owned` ${IFS}"
    ran = run(domain=evil, policy="a b.yaml", fail_on="high", unknown="fail", formats="json junit gitlab", folder="out")
    arguments = ran.arguments.split("\n")
    written = {"json=out/hostaudit-1.json", "junit=out/hostaudit-1.junit.xml", "gitlab=out/hostaudit-1.gitlab.json"}

    assert arguments[:5] == ["scan", "--quiet", "--no-progress", "--color", "never"]
    assert arguments[5:8] == ["--policy=a b.yaml", "--fail-on=high", "--unknown=fail"]
    assert arguments[arguments.index("--") + 1] == evil
    assert written <= set(arguments)
    assert not (tmp_path / "owned").exists()


def test_a_domain_that_looks_like_an_option_is_none(run):
    arguments = run(domain="--help").arguments.split("\n")

    assert arguments[arguments.index("--help") - 1] == "--"


def test_of_many_domains_the_gravest_code_counts(run, tmp_path):
    targets = tmp_path / "targets.txt"
    targets.write_text("# all of ours\n\n good.com   # the shop\r\nfail.com\ndark.com")
    ran = run(targets=targets)

    assert (ran.code, ran.outputs["verdicts"]) == (1, "good.com 0\nfail.com 1\ndark.com 3")
    assert ran.summary.count("all is well") == 3
    for name, code in (
        ("dark.com\nbroken.com\nfail.com\n", 4),
        ("good.com\ndark.com\n", 3),
        ("wrong\nbroken.com\n", 2),
    ):
        targets.write_text(name)
        assert run(targets=targets).code == code


def test_what_is_printed_and_written_is_no_command_to_the_runner(run):
    says = "x\n::error::owned\nexit-code<<end\n0\nend"
    ran = run(domain="fail.com", says=says)

    assert list(obeyed(ran.stdout)) == []
    assert list(obeyed(f"{ran.stdout}::error::after")) == ["github: error"]
    assert ran.outputs["exit-code"] == "1"


def obeyed(log):
    """The commands that GitHub's runner obeys in a log: none between ``stop-commands`` and the word given to it."""
    word = None
    for line in log.splitlines():
        found = list(commands(line))
        if word is None and line.startswith("::stop-commands::"):
            word = line.removeprefix("::stop-commands::")
        elif word is None:
            yield from found
        elif line == f"::{word}::":
            word = None


def test_commands_are_stopped_by_another_word_each_time_and_begin_again_whatever_happens(run, tmp_path):
    words = [re.findall("^::stop-commands::(resume-[0-9a-f]{32})$", run(domain="a.com").stdout, re.M) for _ in "ab"]
    gone = run(command=tmp_path / "gone", domain="a.com")

    assert words[0] != words[1]
    assert all(len(each) == 1 for each in words)
    assert gone.code == 4
    assert list(obeyed(f"{gone.stdout}::error::after")) == ["github: error"]


def test_a_pattern_among_the_formats_is_no_list_of_files(run, tmp_path):
    (tmp_path / "json").touch()
    arguments = run(domain="a.com", formats="js*\n sarif").arguments

    assert "js*=hostaudit-results/hostaudit-1.js*" in arguments
    assert "sarif=hostaudit-results/hostaudit-1.sarif" in arguments
    assert "json=" not in arguments


def test_all_that_the_action_installs_has_a_hash_and_is_what_the_constraints_pin():
    install = next(
        each["run"] for each in steps(parsed(ROOT / "action.yml")) if each.get("name") == "Install hostaudit"
    )
    fetching, building = [line for line in install.splitlines() if " install " in line]
    lock = (ROOT / ".ci/action-lock.txt").read_text("utf-8")
    pins = [line for line in lock.splitlines() if line[:1] not in ("#", " ")]
    constraints = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    needed = [*project["project"]["dependencies"], *project["build-system"]["requires"]]

    assert "--require-hashes" in fetching
    assert ".ci/action-lock.txt" in fetching
    assert {"--no-index", "--no-deps", "--no-build-isolation"} <= set(building.split())
    assert {each.removesuffix(" \\") for each in pins} <= set(constraints)
    assert {canonicalize_name(re.split("[<>=]", each)[0]) for each in needed} <= {each.split("==")[0] for each in pins}
    assert all("--hash=sha256:" in entry for entry in re.split(r"\n(?=[a-z])", lock)[1:])
    assert "://" not in lock


def test_the_lock_of_the_action_holds_for_every_python_and_all_it_needs():
    """Each requirement of each locked package is locked too, for the Python that runs this and the versions it has."""
    lock = (ROOT / ".ci/action-lock.txt").read_text("utf-8")
    pins = [line.partition(" ")[0].split("==") for line in lock.splitlines() if line[:1] not in ("#", " ")]
    locked = {name for name, _ in pins}
    for name, version in pins:
        try:
            wanted = metadata.requires(name) if metadata.version(name) == version else None
        except metadata.PackageNotFoundError:
            continue
        if wanted is None:
            continue
        for each in map(Requirement, wanted):
            if each.marker is None or each.marker.evaluate({"extra": ""}):
                assert canonicalize_name(each.name) in locked, (name, each.name)


def test_a_name_cannot_end_an_output_and_begin_another(run, tmp_path):
    ran = run(domain="fail.com\nend-0\nexit-code<<end\n0\nend")

    assert (ran.code, ran.outputs["exit-code"]) == (1, "1")


def test_a_summary_stays_below_what_github_takes(run, tmp_path):
    targets = tmp_path / "targets.txt"
    targets.write_text("good.com\n" * 12)
    ran = run(targets=targets, says="x" * 100_000)

    assert 500_000 < len(ran.summary) < 1024 * 1024
    assert run(domain="good.com", summary="false").summary == ""


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({}, 2),
        ({"domain": "a.com", "targets": "b.txt"}, 2),
        ({"targets": "gone"}, 2),
        ({"targets": "empty"}, 5),
        ({"domain": "a.com", "folder": "empty/folder"}, 2),
    ],
)
def test_what_cannot_be_meant_is_refused(run, inputs, code, tmp_path):
    (tmp_path / "empty").touch()
    ran = run(**inputs)

    assert (ran.code, ran.outputs) == (code, {"exit-code": str(code)})
    assert "error: " in ran.stderr


def test_the_real_command_fails_passes_and_leaves_its_files(run, tmp_path):
    command = tmp_path / "hostaudit"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m hostaudit "$@"\n')
    command.chmod(0o755)
    passed = run(command=command, domain=PARLER)
    failed = run(command=command, domain=PARLER, fail_on="high", folder="strict")

    assert (passed.code, failed.code) == (0, 1), passed.stdout + failed.stdout
    assert "Amazon alone can take down" in passed.summary
    assert "Amazon alone can take down" in passed.stdout
    assert json.loads((tmp_path / "strict/hostaudit-1.json").read_text())["verdict"] == "fail"
    assert json.loads((tmp_path / "strict/hostaudit-1.sarif").read_text())["version"] == "2.1.0"
