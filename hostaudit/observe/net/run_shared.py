"""Objects that the sites of one run share: answers about the same providers, turns at the same services, a trust store.

A run over one site has them too, so that there is only one code path. They contain nothing about a single site: its
limits and its deadline are in its ``Budget``.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hostaudit.observe.net.answer_cache import Answers
from hostaudit.observe.net.batches import Batches
from hostaudit.observe.net.rate_limits import Hosts, Turns

T = TypeVar("T")


@dataclass
class Common:
    """The shared objects of one run. Use ``async with`` if it has several sites; it belongs to one event loop.

    ``spacing``: seconds between the starts of two exchanges with one registrable name. ``per_host``: concurrent ones
    with it, None for the limit of a scan. ``queries``, ``connections``: concurrent DNS questions and connections of all
    sites together.
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
    """Connections to services, by host; connections to sites are closed at the end of their scan."""

    def __post_init__(self) -> None:
        self.hosts = Hosts(self.spacing)
        self.query_slots = None if self.queries is None else asyncio.Semaphore(self.queries)
        self.connection_slots = None if self.connections is None else asyncio.Semaphore(self.connections)

        self._table: Any = None
        self._opening = threading.Lock()

    def table(self, opened: Callable[[], T]) -> T:
        """The only table of origins of the run; the first call opens it by ``opened``. Blocks: call it in a thread."""
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
        """The shared objects for a list of sites: at most two concurrent exchanges with a registrable name, with a
        pause between their starts."""
        return cls(spacing=0.05, per_host=2, queries=256, connections=192)
