"""The steps of action.yml, run as GitHub's runner runs them: by ``bash -e`` from a file, in an empty folder, with their
own environment and the files for outputs and summary; only the steps of other actions are left out."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from helpers import ROOT
from helpers.runners import commands

ACTION = yaml.load((ROOT / "action.yml").read_text("utf-8"), Loader=yaml.BaseLoader)
OURS = ("before", "scan", "comment")
TOKEN = "ghs-very-secret-token"
REPOSITORY = "owner/shop"


@dataclass
class Ran:
    """What a run of the action left. ``code``: of its scan; ``codes``: of each step."""

    folder: Path
    codes: dict[str, int] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def code(self) -> int:
        return self.codes["scan"]

    @property
    def summary(self) -> str:
        return (self.folder / "summary").read_text("utf-8")

    @property
    def log(self) -> str:
        return "".join(self.logs.values())

    def result(self, name: str) -> Path:
        return self.folder / "work" / "hostaudit-results" / name

    def records(self) -> list[dict]:
        return [json.loads(line) for line in self.result("hostaudit.jsonl").read_text("utf-8").splitlines()]


def pull_request(head: str = REPOSITORY, number: int = 7, base: str = "b" * 40) -> dict:
    source = {"sha": "a" * 40, "repo": {"full_name": head} if head else None}
    return {"pull_request": {"number": number, "head": source, "base": {"sha": base}}}


class Runner:
    """A job on a machine of its own in ``folder``; its working folder is ``folder/work``."""

    def __init__(self, folder: Path, command: Path | None = None) -> None:
        self.folder = folder
        self.work = folder / "work"
        self.work.mkdir()
        (folder / "hostaudit-venv/bin").mkdir(parents=True)
        self._script(folder / "hostaudit-venv/bin/python", f'exec {shlex.quote(sys.executable)} "$@"')
        self.command = command or self._script(
            folder / "hostaudit", f'exec {shlex.quote(sys.executable)} -m hostaudit "$@"'
        )

    def _script(self, path: Path, text: str) -> Path:
        path.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
        path.chmod(0o755)
        return path

    def run(
        self, *steps: str, event: dict | None = None, api: str = "", extra: dict[str, str] | None = None, **inputs: str
    ) -> Ran:
        """Run the steps with these names (default: the scan alone). ``event``: the pull request, None for a push."""
        ran = Ran(self.folder)
        (self.folder / "summary").write_text("")
        (self.folder / "event.json").write_text(json.dumps(event or {}))
        self._machine = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "HOSTAUDIT": str(self.command),
            "RUNNER_TEMP": str(self.folder),
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
            "GITHUB_EVENT_PATH": str(self.folder / "event.json"),
            "GITHUB_EVENT_NAME": "pull_request" if event else "push",
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_API_URL": api,
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_RUN_ID": "4711",
            "GITHUB_WORKFLOW": "audit",
            "GITHUB_JOB": "hostaudit",
            "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", str(self.folder)),
            **(extra or {}),
        }
        for step in ACTION["runs"]["steps"]:
            name = step.get("id") or step.get("name", "").lower()
            if name in (steps or ("scan",)):
                self._step(name, step, ran, {each.replace("_", "-"): value for each, value in inputs.items()})
        return ran

    def _step(self, name: str, step: dict, ran: Ran, inputs: dict[str, str]) -> None:
        script, out = self.folder / "step.sh", self.folder / "output"
        script.write_text(step["run"], "utf-8")
        out.write_text("")
        env = {key: self._filled(value, ran, inputs) for key, value in step["env"].items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
            cwd=self.work,
            env=self._machine | env | {"GITHUB_OUTPUT": str(out)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        ran.codes[name], ran.logs[name], ran.outputs[name] = done.returncode, done.stdout, _outputs(out)

    def _filled(self, text: str, ran: Ran, inputs: dict[str, str]) -> str:
        def value(found: re.Match[str]) -> str:
            first, *rest = found[1].split(".")
            if first == "inputs":
                return inputs.get(rest[0], ACTION["inputs"][rest[0]]["default"])
            if first == "steps":
                return ran.outputs.get(rest[0], {}).get(rest[2], "")
            return {"github.token": TOKEN, "runner.temp": str(self.folder)}[found[1]]

        return re.sub(r"\$\{\{ ([\w.-]+) \}\}", value, text)


def _outputs(path: Path) -> dict[str, str]:
    """The outputs of a step, read as the runner reads them."""
    found: dict[str, str] = {}
    lines = path.read_text("utf-8").split("\n")
    while len(lines) > 1:
        name, delimiter = lines.pop(0).split("<<")
        end = lines.index(delimiter)
        found[name] = "\n".join(lines[:end])
        lines = lines[end + 1 :]
    return found


def obeyed(log: str) -> list[str]:
    """The commands that GitHub's runner obeys in a log: none between ``stop-commands`` and the word given to it."""
    word, found = None, []
    for line in log.splitlines():
        if word is None and line.startswith("::stop-commands::"):
            word = line.removeprefix("::stop-commands::")
        elif word is None:
            found += commands(line)
        elif line == f"::{word}::":
            word = None
    return found
