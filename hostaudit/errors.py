"""Errors that a user can act on, and the exit codes of the command.

    HostauditError
    |-- UsageError          the command line, a target or a rules file is wrong        exit 2
    |   `-- DocumentError   a file that was given is torn, too large or of another schema
    `-- NothingToScanError  no target is left                                          exit 5

Anything else that escapes is a bug in hostaudit (exit 4). What the network does is never an exception up here:
a question without an answer is a value, ``Unknown``.
"""

from __future__ import annotations

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


class DocumentError(UsageError):
    pass


class NothingToScanError(HostauditError):
    exit_code = Exit.NOTHING_TO_SCAN
