"""Documents for programs: keys sorted, UTC, no NaN.

Each names its ``schema``, such as ``hostaudit.report/1``; only a scenario has the keys of its file, and can be loaded
as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from hostaudit.report import EVERY, Style
from hostaudit.report.json_text import written

if TYPE_CHECKING:
    from hostaudit.model.documents import Document


@dataclass(frozen=True)
class JsonFormat:
    name: str = "json"
    writes: frozenset[type] = EVERY
    suffix: str = ".json"

    def render(self, document: Document, style: Style) -> str:  # noqa: ARG002 - a document for programs has no style
        """One JSON object. Raises ``ValueError`` for a number that JSON cannot represent (RFC 8259 section 6)."""
        return written(msgspec.to_builtins(document, order="sorted"))


FORMAT = JsonFormat()
