"""The pages of the project, to which formats lead."""

from __future__ import annotations

import re
import tomllib

import pytest
from helpers import ROOT

from hostaudit.documents import rules
from hostaudit.report import project
from hostaudit.report.project import project_page, rule_page


def test_the_page_is_that_of_the_project_file():
    urls = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["urls"]

    assert project_page() == urls["Source"]


def test_every_code_has_its_place_on_the_page_of_rules():
    places = set(re.findall(r'<a id="([^"]+)"></a>', (ROOT / "docs" / "rules.md").read_text("utf-8")))
    codes = {code for each in rules.load().checks.values() for code in (each.code, *each.codes.values()) if code}

    assert codes == places
    assert rule_page("HA-DNS-002").endswith("/docs/rules.md#HA-DNS-002")
    assert rule_page("").endswith("/docs/rules.md")


@pytest.mark.parametrize("code", ["", "HA-CA-010#x", "HA-CA-01", "ha-ca-010", "https://evil.example", "HA-CA-010\n"])
def test_only_a_code_of_ours_is_an_address(code):
    assert project.rule_link(code) == ""
    assert project.rule_link("HA-CA-010") == f"{project.project_page()}/blob/main/docs/rules.md#HA-CA-010"


def test_without_an_installed_package_there_is_no_address(monkeypatch):
    monkeypatch.setattr(project, "project_page", lambda: "")

    assert project.rule_link("HA-CA-010") == ""
