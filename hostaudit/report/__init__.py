"""Writing: each file in ``formats/`` is one output format, and says which documents it writes.

A format decides nothing: what fails, and how bad that is, stands in the document. It writes outside text so that its
sink takes it as text.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from hostaudit.model.changes import Changes, History, Trend
    from hostaudit.model.checks import Explanation, PolicyTrials, RuleBook
    from hostaudit.model.data import DataStatus
    from hostaudit.model.doctor import Doctor
    from hostaudit.model.match import Matched, ProviderList, ProviderSheet
    from hostaudit.model.policy import EffectivePolicy
    from hostaudit.model.report import Report
    from hostaudit.model.scenario import Library, Scenario
    from hostaudit.model.whatif import Fallbacks, Matrix, WhatIf
    from hostaudit.model.working import Working

    Catalogued = ProviderList | ProviderSheet | Matched
    Judging = EffectivePolicy | RuleBook | Explanation | PolicyTrials
    OverTime = Changes | History | Trend | Doctor
    Document = (
        Report
        | WhatIf
        | Matrix
        | Fallbacks
        | Scenario
        | Library
        | Working
        | DataStatus
        | Catalogued
        | Judging
        | OverTime
    )


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
    from hostaudit.report import formats

    return tuple(sorted(entry.name for entry in pkgutil.iter_modules(formats.__path__)))


def load(name: str) -> Format:
    """The format of that name, which must be one of ``names()``: the ``FORMAT`` of its module."""
    found: Format = importlib.import_module(f"{__name__}.formats.{name}").FORMAT
    return found


def able(document: str) -> tuple[str, ...]:
    """The formats that write a document, by the name of its class."""
    return tuple(name for name in names() if load(name).writes & {*EVERY, document})
