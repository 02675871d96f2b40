"""The aliases of names without addresses: a CNAME record whose target does not exist leads nowhere.

A reply that a name has no address does not tell by which alias, so the CNAME records are asked for themselves.
"""

from __future__ import annotations

from hostaudit.model.evidence import NO_SUCH_NAME, Evidence, subject_of
from hostaudit.model.values import CanonicalName, Name
from hostaudit.observe.net import DnsAnswer
from hostaudit.observe.probes import Probe, Scan

MOST_STEPS = 8


async def run(scan: Scan, item: Evidence | None) -> None:
    """Follow the CNAME records from a host of the site for which the resolver answered NXDOMAIN (RFC 6604: the code is
    that of the last name of a chain)."""
    asked = subject_of(item, Name) if item is not None else None
    if item is None or item.absent != NO_SUCH_NAME or asked is None or asked.name not in scan.hosts:
        return
    name = asked.name
    for _ in range(MOST_STEPS):
        if scan.noted("cname", name):
            return
        found = scan.note("cname", name, (await scan.net.dns(name, "CNAME")).map(_as_target))
        if not isinstance(found.value, CanonicalName):
            return
        name = found.value.target


def _as_target(answer: DnsAnswer) -> CanonicalName:
    return CanonicalName(str(answer.records[0].fields[0]), answer.records[0].ttl)


PROBE = Probe("aliases", needs=("a", "aaaa"), gives=("cname",), run=run)
