"""Option groups: a command that takes them is to typer what one with all their options is."""

from __future__ import annotations

import inspect
from typing import Annotated, NamedTuple

import pytest
import typer

from hostaudit.cli import app
from hostaudit.cli.option_groups import grouped
from hostaudit.cli.options import Console, Network, Output, ScanConsole


class Size(NamedTuple):
    width: Annotated[int, typer.Option(help="Columns.")] = 80
    deep: Annotated[bool, typer.Option("--deep")] = False


class Label(NamedTuple):
    name: Annotated[str, typer.Option(metavar="NAME")]


@grouped
def example(*, file: Annotated[str, typer.Argument()], label: Label, count: int = 2, size: Size) -> int:
    """Do something."""
    return len(file) + count + size.width + int(size.deep) + len(label.name)


def test_the_signature_has_the_options_in_the_order_of_the_groups():
    parameters = inspect.signature(example).parameters

    assert list(parameters) == ["file", "name", "count", "width", "deep"]
    assert (parameters["count"].default, parameters["width"].default) == (2, 80)
    assert parameters["name"].default is inspect.Parameter.empty
    assert example.__doc__ == "Do something."


def test_typer_reads_the_options_and_the_command_gets_the_groups():
    cli = typer.Typer(rich_markup_mode=None, add_completion=False)
    cli.command()(example)
    command = typer.main.get_command(cli)

    with command.make_context("example", ["abc", "--name", "xy", "--deep", "--width", "10"]) as context:
        assert command.invoke(context) == 3 + 2 + 10 + 1 + 2


def test_two_options_of_one_name_are_refused():
    def twice(size: Size, width: int = 1) -> int:
        return 0

    # The names of the annotations are those of this function, which only a module could resolve.
    twice.__annotations__ = {"size": Size, "width": int, "return": int}
    with pytest.raises(ValueError, match="duplicate parameter name: 'width'"):
        grouped(twice)


def test_a_group_that_is_left_at_its_defaults_can_be_made_without_the_command_line():
    assert (Output().format, Console().color, Network().deadline) == (None, "auto", 45.0)
    assert [ScanConsole().progress, ScanConsole(quiet=True).progress, ScanConsole(debug=True).progress] == [1, 0, 0]


def test_every_command_takes_debug_which_run_reads():
    def commands(group):
        for each in group.commands.values():
            yield from commands(each) if hasattr(each, "commands") else [each]

    without = {
        each.name for each in commands(typer.main.get_command(app)) if "debug" not in {p.name for p in each.params}
    }

    assert without == {"schema", "completion"}


def test_help_has_a_heading_for_each_group_and_one_sentence_on_the_environment():
    with typer.main.get_command(app).commands["scan"].make_context("scan", ["x.com"]) as context:
        shown = context.command.get_help(context)
    heads = [line.removesuffix(":") for line in shown.splitlines() if line.endswith(":") and line[0] != " "]

    assert heads == ["Arguments", "Options", "Lists", "Site", "Judging", "Output", "Network", "Terminal"]
    assert shown.count("HOSTAUDIT_") == 1
    assert shown.index("\nNetwork:") < shown.index("--resolver ADDRESS") < shown.index("\nTerminal:")
