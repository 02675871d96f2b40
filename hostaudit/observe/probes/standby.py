"""Tests of declared standbys: name servers, web servers, mail exchangers and spare names.

Each is asked at each of its addresses, in the same way as after a takeover. ``app_stores`` looks up declared apps with
the others. A second certification authority depends on the CAA set, which ``caa`` reads in any case.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from hostaudit.model.evidence import Evidence
from hostaudit.model.site import DeclaredFallback
from hostaudit.model.values import (
    HostAddress,
    Kind,
    MailGreeting,
    ServerAddress,
    StandbyAnswer,
    StandbyPage,
    StandbyServer,
    Subject,
)
from hostaudit.observe.net import DnsReply, HttpReply, Outcome
from hostaudit.observe.probes import Probe, Scan, together

MOST_ADDRESSES = 4
"""The most addresses that are asked for one standby; a CDN may publish dozens that belong to one operator."""

MOST_NAMES = 32

ENCODINGS = ("utf-8", "latin-1", "utf-16-le", "utf-16-be")
"""The encodings in which a declared text is searched for in a body; the declared encoding of the body is ignored."""

Question = tuple[str, str, str, str]
"""(host to ask for, path, address, host whose addresses are used if the address is empty)."""


async def run(scan: Scan, item: Evidence | None) -> None:
    """Ask name servers and mail exchangers at the start; web servers and spare names once the front page is known."""
    if item is None:
        jobs = [_name_server(scan, each) for each in scan.declared("dns") if each.server]
        jobs += [_exchanger(scan, each.host) for each in scan.declared("mail") if each.host]
        jobs += [_resolved(scan, each.host) for each in scan.declared("hosting", "cdn") if each.host]
        await together(jobs)
    else:
        await together(_web(scan, question, markers) for question, markers in _questions(scan).items())


async def _resolved(scan: Scan, host: str) -> None:
    await scan.addresses(host)


def _at_most(scan: Scan, kind: Kind, found: tuple[str, ...], subject: Callable[[str], Subject]) -> tuple[str, ...]:
    """The addresses to ask; each further one is recorded as not asked."""
    for address in found[MOST_ADDRESSES:]:
        ending: Outcome[Any] = Outcome.gap("limit", "hostaudit", f"more than {MOST_ADDRESSES} addresses")
        scan.note(kind, subject(address), ending)
    return found[:MOST_ADDRESSES]


# -- name servers -----------------------------------------------------------------------------------------


async def _name_server(scan: Scan, declared: DeclaredFallback) -> None:
    zone = declared.stands_for or scan.target.registrable
    found = await scan.addresses(declared.server)
    asked = _at_most(scan, "standby_ns", found, lambda address: ServerAddress(zone, declared.server, address))
    await together(_zone_at(scan, zone, declared.server, address) for address in asked)


async def _zone_at(scan: Scan, zone: str, server: str, address: str) -> None:
    soa, ns = await asyncio.gather(scan.net.ask(address, zone, "SOA"), scan.net.ask(address, zone, "NS"))

    def said(first: DnsReply) -> Outcome[StandbyServer]:
        return ns.map(lambda second: _as_server(zone, server, address, first, second))

    scan.note("standby_ns", ServerAddress(zone, server, address), soa.then(said))


def _as_server(zone: str, server: str, address: str, soa: DnsReply, ns: DnsReply) -> StandbyServer:
    """Both answers as one: authoritative only if both are, with the response code of a failed one."""
    start = next((record for record in soa.answer if record.type == "SOA" and record.name == zone), None)
    names = {str(record.fields[0]) for record in ns.answer if record.type == "NS" and record.name == zone}
    return StandbyServer(
        zone=zone,
        nameserver=server,
        address=address,
        authoritative=soa.authoritative and ns.authoritative and start is not None,
        rcode=ns.rcode if soa.rcode == "NOERROR" else soa.rcode,
        serial=int(start.fields[2]) if start else None,
        names=tuple(sorted(names)[:MOST_NAMES]),
    )


# -- web servers and spare names --------------------------------------------------------------------------


def _questions(scan: Scan) -> dict[Question, set[str]]:
    """The questions, with the texts that each answer must contain; two declarations may give the same question."""
    rows = [
        ((each.stands_for or scan.front, each.path, each.address, "" if each.address else each.host), each.marker)
        for each in scan.declared("hosting", "cdn")
    ]
    if scan.site is not None:
        rows += [((each.domain, each.path, "", each.domain), each.marker) for each in scan.site.spare_names]
    questions: dict[Question, set[str]] = {}
    for question, marker in rows:
        questions.setdefault(question, set()).update({marker} - {""})
    return questions


async def _web(scan: Scan, question: Question, markers: set[str]) -> None:
    host, path, address, place = question
    found = (address,) if address else await scan.addresses(place)
    asked = _at_most(scan, "standby_web", found, lambda each: StandbyPage(host, each, path))
    await together(_answer(scan, host, each, path, markers) for each in asked)


async def _answer(scan: Scan, host: str, address: str, path: str, markers: set[str]) -> None:
    reply = await scan.net.fetch(f"https://{host}{path}", address=address)

    def read(value: HttpReply) -> Outcome[StandbyAnswer]:
        there = all(_holds(value.body, marker) for marker in markers)
        if value.truncated and not there:
            return Outcome.gap("too_large", reply.source, "the declared text may stand in the part that was not read")
        return Outcome.of(StandbyAnswer(host, address, path, value.status, there if markers else None), reply.source)

    scan.note("standby_web", StandbyPage(host, address, path), reply.then(read))


def _holds(body: bytes, marker: str) -> bool:
    for encoding in ENCODINGS:
        try:
            if marker.encode(encoding) in body:
                return True
        except UnicodeEncodeError:
            continue
    return False


# -- mail exchangers --------------------------------------------------------------------------------------


async def _exchanger(scan: Scan, host: str) -> None:
    found = await scan.addresses(host)
    asked = _at_most(scan, "standby_mx", found, lambda address: HostAddress(host, address))
    await together(_greeted(scan, host, address) for address in asked)


async def _greeted(scan: Scan, host: str, address: str) -> None:
    greeting: Outcome[MailGreeting] = await scan.net.greeting(host, address)
    scan.note("standby_mx", HostAddress(host, address), greeting)


PROBE = Probe(
    "standby",
    needs=("front",),
    gives=("standby_ns", "standby_web", "standby_mx", "a", "aaaa"),
    run=run,
    at_start=True,
)
