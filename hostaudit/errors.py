"""Errors that a user can act on, and the exit codes of the command.

    HostauditError
    |-- UsageError          the command line, a target or a rules file is wrong        exit 2
    |   |-- LineError       a line of a YAML file is wrong
    |   `-- DocumentError   a file that was given is torn, too large or of another schema
    `-- NothingToScanError  no target is left                                          exit 5

Any other exception that escapes is a bug in hostaudit (exit 4). A network failure is never an exception at this
level: a question without an answer is a value, ``Unknown``.
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
    """``message`` gives the failure and its meaning, ``hint`` the next step."""

    exit_code = Exit.INTERNAL

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(HostauditError):
    exit_code = Exit.USAGE


class LineError(UsageError):
    """``file`` as messages call it, ``line`` and ``column`` counted from 1 (0: no column), and the ``problem`` there;
    ``message`` has all of them. ``text``: the line as it stands, from outside, or empty where none may be shown.
    ``others``: the further faults of the same reading, in the order of their lines."""

    def __init__(
        self, message: str, hint: str = "", *, file: str = "", line: int = 1, problem: str = "", column: int = 0
    ) -> None:
        super().__init__(message, hint)
        self.file = file
        self.line = line
        self.column = column
        self.problem = problem
        self.text = ""
        self.others: tuple[LineError, ...] = ()

    @property
    def all(self) -> tuple[LineError, ...]:
        """This fault and the others."""
        return (self, *self.others)

    def __str__(self) -> str:
        """All messages, one on each line."""
        return "\n".join(each.message for each in self.all)


class OptionError(UsageError):
    """A value that cannot be meant. ``option``: its name; ``problem``: the error, in words that follow it."""

    def __init__(self, option: str, problem: str, hint: str) -> None:
        super().__init__(f"{option} {problem}", hint)
        self.option = option
        self.problem = problem


class DocumentError(UsageError):
    pass


class NothingToScanError(HostauditError):
    exit_code = Exit.NOTHING_TO_SCAN


NEAR = 0.85
"""The similarity (difflib, 0 to 1) from which an unknown id is taken for a misspelt id of the catalogue."""


def near(word: str, known: Iterable[str]) -> str:
    """The known id that ``word`` probably misspells; "" if none is similar enough."""
    return next(iter(close(word, known, limit=1, cutoff=NEAR)), "")


def nearest(word: str, valid: Iterable[str], otherwise: str) -> str:
    """A question that suggests the most similar valid word; ``otherwise`` if none is similar."""
    found = close(word, valid, limit=1, cutoff=0.5)
    return f"did you mean {found[0]!r}?" if found else otherwise


def close(word: str, known: Iterable[str], *, limit: int, cutoff: float) -> list[str]:
    """The known words whose similarity to ``word`` is at least ``cutoff`` (difflib, 0 to 1), the most similar first."""
    import difflib  # needed for error messages only

    return difflib.get_close_matches(word, sorted(set(known)), n=limit, cutoff=cutoff)
