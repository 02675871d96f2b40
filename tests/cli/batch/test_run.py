"""``scan --list`` as a process: what of a list is scanned, what stands in the output after any end."""

from __future__ import annotations

import errno
import io
import json
import os
import pty
import random
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest
from helpers.command import environment, evidence, hostaudit, hostaudit_patched, with_patch
from hypothesis import given
from hypothesis import strategies as st

from hostaudit.audit.batch import ledger
from hostaudit.audit.batch.judge_process import Judged
from hostaudit.cli import console
from hostaudit.cli.batch import domain_list, progress, records
from hostaudit.errors import Exit, NothingToScanError, UsageError
from hostaudit.history import store

LOOK = """
import asyncio
from hostaudit import audit
from hostaudit.model.evidence import EVIDENCE_SCHEMA, EvidenceFile, EvidenceRun
AT = "2021-01-09T12:00:00Z"
async def look(target, options, progress=None, site=None, common=None):
    name = target.domain
    await asyncio.sleep(60 if "slow" in name else {delay})
    if "broken" in name:
        raise ZeroDivisionError("of " + name)
    run = EvidenceRun(started=AT, finished=AT, resolver="192.0.2.1", vantage="local", tool_version="0")
    return EvidenceFile(EVIDENCE_SCHEMA, target, run, (), site)
audit.look = look
"""
"""Looking that sees nothing, which takes as long as told and is inconclusive."""

BESIDE = """
from hostaudit.audit.batch import judge_process as judging
async def judge(self, job):
    return judging.judged(job)
async def nothing(self):
    return None
judging.Judge.judge, judging.Judge._started, judging.Judge._end = judge, nothing, nothing
"""
"""Judging in the same process, for tests that start it dozens of times."""


def names(count: int) -> list[str]:
    return [f"site{number:03}.com" for number in range(count)]


def start(patch: str, *arguments, stdin: str = "", **options) -> subprocess.Popen:
    process = with_patch(patch, "scan", *arguments, stdin=subprocess.PIPE, **options)
    process.stdin.write(stdin)
    process.stdin.close()
    process.stdin = None
    return process


def run(patch: str, *arguments, stdin: str = "") -> subprocess.CompletedProcess:
    return hostaudit_patched(patch, "scan", *arguments, stdin=stdin, timeout=60)


def lines(text: str) -> tuple[list[dict], dict]:
    """The records of an output, and its summary."""
    assert text.endswith("\n")
    *records, summary = map(json.loads, text.splitlines())
    assert summary["type"] == "summary"
    return records, summary


def domains(records: list[dict]) -> list[str]:
    return sorted(each["domain"] if each.get("type") == "failed" else each["target"]["domain"] for each in records)


# -- lists ------------------------------------------------------------------------------------------------


def test_a_list_has_comments_urls_ports_and_unicode():
    text = """\ufeff# our shops
example.com
  https://Example.ORG/path?a=b#part   # the second
example.net:8443

bücher.example.de\r
www.example.com
EXAMPLE.com.
#example.se
"""
    found = domain_list.parse(text.encode())

    wanted = ["example.com", "example.org", "example.net", "xn--bcher-kva.example.de", "www.example.com"]
    assert [each.domain for each in found.targets] == wanted
    assert found.duplicates == 1
    assert found.rejected == ()


def test_lines_that_name_no_site_are_told_with_their_number():
    hostile = [
        b"192.0.2.1",
        b"com",
        b"\xff\xfe.com",
        b"a" * 5000 + b".com",
        b"exa\x00mple.com",
        b"exa\x1b[2Jmple.com",
        b"../../etc/passwd",
        b"a b.com",
        b"github.io",
        b"*.example.com",
        b"ftp://example.com",
        b"{{7*7}}.com",
        b"-x.com",
        "\u202emoc.example".encode(),
        b"://",
        b"example.com\x85",
    ]
    found = domain_list.parse(b"\n".join([b"good.com", *hostile, b"fine.org"]))

    assert [each.domain for each in found.targets] == ["good.com", "fine.org"]
    assert [each.line for each in found.rejected] == list(range(2, 2 + len(hostile)))
    assert all(each.why.isascii() and each.why.isprintable() for each in found.rejected)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader_of_lists(data):
    found = domain_list.parse(data)

    assert len(found.targets) + found.duplicates + len(found.rejected) <= data.count(b"\n") + 1
    assert len({each.domain for each in found.targets}) == len(found.targets)


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "is empty"), ("# none\n\n", "is empty"), ("com\n192.0.2.1\n", "all 2 lines"), ("com", "its only line")],
)
def test_a_list_that_names_no_site_ends_with_5(tmp_path, text, said):
    path = tmp_path / "list"
    path.write_text(text)
    with pytest.raises(NothingToScanError, match=said):
        domain_list.read(str(path))

    result = hostaudit("scan", "-l", "-", "--format", "json", stdin=text)
    assert (result.returncode, result.stdout) == (Exit.NOTHING_TO_SCAN, "")
    assert said in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("example.com", "-l", "x"), "both"),
        ((), "no domain"),
        (("example.com", "--resume"), "--resume"),
        (("-l", "x", "--host", "a.com"), "--host"),
        (("-l", "x", "--save-evidence", "e.json"), "--save-evidence"),
        (("-l", "x", "--jobs", "0"), "--jobs"),
        (("-l", "x", "--resume"), "--resume"),
        (("-l", "gone"), "cannot be read"),
    ],
)
def test_what_a_list_cannot_go_with_is_refused(arguments, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = hostaudit("scan", *arguments)

    assert (result.returncode, result.stdout) == (Exit.USAGE, "")
    assert said in result.stderr


# -- a whole run ------------------------------------------------------------------------------------------


def test_each_domain_has_one_line_and_the_summary_is_last():
    text = "\n".join([*names(12), "com", "site003.com", "# end"])
    result = run(LOOK.format(delay=0.01), "-l", "-", "--format", "json", stdin=text)

    records, summary = lines(result.stdout)
    assert result.returncode == Exit.INCONCLUSIVE, result.stderr
    assert domains(records) == names(12)
    assert {each["schema"] for each in records} == {"hostaudit.report/1"}
    assert summary["verdicts"] == {"pass": 0, "not_judged": 0, "fail": 0, "inconclusive": 12}
    assert (summary["domains"], summary["rejected"], summary["duplicates"], summary["failed"]) == (12, 1, 1, 0)
    assert summary["rejected_lines"][0]["line"] == 13
    assert (summary["interrupted"], summary["exit_code"]) == (False, 3)
    assert "line 13 is skipped: com is a public suffix" in result.stderr
    assert "12 of 12 domains" in result.stderr


def test_a_record_is_the_report_that_analyse_gives(tmp_path):
    result = run(LOOK.format(delay=0), "-l", "-", "--format", "json", stdin="x.com")
    record = json.loads(result.stdout.splitlines()[0])

    path = tmp_path / "evidence.json"
    path.write_text(evidence())
    assert record == json.loads(hostaudit("analyse", path, "--format", "json").stdout)


def test_a_defect_costs_one_domain_its_record_and_ends_with_4():
    result = run(LOOK.format(delay=0), "-l", "-", "--format", "json", stdin="a.com\nbroken.com\nc.com")

    records, summary = lines(result.stdout)
    assert result.returncode == Exit.INTERNAL == summary["exit_code"]
    assert domains(records) == ["a.com", "broken.com", "c.com"]
    failed = next(each for each in records if each.get("type") == "failed")
    assert failed["message"] == "ZeroDivisionError: of broken.com"
    assert summary["failed"] == 1
    assert "internal error in hostaudit at broken.com" in result.stderr


def test_a_judge_that_dies_costs_one_domain_its_record():
    patch = LOOK.format(delay=0) + (
        "from hostaudit.audit.batch import judge_process as judging\n"
        "exchange = judging.Judge._exchange\n"
        "async def dying(self, process, frame):\n"
        "    if b'doomed' in frame: process.kill()\n"
        "    return await exchange(self, process, frame)\n"
        "judging.Judge._exchange = dying\n"
    )
    result = run(patch, "-l", "-", "--format", "json", "--jobs", "1", stdin="a.com\ndoomed.com\nc.com")

    records, summary = lines(result.stdout)
    assert result.returncode == Exit.INTERNAL
    assert [each.get("type") for each in records] == [None, "failed", None]
    assert summary["failed"] == 1


def test_for_people_there_is_a_line_each_and_a_closing_one(tmp_path):
    result = run(LOOK.format(delay=0), "-l", "-", "-q", stdin="a.com\nb.com")

    rows = result.stdout.splitlines()
    assert result.returncode == Exit.INCONCLUSIVE
    assert result.stderr == ""
    assert sorted(row.split()[-1] if row else "" for row in rows[:2])
    assert all(row.startswith("INCONCLUSIVE") and len(row) <= 80 for row in rows[:2])
    assert rows[2] == ""
    assert rows[3] == "2 sites   2 inconclusive"
    assert rows[-1].startswith("2 domains in ")
    assert rows[-1].endswith(": 2 inconclusive")

    run(LOOK.format(delay=0), "-l", "-", "-q", "-o", tmp_path / "out.txt", stdin="a.com\nb.com")
    assert (tmp_path / "out.txt").read_text().count("INCONCLUSIVE") == 2


def test_declarations_go_to_the_domains_that_they_are_for(tmp_path):
    site = tmp_path / "sites.yaml"
    site.write_text("version: 1\nsites:\n  - domain: a.com\n    hosts: [api.a.com]\n")
    result = run(LOOK.format(delay=0), "-l", "-", "--format", "json", "--site", site, stdin="a.com\nb.com")

    hosts = {each["target"]["domain"]: each["target"]["hosts"] for each in lines(result.stdout)[0]}
    assert hosts == {"a.com": ["a.com", "www.a.com", "api.a.com"], "b.com": ["b.com", "www.b.com"]}
    assert f"declarations for 1 of 2 domains from {site}" in result.stderr

    vain = run(LOOK.format(delay=0), "-l", "-", "--site", site, stdin="b.com")
    assert vain.returncode == Exit.USAGE
    assert "has declarations for none of the 1 domains" in vain.stderr


@pytest.mark.parametrize(
    ("verdicts", "failed", "code"),
    [
        ({"pass": 3}, 0, 0),
        ({"not_judged": 3}, 0, 0),
        ({"pass": 3, "inconclusive": 1}, 0, 3),
        ({"fail": 1, "inconclusive": 5}, 0, 1),
        ({"fail": 1}, 1, 4),
        ({}, 1, 4),
    ],
)
def test_what_is_known_to_be_wrong_comes_before_what_is_unknown(verdicts, failed, code):
    tally = records.Tally(9, Counter(verdicts), failed)
    assert tally.code == code
    tally.interrupted = True
    assert tally.code == Exit.INTERRUPTED


def test_a_reader_that_left_ends_it_with_141():
    reading, writing = os.pipe()
    os.close(reading)
    process = start(LOOK.format(delay=0), "-l", "-", "--format", "json", stdin="a.com\nb.com", stdout=writing)
    os.close(writing)
    process.communicate(timeout=30)

    assert process.returncode == Exit.BROKEN_PIPE


# -- progress ---------------------------------------------------------------------------------------------


def test_records_stay_clean_while_a_terminal_shows_progress():
    controller, terminal = pty.openpty()
    patch = LOOK.format(delay=0.4)
    process = start(patch, "-l", "-", "--format", "json", "--jobs", "2", stdin="\n".join(names(6)), stderr=terminal)
    os.close(terminal)
    out, _ = process.communicate(timeout=30)
    shown = os.read(controller, 1 << 16).decode()
    os.close(controller)

    records, _ = lines(out)
    assert domains(records) == names(6)
    assert "\x1b" not in out
    assert "of 6 domains" in shown
    assert " a second, " in shown
    assert shown.rstrip().endswith("\x1b[K")


def test_how_long_it_still_takes_is_reckoned_from_this_run(monkeypatch):
    tally = records.Tally(100, Counter(passed=40), resumed=20, started=1000.0)
    monkeypatch.setattr("time.monotonic", lambda: 1010.0)

    assert (
        progress.ProgressLine(tally, io.StringIO(), shown=True, lines=True).text()
        == "40 of 100 domains, 2.0 a second, 30 s left"
    )
    assert [records.clock(each) for each in (0.4, 59, 61, 3700)] == ["0 s", "59 s", "1 min 01 s", "1 h 01 min"]


def test_a_hostile_sentence_stays_one_line_of_its_width(monkeypatch):
    monkeypatch.setattr(records, "columns", lambda *_: 80)
    judged = Judged("fail", 1.0, 99.4, "Bad \x1b[2J\n::error:: \u202e" * 20)

    row = records.row(records.Record("a.com", judged), to_file=False)
    assert row.count("\n") == 1
    assert row.startswith("FAIL           1 to 99  a.com")
    assert row[:-1].isprintable()
    assert len(row) <= 81


# -- cut off, and gone on with ----------------------------------------------------------------------------


def test_killed_at_random_points_and_resumed_every_domain_is_there_once(tmp_path):
    path, out = tmp_path / "list", tmp_path / "out.jsonl"
    wanted = names(300)
    path.write_text("\n".join(wanted))
    patch = LOOK.format(delay=0.02) + BESIDE
    arguments = ("-l", path, "--format", "json", "-o", out, "--resume", "--jobs", "4", "-q")
    seed = random.randrange(2**32)
    chance = random.Random(seed)

    seen: list[int] = []
    for _ in range(20):
        process = start(patch, *arguments)
        # Kill while it starts, or in the middle of a record some way further on.
        wanted_size = (out.stat().st_size if out.exists() else 0) + chance.randrange(60_000)
        until = time.monotonic() + (chance.random() if chance.random() < 0.2 else 20)
        while time.monotonic() < until and process.poll() is None:
            if out.exists() and out.stat().st_size > wanted_size:
                break
            time.sleep(0.005)
        process.kill()
        process.communicate(timeout=30)
        if out.exists():
            text = out.read_text()
            seen.append(text.count("\n"))
            for line in text.splitlines()[: None if text.endswith("\n") else -1]:
                json.loads(line)
    result = run(patch, *arguments)
    records, summary = lines(out.read_text())

    assert result.returncode == Exit.INCONCLUSIVE, (seed, result.stderr)
    assert domains(records) == wanted, seed
    assert summary["verdicts"]["inconclusive"] == summary["scanned"] == 300
    assert len({each for each in seen if 0 < each < 300}) >= 3, seen
    assert not list(tmp_path.glob("*.run"))


def test_a_torn_last_line_is_dropped_and_asked_again(tmp_path):
    out = tmp_path / "out.jsonl"
    patch = LOOK.format(delay=0) + BESIDE
    arguments = ("-l", "-", "--format", "json", "-o", out, "-q")
    run(patch, *arguments, stdin="\n".join(names(5)))
    whole = out.read_text().splitlines(keepends=True)
    journal = tmp_path / "out.jsonl.run"
    assert not journal.exists()

    for cut in (1, 100, len(whole[2]) - 1):
        out.write_text("".join(whole[:2]) + whole[2][:cut] + "")
        asked = json.loads((tmp_path / "asked.json").read_text()) if (tmp_path / "asked.json").exists() else None
        if asked is None:
            asked = _asked_of(patch, tmp_path)
        journal.write_text(json.dumps(asked))
        result = run(patch, *arguments, "--resume", stdin="\n".join(names(5)))
        records, summary = lines(out.read_text())
        assert result.returncode == Exit.INCONCLUSIVE, result.stderr
        assert domains(records) == names(5)
        assert summary["resumed"] == 2


def _asked_of(patch: str, folder: Path) -> dict:
    """The journal of a run over five names, as one that was killed leaves it."""
    out = folder / "killed.jsonl"
    listed = "\n".join(names(5))
    process = start(
        patch.replace('"slow" in name', "True"), "-l", "-", "--format", "json", "-o", out, "-q", stdin=listed
    )
    journal = folder / "killed.jsonl.run"
    until = time.monotonic() + 20
    while time.monotonic() < until and not (journal.exists() and journal.stat().st_size):
        time.sleep(0.02)
    process.kill()
    process.communicate(timeout=30)
    return json.loads(journal.read_text())


def test_a_resumed_run_that_was_finished_stays_as_it_is(tmp_path):
    out = tmp_path / "out.jsonl"
    patch = LOOK.format(delay=0) + BESIDE
    arguments = ("-l", "-", "--format", "json", "-o", out, "--resume")
    first = run(patch, *arguments, stdin="a.com\nb.com")
    records, _ = lines(out.read_text())
    again = run(patch, *arguments, stdin="b.com\na.com")
    after, summary = lines(out.read_text())

    assert first.returncode == again.returncode == Exit.INCONCLUSIVE
    assert after == records
    assert summary["resumed"] == 2
    assert "2 of 2 domains are already in" in again.stderr


def test_different_runs_are_not_mixed(tmp_path):
    out = tmp_path / "out.jsonl"
    patch = LOOK.format(delay=0) + BESIDE
    arguments = ("-l", "-", "--format", "json", "-o", out)
    stopped = _stopped(patch, *arguments)
    assert stopped == Exit.INTERRUPTED
    kept = out.read_text()

    for further, listed, said in (
        (("--resume",), "fast.com\nother.com", "a different list"),
        (("--resume", "--depth", "1"), "fast.com\nslow.com", "a different options"),
        ((), "fast.com\nslow.com", "an unfinished run"),
    ):
        result = run(patch, *arguments, *further, stdin=listed)
        assert (result.returncode, result.stdout) == (Exit.USAGE, ""), result.stderr
        assert said in result.stderr
        assert out.read_text() == kept

    other = tmp_path / "notes.txt"
    other.write_text("my notes\n")
    result = run(patch, "-l", "-", "--format", "json", "-o", other, "--resume", stdin="a.com")
    assert result.returncode == Exit.USAGE
    assert other.read_text() == "my notes\n"
    assert not (tmp_path / "notes.txt.run").exists()


def test_two_runs_do_not_write_one_file(tmp_path):
    held = ledger.Ledger(tmp_path / "out", {"list": "1"}, resume=False)

    with pytest.raises(UsageError, match="another run is writing"):
        ledger.Ledger(tmp_path / "out", {"list": "1"}, resume=True)
    held.write("{}\n")
    held.close(finished=True)
    assert (tmp_path / "out").read_text() == "{}\n"
    ledger.Ledger(tmp_path / "out", {"list": "1"}, resume=False).close(finished=True)


def _stopped(patch: str, *arguments) -> int:
    """Start over one fast and one slow site, and stop at once when the first has its record."""
    process = start(patch, *arguments, stdin="fast.com\nslow.com")
    _wait_for("1 of 2 domains", process)
    process.send_signal(signal.SIGINT)
    _wait_for("interrupted", process)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    return process.returncode


def _wait_for(word: str, process: subprocess.Popen) -> None:
    for line in process.stderr:
        if word in line:
            return
    raise AssertionError(f"{word!r} was never said")


NO_SIGNALS_IN_LOOPS = """
def refused(*_):
    raise NotImplementedError
asyncio.SelectorEventLoop.add_signal_handler = asyncio.SelectorEventLoop.remove_signal_handler = refused
"""
"""The event loops of Windows."""


@pytest.mark.parametrize("patch", ["", NO_SIGNALS_IN_LOOPS], ids=["posix", "windows"])
def test_one_interrupt_finishes_what_is_under_way(patch):
    listed = "\n".join(names(40))
    process = start(LOOK.format(delay=0.3) + patch, "-l", "-", "--format", "json", "--jobs", "4", stdin=listed)
    _wait_for("of 40 domains", process)
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=30)

    records, summary = lines(out)
    assert process.returncode == Exit.INTERRUPTED
    assert summary["interrupted"] is True
    assert summary["exit_code"] == 130
    assert 4 <= len(records) == summary["scanned"] <= 16
    assert "finishing the current sites" in errors
    assert "defect" not in errors


def test_two_interrupts_stop_at_once_and_leave_nothing_half_written(tmp_path):
    out = tmp_path / "out.jsonl"
    patch = LOOK.format(delay=0)
    arguments = ("-l", "-", "--format", "json", "-o", out)
    started = time.monotonic()

    assert _stopped(patch, *arguments) == Exit.INTERRUPTED
    assert time.monotonic() - started < 30
    records, summary = lines(out.read_text())
    assert domains(records) == ["fast.com"]
    assert (summary["interrupted"], summary["scanned"]) == (True, 1)

    result = run(patch.replace('"slow"', '"never"'), *arguments, "--resume", stdin="fast.com\nslow.com")
    assert result.returncode == Exit.INCONCLUSIVE, result.stderr
    assert domains(lines(out.read_text())[0]) == ["fast.com", "slow.com"]


def test_progress_needs_a_terminal_that_can():
    assert console.progress_fits(io.StringIO(), environment()) is False


def test_each_domain_is_judged_by_what_is_demanded_of_it(tmp_path):
    policy = tmp_path / "policy.yaml"
    policy.write_text(
        "version: 1\n"
        "targets:\n"
        "  - match: [strict.com]\n"
        "    policy: {unknown: fail, roles: {dns: {min_providers: 2}}}\n"
        "  - match: [free.com]\n"
        "    policy: {unknown: warn, roles: {dns: {min_providers: 2}}}\n"
    )
    arguments = ("-l", "-", "--format", "json", "--policy", policy)
    result = run(LOOK.format(delay=0), *arguments, stdin="strict.com\nfree.com\nother.com")

    records, summary = lines(result.stdout)
    verdicts = {each["target"]["domain"]: each["verdict"] for each in records}
    assert verdicts["strict.com"] == "fail", result.stderr
    assert verdicts["other.com"] == "inconclusive"
    assert result.returncode == Exit.FAIL == summary["exit_code"]
    assert "policy for 2 of 3 domains" in result.stderr

    vain = run(LOOK.format(delay=0), *arguments, stdin="other.com")
    assert vain.returncode == Exit.USAGE
    assert "has no policy for any of the 1 domains" in vain.stderr


def test_records_go_to_a_file_while_people_read_along(tmp_path):
    out = tmp_path / "out.jsonl"
    arguments = ("-l", "-", "-q", "-o", f"jsonl={out}")
    result = run(LOOK.format(delay=0), *arguments, stdin="a.com\nb.com")
    again = run(LOOK.format(delay=0), *arguments, "--resume", stdin="a.com\nb.com")

    assert result.returncode == again.returncode == Exit.INCONCLUSIVE
    assert domains(lines(out.read_text())[0]) == ["a.com", "b.com"]
    assert result.stdout.count("INCONCLUSIVE") == 2
    assert "2 domains in" in again.stdout

    refused = run(LOOK.format(delay=0), "-l", "-", "-o", f"sarif={tmp_path / 'x'}", stdin="a.com")
    assert refused.returncode == Exit.USAGE
    assert "sarif cannot be used with --list" in refused.stderr


def test_the_runs_of_a_list_are_kept_in_a_history(tmp_path):
    path = tmp_path / "runs.db"

    result = run(LOOK.format(delay=0), "-l", "-", "-q", "--history", path, stdin="a.com\nbroken.com\nb.com")

    assert result.returncode == Exit.INTERNAL, result.stderr
    assert store.domains(path) == ("a.com", "b.com")


KILLED = {
    "before the first site is kept": "n == 1 and not after",
    "after the first site is kept": "n == 1 and after",
    "before the third site is kept": "n == 3 and not after",
    "after the third site is kept": "n == 3 and after",
}


@pytest.mark.parametrize("when", KILLED.values(), ids=KILLED)
def test_killed_anywhere_and_resumed_each_site_is_in_the_history_once(tmp_path, when):
    out, path = tmp_path / "out.jsonl", tmp_path / "runs.db"
    arguments = ("-l", "-", "-q", "--format", "json", "-o", out, "--resume", "--jobs", "1", "--history", path)
    kill = f"""
import os
from hostaudit.history import store
n, keep = 0, store.record
def record(path, look):
    global n
    n, after = n + 1, False
    if {when}:
        os._exit(9)
    keep(path, look)
    after = True
    if {when}:
        os._exit(9)
store.record = record
"""
    listed = "\n".join(names(5))
    killed = run(LOOK.format(delay=0) + BESIDE + kill, *arguments, stdin=listed)
    resumed = run(LOOK.format(delay=0) + BESIDE, *arguments, stdin=listed)

    assert (killed.returncode, resumed.returncode) == (9, Exit.INCONCLUSIVE), killed.stderr + resumed.stderr
    assert domains(lines(out.read_text())[0]) == names(5)
    assert store.domains(path) == tuple(names(5))
    assert [len(store.runs(path, name)[0]) for name in names(5)] == [1] * 5


def test_a_history_that_is_given_only_to_the_second_part_of_a_run_has_the_first_part_too(tmp_path):
    out, path = tmp_path / "out.jsonl", tmp_path / "runs.db"
    arguments = ("-l", "-", "--format", "json", "-o", out, "--resume")
    run(LOOK.format(delay=0), *arguments, stdin="a.com\nb.com")

    for told in ("2 of them were missing", ""):
        again = run(LOOK.format(delay=0), *arguments, "--history", path, stdin="a.com\nb.com")
        assert told in again.stderr
        assert [len(store.runs(path, name)[0]) for name in ("a.com", "b.com")] == [1, 1]


def test_a_run_that_cannot_begin_for_want_of_space_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(handle, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(UsageError, match="No space left"):
        ledger.Ledger(tmp_path / "out", {"list": "1"}, resume=False)
    monkeypatch.undo()

    assert list(tmp_path.iterdir()) == []
    ledger.Ledger(tmp_path / "out", {"list": "1"}, resume=False).close(finished=True)


def test_a_history_that_fails_in_the_middle_costs_no_record(tmp_path):
    path = tmp_path / "runs.db"
    spoilt = "from hostaudit.history import store\ndef record(path, look):\n    raise UsageError('the disk is full')\n"
    patch = LOOK.format(delay=0) + BESIDE + "from hostaudit.errors import UsageError\n" + spoilt
    patch += "store.record = record\n"

    result = run(patch, "-l", "-", "--format", "json", "--history", path, stdin="a.com\nb.com")

    records, summary = lines(result.stdout)
    assert (domains(records), summary["scanned"]) == (["a.com", "b.com"], 2)
    assert result.returncode == Exit.USAGE
    assert "some runs could not be saved in the history: a.com: the disk is full" in result.stderr
