"""A second question to name servers whose first answer is not what it should be; a usual scan asks nothing here.

A server that refused, that has no authority, or whose copy of the zone is behind that of a server with the same SOA
mname is asked once more after a pause. Where servers of one zone name different primaries, their serials say nothing
about one another, so one server of each is asked for the records of the zone itself.
"""

from __future__ import annotations

from hostaudit.model import serials
from hostaudit.model.evidence import Evidence
from hostaudit.model.values import NewerCopy, SecondAnswer, ServerAddress, ServerAnswer, ServerRecords
from hostaudit.observe.net import DnsReply, Outcome
from hostaudit.observe.probes import Probe, Scan, together

PAUSE = 2.0
"""Seconds before a server is asked again: longer than a transfer of a zone takes once a secondary was notified of a
new version (RFC 1996), and than a passing fault."""

MOST_PRIMARIES = 4
MOST_RECORDS = 32


async def run(scan: Scan, item: Evidence | None) -> None:
    """Look at one more answer of a name server, beside those that came before it."""
    value = item.value if item is not None else None
    if not isinstance(value, ServerAnswer):
        return
    if not good(value):
        await scan.net.pause(PAUSE)
        await _again(scan, value)
        return
    others = [each for each in _of_zone(scan, value.zone) if each != value and good(each)]
    alike = [each for each in others if each.mname == value.mname]
    lagging = [each for each in (value, *alike) if _newer(each, (value, *alike)) is not None]
    strangers = len(alike) < len(others)
    if not (lagging or strangers):
        return
    await scan.net.pause(PAUSE)
    jobs = [_again(scan, each) for each in lagging]
    await together([*jobs, *([_compare(scan, value.zone)] if strangers else [])])


def good(answer: ServerAnswer) -> bool:
    """True for an answer with authority and without an error."""
    return answer.authoritative and answer.rcode == "NOERROR"


def _of_zone(scan: Scan, zone: str) -> list[ServerAnswer]:
    """The answers for a zone so far, in the order of the servers."""
    found = [each.value for _, each in sorted(scan.seen.items()) if isinstance(each.value, ServerAnswer)]
    return [each for each in found if each.zone == zone]


def _newer(answer: ServerAnswer, others: tuple[ServerAnswer, ...]) -> NewerCopy | None:
    """The newest version at these servers, if an answer is of an older one."""
    known = [each for each in others if each.serial is not None]
    top = serials.newest(each.serial for each in known if each.serial is not None)
    if top is None or answer.serial is None or not serials.behind(answer.serial, top):
        return None
    first = next(each for each in known if each.serial == top)
    return NewerCopy(first.nameserver, first.address, top, first.refresh)


async def _again(scan: Scan, first: ServerAnswer) -> None:
    """Record the second answer of a server, with the newest version that was seen before."""
    asked = ServerAddress(first.zone, first.nameserver, first.address)
    alike = [each for each in _of_zone(scan, first.zone) if good(each) and each.mname == first.mname]
    newer = _newer(first, tuple(alike)) if good(first) else None
    outcome = await scan.net.ask(first.address, first.zone, "SOA", again=True)
    scan.note("server_again", asked, outcome.map(lambda reply: _second(asked, reply, newer)))


def _second(asked: ServerAddress, reply: DnsReply, newer: NewerCopy | None) -> SecondAnswer:
    soa = next((record for record in reply.answer if record.type == "SOA" and record.name == asked.zone), None)
    return SecondAnswer(
        zone=asked.zone,
        nameserver=asked.server,
        address=asked.address,
        authoritative=reply.authoritative and soa is not None,
        rcode=reply.rcode,
        serial=int(soa.fields[2]) if soa else None,
        newer=newer,
    )


# -- servers with different primaries -----------------------------------------------------------------------------


async def _compare(scan: Scan, zone: str) -> None:
    """Record what one server of each primary answers for the zone itself. If they differ, they are asked again, as a
    change may be under way."""
    first: dict[str, ServerAnswer] = {}
    for each in _of_zone(scan, zone):
        if good(each) and each.mname is not None:
            first.setdefault(each.mname, each)
    asked = [first[mname] for mname in sorted(first)][:MOST_PRIMARIES]
    found = await together(_records(scan, each, again=False) for each in asked)
    if len({(each.nameservers, each.exchangers, each.addresses) for each in found}) > 1:
        await scan.net.pause(PAUSE)
        found = await together(_records(scan, each, again=True) for each in asked)
    for answer in found:
        source = f"DNS {zone} NS, MX and A at {answer.address}, no recursion"
        scan.note("server_records", ServerAddress(zone, answer.nameserver, answer.address), Outcome.of(answer, source))


async def _records(scan: Scan, server: ServerAnswer, *, again: bool) -> ServerRecords:
    async def of(rdtype: str, field: int) -> tuple[str, ...] | None:
        reply = (await scan.net.ask(server.address, server.zone, rdtype, again=again)).value
        if reply is None or not reply.authoritative or reply.rcode != "NOERROR":
            return None
        rows = (record for record in reply.answer if record.type == rdtype and record.name == server.zone)
        return tuple(sorted({str(row.fields[field]) for row in rows}))[:MOST_RECORDS]

    nameservers, exchangers, addresses = await together([of("NS", 0), of("MX", 1), of("A", 0)])
    return ServerRecords(
        zone=server.zone,
        nameserver=server.nameserver,
        address=server.address,
        mname=server.mname or "",
        nameservers=nameservers,
        exchangers=exchangers,
        addresses=addresses,
        times=2 if again else 1,
    )


PROBE = Probe("second_look", needs=("server",), gives=("server_again", "server_records"), run=run)
