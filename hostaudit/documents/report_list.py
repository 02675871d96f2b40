"""The file of a list of sites: a report on each line, failures among them, a summary last (``jsonl``)."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from hostaudit.documents.evidence_file import AGAIN, MOST_BYTES, decode_report
from hostaudit.errors import DocumentError
from hostaudit.model.evidence import EvidenceFile
from hostaudit.model.report import REPORT_SCHEMA, Report

MOST_SITES = 2000
"""The most reports that are held in memory at a time."""


class Saved(NamedTuple):
    """What a file holds: ``reports``, or the evidence of one site. ``listed``: it is the file of a list. ``left_out``:
    domains of the list that have no report."""

    reports: tuple[Report, ...] = ()
    evidence: EvidenceFile | None = None
    listed: bool = False
    left_out: tuple[str, ...] = ()


class _Line(msgspec.Struct):
    """What tells the lines of a list apart."""

    schema: str = ""
    type: str = ""
    domain: str = ""


def read_saved(path: str) -> Saved:
    """Return a report, evidence, or the reports of a list (``-``: standard input). Raises ``DocumentError``."""
    name = "standard input" if path == "-" else path
    try:
        if path == "-":
            return _saved(sys.stdin.buffer, name)
        with Path(path).open("rb") as stream:
            return _saved(stream, name)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DocumentError(
            f"{name} cannot be read: {reason}", "give the path of a report, evidence or list"
        ) from error


def _saved(stream: BinaryIO, name: str) -> Saved:
    first = stream.readline(MOST_BYTES + 1)
    if _is_line(first):
        return _listed(_bounded(stream, first, name), name)
    data = first + stream.read(MOST_BYTES + 1 - len(first))
    if len(data) > MOST_BYTES:
        raise DocumentError(f"{name} is larger than {MOST_BYTES >> 20} MiB, which no command writes", AGAIN)
    found = decode_report(data, name)
    return Saved(evidence=found) if isinstance(found, EvidenceFile) else Saved((found,))


def _is_line(text: bytes) -> bool:
    """True for a line of a list; a report or evidence alone has line breaks in it."""
    try:
        found = msgspec.json.decode(text, type=_Line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return found.schema == REPORT_SCHEMA or found.type in ("failed", "summary")


def _bounded(stream: BinaryIO, first: bytes, name: str) -> Iterator[bytes]:
    line = first
    while line:
        if len(line) > MOST_BYTES:
            raise DocumentError(
                f"{name} has a line of more than {MOST_BYTES >> 20} MiB, which no command writes", AGAIN
            )
        yield line
        line = stream.readline(MOST_BYTES + 1)


def _listed(lines: Iterable[bytes], name: str) -> Saved:
    reports: list[Report] = []
    left_out: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        where = f"line {number} of {name}"
        try:
            head = msgspec.json.decode(line, type=_Line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise DocumentError(
                f"{where} is not complete JSON: {error}", "scan the list again with --resume"
            ) from error
        if head.type == "failed":
            left_out.append(head.domain)
        elif head.type != "summary":
            if len(reports) == MOST_SITES:
                raise DocumentError(f"{name} has more than {MOST_SITES} reports", "split the file by lines")
            found = decode_report(line, where)
            if isinstance(found, EvidenceFile):
                raise DocumentError(f"{where} is evidence, not a report", "give a file that scan -l wrote")
            reports.append(found)
    return Saved(tuple(reports), listed=True, left_out=tuple(left_out))
