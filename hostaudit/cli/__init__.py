"""The command line: find the command that was given, run it, and return its exit code.

Data goes to standard output, everything else to standard error. The commands are the modules of ``commands/``; what a
command needs is imported when it runs.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from typing import Annotated, cast

import typer

from hostaudit import __version__
from hostaudit.cli import commands
from hostaudit.cli.commands import Entry
from hostaudit.cli.console import complain, complain_of, say
from hostaudit.cli.values import Typer
from hostaudit.errors import Exit, HostauditError
from hostaudit.report.text import printable

app = Typer(
    name="hostaudit",
    help="Find out from outside, with proof, who can take a site down.",
    epilog="Examples:  hostaudit scan example.com  |  hostaudit whatif example.com --scenario parler-2021",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def _entries() -> list[Entry]:
    """The commands in the order of ``--help``."""
    modules = [
        importlib.import_module(f"{commands.__name__}.{each.name}") for each in pkgutil.iter_modules(commands.__path__)
    ]
    found: list[Entry] = [entry for module in modules for entry in module.ENTRIES]
    return sorted(found, key=lambda entry: entry.place)


for _entry in _entries():
    if isinstance(_entry.run, typer.Typer):
        app.add_typer(_entry.run, name=_entry.name)
    else:
        app.command(_entry.name)(_entry.run)

COMMANDS = (*(str(each.name) for each in app.registered_commands), *(str(each.name) for each in app.registered_groups))

TypedError = cast("type[Exception]", typer.BadParameter.__base__)
"""The base of all errors that typer raises for a wrong command line; newer releases neither export it nor use click."""

ShowsHelp: type[Exception] | tuple[()] = getattr(sys.modules[typer.BadParameter.__module__], "NoArgsIsHelpError", ())
"""Raised by a group of commands when none is named; its message is the help. With click before 8.2 there is no such
error: the help is printed, and the command ends."""


@app.callback()
def _main(
    version: Annotated[bool, typer.Option("--version", is_eager=True, help="Print the version and exit.")] = False,
) -> None:
    if version:
        typer.echo(f"hostaudit {__version__}")
        raise typer.Exit


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code. Interruption and a broken pipe are left to the caller."""
    command = typer.main.get_command(app)
    if arguments[:1] == ["help"]:
        arguments = [*arguments[1:], "--help"]
    try:
        with command.make_context("hostaudit", list(arguments)) as context:
            return int(command.invoke(context) or Exit.PASS)
    except typer.Exit as done:
        return done.exit_code
    except HostauditError as error:
        complain_of(error)
        return error.exit_code
    except TypedError as error:
        message = error.format_message() if hasattr(error, "format_message") else str(error)
        if isinstance(error, ShowsHelp):
            # A group of commands prints its help when no command is named; that is no mistake of the user.
            say(f"{message.rstrip()}\n")
            return Exit.USAGE
        return _failed(Exit.USAGE, message.strip(), _hint_for(arguments[0], error))
    except BrokenPipeError:
        raise
    except Exception as error:
        return _defect(error, debug="--debug" in arguments)


def _hint_for(first: str, error: Exception) -> str:
    """The next step after a wrong command line: a scan if the first word looks like a site, else the command's help."""
    if not first.startswith("-") and ("." in first or "/" in first or os.sep in first):
        return f"to scan a site: hostaudit scan {first}"
    if first == "scan" and type(error) is TypedError:  # all that is wrong with options has a class of its own
        return "for several sites: hostaudit scan -l FILE, with one domain on each line (-l - reads standard input)"
    context = getattr(error, "ctx", None)
    return f"see: {'hostaudit' if context is None else context.command_path} --help"


def _failed(code: int, message: str, hint: str) -> int:
    complain(message, hint)
    return code


def _defect(error: Exception, *, debug: bool) -> int:
    """Report that hostaudit itself failed; this is no result about the site."""
    if debug:
        import traceback

        lines = "".join(traceback.format_exception(error)).splitlines()
        say("".join(f"{printable(line, 400)}\n" for line in lines))
    text = f"internal error in hostaudit ({type(error).__name__}: {error}); the site was not judged"
    hint = "please report it with these lines" if debug else "please report it with the output of --debug"
    return _failed(Exit.INTERNAL, text, hint)
