"""What a report makes of a prefix in which several announcements may lie."""

from __future__ import annotations

import json

from helpers import ROOT

from hostaudit import audit
from hostaudit.documents import evidence_file, rules

EXAMPLE = ROOT / "examples/parler-2021/evidence.json"


def domains(document, path):
    path.write_text(json.dumps(document))
    report = audit.analyse(evidence_file.read_evidence(str(path)), rules.shipped())
    return {(each.failure_domain.kind, each.failure_domain.id) for each in report.spofs}


def test_a_merged_prefix_is_claimed_to_be_shared_by_nobody(tmp_path):
    document = json.loads(EXAMPLE.read_text("utf-8"))
    announced = domains(document, tmp_path / "announced.json")
    for item in document["evidence"]:
        if item["kind"] == "origin" and "value" in item:
            item["value"]["merged"] = True
    merged = domains(document, tmp_path / "merged.json")

    assert {kind for kind, _ in announced} - {kind for kind, _ in merged} == {"prefix"}
    assert merged == {each for each in announced if each[0] != "prefix"}
