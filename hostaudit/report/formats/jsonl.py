"""The documents of ``json``, each on one line, so that a file can be extended, cut at any line end, and followed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from hostaudit.report import EVERY, Style
from hostaudit.report.json_text import written

if TYPE_CHECKING:
    from hostaudit.model.documents import Document


@dataclass(frozen=True)
class JsonLinesFormat:
    name: str = "jsonl"
    writes: frozenset[type] = EVERY
    suffix: str = ".jsonl"

    def render(self, document: Document, style: Style) -> str:  # noqa: ARG002 - a document for programs has no style
        """One JSON object on one line. Raises ``ValueError`` for a number that JSON cannot represent."""
        return written(msgspec.to_builtins(document, order="sorted"), indent=0)

    def render_all(self, documents: Sequence[Document], style: Style) -> str:
        """One document on each line."""
        return "".join(self.render(each, style) for each in documents)


FORMAT = JsonLinesFormat()
