"""The addresses of the site's own hosts: both families with their CNAME chains, and HTTPS records (RFC 9460)."""

from __future__ import annotations

from hostaudit.model.evidence import Evidence
from hostaudit.model.values import ServiceBinding, ServiceBindings
from hostaudit.observe.net import DnsAnswer
from hostaudit.observe.probes import Probe, Scan, together

MOST_BINDINGS = 16


async def run(scan: Scan, item: Evidence | None) -> None:
    """Ask for all hosts of the target at once, and later for the host of the front page if it is another one."""
    await together(job(scan, host) for host in scan.brought_by(item) for job in (_legs, _bindings))


async def _legs(scan: Scan, host: str) -> None:
    await scan.addresses(host)


async def _bindings(scan: Scan, host: str) -> None:
    scan.note("https", host, (await scan.net.dns(host, "HTTPS")).map(_as_bindings))


def _as_bindings(answer: DnsAnswer) -> ServiceBindings:
    rows = []
    for record in answer.records[:MOST_BINDINGS]:
        priority, target, *hints = record.fields
        rows.append(ServiceBinding(int(priority), str(target), tuple(str(hint) for hint in hints)))
    return ServiceBindings(tuple(sorted(rows, key=lambda row: (row.priority, row.target))), answer.ttl)


PROBE = Probe("addresses", needs=("front",), gives=("a", "aaaa", "https"), run=run, at_start=True)
