"""Which authorities may issue for the site's hosts: the relevant CAA set, found by climbing (RFC 8659 section 3)."""

from __future__ import annotations

import asyncio

from hostaudit.model import Caa, Evidence
from hostaudit.net import DnsAnswer, Outcome
from hostaudit.probes import Probe, Scan

MOST_NAMES = 32


async def run(scan: Scan, item: Evidence | None) -> None:
    """Ask every name of every climb at once."""
    del item
    await asyncio.gather(*(_climb(scan, host) for host in scan.target.hosts))


async def _climb(scan: Scan, host: str) -> None:
    top = scan.suffixes(host) or host
    names = [host]
    while names[-1] != top:
        names.append(names[-1].partition(".")[2])
    outcomes = await asyncio.gather(*(scan.net.dns(name, "CAA") for name in names))
    for name, outcome in zip(names, outcomes, strict=True):
        # What did not answer might have held the relevant set, so that nothing above it counts.
        if outcome.unknown is not None or outcome.value is not None:
            scan.note("caa", host, outcome.map(lambda answer, owner=name: _as_caa(owner, answer)))  # type: ignore[misc]
            return
    scan.note("caa", host, Outcome.none(f"no CAA record up to {top}", outcomes[-1].source))


def _as_caa(owner: str, answer: DnsAnswer) -> Caa:
    found: dict[str, list[str]] = {"issue": [], "issuewild": [], "iodef": []}
    for record in answer.records:
        tag, value = str(record.fields[1]).lower(), str(record.fields[2])
        if tag in found:
            found[tag].append(value if tag == "iodef" else value.partition(";")[0].strip().lower())
    names = {tag: tuple(sorted({value for value in values if value})[:MOST_NAMES]) for tag, values in found.items()}
    return Caa(owner, names["issue"], names["issuewild"], names["iodef"])


PROBE = Probe("caa", needs=(), gives=("caa",), run=run)
