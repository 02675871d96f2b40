"""What the sites of one run share: answers about the same providers, turns at the same services, one trust store.

A run over one site has one too, so that there is one way through the network. Nothing here knows a site: what one site
may cost and when it must end stay with its ``Budget``.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hostaudit.observe.net.batches import Batches
from hostaudit.observe.net.outcome import OWN_END, DnsReply, Outcome

T = TypeVar("T")
Clock = Callable[[], float]

SLOW_FACTS = 3600.0
"""Seconds for which who holds a network or a name is not asked again in one run; that changes once in months."""

LONGEST_TTL = 3600
SHORTEST_NEGATIVE = 300
"""Seconds: the most for which a DNS answer, and the proof that there is none, stand for other sites of a run. Both end
sooner where the records' own time to live does (RFC 1035 section 3.2.1, RFC 2308 section 5)."""

MOST_WEIGHT = 64 * 1024 * 1024
"""Bytes, roughly, of answers kept for other sites."""

SILENCES = 3
"""After this many time-outs in a row a service is taken to be down."""

SILENT_FOR = 60.0
"""Seconds until a service that was taken to be down is asked again."""

LONGEST_PAUSE = 60.0
"""Seconds that a service which turned us away is left alone at most, whatever it asks for; who cannot wait so long
goes on without it."""

# -- answers ----------------------------------------------------------------------------------------------


class Answers:
    """Answers to questions that several sites ask: one exchange for those who ask at once, and for a while after it.

    Only values and proofs of absence are kept. A failure goes to those who waited for it and is then forgotten, and if
    it was the asking site that ran out of time, one of the others asks for itself.
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
        """The outcome kept for ``key``, or that of ``ask``, which then stands for ``lasts`` seconds."""
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
            # Also when the asking site's time ended under way: nobody may wait for ever for what will not come.
            del self._under_way[key]
            own = outcome is None or (outcome.unknown is not None and outcome.unknown.cause in OWN_END)
            done.set_result(None if own else outcome)

    def kept(self, key: Hashable) -> Outcome[Any] | None:
        """The outcome kept for ``key``, if it still stands."""
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
    """About how many bytes an outcome holds. Only DNS replies differ much: who answers decides how long they are."""
    reply = outcome.value
    if not isinstance(reply, DnsReply):
        return 2000
    records = (*reply.answer, *reply.authority, *reply.additional)
    return 500 + sum(300 + sum(len(each) for each in row.fields if isinstance(each, str)) for row in records)


def reply_lasts(outcome: Outcome[DnsReply]) -> float:
    """How long a DNS reply may stand for other sites, in seconds: as long as the shortest of its records."""
    reply = outcome.value
    if reply is None or reply.rcode not in ("NOERROR", "NXDOMAIN"):
        return 0
    shortest = min((row.ttl for row in (*reply.answer, *reply.authority)), default=0)
    return min(shortest, LONGEST_TTL if reply.answer else SHORTEST_NEGATIVE)


def slow_fact(outcome: Outcome[Any]) -> float:  # noqa: ARG001 - one of the ways to say how long an answer lasts
    """How long a registry's answer may stand for other sites, in seconds."""
    return SLOW_FACTS


# -- turns ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pace:
    """How often one service is asked: ``burst`` times as fast as answers come, then ``rate`` times a second."""

    rate: float
    burst: int


PACES: dict[str, Pace] = {
    "itunes.apple.com": Pace(20 / 60, 20),  # about 20 calls a minute by Apple's documentation of the search service
    "rdap.lacnic.net": Pace(10 / 60, 10),  # LACNIC announced 10 queries a minute
    "asn.cymru.com": Pace(50, 200),
}
"""Paces that differ from those below, by host name (Team Cymru's: by the zone that its service lives in)."""

USUAL = Pace(1, 600)
"""RDAP servers and stores. Registries commonly allow about one question a second for long, and publish no number; a
burst is what a list of some hundred names needs, and comes no faster than scans one after the other would ask. The
first refusal takes it away for the rest of the run."""

WHOIS = Pace(1, 60)


class _Bucket:
    """Virtual scheduling (ITU-T I.371, annex A): ``due`` is when the next question would come at the steady rate."""

    def __init__(self, pace: Pace) -> None:
        self.interval = 1 / pace.rate
        self.burst = pace.burst
        self.due = 0.0
        self.closed_until = 0.0

    def reserve(self, now: float, patience: float) -> float | None:
        """Seconds until one's turn; None, and no turn taken, if that is longer than ``patience``."""
        due = max(self.due, now)
        wait = max(0.0, due - (self.burst - 1) * self.interval - now, self.closed_until - now)
        if wait > patience:
            return None
        self.due = due + self.interval
        return wait

    def refuse(self, now: float, seconds: float) -> None:
        """The service turned somebody away: leave it alone for a while, and no bursts any more."""
        self.closed_until = max(self.closed_until, now + min(seconds, LONGEST_PAUSE))
        if self.burst > 1:
            self.burst, self.due = 1, self.closed_until


class Turns:
    """Who may ask a service next. ``service`` is a host name, for port 43 with ``whois`` before it."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}
        self._silences: dict[str, tuple[int, float]] = {}

    async def take(self, service: str, patience: float) -> str | None:
        """Wait for one's turn, at most ``patience`` seconds; None when it has come, else why it will not in time."""
        bucket = self._bucket(service)
        wait = bucket.reserve(self._clock(), patience)
        if wait is None:
            return f"{service} is asked {60 / bucket.interval:.0f} times a minute, and the next turn comes too late"
        if wait > 0:
            await asyncio.sleep(wait)
        return None

    def refused(self, service: str, seconds: float | None) -> None:
        """A service said that it is asked too often; ``seconds`` is for how long, if it said so."""
        self._bucket(service).refuse(self._clock(), 1.0 if seconds is None else seconds)

    def answered(self, service: str, *, timed_out: bool) -> None:
        """Count the time-outs in a row."""
        if not timed_out:
            self._silences.pop(service, None)
            return
        count, _ = self._silences.get(service, (0, 0.0))
        self._silences[service] = (count + 1, self._clock())

    def silent(self, service: str) -> bool:
        """Whether a service is taken to be down for now."""
        count, last = self._silences.get(service, (0, 0.0))
        return count >= SILENCES and self._clock() - last < SILENT_FOR

    def _bucket(self, service: str) -> _Bucket:
        found = self._buckets.get(service)
        if found is None:
            pace = WHOIS if service.startswith("whois ") else PACES.get(service, USUAL)
            found = self._buckets[service] = _Bucket(pace)
        return found


# -- hosts ------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Door:
    slots: asyncio.Semaphore
    users: int = 0
    next_start: float = 0.0


class Hosts:
    """How many requests are under way to one host name, and how far apart they start."""

    def __init__(self, spacing: float = 0.0, clock: Clock = time.monotonic) -> None:
        self._spacing = spacing
        self._clock = clock
        self._doors: dict[str, _Door] = {}

    @asynccontextmanager
    async def at(self, host: str, most: int) -> AsyncIterator[None]:
        """Within it, one of at most ``most`` requests to ``host``."""
        door = self._doors.setdefault(host, _Door(asyncio.Semaphore(most)))
        door.users += 1
        try:
            async with door.slots:
                wait = door.next_start - self._clock()
                door.next_start = max(self._clock(), door.next_start) + self._spacing
                if wait > 0:
                    await asyncio.sleep(wait)
                yield
        finally:
            door.users -= 1
            # A long list has many hosts, and most are met once.
            if door.users == 0 and door.next_start <= self._clock():
                self._doors.pop(host, None)


# -- all of it --------------------------------------------------------------------------------------------


@dataclass
class Common:
    """What the sites of one run share. ``async with`` it if there is more than one; it belongs to one event loop.

    ``spacing``: seconds between two requests to one host. ``per_host``: requests under way to one host, None for what
    the limits of a scan say. ``queries``, ``connections``: DNS questions and connections under way, all sites together.
    """

    spacing: float = 0.0
    per_host: int | None = None
    queries: int | None = None
    connections: int | None = None
    answers: Answers = field(default_factory=Answers)
    turns: Turns = field(default_factory=Turns)
    batches: Batches = field(default_factory=Batches)
    context: ssl.SSLContext | None = None
    transports: dict[str, Any] = field(default_factory=dict)
    """Connections to services, by host; those to sites end with their scan."""

    def __post_init__(self) -> None:
        self.hosts = Hosts(self.spacing)
        self.query_slots = None if self.queries is None else asyncio.Semaphore(self.queries)
        self.connection_slots = None if self.connections is None else asyncio.Semaphore(self.connections)

        self._table: Any = None
        self._opening = threading.Lock()

    def table(self, opened: Callable[[], T]) -> T:
        """The one table of origins of the run, by ``opened`` if nobody has opened it yet. Blocks; for a thread."""
        with self._opening:
            if self._table is None:
                self._table = opened()
            found: T = self._table
            return found

    async def __aenter__(self) -> Common:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection to a service."""
        open_, self.transports = self.transports, {}
        await asyncio.gather(*(each.aclose() for each in open_.values()), return_exceptions=True)

    @classmethod
    def of_many(cls) -> Common:
        """For a list of sites: at most two requests to a host at a time, and some time between them."""
        return cls(spacing=0.05, per_host=2, queries=256, connections=192)
