"""Where files lie, and that one is written wholly or not at all."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from hostaudit import files
from hostaudit.errors import UsageError
from hostaudit.files import check_writable, write_atomically


def test_the_directories_are_those_of_the_xdg_specification(monkeypatch):
    monkeypatch.setenv("HOME", "/home/x")
    monkeypatch.setenv("XDG_DATA_HOME", "")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/is/ignored")
    assert files.data_folder() == Path("/home/x/.local/share/hostaudit")
    assert files.cache_folder() == Path("/home/x/.cache/hostaudit")

    monkeypatch.setenv("XDG_DATA_HOME", "/d")
    assert files.data_folder() == Path("/d/hostaudit")


def test_a_file_is_written_whole_with_ordinary_rights(tmp_path):
    path = tmp_path / "out.json"
    before = os.umask(0o027)
    try:
        write_atomically(path, b"one")
        write_atomically(path, b"two")
    finally:
        os.umask(before)

    assert path.read_bytes() == b"two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [each.name for each in tmp_path.iterdir()] == ["out.json"]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "out.json"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))

    with pytest.raises(UsageError, match="No space left on device") as refused:
        write_atomically(path, b"new")

    assert "free some space" in refused.value.hint
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["out.json"]


def test_the_place_is_checked_before_the_scan_and_left_as_it_was(tmp_path):
    check_writable(tmp_path / "out.json")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("act", [check_writable, lambda path: write_atomically(path, b"x")])
@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("missing/out.json", "create its folder first"),
        ("file/out.json", "a part of this one is a file"),
        ("folder", "give the name of a file in it"),
        ("a\0b", "give another file"),
    ],
)
def test_a_place_that_takes_no_file_is_refused_with_what_to_do(tmp_path, act, name, hint):
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()

    with pytest.raises(UsageError, match="cannot be written") as refused:
        act(tmp_path / name)

    assert hint in refused.value.hint


def test_a_symbolic_link_stays_and_its_file_is_replaced(tmp_path):
    (tmp_path / "real.json").write_bytes(b"old")
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")

    write_atomically(tmp_path / "link.json", b"new")

    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").read_bytes() == b"new"


def test_a_pipe_is_written_to_and_not_replaced(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    got = []
    reader = threading.Thread(target=lambda: got.append(path.read_bytes()))
    reader.start()

    check_writable(path)
    write_atomically(path, b"through")
    reader.join(5)

    assert got == [b"through"]
    assert stat.S_ISFIFO(path.stat().st_mode)


def test_a_full_device_is_told_as_such():
    with pytest.raises(UsageError, match="No space left on device"):
        write_atomically(Path("/dev/full"), b"x")


def test_a_reader_that_left_is_no_fault_of_the_place(tmp_path, monkeypatch):
    def leave(*_):
        raise BrokenPipeError

    monkeypatch.setattr(files, "_replaceable", leave)

    with pytest.raises(BrokenPipeError):
        write_atomically(tmp_path / "out", b"x")


def test_a_file_system_that_cannot_sync_a_folder_is_taken_as_it_is(tmp_path):
    files.sync_folder(tmp_path / "gone")
