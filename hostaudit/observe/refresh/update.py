"""Update of the data: fetch, check, build, compare with the installed data, and only then install.

Items are independent: one that fails keeps its installed data and does not stop the others. All feeds form one table
of ranges and are installed together with it; a feed that failed stays in the table with its old rows.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Literal

import msgspec

from hostaudit.datasets import RANGES, feeds, manifest, ranges
from hostaudit.model.data import DataRecord, Manifest
from hostaudit.observe.net.http.client import DiskError, Sink
from hostaudit.observe.net.limits import Limits, Network, Ports
from hostaudit.observe.net.live import LiveNet
from hostaudit.observe.net.outcome import HttpReply
from hostaudit.observe.refresh.sources import (
    RANGE_FEEDS,
    Arrived,
    Item,
    Made,
    RefusedError,
    Source,
    own_table,
    read_feed,
)

DEADLINE = 1800.0
"""Seconds after which no further file is fetched."""

AT_ONCE = 4
"""The number of items that are fetched at the same time."""

HALF = 0.5
"""A new table with less than this share of the old one's rows counts as incomplete."""

DIGEST = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
SMALL = 64 * 1024
PAGE = 4 * 1024 * 1024


@dataclass(frozen=True)
class UpdateOptions:
    """The options of an update. ``files`` has by item id a file to use instead of the publisher's; ``accept_smaller``
    lets a table replace one with more than twice its rows, ``replace_own`` one that the user built. An answer must
    begin within ``answer`` seconds; ``most`` is a shorter limit of the seconds for a file; ``ports`` are for tests."""

    resolver: tuple[str, ...] = ()
    ca_bundle: Path | None = None
    allow_private: tuple[Network, ...] = ()
    files: Mapping[str, Path] = field(default_factory=dict)
    accept_smaller: bool = False
    replace_own: bool = False
    debug: Callable[[str], None] | None = None
    answer: float = 15.0
    most: float = DEADLINE
    ports: Ports | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The result of an item. ``detail`` describes the installed data, or the reason why they were not replaced."""

    id: str
    outcome: Literal["updated", "unchanged", "failed"]
    detail: str


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A valid file, and its record for the manifest."""

    item: Item
    made: Made
    record: DataRecord


def update(
    directory: Path, every: Sequence[Item], chosen: Sequence[Item], options: UpdateOptions, tell: Callable[[str], None]
) -> tuple[Result, ...]:
    """Update the chosen ones of all items. ``tell`` is called with messages on the progress.

    Raises ``manifest.BusyError`` if an update is in progress and ``UsageError`` if the directory cannot be written to;
    any other failure is the result of an item.
    """
    with manifest.changing(directory) as scratch:
        return asyncio.run(_Update(directory, scratch, every, options, tell).run(chosen))


class _Update:
    def __init__(
        self,
        directory: Path,
        scratch: Path,
        every: Sequence[Item],
        options: UpdateOptions,
        tell: Callable[[str], None],
    ) -> None:
        self.directory = directory
        self.scratch = scratch
        self.every = every
        self.options = options
        self.tell = tell
        self.installed = manifest.read(directory)
        self.results: dict[str, Result] = {}
        self.staged: list[_Candidate] = []

    async def run(self, chosen: Sequence[Item]) -> tuple[Result, ...]:
        async with LiveNet(
            Limits(timeout=self.options.answer, deadline=DEADLINE),
            resolver=self.options.resolver,
            ca_bundle=self.options.ca_bundle,
            allow_private=self.options.allow_private,
            debug=self.options.debug,
            ports=self.options.ports,
        ) as net:
            slots = asyncio.Semaphore(AT_ONCE)
            tasks = [asyncio.create_task(self._candidate(net, item, slots)) for item in chosen]
            try:
                for item, task in zip(chosen, tasks, strict=True):
                    await self._settle(item, task)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        self._settle_ranges(chosen)
        return tuple(self.results[item.id] for item in chosen)

    # -- from a publisher to a candidate ----------------------------------------------------------

    async def _candidate(self, net: LiveNet, item: Item, slots: asyncio.Semaphore) -> _Candidate | None:
        """The candidate for the replacement of an item; None if the publisher has no newer data.

        Raises ``RefusedError`` with the failure of every way to get it, and ``OSError``.
        """
        known = self._known(item)
        if known is None and not self.options.replace_own and own_table(self.directory, item) is not None:
            return None
        given = self.options.files.get(item.id)
        problems = []
        for number, way in enumerate(item.ways):
            try:
                async with slots:
                    self.tell(f"{item.id}: fetching {way[0].url if given is None else given}")
                    files = self._given(given, way[0]) if given else await self._way(net, item, number, known)
                if files is None:
                    return None
                self.tell(f"{item.id}: checking")
                return self._described(item, files, await asyncio.to_thread(item.make, files))
            except (RefusedError, DiskError) as error:
                problems.append(str(error))
                if given is not None:
                    break
        raise RefusedError("; then ".join(problems))

    async def _way(self, net: LiveNet, item: Item, number: int, known: DataRecord | None) -> tuple[Arrived, ...] | None:
        """All files of one way, None if they are already installed."""
        way = item.ways[number]
        published = [await self._digest(net, item, source) for source in way if source.checksum]
        if known is not None and len(published) == len(way) and tuple(published) == known.digests:
            return None
        arrived = []
        for position, source in enumerate(way):
            url = await self._linked(net, item, source) if source.link else source.url
            here = known is not None and known.sources == (url,)
            if here and source.link:
                return None
            validators = known.validators if known is not None and here else ("", "")
            name = self._name(item, f"{number}-{position}")
            found = await self._get(net, url, name, source.cap, source.seconds, validators)
            if found is None:
                return None
            if source.checksum and found.sha256 != published[position]:
                raise RefusedError(f"the SHA-256 of {url} is not the one that is published beside it")
            arrived.append(found)
        return tuple(arrived)

    async def _digest(self, net: LiveNet, item: Item, source: Source) -> str:
        found = await self._get(net, source.checksum, self._name(item, "digest"), SMALL, 60.0)
        digests = DIGEST.findall(_content(found).decode("latin-1").lower())
        if not digests:
            raise RefusedError(f"{source.checksum} holds no SHA-256")
        return str(digests[0])

    async def _linked(self, net: LiveNet, item: Item, source: Source) -> str:
        """The URL of the file that a download page links to."""
        found = await self._get(net, source.url, self._name(item, "page"), PAGE, 60.0)
        found_links = source.link.findall(_content(found)) if source.link is not None else []
        links = sorted(found_links, key=lambda link: bytes(link).rpartition(b"/")[2])
        if not links:
            hint = f"fetch it by hand and give it with --file {item.id}=FILE"
            raise RefusedError(f"{source.url} names no file of the form expected; {hint}")
        return str(links[-1], "ascii")

    async def _get(
        self, net: LiveNet, url: str, name: str, cap: int, seconds: float, validators: tuple[str, str] = ("", "")
    ) -> Arrived | None:
        """A fetched file, None if it has not changed since the answer with these validators (RFC 9110 section 13.1)."""
        named = zip(("If-None-Match", "If-Modified-Since"), validators, strict=True)
        headers = tuple((header, value) for header, value in named if value)
        path = self.scratch / name
        with path.open("w+b") as file:
            outcome = await net.download(url, Sink(file, cap, min(seconds, self.options.most)), headers)
        reply = outcome.value
        if reply is None:
            gap = outcome.unknown
            why = f"{gap.cause.replace('_', ' ')}{f', {gap.detail}' if gap.detail else ''}" if gap else "no answer"
            raise RefusedError(f"{url} was not fetched: {why}")
        if reply.status == 304 and headers:
            return None
        if reply.status != 200:
            raise RefusedError(f"{url} was not fetched: the server answered {reply.status}")
        if path.stat().st_size == 0:
            raise RefusedError(f"{url} is empty")
        return Arrived(path, url, _dated(reply), _sha256(path), _validators(reply))

    def _given(self, path: Path, source: Source) -> tuple[Arrived, ...]:
        """A file that the user gave."""
        try:
            if path.stat().st_size > source.cap:
                raise RefusedError(f"{path} is larger than {source.cap >> 20} MiB")
            day = datetime.fromtimestamp(path.stat().st_mtime, UTC).strftime("%Y-%m-%d")
            return (Arrived(path, path.name, day, _sha256(path)),)
        except OSError as error:
            raise RefusedError(f"{path} cannot be read: {error.strerror or error}") from None

    def _described(self, item: Item, files: tuple[Arrived, ...], made: Made) -> _Candidate:
        now = _now()
        record = DataRecord(
            file=item.file,
            sources=tuple(each.url for each in files),
            # An operator's answer on its own ranges is valid today, even if they have not changed for a long time.
            date=now[:10] if self._asked(item) else made.date,
            fetched=now,
            checked=now,
            sha256=hashlib.sha256(made.data).hexdigest(),
            bytes=len(made.data),
            rows=made.rows,
            licence=item.licence,
            digests=tuple(each.sha256 for each in files),
            validators=files[0].validators,
        )
        return _Candidate(item, made, record)

    # -- from a candidate to its place ------------------------------------------------------------

    async def _settle(self, item: Item, task: asyncio.Task[_Candidate | None]) -> None:
        try:
            candidate = await task
            known = self._known(item)
            if known is not None and (candidate is None or candidate.record.sha256 == known.sha256):
                now = _now()
                validators = known.validators if candidate is None else candidate.record.validators
                date = now[:10] if self._asked(item) else known.date
                same = msgspec.structs.replace(known, checked=now, date=date, validators=validators)
                self._put({}, {item.id: same})
                self._note(item, "unchanged", _told(same))
            elif candidate is None:
                self._note(item, "unchanged", f"it was built by hand; to replace it: hostaudit data update {item.id}")
            elif self._acceptable(candidate, known):
                if item.format is not None:
                    self.staged.append(candidate)
                else:
                    self._put({item.file: candidate.made.data}, {item.id: candidate.record})
                    self._note(item, "updated", _told(candidate.record))
        except RefusedError as error:
            self._note(item, "failed", str(error))
        except OSError as error:
            self._note(item, "failed", f"it cannot be written: {error.strerror or error}")
        except Exception as error:
            self._note(item, "failed", f"a defect of hostaudit, please report it: {type(error).__name__}: {error}")

    def _asked(self, item: Item) -> bool:
        """True if the ranges come from the operator itself, and not from a file that the user gave."""
        return item.format is not None and item.id not in self.options.files

    def _acceptable(self, candidate: _Candidate, known: DataRecord | None) -> bool:
        """True if a candidate may replace the installed data. Raises ``RefusedError`` if it looks incomplete."""
        item, record = candidate.item, candidate.record
        shipped = item.shipped() if known is None else None
        before = known.rows if known is not None else shipped.rows if shipped is not None else 0
        if record.rows < before * HALF and not self.options.accept_smaller:
            raise RefusedError(
                f"it has {record.rows} rows where {before} are installed, so it may be incomplete; "
                f"if it is right, take it with --accept-smaller"
            )
        if known is not None and record.date < known.date:
            self._note(item, "unchanged", f"{_told(known)}; what is offered is older, of {record.date}")
            return False
        return True

    def _settle_ranges(self, chosen: Sequence[Item]) -> None:
        """Build a new table of ranges from the rows of all feeds, and install it with the new feeds."""
        wanted = {item.id: item for item in self.every if item.format is not None}
        table = self.installed.items.get(RANGE_FEEDS)
        failed = {identity for identity, result in self.results.items() if result.outcome == "failed"}
        heard = [item for item in chosen if item.id in wanted and item.id not in failed]
        if not heard and (table is None or manifest.sound(self.directory, table)):
            return
        listed = {each.item.id: (each.item.url, each.record.date, each.made.feed) for each in self.staged}
        for identity in sorted(set(wanted) - set(listed)):
            item = wanted[identity]
            known = self._known(item)
            if known is not None and item.format is not None:
                try:
                    feed = read_feed(item.format, (self.directory / known.file).read_bytes())
                except (RefusedError, OSError):
                    continue  # a later hostaudit may be stricter; the next update fetches the feed again
                listed[identity] = (item.url, known.date, feed)
        rows = [(url, date, feed) for _, (url, date, feed) in sorted(listed.items()) if feed is not None]
        if not rows:
            return
        try:
            self._put_ranges(rows)
        except OSError as error:
            for item in heard:
                self._note(item, "failed", f"it cannot be written: {error.strerror or error}")
            return
        for each in self.staged:
            skipped = each.made.feed.skipped if each.made.feed is not None else 0
            what = "network" if skipped == 1 else "networks"
            left_out = f"; {skipped} special-purpose {what} left out" if skipped else ""
            self._note(each.item, "updated", f"{_told(each.record)}{left_out}")

    def _put_ranges(self, rows: Sequence[tuple[str, str, feeds.Feed]]) -> None:
        self.tell(f"{RANGE_FEEDS}: building the table of {len(rows)} feeds")
        data = ranges.build(rows)
        now = _now()
        record = DataRecord(
            file=RANGES,
            sources=tuple(url for url, _, _ in rows),
            date=min(date for _, date, _ in rows),
            fetched=now,
            checked=now,
            sha256=hashlib.sha256(data).hexdigest(),
            bytes=len(data),
            rows=sum(len(feed.rows) for _, _, feed in rows),
            licence="as each publisher says; fetched for own use",
        )
        files = {RANGES: data} | {each.item.file: each.made.data for each in self.staged}
        self._put(files, {RANGE_FEEDS: record} | {each.item.id: each.record for each in self.staged})

    def _put(self, files: Mapping[str, bytes], records: Mapping[str, DataRecord]) -> None:
        known = {RANGE_FEEDS, *(item.id for item in self.every)}
        merged = sorted((self.installed.items | dict(records)).items())
        changed = Manifest(self.installed.schema, {identity: each for identity, each in merged if identity in known})
        manifest.install(self.directory, self.scratch, files, changed)
        # A feed that the catalogue no longer names is removed with its file.
        for name in {each.file for each in self.installed.items.values()} - {
            each.file for each in changed.items.values()
        }:
            (self.directory / name).unlink(missing_ok=True)
        self.installed = changed

    def _known(self, item: Item) -> DataRecord | None:
        """The record of an item's installed data, None if they are missing or damaged."""
        record = self.installed.items.get(item.id)
        return record if record is not None and manifest.sound(self.directory, record) else None

    def _note(self, item: Item, outcome: Literal["updated", "unchanged", "failed"], detail: str) -> None:
        self.results[item.id] = Result(item.id, outcome, detail)

    def _name(self, item: Item, part: str) -> str:
        return f"{hashlib.sha256(item.id.encode()).hexdigest()[:16]}-{part}"


def _told(record: DataRecord) -> str:
    return f"{record.rows:,} rows of {record.date}"


def _content(found: Arrived | None) -> bytes:
    return b"" if found is None else found.path.read_bytes()


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _dated(reply: HttpReply) -> str:
    """The day that a server gives for a file, else today, as the server offers it today."""
    try:
        moment = parsedate_to_datetime(reply.header("last-modified") or "")
    except (ValueError, OverflowError):
        moment = datetime.now(UTC)
    return min(moment.strftime("%Y-%m-%d"), datetime.now(UTC).strftime("%Y-%m-%d"))


def _validators(reply: HttpReply) -> tuple[str, str]:
    return _plain(reply.header("etag")), _plain(reply.header("last-modified"))


def _plain(value: str | None) -> str:
    """A header value that may be sent back, else ""."""
    return value if value and len(value) < 300 and value.isascii() and value.isprintable() else ""


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
