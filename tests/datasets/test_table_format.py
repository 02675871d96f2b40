"""The header of a table: foreign files and sections beyond the end."""

from __future__ import annotations

import struct

import pytest
from helpers.tables import small

from hostaudit.datasets import table_format
from hostaudit.datasets.table import Table
from hostaudit.errors import DocumentError


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
