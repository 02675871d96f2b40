"""Every exit code, from the command itself, for every format: a pipeline may rely on them whatever it reads."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from helpers.command import PARLER, SLOW_LOOKING, environment, evidence, hostaudit, hostaudit_patched, with_patch

from hostaudit import report
from hostaudit.errors import Exit

MET = "version: 1\npolicy: {min_score: 1}\n"
NOT_MET = "version: 1\npolicy: {roles: {dns: {min_providers: 2}}}\n"
LISTED = ("json", "jsonl", "terminal")
"""Formats in which a list of sites can be written as it goes."""


@pytest.fixture(params=report.names())
def name(request):
    return request.param


@pytest.fixture
def place(tmp_path):
    (tmp_path / "met.yaml").write_text(MET)
    (tmp_path / "not-met.yaml").write_text(NOT_MET)
    (tmp_path / "nothing.json").write_text(evidence())
    return tmp_path


def judged(place, name, policy, file=PARLER):
    return hostaudit("analyse", file, "--policy", place / policy, "-q", "--format", name)


def test_0_what_is_demanded_is_met(place, name):
    assert judged(place, name, "met.yaml").returncode == Exit.PASS == 0


def test_1_it_is_not(place, name):
    assert judged(place, name, "not-met.yaml").returncode == Exit.FAIL == 1


def test_2_the_policy_is_wrong(place, name):
    (place / "met.yaml").write_text("version: 1\npolcy: {}\n")
    result = judged(place, name, "met.yaml")

    assert (result.returncode, result.stdout) == (Exit.USAGE, "") == (2, "")
    assert "met.yaml:2:1: unknown key 'polcy'\n" in result.stderr
    assert "hint: did you mean 'policy'?\n" in result.stderr


def test_3_nobody_can_tell(place, name):
    result = judged(place, name, "not-met.yaml", place / "nothing.json")

    assert result.returncode == Exit.INCONCLUSIVE == 3


def test_4_hostaudit_itself_is_broken(name):
    patch = "def broken(*_): raise KeyError('x')\ncli.evidence.gathered = broken"
    result = hostaudit_patched(patch, "analyse", PARLER, "--format", name)

    assert (result.returncode, result.stdout) == (Exit.INTERNAL, "") == (4, "")
    assert "internal error in hostaudit" in result.stderr


@pytest.mark.parametrize("name", LISTED)
def test_5_no_line_of_a_list_names_a_site(name):
    result = hostaudit("scan", "-l", "-", "-q", "--format", name, stdin="# none\n192.0.2.1\n")

    assert (result.returncode, result.stdout) == (Exit.NOTHING_TO_SCAN, "") == (5, "")


def test_130_an_interruption(name):
    process = with_patch(SLOW_LOOKING, "scan", "example.com", "--no-site", "--format", name)
    assert process.stderr.readline() == "started\n"
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=30)

    assert (process.returncode, out) == (Exit.INTERRUPTED, "") == (130, "")


def test_141_a_reader_that_left(name):
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "hostaudit", "analyse", PARLER, "-q", "--format", name]
    result = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, env=environment(), timeout=30, check=False)
    os.close(writing)

    assert (result.returncode, result.stderr) == (Exit.BROKEN_PIPE, b"") == (141, b"")
