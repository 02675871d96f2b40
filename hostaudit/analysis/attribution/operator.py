"""Operators of subjects, and their construction from clues, with a confidence and its reasons."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from msgspec import UNSET

from hostaudit.analysis.catalogue.catalogue import Catalogue
from hostaudit.analysis.catalogue.confidence import CONTRADICTED, ENOUGH, combine
from hostaudit.model.actors import unknown_id
from hostaudit.model.match import Clue
from hostaudit.model.report import Dependency
from hostaudit.model.roles import BROAD, Role

PLACES = ("cdn", "hosting")
"""The roles of an operator that answers at an address."""


@dataclass(frozen=True)
class Operator:
    """The party that operates a subject. ``certain`` is false where evidence that could name the operator is missing,
    so that it may be any company. ``asns`` and ``prefixes`` locate it in the routing system. ``contradicts`` is the
    evidence that names another company, ``against`` the clues in that evidence, as words. ``owner_jurisdiction`` is the
    country of the last company above it, where that is another one. Of an operator that the catalogue does not hold:
    ``named``, the registrable name by which alone it is known, and ``holders``, for each of its networks the names of
    its AS and of whoever holds its addresses."""

    provider: str
    parent: str
    name: str
    jurisdiction: str | None
    confidence: float
    because: tuple[str, ...]
    clues: tuple[str, ...] = ()
    contradicts: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    certain: bool = True
    asns: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    owner_jurisdiction: str | None = None
    named: str = ""
    holders: tuple[tuple[str, ...], ...] = ()

    def as_dependency(
        self, role: Role, subject: str, *, direct: bool = True, zones: tuple[str, ...] = ()
    ) -> Dependency:
        """This operator as a row of the report; ``direct``, ``zones``: see ``Dependency``."""
        return Dependency(
            id=f"{role}:{subject}:{self.provider}",
            role=role,
            subject=subject,
            provider=self.provider,
            parent=self.parent,
            jurisdiction=self.jurisdiction,
            confidence=self.confidence,
            because=self.because,
            contradicts=self.contradicts,
            name=self.name,
            clues=self.clues,
            against=self.against,
            direct=direct,
            zones=zones,
            owner_jurisdiction=self.owner_jurisdiction or UNSET,
        )

    def used_by(self, records: tuple[str, ...]) -> Operator:
        """This operator with the evidence by which the site uses it, before the evidence that tells whose it is."""
        return replace(self, because=tuple(dict.fromkeys((*records, *self.because))))


@dataclass(frozen=True)
class Hint:
    """A clue together with the evidence that it was read from."""

    clue: Clue
    evidence: str


@dataclass(frozen=True)
class Naming:
    """Derives operators from clues, by one catalogue."""

    catalogue: Catalogue

    def best(self, hints: list[Hint], because: tuple[str, ...]) -> Operator | None:
        """The operator with the most support: the company with the highest confidence, and its product with the
        strongest clue. Clues for other companies are kept as contradictions."""
        if not hints:
            return None
        companies: dict[str, list[Hint]] = {}
        for hint in hints:
            companies.setdefault(self.catalogue.parent(hint.clue.provider), []).append(hint)
        parent = max(sorted(companies), key=lambda each: combine([hint.clue for hint in companies[each]]))
        speaking = companies[parent]
        first = min(speaking, key=lambda hint: (-hint.clue.strength, hint.clue.provider)).clue.provider
        operator = self.operator(first, speaking, because)
        if operator.confidence < ENOUGH:
            return None
        against = [h for h in hints if h not in speaking and h.clue.strength >= ENOUGH]
        if against:
            named = tuple(dict.fromkeys(h.evidence or f"{h.clue.kind} {h.clue.value}" for h in against))
            words = tuple(dict.fromkeys(f"{h.clue.kind} {h.clue.value}: {h.clue.provider}" for h in against))
            lowered = round(operator.confidence * CONTRADICTED, 2)
            operator = replace(operator, confidence=lowered, contradicts=named, against=words)
        return operator

    def operator(self, provider: str, hints: list[Hint], because: tuple[str, ...]) -> Operator:
        """A product as operator, with all clues that support it."""
        record = self.catalogue.provider(provider)
        hints = sorted(hints, key=lambda hint: -hint.clue.strength)
        reasons = tuple(dict.fromkeys(hint.evidence for hint in hints if hint.evidence))
        return Operator(
            provider=provider,
            parent=self.catalogue.parent(provider),
            name=record.name if record else provider,
            jurisdiction=self.catalogue.jurisdiction(provider),
            owner_jurisdiction=self.catalogue.owner_jurisdiction(provider),
            confidence=combine([hint.clue for hint in hints]),
            because=tuple(dict.fromkeys((*reasons, *because))),
            clues=tuple(dict.fromkeys(f"{hint.clue.kind} {hint.clue.value}" for hint in hints)),
        )

    def unlisted(
        self,
        what: str,
        name: str,
        because: tuple[str, ...],
        *,
        certain: bool = True,
        jurisdiction: str | None = None,
        holders: tuple[tuple[str, ...], ...] = (),
    ) -> Operator:
        """An operator that is not in the catalogue, under the id ``unknown:<what>``."""
        identity = unknown_id(what)
        return Operator(
            provider=identity,
            parent=identity,
            name=name,
            jurisdiction=jurisdiction,
            confidence=0.5 if certain else 0.0,
            because=because,
            certain=certain,
            holders=holders,
        )

    def behind_name(
        self, name: str, because: tuple[str, ...], *, certain: bool = True, networks: tuple[Operator, ...] = ()
    ) -> Operator:
        """An operator of which only a registrable name is known, and the ``networks`` of its servers."""
        found = self.unlisted(name, f"the operator of {name}", because, certain=certain)
        holders = tuple(holders for each in networks for holders in each.holders or ((),))
        return replace(found, named=name, holders=holders)

    def same(self, one: str, other: str) -> bool:
        """True if two products belong to one company."""
        return self.catalogue.parent(one) == self.catalogue.parent(other)

    def first_place(self, identity: str) -> str:
        """The usual role of the addresses of a product: edge (CDN) or hosting; empty for neither."""
        provider = self.catalogue.provider(identity)
        broad = [BROAD.get(role, role) for role in provider.roles] if provider is not None else []
        return next((role for role in broad if role in PLACES), "")


def slug(text: str) -> str:
    """An id made of outside text: lower case, hyphens, at most 60 characters."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60] or "unnamed"
