"""Servers of one zone with different primaries: whether they answer alike for the zone itself.

Serials of independent primaries say nothing about one another, so their answers are compared. NS and MX sets have to
be equal; addresses may differ by design, as some operators answer by the place of the asker or in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.model.values import ServerRecords

Compared = Literal["NS", "MX", "A"]

FIELDS: dict[Compared, Callable[[ServerRecords], tuple[str, ...] | None]] = {
    "NS": lambda each: each.nameservers,
    "MX": lambda each: each.exchangers,
    "A": lambda each: each.addresses,
}


@dataclass(frozen=True)
class Difference:
    """A set of records that two or more servers of a zone answer differently, each asked twice: by server its answer.

    ``telling``: such a difference has no harmless reason.
    """

    zone: str
    kind: Compared
    answers: tuple[tuple[ServerRecords, tuple[str, ...]], ...]
    telling: bool
    because: tuple[str, ...]


def differences(evidence: EvidenceIndex) -> Iterator[Difference]:
    """Yield what servers with different primaries answered differently, by zone and type."""
    zones: dict[str, list[tuple[str, ServerRecords]]] = {}
    for item in evidence.of("server_records"):
        if isinstance(item.value, ServerRecords) and item.value.times > 1:
            zones.setdefault(item.value.zone, []).append((item.id, item.value))
    for zone, rows in sorted(zones.items()):
        for kind, field in FIELDS.items():
            found = [(identity, each, answer) for identity, each in rows if (answer := field(each)) is not None]
            if len({answer for _, _, answer in found}) > 1:
                answers = tuple((each, answer) for _, each, answer in found)
                yield Difference(zone, kind, answers, kind != "A", tuple(identity for identity, _, _ in found))
