"""A ``Net`` made of plain dictionaries, and a way to run probes over it.

What a test does not give answers unknown(unreachable), so that every answer a test relies on stands in the test.
"""

from __future__ import annotations

import asyncio
from typing import Any

from hostaudit import domain
from hostaudit.model.evidence import Evidence, Target
from hostaudit.model.site import Site
from hostaudit.model.values import Alias, Certificate, MailGreeting, Origin, Owner, PublishedRanges, Registration
from hostaudit.observe.net.outcome import DnsAnswer, DnsReply, HttpReply, Outcome, Record
from hostaudit.observe.probes import Probe, Scan


def record(name: str, rdtype: str, *fields: str | int, ttl: int = 300) -> Record:
    return Record(name, rdtype, ttl, fields)


def reply(
    url: str,
    body: bytes | str = b"",
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    address: str = "192.0.2.1",
    certificate: Certificate | None = None,
    hops: tuple[str, ...] = (),
    truncated: bool = False,
) -> HttpReply:
    data = body.encode() if isinstance(body, str) else body
    rows = tuple((headers or {"content-type": "text/html"}).items())
    return HttpReply(url, status, rows, data, truncated, address, certificate, hops)


SETTLED = 200
"""Turns of the event loop after which all that was asked before a pause has its answer."""


class FakeNet:
    """``dns`` maps (name, type) to a list of field tuples, to (chain, list) or to an ending.

    An ending is ``"NXDOMAIN"`` or ``"NODATA"`` (absent) or ``("unknown", cause)``, and may stand in every table:
    ``zones`` name -> zone, ``ask`` (address, name, type) and ``unvalidated`` (name, type) -> DnsReply,
    ``http`` url or (url, address) -> HttpReply,
    ``services`` url -> HttpReply, ``certificates`` and ``greetings`` (host, address), ``origins`` and
    ``owners`` address, ``registrations`` name, ``published`` address: without that table no feed has been fetched.
    ``again`` and ``greeted`` are what ``ask`` and ``greetings`` give the second time, where that differs.
    A value may also be an exception, which is raised.
    """

    def __init__(self, **tables: dict[Any, Any]) -> None:
        self.tables = tables
        self.calls: list[tuple[Any, ...]] = []
        self.errors: list[tuple[str, BaseException]] = []

    async def _answer(self, table: str, *keys: Any) -> Outcome[Any]:
        self.calls.append((table, *keys))
        await asyncio.sleep(0)
        found: Any = ("unknown", "unreachable")
        for key in keys:
            if key in self.tables.get(table, {}):
                found = self.tables[table][key]
                break
        if isinstance(found, BaseException):
            raise found
        if isinstance(found, Outcome):
            return found
        if isinstance(found, tuple) and found and found[0] == "unknown":
            return Outcome.gap(found[1], f"fake {table}", *found[2:])
        if isinstance(found, str) and table != "zones":
            return Outcome.none(found, f"fake {table}")
        return Outcome.of(found, f"fake {table}")

    async def dns(self, name: str, rdtype: str) -> Outcome[DnsAnswer]:
        outcome = await self._answer("dns", (name, rdtype))
        if outcome.value is None:
            return outcome
        targets, rows = outcome.value if isinstance(outcome.value, tuple) else ((), outcome.value)
        chain, at = [], name
        for target in targets:
            chain.append(Alias(at, target, 60))
            at = target
        records = tuple(Record(at, rdtype, 300, row if isinstance(row, tuple) else (row,)) for row in rows)
        return Outcome.of(DnsAnswer(at, records, tuple(chain), 60 if chain else 300, False), outcome.source)

    async def unvalidated(self, name: str, rdtype: str) -> Outcome[DnsReply]:
        return await self._answer("unvalidated", (name, rdtype))

    async def zone_of(self, name: str) -> Outcome[str]:
        outcome = await self._answer("zones", name)
        if outcome.unknown is None or name in self.tables.get("zones", {}):
            return outcome
        zones = [z for z in self.tables.get("zones", {}).values() if isinstance(z, str)]
        fitting = sorted((z for z in zones if name == z or name.endswith(f".{z}")), key=len)
        if not fitting and "." in name:
            fitting = [name.rsplit(".", 1)[1]]
        return Outcome.of(fitting[-1], "fake zones") if fitting else Outcome.of(name, "fake zones")

    async def ask(self, address: str, name: str, rdtype: str, *, again: bool = False) -> Outcome[DnsReply]:
        key = (address, name, rdtype)
        return await self._answer("again" if again and key in self.tables.get("again", {}) else "ask", key)

    async def fetch(self, url: str, *, address: str | None = None, redirects: int = 0) -> Outcome[HttpReply]:
        del redirects
        return await self._answer("http", (url, address), url)

    async def service(self, url: str, *, accept: str = "application/json") -> Outcome[HttpReply]:
        del accept
        return await self._answer("services", url)

    async def certificate(self, host: str, address: str) -> Outcome[Certificate]:
        return await self._answer("certificates", (host, address))

    async def greeting(self, host: str, address: str, *, again: bool = False) -> Outcome[MailGreeting]:
        key = (host, address)
        return await self._answer("greeted" if again and key in self.tables.get("greeted", {}) else "greetings", key)

    async def pause(self, seconds: float) -> None:
        self.calls.append(("pause", seconds))
        for _ in range(SETTLED):
            await asyncio.sleep(0)

    async def origin(self, address: str) -> Outcome[Origin]:
        return await self._answer("origins", address)

    async def published(self, address: str) -> Outcome[PublishedRanges] | None:
        return await self._answer("published", address) if "published" in self.tables else None

    async def owner(self, address: str) -> Outcome[Owner]:
        return await self._answer("owners", address)

    async def registration(self, name: str) -> Outcome[Registration]:
        return await self._answer("registrations", name)

    def crashed(self, where: str, error: BaseException) -> None:
        self.errors.append((where, error))


def observe(
    target: Target | str,
    net: FakeNet,
    *probes: Probe,
    site: Site | None = None,
    deepest: int = 3,
    smtp: bool = False,
) -> dict[str, Evidence]:
    """Run probes over a fake network; the evidence by id. A probe that breaks fails the test unless expected."""
    wanted = domain.parse(target) if isinstance(target, str) else target
    evidence = asyncio.run(Scan(wanted, net, domain.registrable, site=site, deepest=deepest, smtp=smtp).run(probes))
    return {item.id: item for item in evidence}
