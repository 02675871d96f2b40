"""The servers of the zones: parent and child NS sets, each server's own answer, and the zones of the servers' names.

For the site's own zones both sides of the delegation are read (RFC 1034 section 4.2.1, RFC 9471 for glue). For the
zones of name-server, CNAME, MX and declared standby hosts only the NS set is read, to the scan's depth: with 3, the
zones of the servers' names, the zones of those zones' servers, and one step more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

from hostaudit.model.evidence import Evidence, Unknown
from hostaudit.model.values import (
    Addresses,
    Delegation,
    Dnssec,
    MailExchangers,
    NameServerGlue,
    NameServers,
    ServerAddress,
    ServerAnswer,
    ZoneCut,
)
from hostaudit.observe.net import DnsAnswer, DnsReply, Outcome
from hostaudit.observe.probes import Probe, Scan, together

DEEPEST_ADDRESSED = 1
"""The greatest depth at which addresses are asked for; beyond it the host name is enough to know the operator."""

MOST_ZONES = 40
MORE_ZONES = 8
"""The number of further zones for each declared host."""

MOST_CUTS = 10
"""The most zones above one name that are followed; a name may have 127 labels, and each one needs a question."""

MOST_SERVERS = 32
PARENT_SERVERS = 3

Named = dict[str, tuple[str, ...]]
"""Addresses from glue, by name-server host name."""


async def run(scan: Scan, item: Evidence | None) -> None:
    """At the start explore the target's own names and those of declared standbys; for evidence, the names in CNAME
    chains and MX records."""
    if item is None or item.kind == "front":
        hosts = scan.brought_by(item)
        names = sorted({name for host in hosts if (name := scan.suffixes(host))})
        jobs = [_prefetch(scan, host) for host in hosts] + [_reach(scan, host, 0) for host in hosts]
        jobs += [_reach(scan, host, 1) for host in scan.standbys if item is None]
        await together([*jobs, *(_registered(scan, name) for name in names)])
    elif isinstance(item.value, Addresses) and scan.host_of(item) in (*scan.hosts, *scan.standbys):
        depth = 0 if scan.host_of(item) in scan.hosts else 1
        await together(_reach(scan, alias.target, depth) for alias in item.value.chain)
    elif isinstance(item.value, MailExchangers):
        await together(_reach(scan, each.host, 1) for each in item.value.exchangers[:MOST_SERVERS])


def _own(scan: Scan) -> set[str]:
    """The registrable names of the site's hosts; zones under them are the site's own."""
    return {name for host in scan.hosts if (name := scan.suffixes(host))}


async def _prefetch(scan: Scan, host: str) -> None:
    """Start questions that will certainly be needed before the answers that lead to them; answers are shared."""
    name = scan.suffixes(host) or host
    above = name.partition(".")[2]
    await together([_ask_ahead(scan, name), _ask_ahead(scan, above, addresses=PARENT_SERVERS)])


async def _ask_ahead(scan: Scan, zone: str, addresses: int = 0) -> None:
    outcome, _ = await asyncio.gather(scan.net.dns(zone, "NS"), scan.net.zone_of(zone))
    await together(scan.net.dns(each, "A") for each in _hosts(outcome)[:addresses])


async def _reach(scan: Scan, host: str, depth: int) -> None:
    """Explore the zones that contain a host name, unless they were reached on a path that is not longer."""
    zones = await _cut(scan, host)
    most = MOST_ZONES + MORE_ZONES * (len(scan.standbys) + len(scan.site.spare_names) if scan.site else 0)
    fresh = []
    for zone in zones:
        if scan.suffixes(zone) is None or scan.depth.get(zone, scan.deepest + 1) <= depth:
            continue
        if zone not in scan.depth and len(scan.depth) >= most:
            scan.note("nameservers", zone, Outcome.gap("limit", "hostaudit", f"more than {most} zones"))
            continue
        scan.depth[zone] = depth
        fresh.append(_explore(scan, zone, depth))
    await together(fresh)


async def _registered(scan: Scan, name: str) -> None:
    """Start with the parent's side of a registrable name, which is always a zone, even if its servers do not answer."""
    if await _parent_side(scan, name) and scan.depth.get(name, scan.deepest + 1) > 0:
        scan.depth[name] = 0
        await _explore(scan, name, 0)


async def _cut(scan: Scan, host: str) -> tuple[str, ...]:
    """Record the zones that contain a name, innermost first. The top-level zone, the last one, is asked for early."""
    await together(scan.net.zone_of(name) for name in (host, host.rpartition(".")[2]))
    zones: list[str] = []
    name = host
    while name and len(zones) < MOST_CUTS:
        outcome = await scan.net.zone_of(name)
        if outcome.value is None:
            ending = outcome.unknown or Unknown("dns_error", f"{outcome.absent} for the SOA of {name}")
            scan.note("zone", host, Outcome(outcome.source, unknown=ending))
            return tuple(zones)
        if outcome.value == "":
            break
        zones.append(outcome.value)
        name = outcome.value.partition(".")[2]
    else:
        if name:
            scan.note("zone", host, Outcome.gap("limit", "hostaudit", f"more than {MOST_CUTS} zones deep"))
            return tuple(zones)
    scan.note("zone", host, Outcome.of(ZoneCut(tuple(zones)), f"SOA of {host} and of the names above it"))
    return tuple(zones)


async def _explore(scan: Scan, zone: str, depth: int) -> None:
    """Read both sides of the site's own zone, for others the child's. Servers are asked once one side names them."""
    if scan.suffixes(zone) not in _own(scan):
        await _servers(scan, zone, await _child_side(scan, zone), depth, own=False)
        return

    async def follow(side: Coroutine[None, None, Named]) -> None:
        await _servers(scan, zone, await side, depth, own=True)

    await together([follow(_child_side(scan, zone)), follow(_parent_side(scan, zone)), _dnssec(scan, zone)])


async def _child_side(scan: Scan, zone: str) -> Named:
    outcome = await scan.net.dns(zone, "NS")
    scan.note("nameservers", zone, outcome.map(_as_nameservers))
    return dict.fromkeys(_hosts(outcome), ())


async def _parent_side(scan: Scan, zone: str) -> Named:
    if not scan.noted("delegation", zone):
        scan.note("delegation", zone, await _delegation(scan, zone))
    value = scan.seen[f"delegation:{zone}"].value
    return {each.name: each.addresses for each in value.nameservers} if isinstance(value, Delegation) else {}


async def _servers(scan: Scan, zone: str, named: Named, depth: int, *, own: bool) -> None:
    """Read the zones of the servers' names, their addresses and, for the site's own zones, each address's answer."""
    jobs = []
    for name, glue in sorted(named.items())[:MOST_SERVERS]:
        if depth < scan.deepest:
            jobs.append(_reach(scan, name, depth + 1))
        if depth <= DEEPEST_ADDRESSED:
            jobs.append(_resolved(scan, zone, name, own=own))
        jobs += [_answer(scan, zone, name, address) for address in glue]
    await together(jobs)


def _hosts(outcome: Outcome[DnsAnswer]) -> list[str]:
    return sorted({str(record.fields[0]) for record in outcome.value.records}) if outcome.value else []


def _as_nameservers(answer: DnsAnswer) -> NameServers:
    return NameServers(tuple(sorted({str(record.fields[0]) for record in answer.records})[:MOST_SERVERS]), answer.ttl)


# -- one server -------------------------------------------------------------------------------------------


async def _resolved(scan: Scan, zone: str, server: str, *, own: bool) -> None:
    found = await scan.addresses(server)
    if own:
        await together(_answer(scan, zone, server, address) for address in found)


async def _answer(scan: Scan, zone: str, server: str, address: str) -> None:
    outcome = await scan.net.ask(address, zone, "SOA")
    scan.note(
        "server", ServerAddress(zone, server, address), outcome.map(lambda reply: _said(zone, server, address, reply))
    )


def _said(zone: str, server: str, address: str, reply: DnsReply) -> ServerAnswer:
    soa = next((record for record in reply.answer if record.type == "SOA" and record.name == zone), None)
    return ServerAnswer(
        zone=zone,
        nameserver=server,
        address=address,
        authoritative=reply.authoritative and soa is not None,
        rcode=reply.rcode,
        serial=int(soa.fields[2]) if soa else None,
        mname=str(soa.fields[0]) if soa else None,
        rname=str(soa.fields[1]) if soa else None,
        refresh=int(soa.fields[3]) if soa else None,
    )


# -- the parent's side ------------------------------------------------------------------------------------


async def _delegation(scan: Scan, zone: str) -> Outcome[Delegation]:
    """The delegation in the parent zone, from the first of its servers that gives one; absent only if none does."""
    above = await scan.net.zone_of(zone.partition(".")[2])
    if not above.value:
        cause = above.unknown.cause if above.unknown else "dns_error"
        return Outcome.gap(cause, above.source, f"the parent zone of {zone} was not found")
    servers = await scan.net.dns(above.value, "NS")
    if servers.unknown is not None:
        return Outcome.gap(servers.unknown.cause, servers.source, f"the servers of {above.value} were not found")
    outcome: Outcome[Delegation] = Outcome.gap("dns_error", servers.source, f"{above.value} names no server")
    denied: Outcome[Delegation] | None = None
    for server in _hosts(servers)[:PARENT_SERVERS]:
        outcome = await _ask_parent(scan, zone, above.value, server)
        if outcome.value is not None:
            return outcome
        # One server's word that there is nothing weighs less than another one's delegation.
        denied = denied or (outcome if outcome.absent is not None else None)
    return denied or outcome


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
        signed = any(record.type == "DS" and record.name == zone for record in ds.answer)
    servers = tuple(NameServerGlue(name, tuple(sorted(glue.get(name, ())))) for name in names)
    return Outcome.of(Delegation(parent, servers, min(record.ttl for record in rows), signed), source)


async def _dnssec(scan: Scan, zone: str) -> None:
    """Record DS and DNSKEY from the resolver; a validating resolver answers SERVFAIL for a bogus zone."""
    ds, key = await asyncio.gather(scan.net.dns(zone, "DS"), scan.net.dns(zone, "DNSKEY"))
    for outcome in (ds, key):
        if outcome.unknown is not None:
            scan.note("dnssec", zone, Outcome(outcome.source, unknown=outcome.unknown))
            if outcome.unknown.cause == "servfail":
                # Only the same question without validation tells a bogus zone from servers that fail (RFC 4035, 5.5).
                scan.note("unvalidated", zone, _unvalidated(zone, await scan.net.unvalidated(zone, "NS")))
            return
    validated = key.value.authenticated if key.value else False
    value = Dnssec(ds.value is not None, key.value is not None, validated)
    scan.note("dnssec", zone, Outcome.of(value, key.source))


def _unvalidated(zone: str, reply: Outcome[DnsReply]) -> Outcome[NameServers]:
    if reply.value is None:
        return Outcome(reply.source, unknown=reply.unknown)
    rows = [record for record in reply.value.answer if record.type == "NS" and record.name == zone]
    if not rows:
        return Outcome.none(f"{reply.value.rcode}, no NS record", reply.source)
    names = sorted({str(record.fields[0]) for record in rows})[:MOST_SERVERS]
    return Outcome.of(NameServers(tuple(names), min(record.ttl for record in rows)), reply.source)


PROBE = Probe(
    "nameservers",
    needs=("front", "a", "aaaa", "mx"),
    gives=("zone", "delegation", "nameservers", "server", "dnssec", "unvalidated", "a", "aaaa"),
    run=run,
    at_start=True,
)
