"""The state of a registration: on hold, about to be deleted, at its end (RFC 5731, RFC 3915, RFC 8056)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from hostaudit import domain
from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.model.evidence import Evidence, EvidenceFile
from hostaudit.model.values import Delegation, Registration, ZoneCut

Status = Literal[
    "clientHold",
    "serverHold",
    "redemptionPeriod",
    "pendingRestore",
    "pendingDelete",
    "pendingTransfer",
    "inactive",
]
HOLDS: tuple[Status, ...] = ("clientHold", "serverHold")
DELETIONS: tuple[Status, ...] = ("redemptionPeriod", "pendingRestore", "pendingDelete")

_READ: dict[str, Status] = {
    "clienthold": "clientHold",
    "serverhold": "serverHold",
    "redemptionperiod": "redemptionPeriod",
    "redemption": "redemptionPeriod",
    "pendingrestore": "pendingRestore",
    "pendingdelete": "pendingDelete",
    "pendingtransfer": "pendingTransfer",
    "inactive": "inactive",
}
_PART = re.compile(r"[/,;]")


@dataclass(frozen=True)
class RegistrationState:
    """The registration of a name of the site.

    ``statuses``: those that matter here, in the order of ``Status``. ``in_zone``: the name is in the zone of its
    registry; None if nobody could tell. ``days_left``: whole days until the end that the registry gives, negative after
    it; None without one. ``because``: the evidence for all of it. ``asked``: the registry was asked for its delegation.
    """

    name: str
    registration: Registration
    statuses: tuple[Status, ...]
    in_zone: bool | None
    days_left: int | None
    because: tuple[str, ...]
    asked: bool

    def has(self, statuses: tuple[Status, ...]) -> tuple[Status, ...]:
        """Those of some statuses that it has."""
        return tuple(each for each in statuses if each in self.statuses)

    @property
    def in_words(self) -> str:
        """The name, with the end of its registration if that is past."""
        if self.days_left is None or self.days_left >= 0:
            return self.name
        ended = f"ended on {(self.registration.expires or '')[:10]}, {days(-self.days_left)} ago"
        return f"{self.name}, whose registration {ended},"

    @property
    def may_be_absent(self) -> bool:
        """True if a hold or a deletion may have taken the name out of the zone, and nobody could tell."""
        return self.asked and self.in_zone is None and bool(self.has((*HOLDS, *DELETIONS)))

    @property
    def explains_absence(self) -> bool:
        """True if the registration itself says why the name is not in the zone of its registry."""
        return self.in_zone is False and bool(self.has((*HOLDS, *DELETIONS)))


def days(number: int) -> str:
    """A number of days in words."""
    return "1 day" if number == 1 else f"{number} days"


def own_names(file: EvidenceFile) -> tuple[str, ...]:
    """The registrable names of the site's hosts and of its declared spare names, each once."""
    spares = [each.domain for each in file.site.spare_names] if file.site is not None else []
    names = (domain.registrable(host) for host in (*file.target.hosts, *spares))
    return tuple(dict.fromkeys(name for name in names if name is not None))


def state_of(evidence: EvidenceIndex, name: str) -> RegistrationState | None:
    """The state of a registration; None if it has no answer or was not asked for."""
    item = evidence.get("registration", name)
    if item is None or not isinstance(item.value, Registration):
        return None
    statuses = statuses_of(item.value)
    delegation = evidence.get("delegation", name)
    in_zone = _in_zone(evidence, name, delegation)
    because = (item.id, *((delegation.id,) if delegation is not None else ()))
    left = _days_left(item, item.value)
    return RegistrationState(name, item.value, statuses, in_zone, left, because, delegation is not None)


def statuses_of(registration: Registration) -> tuple[Status, ...]:
    """The statuses that matter here, whatever the spelling: EPP's, RDAP's, or several in one text."""
    parts = (part for text in registration.status for part in _PART.split(text))
    found = {_READ.get("".join(char for char in part.lower() if char.isalpha())) for part in parts}
    return tuple(status for status in dict.fromkeys(_READ.values()) if status in found)


def _in_zone(evidence: EvidenceIndex, name: str, delegation: Evidence | None) -> bool | None:
    """Whether a name is delegated: by its registry's servers or, if they gave no answer, by the resolver if the name
    lies in the registry's own zone for it. Of a delegation that it knows the resolver may have an old copy."""
    if delegation is not None and delegation.absent is not None:
        return False
    if delegation is not None and isinstance(delegation.value, Delegation):
        return True
    cut = evidence.value("zone", name, ZoneCut)
    outside = cut is not None and all(domain.registrable(zone) is None for zone in cut.zones)
    return False if outside else None


def _days_left(item: Evidence, registration: Registration) -> int | None:
    try:
        ends = datetime.fromisoformat(registration.expires or "")
        return (ends.date() - datetime.fromisoformat(item.at).date()).days
    except ValueError:
        return None
