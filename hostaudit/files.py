"""Where hostaudit keeps its own files, and how any file is written so that it is there wholly or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from hostaudit.errors import UsageError


def data_folder() -> Path:
    """Where the user's own tables lie (made by ``hostaudit data``), by the XDG Base Directory Specification.

    It need not be there yet. Raises ``UsageError`` if no home directory is known.
    """
    return _base("XDG_DATA_HOME", ".local/share", os.environ)


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where lies what hostaudit can make again at any time. It need not be there yet.

    Raises ``UsageError`` if no home directory is known.
    """
    return _base("XDG_CACHE_HOME", ".cache", environ)


def _base(variable: str, usual: str, environ: Mapping[str, str]) -> Path:
    given = environ.get(variable, "")
    # The specification wants relative paths ignored.
    base = Path(given) if Path(given).is_absolute() else Path(os.path.expanduser(f"~/{usual}"))  # noqa: PTH111 - leaves ~ if unknown
    if not base.is_absolute():
        raise UsageError("the home directory is not known", f"set HOME or {variable}")
    return base / "hostaudit"


def check_writable(path: Path) -> None:
    """Refuse now, before a long scan, what ``write_atomically`` would refuse at its end. Raises ``UsageError``."""
    with _explained(path):
        if _replaceable(path):
            handle, part = _open_beside(_real(path), 0o600)
            os.close(handle)
            part.unlink()


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file of mode 0644 (less the umask) that is there wholly or, after any failure, as it was before.

    A symbolic link stays and what it points to is replaced; a pipe or device is written to directly.
    ``UsageError`` says what to do if the place will not take the file.
    """
    with _explained(path):
        if _replaceable(path):
            replace_file(_real(path), data)
        else:
            with path.open("wb") as stream:
                stream.write(data)


def replace_file(path: Path, data: bytes, *, mode: int = 0o644, durable: bool = True) -> None:
    """Put a file in place of what is there, whole or not at all. Raises ``OSError``; two processes may do so at once.

    ``durable``: the bytes are on the disk when this returns, also if the power fails.
    """
    handle, part = _open_beside(path, mode)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            if durable:
                stream.flush()
                os.fsync(stream.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    if durable:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make new names durable; some file systems cannot, and then the data alone have to do."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def lock(handle: int) -> None:
    """Lock an open file until it is closed, which the system does for a process that is killed.

    Raises ``BlockingIOError`` at once if somebody else holds the lock.
    """
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError(*error.args) from None
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _replaceable(path: Path) -> bool:
    """Whether a path is, or can become, a regular file; a terminal or ``/dev/null`` must not be replaced by one."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return True
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    return stat.S_ISREG(mode)


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _open_beside(path: Path, mode: int) -> tuple[int, Path]:
    """A new file in the same folder. The tempfile module would take longer to import than most files to write."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    part = path.with_name(f".{path.name[:100]}.{os.urandom(6).hex()}.part")
    return os.open(part, flags, mode), part


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except (OSError, ValueError) as error:
        number = error.errno if isinstance(error, OSError) else None
        raise UsageError(
            f"{path} cannot be written: {_reason(error)}", _HINTS.get(number or 0, _OTHER_PLACE)
        ) from error


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


_OTHER_PLACE = "give another file"
_HINTS = {
    errno.ENOENT: "create its folder first",
    errno.ENOTDIR: "give another path: a part of this one is a file, not a folder",
    errno.EISDIR: "give the name of a file in it",
    errno.EACCES: "give a folder that you may write to",
    errno.EPERM: "give a folder that you may write to",
    errno.EROFS: "give a folder that you may write to",
    errno.ENOSPC: "free some space, or give a file on another disk",
    getattr(errno, "EDQUOT", errno.ENOSPC): "free some space, or give a file on another disk",
}
