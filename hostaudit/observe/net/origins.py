"""Origins of addresses, from the table on this machine and from a live service.

A recent table is used first, and the live service only for addresses that the table lacks. An old table is used only
if the live service has no answer; so the operator of that service cannot hide the origin of a routed address.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Callable
from datetime import UTC, date, datetime

from hostaudit.datasets import open_routes
from hostaudit.datasets.routes import Routes
from hostaudit.datasets.special_purpose import special_purpose
from hostaudit.errors import HostauditError
from hostaudit.model.data import STALE_AFTER
from hostaudit.model.values import Origin
from hostaudit.observe.net.dns.client import Dns
from hostaudit.observe.net.limits import Budget
from hostaudit.observe.net.outcome import Outcome


class Origins:
    """Origin look-ups of one scan. ``open_table`` is called once, in a thread; ``today`` returns the current day (UTC).

    ``date`` is that of the table, set by the first answer that rests on it; ``warn`` is called with problems of the
    table.
    """

    def __init__(
        self,
        dns: Dns,
        budget: Budget,
        *,
        no_third_party: bool = False,
        open_table: Callable[[], Routes] = open_routes,
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
        warn: Callable[[str], None] | None = None,
    ) -> None:
        self._dns = dns
        self._budget = budget
        self._no_third_party = no_third_party
        self._open_table = open_table
        self._today = today
        self._warn = warn
        self._opening: asyncio.Task[Routes | None] | None = None
        self.warning = ""
        self.date: str | None = None

    def prepare(self) -> asyncio.Task[Routes | None]:
        """Start to open the table, so that it is ready for the first address."""
        if self._opening is None:
            self._opening = asyncio.create_task(self._open())
        return self._opening

    async def find(self, address: str) -> Outcome[Origin]:
        """The announced prefix that contains an address, and its origin networks."""
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return Outcome.gap("malformed", "origin", f"{address!r} is not an IP address")
        if special_purpose(parsed) is not None:
            return Outcome.none("not announced", "IANA special-purpose address registry")
        # The deadline ends only the live look-up: the table can still answer after it.
        return await self._find(str(parsed))

    async def close(self) -> None:
        """Wait for the opening of the table to end; a thread cannot be stopped."""
        if self._opening is not None:
            await asyncio.gather(self._opening, return_exceptions=True)

    async def _find(self, address: str) -> Outcome[Origin]:
        try:
            async with asyncio.timeout(self._budget.remaining()):
                routes = await asyncio.shield(self.prepare())
        except TimeoutError:
            return Outcome.gap("deadline", "origin table", "it was still being opened")
        if routes is None:
            return self._unasked("origin table", "there is none") or await self._dns.origin(address)
        table = f"origin table of {routes.metadata.date}"
        try:
            held = routes.origin(address)
        except HostauditError as error:
            held = None
            self._tell(error.message)
        young = routes.age(self._today()) <= STALE_AFTER["origin-table"]
        if held is not None and (young or self._no_third_party):
            return self._by_table(routes, Outcome.of(held, table))
        unasked = self._unasked(table, "it has no route")
        if unasked is not None:
            return self._by_table(routes, unasked)
        live = await self._dns.origin(address)
        if held is not None and live.unknown is not None:
            return self._by_table(routes, Outcome.of(held, f"{table}; no live answer ({live.unknown.cause})"))
        if held is not None and live.absent is not None:
            why = f"{live.absent}, while the {table} has {held.prefix}"
            return self._by_table(routes, Outcome.gap("contradicted", live.source, why))
        return live

    def _by_table(self, routes: Routes, outcome: Outcome[Origin]) -> Outcome[Origin]:
        """An outcome that rests on the table, whose date the evidence then tells."""
        self.date = routes.metadata.date
        return outcome

    def _unasked(self, source: str, why: str) -> Outcome[Origin] | None:
        if not self._no_third_party:
            return None
        return Outcome.gap("not_asked", source, f"{why}; --no-third-party")

    async def _open(self) -> Routes | None:
        try:
            routes = await asyncio.to_thread(self._open_table)
        except HostauditError as error:
            self._tell(error.message)
            return None
        if routes.warning:
            self._tell(routes.warning)
        return routes

    def _tell(self, text: str) -> None:
        self.warning = text
        if self._warn is not None:
            self._warn(text)
