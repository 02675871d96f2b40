"""Documents for a person at a terminal. Colour is never the only sign, and no line is wider than the terminal."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from hostaudit.model.overview import line_of
from hostaudit.model.report import Report
from hostaudit.model.whatif import WhatIf
from hostaudit.report import EVERY, Style, terminal
from hostaudit.report.terminal.losses import losses
from hostaudit.report.terminal.overview import overview
from hostaudit.report.terminal.sheet import Sheet

if TYPE_CHECKING:
    from hostaudit.model.documents import Document

Page = Callable[[Sheet, Any], None]
"""Writes a document of one class to a sheet."""


@cache
def pages(*, brief: bool = False) -> dict[type, Page]:
    """The page of each document class, from the ``PAGES`` of all modules of ``report/terminal``; with ``brief`` the one
    screen of those that have one, from ``SCREENS``."""
    found: dict[type, Page] = {}
    screens: dict[type, Page] = {}
    for entry in pkgutil.iter_modules(terminal.__path__):
        module = importlib.import_module(f"{terminal.__name__}.{entry.name}")
        found |= getattr(module, "PAGES", {})
        screens |= getattr(module, "SCREENS", {})
    return found | screens if brief else found


@dataclass(frozen=True)
class TerminalFormat:
    name: str = "terminal"
    writes: frozenset[type] = EVERY
    suffix: str = ".txt"

    def render(self, document: Document, style: Style) -> str:
        """Plain text, at most ``style.width`` columns wide, but at least 20."""
        sheet = Sheet(style, getattr(document, "names", None))
        pages(brief=style.brief)[type(document)](sheet, document)
        return "\n".join(line.rstrip() for line in sheet.lines) + "\n"

    def render_all(self, documents: Sequence[Any], style: Style) -> str:
        """The table of a list of sites, or the page of each where there is no table."""
        if isinstance(documents[0], Report):
            return overview([line_of(each) for each in documents], style)
        if isinstance(documents[0], WhatIf):
            sheet = Sheet(style)
            losses(sheet, documents)
            return "\n".join(line.rstrip() for line in sheet.lines) + "\n"
        return "\n\n".join(self.render(each, style) for each in documents)


FORMAT = TerminalFormat()
