"""Errors that a user can act on, and the exit codes of the command.

    HostauditError
    |-- UsageError          the command line, a target or a rules file is wrong        exit 2
    |   |-- LineError       a line of a YAML file is wrong
    |   `-- DocumentError   a file that was given is torn, too large or of another schema
    `-- NothingToScanError  no target is left                                          exit 5

Anything else that escapes is a bug in hostaudit (exit 4). What the network does is never an exception up here:
a question without an answer is a value, ``Unknown``.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class Exit(IntEnum):
    """Exit codes, the same for every output format."""

    PASS = 0
    FAIL = 1
    USAGE = 2
    INCONCLUSIVE = 3
    INTERNAL = 4
    NOTHING_TO_SCAN = 5
    INTERRUPTED = 130
    BROKEN_PIPE = 141


class HostauditError(Exception):
    """``message`` says what failed and what that means, ``hint`` what to do next."""

    exit_code = Exit.INTERNAL

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(HostauditError):
    exit_code = Exit.USAGE


class LineError(UsageError):
    """``file`` as messages call it, ``line`` counted from 1, and the ``problem`` there; ``message`` has all three."""

    def __init__(self, message: str, hint: str = "", *, file: str = "", line: int = 1, problem: str = "") -> None:
        super().__init__(message, hint)
        self.file = file
        self.line = line
        self.problem = problem


class DocumentError(UsageError):
    pass


class NothingToScanError(HostauditError):
    exit_code = Exit.NOTHING_TO_SCAN


NEAR = 0.85
"""How like (difflib) an id of the catalogue another id may be before it is taken for a slip of the pen."""


def near(word: str, known: Iterable[str]) -> str:
    """The known id that another one is probably a slip for; nothing if none is that near."""
    return next(iter(close(word, known, limit=1, cutoff=NEAR)), "")


def nearest(word: str, valid: Iterable[str], otherwise: str) -> str:
    """A question whether the nearest valid word was meant; ``otherwise`` if none is near."""
    found = close(word, valid, limit=1, cutoff=0.5)
    return f"did you mean {found[0]!r}?" if found else otherwise


def close(word: str, known: Iterable[str], *, limit: int, cutoff: float) -> list[str]:
    """The known words that are like ``word`` by at least ``cutoff`` (difflib, 0 to 1), the most alike first."""
    import difflib  # only for a message

    return difflib.get_close_matches(word, sorted(set(known)), n=limit, cutoff=cutoff)
