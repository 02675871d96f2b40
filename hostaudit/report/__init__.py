"""Writing: each file in this folder is one output format of the same report.

A format decides nothing: what fails, and how bad that is, stands in the report. It writes outside text so that its
sink takes it as text.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from hostaudit.model import Report

HELPERS = frozenset({"text", "wording"})
"""Modules of this folder that formats share; every other one is a format."""


@dataclass(frozen=True)
class Style:
    """What the sink can show. ``width`` in columns; ``unicode`` false means that only ASCII may be written."""

    colour: bool = False
    unicode: bool = True
    width: int = 80


class Format(Protocol):
    """One way to write a report. ``name`` is the module's name and the word after ``--format``."""

    @property
    def name(self) -> str:
        """What stands after ``--format``."""

    def render(self, report: Report, style: Style) -> str:
        """The whole document, ending in a line feed. Equal reports and styles give equal text."""


def names() -> tuple[str, ...]:
    """The formats there are. The folder is the list."""
    return tuple(sorted(entry.name for entry in pkgutil.iter_modules(__path__) if entry.name not in HELPERS))


def load(name: str) -> Format:
    """The format of that name, which must be one of ``names()``: the ``FORMAT`` of its module."""
    found: Format = importlib.import_module(f"{__name__}.{name}").FORMAT
    return found
