"""Problems of a file: single invalid values, and valid values that contradict one another."""

from __future__ import annotations

from typing import NamedTuple

Where = tuple[str | int, ...]
"""Keys and positions that lead to a value of a file."""


class Problem(NamedTuple):
    """A problem: its place (``where``), the defect, and the value to write instead."""

    where: Where
    text: str
    advice: str = ""

    @property
    def message(self) -> str:
        """Both in one line."""
        return f"{self.text}; {self.advice}" if self.advice else self.text


class Fault(NamedTuple):
    """The fault of a single value, in words that follow the value, and the value to write instead."""

    text: str
    advice: str = ""

    @property
    def message(self) -> str:
        """Both in one line."""
        return f"{self.text}; {self.advice}" if self.advice else self.text

    def at(self, where: Where, value: str) -> Problem:
        """Return the problem of this value at a place of the file."""
        return Problem(where, f"{value} {self.text}", self.advice)
