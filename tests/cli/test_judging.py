"""Policies, rules and their explanations as commands: what they print, and how they end."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest
from helpers import ROOT
from helpers.command import PARLER, PARLER_REPORT, hostaudit
from helpers.judging import POLICIES, SILENT, policy

from hostaudit import cli
from hostaudit.documents import schemas
from hostaudit.documents.evidence_file import encode_evidence, read_evidence
from hostaudit.errors import Exit
from hostaudit.model.evidence import Unknown

TWO_DNS = POLICIES / "two-dns-operators.yaml"
TWO_OPERATORS = ROOT / "examples" / "history" / "dyn-2016-two-operators" / "evidence.json"


def report(capsys) -> dict:
    shown = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(json.loads(schemas.path("report").read_text())).validate(shown)
    return shown


# -- how it ends ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("evidence", "code", "word"),
    [(PARLER, Exit.FAIL, "FAIL"), (TWO_OPERATORS, Exit.PASS, "PASS"), (SILENT, Exit.INCONCLUSIVE, "INCONCLUSIVE")],
)
def test_two_dns_operators_are_demanded_of_saved_sites(evidence, code, word):
    shown = hostaudit("analyse", evidence, "--policy", TWO_DNS, "-v")
    brief = hostaudit("analyse", evidence, "--policy", TWO_DNS)

    assert shown.returncode == brief.returncode == code
    assert f"\n{word}: score" in shown.stdout
    assert f" {word} by " in " ".join(brief.stdout.split())
    assert "HA-DNS-002 dns.min_providers" in shown.stdout or code == Exit.PASS
    assert "Passed: dns.min_providers" in shown.stdout or code != Exit.PASS
    assert hostaudit("scan", evidence, "--policy", TWO_DNS, "--format", "json").returncode == code


def test_the_silent_example_is_the_other_one_without_its_answers():
    file = read_evidence(str(TWO_OPERATORS))
    silent = tuple(
        msgspec.structs.replace(each, value=None, unknown=Unknown("timeout"))
        if each.kind == "server" and "nsone" in each.subject
        else each
        for each in file.evidence
    )

    assert SILENT.read_bytes() == encode_evidence(msgspec.structs.replace(file, evidence=silent))


def test_a_failure_names_the_command_that_explains_it(capsys):
    assert cli.run(["analyse", PARLER, "--policy", str(TWO_DNS)]) == Exit.FAIL
    brief = capsys.readouterr().out
    assert cli.run(["analyse", PARLER, "--policy", str(TWO_DNS), "-v"]) == Exit.FAIL
    last = capsys.readouterr().out.rstrip().splitlines()[-1].strip()

    assert last == "hostaudit explain HA-DNS-002"
    assert last in brief
    assert cli.run(last.split()[1:]) == Exit.PASS


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), Exit.PASS),
        (("--fail-on", "critical"), Exit.FAIL),
        (("--unknown", "fail"), Exit.PASS),
        (("--policy", str(TWO_DNS)), Exit.FAIL),
        (("--policy", str(TWO_DNS), "--baseline", "before.json"), Exit.PASS),
        (("--policy", str(TWO_DNS), "--fail-on", "low", "--baseline", "before.json"), Exit.PASS),
    ],
)
def test_options_of_judging(here, options, code):
    cli.run(["analyse", PARLER, "--policy", str(TWO_DNS), "--format", "json", "-o", "before.json", "-q"])

    assert cli.run(["analyse", PARLER, *options, "-o", "out.txt", "-q", "-v"]) == code
    if "--baseline" in options:
        assert "known before: HA-DNS-002" in Path("out.txt").read_text()


def test_a_plain_report_is_a_baseline_for_single_points(here, capsys):
    options = ["analyse", PARLER, "--fail-on", "low", "--format", "json"]

    assert cli.run([*options, "--baseline", PARLER_REPORT]) == Exit.PASS
    found = report(capsys)["findings"]
    assert {each["rule"] for each in found} == {"single-point"}
    assert all(each["baseline"] and not each["verdict"] for each in found)


@pytest.mark.parametrize(("mode", "code"), [("inconclusive", 3), ("fail", 1), ("warn", 0)])
def test_what_an_unknown_comes_to_can_be_chosen(mode, code, capsys):
    assert cli.run(["analyse", str(SILENT), "--policy", str(TWO_DNS), "--unknown", mode, "-v"]) == code
    shown = capsys.readouterr().out
    assert ("a warning only" in shown) == (mode == "warn")
    assert ("which fails" in shown) == (mode == "fail")


# -- what it tells ----------------------------------------------------------------------------------------

EXCEPTION = (
    '{id: EX-7, rule: dns.min_providers, target: parler.com, reason: "migration, OPS-12", owner: alice@example.com'
)


def test_exceptions_are_told_with_owner_and_days(here, capsys):
    text = TWO_DNS.read_text()
    ended = EXCEPTION.replace("EX-7", "EX-8").replace("dns", "mail")
    rows = f"exceptions:\n  - {EXCEPTION}, expires: 9999-12-31}}\n  - {ended}, expires: 2020-12-31}}\n"
    Path("hostaudit.yaml").write_text(f"{text}{rows}")

    assert cli.run(["analyse", PARLER]) == Exit.PASS
    assert "exceptions EX-8 has ended" in capsys.readouterr().out
    assert cli.run(["analyse", PARLER, "-v"]) == Exit.PASS
    shown = " ".join(capsys.readouterr().out.split())
    assert "Policy hostaudit.yaml: 1 excepted" in shown
    assert "excepted: HA-DNS-002 dns.min_providers: DNS operator of parler.com: 1 provider" in shown
    assert "EX-7, alice@example.com, 29" in shown
    assert "exception EX-8 has ended: mail.min_providers: it ended on 2020-12-31" in shown
    assert cli.run(["analyse", PARLER, "--strict-exceptions", "-v"]) == Exit.FAIL
    assert "HA-EXCEPTION-001" in capsys.readouterr().out


def test_the_report_carries_labels_policy_and_notes(here, capsys):
    Path("p.yaml").write_text(
        policy(
            "{min_score: 90, notice_hours: 24}",
            targets="[{match: [parler.com], labels: {owner: team-web}}]",
            exceptions=f"[{EXCEPTION}, expires: soon}}]",
        )
    )

    assert cli.run(["analyse", PARLER, "--policy", "p.yaml", "--format", "json"]) == Exit.FAIL
    shown = report(capsys)
    assert shown["labels"] == {"owner": "team-web"}
    assert shown["policy"] == {
        "source": "p.yaml",
        "line": 3,
        "extends": [],
        "notice_hours": 24,
        "rules": ["score.min"],
        "lines": {"score.min": 2},
    }
    assert [each["state"] for each in shown["exceptions_applied"]] == ["malformed"]
    assert shown["findings"][0]["code"] == "HA-SCORE-001"
    assert len(shown["run"]["day"]) == 10


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--fail-on", "severe"), "--fail-on severe is not known"),
        (("--unknown", "ignore"), "--unknown ignore is not known"),
        (("--baseline", "none.json", "--fail-on", "low"), "none.json cannot be read"),
        (("--baseline", PARLER_REPORT), "--baseline has no effect without --policy or --fail-on"),
        (("--baseline", PARLER, "--fail-on", "low"), "is evidence, not a report"),
        (("--policy", "none.yaml"), "none.yaml cannot be read"),
    ],
)
def test_what_cannot_be_meant_is_refused(here, capsys, options, words):
    assert cli.run(["analyse", PARLER, *options]) == Exit.USAGE
    assert words in capsys.readouterr().err


def test_a_baseline_of_another_site_is_refused(here, capsys):
    options = ["--policy", str(TWO_DNS), "--baseline", PARLER_REPORT]

    assert cli.run(["analyse", str(TWO_OPERATORS), *options]) == Exit.USAGE
    assert "is a report of parler.com, not of fastly.net" in capsys.readouterr().err


def test_a_wrong_policy_is_refused_before_anything_is_looked_at(here, capsys, monkeypatch):
    monkeypatch.setattr("hostaudit.audit.look", lambda *_, **__: pytest.fail("looked"))
    Path("p.yaml").write_text(policy("{min_scor: 90}"))

    assert cli.run(["scan", "example.com", "--policy", "p.yaml"]) == Exit.USAGE
    assert "min_score" in capsys.readouterr().err
