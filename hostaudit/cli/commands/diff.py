"""``hostaudit diff``: compare two reports of one site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from hostaudit.cli.commands import Entry
from hostaudit.cli.option_groups import grouped
from hostaudit.cli.options import Console, Output
from hostaudit.cli.output import Writer
from hostaudit.errors import Exit, UsageError

if TYPE_CHECKING:
    from hostaudit.model.report import Report

EXIT_OF = {"same": Exit.PASS, "changed": Exit.FAIL, "unknown": Exit.INCONCLUSIVE}

StrictOption = Annotated[
    bool,
    typer.Option("--expect-no-changes", help="Exit 1 if anything changed, 3 if facts only became unknown or known."),
]


@grouped
def diff(
    *,
    old: Annotated[str, typer.Argument(metavar="OLD", help="The earlier report (JSON) or evidence.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The later report (JSON) or evidence.")],
    expect_no_changes: StrictOption = False,
    output: Output,
    console: Console,
) -> int:
    """List the changes between two reports of one site. A fact can be added, removed, changed or become unknown."""
    from hostaudit.model.changes import Changes

    writer = Writer(output, console, document=Changes)
    if old == new == "-":
        raise UsageError("standard input cannot be both reports", "give a file for one of them")
    writer.reads(old, new)
    before, after = _read(old), _read(new)
    if before.target.domain != after.target.domain:
        message = f"{old} is a report of {before.target.domain}, {new} of {after.target.domain}"
        raise UsageError(message, "give two reports of one domain")
    from hostaudit.history.diff import between
    from hostaudit.history.snapshot import snapshot

    found = between(snapshot(before), snapshot(after))
    writer.put(found)
    return EXIT_OF[found.outcome] if expect_no_changes else Exit.PASS


def _read(path: str) -> Report:
    """Read a saved report, or report on saved evidence with the shipped rules and without a policy."""
    from hostaudit import api
    from hostaudit.documents.evidence_file import read_report
    from hostaudit.model.evidence import EvidenceFile

    found = read_report(path)
    return api.analyse(found) if isinstance(found, EvidenceFile) else found


ENTRIES = (Entry(60, "diff", diff),)
