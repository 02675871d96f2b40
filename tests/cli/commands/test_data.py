"""``hostaudit data build`` as a user meets it."""

from __future__ import annotations

import lzma
import os
import stat
import time
from datetime import UTC, datetime, timedelta

import pytest

from hostaudit import cli, datasets, files
from hostaudit.datasets.table import Table
from hostaudit.errors import Exit

ROWS = """\
1.0.0.0,1.0.0.255,13335,"Cloudflare, Inc."
8.8.8.0,8.8.8.255,15169,Google LLC
2001:200::,2001:200::ff,2500,WIDE
"""


@pytest.fixture
def rows(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    path = tmp_path / "asn.csv"
    path.write_text(ROWS)
    return path


def data_build(*arguments):
    return cli.run(["data", "build", *map(str, arguments)])


def test_the_table_goes_where_scans_look(rows, capsys):
    code = data_build(rows, "--date", "2026-06-17", "--source", "a test", "--licence", "CC0")
    out, err = capsys.readouterr()

    assert (code, err) == (Exit.PASS, "")
    place = files.data_folder() / datasets.ROUTES
    assert out.splitlines() == [
        f"made {place}, 0.5 MB, of data of 2026-06-17",
        "  source    a test; licence: CC0",
        "  IPv4      2 rows, kept as 2 intervals",
        "  IPv6      1 rows, kept as 1 intervals",
        "  networks  3 sets of origins, 3 names",
        f"  {rows}: 3 rows of the shape ranges",
    ]
    assert stat.S_IMODE(place.stat().st_mode) & 0o022 == 0
    assert datasets.open_routes().asns("8.8.8.8") == (15169,)
    assert datasets.open_routes().metadata.licence == "CC0"


def test_bad_rows_are_named_and_printed_harmlessly(rows, tmp_path, capsys):
    good = "".join(f"1.1.{each}.0,1.1.{each}.255,13335,X\n" for each in range(200))
    rows.write_text(f"{good}\x1b[31m,1.0.0.0,1,\n9.9.9.0,9.9.9.255,0,nobody\n")

    assert data_build(rows, "-o", tmp_path / "x.hat") == Exit.PASS
    out = capsys.readouterr().out
    assert "202 rows of the shape ranges, 1 name no network, 1 not readable" in out
    assert f"    {rows}:201: not an IP address" in out
    assert "\x1b" not in out


def test_an_output_that_ends_in_xz_is_packed(rows, tmp_path):
    plain, packed = tmp_path / "x.hat", tmp_path / "x.hat.xz"
    for place in (plain, packed):
        assert data_build(rows, "-o", place, "--date", "2026-06-17") == Exit.PASS

    assert lzma.decompress(packed.read_bytes()) == plain.read_bytes()


def test_the_date_is_that_of_the_newest_file_unless_given(rows, tmp_path):
    old = tmp_path / "old.csv"
    old.write_text("9.9.9.0,9.9.9.255,19281,Quad9\n")
    os.utime(old, (1_000_000_000, 1_000_000_000))
    os.utime(rows, (1_750_000_000, 1_750_000_000))
    place = tmp_path / "x.hat"

    assert data_build(rows, old, "-o", place) == Exit.PASS
    about = Table.open(place).metadata
    assert (about.date, about.source, about.licence) == ("2025-06-15", "asn.csv, old.csv", "not stated")

    os.utime(rows, (time.time() + 1e6, time.time() + 1e6))
    assert data_build(rows, "-o", place) == Exit.PASS
    assert Table.open(place).metadata.date <= datetime.now(UTC).date().isoformat()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("gone.csv",), "gone.csv cannot be read: No such file or directory"),
        (("--date", "yesterday"), "--date yesterday is not a date"),
        (("--date", (datetime.now(UTC) + timedelta(days=2)).date()), "is in the future"),
        (("-o", "nowhere/x.hat"), "nowhere"),
        (("-o", "."), "."),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_the_old_table(rows, arguments, words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data_build(rows)
    before = datasets.open_routes().metadata
    capsys.readouterr()

    assert data_build(rows, *arguments) == Exit.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert words in err
    assert "\nhint: " in err
    assert datasets.open_routes().metadata == before


def test_a_list_that_is_none_leaves_the_old_table(rows, capsys):
    data_build(rows)
    before = datasets.open_routes().metadata
    rows.write_text("<html>404</html>\n")

    assert data_build(rows) == Exit.USAGE
    assert "is not a known kind of route list" in capsys.readouterr().err
    assert datasets.open_routes().metadata == before


def test_a_data_directory_that_cannot_be_made_is_explained(rows, tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))

    assert data_build(rows) == Exit.USAGE
    assert "file/hostaudit cannot be made" in capsys.readouterr().err


def test_a_directory_as_list_is_explained(rows, tmp_path, capsys):
    assert data_build(tmp_path) == Exit.USAGE
    assert "Is a directory" in capsys.readouterr().err
