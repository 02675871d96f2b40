"""Feeds: the address ranges that operators publish of themselves, with their labels.

A feed names the operator of whole networks, so one error in it would misname a part of the Internet. A feed is
therefore accepted as a whole or not at all: it is refused if anything differs from the form that its publisher
documents. Keys that are not needed are not checked, since publishers add some. A few rows of special purpose, such as
the addresses for examples, belong to nobody and are left out.
"""

from __future__ import annotations

import csv
import ipaddress
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from hostaudit.datasets.special_purpose import special_networks
from hostaudit.model.rules import FeedFormat

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Row = tuple[Network, str, str]
"""Network, service (the publisher's own label) and region; either text is empty where the feed has none."""

MOST_BYTES = 32 * 1024 * 1024
"""Bytes of one feed. The largest known feed, that of Azure, has 4 MB."""

MOST_ROWS = 500_000
"""Rows of one feed; Azure's lists about 90,000."""

LONGEST = 200
"""Characters of a label."""

SHORTEST = {4: 6, 6: 16}
"""The shortest prefix length by address family. No company has a larger block; an error such as /0 would claim one."""


MOST_SKIPPED = 12
MOST_SKIPPED_SHARE = 0.25
"""Rows of special purpose that are left out; with more of them, or a larger share, the list is something else."""

INSIDE = tuple(
    map(
        ipaddress.ip_network,
        [
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "224.0.0.0/3",
            "::/96",
            "::ffff:0:0/96",
            "fc00::/7",
            "fe80::/10",
            "fec0::/10",
            "ff00::/8",
        ],
    )
)
"""Networks that many use within their own: a list that has one is not a list of what others can reach."""


class FeedError(ValueError):
    """A feed that differs from its publisher's documentation. The text names the place."""


@dataclass(frozen=True, slots=True)
class Feed:
    """The rows of one feed without duplicates. ``date`` (YYYY-MM-DD) is the publisher's own, None if it gives none.
    ``skipped``: how many networks of special purpose were left out."""

    rows: tuple[Row, ...]
    date: str | None = None
    skipped: int = 0


def parse(form: FeedFormat, body: bytes) -> Feed:
    """The rows of a feed of this format. Raises ``FeedError`` for any part that is not valid."""
    if len(body) > MOST_BYTES:
        raise FeedError(f"larger than {MOST_BYTES >> 20} MiB")
    try:
        date, found = _READERS[form](body)
        rows: dict[Row, None] = {}
        for text, service, region in found:
            rows[_network(text), _label(service), _label(region)] = None
            if len(rows) > MOST_ROWS:
                raise FeedError(f"more than {MOST_ROWS} ranges")
    except msgspec.ValidationError as error:
        raise FeedError(f"not in the form of this feed: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FeedError(f"torn or not what it should be: {error}") from None
    special = _special({row[0] for row in rows})
    kept = tuple(row for row in rows if row[0] not in special)
    if not kept:
        raise FeedError("lists no range")
    if len(special) > MOST_SKIPPED or len(special) > MOST_SKIPPED_SHARE * len(rows):
        raise FeedError(f"lists {len(special)} networks of special-purpose addresses, such as {min(map(str, special))}")
    return Feed(kept, date, len(special))


def _network(text: str) -> Network:
    try:
        network = ipaddress.ip_network(text.strip())
    except ValueError as error:
        raise FeedError(f"not a network: {error}"[:LONGEST]) from None
    if network.prefixlen < SHORTEST[network.version]:
        raise FeedError(f"{network} is wider than any one operator's network")
    return network


def _special(networks: set[Network]) -> set[Network]:
    """The networks of special purpose, which no operator owns. Raises ``FeedError`` for one that has other addresses
    too, and for one that is used inside networks, such as a private one."""
    found: set[Network] = set()
    blocks: dict[int, list[tuple[int, int]]] = {4: [], 6: []}
    for block in special_networks():
        blocks[block.version].append((int(block[0]), int(block[-1])))
    for version, spans in blocks.items():
        spans.sort()
        ends = [last for _, last in spans]
        for network in networks:
            if network.version != version:
                continue
            place = bisect_left(ends, int(network[0]))
            if place == len(spans) or spans[place][0] > int(network[-1]):
                continue
            whole = spans[place][0] <= int(network[0]) and int(network[-1]) <= spans[place][1]
            if not whole or any(network.version == each.version and network.overlaps(each) for each in INSIDE):
                raise FeedError(f"lists {network}, which is or holds special-purpose addresses")
            found.add(network)
    return found


def _label(text: str) -> str:
    if len(text) > LONGEST or not text.isprintable():
        raise FeedError(f"not a label: {ascii(text)[:80]}")
    return text


# -- formats ----------------------------------------------------------------------------------------------


class _AmazonPrefix(msgspec.Struct):
    service: str
    region: str
    ip_prefix: str = ""
    ipv6_prefix: str = ""


class _Amazon(msgspec.Struct):
    createDate: str  # noqa: N815 - the publisher's spelling, here and below
    prefixes: list[_AmazonPrefix]
    ipv6_prefixes: list[_AmazonPrefix]


class _AzureProperties(msgspec.Struct):
    addressPrefixes: list[str]  # noqa: N815
    region: str = ""


class _AzureTag(msgspec.Struct):
    name: str
    properties: _AzureProperties


class _Azure(msgspec.Struct):
    values: list[_AzureTag]


class _CloudFront(msgspec.Struct):
    CLOUDFRONT_GLOBAL_IP_LIST: list[str]
    CLOUDFRONT_REGIONAL_EDGE_IP_LIST: list[str]


class _Fastly(msgspec.Struct):
    addresses: list[str]
    ipv6_addresses: list[str]


class _GooglePrefix(msgspec.Struct):
    ipv4Prefix: str = ""  # noqa: N815
    ipv6Prefix: str = ""  # noqa: N815
    service: str = ""
    scope: str = ""


class _Google(msgspec.Struct):
    creationTime: str  # noqa: N815
    prefixes: list[_GooglePrefix]


class _OracleBlock(msgspec.Struct):
    cidr: str
    tags: list[str]


class _OracleRegion(msgspec.Struct):
    region: str
    cidrs: list[_OracleBlock]


class _Oracle(msgspec.Struct):
    last_updated_timestamp: str
    regions: list[_OracleRegion]


Texts = Iterable[tuple[str, str, str]]
Read = tuple[str | None, Texts]


def _aws(body: bytes) -> Read:
    feed = msgspec.json.decode(body, type=_Amazon)
    rows = [(each.ip_prefix, each.service, each.region) for each in feed.prefixes]
    rows += [(each.ipv6_prefix, each.service, each.region) for each in feed.ipv6_prefixes]
    return _day(feed.createDate, "%Y-%m-%d-%H-%M-%S"), rows


def _azure(body: bytes) -> Read:
    """Each tag occurs once alone and once for each region, as ``Storage.WestEurope``; its name alone is the label."""
    rows = []
    for tag in msgspec.json.decode(body, type=_Azure).values:
        service = tag.name.rpartition(".")[0] if tag.properties.region else tag.name
        rows += [(each, service or tag.name, tag.properties.region) for each in tag.properties.addressPrefixes]
    return None, rows


def _cloudfront(body: bytes) -> Read:
    feed = msgspec.json.decode(body, type=_CloudFront)
    rows = [(each, "GLOBAL", "") for each in feed.CLOUDFRONT_GLOBAL_IP_LIST]
    return None, rows + [(each, "REGIONAL_EDGE", "") for each in feed.CLOUDFRONT_REGIONAL_EDGE_IP_LIST]


def _fastly(body: bytes) -> Read:
    feed = msgspec.json.decode(body, type=_Fastly)
    return None, [(each, "", "") for each in (*feed.addresses, *feed.ipv6_addresses)]


def _google(body: bytes) -> Read:
    feed = msgspec.json.decode(body, type=_Google)
    rows = [(each.ipv4Prefix or each.ipv6Prefix, each.service, each.scope) for each in feed.prefixes]
    return _day(feed.creationTime), rows


def _oracle(body: bytes) -> Read:
    feed = msgspec.json.decode(body, type=_Oracle)
    rows = [
        (block.cidr, tag, each.region) for each in feed.regions for block in each.cidrs for tag in block.tags or [""]
    ]
    return _day(feed.last_updated_timestamp), rows


def _github(body: bytes) -> Read:
    """The key of each list of networks names the service; other keys have host names and SSH keys."""
    rows = []
    for key, value in msgspec.json.decode(body, type=dict[str, object]).items():
        if not isinstance(value, list) or key.startswith("ssh_"):
            continue
        for each in value:
            if not isinstance(each, str):
                raise FeedError(f"{ascii(key)[:40]} lists something else than networks")
            rows.append((each, key, ""))
    return None, rows


def _cidr_list(body: bytes) -> Read:
    return None, ((text, "", "") for text in _lines(body))


def _geofeed(body: bytes) -> Read:
    """RFC 8805 section 2.1: prefix, country, region, city, postal code; the ISO 3166-2 region, else the country."""
    return None, _places(_lines(body))


def _places(lines: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    try:
        for fields in csv.reader(lines, strict=True):
            if not fields or len(fields) < 2:
                raise FeedError(f"a line without a country: {ascii(fields)[:80]}")
            yield fields[0], "", (fields[2].strip() if len(fields) > 2 else "") or fields[1].strip()
    except csv.Error as error:
        raise FeedError(f"not a table: {error}") from None


def _lines(body: bytes) -> Iterator[str]:
    """The lines of a text without empty lines and comments."""
    for line in body.decode("utf-8-sig").splitlines():
        said = line.partition("#")[0].strip()
        if said:
            yield said


def _day(text: str, form: str = "") -> str | None:
    """The day of the publisher's own time. It is for information only, so an invalid one does not refuse the ranges."""
    try:
        moment = datetime.strptime(text, form).replace(tzinfo=UTC) if form else datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.strftime("%Y-%m-%d")


_READERS: dict[FeedFormat, Callable[[bytes], Read]] = {
    "aws": _aws,
    "azure": _azure,
    "cidr-list": _cidr_list,
    "cloudfront": _cloudfront,
    "fastly": _fastly,
    "geofeed": _geofeed,
    "github-meta": _github,
    "google": _google,
    "oracle": _oracle,
}
