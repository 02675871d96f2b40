"""Lists of names: plain lines, and zone files as far as they say who serves what."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostaudit.documents.name_list import Use, parse

ZONE = b"""\
$ORIGIN example.
$TTL 3600
@       IN SOA ns1.op.test. host.op.test. (
            1 ; serial
            2 3 4 5 )
        IN NS ns1.op.test.
        86400 IN NS ns2
shop    3600 IN MX 10 Mail.Post.test.
www     CNAME edge.cdn.test.   ; a comment
www     IN A 192.0.2.1
far.test. IN NS ns3.op.test.
$INCLUDE other.zone
what is this
"""


def test_a_zone_file_is_read_as_far_as_it_names_servers():
    found = parse(ZONE, "ns")

    assert found.uses == [
        Use("example", "ns", "ns1.op.test"),
        Use("example", "ns", "ns2.example"),
        Use("shop.example", "mx", "mail.post.test"),
        Use("www.example", "cname", "edge.cdn.test"),
        Use("far.test", "ns", "ns3.op.test"),
    ]
    assert (found.other, found.unread) == (3, 1)


def test_lines_of_one_word_are_names_of_the_kind_that_was_asked_for():
    found = parse(b"\xef\xbb\xbfNS1.op.test.\n\n# a comment\nns2.op.test ; another\r\n", "mx")

    assert found.uses == [Use("1", "mx", "ns1.op.test"), Use("4", "mx", "ns2.op.test")]


@pytest.mark.parametrize(
    "line", [b"a IN NS", b"a IN MX 10", b"  IN NS b.test.", b"$ORIGIN", b"x " * 4000, b"\xff \xfe"]
)
def test_what_cannot_be_read_is_counted(line):
    found = parse(line, "ns")

    assert (found.uses, found.unread) == ([], 1)


@given(st.binary(max_size=300))
def test_no_bytes_break_it(data):
    found = parse(data, "ns")

    assert all(use.kind in ("ns", "mx", "cname") for use in found.uses)
    assert len(found.uses) + found.other + found.unread <= data.count(b"\n") + 1


def test_a_line_of_digits_costs_no_more_than_its_length():
    started = time.monotonic()
    parse(b"a " + b"1" * 3000 + b"x b.\n", "ns")

    assert time.monotonic() - started < 1
