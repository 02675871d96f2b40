"""An index over the evidence of one site, by kind and subject."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from hostaudit.model.evidence import Evidence
from hostaudit.model.values import Addresses, Kind, Subject, evidence_id

V = TypeVar("V")


class EvidenceIndex:
    """Evidence by kind and subject. A question that was not asked differs from a question without an answer."""

    def __init__(self, evidence: Iterable[Evidence]) -> None:
        self.items: dict[str, Evidence] = {item.id: item for item in evidence}

    def get(self, kind: Kind, subject: str | Subject) -> Evidence | None:
        """The evidence itself, None if the question was not asked."""
        return self.items.get(evidence_id(kind, subject))

    def value(self, kind: Kind, subject: str | Subject, form: type[V]) -> V | None:
        """The value, None if the question was not asked or has no value."""
        item = self.get(kind, subject)
        return item.value if item is not None and isinstance(item.value, form) else None

    def of(self, kind: Kind) -> Iterator[Evidence]:
        """All evidence of one kind, in the order of the subjects."""
        for key in sorted(self.items):
            if self.items[key].kind == kind:
                yield self.items[key]

    def ids(self, *asked: tuple[Kind, str | Subject]) -> tuple[str, ...]:
        """The ids of those questions that were asked, for a ``because``."""
        ids = [evidence_id(kind, subject) for kind, subject in asked]
        return tuple(each for each in ids if each in self.items)

    def naming(self, host: str, *addresses: str) -> tuple[str, ...]:
        """The ids of the answers about a host that hold one of some addresses."""
        kinds: tuple[Kind, ...] = ("a", "aaaa")
        found = {kind: self.value(kind, host, Addresses) for kind in kinds}
        named = [kind for kind, value in found.items() if value and not set(addresses).isdisjoint(value.addresses)]
        return self.ids(*((kind, host) for kind in named))

    def unanswered(self, *asked: tuple[Kind, str | Subject]) -> tuple[str, ...]:
        """The ids of those questions that were asked and have no answer."""
        return self.ids(*(each for each in asked if self.open(*each)))

    def open(self, kind: Kind, subject: str | Subject) -> bool:
        """True if the question was asked and has no answer."""
        item = self.get(kind, subject)
        return item is not None and item.unknown is not None
