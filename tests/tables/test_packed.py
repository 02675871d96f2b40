"""The packed format against a plain reading of the same rows, and against damage."""

from __future__ import annotations

import ipaddress

from hypothesis import given, settings
from hypothesis import strategies as st

from hostaudit.tables.packed import Builder, Metadata, Table, union

ABOUT = Metadata(kind="test", title="Test", source="the test", licence="none", date="2026-06-17")
WIDTH = {4: 32, 6: 128}


def table(rows, left_out=(), labels=()):
    builder = Builder()
    for first, last, value in rows:
        low, high = ipaddress.ip_address(first), ipaddress.ip_address(last)
        builder.add(low.version, int(low), int(high), value)
    for block in left_out:
        builder.leave_out(ipaddress.ip_network(block))
    for number, text in labels:
        builder.label(number, text)
    return Table(builder.build(ABOUT))


def networks(**prefixes):
    builder = Builder()
    for prefix, value in prefixes.items():
        builder.add_network(ipaddress.ip_network(prefix), value)
    return Table(builder.build(ABOUT))


def expected(rows, left_out, version, number):
    """(value, prefix) by looking at every row; the prefix is None for rows that are no prefix."""
    if any(first <= number <= last for v, first, last in left_out if v == version):
        return None
    around = [row for row in rows if row[0] == version and row[1] <= number <= row[2]]
    if not around:
        return None
    smallest = min(last - first for _, first, last, _ in around)
    chosen = [row for row in around if row[2] - row[1] == smallest]
    ends = {(first, last) for _, first, last, _ in chosen}
    values = {value for *_, value in chosen}
    value = union(values) if len(values) > 1 else values.pop()
    if len(ends) > 1:
        return value, None
    first, last = ends.pop()
    blocks = list(ipaddress.summarize_address_range(*(address(version, end) for end in (first, last))))
    return value, str(blocks[0]) if len(blocks) == 1 else None


def address(version, number):
    return (ipaddress.IPv4Address if version == 4 else ipaddress.IPv6Address)(number)


@st.composite
def intervals(draw):
    """Rows near the places where tables go wrong: the ends of the space, /16 and /64 borders, one another."""
    version = draw(st.sampled_from([4, 6]))
    width = WIDTH[version]
    bases = [0, 2**width - 1, 10 << (width - 8), 0x2001 << (width - 16), (0x2001 << (width - 16)) + (1 << (width // 2))]
    near = st.one_of(st.sampled_from(bases), st.integers(0, 2**width - 1))
    base = draw(near)
    if draw(st.booleans()):
        length = draw(st.one_of(st.integers(0, width), st.integers(width - 4, width)))
        size = 1 << (width - length)
        first, last = base // size * size, base // size * size + size - 1
    else:
        first = max(0, base - draw(st.integers(0, 12)))
        last = min(2**width - 1, base + draw(st.integers(0, 12)))
    return version, first, last


VALUES = st.tuples(st.integers(0, 4)) | st.tuples(
    st.integers(0, 2**32), st.text(max_size=3).filter(lambda t: "\0" not in t)
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(intervals(), VALUES), max_size=12),
    st.lists(intervals().filter(lambda each: each[2] - each[1] & (each[2] - each[1] + 1) == 0), max_size=2),
    st.lists(st.integers(0, 2**128 - 1), max_size=5),
)
def test_every_answer_is_that_of_the_smallest_row(rows, left_out, others):
    rows = [(*interval, value) for interval, value in rows]
    builder = Builder()
    for row in rows:
        builder.add(*row)
    kept_out = []
    for version, first, last in left_out:
        blocks = list(ipaddress.summarize_address_range(address(version, first), address(version, last)))
        for block in blocks:
            builder.leave_out(block)
        kept_out.append((version, first, last))
    found = Table(builder.build(ABOUT))
    found.verify()

    edges = {(row[0], number) for row in (*rows, *kept_out) for end in row[1:3] for number in (end - 1, end, end + 1)}
    asked = edges | {(4, 0), (4, 2**32 - 1), (6, 0), (6, 2**128 - 1)}
    asked |= {(version, number % 2 ** WIDTH[version]) for number in others for version in (4, 6)}
    for version, number in sorted(asked):
        if not 0 <= number < 2 ** WIDTH[version]:
            continue
        where = str(address(version, number))
        answer, want = found.find(where), expected(rows, kept_out, version, number)
        assert found.get(where) == (want and want[0])
        assert (answer and answer.value) == (want and want[0])
        if want and want[1]:
            assert answer.prefix == want[1]
        elif want:
            block = ipaddress.ip_network(answer.prefix)
            assert address(version, number) in block
            for end in (block[0], block[-1]):
                assert expected(rows, kept_out, version, int(end)) == want
