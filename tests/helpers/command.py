"""The command as a process of its own, and small files for it to read."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from helpers import ROOT

AT = "2021-01-09T12:00:00Z"
KEPT = ("PATH", "HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_DATA_HOME")
"""What a command under test is left of the environment; homes and folders are those of conftest."""

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


def hostaudit(*arguments, stdin="", timeout=30, **extra) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "hostaudit", *map(str, arguments)]
    return subprocess.run(
        command, input=stdin, capture_output=True, text=True, env=environment(**extra), timeout=timeout
    )


def with_patch(patch: str, *arguments, **options) -> subprocess.Popen:
    """The command in a process of its own, after a line of Python that replaces a part of it."""
    code = f"import sys; from hostaudit import cli; from hostaudit.__main__ import entry\n{patch}\nentry()"
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True} | options
    return subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)], env=environment(), **pipes)


SLOW_LOOKING = """
import asyncio
from hostaudit import audit
async def slow(*_, **__):
    print("started", file=sys.stderr, flush=True)
    await asyncio.sleep(60)
audit.look = slow
"""
