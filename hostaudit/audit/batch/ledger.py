"""The ledger: the file of records that a long run writes, and the resumption of an interrupted run.

Each record is one line of JSON, appended whole; only the last line can be incomplete. Until the run is finished, there
is a journal beside the file. It holds the question of the run, so that a resumed run adds only to records of the same
question, and it is locked while a run writes.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from hostaudit.errors import UsageError
from hostaudit.files import lock
from hostaudit.model.report import REPORT_SCHEMA
from hostaudit.model.verdict import Verdict

SYNC_EVERY = 20
"""Number of records after which the file is synced; records lost in a power failure can be asked again."""

BYTES = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
"""Flags of a file that no child process inherits and whose line ends are not converted."""

LONGEST_RECORD = 64 * 1024 * 1024


class _Target(msgspec.Struct):
    domain: str = ""


class _Line(msgspec.Struct):
    """The part of a record that a resumed run needs: of a report, of a site that failed, or of the summary."""

    schema: str = ""
    type: str = ""
    target: _Target = msgspec.field(default_factory=_Target)
    verdict: Verdict = "not_judged"
    domain: str = ""
    run: Any = None


class _Run(msgspec.Struct):
    started: str = ""


class _Kept(msgspec.Struct):
    """The part of a report by which a history knows it."""

    schema: str = ""
    target: _Target = msgspec.field(default_factory=_Target)
    run: _Run = msgspec.field(default_factory=_Run)


class _Journal(msgspec.Struct):
    asked: dict[str, Any] = {}


@dataclass
class Kept:
    """The records of an earlier part of the run: verdicts by domain, and the domains that failed."""

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    defective: set[str] = field(default_factory=set)
    """Domains with a report during whose scan hostaudit itself failed at a question."""

    end: int = 0
    """The length of the whole records, in bytes from the start of the file."""

    run: str = ""
    """The id of the run, from the summary, if the run was finished."""

    @property
    def domains(self) -> set[str]:
        """The domains that have a record."""
        return self.failed | set(self.verdicts)


def identity(asked: Mapping[str, Any]) -> str:
    """Return the id of a run: a digest of the list, options, rules and version on which its answers depend."""
    return hashlib.sha256(msgspec.json.encode(dict(sorted(asked.items())), order="sorted")).hexdigest()[:32]


def journal(path: Path) -> Path:
    """The journal of a file of records, which lies beside it until the run is complete."""
    return path.with_name(f"{path.name}.run")


class Ledger:
    """The file while it is written. Raises ``UsageError`` if it cannot be written or holds another run."""

    def __init__(self, path: Path, asked: Mapping[str, Any], *, resume: bool) -> None:
        self.path = path
        self.journal = journal(path)
        self._asked = dict(asked)
        self._unsynced = 0
        fresh = not path.exists()
        try:
            mode = path.stat().st_mode if path.exists() else stat.S_IFREG
            if not stat.S_ISREG(mode):
                raise UsageError(f"{path} is not a regular file", "give another file with -o, or leave -o out")
            self._lock = _locked(self.journal)
            try:
                self.kept = self._begin(resume=resume)
                self._file = self._opened()
            except BaseException:
                # A run that could not begin, as on a full disk, leaves nothing behind.
                self._leave_journal(remove=fresh or not os.fstat(self._lock).st_size)
                if fresh:
                    path.unlink(missing_ok=True)
                raise
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror}", "give another file with -o") from error

    def _opened(self) -> int:
        """The open file of records, cut to those that are kept, and the journal beside it."""
        self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | BYTES, 0o644)
        # After a kill at any point here, there is never a journal beside the records of another run, nor are there
        # records to resume without a journal.
        for step in (self._note, self._cut) if self.kept.end else (self._cut, self._note):
            step()
        return self._file

    def _begin(self, *, resume: bool) -> Kept:
        os.lseek(self._lock, 0, os.SEEK_SET)
        written = os.read(self._lock, 1 << 20)
        size = self.path.stat().st_size if self.path.exists() else 0
        if not resume:
            if written and size:
                hint = f"continue it with --resume, or delete {self.journal.name} to start again"
                raise UsageError(f"{self.path} holds an unfinished run", hint)
            return Kept()
        if not size:
            return Kept()
        kept = read(self.path)
        if written:
            try:
                asked = msgspec.json.decode(written, type=_Journal).asked
            except (msgspec.MsgspecError, UnicodeDecodeError):
                raise UsageError(
                    f"{self.journal} is not the journal of a run", "start again without --resume"
                ) from None
            other = [name for name in {**asked, **self._asked} if asked.get(name) != self._asked.get(name)]
            if other:
                raise self._mixed(", ".join(sorted(other)))
        elif kept.run != identity(self._asked):
            if not kept.run:
                hint = "give another file with -o, or start again without --resume"
                raise UsageError(f"{self.path} cannot be resumed: it is no unfinished run, as it has no journal", hint)
            raise self._mixed("list, options or version")
        return kept

    def _mixed(self, what: str) -> UsageError:
        hint = "use the same list and options as before, or give another file with -o"
        return UsageError(f"{self.path} holds another run, with a different {what}; the two cannot be mixed", hint)

    def _cut(self) -> None:
        os.ftruncate(self._file, self.kept.end)
        os.lseek(self._file, 0, os.SEEK_END)

    def _note(self) -> None:
        text = msgspec.json.format(msgspec.json.encode(_Journal(self._asked), order="sorted"), indent=1) + b"\n"
        os.lseek(self._lock, 0, os.SEEK_SET)
        rest = text
        while rest:  # a disk that is almost full takes a part of it
            rest = rest[os.write(self._lock, rest) :]
        os.ftruncate(self._lock, len(text))
        os.fsync(self._lock)

    def write(self, line: str) -> None:
        """Append one record, whole."""
        data = line.encode("utf-8")
        try:
            while data:
                data = data[os.write(self._file, data) :]
            self._unsynced += 1
            if self._unsynced >= SYNC_EVERY:
                self.sync()
        except OSError as error:
            hint = "solve that, then continue with --resume"
            raise UsageError(f"{self.path} cannot be written any more: {error.strerror}", hint) from error

    def sync(self) -> None:
        """Sync the written records to the disk."""
        os.fsync(self._file)
        self._unsynced = 0

    def close(self, *, finished: bool) -> None:
        """Close the file, and remove the journal of a finished run."""
        self.sync()
        os.close(self._file)
        self._leave_journal(remove=finished)

    def _leave_journal(self, *, remove: bool) -> None:
        """Release the lock. The journal is removed before, so that no other run begins with it."""
        removed = not remove
        if remove:
            # Windows cannot remove an open file: there it is removed after the lock, unless another run has locked it.
            with contextlib.suppress(PermissionError):
                self.journal.unlink(missing_ok=True)
                removed = True
        os.close(self._lock)
        if not removed:
            with contextlib.suppress(OSError):
                self.journal.unlink(missing_ok=True)


def read(path: Path) -> Kept:
    """Return the whole records of a file, up to the first incomplete one or to the summary.

    Raises ``UsageError`` for a file with any other content, which must not be truncated.
    """
    kept = Kept()
    with path.open("rb") as stream:
        number = 0
        while raw := stream.readline(LONGEST_RECORD):
            number += 1
            whole = raw.endswith(b"\n")
            try:
                line = msgspec.json.decode(raw, type=_Line) if whole else None
            except (msgspec.DecodeError, UnicodeDecodeError):
                line = None
            if line is None:
                if stream.read(1):
                    break
                return kept
            if line.type == "summary":
                kept.run = str(line.run)
                if stream.read(1):
                    break
                return kept
            domain = line.target.domain if line.schema == REPORT_SCHEMA else line.domain
            if not domain or domain in kept.domains:
                break
            if line.schema == REPORT_SCHEMA:
                kept.verdicts[domain] = line.verdict
                if isinstance(line.run, dict) and line.run.get("defects"):
                    kept.defective.add(domain)
            elif line.type == "failed":
                kept.failed.add(domain)
            else:
                break
            kept.end = stream.tell()
        else:
            return kept
    raise UsageError(f"line {number} of {path} is not a record of a run", "give another file with -o")


def missing(path: Path, known: Set[tuple[str, str]]) -> Iterator[bytes]:
    """The reports of a file of records whose domain and start are not known, as they stand there."""
    with path.open("rb") as stream:
        while raw := stream.readline(LONGEST_RECORD):
            try:
                line = msgspec.json.decode(raw, type=_Kept)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                continue
            if line.schema == REPORT_SCHEMA and (line.target.domain, line.run.started) not in known:
                yield raw


def _locked(journal: Path) -> int:
    """The open journal, locked for this run alone."""
    while True:
        handle = os.open(journal, os.O_RDWR | os.O_CREAT | BYTES, 0o644)
        try:
            lock(handle)
            if os.fstat(handle).st_ino == journal.stat().st_ino:
                return handle
        except BlockingIOError:
            os.close(handle)
            raise UsageError(f"another run is writing {journal.with_suffix('')}", "wait until it has ended") from None
        except FileNotFoundError:
            pass
        # A run that has just ended removed its journal.
        os.close(handle)
