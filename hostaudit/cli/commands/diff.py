"""``hostaudit diff``: what changed between two reports, or between what was seen at two times?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from hostaudit.cli.options import ColourOption, DebugOption, FormatOption, OutputOption, QuietOption, Writer
from hostaudit.errors import Exit, UsageError

if TYPE_CHECKING:
    from hostaudit.model.report import Report

EXIT_OF = {"same": Exit.PASS, "changed": Exit.FAIL, "unknown": Exit.INCONCLUSIVE}

StrictOption = Annotated[
    bool, typer.Option("--expect-no-changes", help="Exit 1 if anything changed, 3 if things became unknown, or known.")
]


def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The earlier report (JSON) or evidence.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The later report or evidence.")],
    expect_no_changes: StrictOption = False,
    format: FormatOption = "terminal",  # noqa: A002 - the option's name
    output: OutputOption = None,
    color: ColourOption = "auto",
    quiet: QuietOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read by run()
) -> int:
    """Say what came, went, changed, or cannot be told any more, between two looks at one site."""
    writer = Writer(format, output, color, quiet=quiet, document="Changes")
    if old == new == "-":
        raise UsageError("standard input cannot be both reports", "give a file for one of them")
    writer.reads(old, new)
    before, after = _read(old), _read(new)
    if before.target.domain != after.target.domain:
        message = f"{old} is of {before.target.domain}, {new} of {after.target.domain}"
        raise UsageError(message, "give two reports of one domain")
    from hostaudit.history.diff import between
    from hostaudit.history.snapshot import snapshot

    found = between(snapshot(before), snapshot(after))
    writer.put(found)
    return EXIT_OF[found.outcome] if expect_no_changes else Exit.PASS


def _read(path: str) -> Report:
    """A report as it stands, or that on evidence, by the shipped rules and no policy."""
    from hostaudit import api
    from hostaudit.documents.evidence_file import read_report
    from hostaudit.model.evidence import EvidenceFile

    found = read_report(path)
    return api.analyse(found) if isinstance(found, EvidenceFile) else found
