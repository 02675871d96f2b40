"""Judging in a second process: it computes reports from evidence while the first process continues to ask questions.

Judging is pure and takes some 40 ms of processor time per site, in which no answer would be read. The two processes
exchange frames, a length of four bytes and that many bytes of MessagePack, over the standard streams of the second
one. It ends when its input ends, so it never outlives the first one, whatever ended that.

The second process is started with a command (``START``), not by ``multiprocessing``, so that the main module of the
program is not run again. In a program whose interpreter cannot be started, such as a frozen one, and in an event loop
that starts no processes (the selector loop of Windows), a thread judges.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from pathlib import Path
from typing import BinaryIO

import msgspec

import hostaudit
from hostaudit.model.changes import Snapshot
from hostaudit.model.checks import Criteria
from hostaudit.model.evidence import EvidenceFile
from hostaudit.model.overview import SiteLine, line_of
from hostaudit.model.report import Report
from hostaudit.model.values import evidence_id
from hostaudit.model.verdict import Verdict

START = """
import json, os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
sys.path[:] = json.loads(sys.argv[1])
from hostaudit.audit.batch.judge_process import serve
serve(sys.stdin.buffer, sys.stdout.buffer)
os._exit(0)
"""
"""The command of the second process. It ignores Ctrl-C, which every process at the terminal gets, because sites under
way must still be judged. It exits without a teardown of its modules, which would take longer than most of their work.
"""

LONGEST = 120.0
"""Seconds after which judging one site counts as a defect; the most complex sites take two."""

MOST_FRAME = 256 * 1024 * 1024


class Job(msgspec.Struct, frozen=True):
    """Evidence to judge. ``day``: of judging, YYYY-MM-DD in UTC, empty for that of the evidence. ``whole``: the report
    itself is wanted, as one line of JSON. ``history``: the file of the history for which facts are
    wanted, which is only read here; empty for none."""

    file: EvidenceFile
    criteria: Criteria | None
    day: str
    whole: bool
    history: str = ""


class Judged(msgspec.Struct, frozen=True):
    """The judgement of one site. ``line``: the report as a line of JSON, if it is wanted. ``defect``: the error of a
    site that could not be judged; the other fields then have no meaning. ``snapshot``: the facts for the history, if
    there is one; ``unkept``: the reason why it could not be read, empty if it could. ``defects``: the errors of
    hostaudit itself while it looked at the site. ``overview``: the line of the site in the table of the list."""

    verdict: Verdict = "not_judged"
    low: float = 0.0
    high: float = 0.0
    summary: str = ""
    line: str = ""
    defect: str = ""
    snapshot: Snapshot | None = None
    unkept: str = ""
    defects: tuple[str, ...] = ()
    overview: SiteLine | None = None


class JudgingFailedError(Exception):
    """The second process failed at a site."""


# -- in the second process --------------------------------------------------------------------------------


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Judge job after job until there are no more."""
    import gc

    from hostaudit import audit

    audit.prepare()
    gc.freeze()
    with contextlib.suppress(BrokenPipeError):
        while (frame := _read(source)) is not None:
            out = msgspec.msgpack.encode(_answer(frame))
            sink.write(len(out).to_bytes(4, "big") + out)
            sink.flush()


def _answer(asked: bytes | Job) -> Judged:
    try:
        return judged(msgspec.msgpack.decode(asked, type=Job) if isinstance(asked, bytes) else asked)
    except Exception as error:
        return Judged(defect=f"{type(error).__name__}: {error}"[:300])


def judged(job: Job) -> Judged:
    """Judge one site in this process."""
    from datetime import date

    from hostaudit import audit
    from hostaudit.documents import rules
    from hostaudit.errors import UsageError

    day = date.fromisoformat(job.day) if job.day else None
    criteria, unread = job.criteria, ""
    if job.history:
        try:
            criteria = remembering(criteria, job.file, Path(job.history))
        except UsageError as error:
            unread = error.message
    report = audit.analyse(job.file, rules.shipped(), criteria, day)
    low, high = report.score.low, report.score.high
    line = one_line(report) if job.whole else ""
    snapshot, defects = _snapshot(report) if job.history else None, report.run.defects or ()
    return Judged(
        report.verdict,
        low,
        high,
        report.summary,
        line,
        snapshot=snapshot,
        unkept=unread,
        defects=defects,
        overview=line_of(report),
    )


def remembering(criteria: Criteria | None, file: EvidenceFile, history: Path) -> Criteria | None:
    """Return the criteria with what the history tells of the mail of a site, if they demand mail and it has none now.
    Raises ``UsageError`` for a history that cannot be read."""
    if criteria is None or criteria.mail_before or not criteria.demands_mail:
        return criteria
    domain = file.target.domain
    asked = evidence_id("mx", domain)
    if not any(item.id == asked and item.absent is not None for item in file.evidence):
        return criteria
    from hostaudit.history.mail import mail_before

    return msgspec.structs.replace(criteria, mail_before=mail_before(history, domain))


def _snapshot(report: Report) -> Snapshot:
    from hostaudit.history import snapshot

    return snapshot.snapshot(report)


def one_line(document: Report) -> str:
    """Return a report as one line of JSON, with the same escapes as in the indented form for people."""
    from hostaudit import report

    return report.load("jsonl").render(document, report.Style())


def _read(source: BinaryIO) -> bytes | None:
    head = source.read(4)
    if len(head) < 4:
        return None
    size = int.from_bytes(head, "big")
    frame = source.read(size)
    return frame if len(frame) == size else None


# -- in the first process ---------------------------------------------------------------------------------


def can_start_python() -> bool:
    """Return True if ``sys.executable`` is a Python that takes a command; an embedding program has its own name
    there."""
    name = Path(sys.executable or "").name.lower()
    return name.startswith(("python", "pypy")) and not getattr(sys, "frozen", False)


def _search_path() -> list[str]:
    """The module search path of the second process: that of the first one, and the folder of this package."""
    own = str(Path(hostaudit.__file__).resolve().parent.parent)
    return [*(each for each in sys.path if isinstance(each, str)), own]


class Judge:
    """The second process, as used by the first one, an async context manager. It takes one job at a time, in order."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._in_thread = not can_start_python()
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Judge:
        await self._ensure()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._end()

    async def judge(self, job: Job) -> Judged:
        """Judge one site. Raises ``JudgingFailedError`` for a defect, which does not affect the next job."""
        frame = msgspec.msgpack.encode(job)
        async with self._turn:
            await self._ensure()
            try:
                async with asyncio.timeout(LONGEST):
                    if self._process is None:
                        found = await asyncio.to_thread(_answer, job)
                    else:
                        found = await self._exchange(self._process, frame)
            except (OSError, EOFError, TimeoutError) as error:
                await self._end()
                raise JudgingFailedError(f"the judging process ended ({type(error).__name__})") from error
            except BaseException:
                # Cancelled under way: the late answer would be taken for the answer to the next job.
                await self._end()
                raise
        if found.defect:
            raise JudgingFailedError(found.defect)
        return found

    async def _exchange(self, process: asyncio.subprocess.Process, frame: bytes) -> Judged:
        if process.stdin is None or process.stdout is None:
            raise EOFError
        process.stdin.write(len(frame).to_bytes(4, "big") + frame)
        await process.stdin.drain()
        size = int.from_bytes(await process.stdout.readexactly(4), "big")
        if size > MOST_FRAME:
            raise EOFError
        return msgspec.msgpack.decode(await process.stdout.readexactly(size), type=Judged)

    async def _ensure(self) -> None:
        """Start the second process if it does not run, unless a thread judges."""
        if self._process is None and not self._in_thread:
            try:
                self._process = await self._started()
            except (NotImplementedError, OSError):
                # Some event loops start no process, and a system may refuse one: judging is then slower, and the same.
                self._in_thread = True

    async def _started(self) -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        # Isolated mode, so that no file in the working directory is taken for one of our modules.
        command = (sys.executable, "-I", "-c", START, json.dumps(_search_path()))
        return await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
