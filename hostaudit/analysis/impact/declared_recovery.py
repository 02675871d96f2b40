"""Recoveries that the owner declares: what he has tried lately counts for the high end of the score.

The low end keeps the recorded times, since nobody else has seen the test. Its age is reckoned from the scan, so that
the same evidence always gives the same report.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from hostaudit.analysis.site_model import SiteModel
from hostaudit.model.report import Hours, RecoveryNote
from hostaudit.model.site import TEST_HOLDS, DeclaredRecovery

AHEAD = 1
"""Days that a test may lie after the scan: the scan has a day of UTC, the owner one of his own."""


def recovery_notes(site: SiteModel) -> tuple[RecoveryNote, ...]:
    """Return a note for each recovery that the site file declares, sorted by role."""
    declared = site.file.site.recovery if site.file.site is not None else {}
    return tuple(_note(site, role, declared[role]) for role in sorted(declared))


def counting(site: SiteModel) -> dict[str, float]:
    """Return, by role, the hours of the declared recoveries that count."""
    return {each.role: each.hours for each in recovery_notes(site) if each.state == "counts"}


def _note(site: SiteModel, role: str, declared: DeclaredRecovery) -> RecoveryNote:
    known = site.rules.recovery[role]
    scanned = date.fromisoformat(site.run.started[:10])
    age = (scanned - date.fromisoformat(declared.tested)).days
    state: Literal["counts", "old", "future", "longer"] = "counts"
    if age < -AHEAD:
        state = "future"
    elif age > TEST_HOLDS:
        state = "old"
    elif declared.hours >= known.usual:
        state = "longer"
    recorded = Hours(known.low, known.usual, known.high)
    return RecoveryNote(role, declared.hours, declared.tested, max(0, age), state, recorded, known.cases, known.famous)
