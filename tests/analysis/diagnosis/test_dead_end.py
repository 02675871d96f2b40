"""Where browsers stop on their way to the front page."""

from __future__ import annotations

from helpers.broken_sites import LEGS, NAME, dangling, expired
from helpers.reports import catalogue
from helpers.sites import in_pairs

from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.analysis.catalogue.catalogue import Catalogue
from hostaudit.analysis.diagnosis.certificates import Certificates
from hostaudit.analysis.diagnosis.dead_end import stopped_at
from hostaudit.model.values import WebAnswer

CATALOGUE = Catalogue(catalogue())
WWW = f"www.{NAME}"


def end(site):
    evidence = EvidenceIndex(site.items.values())
    return stopped_at(evidence, CATALOGUE, Certificates(evidence, CATALOGUE), site.target)


def redirecting(site, *legs, to=WWW):
    for host, address in legs:
        site.note("web", f"{host} {address}", WebAnswer(host, address, "https", 301, (), location=f"https://{to}/"))
    return site.note("front", NAME, unknown="certificate_invalid")


def test_they_stop_where_every_certificate_is_refused():
    assert end(expired()) == NAME
    assert end(redirecting(expired(*LEGS[2:]), *LEGS[:2])) == WWW


def test_they_stop_at_an_alias_that_leads_nowhere():
    assert end(dangling()) == WWW


def test_it_is_not_known_where_if_one_address_goes_on_or_gave_no_answer():
    assert end(in_pairs()) is None
    assert end(expired(LEGS[0]).note("front", NAME, unknown="certificate_invalid")) is None
    assert end(redirecting(expired(*LEGS[2:]), LEGS[0])) is None
    assert end(redirecting(expired(*LEGS[2:]), *LEGS[:2], to="elsewhere.example")) is None
    assert end(expired().note("aaaa", NAME, unknown="timeout")) is None
    assert end(expired(*LEGS[2:]).note("a", NAME, unknown="timeout").note("front", NAME, unknown="timeout")) is None


def test_a_circle_of_redirects_and_a_place_that_is_no_url_end_the_way():
    site = redirecting(in_pairs(), *LEGS[:2])
    assert end(redirecting(site, *LEGS[2:], to=NAME)) is None
    assert end(redirecting(in_pairs(), *LEGS[:2], to="[")) is None
