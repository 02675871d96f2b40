"""``hostaudit convert``: write a saved report, or those of a list, in another format."""

from __future__ import annotations

from typing import Annotated

import typer

from hostaudit.cli.commands import Entry
from hostaudit.cli.evidence import reports
from hostaudit.cli.option_groups import grouped
from hostaudit.cli.options import Console, ReportOutput
from hostaudit.cli.output import Writer


@grouped
def convert(
    *,
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="A report (JSON), evidence, or the file of a list (jsonl)."),
    ],
    output: ReportOutput,
    console: Console,
) -> int:
    """Write a saved report in another format. Nothing is scanned and nothing judged anew, so the exit code is 0."""
    from hostaudit import api
    from hostaudit.model.report import Report

    writer = Writer(output, console, document=Report)
    found = reports(file, writer)
    if found.listed:
        return writer.put_each(found.reports, listed=True)
    looked, report = found.looked, found.reports[0]
    return writer.put(report, (lambda: api.effects(looked[0], report)) if looked else None)


ENTRIES = (Entry(65, "convert", convert),)
