"""Lists of domains, from a file or standard input, and the lines that name no domain."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hostaudit.errors import NothingToScanError, UsageError

if TYPE_CHECKING:
    from hostaudit.model.evidence import Target

MOST_BYTES = 64 * 1024 * 1024
LONGEST_LINE = 4096
"""Bytes; a name has at most 253, and no URL that names a site needs more than this."""

_COMMENT = re.compile(r"(^|\s)#.*", re.DOTALL)
"""A comment starts at a # that begins a word, so that the fragment of a URL is not taken for one."""

_SHOWN = 80


@dataclass(frozen=True)
class Rejected:
    """A line that names no site. ``text`` is the line as listed, cut; it comes from outside and is not escaped yet."""

    line: int
    text: str
    why: str


@dataclass(frozen=True)
class Listed:
    """The content of a list. ``duplicates`` counts the lines that name a domain that an earlier line named."""

    targets: tuple[Target, ...]
    rejected: tuple[Rejected, ...]
    duplicates: int


def read(path: str) -> Listed:
    """The list at ``path`` (``-``: standard input), each domain once, in the order of the list.

    Raises ``UsageError`` for a list that cannot be read and ``NothingToScanError`` for one that names no site.
    """
    name = "standard input" if path == "-" else path
    found = parse(content(path, name))
    if not found.targets:
        count = len(found.rejected)
        why = f"all {count} lines are invalid" if count > 1 else "its only line is invalid"
        if found.rejected:
            first = found.rejected[0]
            why += f"; line {first.line}: {first.why}"
        hint = "write one domain on each line; empty lines and comments (#) are ignored"
        raise NothingToScanError(f"{name} has no domain to scan: {why if count else 'it is empty'}", hint)
    return found


def parse(data: bytes) -> Listed:
    """Parse a list as ``read`` does, but accept a list that names no site."""
    from hostaudit import domain

    targets: dict[str, Target] = {}
    rejected: list[Rejected] = []
    duplicates = 0
    for number, raw in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        # Bytes that are not UTF-8 are kept as \x..; no name has a backslash, so such a line is rejected.
        text = _COMMENT.sub("", raw[:LONGEST_LINE].decode("utf-8", "backslashreplace")).strip()
        if not text:
            continue
        try:
            if len(raw) > LONGEST_LINE:
                raise UsageError(f"the line is longer than {LONGEST_LINE} bytes")
            target = domain.parse(text)
        except UsageError as error:
            rejected.append(Rejected(number, text[:_SHOWN], error.message))
            continue
        duplicates += target.domain in targets
        targets.setdefault(target.domain, target)
    return Listed(tuple(targets.values()), tuple(rejected), duplicates)


def content(path: str, name: str) -> bytes:
    """The bytes of a list at ``path`` (``-``: standard input), which errors call ``name``. Raises ``UsageError``."""
    try:
        if path == "-":
            data = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(path).open("rb") as stream:
                data = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise UsageError(f"list {name} cannot be read: {reason}", "give a file with one domain on each line") from error
    if len(data) > MOST_BYTES:
        raise UsageError(f"list {name} is larger than {MOST_BYTES >> 20} MiB", "split it into several lists")
    return data
