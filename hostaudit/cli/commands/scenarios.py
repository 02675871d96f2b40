"""``hostaudit scenarios``: list, show and check the recorded incidents that can be simulated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hostaudit.cli.commands import Entry
from hostaudit.cli.console import put
from hostaudit.cli.option_groups import grouped
from hostaudit.cli.options import Console, Output, Tracing
from hostaudit.cli.output import Writer
from hostaudit.cli.values import Typer
from hostaudit.errors import Exit, UsageError

if TYPE_CHECKING:
    from hostaudit.model.scenario import Scenario

app = Typer(
    help="List, show and check recorded incidents (see whatif --scenario).",
    no_args_is_help=True,
    rich_markup_mode=None,
)

RulesOption = Annotated[
    Path | None,
    typer.Option(
        "--rules", metavar="FOLDER", help="Read scenarios/*.yaml in this rules folder instead of the shipped ones."
    ),
]


@app.command("list")
@grouped
def list_(
    *,
    rules: RulesOption = None,
    output: Output,
    console: Console,
) -> int:
    """List every scenario: id, date, kind, title, layers."""
    from hostaudit.model.scenario import LIBRARY_SCHEMA, Library

    writer = Writer(output, console, document=Library)
    from hostaudit.documents import scenarios

    return writer.put(Library(LIBRARY_SCHEMA, scenarios.load(rules)))


@app.command()
@grouped
def show(
    *,
    scenario: Annotated[str, typer.Argument(metavar="ID", help="The id of a scenario; ids: hostaudit scenarios list.")],
    rules: RulesOption = None,
    output: Output,
    console: Console,
) -> int:
    """Show one scenario: events, sources, lesson."""
    from hostaudit.model.scenario import Scenario

    writer = Writer(output, console, document=Scenario)
    from hostaudit.documents import scenarios

    return writer.put(scenarios.find(scenario, rules))


@app.command()
@grouped
def lint(
    *,
    rules: RulesOption = None,
    _tracing: Tracing,
) -> int:
    """Check every scenario: form, sources, age, wording, and that its simulation gives the recorded outage."""
    from datetime import UTC, datetime

    from hostaudit.documents import rules as rulebook
    from hostaudit.documents import scenarios
    from hostaudit.report.text import printable

    found = scenarios.load(rules)
    if not found:
        raise UsageError(f"{rules or rulebook.folder()} holds no scenario", "give a folder that has scenarios/*.yaml")
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

    ``root`` is the folder of the subjects' paths; a subject that is missing there, as in an installation, is skipped.
    """
    from hostaudit import api
    from hostaudit.analysis.whatif import replay

    for scenario in found:
        for expected in scenario.assert_history:
            path = root / expected.subject
            if path.is_file():
                answer = api.whatif(api.read_evidence(path), scenario=scenario)
                yield from ((scenario.id, problem) for problem in replay.differences(answer, expected))


ENTRIES = (Entry(100, "scenarios", app),)
