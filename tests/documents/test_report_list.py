"""The file of a list of sites, a report alone, and evidence: told apart by what is in them."""

from __future__ import annotations

import json

import pytest
from helpers import ROOT
from helpers.command import PARLER, PARLER_REPORT, evidence

from hostaudit.documents.report_list import MOST_SITES, read_saved
from hostaudit.errors import DocumentError
from hostaudit.model.evidence import EvidenceFile
from hostaudit.model.report import Report

REPORT = json.loads((ROOT / "tests" / "corpus" / "in-pairs.json").read_text("utf-8"))


def written(tmp_path, *lines) -> str:
    path = tmp_path / "list.jsonl"
    path.write_text("".join(f"{each if isinstance(each, str) else json.dumps(each)}\n" for each in lines), "utf-8")
    return str(path)


def test_a_report_evidence_and_a_list_are_told_apart(tmp_path):
    alone, looked = read_saved(PARLER_REPORT), read_saved(PARLER)
    listed = read_saved(written(tmp_path, REPORT, {"type": "failed", "domain": "x.com"}, REPORT, {"type": "summary"}))

    assert ([type(each) for each in alone.sites], alone.listed) == ([Report], False)
    assert ([type(each) for each in looked.sites], looked.listed) == ([EvidenceFile], False)
    assert ([type(each) for each in listed.sites], listed.listed, listed.left_out) == ([Report] * 2, True, ("x.com",))


def test_a_list_of_one_is_a_list(tmp_path):
    assert read_saved(written(tmp_path, REPORT)).listed


def test_lines_of_evidence_are_a_list_and_one_alone_is_not(tmp_path):
    one = json.loads(evidence())
    two = read_saved(written(tmp_path, one, REPORT))

    assert ([type(each) for each in two.sites], two.listed) == ([EvidenceFile, Report], True)
    assert not read_saved(written(tmp_path, one)).listed


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ((REPORT, '{"schema": "hostaudit.rep'), "line 2 of .* is not complete JSON"),
        ((REPORT, {"schema": "hostaudit.evidence/1"}), "line 2 of"),
        ((REPORT, *[{"schema": "hostaudit.report/1"}]), "line 2 of .* is neither a report nor evidence"),
        (("[1, 2]",), "is neither a report nor evidence"),
        (("",), "is incomplete or not JSON"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path, lines, told):
    with pytest.raises(DocumentError, match=told):
        read_saved(written(tmp_path, *lines))


def test_more_sites_than_fit_into_memory_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("hostaudit.documents.report_list.MOST_SITES", 1)
    assert MOST_SITES > 1

    with pytest.raises(DocumentError, match="more than 1 sites"):
        read_saved(written(tmp_path, REPORT, REPORT))


def test_a_file_that_is_not_there_is_told():
    with pytest.raises(DocumentError, match="cannot be read"):
        read_saved("no/such/file")
