"""``certificate-end``: a certificate that should have been renewed by now ends soon."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from hostaudit.analysis.diagnosis.certificates import Certificates
from hostaudit.analysis.findings import FindingDefinition
from hostaudit.analysis.site_model import SiteModel
from hostaudit.model.report import Finding
from hostaudit.model.words import duration

RULE = "certificate-end"
CERTAIN = 0.98


def find(site: SiteModel) -> Iterator[Finding]:
    """Yield one finding for each host, about the certificate that ends first."""
    rows = Certificates(site.evidence, site.attribution.catalogue).all_ending()
    ordered = sorted(rows, key=lambda each: (each.at.host, each.left))
    for host, group in groupby(ordered, key=lambda each: each.at.host):
        found = list(group)
        first = found[0]
        left = duration(first.left.total_seconds() / 3600)
        yield Finding(
            rule=RULE,
            outcome="fail",
            severity="medium",
            confidence=CERTAIN,
            subject=host,
            message=f"The certificate of {host} ends in {left}, on {first.certificate.not_after[:10]}.",
            because=tuple(dict.fromkeys(identity for each in found for identity in each.because)),
            fix="See whether its automatic renewal works, and that the server loads the new one; else renew it now.",
            role="ca",
            effect=f"If it is not renewed, browsers refuse {host} then; automatic renewal comes earlier.",
        )


FINDING = FindingDefinition(RULE, find)
