"""What the commands print, as processes, is no command to the build that runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers.command import PARLER, evidence, hostaudit
from helpers.runners import LURES, commands
from helpers.sample_judged import FAILED, judged
from msgspec import structs
from prometheus_client.parser import text_string_to_metric_families

from hostaudit.cli.options import Console, Output
from hostaudit.cli.output import Writer
from hostaudit.errors import Exit
from hostaudit.model.report import Report
from hostaudit.report import names

LURE = "##vso[task.complete result=Succeeded;]done ##[add-mask]x ##teamcity[buildStop] ::error::owned"


def luring(text: str) -> str:
    """Evidence that names a strange issuer and network."""
    file = json.loads(Path(PARLER).read_text("utf-8"))
    for item in file["evidence"]:
        value = item.get("value") or {}
        for key in ("issuer", "organisation", "organization", "registrar"):
            held = value.get(key)
            if isinstance(held, str):
                value[key] = text
            elif isinstance(held, dict):
                value[key] = {
                    name: text if isinstance(each, str) and len(each) > 2 else each for name, each in held.items()
                }
        item["source"] = text
    return json.dumps(file)


@pytest.mark.parametrize("name", names())
def test_no_report_on_standard_output_steers_a_pipeline(tmp_path, name):
    path = tmp_path / "e.json"
    path.write_text(luring(LURE))
    shown = hostaudit("analyse", path, "--no-site", "--fail-on", "high", "--format", name)

    assert shown.returncode == Exit.FAIL, shown.stderr
    assert list(commands(shown.stdout + shown.stderr)) == []
    if name in ("json", "jsonl"):
        assert LURE in {each["source"] for each in json.loads(shown.stdout)["evidence"]}


@pytest.mark.parametrize("name", ["csv", "prom"])
def test_tables_and_metrics_are_changed_on_standard_output_only(tmp_path, capfdbinary, name):
    row = structs.replace(FAILED, subject=LURE, message=LURE, rule=LURE)
    kept = tmp_path / "kept"
    report = judged("fail", row)
    Writer(Output(name), Console(quiet=True), document=Report).put(report)
    shown = capfdbinary.readouterr().out.decode()
    Writer(Output(name, [str(kept)]), Console(quiet=True), document=Report).put(report)

    assert LURE in kept.read_text("utf-8")
    assert list(commands(shown)) == []
    assert "\\x23#vso[" in shown
    if name == "prom":
        values = [
            each.labels.get("rule", "") for family in text_string_to_metric_families(shown) for each in family.samples
        ]
        assert any("\\x23#vso[" in value for value in values)


@pytest.mark.parametrize("text", [each for each in LURES if "\n" not in each and "\r" not in each])
def test_no_complaint_steers_a_pipeline(tmp_path, text):
    path = tmp_path / "e.json"
    path.write_text(evidence(evidence=[{"id": "x:y", "kind": text, "subject": "y", "source": "s", "at": "z"}]))
    for told in (hostaudit("analyse", path, "--no-site"), hostaudit("scan", text), hostaudit("explain", text)):
        assert told.returncode == Exit.USAGE
        assert list(commands(told.stderr + told.stdout)) == []


def test_no_rejected_line_of_a_list_and_no_traceback_steers_a_pipeline(tmp_path):
    listed = "\n".join(each for each in LURES if "\n" not in each)
    told = hostaudit("scan", "-l", "-", "--resolver", "127.0.0.1", stdin=listed)

    assert told.returncode in (Exit.NOTHING_TO_SCAN, Exit.USAGE)
    assert list(commands(told.stderr + told.stdout)) == []
    for text in ("##[error]x", "::error::x"):
        broken = hostaudit("analyse", f"{tmp_path}/{text}", "--debug")
        assert list(commands(broken.stderr)) == []
