"""The job that looks at the facts that ship: it says what is old, and nothing of what is young."""

from __future__ import annotations

import importlib
import sys
from datetime import UTC, datetime

import pytest
import yaml
from helpers import ROOT

from hostaudit.documents import rules


@pytest.fixture(scope="module")
def job():
    sys.path.insert(0, str(ROOT / ".ci"))
    try:
        return importlib.import_module("facts")
    finally:
        sys.path.remove(str(ROOT / ".ci"))


def test_old_and_damaged_tables_are_named(job):
    items = [
        {"id": "young", "date": "2026-11-01", "state": "ok"},
        {"id": "old", "date": "2025-11-01", "state": "stale"},
        {"id": "torn", "date": "", "state": "damaged"},
        {"id": "feed", "date": "", "state": "not_fetched"},
    ]
    assert job.old_tables({"items": items}) == ["old of 2025-11-01 is old", "torn of  is old"]


def test_owners_are_read_again_after_two_years(job):
    read = [each for each in rules.shipped().providers if each.read]

    assert read
    assert job.old_owners(datetime(2026, 12, 1, tzinfo=UTC)) == []
    assert f"the owner of {read[0].id} was read in {read[0].read}" in job.old_owners(datetime(2029, 1, 1, tzinfo=UTC))


def test_the_workflow_runs_it_every_month():
    workflow = yaml.load((ROOT / ".github" / "workflows" / "facts.yml").read_text("utf-8"), Loader=yaml.BaseLoader)

    assert workflow["on"]["schedule"]
    assert "python .ci/facts.py" in [step.get("run") for step in workflow["jobs"]["facts"]["steps"]]
