"""A recovery that the owner has tried counts for the high end, for a year, and never for the low one."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest
from helpers.pages_shown import flat
from helpers.reports import report_on
from helpers.sites import AT, Site, in_one_leg, in_pairs, on_one_parent
from hypothesis import given, settings
from hypothesis import strategies as st

from hostaudit.model.report import Report
from hostaudit.model.roles import RESTORED
from hostaudit.model.site import TEST_HOLDS, DeclaredRecovery

SCANNED = date.fromisoformat(AT[:10])
SITES = {"one leg": in_one_leg, "one parent": on_one_parent, "in pairs": in_pairs}


def with_recovery(site: Site, days: int = 10, hours: float = 4.0, role: str = "hosting") -> Report:
    tested = (SCANNED - timedelta(days=days)).isoformat()
    return report_on(site.declare(recovery={role: DeclaredRecovery(hours, tested)}))


def test_a_tested_recovery_counts_for_the_high_end_and_the_low_end_stays():
    before, after = report_on(in_one_leg()), with_recovery(in_one_leg())
    (note,) = after.recoveries

    assert after.score.low == before.score.low
    assert after.score.high > before.score.high + 10
    assert (note.state, note.age_days, note.cases, note.famous) == ("counts", 10, 6, True)
    assert (note.recorded.low, note.recorded.usual, note.recorded.high) == (48, 360, 2136)
    assert after.spofs == before.spofs
    assert (after.score.class_.low, after.score.class_.high) == ("E", "C")


def test_ttls_come_on_top():
    working = with_recovery(in_one_leg()).score.working[-1]
    hetzner = next(each for each in working.companies if each.parent == "hetzner")
    (web,) = [each.hours for each in hetzner.functions if each.id == "web"]

    assert web == pytest.approx(4 + 60 / 3600 / 2, abs=0.01)


@pytest.mark.parametrize(
    ("days", "state"),
    [(TEST_HOLDS, "counts"), (TEST_HOLDS + 1, "old"), (0, "counts"), (-1, "counts"), (-2, "future")],
)
def test_the_age_of_a_test_is_reckoned_from_the_scan(days, state):
    report = with_recovery(in_one_leg(), days)
    (note,) = report.recoveries

    assert (note.state, note.age_days) == (state, max(0, days))
    assert (report.score.high > report_on(in_one_leg()).score.high) is (state == "counts")


def test_hours_that_are_no_less_than_the_recorded_ones_count_nothing_and_say_so():
    report = with_recovery(in_one_leg(), hours=360)

    assert report.recoveries[0].state == "longer"
    assert report.score == report_on(in_one_leg()).score
    assert "it counts nothing, as recorded cases are back in 15 days" in flat(report)


def test_the_page_has_a_line_for_each_and_says_why_it_counts_nothing():
    assert "hosting: back in 4 hours, tested on 2020-12-30, 10 days before the scan: it counts" in flat(
        with_recovery(in_one_leg())
    )
    assert "as a test holds for 365 days" in flat(with_recovery(in_one_leg(), 400))
    assert "which is after the scan" in flat(with_recovery(in_one_leg(), -5))
    assert "from 6 recorded cases that the press told of" in flat(with_recovery(in_one_leg()))


def test_what_is_not_declared_is_left_out():
    assert report_on(in_one_leg()).recoveries is msgspec.UNSET


def test_assumed_times_say_how_many_cases_there_are_and_that_the_press_told_of_them():
    times = report_on(in_one_leg()).times.values()
    assumed = [each for each in times if isinstance(each.cases, int)]

    assert {each.how for each in assumed} == {"assumed"}
    assert {(each.hours.usual, each.cases, each.famous) for each in assumed if each.hours.usual == 360} == {
        (360, 6, True)
    }
    assert all(each.cases is msgspec.UNSET for each in times if each.how == "measured")


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(sorted(SITES)),
    role=st.sampled_from(RESTORED),
    hours=st.floats(0.01, 5000),
    days=st.integers(-400, 800),
)
def test_a_declared_recovery_never_lowers_the_high_end_nor_moves_the_low_one(name, role, hours, days):
    before, after = report_on(SITES[name]()), with_recovery(SITES[name](), days, hours, role)

    assert after.score.low == before.score.low
    assert after.score.high >= before.score.high
    assert [each.state for each in after.functions] == [each.state for each in before.functions]
    assert (after.verdict, after.cut_sets, after.spofs) == (before.verdict, before.cut_sets, before.spofs)
