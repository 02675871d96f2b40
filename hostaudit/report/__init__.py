"""Output: each module in ``formats/`` is one output format, and lists the documents that it writes.

A format decides nothing: failures and their severities are in the document. It writes text from outside so that the
sink treats it as text.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from hostaudit.model.documents import Document
    from hostaudit.model.effects import Effects
    from hostaudit.model.report import Report


@dataclass(frozen=True)
class Style:
    """The abilities of the sink. ``width`` in columns; without ``unicode`` only ASCII may be written. ``brief``: one
    screen with the answer, instead of the whole document, if a page of the format has such a form. ``links``: it is a
    terminal that can open addresses (OSC 8)."""

    colour: bool = False
    unicode: bool = True
    width: int = 80
    brief: bool = False
    links: bool = False


EVERY: frozenset[type] = frozenset({object})
"""For ``Format.writes``: every document."""


class Format(Protocol):
    """One way to write a document. ``name`` is the module's name and the word after ``--format``."""

    @property
    def name(self) -> str:
        """The word after ``--format``."""

    @property
    def writes(self) -> frozenset[type]:
        """The classes of the documents that it can write; ``EVERY`` means all."""

    @property
    def suffix(self) -> str:
        """The end of the name of a file that means this format, such as ``.json``; empty: it is chosen by name only."""

    def render(self, document: Document, style: Style) -> str:
        """The whole document, ending in a line feed. Equal documents and styles give equal text."""


class ListFormat(Format, Protocol):
    """A format that can hold the documents of many sites too."""

    def render_all(self, documents: Sequence[Any], style: Style) -> str:
        """All documents, of one class, as one text, ending in a line feed. Equal ones and styles give equal text."""


class PictureFormat(Format, Protocol):
    """A format that draws, and shows what falls at the site of a report if that was computed."""

    def draw(self, report: Report, effects: Effects | None, style: Style) -> str:
        """The picture, ending in a line feed. Equal reports, effects and styles give equal text."""


def drawn(each: Format, document: Document, style: Style, effects: Callable[[], Effects | None] | None) -> str:
    """The whole document in a format. ``effects`` computes what falls at the site; only a format that draws asks."""
    if effects is None or not hasattr(each, "draw"):
        return each.render(document, style)
    return cast("PictureFormat", each).draw(cast("Report", document), effects(), style)


def of_lists(document: type) -> dict[str, ListFormat]:
    """The formats that can hold many documents of a class, by name."""
    found = {name: load(name) for name in able(document)}
    return {name: cast("ListFormat", each) for name, each in found.items() if hasattr(each, "render_all")}


def names() -> tuple[str, ...]:
    """The names of all formats, from the modules of ``formats``. There is no other list."""
    from hostaudit.report import formats

    return tuple(sorted(entry.name for entry in pkgutil.iter_modules(formats.__path__)))


def load(name: str) -> Format:
    """The format with a name, which must be one of ``names()``: the ``FORMAT`` of its module."""
    found: Format = importlib.import_module(f"{__name__}.formats.{name}").FORMAT
    return found


def by_suffix() -> dict[str, str]:
    """The names of formats by the suffix of a file that means them."""
    return {found.suffix: found.name for found in map(load, names()) if found.suffix}


def can_write(each: Format, document: type) -> bool:
    """True if a format writes the documents of a class."""
    return issubclass(document, tuple(each.writes))


def able(document: type) -> tuple[str, ...]:
    """The names of the formats that write the documents of a class."""
    return tuple(name for name in names() if can_write(load(name), document))
