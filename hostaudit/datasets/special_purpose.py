"""Special-purpose addresses: the blocks whose addresses are no public hosts."""

from __future__ import annotations

import ipaddress
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise

import msgspec

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_ALWAYS_REFUSED: tuple[tuple[str, str], ...] = (
    ("224.0.0.0/4", "multicast"),  # RFC 5771
    ("ff00::/8", "multicast"),  # RFC 4291 section 2.7
    ("fec0::/10", "site-local"),  # RFC 3879
    ("::/96", "IPv4-compatible"),  # RFC 4291 section 2.5.5.1
    # These lead to the embedded IPv4 address, which would bypass the check of IPv4 addresses.
    ("::ffff:0:0/96", "IPv4-mapped"),
    ("64:ff9b::/96", "NAT64"),  # RFC 6052
    ("64:ff9b:1::/48", "NAT64"),  # RFC 8215
    ("2002::/16", "6to4"),  # RFC 3056
    ("2001::/32", "Teredo"),  # RFC 4380
    # Assigned by RFC 9602 and RFC 9637, later than the shipped copy of the registry.
    ("5f00::/16", "segment routing"),
    ("3fff::/20", "documentation"),
)


class _Registry(msgspec.Struct):
    updated: dict[str, str]
    blocks: tuple[tuple[str, str, bool], ...]


@cache
def _blocks() -> tuple[tuple[Network, str, bool], ...]:
    text = resources.files("hostaudit.datasets").joinpath("iana/special-purpose.json").read_bytes()
    registry = msgspec.json.decode(text, type=_Registry)
    blocks = [(ipaddress.ip_network(block), name, reachable) for block, name, reachable in registry.blocks]
    return tuple(sorted(blocks, key=lambda each: -each[0].prefixlen))


@cache
def _refused() -> tuple[tuple[Network, str], ...]:
    return tuple((ipaddress.ip_network(block), name) for block, name in _ALWAYS_REFUSED)


@lru_cache(maxsize=8192)
def special_purpose(address: Address) -> str | None:
    """The name of the special-purpose block that makes an address no public host, or None for a public one.

    The IANA special-purpose address registries decide (RFC 6890, "Globally Reachable"), most specific entry first. The
    standard library's ``is_global`` is not used, since its patch releases differ from them.
    """
    for block, name in _refused():
        if address.version == block.version and address in block:
            return name
    for block, name, reachable in _blocks():
        if address.version == block.version and address in block:
            return None if reachable else name
    return None


def special_networks() -> tuple[Network, ...]:
    """The whole address space for which ``special_purpose`` returns a block, as prefixes."""
    blocks = [each[0] for each in _refused()] + [each[0] for each in _blocks()]
    return (
        *_special([block for block in blocks if block.version == 4], ipaddress.IPv4Address),
        *_special([block for block in blocks if block.version == 6], ipaddress.IPv6Address),
    )


def _special(
    blocks: list[Network], address: type[ipaddress.IPv4Address] | type[ipaddress.IPv6Address]
) -> list[Network]:
    edges = {int(block[0]) for block in blocks} | {int(block[-1]) + 1 for block in blocks}
    found: list[Network] = []
    for start, end in pairwise(sorted(edges)):
        if special_purpose(address(start)) is not None:
            found.extend(ipaddress.summarize_address_range(address(start), address(end - 1)))
    return found
