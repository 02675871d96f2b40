"""``registration-end``: a registration that has ended by its date, or ends within 30 days."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit import domain
from hostaudit.analysis.diagnosis.registrations import (
    DELETIONS,
    HOLDS,
    RegistrationState,
    days,
    own_names,
    state_of,
)
from hostaudit.analysis.findings import FindingDefinition
from hostaudit.analysis.site_model import SiteModel
from hostaudit.model.report import Finding

RULE = "registration-end"
SOON = 30
"""Days. Registrars must remind a month and a week before the end (ICANN, Expired Registration Recovery Policy)."""

CERTAIN = 0.98


def find(site: SiteModel) -> Iterator[Finding]:
    """Yield one finding for each name of the site that ends soon or has ended; the names of platforms are theirs, and
    a hold or a deletion tells more."""
    tenants = {domain.registrable(host) for host in site.file.target.hosts if domain.tenant(host) is not None}
    for name in own_names(site.file):
        state = state_of(site.evidence, name)
        if state is None or name in tenants or state.has((*HOLDS, *DELETIONS)) or state.in_zone is False:
            continue
        if state.days_left is not None and state.days_left <= SOON:
            yield _finding(state, state.days_left)


def _finding(state: RegistrationState, left: int) -> Finding:
    day = (state.registration.expires or "")[:10]
    if left < 0:
        message = f"By the record of its registry, the registration of {state.name} ended on {day}, {days(-left)} ago"
        message += ", and it is still delegated." if state.in_zone else "."
        effect = (
            "If it is not renewed, registrar or registry take the name out of the zone when they choose. Some renew it "
            "by themselves and change the date later: that cannot be seen from here."
        )
    else:
        when = f"in {days(left)}" if left else "today"
        message = f"The registration of {state.name} ends {when}, on {day}."
        effect = "If it is not renewed, nothing under the name resolves some time after that day."
    return Finding(
        rule=RULE,
        outcome="fail",
        severity="medium",
        confidence=CERTAIN,
        subject=state.name,
        message=message,
        because=state.because,
        fix="Renew it, or see that automatic renewal is on and its payment works; look who gets the reminders.",
        role="registrar",
        effect=effect,
    )


FINDING = FindingDefinition(RULE, find)
