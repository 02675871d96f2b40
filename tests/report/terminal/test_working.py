"""The working of a score, to be redone with a calculator."""

from __future__ import annotations

import math
import re

import msgspec
import pytest
from helpers import sample_whatif as sample
from helpers.pages_shown import flat, shown

from hostaudit.model.actors import NOBODY
from hostaudit.model.report import WorkingEnd


def test_the_working_can_be_redone_with_a_calculator():
    written = flat(sample.working(), width=200)

    assert "gone for 100 h, harm = ln(1 + 100) / ln(1 + 720) = 0.7013 0.7013 x weight 0.1 = 0.0701" in written
    assert "harm = ln(1 + 1000) / ln(1 + 720) = 1.0499, at most 1 1.0000 x weight 0.5 = 0.5000" in written
    assert "exposure = 0.5000 + 0.0701 = 0.5701" in written
    assert "exposure = (0.2957 + 0.0710 + 0.0591) x 0.05 (it holds only names) = 0.0213" in written
    assert "score = 100 x (1 - 0.5701) x (1 - 0.25 x 0.0701) x (1 - 0.0213) = 41.3" in written
    assert "full_harm_hours 720 - after thirty days" in written
    assert "+2 more, see --format json" in written


def test_every_sum_of_the_working_is_right():
    written = shown(sample.working(), width=200).replace("weight ", "").replace(" (it holds only names)", "")
    lines = [line.removesuffix(", at most 1") for line in written.splitlines()]
    sums = [
        found.groups() for line in lines if (found := re.search(r"((?:ln\(|[(\d])[-+x/(). 0-9ln]*) = ([.\d]+)$", line))
    ]

    assert len(sums) == 23
    for left, right in sums:
        near = 0.06 if left.startswith("100 x") else 2e-4
        assert eval(left.replace("x", "*"), {"ln": math.log}) == pytest.approx(float(right), abs=near)


def test_ends_that_agree_are_worked_once_and_the_formula_stands_alone():
    low = sample.working().ends[0]
    same = sample.working(ends=(low, msgspec.structs.replace(low, end="high")))

    assert "The low and high end, the same: 41.3" in flat(same)
    assert "The high end" not in flat(same)
    alone = flat(sample.working(target=None, ends=(), constants={}))
    assert alone.startswith("How the score is computed")
    assert "end," not in alone
    nobody = flat(sample.working(ends=(WorkingEnd("high", 100.0, ()),), constants={}))
    assert "No company ends a function alone" in nobody
    assert nobody.endswith("score = 100.0")


def test_what_nobody_could_name_counts_as_any_company():
    nobody = msgspec.structs.replace(sample.working().ends[0].companies[0], parent=NOBODY, exposure=0.5)
    written = flat(sample.working(ends=(WorkingEnd("low", 42.0, (nobody,)),)))

    assert "What nobody could name counts as 5 companies." in written
    factors = "x (1 - 0.5000) x (1 - 0.25 x 0.5000) x (1 - 0.0625 x 0.5000) x (1 - 0.015625 x 0.5000)"
    assert f"score = 100 {factors} x (1 - 0.003906 x 0.5000) = 42.0" in written


def test_without_the_constants_the_working_still_shows_harm_and_weight():
    written = flat(sample.working(constants={}))

    assert "web site: gone for 1000 h, harm 1.0000 x weight 0.5 = 0.5000" in written
