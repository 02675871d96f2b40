"""``hostaudit rules``: list the rules that a policy can use."""

from __future__ import annotations

from hostaudit.cli.commands import Entry
from hostaudit.cli.option_groups import grouped
from hostaudit.cli.options import Console, Output
from hostaudit.cli.output import Writer
from hostaudit.cli.values import Typer

app = Typer(help="List the rules that a policy can use.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _group() -> None:
    pass


@app.command("list")
@grouped
def list_(
    *,
    output: Output,
    console: Console,
) -> int:
    """List every rule: code, id, severity, title."""
    from hostaudit.model.checks import RuleBook

    writer = Writer(output, console, document=RuleBook)
    from hostaudit.documents import rules
    from hostaudit.policy import explain

    return writer.put(explain.book(rules.shipped()))


ENTRIES = (Entry(90, "rules", app),)
