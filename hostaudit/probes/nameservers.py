"""Who serves the zones: parent and child NS sets, each server's own answer, and the zones of the servers' own names.

The site's own zones are looked at from both sides of the delegation (RFC 1034 section 4.2.1, RFC 9471 for glue); of
the zones in which name-server, CNAME and MX hosts live only the NS set is read, to a depth of ``DEEPEST``.
"""

from __future__ import annotations

import asyncio

from hostaudit.model import (
    Addresses,
    Delegation,
    Dnssec,
    Evidence,
    MailExchangers,
    NameServerGlue,
    NameServers,
    ServerAnswer,
    ZoneCut,
)
from hostaudit.net import DnsAnswer, DnsReply, Outcome
from hostaudit.probes import Probe, Scan

DEEPEST = 3
"""Name-server host names followed from the site: their zones, the zones of those zones' servers, once more."""

DEEPEST_ADDRESSED = 1
"""Beyond this depth the operator is told by name alone; addresses would cost more questions than they tell."""

MOST_ZONES = 40
MOST_SERVERS = 32
PARENT_SERVERS = 3


async def run(scan: Scan, item: Evidence | None) -> None:
    """From the start the target's own names; from evidence the names that CNAME chains and MX records bring in."""
    if item is None:
        await asyncio.gather(
            *(_prefetch(scan, host) for host in scan.target.hosts),
            *(_reach(scan, host, 0) for host in scan.target.hosts),
            *(_registered(scan, name) for name in sorted(_own(scan))),
        )
    elif isinstance(item.value, Addresses) and item.subject in scan.target.hosts:
        await asyncio.gather(*(_reach(scan, alias.target, 0) for alias in item.value.chain))
    elif isinstance(item.value, MailExchangers):
        await asyncio.gather(*(_reach(scan, each.host, 1) for each in item.value.exchangers[:MOST_SERVERS]))


def _own(scan: Scan) -> set[str]:
    """The registrable names of the site's hosts: zones there are its own."""
    return {name for host in scan.target.hosts if (name := scan.suffixes(host))}


async def _prefetch(scan: Scan, host: str) -> None:
    """Start what will surely be asked, before the answers that say so: answers are shared."""
    name = scan.suffixes(host) or host
    above = name.partition(".")[2]
    servers = scan.net.dns(above, "NS")
    _, _, outcome = await asyncio.gather(scan.net.dns(name, "NS"), scan.net.zone_of(above), servers)
    await asyncio.gather(*(scan.net.dns(each, "A") for each in _hosts(outcome)[:PARENT_SERVERS]))


async def _reach(scan: Scan, host: str, depth: int) -> None:
    """Explore the zones in which a host name lies, unless they were reached on a path as short."""
    zones = await _cut(scan, host)
    fresh = []
    for zone in zones:
        if scan.suffixes(zone) is None or scan.depth.get(zone, DEEPEST + 1) <= depth:
            continue
        if zone not in scan.depth and len(scan.depth) >= MOST_ZONES:
            scan.note("nameservers", zone, Outcome.gap("limit", "hostaudit", f"more than {MOST_ZONES} zones"))
            continue
        scan.depth[zone] = depth
        fresh.append(_explore(scan, zone, depth))
    await asyncio.gather(*fresh)


async def _registered(scan: Scan, name: str) -> None:
    """The registrable name is a zone of its own whether or not its servers answer: begin with its parent's side."""
    delegation = await _delegation(scan, name)
    if delegation is not None and scan.depth.get(name, DEEPEST + 1) > 0:
        scan.depth[name] = 0
        await _explore(scan, name, 0)


async def _cut(scan: Scan, host: str) -> tuple[str, ...]:
    """Note in which zones a name lies, innermost first. All its ancestors are asked at once."""
    labels = host.split(".")
    names = [".".join(labels[start:]) for start in range(len(labels))]
    outcomes = dict(zip(names, await asyncio.gather(*(scan.net.zone_of(name) for name in names)), strict=True))
    zones: list[str] = []
    name = host
    while name:
        outcome = outcomes.get(name)
        if outcome is None or outcome.value is None:
            ending = outcome or Outcome.gap("malformed", "resolver", f"no enclosing zone of {name}")
            if ending.absent is not None:
                ending = Outcome.gap("dns_error", ending.source, ending.absent)
            scan.note("zone", host, ending)
            return tuple(zones)
        if outcome.value == "":
            break
        zones.append(outcome.value)
        name = outcome.value.partition(".")[2]
    scan.note("zone", host, Outcome.of(ZoneCut(tuple(zones)), outcomes[host].source))
    return tuple(zones)


async def _explore(scan: Scan, zone: str, depth: int) -> None:
    child = scan.net.dns(zone, "NS")
    own = scan.suffixes(zone) in _own(scan)
    if own:
        outcome, delegation, _ = await asyncio.gather(child, _delegation(scan, zone), _dnssec(scan, zone))
    else:
        outcome, delegation = await child, None
    scan.note("nameservers", zone, outcome.map(_as_nameservers))
    names = set(_hosts(outcome))
    if delegation is not None:
        names |= {server.name for server in delegation.nameservers}
    servers = sorted(names)[:MOST_SERVERS]
    jobs = [_reach(scan, server, depth + 1) for server in servers if depth < DEEPEST]
    jobs += [_server(scan, zone, server, own=own) for server in servers if depth <= DEEPEST_ADDRESSED]
    await asyncio.gather(*jobs)


def _hosts(outcome: Outcome[DnsAnswer]) -> list[str]:
    return sorted({str(record.fields[0]) for record in outcome.value.records}) if outcome.value else []


def _as_nameservers(answer: DnsAnswer) -> NameServers:
    return NameServers(tuple(sorted({str(record.fields[0]) for record in answer.records})[:MOST_SERVERS]), answer.ttl)


# -- one server -------------------------------------------------------------------------------------------


async def _server(scan: Scan, zone: str, server: str, *, own: bool) -> None:
    """The addresses of a name server; for the site's own zones also what each says when asked directly."""
    found = await scan.addresses(server)
    if own:
        await asyncio.gather(*(_answer(scan, zone, server, address) for address in found))


async def _answer(scan: Scan, zone: str, server: str, address: str) -> None:
    outcome = await scan.net.ask(address, zone, "SOA")
    scan.note("server", f"{zone} {server} {address}", outcome.map(lambda reply: _said(zone, server, address, reply)))


def _said(zone: str, server: str, address: str, reply: DnsReply) -> ServerAnswer:
    soa = next((record for record in reply.answer if record.type == "SOA" and record.name == zone), None)
    return ServerAnswer(
        zone=zone,
        nameserver=server,
        address=address,
        authoritative=reply.authoritative and soa is not None,
        rcode=reply.rcode,
        serial=int(soa.fields[2]) if soa else None,
    )


# -- the parent's side ------------------------------------------------------------------------------------


async def _delegation(scan: Scan, zone: str) -> Delegation | None:
    """Note what the parent zone's own servers say of a zone; the first that gives a usable answer decides."""
    known = scan.seen.get(f"delegation:{zone}")
    if known is not None:
        return known.value if isinstance(known.value, Delegation) else None
    above = await scan.net.zone_of(zone.partition(".")[2])
    if not above.value:
        ending = above.unknown or None
        cause = ending.cause if ending else "dns_error"
        scan.note("delegation", zone, Outcome.gap(cause, above.source, f"the parent zone of {zone} was not found"))
        return None
    parent = above.value
    outcome: Outcome[Delegation] = Outcome.gap("dns_error", f"servers of {parent}", "the parent zone names no server")
    servers = await scan.net.dns(parent, "NS")
    if servers.unknown is not None:
        outcome = Outcome.gap(servers.unknown.cause, servers.source, f"the servers of {parent} were not found")
    for server in _hosts(servers)[:PARENT_SERVERS]:
        outcome = await _ask_parent(scan, zone, parent, server)
        if outcome.unknown is None:
            break
    item = scan.note("delegation", zone, outcome)
    return item.value if isinstance(item.value, Delegation) else None


async def _ask_parent(scan: Scan, zone: str, parent: str, server: str) -> Outcome[Delegation]:
    found = await scan.net.dns(server, "A")
    if not found.value:
        cause = found.unknown.cause if found.unknown else "dns_error"
        return Outcome.gap(cause, found.source, f"no address of {server}")
    address = sorted(str(record.fields[0]) for record in found.value.records)[0]
    reply, ds = await asyncio.gather(scan.net.ask(address, zone, "NS"), scan.net.ask(address, zone, "DS"))
    source = f"{server} ({address})"
    if reply.value is None:
        return Outcome(reply.source, unknown=reply.unknown, absent=reply.absent)
    return _referral(zone, parent, reply.value, ds.value, source)


def _referral(zone: str, parent: str, reply: DnsReply, ds: DnsReply | None, source: str) -> Outcome[Delegation]:
    if reply.rcode == "NXDOMAIN" and reply.authoritative:
        return Outcome.none(f"NXDOMAIN from {source}", source)
    if reply.rcode != "NOERROR":
        cause = {"SERVFAIL": "servfail", "REFUSED": "refused"}.get(reply.rcode, "dns_error")
        return Outcome.gap(cause, source, reply.rcode)  # type: ignore[arg-type]
    rows = [r for r in (*reply.answer, *reply.authority) if r.type == "NS" and r.name == zone]
    if not rows:
        if reply.authoritative and any(record.type == "SOA" for record in reply.authority):
            return Outcome.none(f"NODATA from {source}: the name is not delegated", source)
        return Outcome.gap("lame", source, f"no NS record for {zone}")
    glue: dict[str, list[str]] = {}
    for record in reply.additional:
        if record.type in ("A", "AAAA"):
            glue.setdefault(record.name, []).append(str(record.fields[0]))
    names = sorted({str(record.fields[0]) for record in rows})[:MOST_SERVERS]
    signed = None
    if ds is not None and ds.rcode == "NOERROR":
        signed = any(record.type == "DS" for record in ds.answer)
    servers = tuple(NameServerGlue(name, tuple(sorted(glue.get(name, ())))) for name in names)
    return Outcome.of(Delegation(parent, servers, min(record.ttl for record in rows), signed), source)


async def _dnssec(scan: Scan, zone: str) -> None:
    """DS and DNSKEY as the resolver gives them; a resolver that validates refuses a bogus zone with SERVFAIL."""
    ds, key = await asyncio.gather(scan.net.dns(zone, "DS"), scan.net.dns(zone, "DNSKEY"))
    for outcome in (ds, key):
        if outcome.unknown is not None:
            scan.note("dnssec", zone, Outcome(outcome.source, unknown=outcome.unknown))
            return
    validated = key.value.authenticated if key.value else False
    value = Dnssec(ds.value is not None, key.value is not None, validated)
    scan.note("dnssec", zone, Outcome.of(value, key.source))


PROBE = Probe(
    "nameservers",
    needs=("a", "aaaa", "mx"),
    gives=("zone", "delegation", "nameservers", "server", "dnssec", "a", "aaaa"),
    run=run,
    at_start=True,
)
