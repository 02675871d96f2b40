"""``mail-exchanger-refuses``: a mail exchanger that refuses connections, while another one of the site answers."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit.analysis.findings import FindingDefinition
from hostaudit.analysis.site_model import SiteModel
from hostaudit.model.evidence import subject_of
from hostaudit.model.report import Finding
from hostaudit.model.values import HostAddress, subject_text
from hostaudit.model.words import few


def find(site: SiteModel) -> Iterator[Finding]:
    """Yield a finding for each address that refused twice."""
    for item in site.evidence.of("exchanger"):
        at = subject_of(item, HostAddress)
        if at is not None and site.exchangers.of(at) == "refuses":
            yield _finding(site, at, item.id)


def _finding(site: SiteModel, at: HostAddress, identity: str) -> Finding:
    domain = site.file.target.domain
    answering = [each for each in site.exchangers.answering() if each != at.host]
    return Finding(
        rule=FINDING.rule,
        outcome="fail",
        severity="medium",
        confidence=0.9,
        subject=subject_text(at),
        message=(
            f"{at.host} ({at.address}), a mail exchanger of {domain}, refuses connections to port 25, asked twice, "
            f"while {few(answering)} answers."
        ),
        because=(identity, *site.evidence.ids(("mx", domain))),
        fix="Let it accept connections to port 25 from everywhere, or take it out of the MX set.",
        role="mail",
        effect="It takes no mail when the others fail, so it does not count as a second mail exchanger.",
    )


FINDING = FindingDefinition("mail-exchanger-refuses", find)
