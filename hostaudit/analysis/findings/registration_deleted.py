"""``registration-deleted``: the name is being deleted (RFC 3915: redemptionPeriod, pendingRestore, pendingDelete)."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit.analysis.diagnosis.registrations import DELETIONS, HOLDS, RegistrationState, own_names, state_of
from hostaudit.analysis.fault_tree.basic_events import broken_event
from hostaudit.analysis.findings import FindingDefinition, not_working
from hostaudit.analysis.impact.stopped import stopped_by
from hostaudit.analysis.site_model import SiteModel
from hostaudit.model.report import Finding
from hostaudit.model.verdict import DELETED

SAID = {
    "redemptionPeriod": "has been deleted and is in its redemption period",
    "pendingRestore": "has been deleted, and its restoration is pending",
    "pendingDelete": "is about to be deleted by its registry",
}
FIXES = {
    "redemptionPeriod": "Have the registrar restore it at once: afterwards anybody can register the name.",
    "pendingRestore": "See to it that the registrar completes the restoration in time.",
    "pendingDelete": "Ask the registrar at once whether it can still be restored; else be ready to register it again.",
}
CERTAIN = 0.99


def find(site: SiteModel) -> Iterator[Finding]:
    """Yield one finding for each name of the site that is being deleted."""
    for name in own_names(site.file):
        state = state_of(site.evidence, name)
        if state is not None and state.has(DELETIONS):
            yield _finding(site, state)


def _finding(site: SiteModel, state: RegistrationState) -> Finding:
    statuses = state.has(DELETIONS)
    first = statuses[0]
    stopped: tuple[str, ...] = ()
    effect = "When its registry takes it out of its zone, nothing under the name resolves."
    message = f"{state.in_words} {SAID[first]} ({', '.join((*statuses, *state.has(HOLDS)))})"
    if state.in_zone is False:
        stopped = stopped_by(site.tree, (broken_event("registry", state.name),))
        message += ", and is no longer in the zone of its registry"
        effect = f"{not_working(stopped)} What caches still hold answers until it expires there.".strip()
    return Finding(
        rule=DELETED,
        outcome="fail",
        severity="critical" if stopped else "medium",
        confidence=CERTAIN,
        subject=state.name,
        message=f"{message}.",
        because=state.because,
        fix=FIXES[first],
        role="registrar",
        effect=effect,
        down_now=stopped,
        verdict="fail" if stopped else "",
    )


FINDING = FindingDefinition(DELETED, find)
