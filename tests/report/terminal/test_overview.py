"""The table at the end of a list: the worst first, all counted, nothing from outside interpreted."""

from __future__ import annotations

import re

import pytest
from helpers import corpus
from helpers.hostile_strings import HOSTILE, label

from hostaudit import audit
from hostaudit.documents import rules
from hostaudit.model.overview import Fall, SiteLine, line_of
from hostaudit.report import Style
from hostaudit.report.terminal.overview import MOST_SITES, overview
from hostaudit.report.text import width

CODES = re.compile(r"\x1b\[[0-9;]*m")
LINES = {name: line_of(audit.analyse(file, rules.load())) for name, file in corpus.bundles().items()}


def page(sites, columns: int = 100, **abilities) -> list[str]:
    return overview(sites, Style(width=columns, **abilities)).splitlines()


def test_the_worst_site_comes_first():
    lines = page(list(LINES.values()))
    rows = [line for line in lines if re.match(r" \S", line)][1:]

    assert rows[0].split()[0] == "down"
    assert [row.split()[0] for row in rows[:2]] == ["down", "down"]
    assert "parler.com" in next(row for row in rows if row.split()[0] == "E")
    assert rows[-1].split()[0] in ("A", "no")


def test_the_head_counts_the_web_sites_that_each_company_stops():
    with_amazon = [
        each for each in LINES.values() if any(f.company == "amazon" and "web" in f.functions for f in each.falls)
    ]

    assert f"{len(with_amazon)} with Amazon" in " ".join(page(list(LINES.values()))[:3])


def test_what_is_broken_is_told_in_full_below_its_site():
    text = " ".join(" ".join(page([LINES["expired-certificate"], LINES["in-pairs"]])).split())

    assert "Browsers refuse the certificate of steady.org: it ended on 2021-01-01" in text


def test_of_a_site_that_nobody_could_look_at_nothing_is_claimed():
    (row,) = (line for line in page([LINES["in-the-dark"], LINES["in-pairs"]]) if "dark.com" in line)

    assert "not known" in row
    assert "no company, names aside" not in row


def test_a_long_list_says_how_many_are_not_shown():
    lines = page([SiteLine(f"site{at}.example", low=50, high=50, classes=("C",)) for at in range(MOST_SITES + 7)])

    assert sum("site" in line and ".example" in line for line in lines) == MOST_SITES
    assert " +7 more sites, in the records of the run" in lines


@pytest.mark.parametrize("columns", [20, 40, 60, 80, 120])
@pytest.mark.parametrize("unicode", [True, False])
def test_no_line_is_wider_than_the_terminal(columns, unicode):
    lines = page([*LINES.values(), SiteLine("broken.example", failure="KeyError: x")], columns, unicode=unicode)

    assert all(width(line) <= columns for line in lines)
    assert unicode or all(line.isascii() for line in lines)


def test_colours_only_repeat_the_words():
    sites = list(LINES.values())

    assert [CODES.sub("", line).rstrip() for line in page(sites, colour=True)] == page(sites)


@pytest.mark.parametrize("text", HOSTILE, ids=label)
def test_text_from_outside_stays_text(text):
    fall = Fall("x", text, ("web",), 24.0)
    lines = page([SiteLine("a.example", falls=(fall,), news=text, classes=("C",)), SiteLine("b.example", failure=text)])

    assert all(char.isprintable() for line in lines for char in line)
    assert "##[" not in "\n".join(lines)
