"""Judging beside looking: a second process turns evidence into lines while the first one goes on asking.

Judging is pure and takes some 40 ms of processor a site, in which no answer would be read. The two talk in frames, a
length of four bytes and so much MessagePack, over the standard streams of the second, which ends when its input does:
so it is gone whenever the first is, however that ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from typing import BinaryIO

import msgspec

from hostaudit.model.checks import Criteria
from hostaudit.model.evidence import EvidenceFile
from hostaudit.model.report import Report
from hostaudit.model.verdict import Verdict

START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]);"
    "from hostaudit.cli.batch.judge_process import serve; serve(sys.stdin.buffer, sys.stdout.buffer)"
)
LONGEST = 120.0
"""Seconds after which judging one site counts as a defect; the most tangled sites take two."""

MOST_FRAME = 256 * 1024 * 1024


class Job(msgspec.Struct, frozen=True):
    """Evidence to judge. ``whole``: whether the report itself is wanted, as one line of JSON. ``day``: UTC.
    ``history``: the file in which the run is kept, if any."""

    file: EvidenceFile
    criteria: Criteria | None
    day: str
    whole: bool
    history: str = ""


class Judged(msgspec.Struct, frozen=True):
    """What became of it; ``defect`` says what broke, and then nothing else counts. ``unkept``: why the run could not be
    kept."""

    verdict: Verdict = "not_judged"
    low: float = 0.0
    high: float = 0.0
    summary: str = ""
    line: str = ""
    defect: str = ""
    unkept: str = ""


class JudgingFailedError(Exception):
    """The second process broke over a site."""


# -- in the second process --------------------------------------------------------------------------------


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Judge job after job until there are no more."""
    # Ctrl-C goes to every process at the terminal; what is in flight is still to be judged.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    import gc

    from hostaudit import audit

    audit.prepare()
    gc.freeze()
    with contextlib.suppress(BrokenPipeError):
        while (frame := _read(source)) is not None:
            out = msgspec.msgpack.encode(_answer(frame))
            sink.write(len(out).to_bytes(4, "big") + out)
            sink.flush()
    # As in __main__: taking the modules apart would take longer than most of what they did.
    os._exit(0)


def _answer(frame: bytes) -> Judged:
    try:
        return judged(msgspec.msgpack.decode(frame, type=Job))
    except Exception as error:
        return Judged(defect=f"{type(error).__name__}: {error}"[:300])


def judged(job: Job) -> Judged:
    """A job done."""
    from datetime import date

    from hostaudit import audit

    day = date.fromisoformat(job.day) if job.day else None
    report = audit.analyse(job.file, audit.shipped_rules(), job.criteria, day)
    low, high = report.score.low, report.score.high
    line = one_line(report) if job.whole else ""
    return Judged(report.verdict, low, high, report.summary, line, unkept=_kept(report, job.history))


def _kept(report: Report, path: str) -> str:
    """Append a run to the history; what went wrong, if anything did."""
    if not path:
        return ""
    from pathlib import Path

    from hostaudit.errors import UsageError
    from hostaudit.history import snapshot, store

    try:
        store.record(Path(path), snapshot.snapshot(report))
    except UsageError as error:
        return error.message
    return ""


def one_line(document: Report) -> str:
    """A report as one line of JSON, with the same escapes as when it is written for people to read."""
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


class Judge:
    """The second process, seen from the first; ``async with`` it. One job at a time, in the order they come."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Judge:
        self._process = await self._started()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._end()

    async def judge(self, job: Job) -> Judged:
        """What a site is judged to be. Raises ``JudgingFailedError`` for a defect, which the next job does not feel."""
        frame = msgspec.msgpack.encode(job)
        async with self._turn:
            if self._process is None:
                self._process = await self._started()
            try:
                async with asyncio.timeout(LONGEST):
                    found = await self._exchange(self._process, frame)
            except (OSError, EOFError, TimeoutError) as error:
                await self._end()
                raise JudgingFailedError(f"the judging process ended ({type(error).__name__})") from error
            except BaseException:
                # Cancelled in the middle: the answer to come would be taken for that to the next job.
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

    async def _started(self) -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        # Isolated, so that nothing in the working directory is taken for one of our modules.
        command = (sys.executable, "-I", "-c", START, json.dumps(sys.path))
        return await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
