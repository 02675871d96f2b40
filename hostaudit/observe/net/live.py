"""The real network: ``Net`` over sockets, composed of the other modules of this folder."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import ssl
import traceback
from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path
from types import TracebackType

from hostaudit import datasets, files
from hostaudit.datasets.ranges import Ranges
from hostaudit.datasets.routes import Routes
from hostaudit.errors import DocumentError, UsageError
from hostaudit.model.values import Certificate, MailGreeting, Origin, Owner, PublishedRanges, Registration
from hostaudit.observe.net.dns.client import Dns, Server, system_resolvers
from hostaudit.observe.net.http.client import Http, Sink, trust
from hostaudit.observe.net.http.fetch import Reach, Web
from hostaudit.observe.net.limits import AddressPolicy, Budget, Limits, Network, Ports
from hostaudit.observe.net.origins import Origins
from hostaudit.observe.net.outcome import DnsAnswer, DnsReply, HttpReply, Outcome
from hostaudit.observe.net.registry import rdap
from hostaudit.observe.net.registry.address_holder import Owners
from hostaudit.observe.net.registry.port43 import Port43
from hostaudit.observe.net.registry.registration import Registrations
from hostaudit.observe.net.run_shared import Common
from hostaudit.observe.net.single_flight import Sharing
from hostaudit.observe.net.smtp import Smtp

MOST_DEFECTS, LONGEST_DEFECT = 16, 300
"""The number of defects of one scan that evidence keeps, and the characters of each."""


class LiveNet:
    """The network access of one scan, used by ``async with``. The deadline counts from entering.

    ``resolver`` has the addresses of the resolvers, ``routes`` opens the table of origins, ``warn`` is called with the
    problems of that table; ``common`` is shared with other scans of one run. Raises ``UsageError`` for a resolver that
    is no address and for an unusable CA bundle; after that, network failures raise no exception.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        resolver: tuple[str, ...] = (),
        ca_bundle: Path | None = None,
        allow_private: tuple[Network, ...] = (),
        no_http: bool = False,
        no_third_party: bool = False,
        debug: Callable[[str], None] | None = None,
        ports: Ports | None = None,
        common: Common | None = None,
        routes: Callable[[], Routes] = datasets.open_routes,
        warn: Callable[[str], None] | None = None,
    ) -> None:
        self._limits = limits
        self._servers = tuple(_server(text) for text in resolver or system_resolvers())
        self.resolver = ", ".join(map(str, self._servers)) or "none"
        self._policy = AddressPolicy(allow_private)
        self._no_http = no_http
        self._no_third_party = no_third_party
        self._debug = debug
        self._ports = ports or Ports()
        self._alone = common is None
        self._common = common or Common()
        if ca_bundle is not None and self._common.context is None:
            self._common.context = _trust(ca_bundle)
        self._open_routes = routes
        self._warn = warn or debug
        self.crashes: list[str] = []

    async def __aenter__(self) -> LiveNet:
        budget = Budget(self._limits, common=self._common)
        self._budget = budget
        self._sharing = Sharing(budget, self.crashed, self._debug)
        self._http = Http(budget, self._ports)
        self._dns = Dns(
            budget,
            self._policy,
            self._sharing,
            self._servers,
            port=self._ports.dns,
            # Load the HTTP client now: it takes as long as the first answers need to arrive.
            sent=self._warm_up,
        )
        self._origins = Origins(
            self._dns,
            budget,
            no_third_party=self._no_third_party,
            open_table=partial(self._common.table, self._open_routes),
            warn=self._warn,
        )
        self._reach = Reach(self._dns, self._policy)
        off = {"no_http": self._no_http, "no_third_party": self._no_third_party}
        self._web = Web(self._http, self._reach, budget, **off)
        self._smtp = Smtp(self._reach, budget, self._ports.smtp)
        port43 = Port43(self._reach, budget, self._ports.whois)
        self._registrations = Registrations(self._web, port43, budget, self._sharing)
        self._owners = Owners(self._web, port43, self._dns, self._origins, budget, self._sharing)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._sharing.close()
        await self._origins.close()
        await self._http.close()
        if self._alone:
            await self._common.close()

    def _warm_up(self) -> None:
        self._origins.prepare()
        if not (self._no_http and self._no_third_party):
            self._http.warm_up()

    async def dns(self, name: str, rdtype: str) -> Outcome[DnsAnswer]:
        """See ``Net``."""
        return await self._dns.lookup(name, rdtype)

    async def unvalidated(self, name: str, rdtype: str) -> Outcome[DnsReply]:
        """See ``Net``."""
        return await self._dns.unvalidated(name, rdtype)

    async def zone_of(self, name: str) -> Outcome[str]:
        """See ``Net``."""
        return await self._dns.zone_of(name)

    async def ask(self, address: str, name: str, rdtype: str, *, again: bool = False) -> Outcome[DnsReply]:
        """See ``Net``."""
        return await self._dns.ask(address, name, rdtype, again=again)

    async def fetch(self, url: str, *, address: str | None = None, redirects: int = 0) -> Outcome[HttpReply]:
        """See ``Net``."""
        return await self._sharing.once(
            ("fetch", url, address, redirects), f"GET {url[:200]}", lambda: self._web.fetch(url, address, redirects)
        )

    async def service(self, url: str, *, accept: str = "application/json") -> Outcome[HttpReply]:
        """See ``Net``."""
        return await self._sharing.once(
            ("service", url, accept), f"GET {url[:200]}", lambda: self._web.service(url, accept)
        )

    async def download(self, url: str, sink: Sink, headers: tuple[tuple[str, str], ...] = ()) -> Outcome[HttpReply]:
        """Download a file to ``sink``; scans do not use this. Any HTTP status is a value. Raises ``DiskError``."""
        return await self._web.download(url, sink, headers)

    async def certificate(self, host: str, address: str) -> Outcome[Certificate]:
        """See ``Net``."""
        source = f"TLS handshake for {host} at {address}"
        if self._no_http:
            return Outcome.gap("not_asked", source, "--no-http")

        async def look() -> Outcome[Certificate]:
            return await self._reach.at(address, lambda vetted: self._http.certificate(host, vetted), source)

        return await self._sharing.once(("certificate", host, address), source, look)

    async def greeting(self, host: str, address: str, *, again: bool = False) -> Outcome[MailGreeting]:
        """See ``Net``."""
        source = f"SMTP greeting of {host} at {address}"
        return await self._sharing.once(
            ("greeting", host, address, again), source, lambda: self._smtp.greeting(host, address, source)
        )

    async def pause(self, seconds: float) -> None:
        """See ``Net``."""
        await asyncio.sleep(min(seconds, self._budget.remaining()))

    async def origin(self, address: str) -> Outcome[Origin]:
        """See ``Net``."""
        return await self._origins.find(address)

    async def published(self, address: str) -> Outcome[PublishedRanges] | None:
        """See ``Net``."""
        source = "published ranges"
        try:
            if self._ranges is None:
                return None
            found = self._ranges.published(address)
        except DocumentError as error:
            return Outcome.gap("malformed", source, f"{error.message}; to renew it: hostaudit data update range-feeds")
        source = f"{source} of {self._ranges.date}"
        return Outcome.of(PublishedRanges(found), source) if found else Outcome.none("in no feed", source)

    @property
    def data(self) -> dict[str, str]:
        """The date of each table that was used, by the keys of ``STALE_AFTER``."""
        dates = {} if self._no_third_party else {"rdap-bootstrap": rdap.bootstrap_date()}
        if self._origins.date is not None:
            dates["origin-table"] = self._origins.date
        with contextlib.suppress(DocumentError):
            if self._ranges is not None:
                dates["range-feeds"] = self._ranges.date
        return dates

    @cached_property
    def _ranges(self) -> Ranges | None:
        """The table of ranges, None if there is none. Raises ``DocumentError`` if it is damaged."""
        try:
            place = files.data_folder() / datasets.RANGES
            return Ranges.open(place) if place.exists() else None
        except (UsageError, OSError) as error:
            if isinstance(error, DocumentError):
                raise
            return None

    async def owner(self, address: str) -> Outcome[Owner]:
        """See ``Net``."""
        if self._no_third_party:
            return Outcome.gap("not_asked", f"holder of {address}", "--no-third-party")
        return await self._owners.find(address)

    async def registration(self, name: str) -> Outcome[Registration]:
        """See ``Net``."""
        if self._no_third_party:
            return Outcome.gap("not_asked", f"registration of {name}", "--no-third-party")
        return await self._registrations.find(name)

    @property
    def defects(self) -> tuple[str, ...]:
        """The first different defects, each in a line."""
        return tuple(dict.fromkeys(each[:LONGEST_DEFECT] for each in self.crashes))[:MOST_DEFECTS]

    def crashed(self, where: str, error: BaseException) -> None:
        """Keep a defect for the caller, and write it to the debug log."""
        self.crashes.append(f"{where}: {type(error).__name__}: {error}")
        if self._debug is not None:
            self._debug(f"defect at {where}\n" + "".join(traceback.format_exception(error)))


def _server(text: str) -> Server:
    """The server of ``ADDRESS``, ``ADDRESS:PORT`` or ``[ADDRESS]:PORT``."""
    address, port = text.strip(), "53"
    if address.startswith("["):
        address, closed, rest = address[1:].partition("]")
        port = (rest.removeprefix(":") or port) if closed else ""
    elif address.count(":") == 1:
        address, _, port = address.partition(":")
    try:
        return Server(str(ipaddress.ip_address(address)), _port(port))
    except ValueError:
        raise UsageError(f"--resolver {text}: not an IP address", "Give an address such as 9.9.9.9") from None


def _port(text: str) -> int:
    number = int(text)
    if not 0 < number < 65536:
        raise ValueError(text)
    return number


def _trust(ca_bundle: Path) -> ssl.SSLContext:
    try:
        return trust(ca_bundle)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"--ca-bundle {ca_bundle}: {reason}", "Give a file of PEM certificates") from None
