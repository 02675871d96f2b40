"""The authorities that may issue for the site's hosts: the relevant CAA set, found by tree climbing (RFC 8659
section 3)."""

from __future__ import annotations

import re

from hostaudit.model.evidence import NO_SUCH_NAME, Evidence
from hostaudit.model.values import Caa
from hostaudit.observe.net import DnsAnswer, Outcome
from hostaudit.observe.probes import Probe, Scan, together

MOST_NAMES = 32

ISSUER = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")


async def run(scan: Scan, item: Evidence | None) -> None:
    """Ask for all names on the way up from all hosts at once."""
    await together(_climb(scan, host) for host in scan.brought_by(item))


async def _climb(scan: Scan, host: str) -> None:
    top = scan.suffixes(host) or host
    names = [host]
    while names[-1] != top:
        names.append(names[-1].partition(".")[2])
    outcomes = await together(scan.net.dns(name, "CAA") for name in names)
    denied = next((each for each in outcomes if each.absent == NO_SUCH_NAME), None)
    if denied is not None and await _exists(scan, host):
        gap: Outcome[Caa] = Outcome.gap("contradicted", denied.source, f"NXDOMAIN, while {host} has an address")
        scan.note("caa", host, gap)
        return
    for name, outcome in zip(names, outcomes, strict=True):
        # A name without an answer might have the relevant set, so the names above it prove nothing.
        if outcome.unknown is not None or outcome.value is not None:
            scan.note("caa", host, _relevant(name, outcome))
            return
    scan.note("caa", host, Outcome.none(f"no CAA record up to {top}", outcomes[-1].source))


async def _exists(scan: Scan, host: str) -> bool:
    """True if a host has an address, so that neither its name nor one above it can be without existence (RFC 8020)."""
    found = await together(scan.net.dns(host, kind) for kind in ("A", "AAAA"))
    return any(each.value is not None for each in found)


def _relevant(owner: str, outcome: Outcome[DnsAnswer]) -> Outcome[Caa]:
    """The CAA set that ends the climb. Without an ``issue`` property it restricts nobody (section 4.2)."""
    if outcome.value is None:
        return Outcome(outcome.source, unknown=outcome.unknown)
    found: dict[str, list[str]] = {}
    for record in outcome.value.records:
        found.setdefault(str(record.fields[1]).lower(), []).append(str(record.fields[2]))
    if "issue" not in found:
        return Outcome.none(f"no issue property in the CAA set of {owner}", outcome.source)
    iodef = tuple(sorted(set(found.get("iodef", ())))[:MOST_NAMES])
    issuewild = _authorities(found.get("issuewild", []))
    return Outcome.of(Caa(owner, _authorities(found["issue"]), issuewild, iodef), outcome.source)


def _authorities(values: list[str]) -> tuple[str, ...]:
    """Issuer names without parameters. An empty or malformed value allows nobody (section 4.2), so it adds nobody."""
    names = {value.partition(";")[0].strip().lower() for value in values}
    return tuple(sorted(name for name in names if ISSUER.fullmatch(name))[:MOST_NAMES])


PROBE = Probe("caa", needs=("front",), gives=("caa",), run=run, at_start=True)
