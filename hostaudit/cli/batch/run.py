"""``hostaudit scan --list``: many sites in one run, a record for each as soon as it is complete, a summary last.

The loop itself is ``audit.batch``; this module adds the files, the progress and the signals of a command.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from hostaudit import __version__
from hostaudit.audit.batch.ledger import Kept, journal
from hostaudit.audit.batch.loop import MOST_JOBS, Order, Record, Stop, scan_sites
from hostaudit.cli import inputs
from hostaudit.cli.batch import domain_list
from hostaudit.cli.batch.progress import ProgressLine
from hostaudit.cli.batch.records import MOST_NAMED, RECORDS, Sink, Tally, closing, line, opened, row, summary, told
from hostaudit.cli.batch.run_history import RunHistory
from hostaudit.cli.console import complain, plain_log
from hostaudit.cli.output import Writer, tell_defects
from hostaudit.errors import UsageError
from hostaudit.model.overview import SiteLine

if TYPE_CHECKING:
    from hostaudit.cli.batch.domain_list import Listed, Rejected
    from hostaudit.cli.judging import CriteriaBuilder
    from hostaudit.model.checks import Criteria
    from hostaudit.model.site import Site
    from hostaudit.observe.look import LookOptions


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
    """Scan every domain of a list. Raises ``UsageError`` and ``NothingToScanError`` before the first scan."""
    if not 1 <= jobs <= MOST_JOBS:
        raise UsageError(f"--jobs is {jobs}", f"give a number from 1 to {MOST_JOBS}")
    outputs = _outputs(writer)
    files = [path for name, path in outputs if name in RECORDS and path is not None]
    for name, _ in outputs:
        if name not in (*RECORDS, "terminal"):
            raise UsageError(f"--format {name} cannot be used with --list", "give jsonl or terminal")
    if resume and len(files) != 1:
        raise UsageError("--resume needs exactly one file of records to continue", "add -o jsonl=FILE")
    inputs.writes(*(journal(each) for each in files))
    listed = domain_list.read(path)
    _name_rejected(listed.rejected, writer)
    sites = judging.declarations.among(each.domain for each in listed.targets)
    criteria = _criteria(listed, judging, writer)
    asked = _asked(listed, options, sites, criteria)
    sinks = [opened(name, path, asked, resume=resume) for name, path in outputs]
    order = Order(
        _warned_once(options),
        jobs,
        sites,
        criteria,
        day=datetime.now(UTC).date().isoformat(),
        whole=any(each.whole for each in sinks),
        history="" if history is None else str(history),
    )
    kept = RunHistory(history)
    run = Run(listed, order, sinks, writer, kept)
    for each in sinks:
        if each.kept.domains:
            run.keep(each.kept)
            writer.note(f"{len(each.kept.domains)} of {len(listed.targets)} domains are already in {each.path}")
            if each.path is not None and (late := kept.catch_up(each.path)):
                writer.note(f"{late} of them were missing in {history} and are saved there now")
    _allow_many_files()
    plain_log()
    meter = ProgressLine(run.tally, sys.stderr, shown=show, lines=not writer.quiet)
    try:
        asyncio.run(run.go(meter))
    finally:
        meter.clear()
    run.end(asked)
    if kept.failure:
        raise UsageError(f"some runs could not be saved in the history: {kept.failure}", "the records are complete")
    return run.tally.code


def _outputs(writer: Writer) -> tuple[tuple[str, Path | None], ...]:
    """Every output as (format, file); the file is None for standard output."""
    return writer.outputs


def _name_rejected(rejected: tuple[Rejected, ...], writer: Writer) -> None:
    for each in rejected[:MOST_NAMED]:
        writer.note(f"line {each.line} is skipped: {each.why}")
    if len(rejected) > MOST_NAMED:
        writer.note(f"{len(rejected) - MOST_NAMED} more lines are skipped")


def _criteria(listed: Listed, judging: CriteriaBuilder, writer: Writer) -> dict[str, Criteria]:
    """The criteria of each domain that has any."""
    made = {each.domain: judging.of(each.domain) for each in listed.targets}
    found = {domain: each for domain, each in made.items() if each is not None}
    count = sum(each.policy is not None and each.policy.stated for each in found.values())
    judging.refuse_idle_baseline(judged=count > 0)
    demanding = judging.declarations.demanding
    if demanding is not None and not count:
        hint = "add a policy for every site, or targets that match them"
        raise UsageError(f"policy file {demanding} has no policy for any of the {len(made)} domains", hint)
    if count:
        writer.note(f"policy for {count} of {len(made)} domains")
    return found


def _warned_once(options: LookOptions) -> LookOptions:
    """The same options, with each warning printed once for the run and not once for each site."""
    told: set[str] = set()

    def warn(text: str) -> None:
        if text not in told and options.warn is not None:
            told.add(text)
            options.warn(text)

    return replace(options, warn=warn)


def _asked(
    listed: Listed, options: LookOptions, sites: dict[str, Site], criteria: dict[str, Criteria]
) -> dict[str, Any]:
    """All options on which the records of a run depend; only runs with the same ones can be continued."""
    import hashlib

    from hostaudit.documents import rules

    def digest(value: Any) -> str:
        return hashlib.sha256(msgspec.json.encode(value, order="sorted")).hexdigest()[:32]

    return {
        "list": digest(sorted(each.domain for each in listed.targets)),
        "options": [
            *(list(options.resolver), str(options.ca_bundle or ""), options.timeout, options.deadline, options.depth),
            *(options.no_http, options.no_third_party, options.smtp, list(options.allow_private)),
        ],
        "declarations": digest(sorted(sites.items())),
        "demands": digest(sorted(criteria.items())),
        "version": __version__,
        "rules": rules.shipped().version,
    }


def _allow_many_files() -> None:
    """Raise the process's limit of open files to the system's limit; hundreds of connections may be open at a time."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = 4096 if hard == resource.RLIM_INFINITY else min(4096, hard)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


# -- the run ----------------------------------------------------------------------------------------------


class Run:
    """One run over a list; each record is written when it is complete."""

    def __init__(self, listed: Listed, order: Order, sinks: list[Sink], writer: Writer, history: RunHistory) -> None:
        self._history = history
        self.tally = Tally(len(listed.targets))
        self._listed = listed
        self._order = order
        self._sinks = sinks
        self._writer = writer
        self._done: set[str] = set()
        self.sites: list[SiteLine] = []

    def keep(self, kept: Kept) -> None:
        """Take over the records of an earlier part of the run."""
        self.tally.keep(kept)
        self._done = kept.domains

    async def go(self, meter: ProgressLine) -> None:
        """Scan the remaining domains. Ends early if interrupted."""
        stop = Stop()
        left = (each for each in self._listed.targets if each.domain not in self._done)
        drawing = asyncio.create_task(meter.draw())
        self._listen(stop)
        try:
            async with contextlib.aclosing(scan_sites(left, self._order, stop)) as records:
                async for record in records:
                    await self._write(record, meter)
        finally:
            drawing.cancel()
            await asyncio.gather(drawing, return_exceptions=True)

    def end(self, asked: dict[str, Any]) -> None:
        """Write what comes last, the summary of records or the table for people, and close every output."""
        for each in self._sinks:
            if each.whole:
                each.write(summary(self.tally, self._listed, asked))
            else:
                each.write(closing(self.tally, self._listed, self.sites, self._writer.style(each.path)))
            each.close(finished=not self.tally.interrupted)
            if each.path is not None:
                self._writer.note(f"{'records' if each.whole else 'report'} written to {each.path}")

    def _listen(self, stop: Stop) -> None:
        """Handle interrupts: the first one finishes the scans in progress, the second one abandons them."""
        loop = asyncio.get_running_loop()

        def interrupted() -> None:
            if self.tally.interrupted:
                # The program that reads the output may have stopped; a third interrupt ends the wait for it too.
                signal.signal(signal.SIGINT, signal.default_int_handler)
                stop.abandoned.set()
                return
            self.tally.interrupted = True
            stop.finishing.set()
            self._writer.note("interrupted: finishing the current sites; press Ctrl-C again to stop now")

        try:
            loop.add_signal_handler(signal.SIGINT, interrupted)
        except NotImplementedError:  # the event loops of Windows
            signal.signal(signal.SIGINT, lambda *_: loop.call_soon_threadsafe(interrupted))

    async def _write(self, record: Record, meter: ProgressLine) -> None:
        self.tally.add(record)
        self.sites.append(told(record))
        for sink in self._sinks:
            if sink.to_terminal:
                meter.clear()
            text = line(record) if sink.whole else row(record, to_file=sink.path is not None)
            # Write in a thread: the reader may be slow while answers arrive. A record is never left half written.
            await asyncio.shield(asyncio.to_thread(sink.write, text))
        await asyncio.shield(asyncio.to_thread(self._history.add, record))
        if record.judged is not None and record.judged.defects:
            meter.clear()
            tell_defects(record.judged.defects, record.domain, record.judged.verdict)
        if record.failure:
            meter.clear()
            text = f"internal error in hostaudit at {record.domain}: {record.failure}; the site was not judged"
            complain(text, "please report it with the output of --debug")
        meter.count()


def refuse_with_list(options: Iterable[tuple[str, object]]) -> None:
    """Refuse options that are valid for a single site only."""
    for name, given in options:
        if given:
            raise UsageError(f"{name} cannot be used with --list", f"leave {name} out, or scan one site alone")
