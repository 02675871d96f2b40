"""Runs that are kept: all of them, by whoever writes at once, and nothing from a file that is not sound."""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
from functools import cache

import msgspec
import pytest
from helpers import ROOT, sites
from helpers.command import environment, hostaudit

from hostaudit.audit import analyse
from hostaudit.documents import rules
from hostaudit.documents.evidence_file import encode_evidence
from hostaudit.errors import DocumentError, UsageError
from hostaudit.history import store
from hostaudit.history.snapshot import snapshot as of_report

WRITER = """
import sys
from pathlib import Path
import msgspec
from hostaudit.history import store
from hostaudit.model.changes import Snapshot
snapshot = msgspec.json.decode(Path(sys.argv[2]).read_bytes(), type=Snapshot)
for turn in range(int(sys.argv[4])):
    run = msgspec.structs.replace(snapshot.run, vantage=f"{sys.argv[3]} {turn}")
    store.record(Path(sys.argv[1]), msgspec.structs.replace(snapshot, run=run))
"""


@cache
def snapshot(site=sites.in_pairs):
    return of_report(analyse(site().file(), rules.load()))


def at(moment, look=None):
    look = look or snapshot()
    return msgspec.structs.replace(look, run=msgspec.structs.replace(look.run, started=moment))


def count(path, table):
    with sqlite3.connect(path) as database:
        return database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def test_what_is_kept_comes_back_whole(tmp_path):
    path = tmp_path / "runs.db"
    looks = [snapshot(), snapshot(sites.on_one_parent)]

    assert [store.record(path, each) for each in looks] == [1, 2]
    assert store.runs(path, "steady.org") == ([(1, looks[0])], 0)
    assert store.runs(path, "captive.com") == ([(2, looks[1])], 0)
    assert store.runs(path, "nobody.com") == ([], 0)
    assert store.domains(path) == ("captive.com", "steady.org")


def test_a_fact_is_stored_once_however_many_runs_saw_it(tmp_path):
    path = tmp_path / "runs.db"
    store.record(path, at("2026-01-01T00:00:00Z"))
    facts = count(path, "fact")
    for month in range(2, 12):
        store.record(path, at(f"2026-{month:02}-01T00:00:00Z"))

    assert count(path, "fact") == facts
    assert count(path, "run") == 11


def test_the_latest_runs_come_oldest_first(tmp_path):
    path = tmp_path / "runs.db"
    for day in (3, 1, 2):
        store.record(path, at(f"2026-01-0{day}T00:00:00Z"))
    kept, earlier = store.runs(path, "steady.org", 2)

    assert [(number, look.run.started[:10]) for number, look in kept] == [(3, "2026-01-02"), (1, "2026-01-03")]
    assert earlier == 1


def test_two_that_write_at_once_lose_nothing(tmp_path):
    path, saved = tmp_path / "runs.db", tmp_path / "look.json"
    saved.write_bytes(msgspec.json.encode(snapshot()))
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, path, saved, name, "50"], env=environment(), cwd=ROOT)
        for name in ("one", "two")
    ]

    assert [each.wait(120) for each in writers] == [0, 0]
    kept, _ = store.runs(path, "steady.org")
    assert sorted(look.run.vantage for _, look in kept) == sorted(
        f"{who} {n}" for who in ("one", "two") for n in range(50)
    )
    assert sorted(number for number, _ in kept) == list(range(1, 101))
    assert all(look.facts == snapshot().facts for _, look in kept[::20])


def test_pruning_forgets_old_runs_and_what_only_they_saw(tmp_path):
    path = tmp_path / "runs.db"
    store.record(path, at("2020-01-01T00:00:00Z", snapshot(sites.on_one_parent)))
    store.record(path, at("2026-01-01T00:00:00Z"))

    assert store.prune(path, "2025-01-01T00:00:00Z") == (1, 1)
    assert count(path, "fact") == count(path, "seen") == len(snapshot().facts)
    assert store.prune(path, "2025-01-01T00:00:00Z") == (0, 1)
    assert store.record(path, snapshot()) == 3  # no number is given twice


# -- files that are not sound -------------------------------------------------------------------------


def damaged(path, how):
    store.record(path, snapshot())
    store.record(path, snapshot(sites.on_one_parent))
    if how == "text":
        path.write_text("no database at all, but some text that is long enough to be one\n" * 40)
    elif how == "torn":
        path.write_bytes(path.read_bytes()[:5000])
    elif how == "noise":
        whole = bytearray(path.read_bytes())
        whole[4096:] = b"\xff" * (len(whole) - 4096)
        path.write_bytes(whole)
    else:
        with sqlite3.connect(path) as database:
            database.execute(
                {
                    "fact": "UPDATE fact SET body = replace(body, 'steady', 'shaky')",
                    "newer": "PRAGMA user_version = 3",
                    "foreign": "PRAGMA application_id = 7",
                    "lacking": "DROP TABLE seen",
                    "verdict": "UPDATE run SET verdict = 'perfect'",
                }[how]
            )
        database.close()
    for beside in (path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        if how in ("text", "torn", "noise"):
            beside.unlink(missing_ok=True)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("text", "is not a history"),
        ("torn", "is damaged"),
        ("noise", "is damaged"),
        ("fact", "is damaged: a fact of run 1"),
        ("verdict", "is damaged: run 1"),
        ("lacking", "is damaged"),
        ("newer", "has version 3"),
        ("foreign", "another program"),
    ],
)
def test_a_damaged_or_foreign_file_is_refused_with_its_reason(tmp_path, how, words):
    path = tmp_path / "runs.db"
    damaged(path, how)

    with pytest.raises(DocumentError, match=words) as refused:
        store.runs(path, "steady.org")
    assert refused.value.hint


def test_a_file_of_version_1_is_kept_and_its_scores_are_of_formula_1(tmp_path):
    path = tmp_path / "runs.db"
    store.record(path, snapshot())
    with sqlite3.connect(path) as database:
        database.execute("ALTER TABLE run DROP COLUMN formula")
        database.execute("PRAGMA user_version = 1")
    database.close()

    store.record(path, snapshot())
    kept, _ = store.runs(path, snapshot().domain)

    assert [look.formula for _, look in kept] == [1, 2]


def test_a_database_of_another_program_is_left_as_it_is(tmp_path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE mine (x)")
    database.close()
    before = path.read_bytes()

    with pytest.raises(DocumentError, match="another program"):
        store.record(path, snapshot())
    assert path.read_bytes() == before


def test_a_full_disk_is_told_and_what_was_there_stays(tmp_path, monkeypatch):
    path = tmp_path / "runs.db"
    store.record(path, snapshot())
    connect = sqlite3.connect

    def small(*arguments, **options):
        database = connect(*arguments, **options)
        database.execute("PRAGMA max_page_count = 1")  # the least it can be is what is there
        return database

    monkeypatch.setattr(sqlite3, "connect", small)
    with pytest.raises(UsageError, match="full") as refused:
        for _ in range(50):
            store.record(path, snapshot(sites.on_one_parent))
    monkeypatch.undo()
    assert "free some space" in refused.value.hint
    assert store.runs(path, "steady.org") == ([(1, snapshot())], 0)


def test_a_full_disk_leaves_no_file_that_was_just_made(tmp_path, monkeypatch):
    connect = sqlite3.connect

    def small(*arguments, **options):
        database = connect(*arguments, **options)
        database.execute("PRAGMA max_page_count = 1")
        return database

    monkeypatch.setattr(sqlite3, "connect", small)
    with pytest.raises(UsageError, match="full"):
        store.check(tmp_path / "runs.db")
    assert list(tmp_path.iterdir()) == []


FLIPS = 300


def encoded(fact):
    return msgspec.json.encode(fact, order="deterministic")


def test_flipped_bits_are_damage_and_what_is_whole_can_be_saved(tmp_path):
    path, spoilt = tmp_path / "runs.db", tmp_path / "spoilt.db"
    kept = [
        at(f"2026-01-0{day}T00:00:00Z", snapshot(build))
        for day in (1, 2)
        for build in (sites.in_pairs, sites.on_one_parent)
    ]
    for each in kept:
        store.record(path, each)
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    whole = path.read_bytes()
    known = {fact for each in kept for fact in map(encoded, each.facts)}
    chance = random.Random(12)
    refused = 0
    for number in range(FLIPS):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(100, len(data))] ^= 1 << chance.randrange(8)
        spoilt.write_bytes(data)
        to = tmp_path / f"saved{number}.db"
        try:
            for name in store.domains(spoilt):
                store.runs(spoilt, str(name))
        except DocumentError as error:
            refused += 1
            assert "is damaged" in error.message or "database" in error.message
            assert error.hint
        try:
            saved, _ = store.salvage(spoilt, to)
        except UsageError:
            continue
        found = [run for name in store.domains(to) for _, run in store.runs(to, name)[0]]
        assert len(found) == saved <= len(kept)
        assert {fact for each in found for fact in map(encoded, each.facts)} <= known
        to.unlink()
    assert refused > FLIPS / 20


def test_what_can_be_saved_of_a_damaged_history_is_offered_and_saved(tmp_path, evidence):
    path, to = tmp_path / "runs.db", tmp_path / "saved.db"
    for _ in range(2):
        assert hostaudit("analyse", evidence, "-q", "--history", path, "--no-site").returncode == 0
    with sqlite3.connect(path) as database:
        database.execute("UPDATE run SET verdict = 'perfect' WHERE number = 1")
    database.close()

    refused = hostaudit("history", "show", "steady.org", "--history", path)
    assert refused.returncode == 2
    assert f"hostaudit history salvage --history {path} --to FILE" in refused.stderr
    saved = hostaudit("history", "salvage", "--history", path, "--to", to)
    assert (saved.returncode, "1 runs saved" in saved.stderr, "1 could not be read" in saved.stderr) == (0, True, True)
    assert len(store.runs(to, "steady.org")[0]) == 1
    assert hostaudit("history", "salvage", "--history", path, "--to", to).returncode == 2


@pytest.mark.parametrize("place", ["missing/runs.db", ".", "file/runs.db"])
def test_a_place_that_takes_no_file_is_refused(tmp_path, place):
    (tmp_path / "file").write_text("")

    with pytest.raises(UsageError):
        store.check(tmp_path / place)


def test_there_is_nothing_to_read_where_nothing_was_kept(tmp_path):
    with pytest.raises(DocumentError, match="no such file"):
        store.runs(tmp_path / "runs.db", "steady.org")
    assert not list(tmp_path.iterdir())


# -- the commands -------------------------------------------------------------------------------------


@pytest.fixture
def evidence(tmp_path):
    path = tmp_path / "evidence.json"
    path.write_bytes(encode_evidence(sites.in_pairs().file()))
    return path


def test_analyse_and_scan_keep_their_runs_and_history_tells_them(tmp_path, evidence):
    path, other = tmp_path / "runs.db", tmp_path / "other.json"
    changed = sites.in_pairs().note("listing", "f-droid org.steady", unknown="timeout")
    other.write_bytes(encode_evidence(changed.file()))
    first = hostaudit("analyse", evidence, "--history", path, "--format", "json")
    second = hostaudit("scan", other, "--history", path)

    assert (first.returncode, second.returncode) == (0, 0)
    assert "saved as run 1" in first.stderr
    assert json.loads(first.stdout)["verdict"] == "not_judged"
    shown = json.loads(hostaudit("history", "show", "steady.org", "--history", path, "--format", "json").stdout)
    assert [each["number"] for each in shown["runs"]] == [1, 2]
    assert {each["kind"] for each in shown["runs"][1]["changes"]} == {"became_unknown"}
    text = hostaudit("history", "trend", "https://STEADY.org/", "--history", path).stdout
    assert "score" in text
    assert text.count("2021-01-09") == 2


def test_a_report_is_not_lost_when_its_run_cannot_be_kept(tmp_path, evidence):
    path = tmp_path / "runs.db"
    first = hostaudit("analyse", evidence, "--history", path)
    with sqlite3.connect(path) as database:
        database.execute("CREATE TRIGGER no BEFORE INSERT ON run BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
    database.close()
    again = hostaudit("analyse", evidence, "--history", path)

    assert again.stdout == first.stdout
    assert (first.returncode, again.returncode) == (0, 2)
    assert "cannot be written: disk is full" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("analyse", "EVIDENCE", "--history", "EVIDENCE"), "not a history"),
        (
            ("analyse", "EVIDENCE", "--history", "RUNS", "--format", "terminal", "-o", "RUNS"),
            "is the file of the history and of another output",
        ),
        (("history", "show", "steady.org", "--history", "RUNS"), "no such file"),
        (("history", "prune", "--keep", "soon", "--history", "RUNS"), "--keep soon"),
        (("history", "prune", "--keep", "0d", "--history", "RUNS"), "--keep 0d"),
        (("history", "show", "steady.org", "--history", "RUNS", "--last", "-1"), "--last"),
        (("history", "show", "--history", "RUNS", "not a name"), "not a name"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path, evidence, arguments, words):
    places = {"EVIDENCE": evidence, "RUNS": tmp_path / "runs.db"}
    result = hostaudit(*(places.get(each, each) for each in arguments))

    assert (result.returncode, result.stdout) == (2, "")
    assert words in result.stderr
    assert "Traceback" not in result.stderr


def test_prune_and_a_domain_that_is_not_there(tmp_path, evidence):
    path = tmp_path / "runs.db"
    hostaudit("analyse", evidence, "--history", path)
    absent = hostaudit("history", "show", "nobody.com", "--history", path)
    pruned = hostaudit("history", "prune", "--keep", "400d", "--history", path)

    assert absent.returncode == 2
    assert "it has: steady.org" in absent.stderr
    assert (pruned.returncode, pruned.stderr) == (0, f"hostaudit: 1 runs deleted, 0 left in {path}\n")


def test_diff_says_what_changed_and_ends_as_asked(tmp_path, evidence):
    blind, moved = tmp_path / "blind.json", tmp_path / "moved.json"
    blind.write_bytes(encode_evidence(sites.in_pairs().note("caa", "www.steady.org", unknown="timeout").file()))
    moved.write_bytes(encode_evidence(sites.in_one_leg().file()))
    ask = ("--expect-no-changes", "--format", "json")
    ended = {
        name: hostaudit("diff", evidence, other, *ask)
        for name, other in (("same", evidence), ("unknown", blind), ("changed", moved))
    }

    assert {name: each.returncode for name, each in ended.items()} == {"same": 0, "unknown": 3, "changed": 1}
    assert all(json.loads(each.stdout)["outcome"] == name for name, each in ended.items())
    assert hostaudit("diff", evidence, moved).returncode == 0
    piped = hostaudit("diff", "-", moved, *ask, stdin=evidence.read_text())
    assert piped.stdout == ended["changed"].stdout


def test_a_report_and_the_evidence_it_was_made_of_are_the_same(tmp_path, evidence):
    report = tmp_path / "report.json"
    hostaudit("analyse", evidence, "--format", "json", "-o", report)

    assert hostaudit("diff", evidence, report, "--expect-no-changes").returncode == 0


def test_diff_refuses_two_domains_and_standard_input_twice(evidence):
    other = hostaudit("diff", evidence, ROOT / "examples/parler-2021/evidence.json")

    assert other.returncode == 2
    assert "give two reports of one domain" in other.stderr
    assert hostaudit("diff", "-", "-").returncode == 2
