"""Rate limits for services and hosts: rates, turns, pauses that a service requests, and services that are down."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from hostaudit import domain

Clock = Callable[[], float]

SILENCES = 3
"""Time-outs in a row after which a service counts as down."""

SILENT_FOR = 60.0
"""Seconds until a service that counts as down is asked again."""

LONGEST_PAUSE = 60.0
"""Seconds; the longest pause after a refusal, even if the service requests a longer one. A question that cannot wait
so long ends without an answer."""


@dataclass(frozen=True, slots=True)
class Pace:
    """The rate limit of one service: ``burst`` requests without a wait, then ``rate`` requests per second.

    With a ``window``, in seconds, there are never more than ``burst`` requests in any such time.
    """

    rate: float
    burst: int
    window: float = 0.0


MINUTE = 62.0
"""Seconds; a minute, and some time for requests that take different times to arrive."""


def a_minute(most: int) -> Pace:
    """At most so many requests in any minute."""
    return Pace(most / MINUTE, most, MINUTE)


PACES: dict[str, Pace] = {
    "itunes.apple.com": a_minute(20),  # about 20 calls per minute by Apple's documentation of the search service
    "rdap.lacnic.net": a_minute(10),  # LACNIC announced 10 queries per minute
    "asn.cymru.com": Pace(50, 200),
}
"""Rate limits that differ from ``USUAL``, by host name (Team Cymru's: by the zone of its service)."""

SAME = {"whois whois.lacnic.net": "rdap.lacnic.net"}
"""Services of one operator that have one rate limit together."""

USUAL = Pace(1, 600)
"""The rate limit of RDAP servers and stores. Registries commonly allow about one query per second for a long time, and
publish no number. A list of some hundred names needs the burst; it is no faster than single scans in sequence. After
the first refusal there are no bursts for the rest of the run."""

WHOIS = Pace(1, 60)


class _Bucket:
    """Virtual scheduling (ITU-T I.371, annex A): ``due`` is the time of the next question at the steady rate."""

    def __init__(self, pace: Pace) -> None:
        self.interval = 1 / pace.rate
        self.burst = pace.burst
        self.window = pace.window
        self.latest: deque[float] = deque(maxlen=pace.burst)
        self.due = 0.0
        self.closed_until = 0.0

    def reserve(self, now: float, patience: float) -> float | None:
        """Seconds until the turn; None, without taking a turn, if that is longer than ``patience``."""
        due = max(self.due, now)
        wait = max(0.0, self.closed_until - now)
        if not self.window:
            wait = max(wait, due - (self.burst - 1) * self.interval - now)
        elif len(self.latest) == self.burst:
            wait = max(wait, self.latest[0] + self.window - now)
        if wait > patience:
            return None
        self.due = due + self.interval
        self.latest.append(now + wait)
        return wait

    def refuse(self, now: float, seconds: float) -> None:
        """Record a refusal of the service: pause for ``seconds``, and allow no more bursts."""
        self.closed_until = max(self.closed_until, now + min(seconds, LONGEST_PAUSE))
        if self.burst > 1:
            self.burst, self.window, self.due = 1, 0.0, self.closed_until


class Turns:
    """The turns at services. ``service`` is a host name, for port 43 with ``whois`` before it."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}
        self._silences: dict[str, tuple[int, float]] = {}

    async def take(self, service: str, patience: float) -> str | None:
        """Wait for a turn, at most ``patience`` seconds; None when it has come, else the reason why it will not."""
        bucket = self._bucket(service)
        wait = bucket.reserve(self._clock(), patience)
        if wait is None:
            return f"{service} is asked {60 / bucket.interval:.0f} times a minute, and the next turn comes too late"
        if wait > 0:
            await asyncio.sleep(wait)
        return None

    def refused(self, service: str, seconds: float | None) -> None:
        """Record that a service refused a request for its rate; ``seconds`` is the pause requested, if any."""
        self._bucket(service).refuse(self._clock(), 1.0 if seconds is None else seconds)

    def answered(self, service: str, *, timed_out: bool) -> None:
        """Count the time-outs in a row."""
        if not timed_out:
            self._silences.pop(service, None)
            return
        count, _ = self._silences.get(service, (0, 0.0))
        self._silences[service] = (count + 1, self._clock())

    def silent(self, service: str) -> bool:
        """True if a service currently counts as down."""
        count, last = self._silences.get(service, (0, 0.0))
        return count >= SILENCES and self._clock() - last < SILENT_FOR

    def _bucket(self, service: str) -> _Bucket:
        service = SAME.get(service, service)
        found = self._buckets.get(service)
        if found is None:
            pace = WHOIS if service.startswith("whois ") else PACES.get(service, USUAL)
            found = self._buckets[service] = _Bucket(pace)
        return found


@dataclass(slots=True)
class _Door:
    slots: asyncio.Semaphore
    starting: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0
    next_start: float = 0.0


Start = Callable[[], Awaitable[None]]
"""Waits until the next exchange with a name may start. To be awaited right before each exchange."""


class Hosts:
    """Limits of the concurrent exchanges with one registrable name and with one address, and of the time between the
    starts of exchanges with one name.

    The customers of a platform, one label under its suffix, count as registrable names. Many sites share an address.
    Without ``spacing``, as in the scan of one site, each host name counts by itself.
    """

    def __init__(self, spacing: float = 0.0, per_address: int = 16, clock: Clock = time.monotonic) -> None:
        self._spacing = spacing
        self._per_address = per_address
        self._clock = clock
        self._doors: dict[str, _Door] = {}
        self._owners: dict[str, str] = {}

    @asynccontextmanager
    async def at(self, host: str, address: str, most: int) -> AsyncIterator[Start]:
        """A context for one of at most ``most`` concurrent exchanges with the registrable name of ``host``."""
        async with self._within(f"name {self._owner(host)}", most) as door:

            async def start() -> None:
                # One after another: a start that comes late on a busy machine moves the next one too.
                async with door.starting:
                    await asyncio.sleep(max(0.0, door.next_start - self._clock()))
                    door.next_start = self._clock() + self._spacing

            async with self._within(f"address {address}", self._per_address):
                yield start

    @asynccontextmanager
    async def _within(self, key: str, most: int) -> AsyncIterator[_Door]:
        door = self._doors.setdefault(key, _Door(asyncio.Semaphore(most)))
        door.users += 1
        try:
            async with door.slots:
                yield door
        finally:
            door.users -= 1
            # A long list has many names, and most occur only for a short time.
            if door.users == 0 and door.next_start <= self._clock():
                self._doors.pop(key, None)

    def _owner(self, host: str) -> str:
        if not self._spacing:
            return host
        if host not in self._owners:
            if len(self._owners) >= MOST_OWNERS:
                self._owners.clear()
            self._owners[host] = domain.tenant(host) or domain.registrable(host) or host
        return self._owners[host]


MOST_OWNERS = 10_000
"""Host names whose registrable names are kept."""
