"""``hostaudit convert``: write a saved report, or those of a list, in another format."""

from __future__ import annotations

from typing import Annotated

import typer

from hostaudit.cli import inputs
from hostaudit.cli.commands import Entry
from hostaudit.cli.option_groups import grouped
from hostaudit.cli.options import Console, ReportOutput
from hostaudit.cli.output import Writer
from hostaudit.errors import Exit, NothingToScanError


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
    inputs.reads(file)
    from hostaudit import api
    from hostaudit.documents.report_list import read_saved
    from hostaudit.model import words

    found = read_saved(file)
    if found.evidence is not None:
        judged, looked = api.analyse(found.evidence), found.evidence
        writer.put(judged, lambda: api.effects(looked, judged))
    elif not found.listed:
        writer.put(found.reports[0])
    else:
        if found.left_out:
            writer.note(f"without a report in {file}: {words.few(found.left_out, 5)}")
        if not found.reports:
            raise NothingToScanError(f"{file} holds no report", "give a file that scan -l wrote")
        writer.put_all(found.reports)
    return Exit.PASS


ENTRIES = (Entry(65, "convert", convert),)
