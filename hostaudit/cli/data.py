"""``hostaudit data``: the tables that hostaudit looks things up in without the network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hostaudit.cli.options import DebugOption
from hostaudit.console import put
from hostaudit.errors import Exit, UsageError

if TYPE_CHECKING:
    from datetime import date

    from hostaudit.tables.build import Built

app = typer.Typer(help="The tables that answer without the network.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def build(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Lists of routes, also packed by gzip.")],
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
    from hostaudit import tables
    from hostaudit.documents import check_writable, write_atomically
    from hostaudit.tables.build import build as build_table

    place = output or tables.directory() / tables.ROUTES
    day = _day(date, files)
    if output is None:
        _make_folder(place.parent)
    check_writable(place)
    built = build_table(files, day=day, source=source or ", ".join(each.name for each in files), licence=licence)
    data = built.data
    if place.suffix == ".xz":
        import lzma

        data = lzma.compress(data, preset=9 | lzma.PRESET_EXTREME)
    write_atomically(place, data)
    put("".join(f"{line}\n" for line in _told(built, place, len(data))))
    return Exit.PASS


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
