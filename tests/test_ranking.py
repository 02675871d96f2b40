"""The score ranks sites as an engineer would; docs/score.md shows the same pairs with the same numbers."""

from __future__ import annotations

from functools import cache

import pytest
from helpers import ROOT
from helpers.ranked_pairs import PAIRS, SHAPES, built

from hostaudit import audit
from hostaudit.documents import rules
from hostaudit.model.report import Score

RULES = rules.shipped()


@cache
def scored(shape: str) -> Score:
    return audit.analyse(built(SHAPES[shape]).file(), RULES).score


@pytest.mark.parametrize(("better", "worse", "why"), PAIRS, ids=[f"{a} over {b}" for a, b, _ in PAIRS])
def test_the_better_site_has_the_better_score(better, worse, why):
    first, second = scored(better), scored(worse)

    assert first.low >= second.low, why
    assert first.high >= second.high, why
    assert (first.low, first.high) != (second.low, second.high), why


def test_a_second_host_brings_at_least_ten_points():
    for one, two in (("one of each", "two hosts"), ("two DNS operators", "two of each")):
        assert scored(two).high >= scored(one).high + 10


def test_the_ends_of_the_scale():
    assert scored("everything at Amazon").high < 15
    assert scored("two of each, apps in two stores").low >= 85
    assert scored("two of each").low >= 85


def shown(score: Score) -> str:
    low, high = f"{score.low:.1f}", f"{score.high:.1f}"
    if score.class_ is None:
        return low
    classes = sorted({score.class_.high, score.class_.low})
    return f"{low if low == high else f'{low} to {high}'}, {' to '.join(classes)}"


def test_the_page_shows_the_pairs_with_their_scores():
    page = (ROOT / "docs" / "score.md").read_text("utf-8")

    for better, worse, why in PAIRS:
        assert f"| {better} | {shown(scored(better))} | {worse} | {shown(scored(worse))} | {why} |" in page
