"""``hostaudit history``: show and prune the runs that were saved with ``--history FILE``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hostaudit.cli import inputs
from hostaudit.cli.commands import Entry
from hostaudit.cli.console import note
from hostaudit.cli.option_groups import grouped
from hostaudit.cli.options import Console, Notes, Output
from hostaudit.cli.output import Writer
from hostaudit.cli.values import Typer
from hostaudit.errors import Exit, UsageError

if TYPE_CHECKING:
    from hostaudit.model.changes import Snapshot
    from hostaudit.model.report import Report

MOST_DAYS = 100_000
USUAL = 20

KeepIn = Annotated[Path | None, typer.Option("--history", metavar="FILE", help="Add this run to the history in FILE.")]
FileOption = Annotated[
    Path, typer.Option("--history", metavar="FILE", help="The history file that scans have written.")
]
LastOption = Annotated[int, typer.Option("--last", metavar="N", help="Only the latest N runs; 0 means all.")]

app = Typer(help="Show and prune the runs that were saved with --history.", no_args_is_help=True, rich_markup_mode=None)


class HistoryWriter:
    """Appends runs to a history file, if one is given. An unusable file is refused before the long scan."""

    def __init__(self, path: Path | None, writer: Writer, evidence: Path | None = None) -> None:
        self.path = path
        self._note = writer.note
        if path is None:
            return
        others = [*(place for _, place in writer.outputs), evidence]
        if path.resolve() in {each.resolve() for each in others if each is not None}:
            raise UsageError(f"{path} is the file of the history and of another output", "give two different files")
        from hostaudit.history import store

        inputs.writes(path)
        store.check(path)

    def keep(self, report: Report) -> UsageError | None:
        """Append a run. An error is returned and not raised, so that the report is still written."""
        if self.path is None:
            return None
        from hostaudit.history import snapshot, store

        try:
            number = store.record(self.path, snapshot.snapshot(report))
        except UsageError as error:
            return error
        self._note(f"saved as run {number} in {self.path}")
        return None


@app.command()
@grouped
def show(
    *,
    domain: Annotated[str, typer.Argument(metavar="DOMAIN", help="The domain whose runs are shown.")],
    history: FileOption,
    last: LastOption = USUAL,
    output: Output,
    console: Console,
) -> int:
    """Show the runs of a domain: verdict, score, and what changed since the run before."""
    from hostaudit.model.changes import History

    writer = Writer(output, console, document=History)
    writer.reads(history)
    name, kept, earlier = _kept(history, domain, last)
    from hostaudit.history import diff

    return writer.put(diff.history(name, kept, earlier))


@app.command()
@grouped
def trend(
    *,
    domain: Annotated[str, typer.Argument(metavar="DOMAIN", help="The domain whose runs are shown.")],
    history: FileOption,
    last: LastOption = 0,
    output: Output,
    console: Console,
) -> int:
    """Show score, single points of failure and unknowns of a domain over time."""
    from hostaudit.model.changes import Trend

    writer = Writer(output, console, document=Trend)
    writer.reads(history)
    name, kept, _ = _kept(history, domain, last)
    from hostaudit.history import diff

    return writer.put(diff.trend(name, kept))


@app.command()
@grouped
def prune(
    *,
    history: FileOption,
    keep: Annotated[str, typer.Option("--keep", metavar="DAYS", help="Keep runs of the last DAYS, such as 400d.")],
    notes: Notes,
) -> int:
    """Delete old runs, and the facts that only they hold."""
    days = re.fullmatch(r"([0-9]{1,6})d?", keep)
    if days is None or not 1 <= int(days[1]) <= MOST_DAYS:
        raise UsageError(f"--keep {keep} is not a number of days", "give one such as 400d")
    from datetime import UTC, datetime, timedelta

    from hostaudit.history import store as file

    before = datetime.now(UTC) - timedelta(days=int(days[1]))
    deleted, left = file.prune(history, before.strftime("%Y-%m-%dT%H:%M:%SZ"))
    if not notes.quiet:
        note(f"{deleted} runs deleted, {left} left in {history}")
    return Exit.PASS


@app.command()
@grouped
def salvage(
    *,
    history: FileOption,
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="The new file for the runs that can be read.")],
    notes: Notes,
) -> int:
    """Copy the runs that can be read from a damaged history to a new file."""
    from hostaudit.history import store

    inputs.reads(history)
    inputs.writes(to)
    saved, lost = store.salvage(history, to)
    if not notes.quiet:
        note(f"{saved} runs saved in {to}, {lost} could not be read")
    return Exit.PASS


def _kept(path: Path, domain: str, last: int) -> tuple[str, list[tuple[int, Snapshot]], int]:
    """The runs of a domain. Raises ``UsageError`` if there are none."""
    if last < 0:
        raise UsageError(f"--last is {last}", "give a number of runs from 0; 0 means all")
    from hostaudit.domain import parse
    from hostaudit.history import store

    name = parse(domain, ()).domain
    kept, earlier = store.runs(path, name, last or None)
    if not kept:
        known = store.domains(path)
        hint = f"it has: {', '.join(known[:20])}" if known else f"add one with: hostaudit scan {name} --history {path}"
        raise UsageError(f"{path} has no run of {name}", hint)
    return name, kept, earlier


ENTRIES = (Entry(80, "history", app),)
