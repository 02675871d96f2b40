"""What places were answered differently, though there is one answer for everybody."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence

from hostaudit.model.evidence import Evidence, EvidenceFile
from hostaudit.model.report import Contradiction, PlaceAnswer
from hostaudit.model.values import (
    Caa,
    Delegation,
    Dnssec,
    MailExchangers,
    NameServers,
    Registration,
    Spf,
)


def contradictions(looks: Sequence[EvidenceFile], settled: Sequence[EvidenceFile]) -> tuple[Contradiction, ...]:
    """Return the contradictions between looks from several places, by id of the evidence. ``settled``: the same looks,
    in which contradicted proofs of absence are unknown."""
    found: dict[str, list[tuple[str, Evidence, bool]]] = {}
    for look, after in zip(looks, settled, strict=True):
        for item, now in zip(look.evidence, after.evidence, strict=True):
            lost = item.absent is not None and now.unknown is not None and now.unknown.cause == "contradicted"
            found.setdefault(item.id, []).append((look.run.vantage, item, lost))
    rows = (_contradiction(found[identity]) for identity in sorted(found))
    return tuple(each for each in rows if each is not None)


def _contradiction(rows: list[tuple[str, Evidence, bool]]) -> Contradiction | None:
    kernels = {kernel for _, item, _ in rows for kernel in _kernel(item)}
    lost = tuple(place for place, _, gone in rows if gone)
    if len(kernels) < 2 and not lost:
        return None
    first = rows[0][1]
    return Contradiction(first.id, first.kind, first.subject, tuple(_answers(rows)), lost)


def _answers(rows: Iterable[tuple[str, Evidence, bool]]) -> Iterator[PlaceAnswer]:
    told: dict[str, list[str]] = {}
    for place, item, _ in rows:
        if item.unknown is None and item.not_applicable is None:
            told.setdefault(_in_words(item), []).append(place)
    yield from (PlaceAnswer(tuple(places), answer) for answer, places in told.items())


def _in_words(item: Evidence) -> str:
    return item.value.in_words() if item.value is not None else f"none ({item.absent})"


def _kernel(item: Evidence) -> Iterator[Hashable]:
    """That part of an answer that is the same for everybody; nothing if a place may be answered otherwise, such as with
    other addresses, or if there is no answer."""
    match item.value:
        case Registration() as value:
            yield value.iana_id or (value.registrar or "").casefold()
        case Delegation() as value:
            yield frozenset(each.name for each in value.nameservers), value.ds
        case NameServers() as value:
            yield frozenset(value.names)
        case MailExchangers() as value:
            yield frozenset(each.host for each in value.exchangers)
        case Dnssec() as value:
            yield value.ds, value.dnskey
        case Caa() as value:
            yield frozenset(value.issue), frozenset(value.issuewild)
        case Spf() as value:
            yield value.record
        case None if item.absent is not None and item.kind in EVERYWHERE:
            yield "absent"


EVERYWHERE = frozenset({"registration", "delegation", "nameservers", "mx", "dnssec", "caa", "spf"})
"""The kinds of evidence that have one answer for everybody."""
