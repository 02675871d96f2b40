"""Answers about the same names and providers, kept for the other sites of one run."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

from hostaudit.observe.net.outcome import OWN_END, DnsReply, Outcome

T = TypeVar("T")
Clock = Callable[[], float]

SLOW_FACTS = 3600.0
"""Seconds for which the holder of a network or a name is not asked again in one run; it changes once in months."""

LONGEST_TTL = 3600
SHORTEST_NEGATIVE = 300
"""Seconds: the longest time for which a DNS answer, or a proof of absence, is valid for other sites of a run. A shorter
TTL of the records takes precedence (RFC 1035 section 3.2.1, RFC 2308 section 5)."""

MOST_WEIGHT = 64 * 1024 * 1024
"""Approximate bytes of the answers that are kept for other sites."""


class Answers:
    """Answers to questions that several sites ask: one exchange serves all that ask during it and for a time after it.

    Only values and proofs of absence are kept. A failure is returned to those that waited for it and is not kept. If
    it is the end of the asking site's own time, one of the others asks again.
    """

    def __init__(self, most: int = MOST_WEIGHT, clock: Clock = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._kept: OrderedDict[Hashable, tuple[float, int, Outcome[Any]]] = OrderedDict()
        self._under_way: dict[Hashable, asyncio.Future[Outcome[Any] | None]] = {}
        self.weight = 0

    async def once(
        self, key: Hashable, ask: Callable[[], Awaitable[Outcome[T]]], lasts: Callable[[Outcome[T]], float]
    ) -> Outcome[T]:
        """The outcome kept for ``key``, or that of ``ask``, which is then kept for ``lasts`` seconds."""
        while True:
            kept = self.kept(key)
            if kept is not None:
                return kept
            waiting = self._under_way.get(key)
            if waiting is None:
                return await self._lead(key, ask, lasts)
            outcome = await asyncio.shield(waiting)
            if outcome is not None:
                return outcome

    async def _lead(
        self, key: Hashable, ask: Callable[[], Awaitable[Outcome[T]]], lasts: Callable[[Outcome[T]], float]
    ) -> Outcome[T]:
        done: asyncio.Future[Outcome[Any] | None] = asyncio.get_running_loop().create_future()
        self._under_way[key] = done
        outcome: Outcome[T] | None = None
        try:
            outcome = await ask()
            if outcome.unknown is None:
                self._keep(key, outcome, lasts(outcome))
            return outcome
        finally:
            # Also if the asking site's time ended during the exchange: nobody may wait for ever for an answer.
            del self._under_way[key]
            own = outcome is None or (outcome.unknown is not None and outcome.unknown.cause in OWN_END)
            done.set_result(None if own else outcome)

    def kept(self, key: Hashable) -> Outcome[Any] | None:
        """The outcome kept for ``key``, None if there is none or it has expired."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        if kept[0] <= self._clock():
            self._drop(key)
            return None
        self._kept.move_to_end(key)
        return kept[2]

    def _keep(self, key: Hashable, outcome: Outcome[Any], seconds: float) -> None:
        if seconds <= 0:
            return
        self._drop(key)
        weight = _weight(outcome)
        self._kept[key] = (self._clock() + seconds, weight, outcome)
        self.weight += weight
        while self.weight > self._most:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Hashable) -> None:
        gone = self._kept.pop(key, None)
        if gone is not None:
            self.weight -= gone[1]


def _weight(outcome: Outcome[Any]) -> int:
    """The approximate size of an outcome in bytes. Only that of DNS replies varies much: the server decides it."""
    reply = outcome.value
    if not isinstance(reply, DnsReply):
        return 2000
    records = (*reply.answer, *reply.authority, *reply.additional)
    return 500 + sum(300 + sum(len(each) for each in row.fields if isinstance(each, str)) for row in records)


def reply_lasts(outcome: Outcome[DnsReply]) -> float:
    """Seconds for which a DNS reply is valid for other sites: the lowest TTL of its records."""
    reply = outcome.value
    if reply is None or reply.rcode not in ("NOERROR", "NXDOMAIN"):
        return 0
    shortest = min((row.ttl for row in (*reply.answer, *reply.authority)), default=0)
    return min(shortest, LONGEST_TTL if reply.answer else SHORTEST_NEGATIVE)


def slow_fact(outcome: Outcome[Any]) -> float:  # noqa: ARG001 - has the signature of ``reply_lasts``
    """Seconds for which a registry's answer is valid for other sites."""
    return SLOW_FACTS
