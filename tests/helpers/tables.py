"""Small tables."""

from __future__ import annotations

import ipaddress

from hostaudit.datasets.table import Table
from hostaudit.datasets.table_writer import Builder, Metadata

ABOUT = Metadata(kind="test", title="Test", source="the test", licence="none", date="2026-06-17")


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


def small():
    builder = Builder()
    builder.add(4, 0x0A000000, 0x0AFFFFFF, (64500,))
    builder.add(4, 0x0A000000, 0x0A00000F, (64500, "x"))
    builder.add(6, 0x20010DB8 << 96, (0x20010DB8 << 96) + 5, (64501, "y"))
    builder.add(6, (0x20010DB8 << 96) + 9, (0x20010DB8 << 96) + 2**70, (64502,))
    builder.label(64500, "NAME")
    return builder.build(ABOUT)
