"""Which table is opened: the user's own, or the shipped one, unpacked once."""

from __future__ import annotations

import hashlib
import lzma
import os
import subprocess
import sys
from datetime import date

import pytest
from helpers import ROOT

from hostaudit import datasets, files
from hostaudit.datasets import shipped_routes
from hostaudit.datasets.build import build
from hostaudit.datasets.table import Table
from hostaudit.errors import DocumentError, UsageError


@pytest.fixture
def places(monkeypatch, tmp_path):
    """Fresh data and cache directories."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    forget()
    yield tmp_path
    forget()


@pytest.fixture
def small(monkeypatch, tmp_path):
    """A small table in place of the shipped one; gives its bytes."""
    data = own_table(tmp_path, 64496)
    packed = tmp_path / "shipped.xz"
    packed.write_bytes(lzma.compress(data))
    monkeypatch.setattr(shipped_routes, "SHIPPED", packed)
    forget()
    return data


def forget():
    shipped_routes._stated.cache_clear()
    shipped_routes._in_memory.cache_clear()


def own_table(tmp_path, asn):
    path = tmp_path / "list"
    path.write_text(f"8.8.8.0\t24\t{asn}\n")
    return build([path], day=date(2026, 7, 1), source="own", licence="").data


def put(data):
    files.data_folder().mkdir(parents=True, exist_ok=True)
    (files.data_folder() / datasets.ROUTES).write_bytes(data)


def unpacked():
    return sorted(files.cache_folder().iterdir()) if files.cache_folder().exists() else []


def test_without_a_home_the_shipped_table_is_read_into_memory(monkeypatch, small):
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)

    assert datasets.open_routes().asns("8.8.8.8") == (64496,)
    with pytest.raises(UsageError, match="the home directory is not known"):
        files.data_folder()


def test_the_shipped_table_is_whole_and_small():
    data = lzma.decompress(shipped_routes.SHIPPED.read_bytes())
    table = Table(data)
    table.verify()

    assert shipped_routes.SHIPPED.stat().st_size < 3_000_000
    assert len(data) < 10_000_000
    assert table.metadata.intervals_v4 > 400_000
    assert table.metadata.intervals_v6 > 100_000
    notice = shipped_routes.SHIPPED.with_name("NOTICE").read_text("utf-8")
    assert f"Data of {table.metadata.date}." in notice
    assert f'--source "{table.metadata.source}"' in " ".join(notice.split())


def test_the_shipped_table_is_unpacked_once(places, small):
    first = datasets.open_routes()
    (copy,) = unpacked()
    stamp = copy.stat()
    second = datasets.open_routes()

    assert copy.read_bytes() == small
    assert first.asns("8.8.8.8") == second.asns("8.8.8.8") == (64496,)
    assert (copy.stat().st_mtime_ns, copy.stat().st_ino) == (stamp.st_mtime_ns, stamp.st_ino)
    assert first.warning == ""


@pytest.mark.parametrize("damage", [b"", b"x", b"\x89HAT\r\n\x1a\n"])
def test_a_torn_copy_is_unpacked_anew(places, small, damage):
    datasets.open_routes()
    (copy,) = unpacked()
    copy.write_bytes(damage)

    assert datasets.open_routes().asns("8.8.8.8") == (64496,)
    assert copy.read_bytes() == small


def test_another_table_under_the_same_name_is_not_taken(places, small, tmp_path):
    datasets.open_routes()
    (copy,) = unpacked()
    copy.write_bytes(own_table(tmp_path, 64511))

    assert datasets.open_routes().asns("8.8.8.8") == (64496,)


def test_a_cache_that_cannot_be_written_costs_memory_only(places, small):
    (places / "cache").write_text("a file where the folder should be")

    assert datasets.open_routes().asns("8.8.8.8") == (64496,)
    assert datasets.open_routes() is datasets.open_routes()


def test_a_read_only_cache_costs_memory_only(places, small, monkeypatch):
    def refuse(*_arguments, **_options):  # what a mode of 0o500 does to anyone but root
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(shipped_routes, "replace_file", refuse)

    assert datasets.open_routes().asns("8.8.8.8") == (64496,)
    assert unpacked() == []


def test_a_full_disk_leaves_nothing_behind(places, small, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    assert datasets.open_routes().asns("8.8.8.8") == (64496,)
    assert unpacked() == []


def test_a_damaged_installation_says_so(places, small):
    whole = shipped_routes.SHIPPED.read_bytes()
    for torn in (whole[:40], whole[: len(whole) // 2], b"no xz"):
        shipped_routes.SHIPPED.write_bytes(torn)
        forget()
        with pytest.raises(DocumentError, match="came with hostaudit is damaged") as refusal:
            datasets.open_routes()
        assert refusal.value.hint == "install hostaudit again"


def test_processes_at_the_same_first_use_all_get_the_table(places):
    program = "from hostaudit import datasets; print(datasets.open_routes().asns('8.8.8.8'))"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = [
        subprocess.Popen([sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    answers = [each.communicate(timeout=60)[0] for each in running]

    assert answers == ["(15169,)\n"] * 3
    (copy,) = unpacked()
    assert hashlib.sha256(copy.read_bytes()) != hashlib.sha256(b"")
    Table.open(copy).verify()


def test_the_users_own_table_goes_first(places, small, tmp_path):
    put(own_table(tmp_path, 64511))
    routes = datasets.open_routes()

    assert routes.asns("8.8.8.8") == (64511,)
    assert (routes.metadata.date, routes.warning) == ("2026-07-01", "")
    assert unpacked() == []


@pytest.mark.parametrize("data", [b"", b"not a table", b"\x89HAT\r\n\x1a\n" + bytes(2000)])
def test_a_broken_table_of_the_users_is_told_of_and_the_shipped_one_used(places, small, data):
    put(data)
    routes = datasets.open_routes()

    assert routes.asns("8.8.8.8") == (64496,)
    assert "routes.hat cannot be used as a table" in routes.warning
    assert routes.warning.endswith("the one that came with hostaudit is used")


# -- a folder in which others can write ---------------------------------------------------------------


def stated_alike(data: bytes, other: bytes) -> bytes:
    """A table with other content that states the checksum of ``data``."""
    from hostaudit.datasets.table_format import SHA_AT

    return other[:SHA_AT] + data[SHA_AT : SHA_AT + 32] + other[SHA_AT + 32 :]


def test_a_table_that_only_states_the_right_checksum_is_not_taken(places, small, tmp_path):
    datasets.open_routes()
    (copy,) = unpacked()
    copy.write_bytes(stated_alike(small, own_table(tmp_path, 64511)))

    assert datasets.open_routes().asns("8.8.8.8") == (64496,)
    assert copy.read_bytes() == small


def test_a_table_of_another_user_is_not_taken(places, small, monkeypatch):
    datasets.open_routes()
    (copy,) = unpacked()
    before = copy.stat()
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_000)

    routes = datasets.open_routes()

    assert routes.asns("8.8.8.8") == (64496,)
    assert routes.file == shipped_routes.SHIPPED.name  # that is, from memory: the folder is the other user's too
    assert (copy.stat().st_ino, copy.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_no_link_is_followed_to_a_table_and_none_is_written_through(places, small, tmp_path):
    datasets.open_routes()
    (copy,) = unpacked()
    victim = tmp_path / "victim"
    victim.write_bytes(small)
    copy.unlink()
    copy.symlink_to(victim)
    victim.write_bytes(b"precious")

    assert datasets.open_routes().asns("8.8.8.8") == (64496,)
    assert victim.read_bytes() == b"precious"
    assert not copy.is_symlink()


def test_a_folder_to_which_another_users_link_leads_is_left_alone(places, small, tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    files.cache_folder().parent.mkdir()
    files.cache_folder().symlink_to(home)
    link = files.cache_folder().lstat()
    ours = files._ours
    monkeypatch.setattr(
        files, "_ours", lambda found: (found.st_ino, found.st_dev) != (link.st_ino, link.st_dev) and ours(found)
    )

    assert datasets.open_routes().asns("8.8.8.8") == (64496,)
    assert list(home.iterdir()) == []


def test_the_checksum_is_reckoned_once_for_each_state_of_a_file(places, small, monkeypatch):
    datasets.open_routes()
    (copy,) = unpacked()
    counts = []
    monkeypatch.setattr(Table, "verify", lambda table: counts.append(table.name))
    for _ in range(3):
        datasets.open_routes()
    assert counts == []

    os.utime(copy, ns=(1, 1))
    for _ in range(3):
        datasets.open_routes()
    assert counts == [str(copy)]


def test_a_table_of_the_user_is_checked_like_one_in_the_cache(places, small, tmp_path):
    data = own_table(tmp_path, 64500)
    put(data[:-1] + bytes([data[-1] ^ 1]))
    routes = datasets.open_routes()

    assert "its checksum does not match" in routes.warning
    assert routes.asns("8.8.8.8") == (64496,)


def test_what_lies_beside_the_code_is_trusted_as_that_is():
    assert files.beside_the_code(shipped_routes.SHIPPED)
    assert not files.beside_the_code(ROOT / "README.md")
