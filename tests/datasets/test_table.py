"""The packed format against a plain reading of the same rows, and against damage."""

from __future__ import annotations

import contextlib
import ipaddress
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostaudit.datasets import table_format
from hostaudit.datasets.table import Table, digest, read_metadata
from hostaudit.datasets.table_format import SECTIONS
from hostaudit.datasets.table_writer import Builder, Metadata, union
from hostaudit.errors import DocumentError

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


def test_the_ends_of_the_address_space_are_within_it():
    everything = table([("0.0.0.0", "255.255.255.255", (1,)), ("::", "ffff:" * 7 + "ffff", (2,))])
    ends = table(
        [
            ("0.0.0.0", "0.0.0.0", (1,)),
            ("255.255.255.255", "255.255.255.255", (2,)),
            ("::", "::", (3,)),
            ("ffff:" * 7 + "ffff", "ffff:" * 7 + "ffff", (4,)),
        ]
    )

    assert everything.find("0.0.0.0") == everything.find("255.255.255.255") == ("0.0.0.0/0", (1,))
    assert everything.find("::") == everything.find("ffff:" * 7 + "ffff") == ("::/0", (2,))
    assert ends.find("0.0.0.0") == ("0.0.0.0/32", (1,))
    assert ends.find("255.255.255.255") == ("255.255.255.255/32", (2,))
    assert ends.find("::") == ("::/128", (3,))
    assert ends.find("ffff:" * 7 + "ffff") == ("ffff:" * 7 + "ffff/128", (4,))
    for nothing in ("0.0.0.1", "255.255.255.254", "::1", "ffff:" * 7 + "fffe"):
        assert ends.find(nothing) is None


def test_an_empty_table_knows_nothing():
    empty = table([])

    assert [empty.get(each) for each in ("0.0.0.0", "192.0.2.1", "::", "2001:db8::1")] == [None] * 4
    assert empty.label(0) == ""
    assert list(empty.intervals(4)) == list(empty.intervals(6)) == []


def test_an_announcement_around_a_hole_keeps_its_prefix():
    holed = networks(**{"10.0.0.0/8": (1,), "10.1.0.0/16": (2,), "10.1.2.0/24": (1,)})

    assert holed.find("10.0.0.1") == holed.find("10.255.0.1") == ("10.0.0.0/8", (1,))
    assert holed.find("10.1.255.1") == ("10.1.0.0/16", (2,))
    assert holed.find("10.1.2.3") == ("10.1.2.0/24", (1,))


def test_several_origins_of_one_prefix_are_all_kept_in_any_order():
    rows = [("192.0.2.0", "192.0.2.255", (asn, "NL")) for asn in (64500, 64496, 64500)]
    rows.append(("192.0.2.0", "192.0.2.255", (4_200_000_000, 64499, "DE")))

    for turned in (rows, rows[::-1]):
        found = table(turned)
        assert found.get("192.0.2.9") == (64496, 64499, 64500, 4_200_000_000, "DE", "NL")
        assert found.metadata.values == 1


@pytest.mark.parametrize("value", [(0,), (2**24,), (2**32 - 1,), (2**64 - 1,), ("",), ("#1", "'x", "é"), (1, "a", 2)])
def test_values_come_back_as_they_were(value):
    assert table([("192.0.2.0", "192.0.2.255", value)]).get("192.0.2.1") == value


@pytest.mark.parametrize("value", [(), (-1,), (2**64,), ("a\0b",), (True,), (1.5,), (None,)])
def test_what_is_no_value_is_refused(value):
    with pytest.raises(ValueError):
        table([("192.0.2.0", "192.0.2.255", value)])


@pytest.mark.parametrize(("first", "last"), [(1, 0), (-1, 0), (0, 2**32)])
def test_what_is_no_interval_is_refused(first, last):
    with pytest.raises(ValueError):
        Builder().add(4, first, last, (1,))


@pytest.mark.parametrize(
    "text",
    ["", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.4/24", "1", "::1%eth0", "1.2.3.4\0", "\ud800", "example.com", ":"],
)
def test_what_is_no_address_is_refused(text):
    for ask in (table([]).get, table([]).find):
        with pytest.raises(ValueError, match="is not an IP address"):
            ask(text)


def test_labels_are_found_by_their_number():
    named = table([], labels=[(64500, "TWO"), (0, "ZERO"), (2**32 - 1, "LAST"), (64500, "Ünï\x1b[0m")])

    assert [named.label(each) for each in (0, 64500, 2**32 - 1)] == ["ZERO", "Ünï\x1b[0m", "LAST"]
    assert [named.label(each) for each in (1, 64501, -1, 2**32)] == [""] * 4


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


def test_intervals_lists_what_is_in_a_table():
    found = table(
        [("0.0.0.0", "0.0.0.9", (1,)), ("255.0.0.0", "255.255.255.255", ("x",)), ("2001:db8::5", "2001:db8::7", (2,))]
    )

    assert list(found.intervals(4)) == [(0, 9, (1,)), (255 << 24, 2**32 - 1, ("x",))]
    assert list(found.intervals(6)) == [((0x20010DB8 << 96) + 5, (0x20010DB8 << 96) + 7, (2,))]


# -- damage -----------------------------------------------------------------------------------------------


def small():
    builder = Builder()
    builder.add(4, 0x0A000000, 0x0AFFFFFF, (64500,))
    builder.add(4, 0x0A000000, 0x0A00000F, (64500, "x"))
    builder.add(6, 0x20010DB8 << 96, (0x20010DB8 << 96) + 5, (64501, "y"))
    builder.add(6, (0x20010DB8 << 96) + 9, (0x20010DB8 << 96) + 2**70, (64502,))
    builder.label(64500, "NAME")
    return builder.build(ABOUT)


PROBES = ("0.0.0.0", "9.255.255.255", "10.0.0.1", "10.0.0.16", "255.255.255.255")
PROBES6 = ("::", "2001:db8::3", "2001:db8::8", "2001:db8::9", "2001:db8:0:40::", "ffff::")


def places(data):
    """(name, offset, length) of header, metadata and sections."""
    _, found = table_format.opened(memoryview(data), "x")
    yield "header", 0, table_format.HEADER.size
    yield "directory", table_format.HEADER.size, len(SECTIONS) * table_format.PLACE.size
    yield "metadata", table_format.FIXED, len(table_format.msgspec.json.encode(Table(data).metadata))
    yield from ((name, *place) for name, place in zip(SECTIONS, found, strict=True))


@pytest.mark.parametrize("region", ["header", "directory", "metadata", *SECTIONS])
def test_a_flipped_bit_anywhere_is_found_when_a_file_is_installed(region):
    data = small()
    offset, length = next(place for name, *place in places(data) if name == region)
    assert length
    for at in {offset, offset + length // 2, offset + length - 1, *range(offset, offset + length, length // 40 + 1)}:
        torn = bytearray(data)
        torn[at] ^= 1 << at % 8
        with pytest.raises(DocumentError):
            Table(bytes(torn)).verify()


def test_a_flipped_bit_that_nobody_looked_for_ends_in_an_answer_or_in_words():
    data = small()
    for at in range(table_format.FIXED, len(data), 37):
        torn = bytearray(data)
        torn[at] ^= 0xFF
        try:
            found = Table(bytes(torn))
            for each in (*PROBES, *PROBES6):
                found.find(each)
            found.label(64500)
        except DocumentError:
            pass


@pytest.mark.parametrize("filler", [0x00, 0xFF, 0x7F])
@pytest.mark.parametrize("region", SECTIONS)
def test_a_section_of_rubbish_ends_in_an_answer_or_in_words(region, filler):
    data = bytearray(small())
    offset, length = next(place for name, *place in places(bytes(data)) if name == region)
    data[offset : offset + length] = bytes([filler]) * length
    try:
        found = Table(bytes(data))
    except DocumentError:
        return
    for ask in [found.get, found.find]:
        for each in (*PROBES, *PROBES6):
            with contextlib.suppress(DocumentError):
                ask(each)
    for ask in [lambda: found.label(64500), lambda: list(found.intervals(4)), lambda: list(found.intervals(6))]:
        with contextlib.suppress(DocumentError):
            ask()


def test_a_file_that_is_cut_short_or_grew_is_refused_at_once(tmp_path):
    data = small()
    ends = {end for _, offset, length in places(data) for end in (offset, offset + 1, offset + length - 1)}
    for end in sorted(ends | {0, 1, 7, 8, len(data) - 1}):
        path = tmp_path / "cut.hat"
        path.write_bytes(data[:end])
        for read in (Table.open, read_metadata):
            with pytest.raises(DocumentError, match=r"cut short|is empty|not one of"):
                read(path)
    with pytest.raises(DocumentError, match="has grown"):
        Table(data + b"\0")


def with_header(data, **changes):
    """The file with other numbers in its header and a right checksum over it."""
    names = ("magic", "version", "count", "crc", "length", "size", "sha")
    fields = dict(zip(names, table_format.HEADER.unpack_from(data), strict=True))
    fields |= changes
    changed = bytearray(table_format.HEADER.pack(*fields.values()) + data[table_format.HEADER.size :])
    head = memoryview(changed)[: table_format.FIXED + fields["length"]]
    struct.pack_into("<I", changed, table_format.CRC_AT, table_format.crc32(head))
    return bytes(changed)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not one of"),
        (b"PK\x03\x04" + bytes(5000), "not one of"),
        (small().replace(b"\r\n", b"\n", 1), "not one of"),
        (with_header(small(), version=2), "format 2"),
        (with_header(small(), count=99), "header is damaged"),
        (with_header(small(), length=2), "cannot be read"),
        (small().replace(b'"kind":"test"', b'"kind":"tent"'), "header is damaged"),
    ],
)
def test_a_foreign_file_is_refused_in_words(data, words):
    with pytest.raises(DocumentError, match=words):
        Table(data)


def test_a_section_beyond_the_file_is_refused():
    data = bytearray(small())
    for offset, length in ((2**63, 8), (table_format.FIXED + 4, 8), (0, 8), (len(data) - 8, 16), (4096, 2**64 - 1)):
        table_format.PLACE.pack_into(data, table_format.HEADER.size, offset, length)
        with pytest.raises(DocumentError, match=r"out of place|do not fit"):
            Table(with_header(bytes(data)))


def test_a_table_for_another_use_is_refused(tmp_path):
    path = tmp_path / "x.hat"
    path.write_bytes(small())

    assert Table.open(path, "test").get("10.0.0.1") == (64500, "x")
    with pytest.raises(DocumentError, match="it holds 'test', not 'routes'"):
        Table.open(path, "routes")


@pytest.mark.parametrize("name", ["gone", "."])
def test_a_path_that_cannot_be_read_is_named(tmp_path, name):
    for read in (Table.open, read_metadata):
        with pytest.raises(DocumentError, match=r"No such file|Is a directory"):
            read(tmp_path / name)


def test_metadata_are_read_without_the_rest(tmp_path):
    path = tmp_path / "x.hat"
    path.write_bytes(small())
    about = read_metadata(path)

    assert (about.kind, about.title, about.date, about.licence) == ("test", "Test", "2026-06-17", "none")
    assert (about.rows_v4, about.rows_v6, about.values, about.labels) == (2, 2, 4, 1)
    assert digest(path.read_bytes()[:512]) == Table.open(path).digest


def test_a_foreign_byte_order_reads_the_same(monkeypatch):
    """What a big-endian machine does, seen from a little-endian one: every number is turned round twice."""
    data = small()
    swapped = [table_format.array(form, [1, 2**16 + 2]) for form in ("I", "Q")]
    monkeypatch.setattr(table_format.sys, "byteorder", "big")
    turned = table_format.assembled(ABOUT, (swapped[0], *(b"",) * (len(SECTIONS) - 1)))

    assert (1).to_bytes(4, "big") + (2**16 + 2).to_bytes(4, "big") in turned
    assert data != turned


def test_many_addresses_in_one_64_are_told_apart():
    base = 0x20010DB8 << 96
    builder = Builder()
    for number in range(1, 200, 2):
        builder.add(6, base + number, base + number, (number,))
    builder.add(6, base, base + 2**64 - 1, (1000,))
    found = Table(builder.build(ABOUT))

    for number in range(201):
        assert found.get(f"2001:db8::{number:x}") == ((number,) if number % 2 and number < 200 else (1000,))
