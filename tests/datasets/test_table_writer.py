"""Writing a table: what goes in, in any order, and what is refused."""

from __future__ import annotations

import ipaddress

import pytest
from helpers.tables import ABOUT, table

from hostaudit.datasets.table_writer import Builder


def test_several_origins_of_one_prefix_are_all_kept_in_any_order():
    rows = [("192.0.2.0", "192.0.2.255", (asn, "NL")) for asn in (64500, 64496, 64500)]
    rows.append(("192.0.2.0", "192.0.2.255", (4_200_000_000, 64499, "DE")))

    for turned in (rows, rows[::-1]):
        found = table(turned)
        assert found.get("192.0.2.9") == (64496, 64499, 64500, 4_200_000_000, "DE", "NL")
        assert found.metadata.values == 1


@pytest.mark.parametrize("value", [(), (-1,), (2**64,), ("a\0b",), (True,), (1.5,), (None,)])
def test_what_is_no_value_is_refused(value):
    with pytest.raises(ValueError):
        table([("192.0.2.0", "192.0.2.255", value)])


@pytest.mark.parametrize(("first", "last"), [(1, 0), (-1, 0), (0, 2**32)])
def test_what_is_no_interval_is_refused(first, last):
    with pytest.raises(ValueError):
        Builder().add(4, first, last, (1,))


def test_the_same_rows_in_any_order_make_the_same_file():
    rows = [("10.0.0.0", "10.255.255.255", (3, "x")), ("10.0.0.0", "10.0.0.255", (1,)), ("::", "::9", (2, "y"))]
    files = []
    for turned in (rows, rows[::-1]):
        builder = Builder()
        for first, last, value in turned:
            low, high = ipaddress.ip_address(first), ipaddress.ip_address(last)
            builder.add(low.version, int(low), int(high), value)
        files.append(builder.build(ABOUT))

    assert files[0] == files[1]
