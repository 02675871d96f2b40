"""``certificate-refused``: browsers refuse the certificate of a host of the site."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from hostaudit.analysis.diagnosis.certificates import Certificates, RefusedCertificate
from hostaudit.analysis.diagnosis.dead_end import addresses_of
from hostaudit.analysis.fault_tree.basic_events import broken_event
from hostaudit.analysis.findings import FindingDefinition, not_working
from hostaudit.analysis.impact.stopped import stopped_by
from hostaudit.analysis.site_model import SiteModel
from hostaudit.model.report import Finding
from hostaudit.model.values import subject_text
from hostaudit.model.words import few

RULE = "certificate-refused"
CERTAIN = 0.97
FIXES = {
    "expired": "Renew it, have the server load it, and see why its renewal failed.",
    "not_yet_valid": "Look at the clock where it was issued, and install the one that is valid now.",
    "wrong_name": "Install one with this name in its subject alternative names.",
    "self_signed": "Install one of an authority that browsers trust.",
    "untrusted": "Install one of an authority that browsers trust.",
}


def find(site: SiteModel) -> Iterator[Finding]:
    """Yield one finding for each host and reason."""
    rows = Certificates(site.evidence, site.attribution.catalogue).all_refused()
    for (host, _), found in groupby(
        sorted(rows, key=lambda each: (each.at.host, each.reason)), key=lambda each: (each.at.host, each.reason)
    ):
        yield _finding(site, host, list(found))


def _finding(site: SiteModel, host: str, found: list[RefusedCertificate]) -> Finding:
    first, number = found[0], len(addresses_of(site.evidence, host))
    plain = all(each.plain for each in found)
    stopped = stopped_by(
        site.tree, (broken_event("ca", subject_text(each.at)) for each in found if each.plain is False)
    )
    where = f" at {len(found)} of its {number} addresses" if len(found) < number else ""
    effect = not_working(stopped)
    if plain:
        effect = f"Over https nobody is shown anything of {host}; plain http still answers."
    elif not stopped:
        sent = f" who are sent to {few([each.at.address for each in found])}" if where else ""
        effect = f"Visitors of {host}{sent} see a warning in place of the page."
    return Finding(
        rule=RULE,
        outcome="fail",
        severity="critical" if stopped else "medium",
        confidence=CERTAIN,
        subject=host,
        message=f"Browsers refuse the certificate of {host}{where}: {_reason(first)}.",
        because=tuple(dict.fromkeys(identity for each in found for identity in each.because)),
        fix=FIXES[first.reason],
        role="ca",
        effect=effect,
        down_now=stopped,
        verdict="fail" if stopped else "",
    )


def _reason(refused: RefusedCertificate) -> str:
    value = refused.certificate
    issuer = value.issuer.organisation or value.issuer.common_name or "an issuer without a name"
    return {
        "expired": f"it ended on {value.not_after[:10]}",
        "not_yet_valid": f"it is not valid before {value.not_before[:10]}",
        "wrong_name": f"it is for {few(value.names)}",
        "self_signed": "it is self-signed",
        "untrusted": f"it is from {issuer}, which is no authority that browsers are known to trust",
    }[refused.reason]


FINDING = FindingDefinition(RULE, find)
