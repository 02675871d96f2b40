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
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from hostaudit.report import names
from hostaudit.report.formats.prom import METRICS

SCRIPTS = ROOT / ".ci" / "action"
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
    assert written <= (
        {"id-token", "attestations"} if path.name == "release.yml" else {"security-events", "pull-requests"}
    )
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
    ours = [each for each in steps(action) if '/.ci/action" ' in each.get("run", "")]
    passed = {each["run"].split()[-1].strip("'"): each["env"] for each in ours}
    given = {
        value.removeprefix("${{ inputs.").removesuffix(" }}")
        for env in passed.values()
        for value in env.values()
        if "inputs." in value
    }
    elsewhere = {"python-version", "update-data", "comment"}
    texts = {name: (SCRIPTS / f"{name}.py").read_text("utf-8") for name in passed}
    read = {name: set(re.findall(r'(?:given|is_on)\("([a-z-]+)"\)', text)) for name, text in texts.items()}
    read["scan"] |= set(re.findall(r'"([a-z-]+)"', re.search(r"named = \(([^)]*)\)", texts["scan"])[1]))
    read["before"] |= {"policy", "site", "targets"}

    assert set(passed) == {"data", "before", "scan", "comment"}
    assert given == set(action["inputs"]) - elsewhere
    for name, env in passed.items():
        inputs = {each.removeprefix("INPUT_").lower().replace("_", "-") for each in env if each.startswith("INPUT_")}
        assert inputs == read[name], name
    written = set(re.findall(r'output\("([a-z-]+)"', texts["scan"]))
    assert set(action["outputs"]) <= written
    assert all(each.get("shell") for each in steps(action) if "run" in each)


def test_only_the_steps_that_ask_github_have_its_token_and_only_the_scan_decides():
    action = parsed(ROOT / "action.yml")
    holders = {each.get("id") or each["name"] for each in steps(action) if "github.token" in str(each)}

    assert holders == {"before", "Comment"}
    assert action["inputs"]["upload"]["default"] == action["inputs"]["comment"]["default"] == "false"
    others = [each for each in steps(action) if "uses" in each and "setup-python" not in each["uses"]]
    assert all(each["continue-on-error"] == "true" for each in others)


def test_the_formats_that_examples_ask_for_exist():
    text = (ROOT / "examples/ci/gitlab.yml").read_text("utf-8")
    asked = set(re.findall(r"-o (\w+)=", text)) | set(
        parsed(ROOT / "action.yml")["inputs"]["formats"]["default"].split()
    )

    assert asked <= set(names())
    assert {"markdown", "comment"} <= set(names())


FIVE = re.compile(r"<!-- five lines -->\n\n```yaml\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("page", ["README.md", "docs/integrations.md"])
def test_the_workflow_to_copy_has_five_lines_and_gives_the_action_what_it_takes(page):
    (text,) = FIVE.findall((ROOT / page).read_text("utf-8"))
    document = yaml.load(text, Loader=yaml.BaseLoader)
    (job,) = document["jobs"].values()
    (step,) = job["steps"]

    assert len(text.splitlines()) == 5
    assert set(document["on"]) <= {"push", "pull_request", "schedule", "workflow_dispatch"}
    assert job["runs-on"] == "ubuntu-latest"
    assert re.fullmatch(r"OWNER/hostaudit@\w+", step["uses"])
    assert set(step["with"]) <= set(parsed(ROOT / "action.yml")["inputs"])


def test_the_hook_checks_only_the_policy():
    (hook,) = parsed(ROOT / ".pre-commit-hooks.yaml")

    assert hook["entry"] == "hostaudit policy check"
    for name, wanted in (("hostaudit.yaml", True), ("sites/.hostaudit.yml", True), ("my-hostaudit.yaml", False)):
        assert bool(re.search(hook["files"], name)) is wanted


# -- the template for GitLab ------------------------------------------------------------------------------


def gitlab_job(**inputs):
    """The job, with its inputs as GitLab puts them into the text before it reads it."""
    head, body = (ROOT / "examples/ci/gitlab.yml").read_text("utf-8").split("\n---\n")
    given = {name: each["default"] for name, each in yaml.load(head, Loader=yaml.BaseLoader)["spec"]["inputs"].items()}
    filled = re.sub(r"\$\[\[ inputs\.(\w+) \]\]", lambda found: json.dumps((given | inputs)[found[1]]), body)
    return yaml.load(filled, Loader=yaml.BaseLoader)["hostaudit"]


def git(folder, *arguments):
    names = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    return subprocess.run(["git", *names, *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def gitlab(tmp_path):
    """Run the job as GitLab's runner does: all lines of its script in one shell that ends at the first failure."""
    (tmp_path / "origin").mkdir()
    git(tmp_path / "origin", "init", "-q", "-b", "main")
    command = tmp_path / "hostaudit"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m hostaudit "$@"\n')
    command.chmod(0o755)

    def go(shell, before, now, **inputs):
        origin, work = tmp_path / "origin", tmp_path / "work"
        for text in (before, now):
            (origin / "hostaudit.yaml").write_text(text)
            git(origin, "add", "-A")
            git(origin, "commit", "-qm", "x")
        base = git(origin, "rev-parse", "HEAD~1").strip()
        git(tmp_path, "clone", "-q", "--depth", "1", f"file://{origin}", str(work))
        job = gitlab_job(**inputs)
        lines = "\n".join(job["script"]).replace("/tmp/hostaudit/bin/hostaudit", str(command))
        lines = lines.replace("/tmp/before", str(tmp_path / "before"))
        environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
        environment |= job["variables"] | {"CI_MERGE_REQUEST_DIFF_BASE_SHA": base, "LANG": "C.UTF-8"}
        done = subprocess.run([*shell, lines], cwd=work, env=environment, capture_output=True, text=True, timeout=120)
        return done, work

    return go


DNS = "version: 1\npolicy:\n  roles: {dns: {min_providers: 2}}\n"


@pytest.mark.parametrize("shell", [("bash", "-eo", "pipefail", "-c"), ("sh", "-ec")], ids=lambda each: each[0])
def test_the_template_for_gitlab_judges_a_merge_request_by_its_change(gitlab, shell):
    done, work = gitlab(shell, DNS, f"{DNS}  min_score: 90\n", domain=str(PARLER), args="--deadline 9")
    quality = json.loads((work / "hostaudit.gitlab.json").read_text("utf-8"))
    reports = gitlab_job()["artifacts"]

    assert done.returncode == 1, done.stderr
    assert [each["check_name"] for each in quality] == ["score.min"]
    assert all((work / each).is_file() for each in (*reports["paths"], *reports["reports"].values()))


def test_inputs_of_the_template_reach_its_script_as_values_alone(gitlab, tmp_path):
    job = gitlab_job()
    script = "\n".join(job["script"])
    evil = '$(touch owned) `touch owned` "; touch owned #'
    done, _ = gitlab(("bash", "-ec"), DNS, f"{DNS}#\n", domain=evil, args="-q *", policy=evil)

    assert "[[" not in script
    assert all(f'"${name}"' in script or name == "AUDIT_ARGS" for name in job["variables"] if "PACKAGE" not in name)
    assert done.returncode == 2
    assert not list(tmp_path.rglob("owned"))


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


# -- what the action installs ----------------------------------------------------------------------------


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
