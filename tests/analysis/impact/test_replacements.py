"""Who could stand in, and for what."""

from __future__ import annotations

import pytest
from helpers.sites import GANDI, GANDI_NS, NSONE, Site, in_one_leg, in_pairs

from hostaudit import audit
from hostaudit.analysis.impact import replacements
from hostaudit.documents import rules

RULES = rules.shipped()


def gaps(site: Site) -> list[tuple[str, str]]:
    answer = replacements.fallbacks(audit.understand(site.file(), RULES))
    return [(each.parent, each.role) for each in answer.gaps]


def test_one_of_two_operators_is_no_gap_though_its_company_keeps_the_name_as_well():
    assert gaps(in_pairs()) == [("your-online", "registrar")]


def test_the_only_operator_is_one():
    assert ("ibm", "dns") in gaps(in_one_leg())


@pytest.mark.parametrize(("servers", "listed"), [(GANDI_NS, True), ({**GANDI_NS, **NSONE}, False)])
def test_a_role_is_a_gap_if_it_alone_is_enough(servers, listed):
    site = in_pairs()
    site.items = {key: item for key, item in site.items.items() if item.kind not in ("nameservers", "delegation")}
    site.name(GANDI, servers)

    assert (("your-online", "dns") in gaps(site)) == listed


def test_nobody_is_offered_a_service_that_has_ended_and_what_nobody_stated_is_said():
    answer = replacements.fallbacks(audit.understand(in_one_leg().file(), RULES))
    rows = {each.provider: each for gap in answer.gaps for each in gap.candidates}
    ended = {each.id for each in RULES.providers if each.ended}

    assert ended
    assert not ended & set(rows)
    assert {each.upstream for each in rows.values()} == {"stated", "not stated"}
