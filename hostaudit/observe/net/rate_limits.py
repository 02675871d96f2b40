"""How often a service or a host is asked: paces, turns, pauses that a service asks for, and silence."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

Clock = Callable[[], float]

SILENCES = 3
"""After this many time-outs in a row a service is taken to be down."""

SILENT_FOR = 60.0
"""Seconds until a service that was taken to be down is asked again."""

LONGEST_PAUSE = 60.0
"""Seconds that a service which turned us away is left alone at most, whatever it asks for; who cannot wait so long
goes on without it."""


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
