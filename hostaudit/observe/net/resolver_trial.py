"""Trying out the way to the network: what does each resolver answer over which transport, and what is let through?"""

from __future__ import annotations

from hostaudit.observe.net.dns.client import DnsTrial
from hostaudit.observe.net.limits import Budget
from hostaudit.observe.net.live import LiveNet
from hostaudit.observe.net.outcome import Outcome
from hostaudit.observe.net.registry.port43 import Port43


class TrialNet(LiveNet):
    """The network of a scan, with a look behind it."""

    @property
    def resolvers(self) -> tuple[str, ...]:
        """The resolvers that a scan asks, in order."""
        return tuple(map(str, self._servers))

    async def resolve(self, number: int, name: str, rdtype: str, *, tcp: bool = False) -> Outcome[DnsTrial]:
        """What one resolver, by its place, answers over one transport."""
        return await self._dns.trial(self._servers[number], name, rdtype, tcp=tcp)

    async def whois(self, host: str, query: str) -> Outcome[str]:
        """What a server says on port 43."""
        port43 = Port43(self._reach, Budget(self._limits), self._ports.whois)
        return await port43.ask(host, query)
