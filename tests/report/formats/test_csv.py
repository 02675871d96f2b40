"""CSV: whole again when read, and nothing in it is a formula."""

from __future__ import annotations

import csv
import io

import pytest
from helpers.sample_judged import EXCEPTED, FAILED, PASSED, WAYS, everything, judged
from msgspec import structs

from hostaudit.report import Style, load
from hostaudit.report.formats.csv import COLUMNS


def text(report) -> str:
    return load("csv").render(report, Style())


def table(report) -> list[dict]:
    # QUOTE_NONNUMERIC makes a number of all that is not quoted: what is text must be quoted then.
    found = list(csv.reader(io.StringIO(text(report)), quoting=csv.QUOTE_NONNUMERIC, strict=True))
    assert tuple(found[0]) == COLUMNS
    return [dict(zip(COLUMNS, row, strict=True)) for row in found[1:]]


@pytest.mark.parametrize("way", WAYS)
def test_every_finding_is_a_row_and_what_counts_comes_first(way):
    found = table(WAYS[way])
    told = next((each["standing"] for each in found if each["standing"] in ("fail", "inconclusive")), "")

    assert len(found) >= len(WAYS[way].findings)
    assert told == (WAYS[way].verdict if WAYS[way].verdict in ("fail", "inconclusive") else "")
    assert {each["site_verdict"] for each in found} <= {WAYS[way].verdict}


def test_numbers_are_numbers_and_all_else_is_quoted():
    (row,) = table(judged("fail", FAILED))

    assert (row["confidence"], row["score_low"], row["score_high"]) == (0.9, 6.0, 12.0)
    assert all(isinstance(row[name], str) for name in set(COLUMNS) - {"confidence", "score_low", "score_high"})
    assert table(judged("pass", EXCEPTED))[0]["reason"].endswith("migration, ticket OPS-12")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", " =", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_text_that_a_spreadsheet_would_reckon_with_is_kept_from_it(start):
    (row,) = table(judged("pass", structs.replace(PASSED, message=f"{start}cmd|' /C calc'!A0")))

    assert row["message"] == f"'{start}cmd|' /C calc'!A0"


@pytest.mark.parametrize("start", ["\t", "\r", "\n"])
def test_tabs_and_line_ends_are_written_out(start):
    (row,) = table(judged("pass", structs.replace(PASSED, message=f"{start}=1")))

    assert row["message"] == f"'\\x{ord(start):02x}=1"


def test_lines_end_as_rfc_4180_says():
    assert text(everything()).count("\r\n") == len(everything().findings) + 1
