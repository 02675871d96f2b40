"""The words of reports: whole texts of the cases in which they were once wrong, and none of the old words anywhere."""

from __future__ import annotations

import re

import pytest
from helpers.corpus import STYLE, bundles, rendered
from helpers.sample_report import report as sample
from helpers.wording_cases import CASES, GOLDEN, shown

from hostaudit import api, report

ONCE_SAID = {
    "a recovery as if the company decided it": r"alone can (take down|end) [^;.]*, for about",
    "a share that leaves the origin out": r"% of its grounds known",
    "an age of no day": r"\b0 d(ays)? old",
    "a store that takes something down": r"(?i)what can take it down",
    "a loss that begins later for everybody": r"- in \d+ days",
    "one figure for several losses": r"(?i)to lose (one|a \w+) costs",
    "an unknown that hides something where nothing is unknown": r"may hide one",
    "an operator that is known, as if it worked": r"✓ (DNS|mail|hosting|CDN|app store|certificates) known",
    "a registrar of nobody's name": r"(MarkMonitor|Verisign), regist(rar|ry)\b",
    "names that end something": r"these can end it too",
    "the same, otherwise": r"(?i)seen otherwise",
    "a leg that nobody names": r"another leg goes on",
    "what was established": r"could not be (established|learnt)",
    "what hangs on what": r"what it hangs on",
    "a company among several without a number": r"\b1 more can each",
    "words of another language": r"not wholly|To know besides|What is wanting|not told who|ran out \d+|safe or not",
}


@pytest.mark.parametrize("name", CASES)
def test_the_head_and_the_rows_of_a_case_are_the_golden_ones(name):
    assert shown(CASES[name]) == (GOLDEN / f"{name}.txt").read_text("utf-8")


def test_every_golden_text_belongs_to_a_case_and_each_of_the_sixteen_has_one():
    assert {each.stem for each in GOLDEN.iterdir()} == set(CASES)
    assert {name[:2] for name in CASES} == {f"{number:02}" for number in range(1, 17)}


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """Every page of the corpus and of the cases, each on one line."""
    found = {f"{name} {form}": text for name, file in bundles().items() for form, text in forms(file)}
    found |= {name: case.page() for name, case in CASES.items()}
    found["sample"] = report.load("terminal").render(sample(), STYLE)
    return {name: " ".join(text.split()) for name, text in found.items()}


def forms(file):
    yield from ((form, rendered(file, form)) for form in ("terminal", "screens"))
    yield "markdown", report.load("markdown").render(api.analyse(file), STYLE)


@pytest.mark.parametrize("what", ONCE_SAID)
def test_no_page_says_what_was_once_said(what, pages):
    assert {name: found[0] for name, text in pages.items() if (found := re.search(ONCE_SAID[what], text))} == {}


def test_a_page_says_that_no_fallback_was_seen_only_where_none_was(pages):
    assert "No fallback was seen." not in pages["09-declared-and-not-proved"]
    assert "No fallback was seen." in pages["01-what-the-company-decides"]


def test_a_country_that_only_a_registry_brings_is_no_row_and_another_is(pages):
    assert "country US" not in pages["13-a-country-for-its-registry-alone"]
    assert "country US: everything" in pages["behind-a-proxy terminal"]
