"""Reading of the values of a command line without pydantic, and from variables of the environment.

From 0.29 on typer reads every value, given or not, with pydantic, which takes longer to load than most commands to run.
This module therefore reads text, numbers and paths itself; all other values, and all wrong ones, are left to typer.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final, get_args, get_origin, get_type_hints

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

PLAIN: Final = (str, int, float, Path)
PREFIX = "HOSTAUDIT_"
"""The beginning of the variables of the environment that give options: ``HOSTAUDIT_RESOLVER`` is ``--resolver``."""

LEFT: Final = object()
"""Placeholder for a value that is left to typer."""


class Typer(typer.Typer):
    """A group of commands whose values this module reads."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"cls": _Group} | options)

    def command(self, name: str | None = None, **options: Any) -> Callable[..., Any]:
        """Register a command as ``typer.Typer.command`` does."""
        return super().command(name, **{"cls": _Command} | options)


class _Option(TyperOption):
    def process_value(self, ctx: Any, value: Any) -> Any:
        plain = _plain(self, ctx, value)
        if plain is LEFT:
            return super().process_value(ctx, value)
        return self.callback(ctx, self, plain) if self.callback else plain


class _Argument(TyperArgument):
    def process_value(self, ctx: Any, value: Any) -> Any:
        plain = _plain(self, ctx, value)
        if plain is LEFT:
            return super().process_value(ctx, value)
        return self.callback(ctx, self, plain) if self.callback else plain

    def display_type_rich(self, ctx: Any) -> str | None:  # noqa: ARG002 - typer asks so
        """No type beside the name of an argument in the help; its sentence says what it is."""
        return None


class _Command(TyperCommand):
    def get_params(self, ctx: Any) -> Any:
        return [_read_here(each) for each in super().get_params(ctx)]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments, then the options of each group under its heading, the command's own ones first."""
        titles = getattr(self.callback, "option_titles", {})
        sections: dict[str, list[tuple[str, str]]] = {"Arguments": [], "Options": []}
        shown = [each for each in self.get_params(ctx) if each.get_help_record(ctx) is not None]
        for each in shown:
            own = "Arguments" if each.param_type_name == "argument" else titles.get(each.name, "Options")
            sections.setdefault(own, []).append(each.get_help_record(ctx))
        for title, rows in sections.items():
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)
        example = next((each for each in shown if getattr(each, "envvar", None)), None)
        if example is not None:
            formatter.write_paragraph()
            formatter.write_text(
                f"Options can be set in the environment too, such as {example.envvar} for {example.opts[0]}; "
                "hostaudit doctor tells which are."
            )


class _Group(TyperGroup):
    def get_params(self, ctx: Any) -> Any:
        return [_read_here(each) for each in super().get_params(ctx)]


def _read_here(parameter: Any) -> Any:
    """Make a parameter read its values here. typer chooses the class itself, and makes the option ``--help`` late."""
    if type(parameter) is TyperOption:
        parameter.__class__ = _Option
        parameter.envvar = parameter.envvar or _variable(parameter)
        parameter.show_envvar = False  # one sentence tells how all of them are called
    elif type(parameter) is TyperArgument:
        parameter.__class__ = _Argument
    return parameter


def _variable(parameter: Any) -> str | None:
    """The variable that gives an option; help and version are no settings."""
    names = [each for each in parameter.opts if each.startswith("--") and not parameter.is_eager]
    return PREFIX + names[0][2:].upper().replace("-", "_") if names else None


def variables(group: Any) -> frozenset[str]:
    """The variables of the environment that some command of a group reads."""
    found = {each.envvar for each in group.params if getattr(each, "envvar", None)}
    return frozenset(found).union(*(variables(each) for each in getattr(group, "commands", {}).values()))


def _plain(parameter: Any, context: Any, value: Any) -> Any:
    if value is None and not parameter.required:
        return () if parameter.multiple or parameter.nargs == -1 else None
    if isinstance(value, bool):
        return value
    return _read(_wanted(context.command.callback).get(parameter.name), value)


def _read(wanted: Any, value: Any) -> Any:
    if get_origin(wanted) is list and isinstance(value, (list, tuple)) and value:
        each = tuple(_read(get_args(wanted)[0], text) for text in value)
        return LEFT if LEFT in each else each
    if wanted not in PLAIN or not isinstance(value, PLAIN):
        return LEFT
    try:
        return wanted(value)
    except ValueError:
        return LEFT


@cache
def _wanted(command: Callable[..., Any] | None) -> dict[str, Any]:
    """The types of a command's parameters, by name; of ``X | None`` the type X."""
    found = get_type_hints(command) if command else {}
    return {name: next((each for each in get_args(kind) if _or_nothing(kind)), kind) for name, kind in found.items()}


def _or_nothing(kind: Any) -> bool:
    return type(None) in get_args(kind)
