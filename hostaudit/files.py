"""The folders of hostaudit's own files, and atomic writing of any file."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from hostaudit.errors import UsageError

_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_BYTES = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def data_folder() -> Path:
    """The folder of the user's own tables (made by ``hostaudit data``), by the XDG Base Directory Specification.

    It need not exist. Raises ``UsageError`` if no home directory is known.
    """
    return _base("XDG_DATA_HOME", ".local/share", os.environ)


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of the files that hostaudit can recreate at any time. It need not exist.

    Raises ``UsageError`` if no home directory is known.
    """
    return _base("XDG_CACHE_HOME", ".cache", environ)


def _base(variable: str, usual: str, environ: Mapping[str, str]) -> Path:
    given = environ.get(variable, "")
    # The specification says that relative paths are ignored.
    base = Path(given) if Path(given).is_absolute() else Path(os.path.expanduser(f"~/{usual}"))  # noqa: PTH111 - leaves ~ if unknown
    if not base.is_absolute():
        raise UsageError("the home directory is not known", f"set HOME or {variable}")
    return base / "hostaudit"


def check_writable(path: Path) -> None:
    """Refuse before a long scan a path that ``write_atomically`` would refuse after it. Raises ``UsageError``."""
    with _explained(path):
        if _replaceable(path):
            handle, part = _open_beside(_real(path), 0o600)
            os.close(handle)
            part.unlink()


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file of mode 0644 (less the umask) completely, or leave it unchanged after any failure.

    A symbolic link stays and its target is replaced; a pipe or device is written to directly. Raises ``UsageError``
    with a hint if the file cannot be written.
    """
    with _explained(path):
        if _replaceable(path):
            replace_file(_real(path), data)
        else:
            with path.open("wb") as stream:
                stream.write(data)


def replace_file(path: Path, data: bytes, *, mode: int = 0o644, durable: bool = True) -> None:
    """Replace a file completely or not at all. Raises ``OSError``; two processes may do so at the same time.

    ``durable``: the bytes are on the disk when this function returns, and survive a power failure.
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


def open_own(path: Path) -> int:
    """Open a regular file of this user for reading and return the descriptor. No symbolic link is followed at the end
    of the path. Raises ``OSError``, for a file of another user with the reason as its text.
    """
    handle = os.open(path, os.O_RDONLY | _NO_LINK | getattr(os, "O_NONBLOCK", 0) | _BYTES)
    try:
        found = os.fstat(handle)
        if stat.S_ISDIR(found.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "it is no regular file")
        if not _ours(found):
            raise PermissionError(errno.EPERM, "it belongs to another user")
    except BaseException:
        os.close(handle)
        raise
    return handle


def read_own(path: Path) -> bytes:
    """The content of a file of this user; see ``open_own``."""
    with os.fdopen(open_own(path), "rb") as stream:
        return stream.read()


def own_folder(folder: Path) -> None:
    """Make a folder for files that only this user writes, if it is not there. Raises ``OSError`` if it belongs to
    another user, who could exchange what is in it, or if another user's link leads to it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (_ours(folder.lstat()) and _ours(folder.stat())):
        raise PermissionError(errno.EPERM, "it belongs to another user")


def beside_the_code(path: Path) -> bool:
    """True for a file within the installed package: whoever can write there can change the code as well."""
    return _real(path).is_relative_to(_real(Path(__file__)).parent)


def _ours(found: os.stat_result) -> bool:
    return not hasattr(os, "geteuid") or found.st_uid == os.geteuid()


def sync_folder(folder: Path) -> None:
    """Make new file names durable. Some file systems cannot do so; then only the data are durable."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def lock(handle: int) -> None:
    """Lock an open file until it is closed; the system closes the files of a killed process.

    Raises ``BlockingIOError`` at once if another process has the lock.
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


def is_stream(path: Path) -> bool:
    """True if a path is a terminal, pipe or other device: what is written to it is read by somebody at once."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _replaceable(path: Path) -> bool:
    """True if a path is, or can become, a regular file; a terminal or ``/dev/null`` must not be replaced by one."""
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
    """Create a file in the same folder. The import of the tempfile module takes longer than writing most files."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK | _BYTES
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
