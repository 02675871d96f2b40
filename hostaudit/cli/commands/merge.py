"""``hostaudit merge``: make one evidence of looks at a site from several places."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hostaudit.cli import inputs
from hostaudit.cli.commands import Entry
from hostaudit.cli.console import note, put
from hostaudit.cli.option_groups import grouped
from hostaudit.cli.options import Notes
from hostaudit.errors import Exit, UsageError

if TYPE_CHECKING:
    from hostaudit.model.evidence import EvidenceFile


@grouped
def merge(
    *,
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="EVIDENCE", help="Evidence of scans with --vantage NAME, or merged evidence."),
    ] = None,
    named: Annotated[
        list[str] | None,
        typer.Option(
            "--as", metavar="NAME=EVIDENCE", help="Evidence of the place NAME, whatever it says itself; repeatable."
        ),
    ] = None,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Write to FILE; - is standard output.")
    ] = "-",
    notes: Notes,
) -> int:
    """Merge evidence of one site, taken from several places. All commands that take evidence take the result."""
    given = [("", path) for path in files or ()] + [_named(text) for text in named or ()]
    if sum(path == "-" for _, path in given) > 1:
        raise UsageError("standard input cannot be two looks", "give files for all but one of them")
    inputs.reads(*(path for _, path in given))
    inputs.writes(output)
    target = None if output == "-" else Path(output)
    from hostaudit.documents import places
    from hostaudit.documents.evidence_file import encode_evidence
    from hostaudit.files import check_writable, write_atomically

    if target is not None:
        check_writable(target)
    merged = places.merge([_read(name, path) for name, path in given])
    apart = places.far_apart(merged)
    if apart and not notes.quiet:
        note(apart)
    data = encode_evidence(merged)
    if target is None:
        put(data.decode())
        return Exit.PASS
    write_atomically(target, data)
    if not notes.quiet:
        count = len(merged.looks)
        note(f"evidence of {merged.target.domain} from {count} places ({merged.run.vantage}) written to {target}")
    return Exit.PASS


def _named(text: str) -> tuple[str, str]:
    name, equals, path = text.partition("=")
    if not (name and equals and path):
        raise UsageError(f"--as {text} is not NAME=FILE", "give one such as --as tokyo=tokyo.json")
    return name, path


def _read(name: str, path: str) -> EvidenceFile:
    """The evidence in a file, with the name of its place if one is given."""
    from hostaudit.documents import places
    from hostaudit.documents.evidence_file import read_evidence

    found = read_evidence(path)
    return places.with_name(found, name, path)


ENTRIES = (Entry(66, "merge", merge),)
