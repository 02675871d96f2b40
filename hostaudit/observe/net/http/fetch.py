"""Fetch URLs safely: resolve the host, vet the addresses, connect, and follow redirects.

Each hop is resolved and vetted, and the connection goes to the vetted address, so the name cannot change its address
in between. Redirects are followed only to http and https on their default ports.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import TypeVar
from urllib.parse import quote, unquote, urljoin, urlsplit

from hostaudit.domain import LONGEST_NAME, host_in, web_host, web_reference
from hostaudit.observe.net.dns.client import Dns
from hostaudit.observe.net.http.client import Ask, Http, Sink, Url
from hostaudit.observe.net.limits import AddressPolicy, Budget
from hostaudit.observe.net.outcome import HttpReply, Outcome
from hostaudit.observe.net.rate_limits import SILENCES

T = TypeVar("T")

ADDRESSES = 2
"""The number of addresses of one host that are tried."""

LONGEST_DATE = 100
"""Characters of a Retry-After header that are read; a date has 29."""

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_ELSEWHERE = frozenset(
    {"connection_refused", "connection_reset", "unreachable", "timeout", "tls_error", "blocked_address"}
)
"""Failures of a path or a machine, after which another address of the same host is tried."""


def parse(text: str, cap: int = 4096) -> Url | None:
    """The parts of an http or https URL; None for other schemes, for a URL with a user name, and for a long one."""
    if len(text) > cap or any(each <= " " or each == "\x7f" for each in text):
        return None
    try:
        parts = urlsplit(text)
        port = parts.port
        named = host_in(parts.netloc)
    except ValueError:
        return None
    host = web_host(unquote(named) if ":" not in named else named)
    if parts.scheme not in _PORTS or "@" in parts.netloc or port == 0:
        return None
    try:
        host = str(ipaddress.ip_address(host))
    except ValueError:
        if not _HOST.fullmatch(host) or len(host) > LONGEST_NAME:
            return None
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    if parts.query:
        target += "?" + quote(parts.query, safe="/?%:@!$&'()*+,;=~-._[]|")
    return Url(parts.scheme, host, port or _PORTS[parts.scheme], target)


class Reach:
    """Resolves a host to vetted addresses and tries them."""

    def __init__(self, dns: Dns, policy: AddressPolicy) -> None:
        self._dns = dns
        self._policy = policy

    async def at(self, address: str, attempt: Callable[[str], Awaitable[Outcome[T]]], source: str) -> Outcome[T]:
        """The outcome of ``attempt`` at this address, if connections to it are allowed."""
        reason = self._policy.vet(address)
        return await attempt(address) if reason is None else Outcome.gap("blocked_address", source, reason)

    async def host(self, host: str, attempt: Callable[[str], Awaitable[Outcome[T]]], source: str) -> Outcome[T]:
        """The outcome of ``attempt`` at the addresses of a host, IPv4 first; the next one is tried if the path failed.

        The IPv6 addresses are looked up only if IPv4 failed: most hosts have both, and this saves a question.
        """
        if _literal(host):
            return await self.at(host, attempt, source)
        failure: Outcome[T] | None = None
        gap: Outcome[T] | None = None
        proof = ""
        tried = 0
        for rdtype in ("A", "AAAA"):
            answer = await self._dns.lookup(host, rdtype)
            if answer.unknown is not None:
                gap = gap or Outcome(source, unknown=answer.unknown)
            proof = proof or answer.absent or ""
            for record in answer.value.records if answer.value is not None else ():
                outcome = await self.at(str(record.fields[0]), attempt, source)
                if outcome.unknown is None or outcome.unknown.cause not in _ELSEWHERE:
                    return outcome
                failure = outcome
                # A family without a route on this machine, and a refused address, do not count as tries.
                tried += outcome.unknown.cause not in ("unreachable", "blocked_address")
                if tried == ADDRESSES:
                    return outcome
        return failure or gap or Outcome.gap("unreachable", source, f"{host} has no address ({proof})")


class Web:
    """GET with redirects. With ``no_http`` or ``no_third_party`` no such request is sent."""

    def __init__(self, http: Http, reach: Reach, budget: Budget, *, no_http: bool, no_third_party: bool) -> None:
        self._http = http
        self._reach = reach
        self._budget = budget
        self._limits = budget.limits
        self._no_http = no_http
        self._no_third_party = no_third_party
        self._turns = budget.common.turns
        self._batches = budget.common.batches
        self._under_way: dict[tuple[str, str, str], asyncio.Task[Outcome[HttpReply]]] = {}

    async def fetch(self, url: str, address: str | None, redirects: int) -> Outcome[HttpReply]:
        """A page of the audited site itself, on ports 80 and 443 only."""
        source = f"GET {url[:200]}"
        if self._no_http:
            return Outcome.gap("not_asked", source, "--no-http")
        parsed = parse(url, self._limits.url)
        if parsed is None or parsed.port not in _PORTS.values():
            return Outcome.gap("malformed", source, "not an http or https URL on port 80 or 443")
        return await self._follow(Ask(parsed), address, min(redirects, self._limits.redirects))

    async def service(self, url: str, accept: str, form: bytes | None = None) -> Outcome[HttpReply]:
        """The answer of a third-party service, after at most three redirects.

        After several time-outs in a row a service is not asked for some time. Each service has a rate limit.
        """
        source = f"GET {url[:200]}"
        if self._no_third_party:
            return Outcome.gap("not_asked", source, "--no-third-party")
        parsed = parse(url, self._limits.url)
        if parsed is None:
            return Outcome.gap("malformed", source, "not an http or https URL")
        if self._turns.silent(parsed.host):
            return Outcome.gap("timeout", source, f"{parsed.host} did not answer {SILENCES} requests")
        headers = () if form is None else (("Content-Type", "application/x-www-form-urlencoded"),)

        async def send(url: str) -> Outcome[HttpReply]:
            to = parse(url, self._limits.url)
            if to is None:
                return Outcome.gap("malformed", source, "not an http or https URL")
            outcome = await self._follow(Ask(to, accept, headers, form, service=True), None, 3)
            timed_out = outcome.unknown is not None and outcome.unknown.cause == "timeout"
            self._turns.answered(to.host, timed_out=timed_out)
            if outcome.value is not None and outcome.value.status == 403:
                # Some services have no other way to report too many requests; after a refusal we do not ask again.
                self._turns.refused(to.host, None)
            return outcome

        if form is None and self._batches.takes(url):
            turn = partial(self._budget.turn, parsed.host)
            return await self._batches.ask(url, source, turn, send)
        late = await self._budget.turn(parsed.host)
        return await send(url) if late is None else Outcome.gap("rate_limited", source, late)

    async def download(self, url: str, sink: Sink, headers: tuple[tuple[str, str], ...]) -> Outcome[HttpReply]:
        """Write a file to ``sink``, after at most as many redirects as for a page; never from https to http.

        Any HTTP status is a value; the content of the file is valid only with a 200. Raises ``DiskError``.
        """
        source = f"GET {url[:200]}"
        parsed = parse(url, self._limits.url)
        if parsed is None:
            return Outcome.gap("malformed", source, "not an http or https URL")
        ask = Ask(parsed, headers=headers)
        for _ in range(self._limits.redirects + 1):
            outcome = await self._reach.host(ask.url.host, partial(self._http.save, ask, sink=sink), f"GET {ask.url}")
            location = outcome.value.location if outcome.value is not None else None
            if outcome.value is None or outcome.value.status not in REDIRECTS or location is None:
                return outcome
            target = _target(outcome.value.url, location, self._limits.url)
            if target is None or (ask.url.scheme, target.scheme) == ("https", "http"):
                return Outcome.gap("redirect_refused", outcome.source, f"to {location[:200]}")
            ask = Ask(target, headers=headers)
        return Outcome.gap("too_many_redirects", source, f"more than {self._limits.redirects}")

    async def _follow(self, ask: Ask, address: str | None, redirects: int) -> Outcome[HttpReply]:
        seen: list[str] = []
        while True:
            outcome = await self._hop(ask, address if not seen else None)
            reply = outcome.value
            if reply is None:
                return outcome
            location = reply.location if reply.status in REDIRECTS else None
            if redirects == 0 or location is None:
                return Outcome.of(replace(reply, hops=tuple(seen)), outcome.source)
            seen.append(reply.url)
            target = _target(reply.url, location, self._limits.url)
            if target is None:
                return Outcome.gap("redirect_refused", outcome.source, f"to {location[:200]}")
            if str(target) in seen:
                return Outcome.gap("loop", outcome.source, f"back to {target}"[:200])
            if len(seen) > redirects:
                return Outcome.gap("too_many_redirects", outcome.source, f"more than {redirects}")
            ask = Ask(target, ask.accept, service=ask.service)
            late = await self._budget.turn(target.host) if ask.service else None
            if late is not None:
                return Outcome.gap("rate_limited", outcome.source, late)

    async def _hop(self, ask: Ask, address: str | None) -> Outcome[HttpReply]:
        """One hop; sent once more if the server asks for a later request or the connection broke."""
        outcome = await self._asked_once(ask, address)
        broken = outcome.unknown is not None and outcome.unknown.cause == "connection_reset" and ask.form is None
        if broken and (not ask.service or await self._budget.turn(ask.url.host) is None):
            outcome = await self._asked_once(ask, address, again=True)
        for last in (False, True):
            if outcome.value is None or outcome.value.status != 429:
                return outcome
            header = outcome.value.header("retry-after") or ""
            wait = retry_after(header, datetime.now(UTC))
            if ask.service:
                self._turns.refused(ask.url.host, wait)
            if last or wait is None or wait > min(self._limits.retry_after, self._budget.remaining() / 4):
                break
            if not ask.service:
                await asyncio.sleep(wait)
            elif await self._budget.turn(ask.url.host) is not None:
                # Otherwise all sites of a run that were refused would ask again at the same moment.
                break
            outcome = await self._asked_once(ask, address, again=True)
        return Outcome.gap("rate_limited", outcome.source, f"Retry-After: {header[:40]}" if header else "429")

    async def _asked_once(self, ask: Ask, address: str | None, *, again: bool = False) -> Outcome[HttpReply]:
        source = f"GET {ask.url}"

        async def attempt(at: str) -> Outcome[HttpReply]:
            if ask.form is not None:
                return await self._http.send(ask, at)
            # The front page, a redirect to it and an address leg may all share one exchange.
            key = (str(ask.url), ask.accept, at)
            if again or key not in self._under_way:
                self._under_way[key] = asyncio.create_task(self._http.send(ask, at))
            return await asyncio.shield(self._under_way[key])

        if address is not None:
            return await self._reach.at(address, attempt, source)
        return await self._reach.host(ask.url.host, attempt, source)


def _target(url: str, location: str, cap: int) -> Url | None:
    """The target of a redirect; None unless it is http or https on its default port."""
    location = location.strip()
    if len(location) > cap or any(each < " " for each in location):
        return None
    reference = web_reference(location, url.partition(":")[0])
    if reference is None:
        return None
    try:
        target = parse(urljoin(url, reference.replace(" ", "%20")), cap)
    except ValueError:
        return None
    return target if target is not None and target.port in _PORTS.values() else None


def retry_after(header: str, now: datetime) -> float | None:
    """Seconds to wait by a Retry-After header (RFC 9110 section 10.2.3), None if it is not usable."""
    text = header.strip()[:LONGEST_DATE]
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # the second: for an offset of more digits than a machine word
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def _literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
