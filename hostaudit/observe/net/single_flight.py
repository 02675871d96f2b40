"""One exchange per question: probes share its outcome, and a defect in its code is reported as unknown."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from functools import partial
from typing import Any, TypeVar

from hostaudit.observe.net.limits import Budget
from hostaudit.observe.net.outcome import Outcome

T = TypeVar("T")


class Sharing:
    """Runs each question once per scan, at most until the scan's deadline, and gives all callers the same outcome."""

    def __init__(
        self, budget: Budget, crashed: Callable[[str, BaseException], None], debug: Callable[[str], None] | None = None
    ) -> None:
        self._budget = budget
        self._crashed = crashed
        self._debug = debug
        self._tasks: dict[Hashable, asyncio.Task[Any]] = {}

    async def once(
        self,
        key: Hashable,
        source: str,
        ask: Callable[[], Awaitable[Outcome[T]]],
        lasts: Callable[[Outcome[T]], float] | None = None,
    ) -> Outcome[T]:
        """The outcome of ``ask``, started by the first call for ``key``; later calls wait for the same outcome.

        The exchange continues if one of the waiting calls is cancelled. ``lasts`` returns the seconds for which the
        answer is valid for other sites of the run; without it the answer is not shared with them.
        """
        task: asyncio.Task[Outcome[T]] | None = self._tasks.get(key)
        if task is None:
            if self._budget.expired:
                return Outcome.gap("deadline", source)
            exchange = ask
            if lasts is not None:
                answers = self._budget.common.answers
                kept: Outcome[T] | None = answers.kept(key)
                if kept is not None:
                    return kept
                exchange = partial(answers.once, key, ask, lasts)
            task = asyncio.create_task(self._bounded(source, exchange))
            self._tasks[key] = task
        # Most questions are repeated after their answer is known; a wait would take longer than the answer.
        return task.result() if task.done() else await asyncio.shield(task)

    async def _bounded(self, source: str, ask: Callable[[], Awaitable[Outcome[T]]]) -> Outcome[T]:
        started = time.monotonic()
        outcome: Outcome[T]
        try:
            async with asyncio.timeout(self._budget.remaining()) as timer:
                outcome = await ask()
        except Exception as error:
            if isinstance(error, TimeoutError) and timer.expired():
                outcome = Outcome.gap("deadline", source)
            else:
                self._crashed(source, error)
                outcome = Outcome.gap("internal_error", source, type(error).__name__)
        if self._debug is not None:
            self._debug(f"{(time.monotonic() - started) * 1000:7.1f} ms  {outcome.source}: {ending(outcome)}")
        return outcome

    async def close(self) -> None:
        """Cancel the exchanges in progress; nobody waits for them any more."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)


def ending(outcome: Outcome[Any]) -> str:
    """The outcome of a question in a few words, for a log line."""
    if outcome.unknown is not None:
        return f"unknown({outcome.unknown.cause}) {outcome.unknown.detail}".rstrip()
    return "value" if outcome.absent is None else f"absent ({outcome.absent})"
