"""``registration-on-hold``: a hold keeps the name out of the zone of its registry (RFC 5731 section 2.3)."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit.analysis.diagnosis.registrations import DELETIONS, HOLDS, RegistrationState, own_names, state_of
from hostaudit.analysis.fault_tree.basic_events import broken_event
from hostaudit.analysis.findings import FindingDefinition, not_working
from hostaudit.analysis.impact.stopped import stopped_by
from hostaudit.analysis.site_model import SiteModel
from hostaudit.model.report import Finding
from hostaudit.model.verdict import ON_HOLD
from hostaudit.model.words import listed

WHO = {"clientHold": "its registrar", "serverHold": "its registry"}
FIX = "Ask {who} for the reason and lift it: an unpaid renewal, unverified contact data, a complaint or a court order."
CERTAIN = 0.99


def find(site: SiteModel) -> Iterator[Finding]:
    """Yield one finding for each name of the site that is on hold and not already about to be deleted."""
    for name in own_names(site.file):
        state = state_of(site.evidence, name)
        if state is not None and state.has(HOLDS) and not state.has(DELETIONS):
            yield _finding(site, state)


def _finding(site: SiteModel, state: RegistrationState) -> Finding:
    held = state.has(HOLDS)
    who = listed([WHO[each] for each in held])
    message = f"{state.in_words} is on hold at {who} ({', '.join(held)})"
    stopped: tuple[str, ...] = ()
    if state.in_zone is False:
        stopped = stopped_by(site.tree, (broken_event("registry", state.name),))
        message += ", so it is not in the zone of its registry."
        effect = f"{not_working(stopped)} What caches still hold answers until it expires there.".strip()
    elif state.in_zone:
        message += ", and its delegation is still published."
        effect = "As soon as the registry publishes its zone anew, nothing under the name resolves."
    else:
        message += "; whether it is still delegated could not be asked."
        effect = "A name on hold is taken out of the zone of its registry: nothing under it resolves then."
    return Finding(
        rule=ON_HOLD,
        outcome="fail",
        severity="critical" if stopped else "medium",
        confidence=CERTAIN,
        subject=state.name,
        message=message,
        because=state.because,
        fix=FIX.format(who=who),
        role="registrar",
        effect=effect,
        down_now=stopped,
        verdict="fail" if stopped else "",
    )


FINDING = FindingDefinition(ON_HOLD, find)
