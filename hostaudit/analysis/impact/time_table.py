"""The table of times of a document: each summand once, under a short id by which impacts and events refer to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from hostaudit.analysis.fault_tree.tree import Term
from hostaudit.model.report import TimeTerm

Purpose = Literal["time_to_impact", "time_to_recover"]


class TimeTable:
    """Collects summands in the order in which they are first used."""

    def __init__(self) -> None:
        self._ids: dict[TimeTerm, str] = {}

    def add(self, of: Purpose, term: Term) -> str:
        """Add a summand once; return its id."""
        row = TimeTerm(of, term.hours, term.how, term.source, term.because, *(term.cases or ()))
        return self._ids.setdefault(row, f"t{len(self._ids) + 1}")

    def add_all(self, of: Purpose, terms: Iterable[Term]) -> tuple[str, ...]:
        """Add several summands; return their ids, each once."""
        return tuple(dict.fromkeys(self.add(of, term) for term in terms))

    @property
    def rows(self) -> dict[str, TimeTerm]:
        """The table: each summand by its id."""
        return {identity: row for row, identity in self._ids.items()}
