"""Build the table of routes from public lists of routes.

The shapes of lists, recognised by their first lines; each list may be packed by gzip:

    ranges    start,end,asn,name             ip-location-db (asn and origin-asn, CSV)
    listed    start TAB end TAB asn TAB country TAB name       iptoasn (ip2asn-combined.tsv); asn 0 is not routed
    prefixes  prefix length origins, or prefix/length origins  CAIDA pfx2as and pyasn; origins as 1_2, 1,2 or {1,2}
    bgptools  {"CIDR": "...", "ASN": 1, ...} per line          table.jsonl of bgp.tools
    names     asn,name,class,cc              asns.csv of bgp.tools: only names

A list is refused as a whole if more than ``MOST_BAD`` of its rows cannot be read: its shape was then taken wrongly.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice
from pathlib import Path
from socket import AF_INET, AF_INET6, inet_pton
from typing import IO, NamedTuple

import msgspec

from hostaudit.datasets.routes import ANNOUNCED, KIND, PREFIXES
from hostaudit.datasets.special_purpose import special_networks
from hostaudit.datasets.table import Table
from hostaudit.datasets.table_writer import Builder, Metadata
from hostaudit.errors import DocumentError, UsageError

MOST_BAD = 0.01
"""Share of unreadable rows above which a list is refused."""

MOST_BYTES = 2 * 1024**3
LONGEST_LINE = 4096
LONGEST_NAME = 200
NAMED_ROWS = 5
"""The number of unreadable rows that are shown for each list."""

WIDEST = {4: 8, 6: 16}
"""The shortest prefix lengths that anybody announces; a shorter one is a default route that leaked into a list."""

MOST_MERGED = 16
"""The number of such prefixes of one network that one range may contain."""

_MERGED = {"ranges", "listed"}
"""Shapes in which one row may join neighbouring announcements of one network."""

_TITLE = "Announced prefixes and their origin networks"
_AS_TRANS = 23456
_COUNTRY = re.compile(r"[A-Z]{2}")
_NO_COUNTRY = {"ZZ", "XX"}
_SPECIMEN = 40


@dataclass
class Read:
    """The counts of the rows of one list: ``kept`` are in the table; ``unrouted`` name no network that can announce
    anything, ``wide`` are no announcements, ``bad`` cannot be read (the first few as ``file:line: reason``).
    """

    path: Path
    shape: str
    kept: int = 0
    unrouted: int = 0
    wide: int = 0
    bad: int = 0
    complaints: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """The number of rows without comments and headings."""
        return self.kept + self.unrouted + self.wide + self.bad


@dataclass(frozen=True)
class Built:
    """A table as bytes, its metadata, and the counts of each list."""

    data: bytes
    metadata: Metadata
    lists: tuple[Read, ...]


class _Row(NamedTuple):
    """One row: addresses as numbers (``version`` 0: no addresses), origin networks, name and country if given.

    ``length`` is that of an announced prefix, None for a range that may contain several announcements.
    """

    version: int
    first: int
    last: int
    asns: tuple[int, ...]
    country: str = ""
    name: str = ""
    length: int | None = None


def build(paths: Iterable[Path], *, day: date, source: str, licence: str) -> Built:
    """Build one table from several lists. The same lists give the same bytes.

    Raises ``UsageError`` if a list cannot be opened, has no known shape or too many bad rows, or if all lists together
    have no route.
    """
    builder = Builder()
    lists: list[Read] = []
    for path in paths:
        with _opened(path) as stream:
            lines = _lines(path, stream)
            specimen = list(islice(lines, _SPECIMEN))
            shape = _shape(path, specimen)
            read = Read(path, shape)
            _take(builder, read, chain(specimen, lines))
        lists.append(read)
        _refuse_bad(read)
    if not any(read.kept for read in lists if read.shape != "names"):
        raise UsageError("the lists contain no route", "give a list of prefixes too, not only of names")
    for network in special_networks():
        builder.leave_out(network)
    notes = {PREFIXES: ANNOUNCED if all(read.shape not in _MERGED for read in lists) else "merged"}
    metadata = Metadata(kind=KIND, title=_TITLE, source=source, licence=licence, date=day.isoformat(), notes=notes)
    data = builder.build(metadata)
    return Built(data, Table(data).metadata, tuple(lists))


# -- reading --------------------------------------------------------------------------------------


def _opened(path: Path) -> IO[bytes] | gzip.GzipFile:
    try:
        with path.open("rb") as stream:
            packed = stream.read(2) == b"\x1f\x8b"
        return gzip.open(path, "rb") if packed else path.open("rb")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}", "give a list of routes") from None


def _lines(path: Path, stream: IO[bytes] | gzip.GzipFile) -> Iterator[tuple[int, str]]:
    """(line number, text) of the lines with content."""
    size = 0
    number = 0
    try:
        while line := stream.readline(LONGEST_LINE + 1):
            number += 1
            size += len(line)
            if size > MOST_BYTES:
                raise DocumentError(f"{path} is larger than any list of routes: more than {MOST_BYTES >> 30} GiB")
            if len(line) > LONGEST_LINE:
                raise DocumentError(f"{path}:{number}: this line is too long for a list of routes")
            text = line.decode("utf-8", "replace").strip("\r\n \ufeff")
            if text and text[0] not in ";#":
                yield number, text
    except (OSError, EOFError, zlib.error) as error:
        hint = "fetch the file again"
        raise DocumentError(f"{path} cannot be read to its end: {type(error).__name__}: {error}", hint) from None


def _shape(path: Path, specimen: list[tuple[int, str]]) -> str:
    """The shape of most of the first lines."""
    votes = {shape: sum(1 for _, line in specimen if _reads(parse, line)) for shape, parse in _SHAPES.items()}
    shape = max(votes, key=lambda each: votes[each])
    if not votes[shape]:
        numbers = any(re.match(r"\d+,\d+,\d+,", line) for _, line in specimen)
        hint = "take the file without -num" if numbers else "known kinds: " + "; ".join(_KNOWN)
        raise DocumentError(f"{path} is not a known kind of route list", hint)
    return shape


def _reads(parse: Callable[[str], _Row | None], line: str) -> bool:
    try:
        return parse(line) is not None
    except (ValueError, OSError):
        return False


def _take(builder: Builder, read: Read, lines: Iterable[tuple[int, str]]) -> None:
    parse = _SHAPES[read.shape]
    for number, line in lines:
        try:
            row = parse(line)
            if row is None:
                continue
            if row.name and row.asns:
                builder.label(row.asns[0], row.name)
            if not row.version:
                read.kept += 1
                continue
            asns = tuple(asn for asn in row.asns if _can_announce(asn))
            if not asns:
                read.unrouted += 1
            elif _is_wide(row):
                read.wide += 1
            else:
                builder.add(row.version, row.first, row.last, (*asns, row.country) if row.country else asns)
                read.kept += 1
        except (ValueError, OSError) as error:
            read.bad += 1
            if len(read.complaints) < NAMED_ROWS:
                reason = "not an IP address" if isinstance(error, OSError) else str(error)
                read.complaints.append(f"{read.path}:{number}: {reason}")


def _is_wide(row: _Row) -> bool:
    widest = 1 << _WIDTH[row.version] - WIDEST[row.version]
    return row.last - row.first >= (widest * MOST_MERGED if row.length is None else widest)


def _refuse_bad(read: Read) -> None:
    if read.bad > MOST_BAD * read.rows:
        message = f"{read.bad} of {read.rows} rows cannot be read, such as {'; '.join(read.complaints[:2])}"
        raise DocumentError(message, f"fetch {read.path.name} again; up to {MOST_BAD:.0%} of bad rows are left out")


# -- one row --------------------------------------------------------------------------------------


def _ranges(line: str) -> _Row:
    start, end, asn, name = (*line.split(",", 3), "")[:4]
    number = _asn(asn)
    return _Row(*_range(start, end), (number,), name=_name(name))


def _listed(line: str) -> _Row:
    start, end, asn, country, name = line.split("\t")
    number = _asn(asn)
    known = country if _COUNTRY.fullmatch(country) and country not in _NO_COUNTRY else ""
    return _Row(*_range(start, end), (number,) if number else (), known, _name(name) if number else "")


def _prefixes(line: str) -> _Row:
    words = line.split()
    if len(words) == 2:
        address, _, length = words[0].partition("/")
    else:
        address, length, _ = words
    origins = words[-1].translate(_SET)
    return _prefix(address, length, tuple(map(_asn, origins.split("_"))))


def _bgptools(line: str) -> _Row:
    try:
        row = msgspec.json.decode(line, type=_BgpTools)
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from None
    address, _, length = row.cidr.partition("/")
    return _prefix(address, length, (_asn(str(row.asn)),))


def _names(line: str) -> _Row | None:
    asn, comma, rest = line.partition(",")
    if asn == "asn":
        return None
    if not (comma and asn.startswith("AS")):
        raise ValueError("no row of names")
    # The name may have commas without quotes; class and country come last.
    name = rest if rest.startswith('"') and rest.endswith('"') else rest.rsplit(",", 2)[0]
    return _Row(0, 0, 0, (_asn(asn[2:]),), name=_name(name))


class _BgpTools(msgspec.Struct, rename={"cidr": "CIDR", "asn": "ASN"}):
    cidr: str
    asn: int


_SHAPES: dict[str, Callable[[str], _Row | None]] = {
    "ranges": _ranges,
    "listed": _listed,
    "prefixes": _prefixes,
    "bgptools": _bgptools,
    "names": _names,
}
_KNOWN = (
    "start,end,asn,name",
    "start TAB end TAB asn TAB country TAB name",
    "prefix length asn",
    'lines of {"CIDR": ..., "ASN": ...}',
    "asn,name,class,cc",
)
_SET = str.maketrans(",", "_", "{}")


def _range(start: str, end: str) -> tuple[int, int, int]:
    version, first = _address(start)
    version_of_end, last = _address(end)
    if version != version_of_end or first > last:
        raise ValueError("the range does not run from a lower to a higher address")
    return version, first, last


def _prefix(address: str, length: str, asns: tuple[int, ...]) -> _Row:
    version, first = _address(address)
    bits = int(length) if length.isascii() and length.isdigit() and len(length) < 4 else -1
    host = _WIDTH[version] - bits
    if not 0 <= bits <= _WIDTH[version] or first & (1 << host) - 1:
        raise ValueError("not a prefix")
    return _Row(version, first, first + (1 << host) - 1, asns, length=bits)


_WIDTH = {4: 32, 6: 128}


def _address(text: str) -> tuple[int, int]:
    if ":" in text:
        return 6, int.from_bytes(inet_pton(AF_INET6, text), "big")
    return 4, int.from_bytes(inet_pton(AF_INET, text), "big")


def _asn(text: str) -> int:
    """An AS number (RFC 6793: 32 bits)."""
    if text.isascii() and text.isdigit() and len(text) <= 10 and int(text) < 2**32:
        return int(text)
    raise ValueError(f"{text[:20]!r} is no AS number")


def _can_announce(asn: int) -> bool:
    """True if a number can belong to a network: RFC 7607 (0), RFC 6793 (AS_TRANS), RFC 6996 and RFC 7300 (private)."""
    return (0 < asn < 64512 and asn != _AS_TRANS) or 65535 < asn < 4_200_000_000


def _name(text: str) -> str:
    """The name of a network, its length bounded. It comes from outside and is escaped only when it is printed."""
    if text.startswith('"') and text.endswith('"') and len(text) > 1:
        text = text[1:-1].replace('""', '"')
    return " ".join(text.replace("\0", " ").split())[:LONGEST_NAME]
