"""``hostaudit data``: update, build and check the tables that hostaudit reads instead of the network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from hostaudit.cli import inputs
from hostaudit.cli.commands import Entry
from hostaudit.cli.console import complain, note, put
from hostaudit.cli.option_groups import grouped
from hostaudit.cli.options import (
    CaBundleOption,
    Console,
    DebugOption,
    Network,
    Output,
    PrivateOption,
    QuietOption,
    ResolverOption,
    Tracing,
    look_options,
)
from hostaudit.cli.output import Writer
from hostaudit.cli.values import Typer
from hostaudit.errors import Exit, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from hostaudit.datasets.build import Built
    from hostaudit.observe.refresh.sources import Item
    from hostaudit.observe.refresh.update import Result, UpdateOptions

app = Typer(
    help="Update, build and check the tables on this machine.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
@grouped
def build(
    *,
    lists: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="Lists of routes, plain or compressed with gzip.")
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Write to FILE (.xz: compressed); default: where scans find it."
        ),
    ] = None,
    date: Annotated[
        str, typer.Option(metavar="YYYY-MM-DD", help="Date of the data; default: that of the newest file.")
    ] = "",
    source: Annotated[str, typer.Option(metavar="TEXT", help="Where the data are from; default: the file names.")] = "",
    licence: Annotated[str, typer.Option(metavar="TEXT", help="The licence of the data.")] = "not stated",
    _tracing: Tracing,
) -> int:
    """Build the table of address owners from public lists of routes."""
    from hostaudit import datasets
    from hostaudit.datasets.build import build as build_table
    from hostaudit.files import check_writable, data_folder, write_atomically

    place = output or data_folder() / datasets.ROUTES
    day = _day(date, lists)
    if output is None:
        _make_folder(place.parent)
    inputs.writes(place)
    check_writable(place)
    built = build_table(lists, day=day, source=source or ", ".join(each.name for each in lists), licence=licence)
    data = built.data
    if place.suffix == ".xz":
        import lzma

        data = lzma.compress(data, preset=9 | lzma.PRESET_EXTREME)
    write_atomically(place, data)
    put("".join(f"{line}\n" for line in _described(built, place, len(data))))
    return Exit.PASS


class Change(NamedTuple):
    """The files and limits of an update."""

    file: Annotated[
        list[str] | None, typer.Option(metavar="NAME=FILE", help="Read this item from FILE; repeatable.")
    ] = None
    accept_smaller: Annotated[
        bool, typer.Option("--accept-smaller", help="Accept a table that lost more than half of its rows.")
    ] = False
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be fetched; fetch nothing.")] = False


class Connection(NamedTuple):
    """Use of the network by an update."""

    resolver: ResolverOption = None
    ca_bundle: CaBundleOption = None
    allow_private: PrivateOption = None


@app.command()
@grouped
def update(
    *,
    name: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="The data to update; default: all of them.")
    ] = None,
    change: Change,
    connection: Connection,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> int:
    """Fetch newer data. Each item is replaced completely, or stays as it was."""
    from hostaudit import files
    from hostaudit.datasets.manifest import BusyError
    from hostaudit.documents import rules
    from hostaudit.observe.refresh.sources import all_items
    from hostaudit.observe.refresh.update import update as renew

    every = all_items(rules.shipped().providers)
    given = dict(_given(text, every) for text in change.file or ())
    chosen = _chosen([*(name or ()), *given], every)
    inputs.reads(*given.values())
    inputs.writes(*(files.data_folder() / item.file for item in chosen))
    if change.dry_run:
        put("".join(f"{item.id}: {source.url}\n" for item in chosen for way in item.ways for source in way))
        return Exit.PASS
    options = _update_options(connection, given, accept_smaller=change.accept_smaller, named=bool(name), debug=debug)
    try:
        results = renew(files.data_folder(), every, chosen, options, _silent if quiet else note)
    except BusyError:
        complain("another update is running; nothing was changed", "wait until it has ended, then try again")
        return Exit.INCONCLUSIVE
    return _updated(results)


def _silent(text: str) -> None:
    pass


def _update_options(
    connection: Connection, given: dict[str, Path], *, accept_smaller: bool, named: bool, debug: bool
) -> UpdateOptions:
    """The options of an update. ``given``: files by item. ``named``: replace the user's own tables too."""
    from ipaddress import ip_network

    from hostaudit.observe.refresh.update import UpdateOptions

    look = look_options(Network(**connection._asdict()), debug=debug)
    return UpdateOptions(
        resolver=look.resolver,
        ca_bundle=look.ca_bundle,
        allow_private=tuple(ip_network(each) for each in look.allow_private),
        files=given,
        accept_smaller=accept_smaller,
        replace_own=named,
        debug=look.debug,
    )


def _updated(results: Sequence[Result]) -> int:
    """Print the result of each item, and return the exit code."""
    from hostaudit.report.text import printable

    for result in results:
        tail = "; the data from before stay in use" if result.outcome == "failed" else ""
        put(f"{printable(f'{result.id}: {result.outcome}, {result.detail}{tail}', 600)}\n")
    failed = [result.id for result in results if result.outcome == "failed"]
    if failed:
        hint = "try again later; hostaudit data status shows how old the data are"
        complain(f"{len(failed)} of {len(results)} items could not be updated: {', '.join(failed)}", hint)
    return Exit.INCONCLUSIVE if failed else Exit.PASS


@app.command()
@grouped
def status(
    *,
    output: Output,
    console: Console,
) -> int:
    """Show how old the data are, and whether they are complete."""
    from hostaudit.model.data import DataStatus

    writer = Writer(output, console, document=DataStatus)
    from datetime import UTC, datetime

    from hostaudit import files
    from hostaudit.documents import rules
    from hostaudit.observe.refresh.sources import all_items
    from hostaudit.observe.refresh.status import status as state

    items = all_items(rules.shipped().providers)
    return writer.put(state(files.data_folder(), items, datetime.now(UTC)))


def _chosen(names: list[str], every: tuple[Item, ...]) -> tuple[Item, ...]:
    """The items for the given names. A name is an item's id, a sort of data, or a provider (for its feeds)."""
    if not names:
        return every
    chosen = {}
    for name in dict.fromkeys(names):
        meant = [item for item in every if name in (item.id, item.sort, *item.names)]
        if not meant:
            known = dict.fromkeys(word for item in every for word in (item.sort, item.id))
            raise UsageError(f"{name} is not a name of data that can be updated", f"give some of: {', '.join(known)}")
        chosen.update({item.id: item for item in meant})
    return tuple(item for item in every if item.id in chosen)


def _given(text: str, every: tuple[Item, ...]) -> tuple[str, Path]:
    """``NAME=FILE`` as an item's id and the file."""
    name, equals, path = text.partition("=")
    if not equals or not path:
        raise UsageError(f"--file {text} names no file", "give NAME=FILE, such as --file azure=ServiceTags_Public.json")
    meant = [item for item in _chosen([name], every) if any(len(way) == 1 for way in item.ways)]
    if len(meant) != 1:
        hint = "use hostaudit data build for lists of routes" if name == "origin-table" else "give the id of one feed"
        raise UsageError(f"--file {text}: {name} is not made of one file", hint)
    return meant[0].id, Path(path)


def _day(given: str, files: list[Path]) -> date:
    from datetime import UTC, date, datetime

    today = datetime.now(UTC).date()
    if not given:
        try:
            newest = max(each.stat().st_mtime for each in files)
        except OSError as error:
            raise UsageError(f"{error.filename} cannot be read: {error.strerror}", "give a list of routes") from None
        return min(today, datetime.fromtimestamp(newest, UTC).date())
    try:
        day = date.fromisoformat(given)
    except ValueError:
        raise UsageError(f"--date {given} is not a date", "give one such as 2026-06-17") from None
    if day > today:
        raise UsageError(f"--date {given} is in the future", "give the day on which the data were made")
    return day


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        hint = "give a file with -o, or set XDG_DATA_HOME"
        raise UsageError(f"folder {folder} cannot be made: {error.strerror}", hint) from None


def _described(built: Built, place: Path, size: int) -> list[str]:
    from hostaudit.report.text import printable

    about = built.metadata
    lines = [
        f"made {place}, {size / 1e6:.1f} MB, of data of {about.date}",
        f"  source    {about.source}; licence: {about.licence}",
        f"  IPv4      {about.rows_v4:,} rows, kept as {about.intervals_v4:,} intervals",
        f"  IPv6      {about.rows_v6:,} rows, kept as {about.intervals_v6:,} intervals",
        f"  networks  {about.values:,} sets of origins, {about.labels:,} names",
    ]
    for read in built.lists:
        left = {"name no network": read.unrouted, "no announcement": read.wide, "not readable": read.bad}
        rest = "".join(f", {count:,} {why}" for why, count in left.items() if count)
        lines.append(f"  {read.path}: {read.rows:,} rows of the shape {read.shape}{rest}")
        lines += [f"    {complaint}" for complaint in read.complaints]
    return [printable(line, 400) for line in lines]


ENTRIES = (Entry(120, "data", app),)
