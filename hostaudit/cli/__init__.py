"""The command line: which command was meant, and with which exit code does it end?

Data goes to standard output, everything else to standard error. A command is a function of a module beside this one,
entered below; what it needs is imported when it runs.
"""

from __future__ import annotations

import os
from typing import Annotated, cast

import typer

from hostaudit import __version__
from hostaudit.cli import (
    completion,
    data,
    diff,
    doctor,
    explain,
    fallbacks,
    history,
    policy,
    providers,
    rules,
    scan,
    scenarios,
    schema,
    whatif,
)
from hostaudit.cli.options import say
from hostaudit.cli.values import Typer
from hostaudit.errors import Exit, HostauditError
from hostaudit.report.text import printable

app = Typer(
    name="hostaudit",
    help="See from outside, with proof, who can switch a site off.",
    epilog="Examples:  hostaudit scan example.com  |  hostaudit whatif example.com --scenario parler-2021",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.command("scan")(scan.scan)
app.command("analyse")(scan.analyse)
app.command("whatif")(whatif.whatif)
app.command("fallbacks")(fallbacks.fallbacks)
app.command("explain")(explain.explain)
app.command("diff")(diff.diff)
app.command("doctor")(doctor.doctor)
app.add_typer(history.app, name="history")
app.add_typer(rules.app, name="rules")
app.add_typer(scenarios.app, name="scenarios")
app.add_typer(policy.app, name="policy")
app.add_typer(data.app, name="data")
app.add_typer(providers.app, name="providers")
app.command("schema")(schema.schema)
app.command("completion")(completion.completion)

COMMANDS = (*(str(each.name) for each in app.registered_commands), *(str(each.name) for each in app.registered_groups))

TypedError = cast("type[Exception]", typer.BadParameter.__base__)
"""What typer raises for any wrong command line; newer releases do not export it, nor depend on click."""


@app.callback()
def _main(
    version: Annotated[bool, typer.Option("--version", is_eager=True, help="Print the version and leave.")] = False,
) -> None:
    if version:
        typer.echo(f"hostaudit {__version__}")
        raise typer.Exit


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code. Interruption and a broken pipe are left to the caller."""
    command = typer.main.get_command(app)
    try:
        with command.make_context("hostaudit", list(arguments)) as context:
            return int(command.invoke(context) or Exit.PASS)
    except typer.Exit as done:
        return done.exit_code
    except HostauditError as error:
        return _failed(error.exit_code, error.message, error.hint)
    except TypedError as error:
        message = error.format_message() if hasattr(error, "format_message") else str(error)
        if message.startswith("Usage: "):
            # What a group of commands says when none is named; it is help, not a mistake.
            say(f"{message.rstrip()}\n")
            return Exit.USAGE
        return _failed(Exit.USAGE, message.strip(), _hint_for(arguments[0]))
    except BrokenPipeError:
        raise
    except Exception as error:
        return _defect(error, debug="--debug" in arguments)


def _failed(code: int, message: str, hint: str) -> int:
    say(f"error: {printable(message, 600, ascii_only=True)}\n")
    if hint:
        say(f"hint: {printable(hint, 600, ascii_only=True)}\n")
    return code


def _hint_for(first: str) -> str:
    if not first.startswith("-") and ("." in first or os.sep in first):
        return f"to look at a site: hostaudit scan {first}"
    return f"see: hostaudit {f'{first} ' if first in COMMANDS else ''}--help"


def _defect(error: Exception, *, debug: bool) -> int:
    """Say that hostaudit itself failed; which says nothing about the site."""
    if debug:
        import traceback

        say("".join(traceback.format_exception(error)))
    text = f"a defect of hostaudit: {type(error).__name__}: {error}; nothing is said about the site"
    again = "please report it with these lines" if debug else "please report it; --debug shows where it happened"
    return _failed(Exit.INTERNAL, text, again)
