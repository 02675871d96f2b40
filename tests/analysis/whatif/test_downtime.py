"""Spans of time against a grid of points, on which each question is asked one by one."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostaudit.analysis.fault_tree.tree import Switch, Term
from hostaudit.analysis.impact.outage import RecoveryTimes
from hostaudit.analysis.whatif.downtime import ALWAYS, NEVER, DowntimeMeasure, clipped, hours, shared, united, without
from hostaudit.model.report import Hours
from hostaudit.model.rules import Recovery

END = 12
POINTS = [number + 0.5 for number in range(END)]
CLOCK = RecoveryTimes({"switch": Recovery(1, 2, 3, "", "")}, 720)

pairs = st.tuples(st.integers(0, END), st.integers(0, END)).map(lambda each: (float(min(each)), float(max(each))))
raw = st.lists(pairs, max_size=5).map(tuple)
spans = raw.map(lambda value: united([value]))


def at(value, point: float) -> bool:
    return any(start <= point < end for start, end in value)


def sound(value) -> bool:
    """Disjoint, apart from one another, in order and none empty."""
    edges = [edge for span in value for edge in span]
    return edges == sorted(set(edges))


@given(st.lists(raw, max_size=4))
def test_united_is_gone_while_any_is(values):
    found = united(values)

    assert sound(found)
    for point in POINTS:
        assert at(found, point) == any(at(value, point) for value in values)


@given(spans, spans)
def test_shared_is_gone_while_both_are(one, other):
    found = shared(one, other)

    assert sound(found)
    assert found == shared(other, one)
    for point in POINTS:
        assert at(found, point) == (at(one, point) and at(other, point))


@given(spans, spans)
def test_without_is_gone_while_only_the_first_is(one, other):
    found = without(one, other)

    assert sound(found)
    for point in POINTS:
        assert at(found, point) == (at(one, point) and not at(other, point))


@given(spans, spans)
def test_hours_add_up(one, other):
    assert hours(one) == sum(at(one, point) for point in POINTS)
    assert hours(united([one, other])) + hours(shared(one, other)) == hours(one) + hours(other)
    assert hours(without(one, other)) + hours(shared(one, other)) == hours(one)


@given(spans, st.integers(0, END))
def test_a_horizon_cuts_off(value, horizon):
    assert clipped(value, horizon) == shared(value, ((0.0, float(horizon)),))
    assert hours(clipped(value, horizon)) <= horizon


def test_what_has_no_end_is_cut_and_compared_like_the_rest():
    assert united([ALWAYS, ((3.0, 4.0),)]) == ALWAYS
    assert without(ALWAYS, ((2.0, 5.0),)) == ((0.0, 2.0), (5.0, math.inf))
    assert clipped(ALWAYS, 7.0) == ((0.0, 7.0),)
    assert hours(ALWAYS) == math.inf
    assert united([]) == shared(ALWAYS, NEVER) == without(NEVER, ALWAYS) == NEVER


@given(st.lists(spans, max_size=3))
def test_the_measure_reads_gates_as_need_and_alternative(values):
    measure = DowntimeMeasure(CLOCK, 1, {})

    needs, ways = measure.all_of(values), measure.any_of(values)

    for point in POINTS:
        assert at(needs, point) == any(at(value, point) for value in values)
        assert at(ways, point) == all(at(value, point) for value in values)


def declared(takes: float) -> Switch:
    return Switch("s", further=(Term(Hours(takes, takes, takes), "assumed", "declared"),))


@pytest.mark.parametrize(
    ("switch", "spare", "notices", "expected"),
    [
        (Switch("s", "switch"), NEVER, {}, ((5.0, 7.0),)),
        (Switch("s", "switch"), NEVER, {5.0: 1.5}, ((5.0, 5.5),)),
        (Switch("s", "switch"), NEVER, {5.0: 48.0}, NEVER),
        (Switch("s", "switch"), NEVER, {4.0: 48.0}, ((5.0, 7.0),)),
        (Switch("s", automatic=True), NEVER, {}, NEVER),
        (Switch("s", automatic=True), ((6.0, 8.0),), {}, ((6.0, 8.0),)),
        (Switch("s", "switch"), ((6.0, 8.0),), {}, ((5.0, 8.0),)),
        (Switch("s", "switch"), ((5.5, 6.0),), {}, ((5.0, 7.0),)),
        (Switch("s", "switch"), ((9.0, 20.0),), {}, ((5.0, 7.0), (9.0, 10.0))),
        (Switch("s", "switch"), ((0.0, 99.0),), {}, ((5.0, 10.0),)),
        (declared(0.5), NEVER, {}, ((5.0, 5.5),)),
        (declared(99.0), NEVER, {}, ((5.0, 10.0),)),
        (Switch("s", "no such step"), NEVER, {}, ((5.0, 10.0),)),
    ],
)
def test_a_spare_takes_over_after_its_switch_while_it_is_there(switch, spare, notices, expected):
    measure = DowntimeMeasure(CLOCK, 1, notices)

    assert measure.standby(((5.0, 10.0),), [(switch, spare)]) == expected


def test_what_is_lost_twice_is_switched_once():
    measure = DowntimeMeasure(CLOCK, 1, {})
    lost = ((5.0, 10.0), (20.0, 30.0))

    assert measure.standby(lost, [(Switch("s", "switch"), NEVER)]) == ((5.0, 7.0),)


def test_a_loss_that_is_over_before_the_switch_does_not_help_with_the_next():
    measure = DowntimeMeasure(CLOCK, 1, {})
    lost = ((5.0, 6.0), (20.0, 30.0))

    assert measure.standby(lost, [(Switch("s", "switch"), NEVER)]) == ((5.0, 6.0), (20.0, 22.0))


def test_a_second_spare_takes_over_from_the_first():
    measure = DowntimeMeasure(CLOCK, 1, {})
    slow, quick = declared(4.0), declared(1.0)

    assert measure.standby(((5.0, 10.0),), [(slow, NEVER), (quick, NEVER)]) == ((5.0, 6.0),)
    assert measure.standby(((5.0, 10.0),), [(quick, ((7.0, 99.0),)), (slow, NEVER)]) == ((5.0, 6.0), (7.0, 9.0))


def test_the_ends_are_low_usual_and_high():
    found = [
        DowntimeMeasure(CLOCK, end, {}).standby(((0.0, 9.0),), [(Switch("s", "switch"), NEVER)]) for end in range(3)
    ]

    assert [hours(value) for value in found] == [1.0, 2.0, 3.0]


def test_a_switch_that_is_done_when_the_loss_ends_changes_nothing():
    measure = DowntimeMeasure(CLOCK, 1, {})

    assert measure.switched(((5.0, 7.0),), ((5.0, 7.0),), Switch("s", "switch")) == math.inf
    assert measure.switched(((5.0, 7.25),), ((5.0, 7.25),), Switch("s", "switch")) == 7.0
    assert measure.switched(((0.0, 4.0),), ((1.0, 1.5), (3.0, 4.0)), declared(3.0)) == math.inf


def test_the_work_on_a_switch_begins_when_a_loss_is_first_missed_whatever_notice_is_given_of_the_rest():
    measure = DowntimeMeasure(CLOCK, 1, {3.0: 48.0})

    assert measure.switched(((0.0, 4.0),), ((1.0, 1.5), (3.0, 4.0)), declared(3.0)) == math.inf
    assert measure.switched(((0.0, 4.5),), ((1.0, 1.5), (3.0, 4.5)), declared(3.0)) == 4.0


@pytest.mark.parametrize(
    ("values", "whole"),
    [
        ([((5.0, 5.0),)], ()),
        ([((7.0, 3.0),)], ()),
        ([((0.0, 5.0),), ((3.0, 4.0),)], ((0.0, 5.0),)),
        ([((3.0, 4.0),), ((0.0, 3.5),)], ((0.0, 4.0),)),
        ([((0.0, 1.0),), ((1.0, 2.0),)], ((0.0, 2.0),)),
        ([((0.0, 1.0),), ((2.0, 3.0),)], ((0.0, 1.0), (2.0, 3.0))),
        ([((0.0, 1.0), (2.0, 3.0)), ((0.5, 2.5),), ((2.75, 4.0),)], ((0.0, 4.0),)),
        ([((0.0, 1.0), (2.0, 9.0)), ((3.0, 4.0),), ((8.0, 8.5),)], ((0.0, 1.0), (2.0, 9.0))),
    ],
)
def test_what_touches_is_one_and_what_is_empty_or_reversed_is_none(values, whole):
    assert united(values) == whole
