"""The runner of GitHub: inputs, outputs, the job summary, and a log in which nothing is a command."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HOSTAUDIT = os.environ.get("HOSTAUDIT") or str(Path(sys.executable).with_name("hostaudit"))
SAID = {1: "fails", 3: "is inconclusive", 4: "could not be judged, by a defect of hostaudit"}
UNUSABLE = "hostaudit could not run: the log has the reason"


class RefusedError(Exception):
    """Inputs that cannot be meant; the text says why."""


def given(name: str) -> str:
    """An input, without blanks around it; empty if it is not given."""
    return os.environ.get(f"INPUT_{name.upper().replace('-', '_')}", "").strip()


def is_on(name: str) -> bool:
    """True for an input that says *true*."""
    return given(name).lower() == "true"


def output(name: str, value: str) -> None:
    """An output, whose delimiter nobody can have guessed: no text from outside ends it and begins another."""
    place = os.environ.get("GITHUB_OUTPUT")
    if place:
        delimiter = f"end-{secrets.token_hex(16)}"
        with Path(place).open("a", encoding="utf-8") as stream:
            stream.write(f"{name}<<{delimiter}\n{value}\n{delimiter}\n")


def summarise(text: str) -> None:
    """Add text to the summary of the job."""
    place = os.environ.get("GITHUB_STEP_SUMMARY")
    if place:
        with Path(place).open("a", encoding="utf-8") as stream:
            stream.write(text)


def say(text: str) -> None:
    """A line of the log."""
    print(f"hostaudit: {text}", flush=True)


@contextlib.contextmanager
def no_commands() -> Iterator[None]:
    """Whatever is printed meanwhile, the runner takes no line of it for a command, until it reads a word that nobody
    can have guessed. hostaudit escapes commands itself; this holds for whatever else is printed too."""
    resume = f"resume-{secrets.token_hex(16)}"
    print(f"::stop-commands::{resume}", flush=True)
    try:
        yield
    finally:
        print(f"\n::{resume}::", flush=True)


def annotate(code: int) -> None:
    """Say above the log how it ended, in words of our own alone."""
    if code:
        said = f"a site {SAID[code]}: the job summary tells which and why" if code in SAID else UNUSABLE
        print(f"::error title=hostaudit::{said}", flush=True)


def event() -> dict[str, Any]:
    """The event that started the workflow, as GitHub tells it; empty if it cannot be read."""
    try:
        found = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text("utf-8"))
    except (KeyError, OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def pull_request() -> dict[str, Any]:
    """The pull request of a workflow that one started; empty for any other workflow. That of ``pull_request_target`` is
    none: there the files of the change must not be judged beside a token that may write."""
    found = event().get("pull_request") if os.environ.get("GITHUB_EVENT_NAME") == "pull_request" else None
    return found if isinstance(found, dict) else {}


def at(document: Any, *path: str) -> Any:
    """What lies in a JSON document at a path, None if nothing does."""
    for name in path:
        document = document.get(name) if isinstance(document, dict) else None
    return document


def is_fork(pull: dict[str, Any]) -> bool:
    """True if the change comes from another repository, or from one that is gone: its token may not write."""
    return at(pull, "head", "repo", "full_name") != os.environ.get("GITHUB_REPOSITORY")


def without_token() -> dict[str, str]:
    """The environment for commands that need no secret."""
    return {name: value for name, value in os.environ.items() if name not in ("GITHUB_TOKEN", "GH_TOKEN")}
