"""``hostaudit scenarios``: the recorded incidents that can be replayed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hostaudit.cli.console import put
from hostaudit.cli.options import (
    ColourOption,
    DebugOption,
    FormatOption,
    OutputOption,
    QuietOption,
    Writer,
)
from hostaudit.errors import Exit, UsageError

if TYPE_CHECKING:
    from hostaudit.model.scenario import Scenario

app = typer.Typer(
    help="The recorded incidents that whatif --scenario can replay.", no_args_is_help=True, rich_markup_mode=None
)

RulesOption = Annotated[
    Path | None, typer.Option("--rules", metavar="FOLDER", help="Read scenarios/*.yaml of this rules folder.")
]


@app.command("list")
def list_(
    rules: RulesOption = None,
    format: FormatOption = "terminal",  # noqa: A002 - the option's name
    output: OutputOption = None,
    color: ColourOption = "auto",
    quiet: QuietOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read by run()
) -> int:
    """List every scenario: id, date, kind, title, layers."""
    writer = Writer(format, output, color, quiet=quiet)
    from hostaudit.documents import scenarios
    from hostaudit.model.scenario import Library

    return writer.put(Library("hostaudit.scenarios/1", scenarios.load(rules)))


@app.command()
def show(
    scenario: Annotated[str, typer.Argument(metavar="ID", help="Which one; see hostaudit scenarios list.")],
    rules: RulesOption = None,
    format: FormatOption = "terminal",  # noqa: A002 - the option's name
    output: OutputOption = None,
    color: ColourOption = "auto",
    quiet: QuietOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read by run()
) -> int:
    """Show one scenario: its events, its sources, what it teaches."""
    writer = Writer(format, output, color, quiet=quiet)
    from hostaudit.documents import scenarios

    return writer.put(scenarios.find(scenario, rules))


@app.command()
def lint(
    rules: RulesOption = None,
    debug: DebugOption = False,  # noqa: ARG001 - read by run()
) -> int:
    """Check every scenario: form, sources, age, wording, and that it replays to what history says."""
    from datetime import UTC, datetime

    from hostaudit.documents import rules as rulebook
    from hostaudit.documents import scenarios
    from hostaudit.report.text import printable

    found = scenarios.load(rules)
    if not found:
        raise UsageError(f"{rules or rulebook.folder()} holds no scenario", "name a folder that has scenarios/*.yaml")
    complaints = scenarios.lint(found, datetime.now(UTC).date(), {each.id for each in rulebook.shipped().providers})
    lines = [f"{each.file}: {each.severity}: {each.text}" for each in complaints]
    root = (rules or rulebook.folder()).resolve().parent
    differs = [f"{identity}: error: {problem}" for identity, problem in _replays(found, root)]
    errors = sum(each.severity == "error" for each in complaints) + len(differs)
    lines += [*differs, f"{len(found)} scenarios, {errors} errors, {len(complaints) + len(differs) - errors} warnings"]
    put("".join(f"{printable(line, 300)}\n" for line in lines))
    return Exit.FAIL if errors else Exit.PASS


def _replays(found: Iterable[Scenario], root: Path) -> Iterator[tuple[str, str]]:
    """The differences between history and a replay on its victim's evidence: (scenario id, difference).

    ``root`` is where the subjects' paths begin; a subject that is not there, as in an installation, is left out.
    """
    from hostaudit import api
    from hostaudit.analysis.whatif import replay

    for scenario in found:
        for expected in scenario.assert_history:
            path = root / expected.subject
            if path.is_file():
                answer = api.whatif(api.read_evidence(path), scenario=scenario)
                yield from ((scenario.id, problem) for problem in replay.differences(answer, expected))
