"""The table of published ranges: every label of an address, and damage."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostaudit.datasets import feeds, ranges
from hostaudit.datasets.table import Table
from hostaudit.errors import DocumentError
from hostaudit.model.values import Published


def table(*given) -> ranges.Ranges:
    return ranges.Ranges(Table(ranges.build((url, date, feeds.parse(form, body)) for url, date, form, body in given)))


def test_an_address_has_every_label_the_most_specific_first():
    one = table(
        ("u1", "2026-11-02", "cidr-list", b"45.0.0.0/10\n45.1.0.0/16\n"),
        ("u2", "2026-11-01", "cidr-list", b"45.1.0.0/16\n45.1.2.3\n2a0b::/32\n"),
    )

    assert one.published("45.1.2.3") == (
        Published("45.1.2.3/32", "u2", date="2026-11-01"),
        Published("45.1.0.0/16", "u1", date="2026-11-02"),
        Published("45.1.0.0/16", "u2", date="2026-11-01"),
        Published("45.0.0.0/10", "u1", date="2026-11-02"),
    )
    assert [each.prefix for each in one.published("45.2.0.0")] == ["45.0.0.0/10"]
    assert one.published("2a0b::1")[0].prefix == "2a0b::/32"
    assert one.published("46.0.0.0") == ()
    assert one.date == "2026-11-01"
    with pytest.raises(ValueError):
        one.published("x")


def test_a_table_that_is_none_of_ranges_inside_is_damaged():
    from hostaudit.datasets.table_writer import Builder, Metadata

    for value, label in ((("x",), "[]"), ((16,), "[]"), ((200,), '["u","","",""]')):
        builder = Builder()
        builder.add(4, 0x2D000000, 0x2D00FFFF, value)
        builder.label(0, label)
        data = builder.build(Metadata(kind=ranges.KIND, title="", source="", licence="", date="2026-11-01"))
        with pytest.raises(DocumentError, match="damaged"):
            ranges.Ranges(Table(data)).published("45.0.0.1")


networks = st.tuples(st.integers(0, 255), st.integers(10, 32)).map(lambda each: (0x2D000000 | each[0] << 12, each[1]))


@given(st.lists(networks, min_size=1, max_size=40), st.lists(st.integers(0, 2**20 + 2**14), max_size=30))
def test_the_table_says_what_looking_through_all_rows_says(rows, places):
    from ipaddress import ip_address, ip_network

    known = {ip_network((base >> (32 - length) << (32 - length), length)) for base, length in rows}
    body = "\n".join(map(str, known)).encode()
    one = table(("u", "2026-11-01", "cidr-list", body))
    for place in places:
        address = ip_address(0x2D000000 + place)
        expected = sorted((each for each in known if address in each), key=lambda each: -each.prefixlen)
        assert [each.prefix for each in one.published(str(address))] == list(map(str, expected))
