"""An index over evidence: what was asked about a subject, and how did it end?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from hostaudit.model.evidence import Evidence
from hostaudit.model.values import Kind

V = TypeVar("V")


class EvidenceIndex:
    """Look-ups by kind and subject. A question that was never asked is told apart from one without an answer."""

    def __init__(self, evidence: Iterable[Evidence]) -> None:
        self.items: dict[str, Evidence] = {item.id: item for item in evidence}

    def get(self, kind: Kind, subject: str) -> Evidence | None:
        """The evidence itself, None if the question was not asked."""
        return self.items.get(f"{kind}:{subject}")

    def value(self, kind: Kind, subject: str, form: type[V]) -> V | None:
        """The value, None if the question was not asked or has no value."""
        item = self.get(kind, subject)
        return item.value if item is not None and isinstance(item.value, form) else None

    def of(self, kind: Kind) -> Iterator[Evidence]:
        """All evidence of one kind, in the order of the subjects."""
        prefix = f"{kind}:"
        for key in sorted(self.items):
            if key.startswith(prefix):
                yield self.items[key]

    def ids(self, *asked: tuple[Kind, str]) -> tuple[str, ...]:
        """The ids of those questions that were asked, for a ``because``."""
        return tuple(f"{kind}:{subject}" for kind, subject in asked if f"{kind}:{subject}" in self.items)

    def open(self, kind: Kind, subject: str) -> bool:
        """Whether the question was asked and has no answer."""
        item = self.get(kind, subject)
        return item is not None and item.unknown is not None
