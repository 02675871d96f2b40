"""Bars, amounts and times in few characters."""

from __future__ import annotations

import pytest
from helpers import sample_whatif as sample
from helpers.pages_shown import flat

from hostaudit.report import Style, wording
from hostaudit.report.terminal import bars
from hostaudit.report.terminal.sheet import Sheet


def test_the_bar_differs_by_its_characters_alone():
    for unicode in (True, False):
        sheet = Sheet(Style(unicode=unicode))
        assert len({bars.drawn(sheet, [state]) for state in bars.STATES}) == len(bars.STATES)


def test_the_amount_says_how_it_is_known():
    written = flat(sample.whatif(), width=200)

    assert "35 days down (2 to 42 days), estimated" in written
    assert "45 minutes down, via OVH standby" in written
    assert "602 days down, no end on record, left: F-Droid" in written
    assert "24 hours degraded, estimated" in written


@pytest.mark.parametrize(
    ("hours", "clock", "short"),
    [
        (0, "0h", "0 h"),
        (0.004, "1m", "1 min"),
        (0.75, "45m", "45 min"),
        (3.75, "3.8h", "4 h"),
        (55.98, "56h", "56 h"),
        (95, "95h", "95 h"),
        (840, "35d", "35 d"),
        (14448, "602d", "602 d"),
        (99999999, "11416y", "4166667 d"),
    ],
)
def test_times_in_few_characters(hours, clock, short):
    assert (wording.clock(hours), wording.short(hours)) == (clock, short)
