"""Team Cymru's routing data: the prefix that contains an address, and the networks that announce it.

The rows come as TXT records of ``origin.asn.cymru.com``, ``origin6.asn.cymru.com`` and ``asn.cymru.com``
(https://www.team-cymru.com/ip-asn-mapping).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from hostaudit.model.values import Origin
from hostaudit.observe.net.limits import Address, Network

ZONE = "asn.cymru.com"
"""The parent of the zones for IPv4, IPv6 and the networks' names."""

ASNS = 16
"""The most origin networks that are kept for one prefix; real prefixes have one or two."""


def question(address: Address) -> str:
    """The DNS name for the origin of an address. IPv6 is asked by its /64, as longer prefixes are not announced."""
    labels = address.reverse_pointer.split(".")[:-2]
    if address.version == 4:
        return ".".join((*labels, "origin.asn.cymru.com"))
    return ".".join((*labels[16:], "origin6.asn.cymru.com"))


def origin(address: Address, rows: Iterable[str]) -> Origin:
    """The most specific announced prefix with all its origins. Raises ``ValueError`` if no row can be read."""
    found: dict[Network, list[list[str]]] = {}
    for row in rows:
        parts = [part.strip() for part in row.split("|")]
        try:
            network = ipaddress.ip_network(parts[1])
        except (IndexError, ValueError):
            continue
        if network.version == address.version and address in network and _numbers(parts[0]):
            found.setdefault(network, []).append(parts)
    if not found:
        raise ValueError("no row names a prefix and a network")
    network = max(found, key=lambda each: each.prefixlen)
    chosen = found[network]
    asns = sorted({number for parts in chosen for number in _numbers(parts[0])})[:ASNS]
    country, registry, allocated = (*chosen[0], "", "", "")[2:5]
    return Origin(str(network), tuple(asns), (), country or None, registry or None, allocated or None)


def name(row: str, number: int) -> str:
    """The name of a network from its row, such as ``EXAMPLE-AS, NL``; empty if the row has none, or is of another
    network."""
    parts = row.split("|")
    return parts[4].strip() if len(parts) > 4 and _numbers(parts[0]) == [number] else ""


def _numbers(text: str) -> list[int]:
    return [int(word) for word in text.split() if word.isascii() and word.isdigit() and 0 < int(word) < 2**32]
