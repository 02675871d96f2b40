"""Every output format: the same report, whole, safe for its sink and the same again."""

from __future__ import annotations

import pytest
from helpers.sample_report import report

from hostaudit.report import Style, load, names

NAMES = (
    "comment",
    "csv",
    "cyclonedx",
    "gitlab",
    "html",
    "json",
    "jsonl",
    "junit",
    "markdown",
    "prom",
    "sarif",
    "terminal",
)


def test_the_folder_is_the_list_of_formats():
    assert names() == NAMES
    for name in names():
        assert load(name).name == name


@pytest.mark.parametrize("name", names())
def test_equal_reports_give_equal_bytes(name):
    assert load(name).render(report(), Style()) == load(name).render(report(), Style())
