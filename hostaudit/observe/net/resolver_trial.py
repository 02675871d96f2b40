"""Access to single resolvers, transports and port 43, for the checks of this machine's network."""

from __future__ import annotations

from hostaudit.observe.net.dns.client import DnsTrial
from hostaudit.observe.net.limits import Budget
from hostaudit.observe.net.live import LiveNet
from hostaudit.observe.net.outcome import Outcome
from hostaudit.observe.net.registry.port43 import Port43


class TrialNet(LiveNet):
    """The network of a scan, with access to its single resolvers and to port 43."""

    @property
    def resolvers(self) -> tuple[str, ...]:
        """The resolvers of a scan, in order."""
        return tuple(map(str, self._servers))

    async def resolve(self, number: int, name: str, rdtype: str, *, tcp: bool = False) -> Outcome[DnsTrial]:
        """The answer of one resolver, by its index, over one transport."""
        return await self._dns.trial(self._servers[number], name, rdtype, tcp=tcp)

    async def whois(self, host: str, query: str) -> Outcome[str]:
        """The answer of a server on port 43."""
        port43 = Port43(self._reach, Budget(self._limits), self._ports.whois)
        return await port43.ask(host, query)
