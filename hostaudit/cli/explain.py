"""``hostaudit explain``: how a number of a report came about."""

from __future__ import annotations

from typing import Annotated

import typer

from hostaudit.cli import evidence
from hostaudit.cli.options import (
    ColourOption,
    DebugOption,
    FormatOption,
    NoSiteOption,
    OutputOption,
    QuietOption,
    SiteOption,
    Writer,
    refuse_other,
)
from hostaudit.errors import UsageError

TOPICS = ("score",)


def explain(
    topic: Annotated[str, typer.Argument(metavar="|".join(TOPICS), help="What to explain.")],
    file: Annotated[
        str, typer.Argument(metavar="[FILE]", help="A report (JSON) or evidence file, to show its working.")
    ] = "",
    site: SiteOption = None,
    no_site: NoSiteOption = False,
    format: FormatOption = "terminal",  # noqa: A002 - the option's name
    output: OutputOption = None,
    color: ColourOption = "auto",
    quiet: QuietOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read by run()
) -> int:
    """Print the formula of the score, its weights and, for a report or evidence, the working."""
    refuse_other("topic", topic, TOPICS)
    writer = Writer(format, output, color, quiet=quiet, document="Working")
    from hostaudit import audit

    opinion = None
    if site is not None and not file:
        raise UsageError("--site goes with an evidence file", "name the file, or leave --site out")
    if file:
        from hostaudit.documents import read_report
        from hostaudit.model import EvidenceFile

        found = read_report(file)
        if isinstance(found, EvidenceFile):
            declarations = evidence.Declarations(site, writer.note, ignored=no_site)
            found = evidence.analysed(declarations.added(found))
        elif site is not None:
            raise UsageError(f"{file} is a report: its declarations are in it", "leave --site out, or give evidence")
        opinion = found
    return writer.put(audit.working(opinion, audit.shipped_rules()))
