"""A problem of a file: values that are right alone and make no sense together."""

from __future__ import annotations

from typing import NamedTuple

Where = tuple[str | int, ...]
"""Keys and positions that lead to a value of a file."""


class Problem(NamedTuple):
    """``where`` it is, what is wrong, and what to write instead."""

    where: Where
    text: str
    advice: str = ""

    @property
    def message(self) -> str:
        """Both in one line."""
        return f"{self.text}; {self.advice}" if self.advice else self.text


class Fault(NamedTuple):
    """The fault of a single value, in words that follow it, and what to write instead."""

    text: str
    advice: str = ""

    @property
    def message(self) -> str:
        """Both in one line."""
        return f"{self.text}; {self.advice}" if self.advice else self.text

    def at(self, where: Where, value: str) -> Problem:
        """The problem of this value at a place of the file."""
        return Problem(where, f"{value} {self.text}", self.advice)
