"""Reports that an older version wrote are read, shown and compared as ever: ``history/older-report.json``."""

from __future__ import annotations

import json

import pytest
from helpers import ROOT
from helpers.corpus import SITES, bundles

from hostaudit import cli, report
from hostaudit.audit import analyse
from hostaudit.documents import rules
from hostaudit.documents.evidence_file import encode_evidence, read_report
from hostaudit.errors import Exit
from hostaudit.model.report import Report, TimeTerm

OLDER = ROOT / "tests" / "history" / "older-report.json"


def older() -> Report:
    found = read_report(str(OLDER))
    assert isinstance(found, Report)
    return found


def test_it_has_no_word_of_what_is_new():
    found = older()

    assert not any(each.direct for each in found.dependencies)
    assert (found.upstream_roles, found.times) == ((), {})
    assert all(isinstance(each, TimeTerm) for point in found.spofs for row in point.functions for each in row.times)


@pytest.mark.parametrize("name", report.names())
def test_every_format_writes_it(name):
    assert report.load(name).render(older(), report.Style())


def test_its_times_are_told_as_before():
    assert "recovery is assumed, with a source for each number" in " ".join(
        report.load("terminal").render(older(), report.Style()).split()
    )


def test_it_is_compared_with_a_report_of_today(tmp_path, capsys):
    now = tmp_path / "now.json"
    now.write_text(report.load("json").render(analyse(bundles()["behind-a-proxy"], rules.shipped()), report.Style()))

    assert cli.run(["diff", str(OLDER), str(now), "--format", "json"]) == Exit.PASS
    changes = json.loads(capsys.readouterr().out)["changes"]
    assert not [each for each in changes if each["part"] in ("dependency", "single_point", "evidence")]


def test_what_was_in_it_is_no_new_failure(tmp_path):
    path = tmp_path / "evidence.json"
    path.write_bytes(encode_evidence(SITES["behind-a-proxy"]().file()))
    judged = ["analyse", str(path), "--fail-on", "low", "-q"]

    assert cli.run(judged) == Exit.FAIL
    assert cli.run([*judged, "--baseline", str(OLDER)]) == Exit.PASS


def test_the_score_of_it_is_explained(capsys):
    assert cli.run(["explain", "score", str(OLDER)]) == Exit.PASS
    assert "exposure" in capsys.readouterr().out
