"""``hostaudit data``: the tables that hostaudit looks things up in without the network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hostaudit.cli.console import put
from hostaudit.cli.options import (
    CaBundleOption,
    ColourOption,
    DebugOption,
    FormatOption,
    OutputOption,
    PrivateOption,
    QuietOption,
    ResolverOption,
    Writer,
    look_options,
    say,
)
from hostaudit.errors import Exit, UsageError

if TYPE_CHECKING:
    from datetime import date

    from hostaudit.datasets.build import Built
    from hostaudit.observe.refresh.sources import Item

app = typer.Typer(help="The tables that answer without the network.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def build(
    lists: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Lists of routes, also packed by gzip.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write there, else where scans look; .xz packs it."),
    ] = None,
    date: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="Date of the data, else of the newest file.")] = "",
    source: Annotated[str, typer.Option(metavar="TEXT", help="Where the data are from, else the file names.")] = "",
    licence: Annotated[str, typer.Option(metavar="TEXT", help="Under which licence they are.")] = "not stated",
    debug: DebugOption = False,  # noqa: ARG001 - read by run()
) -> int:
    """Make the table of address owners from public lists of routes."""
    from hostaudit import datasets
    from hostaudit.datasets.build import build as build_table
    from hostaudit.files import check_writable, data_folder, write_atomically

    place = output or data_folder() / datasets.ROUTES
    day = _day(date, lists)
    if output is None:
        _make_folder(place.parent)
    check_writable(place)
    built = build_table(lists, day=day, source=source or ", ".join(each.name for each in lists), licence=licence)
    data = built.data
    if place.suffix == ".xz":
        import lzma

        data = lzma.compress(data, preset=9 | lzma.PRESET_EXTREME)
    write_atomically(place, data)
    put("".join(f"{line}\n" for line in _told(built, place, len(data))))
    return Exit.PASS


@app.command()
def update(
    name: Annotated[
        list[str] | None, typer.Argument(metavar="NAME...", help="What to renew, else all there is.")
    ] = None,
    file: Annotated[
        list[str] | None, typer.Option(metavar="NAME=FILE", help="Take this file for an item; repeatable.")
    ] = None,
    accept_smaller: Annotated[
        bool, typer.Option("--accept-smaller", help="Take a table that lost more than half of its rows.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be fetched, and fetch nothing.")] = False,
    resolver: ResolverOption = None,
    ca_bundle: CaBundleOption = None,
    allow_private: PrivateOption = None,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> int:
    """Fetch the data anew, each item whole or not at all."""
    from ipaddress import ip_network

    from hostaudit import files
    from hostaudit.datasets.manifest import BusyError
    from hostaudit.documents import rules
    from hostaudit.observe.refresh.sources import all_items
    from hostaudit.observe.refresh.update import UpdateOptions
    from hostaudit.observe.refresh.update import update as renew
    from hostaudit.report.text import printable

    every = all_items(rules.shipped().providers)
    given = dict(_given(text, every) for text in file or ())
    chosen = _chosen([*(name or ()), *given], every)
    if dry_run:
        put("".join(f"{item.id}: {source.url}\n" for item in chosen for way in item.ways for source in way))
        return Exit.PASS
    look = look_options(
        tuple(resolver or ()),
        ca_bundle,
        timeout=15.0,
        deadline=60.0,
        depth=0,
        switches=(False, False, debug),
        allow_private=tuple(allow_private or ()),
    )
    options = UpdateOptions(
        resolver=look.resolver,
        ca_bundle=look.ca_bundle,
        allow_private=tuple(ip_network(each) for each in look.allow_private),
        files=given,
        accept_smaller=accept_smaller,
        replace_own=bool(name),
        debug=look.debug,
    )

    def tell(text: str) -> None:
        if not quiet:
            say(f"hostaudit: {printable(text, 300, ascii_only=True)}\n")

    try:
        results = renew(files.data_folder(), every, chosen, options, tell)
    except BusyError:
        say("error: another update is under way; nothing was changed\nhint: wait for it to end, then try again\n")
        return Exit.INCONCLUSIVE
    kept = "what was there before stays in use"
    for result in results:
        tail = f"; {kept}" if result.outcome == "failed" else ""
        put(f"{printable(f'{result.id}: {result.outcome}, {result.detail}{tail}', 600)}\n")
    failed = [result.id for result in results if result.outcome == "failed"]
    if failed:
        say(f"error: {len(failed)} of {len(results)} failed: {printable(', '.join(failed), 400, ascii_only=True)}\n")
        say("hint: try again later; hostaudit data status tells how old the data are\n")
    return Exit.INCONCLUSIVE if failed else Exit.PASS


@app.command()
def status(
    format: FormatOption = "terminal",  # noqa: A002 - the option's name
    output: OutputOption = None,
    color: ColourOption = "auto",
    quiet: QuietOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read by run()
) -> int:
    """Say how old the data are, and whether they are whole."""
    writer = Writer(format, output, color, quiet=quiet)
    from datetime import UTC, datetime

    from hostaudit import files
    from hostaudit.documents import rules
    from hostaudit.observe.refresh.sources import all_items
    from hostaudit.observe.refresh.status import status as state

    items = all_items(rules.shipped().providers)
    return writer.put(state(files.data_folder(), items, datetime.now(UTC)))


def _chosen(names: list[str], every: tuple[Item, ...]) -> tuple[Item, ...]:
    """The items that names mean: an item's id, a sort of data, or a provider whose feeds are meant."""
    if not names:
        return every
    chosen = {}
    for name in dict.fromkeys(names):
        meant = [item for item in every if name in (item.id, item.sort, *item.names)]
        if not meant:
            known = dict.fromkeys(word for item in every for word in (item.sort, item.id))
            raise UsageError(f"{name} is no data that can be updated", f"name some of: {', '.join(known)}")
        chosen.update({item.id: item for item in meant})
    return tuple(item for item in every if item.id in chosen)


def _given(text: str, every: tuple[Item, ...]) -> tuple[str, Path]:
    """``NAME=FILE`` as an item's id and the file."""
    name, equals, path = text.partition("=")
    if not equals or not path:
        raise UsageError(f"--file {text} names no file", "write it as in --file azure=ServiceTags_Public.json")
    meant = [item for item in _chosen([name], every) if any(len(way) == 1 for way in item.ways)]
    if len(meant) != 1:
        hint = "hostaudit data build takes lists of routes" if name == "origin-table" else "name one feed by its id"
        raise UsageError(f"--file {text}: {name} is not one file", hint)
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
        raise UsageError(f"--date {given} is no date", "give one such as 2026-06-17") from None
    if day > today:
        raise UsageError(f"--date {given} lies in the future", "give the day on which the data were made")
    return day


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        hint = "write to another place with -o, or set XDG_DATA_HOME"
        raise UsageError(f"{folder} cannot be made: {error.strerror}", hint) from None


def _told(built: Built, place: Path, size: int) -> list[str]:
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
