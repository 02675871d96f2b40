"""The files that a command reads and those that it writes, in one place, so that nothing that is read is written over.

A file is known by its device and inode, whatever path leads to it: a symbolic link, a hard link, another spelling, or a
redirection by the shell. ``grouped`` begins anew for each command, with the files that its options name.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from hostaudit.errors import UsageError

Identity = tuple[int, int]

READ = frozenset(
    {
        "baseline",
        "ca_bundle",
        "files",
        "first",
        "lists",
        "list_",
        "names",
        "new",
        "old",
        "policy",
        "rules",
        "second",
        "site",
    }
)
"""The parameters of commands that name files, or a folder with files, to be read."""

ALSO_READ = frozenset({"against", "domain", "file", "named", "place", "site_seen", "target"})
"""The parameters that may name a file to be read, or something else: who finds out calls ``reads``."""

WRITTEN = frozenset({"history", "output", "save_evidence", "to"})
"""The parameters that name files to be written: who checks them calls ``writes``."""

_read: dict[Identity, str] = {}
_written: dict[Identity, str] = {}


def begin(given: Mapping[str, Any]) -> None:
    """Forget the files of the command before, and add those that the parameters of this one name."""
    _read.clear()
    _written.clear()
    for name in READ & given.keys():
        value = given[name]
        reads(*(value if isinstance(value, list | tuple) else (value,)))


def reads(*paths: str | Path | None) -> None:
    """Add files that are read, ``-`` for standard input, or all files in a folder. None and what does not exist is left
    out: whoever opens it complains. Raises ``UsageError`` for a file that is also written."""
    for path, identity in _identified(paths, 0):
        if identity in _written:
            raise _both(_written[identity], path)
        _read.setdefault(identity, path)


def writes(*paths: str | Path | None) -> None:
    """Add files that are written, ``-`` for standard output. Raises ``UsageError`` for a file that is also read, or
    written as another output."""
    for path, identity in _identified(paths, 1):
        if identity in _read:
            raise _both(path, _read[identity])
        if _written.setdefault(identity, path) != path:
            raise UsageError(f"{path} is the file of two outputs, as {_written[identity]} is", "give different files")


def _both(written: str, read: str) -> UsageError:
    if written == "-":
        return UsageError(f"standard output is also the input {read}", "write to another file")
    same = "" if written == read else f" {'standard input' if read == '-' else read}"
    return UsageError(f"output file {written} is also the input{same}", "give another file")


def _identified(paths: Iterable[str | Path | None], standard: int) -> Iterator[tuple[str, Identity]]:
    """The regular files among some paths. Devices and pipes can be read and written at once."""
    for each in paths:
        path = str(each or "")
        folder = standard == 0 and path != "" and Path(path).is_dir()  # only of what is read a folder may be given
        for one in sorted(Path(path).rglob("*.yaml")) if folder else [Path(path)] if path else []:
            try:
                found = os.fstat(standard) if path == "-" else one.stat()
            except (OSError, ValueError):
                continue
            if stat.S_ISREG(found.st_mode) and found.st_ino:
                yield str(one), (found.st_dev, found.st_ino)
