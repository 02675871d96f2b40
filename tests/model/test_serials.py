"""Serial numbers of zones: their order on a circle, and the time that they state."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hostaudit.model.serials import behind, newest, published_by

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("old", "new", "gap"),
    [
        (41, 57, 16),
        (57, 57, 0),
        (57, 41, 0),
        (2**32 - 1, 0, 1),
        (2**32 - 2, 3, 5),
        (3, 2**32 - 2, 0),
        (0, 2**31 - 1, 2**31 - 1),
        (0, 2**31, 0),
        (2**31, 0, 0),
    ],
)
def test_a_serial_is_behind_by_less_than_half_of_the_circle(old, new, gap):
    assert behind(old, new) == gap


@pytest.mark.parametrize(
    ("serials", "top"),
    [
        ((), None),
        ((7,), 7),
        ((7, 7, 7), 7),
        ((41, 57, 50), 57),
        ((2**32 - 2, 3, 2**32 - 1), 3),
        ((0, 2**31), None),
        ((0, 2**30 + 2**29, 2**31 + 2**30), None),
    ],
)
def test_the_newest_has_all_others_behind_it_or_there_is_none(serials, top):
    assert newest(serials) == newest(reversed(serials)) == top


@pytest.mark.parametrize(
    ("serial", "stated"),
    [
        (2026101501, datetime(2026, 10, 16, 12, tzinfo=UTC)),
        (2019030301, datetime(2019, 3, 4, 12, tzinfo=UTC)),
        (2026113001, datetime(2026, 12, 1, 12, tzinfo=UTC)),
        (2026120101, datetime(2026, 12, 2, 12, tzinfo=UTC)),
        (2026120201, None),
        (2026023001, None),
        (2026101300 + 4000, None),
        (1600000001, datetime(2020, 9, 13, 12, 26, 41, tzinfo=UTC)),
        (int(NOW.timestamp()), NOW),
        (int(NOW.timestamp()) + 1, None),
        (1_000_000_000, datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC)),
        (999_999_999, None),
        (1, None),
        (0, None),
        (2**32 - 1, None),
        (1989123101 + 2_000_000_000, None),
        (1990010101, datetime(1990, 1, 2, 12, tzinfo=UTC)),
        (1989123101, None),
    ],
)
def test_a_date_states_the_end_of_its_day_seconds_themselves_and_a_counter_nothing(serial, stated):
    assert published_by(serial, NOW) == stated


@pytest.mark.parametrize(("hour", "minute", "stated"), [(10, 0, True), (9, 59, False)])
def test_a_day_has_begun_when_it_has_in_the_first_time_zone(hour, minute, stated):
    now = datetime(2026, 11, 30, hour, minute, tzinfo=UTC)

    assert published_by(2026120101, now) == (datetime(2026, 12, 2, 12, tzinfo=UTC) if stated else None)
