"""The files of the project before a change: policy, site file and list, as the base of a pull request has them.

The scan judges its one look by them too, and fails only on what they do not fail. Without them everything counts.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import quote

import runner
from github import GaveUpError, GitHub, TryAgainError, tried
from runner import at, given, output, say

USUAL = ("hostaudit.yaml", ".hostaudit.yaml")
COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
PATIENCE = 60


def run() -> int:
    """Write the files of the base into a folder, and its place as an output, empty where nothing can be compared."""
    pull = runner.pull_request()
    commit = _base(pull) if pull and runner.is_on("changes-only") else ""
    folder = ""
    if commit:
        try:
            folder = _written(commit, list(_wanted()))
        except GaveUpError as error:
            say(f"the files before the change cannot be read: {error}; all that fails counts as new")
    output("folder", folder)
    return 0


def _wanted() -> Iterator[str]:
    """The paths of the files that decide, in the repository; one outside of it is the same before and after."""
    for path in (*(given(name) for name in ("policy", "site", "targets")), *USUAL):
        relative = PurePosixPath(Path(os.path.relpath(path)).as_posix()) if path else None
        if relative is not None and ".." not in relative.parts:
            yield str(relative)


def _base(pull: dict[str, object]) -> str:
    """The commit before the change: the first parent of the merge that GitHub made for it, or the base as told."""
    head = _git("cat-file", "-p", "HEAD")
    parents = re.findall(rb"^parent ([0-9a-f]+)$", (head or b"").partition(b"\n\n")[0], re.MULTILINE)
    merged = (_git("rev-parse", "HEAD") or b"").decode().strip() == os.environ.get("GITHUB_SHA")
    told = parents[0].decode() if merged and len(parents) == 2 else at(pull, "base", "sha")
    return told if isinstance(told, str) and COMMIT.fullmatch(told) else ""


def _written(commit: str, paths: list[str]) -> str:
    """The folder with those of the files that the commit has. Raises ``GaveUpError``."""
    here = _git("cat-file", "-e", f"{commit}^{{commit}}") is not None
    github = None if here else GitHub()
    folder = Path(tempfile.mkdtemp(prefix="hostaudit-before-", dir=os.environ.get("RUNNER_TEMP")))
    found = []
    for path in dict.fromkeys(paths):
        data = _git("cat-file", "blob", f"{commit}:./{path}") if github is None else _asked(github, commit, path)
        if data is not None:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
            found.append(path)
    say(f"before the change, at {commit[:12]}: {', '.join(found) or 'none of the files, so all that fails is new'}")
    return str(folder)


def _asked(github: GitHub, commit: str, path: str) -> bytes | None:
    """A file of a commit that is not fetched here; None if the commit has no such file. Raises ``GaveUpError``."""
    place = f"/repos/{os.environ.get('GITHUB_REPOSITORY', '')}/contents/{quote(path)}?ref={commit}"

    def once() -> bytes | None:
        answer = github.ask("GET", place, accept="application/vnd.github.raw+json")
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise GaveUpError(f"status {answer.status}")
        if "raw" not in str(answer.headers.get("content-type", "raw")):
            raise TryAgainError("the answer is not the file")
        return answer.body

    found: bytes | None = tried(once)
    return found


def _git(*arguments: str) -> bytes | None:
    """What git prints; None if it fails, or is not there."""
    try:
        done = subprocess.run(
            ["git", *arguments], env=runner.without_token(), capture_output=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
