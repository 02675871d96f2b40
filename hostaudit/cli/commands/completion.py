"""``hostaudit completion``: print a script that completes commands, options and ids in a shell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hostaudit.cli.commands import Entry
from hostaudit.cli.console import put
from hostaudit.cli.options import refuse_other
from hostaudit.errors import Exit

if TYPE_CHECKING:
    from hostaudit.cli.completion_scripts import Command, Option, Values

SHELLS = ("bash", "zsh", "fish")

_CHOICES = re.compile(r"[A-Za-z0-9._|-]+")


def completion(
    context: typer.Context, shell: Annotated[str, typer.Argument(metavar="|".join(SHELLS), help="The shell.")]
) -> int:
    """Print a completion script. For bash: source <(hostaudit completion bash)"""
    refuse_other("shell", shell, SHELLS)
    from hostaudit.cli import completion_scripts as scripts

    root = context.find_root()
    put(scripts.script(shell, _command(root.command, str(root.info_name), _ids())))
    return Exit.PASS


def _ids() -> dict[str, tuple[str, ...]]:
    """The ids that arguments and options accept, from the rules of this version, by the kinds in ``PLACES``."""
    from hostaudit.documents import rules, scenarios
    from hostaudit.policy import explain

    shipped = rules.shipped()
    providers = sorted({each.id for each in shipped.providers} | {each.parent for each in shipped.providers})
    book = explain.book(shipped).rules
    topics = ["score", *shipped.roles, *(each.rule for each in book), *(each.code for each in book)]
    return {"scenario": scenarios.ids(), "actor": tuple(providers), "topic": tuple(dict.fromkeys(topics))}


PLACES = {
    "--scenario": "scenario",
    "--drop": "actor",
    "scenarios show": "scenario",
    "explain": "topic",
}
"""The kind of ids by option, or by command for its arguments."""


def _command(command: Any, name: str, ids: dict[str, tuple[str, ...]], path: str = "") -> Command:
    from hostaudit.cli.completion_scripts import Command, Values

    options = [each for each in command.params if each.param_type_name == "option"]
    arguments = [_values(each.metavar or "", PLACES.get(path), ids) for each in command.params if each not in options]
    below = getattr(command, "commands", {})
    return Command(
        name=name,
        help=_first_line(command.help),
        options=(*(_option(each, ids) for each in options), _help()),
        values=Values(
            tuple(dict.fromkeys(word for each in arguments for word in each.words)),
            any(each.files for each in arguments),
        ),
        commands=tuple(_command(each, key, ids, f"{path} {key}".strip()) for key, each in below.items()),
    )


def _help() -> Option:
    from hostaudit.cli.completion_scripts import Option

    return Option(("--help",), None, "Show this message and exit.")


def _option(option: Any, ids: dict[str, tuple[str, ...]]) -> Option:
    from hostaudit.cli.completion_scripts import Option

    names = (*option.opts, *option.secondary_opts)
    place = next((PLACES[each] for each in names if each in PLACES), None)
    values = None if option.is_flag else _values(option.metavar or "", place, ids)
    return Option(names, values, _first_line(option.help))


def _values(metavar: str, place: str | None, ids: dict[str, tuple[str, ...]]) -> Values:
    """The values by the metavar of the help: ``a|b`` is a choice of words, FILE is a path; other capitals give none."""
    from hostaudit.cli.completion_scripts import Values

    shown = metavar.strip("[]")
    parts = shown.split("|") if _CHOICES.fullmatch(shown) else []
    words = tuple(each for each in parts if each and each == each.lower() and len(parts) > 1 and each != "...")
    files = bool({"FILE", "FOLDER", "OLD", "NEW", "DOMAIN"} & set(re.split(r"[^A-Z]+", shown)))
    return Values(ids[place] if place is not None else words, files or place == "topic")


def _first_line(text: str | None) -> str:
    return (text or "").strip().split("\n")[0]


ENTRIES = (Entry(150, "completion", completion),)
