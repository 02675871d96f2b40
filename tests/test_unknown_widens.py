"""Unknown only widens, for the site and for each of its functions: single facts and sets of them, on every bundle."""

from __future__ import annotations

from functools import cache, partial

import pytest
from helpers import ROOT, corpus
from helpers.odd_sites import answers, ipv6_only, mail_only, redirect_only
from helpers.reports import catalogue
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from hostaudit.analysis.impact.outage import RecoveryTimes
from hostaudit.analysis.impact.score import company_outages, function_score, score
from hostaudit.audit import understand
from hostaudit.documents.evidence_file import read_evidence
from hostaudit.model.evidence import EvidenceFile, Unknown

ODD = {
    "mail only": mail_only,
    "redirect only": redirect_only,
    "newer addresses only": ipv6_only,
    "answers 403": partial(answers, 403),
    "answers 404": partial(answers, 404),
    "answers 503": partial(answers, 503),
}
EXAMPLES = sorted(str(each.relative_to(ROOT)) for each in (ROOT / "examples").glob("**/evidence.json"))
BUNDLES = (*sorted(corpus.SITES), *ODD, *EXAMPLES)
CAUSES = ("timeout", "servfail", "rate_limited")


@cache
def bundle(name: str) -> EvidenceFile:
    made = ODD.get(name) or corpus.SITES.get(name)
    return made().file() if made is not None else read_evidence(str(ROOT / name))


def intervals(file: EvidenceFile) -> dict[str, tuple[float, float]]:
    """The score interval of the site and of each function that may count."""
    site = understand(file, catalogue())
    clock = RecoveryTimes(site.rules.recovery, site.rules.scoring.full_harm_hours)
    ends = [company_outages(site.tree, clock, each) for each in ("pessimistic", "optimistic")]
    found = {"": score(*ends, site.rules.scoring)}
    for function in site.tree.functions:
        interval = function_score(function.id, *ends, site.rules.scoring)
        found[function.id] = (0.0, 100.0) if function.applies == "unseen" else (interval.low, interval.high)
    return found


@cache
def known(name: str) -> dict[str, tuple[float, float]]:
    return intervals(bundle(name))


def without(file: EvidenceFile, facts: set[str], cause: str) -> EvidenceFile:
    """The same evidence, some of whose questions have no answer."""
    rows = tuple(
        structs.replace(each, value=None, absent=None, not_applicable=None, unknown=Unknown(cause))
        if each.id in facts
        else each
        for each in file.evidence
    )
    return structs.replace(file, evidence=rows)


def test_there_are_bundles():
    assert len(BUNDLES) > 30


@pytest.mark.parametrize("name", BUNDLES)
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_unknown_facts_only_widen_the_score_of_the_site_and_of_each_function(name, data):
    file = bundle(name)
    facts = data.draw(st.sets(st.sampled_from([each.id for each in file.evidence]), min_size=1, max_size=6))

    after = intervals(without(file, facts, data.draw(st.sampled_from(CAUSES))))

    for function, (low, high) in known(name).items():
        assert after[function][0] <= low, (function, facts)
        assert after[function][1] >= high, (function, facts)
