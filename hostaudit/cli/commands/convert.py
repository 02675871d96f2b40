"""``hostaudit convert``: write a saved report, or those of a list, in another format."""

from __future__ import annotations

from typing import Annotated

import typer

from hostaudit.cli.commands import Entry
from hostaudit.cli.evidence import reports
from hostaudit.cli.option_groups import grouped
from hostaudit.cli.options import Console, ReportOutput
from hostaudit.cli.output import Writer
from hostaudit.errors import Exit


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
    from hostaudit.model.report import Report

    writer = Writer(output, console, document=Report)
    found = reports(file, writer)
    writer.put_each(found.reports, listed=found.listed)
    return Exit.PASS


ENTRIES = (Entry(65, "convert", convert),)
