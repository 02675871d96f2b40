"""The file of a list of sites: a report, or evidence, on each line, failures among them, a summary last (``jsonl``)."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from enum import Enum, auto
from itertools import chain
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from hostaudit.documents.evidence_file import AGAIN, MOST_BYTES, decode_report
from hostaudit.errors import DocumentError
from hostaudit.model.evidence import EVIDENCE_SCHEMA, EvidenceFile
from hostaudit.model.report import REPORT_SCHEMA, Report

MOST_SITES = 2000
"""The most sites that are held in memory at a time."""


class Saved(NamedTuple):
    """What a file holds: ``sites``, each a report or evidence, in the order of the file. ``listed``: it is the file of
    a list. ``left_out``: domains of the list that were not judged."""

    sites: tuple[Report | EvidenceFile, ...]
    listed: bool = False
    left_out: tuple[str, ...] = ()


class _Line(msgspec.Struct):
    """What tells the lines of a list apart."""

    schema: str = ""
    type: str = ""
    domain: str = ""


def read_saved(path: str) -> Saved:
    """Return a report, evidence, or the sites of a list (``-``: standard input). Raises ``DocumentError``."""
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
    kind = _kind(first)
    # Evidence on one line may also be alone: other programs write JSON so.
    second = stream.readline(MOST_BYTES + 1) if kind is Kind.EVIDENCE else b""
    if kind is Kind.LINE or second.strip():
        return _listed(_bounded(stream, filter(None, (first, second)), name), name)
    data = first + second + stream.read(MOST_BYTES + 1 - len(first))
    if len(data) > MOST_BYTES:
        raise DocumentError(f"{name} is larger than {MOST_BYTES >> 20} MiB, which no command writes", AGAIN)
    return Saved((decode_report(data, name),))


class Kind(Enum):
    """What a first line can be: of a list for certain, evidence that may be alone, or the beginning of a document."""

    LINE = auto()
    EVIDENCE = auto()
    BEGINNING = auto()


def _kind(text: bytes) -> Kind:
    """The kind of a first line; a report alone has line breaks in it."""
    try:
        found = msgspec.json.decode(text, type=_Line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Kind.BEGINNING
    if found.schema == REPORT_SCHEMA or found.type in ("failed", "summary"):
        return Kind.LINE
    return Kind.EVIDENCE if found.schema == EVIDENCE_SCHEMA else Kind.BEGINNING


def _bounded(stream: BinaryIO, read: Iterable[bytes], name: str) -> Iterator[bytes]:
    """The lines that were read already, and those of the rest of a stream."""
    for line in chain(read, iter(lambda: stream.readline(MOST_BYTES + 1), b"")):
        if len(line) > MOST_BYTES:
            raise DocumentError(
                f"{name} has a line of more than {MOST_BYTES >> 20} MiB, which no command writes", AGAIN
            )
        yield line


def _listed(lines: Iterable[bytes], name: str) -> Saved:
    sites: list[Report | EvidenceFile] = []
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
            if len(sites) == MOST_SITES:
                raise DocumentError(f"{name} has more than {MOST_SITES} sites", "split the file by lines")
            sites.append(decode_report(line, where))
    return Saved(tuple(sites), listed=True, left_out=tuple(left_out))
