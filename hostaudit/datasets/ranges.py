"""The table of all published ranges: the feeds that list an address, and their labels.

A network in the table has every label of every network that contains it, the most specific first, so that one look-up
gives them all. A value has one number for each: ``number of the label << 8 | prefix length``.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from hostaudit.datasets.table import Table
from hostaudit.errors import DocumentError
from hostaudit.model.values import Published

if TYPE_CHECKING:
    from hostaudit.datasets.feeds import Feed, Network

KIND = "published-ranges"


class _Label(msgspec.Struct, frozen=True, array_like=True):
    feed: str
    service: str
    region: str
    date: str


class Ranges:
    """The open table of ranges."""

    def __init__(self, table: Table) -> None:
        self._table = table

    @classmethod
    def open(cls, path: Path) -> Ranges:
        """Open a file. Raises ``DocumentError`` if it is no table of ranges."""
        return cls(Table.open(path, KIND))

    @property
    def date(self) -> str:
        """The date of the oldest feed in it."""
        return self._table.metadata.date

    def published(self, address: str) -> tuple[Published, ...]:
        """Every listed range that contains an address, the most specific first; empty if no feed lists it.

        Raises ``ValueError`` if it is no address and ``DocumentError`` for a damaged table.
        """
        value = self._table.get(address)
        if value is None:
            return ()
        try:
            return tuple(self._range(address, int(item)) for item in value)
        except (ValueError, msgspec.MsgspecError):
            message = f"{self._table.name} cannot be used as a table: it is damaged"
            raise DocumentError(message, "make it again with: hostaudit data update range-feeds") from None

    def _range(self, address: str, item: int) -> Published:
        number, length = divmod(item, 256)
        label = msgspec.json.decode(self._table.label(number), type=_Label)
        prefix = ipaddress.ip_network((address, length), strict=False)
        return Published(str(prefix), label.feed, label.service, label.region, label.date)


def build(feeds: Iterable[tuple[str, str, Feed]]) -> bytes:
    """The bytes of a table of ranges, from feeds as (URL, date of its data, rows)."""
    from hostaudit.datasets.table_writer import Builder, Metadata  # a scan builds none

    texts: dict[str, int] = {}
    at: dict[Network, list[int]] = {}
    dates: dict[str, str] = {}
    for url, date, feed in feeds:
        dates[url] = date
        for network, service, region in feed.rows:
            text = msgspec.json.encode(_Label(url, service, region, date)).decode()
            at.setdefault(network, []).append(texts.setdefault(text, len(texts)))
    builder = Builder()
    around: list[tuple[Network, tuple[int, ...]]] = []
    for network in sorted(at, key=lambda each: (each.version, int(each.network_address), each.prefixlen)):
        while around and not _covers(around[-1][0], network):
            around.pop()
        own = tuple(number << 8 | network.prefixlen for number in at[network])
        chain = own + (around[-1][1] if around else ())
        builder.add_network(network, chain)
        around.append((network, chain))
    for text, number in texts.items():
        builder.label(number, text)
    return builder.build(
        Metadata(
            kind=KIND,
            title="Address ranges that operators publish",
            source=f"{len(dates)} feeds",
            licence="as each publisher says; fetched for own use, not to be passed on",
            date=min(dates.values(), default=""),
            notes=dates,
        )
    )


def _covers(outer: Network, inner: Network) -> bool:
    return (
        outer.version == inner.version
        and int(outer.network_address) <= int(inner.network_address)
        and int(inner.broadcast_address) <= int(outer.broadcast_address)
    )
