"""Writing: each file or folder in this folder is one output format, and says which documents it writes.

A format decides nothing: what fails, and how bad that is, stands in the document. It writes outside text so that its
sink takes it as text.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from hostaudit.model import (
        DataStatus,
        EffectivePolicy,
        Explanation,
        Fallbacks,
        Library,
        Matched,
        Matrix,
        PolicyTrials,
        ProviderList,
        ProviderSheet,
        Report,
        RuleBook,
        Scenario,
        WhatIf,
        Working,
    )

    Catalogued = ProviderList | ProviderSheet | Matched
    Judging = EffectivePolicy | RuleBook | Explanation | PolicyTrials
    Document = Report | WhatIf | Matrix | Fallbacks | Scenario | Library | Working | DataStatus | Catalogued | Judging

HELPERS = frozenset({"jsontext", "judged", "text", "wording"})
"""Modules of this folder that formats share; every other one is a format."""


@dataclass(frozen=True)
class Style:
    """What the sink can show. ``width`` in columns; ``unicode`` false means that only ASCII may be written."""

    colour: bool = False
    unicode: bool = True
    width: int = 80


EVERY = frozenset({"*"})
"""For ``Format.writes``: every document there is."""


class Format(Protocol):
    """One way to write a document. ``name`` is the module's name and the word after ``--format``."""

    @property
    def name(self) -> str:
        """What stands after ``--format``."""

    @property
    def writes(self) -> frozenset[str]:
        """The documents that it can write, by the names of their classes; ``EVERY`` means all."""

    def render(self, document: Document, style: Style) -> str:
        """The whole document, ending in a line feed. Equal documents and styles give equal text."""


def names() -> tuple[str, ...]:
    """The formats there are. The folder is the list."""
    return tuple(sorted(entry.name for entry in pkgutil.iter_modules(__path__) if entry.name not in HELPERS))


def load(name: str) -> Format:
    """The format of that name, which must be one of ``names()``: the ``FORMAT`` of its module."""
    found: Format = importlib.import_module(f"{__name__}.{name}").FORMAT
    return found


def able(document: str) -> tuple[str, ...]:
    """The formats that write a document, by the name of its class."""
    return tuple(name for name in names() if load(name).writes & {*EVERY, document})
