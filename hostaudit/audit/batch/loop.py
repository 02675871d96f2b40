"""The loop over many sites: several are looked at together, a second process judges, records are yielded when ready.

It is independent of the command line: it installs no signal handler, prints nothing, never ends the process, and works
in an event loop that runs other tasks too. Answers of providers, registries and services are shared between sites.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec import structs

from hostaudit import audit
from hostaudit.audit.batch.judge_process import Job, Judge, Judged, JudgingFailedError
from hostaudit.domain import parse
from hostaudit.errors import UsageError
from hostaudit.model.checks import Criteria
from hostaudit.model.evidence import Target
from hostaudit.model.site import Site, together
from hostaudit.observe.look import LookOptions, shared_by_many

if TYPE_CHECKING:
    from hostaudit.observe.net.run_shared import Common

MOST_JOBS = 256

GRACE = 30.0
"""Seconds past the deadline of a scan after which looking at one site counts as a defect."""


@dataclass(frozen=True)
class Record:
    """The result for one domain: a judgement, or the reason why there is none."""

    domain: str
    judged: Judged | None
    failure: str = ""


@dataclass(frozen=True)
class Order:
    """The settings for the sites of a run. Raises ``UsageError`` for an invalid number of jobs.

    options, jobs     the options of each look, and the number of sites at a time (1 to 256)
    sites, criteria   the declarations and the demands, by domain in A-labels
    day               of judging, as YYYY-MM-DD in UTC; empty: the day on which the evidence is taken
    whole             true if the reports are wanted, as a line of JSON each
    history           the file of the history for which facts are wanted; empty: none
    """

    options: LookOptions
    jobs: int
    sites: Mapping[str, Site] = field(default_factory=dict)
    criteria: Mapping[str, Criteria] = field(default_factory=dict)
    day: str = ""
    whole: bool = True
    history: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.jobs <= MOST_JOBS:
            raise UsageError(f"jobs is {self.jobs}", f"give a number from 1 to {MOST_JOBS}")


class Stop:
    """A request to end a run early. ``finishing``: begin no further site, but finish those under way. ``abandoned``:
    cancel these too; records that are ready are still yielded. Both are set in the event loop of the run."""

    def __init__(self, finishing: asyncio.Event | None = None) -> None:
        self.finishing = finishing or asyncio.Event()
        self.abandoned = asyncio.Event()


async def scan_sites(targets: Iterable[Target], order: Order, stop: Stop | None = None) -> AsyncGenerator[Record, None]:
    """Scan each target and yield its record when it is ready. A defect affects the record of one site only.

    Closing the generator (``contextlib.aclosing``) or cancelling its reader cancels the sites under way: no task and no
    process is left. Raises the errors of the iteration over ``targets``.
    """
    stop = stop or Stop()
    # The queue is short, so that a slow reader slows the run down and does not fill the memory.
    queue: asyncio.Queue[Record | None] = asyncio.Queue(order.jobs)
    left = iter(targets)
    async with shared_by_many() as common, Judge() as judge:

        async def work() -> None:
            for target in left:
                if stop.finishing.is_set():
                    return
                await queue.put(await _one(target, order, common, judge))

        working = [asyncio.create_task(work()) for _ in range(order.jobs)]
        ending = asyncio.create_task(_ended(working, queue, stop))
        try:
            while (record := await queue.get()) is not None:
                yield record
            for task in working:
                if not task.cancelled():
                    task.result()
        finally:
            for task in (*working, ending):
                task.cancel()
            await asyncio.gather(*working, ending, return_exceptions=True)


async def _ended(working: list[asyncio.Task[None]], queue: asyncio.Queue[Record | None], stop: Stop) -> None:
    """Wait until all sites are done or cancelled, and mark the end of the queue."""
    abandoned = asyncio.create_task(stop.abandoned.wait())
    everything = asyncio.gather(*working, return_exceptions=True)
    try:
        await asyncio.wait((everything, abandoned), return_when=asyncio.FIRST_COMPLETED)
        for task in working:
            task.cancel()
        await everything
    finally:
        abandoned.cancel()
        await asyncio.gather(abandoned, return_exceptions=True)
    await queue.put(None)


async def _one(target: Target, order: Order, common: Common, judge: Judge) -> Record:
    """Look at one site and judge it."""
    site, criteria = order.sites.get(target.domain), order.criteria.get(target.domain)
    before = criteria.before.site if criteria is not None and criteria.before is not None else None
    asked = together(site, before)
    try:
        wanted = parse(target.domain, asked.hosts) if asked is not None and asked.hosts else target
        async with asyncio.timeout(order.options.deadline + GRACE):
            file = await audit.look(wanted, order.options, None, site=asked, common=common)
        if before is not None:
            file = structs.replace(file, target=parse(target.domain, site.hosts if site else ()), site=site)
        job = Job(file, criteria, order.day, order.whole, order.history)
        return Record(target.domain, await judge.judge(job))
    except JudgingFailedError as error:
        failure = str(error)
    except Exception as error:
        failure = f"{type(error).__name__}: {error}"
    return Record(target.domain, None, failure)
