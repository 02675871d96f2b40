"""``registration-transfer``: a transfer of the name to another registrar is under way (RFC 5731, pendingTransfer)."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit.analysis.diagnosis.registrations import own_names, state_of
from hostaudit.analysis.findings import FindingDefinition
from hostaudit.analysis.site_model import SiteModel
from hostaudit.model.report import Finding

RULE = "registration-transfer"


def find(site: SiteModel) -> Iterator[Finding]:
    """Yield one finding for each name of the site with a pending transfer."""
    for name in own_names(site.file):
        state = state_of(site.evidence, name)
        if state is not None and state.has(("pendingTransfer",)):
            yield Finding(
                rule=RULE,
                outcome="fail",
                severity="medium",
                confidence=0.99,
                subject=name,
                message=f"A transfer of {name} to another registrar is pending (pendingTransfer).",
                because=state.because,
                fix="If you did not ask for it, object at the present registrar before its time for that ends.",
                role="registrar",
                effect="Whoever asked for it will control the name: its name servers, and so its site and its mail.",
            )


FINDING = FindingDefinition(RULE, find)
