"""``front-page-broken``: the front page answers with the status of a server that does not work, so the site is down."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit.analysis.diagnosis.front_page import page_answer
from hostaudit.analysis.findings import FindingDefinition
from hostaudit.analysis.site_model import SiteModel
from hostaudit.model.report import Finding

RULE = "front-page-broken"


def find(site: SiteModel) -> Iterator[Finding]:
    """Yield the finding for a front page that answers 5xx."""
    answer = page_answer(site.evidence, site.file.target)
    if answer.state != "broken" or answer.page is None:
        return
    yield Finding(
        rule=RULE,
        outcome="fail",
        severity="critical",
        confidence=0.9,
        subject=answer.page.host,
        message=f"{answer.in_words}: the web site does not work now.",
        because=answer.because,
        fix="Look at the server behind the status, and at what stands between it and its content network.",
        effect="Visitors get an error instead of the site.",
        down_now=tuple(each.id for each in site.tree.functions if each.id == "web" and each.counts),
        verdict="fail",
    )


FINDING = FindingDefinition(RULE, find)
