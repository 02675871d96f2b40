"""The whois protocol (RFC 3912): questions to a registry's port-43 server."""

from __future__ import annotations

import asyncio

from hostaudit.observe.net.http.client import cause_of
from hostaudit.observe.net.http.fetch import Reach
from hostaudit.observe.net.limits import Budget
from hostaudit.observe.net.outcome import Outcome
from hostaudit.observe.net.rate_limits import SILENCES
from hostaudit.observe.net.registry.whois_denials import refusal


class Port43:
    """Asks one question per connection, at a vetted address, within the request timeout and the size cap."""

    def __init__(self, reach: Reach, budget: Budget, port: int) -> None:
        self._reach = reach
        self._budget = budget
        self._port = port
        self._turns = budget.common.turns

    async def ask(self, host: str, query: str) -> Outcome[str]:
        """The complete text of the answer; a refusal because of too many queries is unknown(rate_limited)."""
        source = f"whois {host}: {query}"
        service = f"whois {host}"
        if self._turns.silent(service):
            return Outcome.gap("timeout", source, f"{host} did not answer {SILENCES} requests")

        async def attempt(address: str) -> Outcome[str]:
            return await self._exchange(host, address, query, source)

        late = await self._budget.turn(service)
        if late is not None:
            return Outcome.gap("rate_limited", source, late)
        outcome = await self._reach.host(host, attempt, source)
        cause = outcome.unknown.cause if outcome.unknown is not None else None
        self._turns.answered(service, timed_out=cause == "timeout")
        if cause == "rate_limited":
            self._turns.refused(service, None)
        return outcome

    async def _exchange(self, host: str, address: str, query: str, source: str) -> Outcome[str]:
        async with self._budget.host_slot(host, address) as start:
            if not self._budget.spend("http"):
                return Outcome.gap("limit", source, "no requests are left for this scan")
            await start()
            try:
                async with asyncio.timeout(self._budget.seconds()):
                    data = await self._talk(address, query)
            except Exception as error:
                cause, detail = cause_of(error)
                return Outcome.gap(cause, source, detail)
        if len(data) > self._budget.limits.whois_reply:
            return Outcome.gap("too_large", source, f"more than {self._budget.limits.whois_reply} bytes")
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            text = data.decode("latin-1")
        if not text.strip():
            return Outcome.gap("malformed", source, "an empty answer")
        refused = refusal(text)
        return Outcome.gap("rate_limited", source, refused[:200]) if refused else Outcome.of(text, source)

    async def _talk(self, address: str, query: str) -> bytes:
        reader, writer = await asyncio.open_connection(address, self._port)
        try:
            writer.write(query.encode("ascii", "replace") + b"\r\n")
            data = bytearray()
            while len(data) <= self._budget.limits.whois_reply:
                chunk = await reader.read(16384)
                if not chunk:
                    break
                data += chunk
            return bytes(data)
        finally:
            writer.transport.abort()
