"""Evidence bundles and the reports that they must give, byte for byte."""

from __future__ import annotations

import pytest
from helpers.corpus import CORPUS, FORMATS, SITES, bundles, rendered

from hostaudit.documents.evidence_file import encode_evidence, read_evidence

pytestmark = pytest.mark.smoke


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", [*SITES, "parler-2021"])
def test_the_report_is_the_golden_one(name, form):
    golden = CORPUS / f"{name}.{FORMATS[form]}"

    assert rendered(bundles()[name], form) == golden.read_text("utf-8")


@pytest.mark.parametrize("name", SITES)
def test_a_bundle_survives_being_saved_and_read(name, tmp_path):
    path = tmp_path / "evidence.json"
    file = SITES[name]().file()
    path.write_bytes(encode_evidence(file))

    assert rendered(read_evidence(str(path)), "json") == rendered(file, "json")


def test_every_golden_file_belongs_to_a_bundle():
    expected = {f"{name}.{ending}" for name in bundles() for ending in FORMATS.values()}

    assert {each.name for each in CORPUS.iterdir()} == expected
