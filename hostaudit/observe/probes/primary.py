"""The addresses of the server that a zone's SOA record names as its primary, if no NS set has it.

The name may be a mere word: only a name with addresses can be a server (RFC 1996 section 2.1, RFC 9499).
"""

from __future__ import annotations

from hostaudit.model.evidence import Evidence
from hostaudit.model.values import Delegation, NameServers, ServerAnswer
from hostaudit.observe.probes import Probe, Scan


async def run(scan: Scan, item: Evidence | None) -> None:
    """Ask for the addresses of the primary that one answer of a name server names."""
    answer = item.value if item is not None else None
    if not isinstance(answer, ServerAnswer) or not answer.mname or answer.mname in _published(scan, answer.zone):
        return
    if scan.suffixes(answer.mname) is not None and not scan.noted("a", answer.mname):
        await scan.addresses(answer.mname)


def _published(scan: Scan, zone: str) -> set[str]:
    names: set[str] = set()
    for kind in ("delegation", "nameservers"):
        item = scan.seen.get(f"{kind}:{zone}")
        if item is not None and isinstance(item.value, Delegation):
            names |= {each.name for each in item.value.nameservers}
        elif item is not None and isinstance(item.value, NameServers):
            names |= set(item.value.names)
    return names


PROBE = Probe("primary", needs=("server",), gives=("a", "aaaa"), run=run)
