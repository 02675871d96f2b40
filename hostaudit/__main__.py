"""The entry point of ``hostaudit`` and ``python -m hostaudit``: every run ends with a documented exit code.

``--version`` is answered before the command line is even loaded.
"""

from __future__ import annotations

import gc
import io
import os
import sys
from typing import NoReturn

from hostaudit import __version__
from hostaudit.errors import Exit


def main() -> int:
    """Run the command and return its exit code."""
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    try:
        return _leave(_answer(sys.argv[1:]))
    except KeyboardInterrupt:
        return _leave(Exit.INTERRUPTED, "hostaudit: interrupted; the site was not judged\n")
    except BrokenPipeError:
        return _leave(Exit.BROKEN_PIPE)
    except OSError as error:
        return _leave(Exit.USAGE, f"error: standard output cannot be written: {error.strerror}\n")


def entry() -> NoReturn:
    """Run the command and end the process at once.

    Everything is written and closed by now; the usual clean-up of hundreds of modules would cost a tenth of the run.
    """
    os._exit(main())


def _answer(arguments: list[str]) -> int:
    if arguments in (["--version"], ["version"]):
        sys.stdout.write(f"hostaudit {__version__}\n")
        sys.stdout.flush()
        return Exit.PASS
    # A run is too short for garbage to matter, and loading modules would start the collector dozens of times.
    gc.set_threshold(20_000, 20, 20)
    from hostaudit.cli import run

    return run(arguments)


def _nowhere() -> io.TextIOWrapper:
    """A replacement for a standard stream that was closed before the start, which Python leaves as None."""
    return os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")


def _leave(code: int, message: str = "") -> int:
    """Write a last message. A stream whose reader has closed is redirected, else closing it would fail."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is sys.stderr:
                stream.write(message)
            stream.flush()
        except (OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return code


if __name__ == "__main__":
    entry()
