"""``hostaudit scenarios``: list, show and check the recorded incidents that can be simulated."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hostaudit.cli.commands import Entry
from hostaudit.cli.console import put
from hostaudit.cli.option_groups import grouped
from hostaudit.cli.options import Console, Output, Tracing
from hostaudit.cli.output import Writer
from hostaudit.errors import Exit, UsageError

app = typer.Typer(
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

    from hostaudit import audit
    from hostaudit.documents import scenarios
    from hostaudit.documents.rules import folder
    from hostaudit.report.text import printable

    shipped = audit.shipped_rules()
    found = scenarios.load(rules)
    if not found:
        raise UsageError(f"{rules or folder()} holds no scenario", "give a folder that has scenarios/*.yaml")
    complaints = scenarios.lint(found, datetime.now(UTC).date(), {each.id for each in shipped.providers})
    lines = [f"{each.file}: {each.severity}: {each.text}" for each in complaints]
    root = (rules or folder()).resolve().parent
    differs = [f"{identity}: error: {problem}" for identity, problem in audit.replays(found, root, shipped)]
    errors = sum(each.severity == "error" for each in complaints) + len(differs)
    lines += [*differs, f"{len(found)} scenarios, {errors} errors, {len(complaints) + len(differs) - errors} warnings"]
    put("".join(f"{printable(line, 300)}\n" for line in lines))
    return Exit.FAIL if errors else Exit.PASS


ENTRIES = (Entry(100, "scenarios", app),)
