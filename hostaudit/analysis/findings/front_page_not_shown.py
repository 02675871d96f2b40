"""``front-page-not-shown``: the site answers and shows no page, such as an API, or to a client that it rejects."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit.analysis.diagnosis.front_page import page_answer
from hostaudit.analysis.findings import FindingDefinition
from hostaudit.analysis.site_model import SiteModel
from hostaudit.model.report import Finding

RULE = "front-page-not-shown"


def find(site: SiteModel) -> Iterator[Finding]:
    """Yield the finding for a front page that answers 4xx."""
    answer = page_answer(site.evidence, site.file.target)
    if answer.state != "not_shown" or answer.page is None:
        return
    yield Finding(
        rule=RULE,
        outcome="fail",
        severity="low",
        confidence=0.9,
        subject=answer.page.host,
        message=f"{answer.in_words}: the host answers, and shows no page.",
        because=answer.because,
        fix="If this is intended, as for an API or for clients that are not browsers, nothing; else compare with what "
        "a browser shows.",
        effect="The host counts as up; apps and scripts that a page would name were not looked for.",
    )


FINDING = FindingDefinition(RULE, find)
