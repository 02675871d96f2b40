"""The state of the data: for each look-up the table in use, its date, its source, and the result of its check."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from hostaudit.datasets import RANGES, ROUTES, manifest
from hostaudit.datasets.table import Table
from hostaudit.errors import HostauditError
from hostaudit.model.data import DATA_SCHEMA, STALE_AFTER, DataItem, DataRecord, DataStatus, age
from hostaudit.observe.refresh.sources import RANGE_FEEDS, Item, own_table

UPDATE = "hostaudit data update"


def status(directory: Path, items: Sequence[Item], now: datetime) -> DataStatus:
    """The state of every item at the time ``now``. Reads every fetched file, to compare its checksum."""
    installed = manifest.read(directory).items
    at = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    rows = [_row(directory, item, installed.get(item.id), at) for item in items]
    place = next((number for number, item in enumerate(items) if item.format is not None), len(rows))
    rows.insert(place, _ranges(directory, installed.get(RANGE_FEEDS), at))
    return DataStatus(DATA_SCHEMA, at, str(directory), tuple(rows))


def _row(directory: Path, item: Item, record: DataRecord | None, at: str) -> DataItem:
    if record is not None:
        if manifest.sound(directory, record):
            return _fetched(item.id, item.sort, record, at)
        own = _own_table(directory, item, at)
        return own or _damaged(item.id, item.sort, record)
    own = _own_table(directory, item, at)
    if own is not None:
        return own
    shipped = item.shipped()
    if shipped is None:
        return DataItem(item.id, item.sort, "not_fetched", "none", licence=item.licence, next=f"{UPDATE} {item.id}")
    days = age(shipped.date, at)
    old = days is None or days > STALE_AFTER[item.sort]
    return DataItem(
        id=item.id,
        sort=item.sort,
        state="stale" if old else "ok",
        origin="shipped",
        sources=shipped.sources,
        date=shipped.date,
        age=days,
        rows=shipped.rows,
        bytes=shipped.bytes,
        licence=shipped.licence,
        note=_too_old(item.sort) if old else "",
        next=f"{UPDATE} {item.id}" if old else "",
    )


def _ranges(directory: Path, record: DataRecord | None, at: str) -> DataItem:
    """The state of the table that is built from all feeds."""
    if record is None:
        note = "which product of a cloud an address belongs to is then known only as far as the catalogue says"
        return DataItem(RANGE_FEEDS, RANGE_FEEDS, "not_fetched", "none", note=note, next=f"{UPDATE} {RANGE_FEEDS}")
    if not manifest.sound(directory, record) or _refused(directory / RANGES):
        return _damaged(RANGE_FEEDS, RANGE_FEEDS, record)
    return _fetched(RANGE_FEEDS, RANGE_FEEDS, record, at)


def _fetched(identity: str, sort: str, record: DataRecord, at: str) -> DataItem:
    days = age(record.date, at)
    old = days is None or days > STALE_AFTER[sort]
    return DataItem(
        id=identity,
        sort=sort,
        state="stale" if old else "ok",
        origin="fetched",
        sources=record.sources,
        date=record.date,
        age=days,
        rows=record.rows,
        bytes=record.bytes,
        licence=record.licence,
        fetched=record.fetched,
        sha256=record.sha256,
        note=_too_old(sort) if old else "",
        next=f"{UPDATE} {identity}" if old else "",
    )


def _damaged(identity: str, sort: str, record: DataRecord) -> DataItem:
    return DataItem(
        id=identity,
        sort=sort,
        state="damaged",
        origin="fetched",
        sources=record.sources,
        date=record.date,
        licence=record.licence,
        fetched=record.fetched,
        sha256=record.sha256,
        note=f"{record.file} is not the file that was fetched: its SHA-256 differs, or it is gone",
        next=f"{UPDATE} {identity}",
    )


def _own_table(directory: Path, item: Item, at: str) -> DataItem | None:
    """The state of a table of routes that the user built, which is in no manifest."""
    place = directory / ROUTES
    if item.file != ROUTES or not place.exists():
        return None
    command = f"{UPDATE} {item.id}"
    table = own_table(directory, item)
    if table is None:
        note = f"{ROUTES} is torn or no table; the one that came with hostaudit is used"
        return DataItem(item.id, item.sort, "damaged", "built", note=note, next=command)
    about = table.metadata
    days = age(about.date, at)
    old = days is None or days > STALE_AFTER[item.sort]
    return DataItem(
        id=item.id,
        sort=item.sort,
        state="stale" if old else "ok",
        origin="built",
        sources=(about.source,),
        date=about.date,
        age=days,
        rows=about.rows_v4 + about.rows_v6,
        bytes=place.stat().st_size,
        licence=about.licence,
        note=_too_old(item.sort) if old else "",
        next=command if old else "",
    )


def _refused(path: Path) -> bool:
    try:
        Table.open(path)
    except HostauditError:
        return True
    return False


def _too_old(sort: str) -> str:
    return f"older than {STALE_AFTER[sort]} days"
