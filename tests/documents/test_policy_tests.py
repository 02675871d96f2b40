"""Tests of a policy: saved evidence, and what must come out."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from helpers import ROOT
from helpers.command import hostaudit
from helpers.judging import POLICIES, SILENT

from hostaudit import cli
from hostaudit.documents import schemas
from hostaudit.errors import Exit

TESTS = POLICIES / "tests" / "two-dns-operators.yaml"


def test_the_examples_come_out_as_expected():
    shown = hostaudit("policy", "test", TESTS)

    assert (shown.returncode, shown.stderr) == (0, "")
    assert "4 tests, 0 of them not as expected" in shown.stdout


def test_what_comes_out_otherwise_is_told(here, capsys):
    text = TESTS.read_text().replace("../..", str(ROOT / "examples")).replace("..", str(POLICIES), 1)
    Path("t.yaml").write_text(
        text.replace("verdict: pass", "verdict: fail")
        .replace("second-operator-silent.json", str(SILENT))
        .replace("../parler-2021.yaml", str(POLICIES / "parler-2021.yaml"))
        .replace("{dns.min_providers: fail}", "{dns.min_score: pass}")
    )

    assert cli.run(["policy", "test", "t.yaml", "--format", "json"]) == Exit.FAIL
    shown = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(json.loads(schemas.path("policy-tests").read_text())).validate(shown)
    assert [each["differs"] for each in shown["tests"]] == [
        ["dns.min_score: pass expected, not asked found"],
        ["verdict: fail expected, pass found"],
        [],
        [],
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("version: 1\ntests: []\n", "tests holds no test"),
        ("version: 1\ntests:\n  - {name: a, evidence: b, day: 2026-11-21, verdict: pass}\n", "has no policy"),
        (
            "version: 1\npolicy: p\ntests:\n  - {name: a, evidence: b, day: soon, verdict: pass}\n",
            "t.yaml:4:",
        ),
        ("version: 1\npolicy: p\ntests:\n  - {name: a, evidence: b, day: 2026-11-21, verdict: good}\n", "'good'"),
        ("version: 1\npolicy: p\ntests:\n  - {name: a, evidenc: b}\n", "did you mean 'evidence'?"),
        ("version: 1\npolicy: p\ntests:\n  - {name: a, evidence: b, day: 2026-11-21, verdict: pass}\n", "b cannot be"),
    ],
)
def test_a_file_of_tests_is_read_strictly(here, capsys, text, words):
    Path("t.yaml").write_text(text)

    assert cli.run(["policy", "test", "t.yaml"]) == Exit.USAGE
    assert words in capsys.readouterr().err
