"""The user's data directory: its manifest, the check of its files, and their replacement.

``manifest.json`` records the source and the SHA-256 of every fetched file. New files are written to a scratch folder
first and renamed at the end, the manifest last, so that after any failure the old files are still there.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from hostaudit import files
from hostaudit.errors import UsageError
from hostaudit.model.data import MANIFEST_SCHEMA, DataRecord, Manifest

NAME = "manifest.json"
MOST_BYTES = 4 * 1024 * 1024
SCRATCH = ".update-"
"""The prefix of the names of folders in which an update is prepared."""


class BusyError(Exception):
    """Another process is changing the directory."""


def read(directory: Path) -> Manifest:
    """The manifest; an empty one if the file is missing, torn or of another version."""
    try:
        with (directory / NAME).open("rb") as stream:
            return msgspec.json.decode(stream.read(MOST_BYTES), type=Manifest)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return Manifest(MANIFEST_SCHEMA)


def sound(directory: Path, record: DataRecord) -> bool:
    """True if the file of a record exists and is unchanged since it was installed."""
    digest = hashlib.sha256()
    try:
        with (directory / record.file).open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    except OSError:
        return False
    return digest.hexdigest() == record.sha256


def install(directory: Path, scratch: Path, contents: Mapping[str, bytes], manifest: Manifest) -> None:
    """Put files and manifest in place, all of them or none. Raises ``OSError`` if they cannot be written."""
    written = {NAME: msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"}
    prepared: list[tuple[Path, Path]] = []
    for number, (name, data) in enumerate([*contents.items(), *written.items()]):
        part = scratch / f"part-{number}"
        with part.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        target = directory / name
        target.parent.mkdir(exist_ok=True)
        prepared.append((part, target))
    for part, target in prepared:
        part.replace(target)
    for folder in {target.parent for _, target in prepared}:
        files.sync_folder(folder)


@contextlib.contextmanager
def changing(directory: Path) -> Iterator[Path]:
    """A scratch folder for an update, on the same disk; no other process can change the directory meanwhile.

    The files that a killed update left behind are removed. Raises ``BusyError`` if another update is in progress,
    ``UsageError`` if the directory cannot be written to.
    """
    try:
        directory.mkdir(mode=0o755, parents=True, exist_ok=True)
        lock = os.open(directory / ".lock", os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)
    except OSError as error:
        raise _unwritable(directory, error) from None
    try:
        try:
            files.lock(lock)
        except OSError as error:
            raise BusyError from error
        try:
            for left in directory.glob(f"{SCRATCH}*"):
                shutil.rmtree(left, ignore_errors=True)
            scratch = tempfile.mkdtemp(prefix=SCRATCH, dir=directory)
        except OSError as error:
            raise _unwritable(directory, error) from None
        try:
            yield Path(scratch)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    finally:
        os.close(lock)


def _unwritable(directory: Path, error: OSError) -> UsageError:
    return UsageError(
        f"{directory} cannot be written to: {error.strerror or error}; nothing was changed",
        "make it writable, or set XDG_DATA_HOME to another folder",
    )
