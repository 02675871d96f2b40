"""``hostaudit scan --list``: many sites in one run, a record for each as soon as it is known, a summary last.

One process asks for all of them at once, up to ``--jobs`` sites at a time, and a second one judges. What providers,
registries and services said of one site stands for the others too.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from hostaudit import __version__
from hostaudit.cli.batch import domain_list, judge_process
from hostaudit.cli.batch.ledger import Kept
from hostaudit.cli.batch.progress import ProgressLine
from hostaudit.cli.batch.records import MOST_NAMED, RECORDS, Record, Sink, Tally, closing, line, opened, row, summary
from hostaudit.cli.output import Writer
from hostaudit.errors import UsageError

if TYPE_CHECKING:
    from hostaudit.audit import LookOptions
    from hostaudit.cli.batch.domain_list import Listed, Rejected
    from hostaudit.cli.judging import CriteriaBuilder
    from hostaudit.model.checks import Criteria
    from hostaudit.model.evidence import Target
    from hostaudit.model.site import Site

MOST_JOBS = 256

GRACE = 30.0
"""Seconds past the deadline of a scan after which looking at one site counts as a defect."""


def scan_list(
    path: str,
    options: LookOptions,
    judging: CriteriaBuilder,
    writer: Writer,
    *,
    jobs: int,
    resume: bool,
    show: bool,
    history: Path | None = None,
) -> int:
    """Scan every domain of a list. Raises ``UsageError`` and ``NothingToScanError`` before anything is looked at."""
    if not 1 <= jobs <= MOST_JOBS:
        raise UsageError(f"--jobs is {jobs}", f"give a number from 1 to {MOST_JOBS}")
    outputs = _outputs(writer)
    files = [path for name, path in outputs if name in RECORDS and path is not None]
    for name, _ in outputs:
        if name not in (*RECORDS, "terminal"):
            raise UsageError(f"--format {name} cannot be used with --list", "give jsonl or terminal")
    if resume and len(files) != 1:
        raise UsageError("--resume needs exactly one file of records to continue", "add -o jsonl=FILE")
    listed = domain_list.read(path)
    _name_rejected(listed.rejected, writer)
    sites = judging.declarations.among(each.domain for each in listed.targets)
    criteria = _criteria(listed, judging, writer)
    asked = _asked(listed, options, sites, criteria)
    sinks = [opened(name, path, asked, resume=resume) for name, path in outputs]
    run = Run(listed, _warned_once(options), sites, criteria, sinks, writer, jobs, history)
    for each in sinks:
        if each.kept.domains:
            run.keep(each.kept)
            writer.note(f"{len(each.kept.domains)} of {len(listed.targets)} domains are already in {each.path}")
    _allow_many_files()
    meter = ProgressLine(run.tally, sys.stderr, shown=show, lines=not writer.quiet)
    try:
        asyncio.run(run.go(meter))
    finally:
        meter.clear()
    for each in sinks:
        each.write(summary(run.tally, listed, asked) if each.whole else closing(run.tally, listed))
        each.close(finished=not run.tally.interrupted)
        if each.path is not None:
            writer.note(f"{'records' if each.whole else 'report'} written to {each.path}")
    if run.unkept:
        raise UsageError(f"some runs could not be saved in the history: {run.unkept}", "the records are complete")
    return run.tally.code


def _outputs(writer: Writer) -> tuple[tuple[str, Path | None], ...]:
    """Every output as (format, file), None for standard output."""
    return writer.outputs


def _name_rejected(rejected: tuple[Rejected, ...], writer: Writer) -> None:
    for each in rejected[:MOST_NAMED]:
        writer.note(f"line {each.line} is skipped: {each.why}")
    if len(rejected) > MOST_NAMED:
        writer.note(f"{len(rejected) - MOST_NAMED} more lines are skipped")


def _criteria(listed: Listed, judging: CriteriaBuilder, writer: Writer) -> dict[str, Criteria]:
    """What is demanded of each domain of which anything is."""
    made = {each.domain: judging.of(each.domain) for each in listed.targets}
    found = {domain: each for domain, each in made.items() if each is not None}
    count = sum(each.policy is not None and each.policy.stated for each in found.values())
    demanding = judging.declarations.demanding
    if demanding is not None and not count:
        hint = "add a policy for every site, or targets that match them"
        raise UsageError(f"policy file {demanding} has no policy for any of the {len(made)} domains", hint)
    if count:
        writer.note(f"policy for {count} of {len(made)} domains")
    return found


def _warned_once(options: LookOptions) -> LookOptions:
    """The same options, with each warning told once and not by every site."""
    told: set[str] = set()

    def warn(text: str) -> None:
        if text not in told and options.warn is not None:
            told.add(text)
            options.warn(text)

    return replace(options, warn=warn)


def _asked(
    listed: Listed, options: LookOptions, sites: dict[str, Site], criteria: dict[str, Criteria]
) -> dict[str, Any]:
    """All that the answers of a run depend on besides the world."""
    import hashlib

    from hostaudit import audit

    def digest(value: Any) -> str:
        return hashlib.sha256(msgspec.json.encode(value, order="sorted")).hexdigest()[:32]

    return {
        "list": digest(sorted(each.domain for each in listed.targets)),
        "options": [
            *(list(options.resolver), str(options.ca_bundle or ""), options.timeout, options.deadline, options.depth),
            *(options.no_http, options.no_third_party, list(options.allow_private)),
        ],
        "declarations": digest(sorted(sites.items())),
        "demands": digest(sorted(criteria.items())),
        "version": __version__,
        "rules": audit.shipped_rules().version,
    }


def _allow_many_files() -> None:
    """Let the process have as many connections open as the system lets it; a few hundred are under way at times."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = 4096 if hard == resource.RLIM_INFINITY else min(4096, hard)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


# -- the run ----------------------------------------------------------------------------------------------


class Run:
    """One run over a list."""

    def __init__(
        self,
        listed: Listed,
        options: LookOptions,
        sites: dict[str, Site],
        criteria: dict[str, Criteria],
        sinks: list[Sink],
        writer: Writer,
        jobs: int,
        history: Path | None,
    ) -> None:
        self.unkept = ""
        self._history = "" if history is None else str(history)
        self.tally = Tally(len(listed.targets))
        self._options = options
        self._sites = sites
        self._criteria = criteria
        self._day = datetime.now(UTC).date().isoformat()
        self._sinks = sinks
        self._writer = writer
        self._jobs = jobs
        self._whole = any(each.whole for each in sinks)
        self._left: Iterator[Target] = iter(listed.targets)
        self._done: set[str] = set()

    def keep(self, kept: Kept) -> None:
        """Take over the records of an earlier part of the run."""
        self.tally.keep(kept)
        self._done = kept.domains

    async def go(self, meter: ProgressLine) -> None:
        """Scan what is left, ``jobs`` domains at a time. Ends early if interrupted."""
        from hostaudit import audit

        # Few records wait to be written, so that a slow reader slows the run down and fills no memory.
        queue: asyncio.Queue[Record] = asyncio.Queue(self._jobs)
        async with audit.in_common() as common, judge_process.Judge() as judge:

            async def work() -> None:
                for target in self._left:
                    if self.tally.interrupted:
                        return
                    if target.domain in self._done:
                        continue
                    await queue.put(await self._one(target, common, judge))

            writing = asyncio.create_task(self._write(queue, meter))
            working = [asyncio.create_task(work()) for _ in range(self._jobs)]
            drawing = asyncio.create_task(meter.draw())
            everything = asyncio.gather(*working)
            ending = asyncio.create_task(_ended(everything, queue))
            self._listen(everything)
            try:
                # Writing ends by itself only when it fails, and then there is no use in going on.
                await asyncio.wait((ending, writing), return_when=asyncio.FIRST_COMPLETED)
                (writing if writing.done() else ending).result()
            finally:
                everything.cancel()
                for task in (*working, ending, writing, drawing):
                    task.cancel()
                await asyncio.gather(*working, ending, writing, drawing, everything, return_exceptions=True)

    def _listen(self, everything: asyncio.Future[Any]) -> None:
        """Take an interruption as a wish to finish, and a second one to stop."""
        loop = asyncio.get_running_loop()

        def interrupted() -> None:
            if self.tally.interrupted:
                # Whoever reads may have stopped reading; a third one ends even the wait for that.
                usual()
                everything.cancel()
                return
            self.tally.interrupted = True
            self._writer.note("interrupted: finishing the current sites; press Ctrl-C again to stop now")

        usual = _on_interrupt(loop, interrupted)

    async def _one(self, target: Target, common: Any, judge: judge_process.Judge) -> Record:
        """Look at one site and judge it. A defect costs this site its record, and no other."""
        from hostaudit import audit
        from hostaudit.domain import parse

        site = self._sites.get(target.domain)
        try:
            wanted = parse(target.domain, site.hosts) if site is not None and site.hosts else target
            async with asyncio.timeout(self._options.deadline + GRACE):
                file = await audit.look(wanted, self._options, None, site=site, common=common)
            job = judge_process.Job(file, self._criteria.get(target.domain), self._day, self._whole, self._history)
            return Record(target.domain, await judge.judge(job))
        except judge_process.JudgingFailedError as error:
            failure = str(error)
        except Exception as error:
            failure = f"{type(error).__name__}: {error}"
        return Record(target.domain, None, failure)

    async def _write(self, queue: asyncio.Queue[Record], meter: ProgressLine) -> None:
        while True:
            record = await queue.get()
            try:
                self.tally.add(record)
                for sink in self._sinks:
                    if sink.to_terminal:
                        meter.clear()
                    text = line(record) if sink.whole else row(record, to_file=sink.path is not None)
                    # In a thread, for who reads may be slow, and answers come in meanwhile. A record begun is ended.
                    await asyncio.shield(asyncio.to_thread(sink.write, text))
                if record.judged is not None and record.judged.unkept:
                    self.unkept = self.unkept or f"{record.domain}: {record.judged.unkept}"
                if record.failure:
                    meter.clear()
                    self._writer.note(f"internal error in hostaudit at {record.domain}: {record.failure}")
                meter.told()
            finally:
                queue.task_done()


def _on_interrupt(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> Callable[[], object]:
    """Call a function in the loop at each interruption. Returns what restores the usual reaction."""
    try:
        loop.add_signal_handler(signal.SIGINT, call)
    except NotImplementedError:  # as in the event loops of Windows
        signal.signal(signal.SIGINT, lambda *_: loop.call_soon_threadsafe(call))
        return lambda: signal.signal(signal.SIGINT, signal.default_int_handler)
    return lambda: loop.remove_signal_handler(signal.SIGINT)


async def _ended(everything: asyncio.Future[Any], queue: asyncio.Queue[Record]) -> None:
    """Wait until all sites are done, or given up, and all their records are written."""
    await asyncio.wait((everything,))
    with contextlib.suppress(asyncio.CancelledError):
        everything.result()
    await queue.join()


def refuse_with_list(options: Iterable[tuple[str, object]]) -> None:
    """Refuse options that mean one site only."""
    for name, given in options:
        if given:
            raise UsageError(f"{name} cannot be used with --list", f"leave {name} out, or scan one site alone")
