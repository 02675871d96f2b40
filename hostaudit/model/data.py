"""Data in local tables, which is not asked for in a scan: its items, their age and their origin."""

from __future__ import annotations

from datetime import date
from typing import Literal

from msgspec import Struct

DATA_SCHEMA: Literal["hostaudit.data/1"] = "hostaudit.data/1"
MANIFEST_SCHEMA: Literal["hostaudit.manifest/1"] = "hostaudit.manifest/1"

STALE_AFTER: dict[str, int] = {
    "origin-table": 90,
    "range-feeds": 30,
    "rdap-bootstrap": 365,
    "public-suffix-list": 90,
}
"""By kind of data, the number of days after which it is called old, in ``data status`` and in reports.

A few percent of prefixes move between networks in a quarter, and new TLDs and suffixes appear at that pace too. Clouds
publish new ranges weekly, and a range that a feed does not list yet is taken for a customer's own network. Registries
move their RDAP servers rarely, and a name whose server is not listed or gone is looked up in IANA's current list.
"""

ONLY_DIRECTS: dict[str, tuple[str, ...]] = {"rdap-bootstrap": ("registration", "owner")}
"""By kind of data that only tells whom to ask, the kinds of evidence that it is read for: what is answered was answered
live, so that the age of the table matters only where such a question has no answer."""

DataState = Literal["ok", "stale", "damaged", "not_fetched"]


class DataRecord(Struct, frozen=True, forbid_unknown_fields=True):
    """One file that was fetched and installed. ``date`` (YYYY-MM-DD) is that of the data, for a feed the day that its
    publisher states; ``fetched`` and ``checked`` are UTC times; ``rows`` is the number of its entries. ``digests`` are
    the SHA-256 of the content from each source, and ``validators`` the ETag and Last-Modified of the first answer (RFC
    9110 section 8.8)."""

    file: str
    sources: tuple[str, ...]
    date: str
    fetched: str
    checked: str
    sha256: str
    bytes: int
    rows: int
    licence: str
    digests: tuple[str, ...] = ()
    validators: tuple[str, str] = ("", "")


class Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    """The files that ``data update`` has installed, by item."""

    schema: Literal["hostaudit.manifest/1"]
    items: dict[str, DataRecord] = {}


class DataItem(Struct, frozen=True):
    """One item of the data in use. ``origin``: shipped with hostaudit, fetched, or built by hand; ``age``: in days;
    ``note``: the problem; ``next``: the action to take."""

    id: str
    sort: str
    state: DataState
    origin: Literal["shipped", "fetched", "built", "none"]
    sources: tuple[str, ...] = ()
    date: str | None = None
    age: int | None = None
    rows: int | None = None
    bytes: int | None = None
    licence: str = ""
    fetched: str | None = None
    sha256: str | None = None
    note: str = ""
    next: str = ""


class DataStatus(Struct, frozen=True):
    """The document of ``data status`` (``hostaudit.data/1``). ``directory`` is the folder of fetched data."""

    schema: Literal["hostaudit.data/1"]
    at: str
    directory: str
    items: tuple[DataItem, ...]


def age(of: str, at: str) -> int | None:
    """Return the whole days from a date to a time, both beginning with YYYY-MM-DD, at least 0; None if one is no
    date."""
    try:
        return max(0, (date.fromisoformat(at[:10]) - date.fromisoformat(of[:10])).days)
    except ValueError:
        return None
