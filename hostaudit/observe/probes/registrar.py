"""Registration data, such as registrar and locks, of each registrable name on which the site depends."""

from __future__ import annotations

from collections.abc import Iterable

from hostaudit.model.evidence import Evidence
from hostaudit.model.values import Addresses, CanonicalName, Delegation, MailExchangers, NameServers
from hostaudit.observe.probes import Probe, Scan, together


async def run(scan: Scan, item: Evidence | None) -> None:
    """Look up the names of the target and of declared standbys at the start; then those of its CNAME targets, mail
    exchangers and name servers."""
    if item is None or item.kind == "front":
        await _ask(scan, (*scan.brought_by(item), *(scan.standbys if item is None else ())))
    elif isinstance(item.value, Addresses) and scan.host_of(item) in (*scan.hosts, *scan.standbys):
        await _ask(scan, (alias.target for alias in item.value.chain))
    elif isinstance(item.value, CanonicalName):
        await _ask(scan, (item.value.target,))
    elif isinstance(item.value, MailExchangers):
        await _ask(scan, (each.host for each in item.value.exchangers))
    elif isinstance(item.value, Delegation):
        await _ask(scan, (server.name for server in item.value.nameservers))
    elif isinstance(item.value, NameServers) and _own(scan, item.subject):
        await _ask(scan, item.value.names)


def _own(scan: Scan, zone: str) -> bool:
    return scan.suffixes(zone) in {scan.suffixes(host) for host in scan.hosts}


async def _ask(scan: Scan, hosts: Iterable[str]) -> None:
    names = {name for host in hosts if (name := scan.suffixes(host))}
    await together(_one(scan, name) for name in sorted(names) if not scan.noted("registration", name))


async def _one(scan: Scan, name: str) -> None:
    scan.note("registration", name, await scan.net.registration(name))


PROBE = Probe(
    "registrar",
    needs=("front", "a", "aaaa", "cname", "mx", "delegation", "nameservers"),
    gives=("registration",),
    run=run,
    at_start=True,
)
