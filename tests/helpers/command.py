"""The command as a process of its own, and small files for it to read."""

from __future__ import annotations

import functools
import io
import json
import os
import subprocess
import sys

from helpers import ROOT, forked

AT = "2021-01-09T12:00:00Z"
MEASURED = "COVERAGE_PROCESS_CONFIG"
"""Set where coverage measures; it makes Python measure from its start."""

KEPT = ("PATH", "HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_DATA_HOME", MEASURED)
"""What a command under test is left of the environment; homes and folders are those of conftest."""

READ_AT_START = ("PYTHON", "LANG", "LC_")
"""How the names of variables begin that Python reads when it starts, so that a fork would not heed them."""

PARLER = str(ROOT / "examples" / "parler-2021" / "evidence.json")
PARLER_REPORT = str(ROOT / "tests" / "corpus" / "parler-2021.json")


def evidence(**changes) -> str:
    """A file with no evidence at all, which is inconclusive."""
    target = {"domain": "x.com", "registrable": "x.com", "hosts": ["x.com", "www.x.com"], "named": []}
    run = {"started": AT, "finished": AT, "resolver": "192.0.2.1", "vantage": "local", "tool_version": "0"}
    return json.dumps({"schema": "hostaudit.evidence/1", "target": target, "run": run, "evidence": []} | changes)


def environment(**extra) -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", "LANG": "C.UTF-8"} | extra


@functools.cache
def _server() -> forked.Server:
    return forked.Server(environment())


def forks(extra: dict[str, str]) -> bool:
    """Whether a command with this in its environment is forked, or must be started anew, which is slower."""
    read_at_start = any(name.startswith(READ_AT_START) for name in extra)
    return sys.platform == "linux" and MEASURED not in os.environ and not read_at_start


def python(words: list[str], stdin=b"", timeout=30, **extra: str) -> subprocess.CompletedProcess[bytes]:
    """Python with some arguments: ``-m`` and a module, or ``-c`` and a program, and then those of it."""
    if forks(extra):
        return _server().run(words, stdin, environment(**extra), timeout)
    command = [sys.executable, *words]
    return subprocess.run(command, input=stdin, capture_output=True, env=environment(**extra), timeout=timeout)


def hostaudit_bytes(*arguments, stdin=b"", timeout=30, **extra: str) -> subprocess.CompletedProcess[bytes]:
    """The command with some arguments; ``extra``: what else is in its environment."""
    return python(["-m", "hostaudit", *map(str, arguments)], stdin, timeout, **extra)


def hostaudit(*arguments, stdin="", timeout=30, **extra: str) -> subprocess.CompletedProcess[str]:
    """The same in text."""
    return _as_text(hostaudit_bytes(*arguments, stdin=stdin.encode(), timeout=timeout, **extra))


def hostaudit_patched(patch: str, *arguments, stdin="", timeout=30) -> subprocess.CompletedProcess[str]:
    """The same, after a line of Python that replaces a part of it."""
    words = ["-c", PATCHED.format(patch), *map(str, arguments)]
    return _as_text(python(words, stdin.encode(), timeout))


def _as_text(done: subprocess.CompletedProcess[bytes]) -> subprocess.CompletedProcess[str]:
    out, errors = (io.TextIOWrapper(io.BytesIO(each), "utf-8").read() for each in (done.stdout, done.stderr))
    return subprocess.CompletedProcess(done.args, done.returncode, out, errors)


PATCHED = "import sys; from hostaudit import cli; from hostaudit.__main__ import entry\n{}\nentry()"


def with_patch(patch: str, *arguments, **options) -> subprocess.Popen:
    """The same while it runs, started anew: for a test that sends signals to it, or gives it streams."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True} | options
    command = [sys.executable, "-c", PATCHED.format(patch), *map(str, arguments)]
    return subprocess.Popen(command, env=environment(), **pipes)


SLOW_LOOKING = """
import asyncio
from hostaudit import audit
async def slow(*_, **__):
    print("started", file=sys.stderr, flush=True)
    await asyncio.sleep(60)
audit.look = slow
"""
