"""The limits of a scan: times, sizes, counts, and the addresses to which it may connect."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from typing import Literal

from hostaudit.datasets.special_purpose import Address, Network, special_purpose
from hostaudit.observe.net.rate_limits import Start
from hostaudit.observe.net.run_shared import Common

__all__ = ["Address", "AddressPolicy", "Budget", "Limits", "Network", "Ports", "special_purpose"]

Counted = Literal["dns", "http", "owner", "registration"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one scan. Times in seconds, sizes in bytes.

    ``timeout`` covers one exchange from the first packet to the last byte, so that very slow answers end too;
    ``deadline`` covers the scan; ``turn`` is the longest wait for a turn at a service. ``bodies`` limits the total
    size of the bodies that one scan keeps.
    """

    timeout: float = 5.0
    deadline: float = 45.0
    dns_queries: int = 600
    dns_in_flight: int = 64
    cname_steps: int = 16
    records: int = 200
    text: int = 4096
    http_requests: int = 200
    connections: int = 48
    per_host: int = 4
    redirects: int = 5
    url: int = 4096
    body: int = 5 * 1024 * 1024
    bodies: int = 16 * 1024 * 1024
    small_body: int = 64 * 1024
    header_bytes: int = 64 * 1024
    headers: int = 200
    json_depth: int = 64
    retry_after: float = 10.0
    turn: float = 20.0
    whois_reply: int = 64 * 1024
    owners: int = 24
    registrations: int = 16
    threads: int = 4

    def with_declared(self, count: int) -> Limits:
        """The limits raised for ``count`` declared names and fallbacks, which must not use up those of the site itself.

        A spare name needs as many exchanges as a site of its own.
        """
        return replace(
            self,
            dns_queries=self.dns_queries + 60 * count,
            http_requests=self.http_requests + 8 * count,
            owners=self.owners + 4 * count,
            registrations=self.registrations + 2 * count,
        )

    def with_greetings(self, count: int) -> Limits:
        """The limits raised for ``count`` greetings of mail exchangers, each asked twice at most."""
        return replace(self, http_requests=self.http_requests + 2 * count)


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of services. Only tests change them."""

    dns: int = 53
    http: int = 80
    https: int = 443
    whois: int = 43
    smtp: int = 25


class Budget:
    """The remaining time and numbers of exchanges. ``clock`` counts seconds and is monotonic.

    ``common`` has the objects that the scan shares with others of its run.
    """

    def __init__(
        self, limits: Limits, clock: Callable[[], float] = time.monotonic, common: Common | None = None
    ) -> None:
        self.limits = limits
        self.common = common or Common()
        self._clock = clock
        self._end = clock() + limits.deadline
        self._left: dict[Counted, int] = {
            "dns": limits.dns_queries,
            "http": limits.http_requests,
            "owner": limits.owners,
            "registration": limits.registrations,
        }
        self._bodies = limits.bodies

    def remaining(self) -> float:
        """Seconds until the deadline of the scan, never negative."""
        return max(0.0, self._end - self._clock())

    @property
    def expired(self) -> bool:
        """True if the deadline of the scan has passed."""
        return self.remaining() <= 0.0

    def seconds(self, share: float = 1.0) -> float:
        """Seconds for one exchange: a share of the request timeout, at most until the deadline."""
        return min(self.limits.timeout * share, self.remaining())

    def spend(self, what: Counted) -> bool:
        """Take one exchange from the budget; False if none is left."""
        if self._left[what] <= 0:
            return False
        self._left[what] -= 1
        return True

    def body_cap(self) -> int:
        """The largest size of the next body in bytes; it is small after large bodies have used the budget."""
        return max(self.limits.small_body, min(self.limits.body, self._bodies))

    def keep_body(self, size: int) -> None:
        """Count a body of ``size`` bytes that stays in memory until the scan ends."""
        self._bodies -= size

    def host_slot(self, host: str, address: str) -> AbstractAsyncContextManager[Start]:
        """The context that limits the concurrent exchanges with the registrable name of a host, and with an address."""
        return self.common.hosts.at(host, address, self.common.per_host or self.limits.per_host)

    async def turn(self, service: str) -> str | None:
        """Wait for a turn at a service; None when it has come, else the reason why it will not come in time."""
        return await self.common.turns.take(service, min(self.limits.turn, self.remaining() / 2))


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """The addresses to which a scan may connect: public ones, and those in the blocks that the user allowed."""

    allow: tuple[Network, ...] = ()

    def vet(self, address: str) -> str | None:
        """None if connections to ``address`` are allowed, else the reason. Only a literal address is ever accepted."""
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return "not an IP address"
        if any(parsed.version == block.version and parsed in block for block in self.allow):
            return None
        name = special_purpose(parsed)
        return None if name is None else f"{parsed} is special-purpose ({name})"
