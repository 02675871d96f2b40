"""``name-not-delegated``: the name does not exist, so nothing of the site can work."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit.analysis.diagnosis.registrations import RegistrationState, state_of
from hostaudit.analysis.fault_tree.basic_events import broken_event
from hostaudit.analysis.findings import FindingDefinition
from hostaudit.analysis.impact.stopped import stopped_by
from hostaudit.analysis.site_model import SiteModel
from hostaudit.model.report import Finding
from hostaudit.model.verdict import NOT_DELEGATED

FIX = "Check the spelling; if the name is yours, ask its registrar whether it expired or is on hold."
FIX_REGISTERED = "Ask the registrar why the name is not delegated: no name servers, a hold, an end of the registration."


def find(site: SiteModel) -> Iterator[Finding]:
    """Yield the finding for a name that is not in the zone of its registry, which is always a failure, unless its
    registration tells why: then that is the finding."""
    name = site.file.target.registrable
    item = site.evidence.get("delegation", name)
    registered = state_of(site.evidence, name)
    if item is None or item.absent is None or (registered is not None and registered.explains_absence):
        return
    yield Finding(
        rule=NOT_DELEGATED,
        outcome="fail",
        severity="critical",
        confidence=0.99,
        subject=name,
        message=f"{registered.in_words if registered is not None else name} {_why(registered)}: {item.absent}.",
        because=registered.because if registered is not None else (item.id,),
        fix=FIX if registered is None else FIX_REGISTERED,
        effect="Nothing under the name resolves, except from caches that still hold it.",
        down_now=stopped_by(site.tree, (broken_event("registry", name),)),
        verdict="fail",
    )


def _why(registered: RegistrationState | None) -> str:
    if registered is None:
        return "does not exist"
    if registered.has(("inactive",)):
        return "is registered without name servers, so it is not in the zone of its registry"
    return "is registered, but is not in the zone of its registry"


FINDING = FindingDefinition(NOT_DELEGATED, find)
