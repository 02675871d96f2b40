"""``hostaudit rules``: which rules can a policy ask?"""

from __future__ import annotations

import typer

from hostaudit.cli.options import ColourOption, DebugOption, FormatOption, OutputOption, QuietOption, Writer

app = typer.Typer(help="The rules that a policy can ask.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _group() -> None:
    pass


@app.command("list")
def list_(
    format: FormatOption = "terminal",  # noqa: A002 - the option's name
    output: OutputOption = None,
    color: ColourOption = "auto",
    quiet: QuietOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read by run()
) -> int:
    """List every rule: code, id, severity, title."""
    writer = Writer(format, output, color, quiet=quiet)
    from hostaudit.documents import rules
    from hostaudit.policy import explain

    return writer.put(explain.book(rules.shipped()))
