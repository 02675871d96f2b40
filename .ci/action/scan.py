"""The scan: one process for a domain or for a whole list, another one for all further formats."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import runner
from runner import RefusedError, given, output, say

from hostaudit.errors import Exit
from hostaudit.model.verdict import exit_code
from hostaudit.report import load, names, of_lists

RECORDS = "hostaudit.jsonl"
ALWAYS = {"markdown": "hostaudit.md", "comment": "hostaudit.comment.md"}


def run() -> int:
    """Scan, write all files, the outputs and the summary, and return the exit code of the scan."""
    try:
        formats = _formats()
        folder = _folder()
        command = _command(folder)
    except RefusedError as error:
        print(f"error: {error}", flush=True)
        return _unusable(Exit.USAGE)
    code = _run(command)
    records = folder / RECORDS
    if not (records.is_file() and records.stat().st_size):
        return _unusable(code or Exit.INTERNAL)
    files = {name: folder / _file_name(name) for name in formats} | {n: folder / f for n, f in ALWAYS.items()}
    written = _run([runner.HOSTAUDIT, "convert", str(records), "--quiet", *_outputs(files)], shown=False)
    if written:
        say("a format could not be written")
    _tell(code or written, folder, files)
    return code or written


def _formats() -> list[str]:
    """The formats to write; the records are always written, since all others are made of them."""
    formats = [each for each in given("formats").split() if each not in (*ALWAYS, "jsonl")]
    known, able = names(), of_lists()
    for name in formats:
        if name not in known:
            raise RefusedError(f"format {name!r} is not known; give some of: {' '.join(known)}")
        if given("targets") and name not in able:
            raise RefusedError(f"format {name} holds one site, not a list; hostaudit.jsonl has a report on each line")
    if runner.is_on("upload") and "sarif" not in formats:
        formats.append("sarif")
    return formats


def _folder() -> Path:
    folder = Path(given("folder") or "hostaudit-results")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("hostaudit.*"):  # of an earlier run on a machine that is kept
            old.unlink()
    except OSError as error:
        raise RefusedError(f"the folder {folder} cannot be made: {error.strerror}") from error
    return folder


def _command(folder: Path) -> list[str]:
    """The scan as a command, each input as a word of its own."""
    domain, targets = given("domain"), given("targets")
    if bool(domain) == bool(targets):
        raise RefusedError("give domain or targets, not both" if domain else "give domain or targets")
    named = ("policy", "site", "fail-on", "unknown", "baseline")
    options = [f"--{name}={given(name)}" for name in named if given(name)]
    options += [f"--against={given('before')}"] if given("before") else []
    try:
        options += shlex.split(given("args"))
    except ValueError as error:
        raise RefusedError(f"args cannot be split into words: {error}") from error
    command = [runner.HOSTAUDIT, "scan", "--no-progress", "--color", "never", *options, "-o"]
    command += [f"jsonl={folder / RECORDS}"]
    return [*command, "--list", targets] if targets else [*command, "--", domain]


def _run(command: Sequence[str], *, shown: bool = True) -> int:
    out = None if shown else subprocess.DEVNULL
    try:
        return subprocess.run(command, env=runner.without_token(), stdout=out, check=False).returncode
    except (OSError, ValueError) as error:
        say(f"the command cannot be run: {error}")
        return Exit.INTERNAL


def _file_name(name: str) -> str:
    return f"hostaudit{load(name).suffix or f'.{name}.json'}"


def _outputs(files: dict[str, Path]) -> Iterator[str]:
    for name, path in files.items():
        yield from ("-o", f"{name}={path}")


def _tell(code: int, folder: Path, files: dict[str, Path]) -> None:
    """The outputs, and the summary of the job."""
    output("exit-code", str(int(code)))
    output("verdicts", "\n".join(_verdicts(folder / RECORDS)))
    output("folder", str(folder))
    there = {name: str(path) if path.is_file() else "" for name, path in files.items()}
    output("sarif", there.get("sarif", ""))
    output("comment", there["comment"])
    pull = runner.pull_request()
    wanted = runner.is_on("upload") and bool(there.get("sarif"))
    if wanted and pull and runner.is_fork(pull):
        say("SARIF is not uploaded, as the change comes from a fork, whose token may not write")
        wanted = False
    output("upload", "true" if wanted else "false")
    if runner.is_on("summary") and there["markdown"]:
        runner.summarise(files["markdown"].read_text("utf-8"))


def _verdicts(records: Path) -> Iterator[str]:
    """A line for each domain with its exit code."""
    with records.open(encoding="utf-8") as lines:
        for line in lines:
            found = json.loads(line)
            if found.get("type") == "failed":
                yield f"{found['domain']} {Exit.INTERNAL:d}"
            elif "verdict" in found:
                code = exit_code(found["verdict"], defects=bool(runner.at(found, "run", "defects")))
                yield f"{found['target']['domain']} {code:d}"


def _unusable(code: int) -> int:
    """The end of a run without a report."""
    output("exit-code", str(int(code)))
    if runner.is_on("summary"):
        runner.summarise(f"**{runner.UNUSABLE}** (exit code {code:d}).\n")
    return code
