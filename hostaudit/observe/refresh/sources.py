"""The items that can be fetched: their sources, their licences, and the checks before their use.

An item is accepted as a whole or refused with a reason. No function uses the network.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec

from hostaudit import domain
from hostaudit.datasets import BOOTSTRAP, ROUTES, SUFFIXES, feeds, shipped_routes
from hostaudit.datasets.build import build
from hostaudit.datasets.routes import Routes
from hostaudit.datasets.table import Table
from hostaudit.errors import HostauditError
from hostaudit.model.rules import Feed, FeedFormat, Provider
from hostaudit.observe.net.registry import rdap

RANGE_FEEDS = "range-feeds"
MEGABYTE = 1024 * 1024


class RefusedError(Exception):
    """Data that must not be used. The text gives the reason."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file to fetch. ``cap`` in bytes, ``seconds`` for the whole file; ``checksum`` is the URL of its SHA-256.

    With ``link``, ``url`` is a page that links to the file: of all matches the one with the last file name is used.
    """

    url: str
    cap: int
    seconds: float = 120.0
    checksum: str = ""
    link: re.Pattern[bytes] | None = None


@dataclass(frozen=True, slots=True)
class Arrived:
    """A fetched file: its path, its source, the date that its server gives, its SHA-256, its ETag and Last-Modified."""

    path: Path
    url: str
    date: str
    sha256: str
    validators: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Made:
    """The content to install: a file of ``rows`` rows as of ``date``, and for a feed its rows."""

    data: bytes
    rows: int
    date: str
    feed: feeds.Feed | None = None


@dataclass(frozen=True, slots=True)
class Shipped:
    """The shipped data that are used if a file was not fetched."""

    rows: int
    bytes: int
    date: str
    licence: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A data item that can be updated. ``sort`` is a key of ``STALE_AFTER``; ``ways`` are sets of files each of which
    is enough, the best first; ``names`` are further names that a user may give; ``url`` and ``format`` are those of a
    feed."""

    id: str
    sort: str
    file: str
    licence: str
    ways: tuple[tuple[Source, ...], ...]
    make: Callable[[tuple[Arrived, ...]], Made]
    shipped: Callable[[], Shipped | None] = lambda: None
    names: tuple[str, ...] = ()
    url: str = ""
    format: FeedFormat | None = None


def all_items(providers: Iterable[Provider]) -> tuple[Item, ...]:
    """Every item, with the range feeds that these providers name."""
    return (_routes(), *feed_items(providers), _bootstrap(), _suffixes())


# -- announced prefixes -----------------------------------------------------------------------------------

ROUTES_AT = "https://github.com/sapics/ip-location-db/releases/download"
WELL_KNOWN = {
    "1.1.1.1": 13335,
    "8.8.8.8": 15169,
    "9.9.9.9": 19281,
    "193.0.6.139": 3333,
    "208.67.222.222": 36692,
    "2001:4860:4860::8888": 15169,
    "2606:4700:4700::1111": 13335,
}
"""Addresses that every network can reach: those of four public resolvers and of the RIPE NCC. A table with wrong
origins for more than ``MOST_LOST`` of them was not made from a complete view of the Internet."""

MOST_LOST = 2


def _routes() -> Item:
    seconds, cap = 600.0, 256 * MEGABYTE
    tables = tuple(
        Source(
            f"{ROUTES_AT}/latest/origin-asn-{family}.csv",
            cap,
            seconds,
            f"{ROUTES_AT}/checksum/origin-asn-{family}.csv.sha256",
        )
        for family in ("ipv4", "ipv6")
    )
    other = Source("https://iptoasn.com/data/ip2asn-combined.tsv.gz", cap, seconds)
    return Item("origin-table", "origin-table", ROUTES, "PDDL-1.0", (tables, (other,)), _read_routes, _shipped_routes)


def own_table(directory: Path, item: Item) -> Table | None:
    """The file of an item if it is the table of routes and is complete. A table that is in no manifest was built by the
    user."""
    if item.file != ROUTES:
        return None
    try:
        table = Table.open(directory / ROUTES)
        table.verify()
    except HostauditError:
        return None
    return table


def _shipped_routes() -> Shipped:
    about = shipped_routes.routes().metadata
    size = about.rows_v4 + about.rows_v6
    return Shipped(size, shipped_routes.SHIPPED.stat().st_size, about.date, about.licence, (about.source,))


def _read_routes(files: tuple[Arrived, ...]) -> Made:
    date = min(each.date for each in files)
    try:
        built = build(
            (each.path for each in files),
            day=datetime.date.fromisoformat(date),
            source=", ".join(each.url for each in files),
            licence="PDDL-1.0",
        )
    except HostauditError as error:
        # The lists are stored under our own names; error messages name their sources.
        text = error.message
        for each in files:
            text = text.replace(str(each.path), each.url)
        raise RefusedError(text) from None
    table = Routes(Table(built.data))
    lost = [address for address, asn in WELL_KNOWN.items() if asn not in table.asns(address)]
    if len(lost) > MOST_LOST:
        raise RefusedError(f"not a whole view of the Internet: {', '.join(lost)} belong to others or to nobody in it")
    return Made(built.data, built.metadata.rows_v4 + built.metadata.rows_v6, date)


# -- the Public Suffix List, RDAP -------------------------------------------------------------------------


def _suffixes() -> Item:
    source = Source("https://publicsuffix.org/list/public_suffix_list.dat", 8 * MEGABYTE)
    return Item(
        "public-suffix-list", "public-suffix-list", SUFFIXES, "MPL-2.0", ((source,),), _read_suffixes, _shipped_suffixes
    )


def _shipped_suffixes() -> Shipped:
    data = domain.shipped_list()
    return Shipped(domain.rules_in(data), len(data), domain.list_date(data), "MPL-2.0", ("publicsuffixlist",))


def _read_suffixes(files: tuple[Arrived, ...]) -> Made:
    data = files[0].path.read_bytes()
    rows, date = domain.rules_in(data), domain.list_date(data)
    if not rows or not date:
        raise RefusedError("not a whole Public Suffix List")
    return Made(data, rows, date)


def _bootstrap() -> Item:
    sources = tuple(Source(f"https://data.iana.org/rdap/{each}.json", 4 * MEGABYTE) for each in rdap.REGISTRIES)
    return Item(
        "rdap-bootstrap", "rdap-bootstrap", BOOTSTRAP, "CC0-1.0", (sources,), _read_bootstrap, _shipped_bootstrap
    )


def _shipped_bootstrap() -> Shipped:
    kept = rdap.shipped()
    rows = sum(len(each.services) for each in kept.values())
    urls = tuple(f"https://data.iana.org/rdap/{each}.json" for each in rdap.REGISTRIES)
    return Shipped(rows, len(msgspec.json.encode(kept)), kept["dns"].publication[:10], "CC0-1.0", urls)


def _read_bootstrap(files: tuple[Arrived, ...]) -> Made:
    try:
        kept = {
            registry: rdap.read_published(each.path.read_bytes(), registry)
            for registry, each in zip(rdap.REGISTRIES, files, strict=True)
        }
        data = msgspec.json.encode(kept)
        rdap.read_kept(data)
    except rdap.BootstrapError as error:
        raise RefusedError(str(error)) from None
    return Made(data, sum(len(each.services) for each in kept.values()), kept["dns"].publication[:10])


# -- range feeds ------------------------------------------------------------------------------------------

AZURE = re.compile(rb"https://download\.microsoft\.com/download/[A-Za-z0-9/_-]{1,200}/ServiceTags_Public_\d{8}\.json")
"""The weekly file, as the download page of the service tags links to it; the date at its end gives the order."""


def feed_items(providers: Iterable[Provider]) -> tuple[Item, ...]:
    """The feeds that providers name, each once, under the provider that has the rest that no other provider claims."""
    named: dict[str, list[tuple[Provider, Feed]]] = {}
    for provider in providers:
        for feed in provider.feeds:
            named.setdefault(feed.url, []).append((provider, feed))
    owners = {
        url: min(claims, key=lambda claim: (bool(claim[1].services), claim[0].id)) for url, claims in named.items()
    }
    items = []
    for url, (owner, feed) in owners.items():
        one_of_many = sum(other.id == owner.id for other, _ in owners.values()) > 1
        short = f"{owner.id}-{url.rstrip('/').rpartition('/')[2]}" if one_of_many else owner.id
        source = Source(url, feeds.MOST_BYTES, link=AZURE if feed.format == "azure" else None)
        items.append(
            Item(
                id=short,
                sort=RANGE_FEEDS,
                file=f"feeds/{re.sub(r'[^A-Za-z0-9._-]', '_', short)}",
                licence=f"as {owner.name} says; fetched for own use",
                ways=((source,),),
                make=partial(_read_feed, feed.format),
                names=tuple(sorted(provider.id for provider, _ in named[url])),
                url=url,
                format=feed.format,
            )
        )
    return tuple(sorted(items, key=lambda item: item.id))


def _read_feed(form: FeedFormat, files: tuple[Arrived, ...]) -> Made:
    data = files[0].path.read_bytes()
    feed = read_feed(form, data)
    dated = re.search(r"_(\d{4})(\d\d)(\d\d)\.json$", files[0].url)
    date = feed.date or ("-".join(dated.groups()) if dated else files[0].date)
    return Made(data, len(feed.rows), date, feed)


def read_feed(form: FeedFormat, data: bytes) -> feeds.Feed:
    """The rows of a feed. Raises ``RefusedError``."""
    try:
        return feeds.parse(form, data)
    except feeds.FeedError as error:
        raise RefusedError(str(error)) from None
