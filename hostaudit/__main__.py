"""The way in, for ``hostaudit`` and ``python -m hostaudit``: how does a run end, whatever happens in it?

``--version`` is answered before the command line is even loaded.
"""

from __future__ import annotations

import gc
import io
import os
import sys

from hostaudit import __version__
from hostaudit.errors import Exit


def main() -> int:
    """Run the command and return its exit code."""
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    try:
        return _leave(_answer(sys.argv[1:]))
    except KeyboardInterrupt:
        return _leave(Exit.INTERRUPTED, "hostaudit: interrupted, nothing was judged\n")
    except BrokenPipeError:
        return _leave(Exit.BROKEN_PIPE)
    except OSError as error:
        return _leave(Exit.USAGE, f"error: standard output cannot be written: {error.strerror}\n")


def _answer(arguments: list[str]) -> int:
    if arguments == ["--version"]:
        sys.stdout.write(f"hostaudit {__version__}\n")
        sys.stdout.flush()
        return Exit.PASS
    # A run lives too briefly for garbage to matter, and loading modules would set the collector off dozens of times.
    gc.set_threshold(20_000, 20, 20)
    from hostaudit.cli import run

    return run(arguments)


def _nowhere() -> io.TextIOWrapper:
    """Takes the place of a standard stream that was closed before we started, which Python leaves as None."""
    return os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")


def _leave(code: int, message: str = "") -> int:
    """Say a last word, and be gone in time.

    A stream whose reader has left is pointed elsewhere, else the interpreter complains when it closes it. A whois
    thread that still waits for its server cannot be stopped; the interpreter would wait for it, past any deadline.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is sys.stderr:
                stream.write(message)
            stream.flush()
        except (OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    threading = sys.modules.get("threading")
    if threading is not None and any(not each.daemon for each in threading.enumerate()[1:]):
        os._exit(code)
    return code


if __name__ == "__main__":
    sys.exit(main())
