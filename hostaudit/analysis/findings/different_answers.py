"""``operators-answer-differently``: the DNS operators of a zone give different NS or MX sets for it."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit.analysis.diagnosis.primaries import Difference, differences
from hostaudit.analysis.findings import FindingDefinition
from hostaudit.analysis.site_model import SiteModel
from hostaudit.model.report import Finding
from hostaudit.model.words import few, listed

EFFECTS = {
    "NS": "Resolvers that keep the shorter set ask fewer servers, so the other operators may carry nothing.",
    "MX": "Mail goes to one set of exchangers or to the other, by the server that is asked.",
}


def find(site: SiteModel) -> Iterator[Finding]:
    """Yield a finding for each zone and set that differs. Different addresses alone are none, see ``primaries``."""
    for each in differences(site.evidence):
        if each.telling:
            yield _finding(each)


def _finding(difference: Difference) -> Finding:
    said = [f"{few(answer) if answer else 'none'} by {each.nameserver}" for each, answer in difference.answers]
    return Finding(
        rule=FINDING.rule,
        outcome="fail",
        severity="medium",
        confidence=0.9,
        subject=f"{difference.zone} {difference.kind}",
        message=(
            f"The operators of {difference.zone} answer differently for its {difference.kind} set, each asked twice: "
            f"{listed(said)}."
        ),
        because=difference.because,
        fix="Publish the same records at each operator; the serials of independent primaries need not agree.",
        role="dns",
        effect=EFFECTS[difference.kind],
    )


FINDING = FindingDefinition("operators-answer-differently", find)
