"""A command that is forked, as most tests have it, does what one does that is started by itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest
from helpers import command
from helpers.command import PARLER, PARLER_REPORT, environment, hostaudit, python

pytestmark = pytest.mark.skipif(not command.forks({}), reason="here every command is started by itself")


def started(words: list[str], stdin: bytes = b"", **extra: str) -> subprocess.CompletedProcess[bytes]:
    """The same as ``python``, never forked."""
    command = [sys.executable, *words]
    return subprocess.run(command, input=stdin, capture_output=True, env=environment(**extra), timeout=60)


def result(done: subprocess.CompletedProcess) -> tuple:
    return done.args, done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        (("--version",), b""),
        (("scan", "--help"), b""),
        (("frobnicate",), b""),
        (("analyse", PARLER, "--format", "json"), b""),
        (("analyse", "-"), b"{}"),
        (("scan", PARLER), b""),
        (("scan", "-l", "-"), b"192.0.2.1\n"),
        (("whatif", PARLER, "--drop", "amazon"), b""),
        (("diff", PARLER_REPORT, PARLER_REPORT, "--expect-no-changes"), b""),
        (("explain", "HA-DNS-002"), b""),
        (("policy", "check", "gone.yaml"), b""),
        (("history", "list", "x.com", "--history", "gone"), b""),
        (("providers", "match"), b'{"ns": "ns-1.awsdns-00.com"}\n{"ns": "\xff"}\n'),
        (("doctor", "--resolver", "127.0.0.1", "--timeout", "nan"), b""),
    ],
)
def test_a_command_ends_with_the_same_code_and_the_same_words(arguments, stdin):
    words = ["-m", "hostaudit", *arguments]
    assert result(python(words, stdin)) == result(started(words, stdin))


SEEN = """
import json, os, resource, signal, sys, time
streams = (sys.stdin, sys.stdout, sys.stderr)
print(json.dumps({
    "arguments": sys.argv, "path": sys.path, "flags": list(sys.flags), "warnings": sys.warnoptions,
    "environment": dict(os.environ), "folder": os.getcwd(), "zone": time.tzname, "mask": os.umask(0),
    "handlers": [str(signal.getsignal(each)) for each in sorted(signal.valid_signals())],
    "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, ())),
    "descriptors": sorted(os.listdir("/proc/self/fd")), "group": os.getpgrp(), "session": os.getsid(0),
    "limits": [resource.getrlimit(each) for each in range(16)],
    "streams": [(each.encoding, each.errors, each.line_buffering, each.seekable(), each.isatty()) for each in streams],
    "main": "streams" in vars(sys.modules["__main__"]), "read": sys.stdin.read(),
}))
"""


def test_a_program_sees_the_same_of_the_process_that_it_is_in(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/nowhere")
    before = os.umask(0o027)
    try:
        words, stdin = ["-c", SEEN, "word", "\udce9"], "a\r\n\u00e9".encode()
        forked, alone = (way(words, stdin, TZ="Asia/Kathmandu", COLUMNS="7") for way in (python, started))
    finally:
        os.umask(before)

    assert (forked.returncode, forked.stderr) == (alone.returncode, alone.stderr) == (0, b"")
    assert json.loads(forked.stdout) == json.loads(alone.stdout)
    assert json.loads(forked.stdout)["folder"] == str(tmp_path)
    assert json.loads(forked.stdout)["mask"] == 0o027


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("", 0),
        ("raise SystemExit(7)", 7),
        ("raise SystemExit('no')", 1),
        ("import os; os._exit(9)", 9),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -9),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", -15),
        ("import sys; sys.stdout.write(sys.stdin.read()[::-1] * 3)", 0),
        ("import os; os.close(0); print('x' * 200_000)", 0),
    ],
)
def test_a_program_ends_in_the_same_way(program, code):
    words, stdin = ["-c", program], b"0123456789" * 50_000
    forked = python(words, stdin)

    assert forked.returncode == code
    assert result(forked) == result(started(words, stdin))


@pytest.mark.parametrize(
    ("program", "code", "last"),
    [("1 / 0", 1, b"ZeroDivisionError: division by zero"),
     ("import os, signal; os.kill(os.getpid(), signal.SIGINT)", -2, b"KeyboardInterrupt")],
)  # fmt: skip
def test_an_error_and_an_interruption_end_a_program_with_a_trace(program, code, last):
    for done in (python(["-c", program]), started(["-c", program])):
        assert (done.returncode, done.stdout, done.stderr.splitlines()[-1]) == (code, b"", last)


def test_what_takes_too_long_is_killed():
    before = time.monotonic()
    with pytest.raises(subprocess.TimeoutExpired) as error:
        python(["-c", "import sys, time; print(sys.stdin.read(), flush=True); time.sleep(600)"], b"begun", timeout=2)

    assert (error.value.timeout, error.value.output) == (2, b"begun\n")
    # The server answers one request after the other, so that it would not come to this one while the last still runs.
    assert hostaudit("--version").returncode == 0
    assert time.monotonic() - before < 60


def test_nothing_of_one_command_is_left_to_the_next():
    program = "import os; from hostaudit import cli; cli.run = None; os.environ['COLUMNS'] = '20'; os.chdir('/')"
    assert python(["-c", program]).returncode == 0

    assert result(hostaudit("scan", "--help")) == result(hostaudit("scan", "--help", PYTHONUTF8="1"))


@pytest.mark.parametrize("name", ["PYTHONIOENCODING", "PYTHONPATH", "LANG", "LC_ALL"])
def test_what_python_reads_when_it_starts_starts_it_anew(name, monkeypatch):
    assert not command.forks({name: "x"})
    assert command.forks({"COLUMNS": "7"})
    monkeypatch.setenv(command.MEASURED, "x")
    assert not command.forks({"COLUMNS": "7"})
