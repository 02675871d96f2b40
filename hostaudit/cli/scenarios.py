"""``hostaudit scenarios``: the recorded incidents that can be replayed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hostaudit.cli.options import (
    ColourOption,
    DebugOption,
    FormatOption,
    OutputOption,
    QuietOption,
    Writer,
)
from hostaudit.cli.values import Typer
from hostaudit.console import put
from hostaudit.errors import Exit, UsageError

app = Typer(
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
    from hostaudit import scenarios
    from hostaudit.model import Library

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
    from hostaudit import scenarios

    return writer.put(scenarios.find(scenario, rules))


@app.command()
def lint(
    rules: RulesOption = None,
    debug: DebugOption = False,  # noqa: ARG001 - read by run()
) -> int:
    """Check every scenario: form, sources, age, wording, and that it replays to what history says."""
    from datetime import UTC, datetime

    from hostaudit import audit, scenarios
    from hostaudit.report.text import printable
    from hostaudit.rules import folder

    shipped = audit.shipped_rules()
    found = scenarios.load(rules)
    if not found:
        raise UsageError(f"{rules or folder()} holds no scenario", "name a folder that has scenarios/*.yaml")
    complaints = scenarios.lint(found, datetime.now(UTC).date(), {each.id for each in shipped.providers})
    lines = [f"{each.file}: {each.severity}: {each.text}" for each in complaints]
    root = (rules or folder()).resolve().parent
    differs = [f"{identity}: error: {problem}" for identity, problem in audit.replays(found, root, shipped)]
    errors = sum(each.severity == "error" for each in complaints) + len(differs)
    lines += [*differs, f"{len(found)} scenarios, {errors} errors, {len(complaints) + len(differs) - errors} warnings"]
    put("".join(f"{printable(line, 300)}\n" for line in lines))
    return Exit.FAIL if errors else Exit.PASS
