"""``hostaudit compare``: set two sites side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hostaudit.cli.commands import Entry
from hostaudit.cli.option_groups import grouped
from hostaudit.cli.options import Console, Output
from hostaudit.cli.output import Writer
from hostaudit.errors import UsageError

if TYPE_CHECKING:
    from hostaudit.model.report import Report


@grouped
def compare(
    *,
    first: Annotated[str, typer.Argument(metavar="FILE", help="A report (JSON) or evidence of one site.")],
    second: Annotated[str, typer.Argument(metavar="OTHER_FILE", help="A report (JSON) or evidence of another site.")],
    output: Output,
    console: Console,
) -> int:
    """Set two sites side by side: class, score, hours by function, and the companies of one or both."""
    from hostaudit.model.comparison import Comparison

    writer = Writer(output, console, document=Comparison)
    if first == second == "-":
        raise UsageError("standard input cannot be both sites", "give a file for one of them")
    writer.reads(first, second)
    from hostaudit import api

    found = _read(first), _read(second)
    if found[0].target.domain == found[1].target.domain:
        hint = f"to see what changed: hostaudit diff {first} {second}"
        raise UsageError(f"{first} and {second} are both of {found[0].target.domain}", hint)
    return writer.put(api.compare(*found))


def _read(path: str) -> Report:
    """A saved report, or the report on saved evidence with the shipped rules and without a policy."""
    from hostaudit import api
    from hostaudit.documents.report_list import read_saved
    from hostaudit.model.evidence import EvidenceFile

    if path != "-" and not Path(path).exists():
        hint = f"give a file; for a domain first: hostaudit scan {path} --save-evidence {path}.json"
        raise UsageError(f"{path} is no file", hint)
    found = read_saved(path)
    if len(found.sites) != 1:
        raise UsageError(f"{path} holds {len(found.sites)} sites, not one", "give the report of one site")
    site = found.sites[0]
    return api.analyse(site) if isinstance(site, EvidenceFile) else site


ENTRIES = (Entry(61, "compare", compare),)
