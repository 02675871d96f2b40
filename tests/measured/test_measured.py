"""The catalogue against the project's own labelled rows: no role falls below what was reached once."""

from __future__ import annotations

import pytest
from helpers import ROOT
from measured import measure as set_of

from hostaudit.analysis.catalogue.catalogue import Catalogue
from hostaudit.documents import rules

ROWS = set_of.rows()
PAGE = (ROOT / "docs/accuracy.md").read_text("utf-8")
WHOLE = {"dns", "cdn", "paas", "object_storage", "waf", "hosting", "mail", "sending", "ca", "registrar", "registry"}


@pytest.fixture(scope="module")
def counts():
    return set_of.measure(ROWS)


@pytest.mark.parametrize("role, kind", sorted({(row.role, row.kind) for row in ROWS}))
def test_a_role_does_not_fall_below_its_floor(role, kind, counts):
    count, (precision, recall) = counts[role, kind], set_of.floors()[role, kind]

    assert count.precision >= precision, "\n".join(count.wrong)
    assert count.recall >= recall, "\n".join(count.wrong)


def test_the_floors_are_those_of_the_set_and_no_lower_than_it_must_be(counts):
    floors = set_of.floors()

    assert set(floors) == set(counts)
    slack = {key: (counts[key].precision - least[0], counts[key].recall - least[1]) for key, least in floors.items()}
    assert {key: each for key, each in slack.items() if max(each) > 0.05} == {}


def test_the_set_is_large_covers_every_role_and_has_rows_for_which_nobody_is_right():
    nobody = [row for row in ROWS if not row.expected]

    assert len(ROWS) >= 1000
    assert len(nobody) >= 200
    assert {row.role for row in ROWS} >= {*WHOLE, "app_store", "page"}
    assert {row.kind for row in ROWS} == set_of.kinds()


def test_each_row_stands_once_names_its_source_and_providers_that_exist():
    catalogue = Catalogue(rules.load())
    told = set_of.sources()

    assert len({(row.kind, row.value) for row in ROWS}) == len(ROWS)
    assert {row.source for row in ROWS} == set(told)
    assert [row for row in ROWS for each in row.expected | row.also if catalogue.provider(each) is None] == []


def test_nobody_is_named_where_nobody_is_right():
    rows = [row for row in ROWS if not row.expected and not row.also]

    assert [line for count in set_of.measure(rows).values() for line in count.wrong] == []


def test_a_line_that_is_no_row_is_named(tmp_path, monkeypatch):
    (tmp_path / "bad.txt").write_text("[dns ns quoted]\nns1.example.com\n", "utf-8")
    monkeypatch.setattr(set_of, "ROWS", tmp_path)

    with pytest.raises(ValueError, match=r"bad\.txt:2: neither"):
        set_of.rows()


def test_the_page_on_accuracy_shows_the_figures_and_their_date(counts):
    assert set_of.table(counts) in PAGE
    assert f"{len(ROWS):,} rows" in PAGE
    assert set_of.DATE in PAGE
