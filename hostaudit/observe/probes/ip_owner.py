"""The network of an address: the announced prefix with its origin AS set, and the registered holder."""

from __future__ import annotations

import ipaddress

from hostaudit.model.evidence import Evidence
from hostaudit.model.values import Addresses, Delegation, Spf
from hostaudit.observe.probes import Probe, Scan, together

MOST_SENDERS = 8
"""The most addresses of an SPF record that are looked up; longer lists are mostly those of one operator."""


async def run(scan: Scan, item: Evidence | None) -> None:
    """Look up every address of the item; at the start, those that a site file gives as addresses."""
    if item is None:
        literal = {each.address for each in scan.declared("hosting", "cdn") if each.address}
        await together(_address(scan, each, holder=True) for each in sorted(literal))
    elif item.value is not None:
        await together(_address(scan, each, holder=item.kind != "resource") for each in _addresses(item))


def _addresses(item: Evidence) -> tuple[str, ...]:
    value = item.value
    if isinstance(value, Addresses):
        return value.addresses
    if isinstance(value, Delegation):
        return tuple(address for server in value.nameservers for address in server.addresses)
    if isinstance(value, Spf):
        return tuple(network.split("/")[0] for network in value.networks[:MOST_SENDERS])
    return ()


async def _address(scan: Scan, address: str, *, holder: bool) -> None:
    if not _public(address):
        for kind in ("origin", "owner"):
            scan.not_applicable(kind, address, "special-purpose address", "IANA")
        return
    jobs = [_origin(scan, address), _published(scan, address)]
    if holder:
        jobs.append(_owner(scan, address))
    await together(jobs)


async def _origin(scan: Scan, address: str) -> None:
    scan.note("origin", address, await scan.net.origin(address))


async def _published(scan: Scan, address: str) -> None:
    outcome = await scan.net.published(address)
    if outcome is not None:
        scan.note("published", address, outcome)


async def _owner(scan: Scan, address: str) -> None:
    scan.note("owner", address, await scan.net.owner(address))


def _public(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return parsed.is_global and not parsed.is_multicast


PROBE = Probe(
    "ip_owner",
    needs=("a", "aaaa", "delegation", "spf", "resource"),
    gives=("origin", "owner", "published"),
    run=run,
    at_start=True,
)
