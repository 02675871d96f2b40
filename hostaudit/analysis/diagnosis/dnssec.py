"""Zones that validating resolvers refuse: a wrong DS record, missing keys, signatures that have ended (RFC 4035, 5.5).

Such a resolver answers SERVFAIL, as it does for servers that fail. What tells the two apart is the same question
without validation; evidence that has none is read by what else it shows: a DS record at the parent, and servers that
answer.
A resolver that does not validate cannot know.
"""

from __future__ import annotations

from dataclasses import dataclass

from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.model.evidence import Evidence, subject_of
from hostaudit.model.values import Delegation, Kind, NameServers, ServerAddress, ServerAnswer


@dataclass(frozen=True)
class RefusedZone:
    """A zone whose DNSSEC validation fails. ``answering`` of ``asked`` addresses of its servers answer with authority.
    ``proved``: the resolver answers if it does not validate."""

    zone: str
    answering: int
    asked: int
    proved: bool
    because: tuple[str, ...]


def refused_zone(evidence: EvidenceIndex, zone: str) -> RefusedZone | None:
    """The diagnosis of a zone; None if the resolver answers for it, or if that it does not may have another cause."""
    failed = [item for item in _asked_of_resolver(evidence, zone) if _servfail(item)]
    delegation = evidence.get("delegation", zone)
    if not failed or delegation is None or not isinstance(delegation.value, Delegation):
        return None
    if any(item.unknown is None for item in _asked_of_resolver(evidence, zone)):
        return None
    answers = [item for item in evidence.of("server") if _of_zone(item, zone)]
    good = [item for item in answers if isinstance(item.value, ServerAnswer) and _authoritative(item.value)]
    unchecked = evidence.get("unvalidated", zone)
    proved = unchecked is not None and isinstance(unchecked.value, NameServers)
    if not good or (unchecked is not None and not proved):
        return None
    if not proved and (delegation.value.ds is not True or any(_bad(item) for item in answers)):
        return None
    items = [delegation, *failed[:2], *((unchecked,) if unchecked is not None else ()), *good]
    return RefusedZone(zone, len(good), len(answers), proved, tuple(item.id for item in items))


def _asked_of_resolver(evidence: EvidenceIndex, zone: str) -> list[Evidence]:
    kinds: tuple[Kind, ...] = ("dnssec", "nameservers", "zone", "a", "aaaa", "mx")
    return [item for kind in kinds if (item := evidence.get(kind, zone)) is not None]


def _servfail(item: Evidence) -> bool:
    return item.unknown is not None and item.unknown.cause == "servfail"


def _of_zone(item: Evidence, zone: str) -> bool:
    asked = subject_of(item, ServerAddress)
    return asked is not None and asked.zone == zone


def _authoritative(answer: ServerAnswer) -> bool:
    return answer.authoritative and answer.rcode == "NOERROR"


def _bad(item: Evidence) -> bool:
    """True for an answer that a server gave and that is not a good one; silence is none."""
    return isinstance(item.value, ServerAnswer) and not _authoritative(item.value)
