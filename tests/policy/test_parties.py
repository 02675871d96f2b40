"""Demands on parties: who is allowed, refused, in which country, and with what share."""

from __future__ import annotations

import pytest
from helpers.corpus import in_the_dark
from helpers.findings import outcome, outcomes
from helpers.policies import judged
from helpers.sites import GANDI, in_pairs, on_one_parent

from hostaudit.model.policy import (
    JurisdictionDemand,
    ParentDemand,
    Policy,
    Refusal,
    RoleDemand,
)


def test_allow_asks_for_those_whom_the_site_chose_and_names_each_other_one():
    policy = Policy(roles={"dns": RoleDemand(allow=("ns1",)), "hosting": RoleDemand(allow=("hetzner", "ovh"))})
    report = judged(in_pairs(), policy)

    assert outcomes(report, "dns.allow") == {"steady.org": "fail"}
    assert [each.provider for each in report.findings if each.rule == "dns.allow"] == ["gandi"]
    assert outcomes(report, "hosting.allow") == {"steady.org": "pass"}
    by_company = Policy(roles={"dns": RoleDemand(allow=("ibm", "your-online"))})
    assert outcome(in_pairs(), by_company, "dns.allow") == "pass"


@pytest.mark.parametrize("named", ["route53", "aws", "amazon"])
def test_deny_knows_the_product_its_account_and_the_company(named):
    policy = Policy(roles={"dns": RoleDemand(deny=(named,))})

    assert outcome(on_one_parent(), policy, "dns.deny") == "fail"
    assert outcome(in_pairs(), policy, "dns.deny") == "pass"
    assert outcome(in_the_dark(), policy, "dns.deny") == "unknown"


def test_refused_parties_are_found_in_any_role():
    policy = Policy(
        providers=(Refusal("amazon-ses", "contract ended"), Refusal("ovh")),
        parents=ParentDemand(deny=(Refusal("amazon"),)),
        jurisdictions=JurisdictionDemand(deny=(Refusal("US"), Refusal("FR"))),
    )
    report = judged(on_one_parent(), policy)
    found = outcomes(report, "providers.deny")

    assert found == {"amazon-ses": "fail", "ovh": "pass"}
    assert "contract ended" in next(each.message for each in report.findings if each.subject == "amazon-ses")
    assert set(outcomes(report, "parents.deny").values()) == {"fail"}
    assert outcomes(report, "jurisdictions.deny")["US route53"] == "fail"
    assert outcomes(report, "jurisdictions.deny")["FR"] == "pass"


def test_a_country_that_is_not_allowed_is_named_for_each_company():
    policy = Policy(jurisdictions=JurisdictionDemand(allow=("US", "NL", "DE", "FR", "GB"), known=True))
    narrow = Policy(jurisdictions=JurisdictionDemand(allow=("US",)))

    assert outcome(in_pairs(), policy, "jurisdictions.allow") == "pass"
    assert outcome(in_pairs(), policy, "jurisdictions.known") == "pass"
    assert outcomes(judged(in_pairs(), narrow), "jurisdictions.allow")["hetzner"] == "fail"
    assert outcome(in_the_dark(), policy, "jurisdictions.allow") == "unknown"
    assert outcome(in_the_dark(), policy, "jurisdictions.known") == "unknown"


def test_a_company_without_a_known_country_is_neither_allowed_nor_refused():
    site = in_pairs().name(GANDI, {"ns.nowhere.net": ("192.0.2.1", 64500)})
    policy = Policy(
        jurisdictions=JurisdictionDemand(deny=(Refusal("RU"),), allow=("US", "NL", "DE", "FR", "GB"), known=True)
    )
    report = judged(site, policy)

    assert set(outcomes(report, "jurisdictions.deny").values()) == {"unknown"}
    assert set(outcomes(report, "jurisdictions.allow").values()) == {"unknown"}
    assert "fail" in outcomes(report, "jurisdictions.known").values()


@pytest.mark.parametrize(("most", "expected"), [(0.2, "pass"), (0.19, "fail")])
def test_the_share_of_the_largest_company(most, expected):
    assert outcome(in_pairs(), Policy(parents=ParentDemand(max_share=most)), "parents.max_share") == expected


def test_an_unknown_part_may_be_anybodys():
    policy = Policy(parents=ParentDemand(max_share=0.25))

    assert outcome(in_pairs(), policy, "parents.max_share") == "pass"
    assert outcome(
        in_pairs().note("web", "www.steady.org 51.38.99.21", unknown="timeout"), policy, "parents.max_share"
    ) in (
        "pass",
        "unknown",
    )
    assert outcome(in_the_dark(), policy, "parents.max_share") == "unknown"
