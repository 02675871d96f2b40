"""``hostaudit history``: the runs that ``--history FILE`` kept, and how a site has fared over them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hostaudit.cli.options import ColourOption, DebugOption, FormatOption, OutputOption, QuietOption, Writer
from hostaudit.errors import Exit, UsageError

if TYPE_CHECKING:
    from hostaudit.model.changes import Snapshot
    from hostaudit.model.report import Report

MOST_DAYS = 100_000
USUAL = 20

KeepIn = Annotated[
    Path | None, typer.Option("--history", metavar="FILE", help="Keep this run there too, for hostaudit history.")
]
FileOption = Annotated[Path, typer.Option("--history", metavar="FILE", help="Where scans have kept their runs.")]
LastOption = Annotated[int, typer.Option("--last", metavar="N", help="The latest N runs; 0: all of them.")]

app = typer.Typer(help="The runs of a site that were kept with --history.", no_args_is_help=True, rich_markup_mode=None)


class Keeper:
    """Where a run is kept, if anywhere. What cannot work is refused when it is made, before a long scan."""

    def __init__(self, path: Path | None, writer: Writer, spare: Path | None = None) -> None:
        self.path = path
        self._note = writer.note
        if path is None:
            return
        others = [*(place for _, place in writer.outputs), spare]
        if path.resolve() in {each.resolve() for each in others if each is not None}:
            raise UsageError(f"{path} cannot hold the history and something else", "give two different files")
        from hostaudit.history import store

        store.check(path)

    def keep(self, report: Report) -> UsageError | None:
        """Append a run; what goes wrong is returned, so that the report is not lost with it."""
        if self.path is None:
            return None
        from hostaudit.history import snapshot, store

        try:
            number = store.record(self.path, snapshot.snapshot(report))
        except UsageError as error:
            return error
        self._note(f"kept as run {number} in {self.path}")
        return None


@app.command()
def show(
    domain: Annotated[str, typer.Argument(metavar="DOMAIN", help="Whose runs.")],
    history: FileOption,
    last: LastOption = USUAL,
    format: FormatOption = "terminal",  # noqa: A002 - the option's name
    output: OutputOption = None,
    color: ColourOption = "auto",
    quiet: QuietOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read by run()
) -> int:
    """Show the runs of a domain: verdict, score, and what changed since the run before."""
    writer = Writer(format, output, color, quiet=quiet, document="History")
    name, kept, earlier = _kept(history, domain, last)
    from hostaudit.history import diff

    return writer.put(diff.history(name, kept, earlier))


@app.command()
def trend(
    domain: Annotated[str, typer.Argument(metavar="DOMAIN", help="Whose runs.")],
    history: FileOption,
    last: LastOption = 0,
    format: FormatOption = "terminal",  # noqa: A002 - the option's name
    output: OutputOption = None,
    color: ColourOption = "auto",
    quiet: QuietOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read by run()
) -> int:
    """Show score, single points of failure and unknowns of a domain over time."""
    writer = Writer(format, output, color, quiet=quiet, document="Trend")
    name, kept, _ = _kept(history, domain, last)
    from hostaudit.history import diff

    return writer.put(diff.trend(name, kept))


@app.command()
def prune(
    history: FileOption,
    keep: Annotated[str, typer.Option("--keep", metavar="DAYS", help="Forget runs older than this, such as 400d.")],
    quiet: QuietOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read by run()
) -> int:
    """Forget old runs, and what only they saw."""
    days = re.fullmatch(r"([0-9]{1,6})d?", keep)
    if days is None or not 1 <= int(days[1]) <= MOST_DAYS:
        raise UsageError(f"--keep {keep} is not a number of days", "give one such as 400d")
    from datetime import UTC, datetime, timedelta

    from hostaudit.history import store as file

    before = datetime.now(UTC) - timedelta(days=int(days[1]))
    gone, left = file.prune(history, before.strftime("%Y-%m-%dT%H:%M:%SZ"))
    Writer("terminal", None, "never", quiet=quiet).note(f"{gone} runs forgotten, {left} kept in {history}")
    return Exit.PASS


def _kept(path: Path, domain: str, last: int) -> tuple[str, list[tuple[int, Snapshot]], int]:
    """The runs of a domain; ``UsageError`` if there are none."""
    if last < 0:
        raise UsageError(f"--last is {last}", "give a number of runs, or 0 for all")
    from hostaudit.domain import parse
    from hostaudit.history import store

    name = parse(domain, ()).domain
    kept, earlier = store.runs(path, name, last or None)
    if not kept:
        known = store.domains(path)
        hint = f"it has: {', '.join(known[:20])}" if known else f"fill it with: hostaudit scan {name} --history {path}"
        raise UsageError(f"{path} has no run of {name}", hint)
    return name, kept, earlier
