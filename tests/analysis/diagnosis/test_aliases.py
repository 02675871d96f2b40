"""Targets that do not exist, and who could take them."""

from __future__ import annotations

import pytest
from helpers.broken_sites import NAME, dangling, with_lost_server
from helpers.reports import catalogue
from helpers.sites import GANDI, in_pairs

from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.analysis.catalogue.catalogue import Catalogue
from hostaudit.analysis.diagnosis.aliases import missing_alias, missing_host
from hostaudit.model.values import CanonicalName, Registration

CATALOGUE = Catalogue(catalogue())
WWW = f"www.{NAME}"


def alias(site, host=WWW):
    return missing_alias(EvidenceIndex(site.items.values()), CATALOGUE, host)


def test_an_alias_of_a_name_that_does_not_exist_leads_nowhere():
    found = alias(dangling("gone.example.net"))
    assert (found.host, found.target, found.claimable) == (WWW, "gone.example.net", "")
    assert {f"cname:{WWW}", "cname:gone.example.net", f"a:{WWW}"} <= set(found.because)


@pytest.mark.parametrize(
    ("target", "provider"),
    [
        ("shop.azurewebsites.net", "azure"),
        ("shop.westeurope.cloudapp.azure.com", "azure"),
        ("shop.us-east-1.elasticbeanstalk.com", "aws"),
        ("lb-1.us-east-1.elb.amazonaws.com", ""),
        ("azurewebsites.net", ""),
        ("azurewebsites.net.example.org", ""),
    ],
)
def test_whether_any_customer_can_take_it_is_a_fact_of_the_catalogue(target, provider):
    found = alias(dangling(target))
    assert (found.claimable, found.provider) == ("customer" if provider else "", provider)


def test_a_target_under_a_name_that_is_not_registered_can_be_had_by_anybody():
    site = dangling("shop.gone.net").note("registration", "gone.net", absent="404 from the registry")
    assert alias(site).claimable == "registrant"
    assert alias(site.note("registration", "gone.net", Registration("rdap", *GANDI))).claimable == ""
    assert alias(site.note("registration", "gone.net", unknown="timeout")).claimable == ""


def test_a_chain_is_followed_to_its_end_and_a_circle_is_none():
    site = dangling("one.example.net").note("cname", "one.example.net", CanonicalName("two.example.net", 60))
    assert alias(site) is None  # nobody asked for the end
    assert alias(site.note("cname", "two.example.net", absent="NXDOMAIN")).target == "two.example.net"
    assert alias(site.note("cname", "two.example.net", absent="NODATA")) is None
    assert alias(site.note("cname", "two.example.net", CanonicalName("one.example.net", 60))) is None


def test_a_name_that_is_no_alias_does_not_dangle():
    assert alias(in_pairs()) is None
    assert alias(in_pairs().note("cname", WWW, absent="NXDOMAIN")) is None
    assert alias(dangling().note("cname", WWW, unknown="timeout")) is None


def test_a_server_is_missing_only_if_both_families_prove_it():
    site = with_lost_server(registered_name=False)

    def missing():
        return missing_host(EvidenceIndex(site.items.values()), CATALOGUE, "ns1.gone.net")

    assert missing().claimable == "registrant"
    site.note("aaaa", "ns1.gone.net", unknown="timeout")
    assert missing() is None
