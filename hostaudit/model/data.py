"""The data that stands in tables rather than being asked for: what is there, how old is it, where is it from?"""

from __future__ import annotations

from datetime import date
from typing import Literal

from msgspec import Struct

DATA_SCHEMA: Literal["hostaudit.data/1"] = "hostaudit.data/1"
MANIFEST_SCHEMA: Literal["hostaudit.manifest/1"] = "hostaudit.manifest/1"

STALE_AFTER: dict[str, int] = {
    "origin-table": 90,
    "range-feeds": 30,
    "rdap-bootstrap": 90,
    "public-suffix-list": 90,
}
"""Days after which data of each sort are called old, in ``data status`` and in reports.

Prefixes move between networks by a few percent in a quarter, and new TLDs and suffixes come at that pace too. Clouds
publish new ranges weekly, and one that a feed does not list yet is taken for a customer's own network.
"""

DataState = Literal["ok", "stale", "damaged", "not_fetched"]


class DataRecord(Struct, frozen=True, forbid_unknown_fields=True):
    """One file that was fetched and installed. ``date`` (YYYY-MM-DD) is that of the data, of a feed the
    day on which its publisher said so; ``fetched`` and ``checked``
    are UTC times; ``rows`` counts what is in it. ``digests`` are the SHA-256 of what came from each source, and
    ``validators`` the ETag and Last-Modified of the first answer (RFC 9110 section 8.8)."""

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
    """What ``data update`` has installed, by item."""

    schema: Literal["hostaudit.manifest/1"]
    items: dict[str, DataRecord] = {}


class DataItem(Struct, frozen=True):
    """One item of the data in use. ``origin`` tells whether it came with hostaudit, was fetched, or built by
    hand; ``age`` in days;
    ``note`` says what is wrong and ``next`` what to do about it."""

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
    """What ``data status`` says (``hostaudit.data/1``). ``directory`` is where fetched data lie."""

    schema: Literal["hostaudit.data/1"]
    at: str
    directory: str
    items: tuple[DataItem, ...]


def age(of: str, at: str) -> int | None:
    """Whole days from a date to a time, both beginning with YYYY-MM-DD, never negative; None if one is no date."""
    try:
        return max(0, (date.fromisoformat(at[:10]) - date.fromisoformat(of[:10])).days)
    except ValueError:
        return None
