"""Zones that validating resolvers refuse, told apart from servers that fail."""

from __future__ import annotations

import pytest
from helpers.broken_sites import NAME, bogus
from helpers.sites import in_pairs

from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.analysis.diagnosis.dnssec import refused_zone
from hostaudit.model.values import Delegation, Dnssec, NameServerGlue, NameServers, ServerAnswer

SERVER = "dns1.p01.nsone.net", "198.51.44.1"


def diagnosis(site):
    return refused_zone(EvidenceIndex(site.items.values()), NAME)


def test_servers_that_answer_a_ds_record_and_a_resolver_that_fails_are_a_diagnosis():
    found = diagnosis(bogus())
    assert (found.answering, found.asked, found.proved) == (2, 2, False)
    assert {f"delegation:{NAME}", f"dnssec:{NAME}", f"server:{NAME} {SERVER[0]} {SERVER[1]}"} <= set(found.because)


def test_an_answer_without_validation_proves_it():
    found = diagnosis(bogus().note("unvalidated", NAME, NameServers((SERVER[0],), 3600)))
    assert found.proved
    assert f"unvalidated:{NAME}" in found.because


@pytest.mark.parametrize("ending", [{"unknown": "servfail"}, {"unknown": "timeout"}, {"absent": "SERVFAIL, no NS"}])
def test_a_resolver_that_fails_without_validation_too_has_another_cause(ending):
    assert diagnosis(bogus().note("unvalidated", NAME, **ending)) is None


def test_there_is_none_without_a_ds_record_or_without_a_server_that_answers():
    unsigned = Delegation("org", (NameServerGlue(SERVER[0]),), 172800, ds=False)
    assert diagnosis(bogus().note("delegation", NAME, unsigned)) is None
    assert diagnosis(bogus().note("delegation", NAME, unknown="timeout")) is None
    dead = bogus()
    for key in [each for each in dead.items if each.startswith("server:")]:
        del dead.items[key]
    assert diagnosis(dead) is None
    lame = ServerAnswer(NAME, *SERVER, False, "REFUSED")
    assert diagnosis(bogus().note("server", f"{NAME} {SERVER[0]} {SERVER[1]}", lame)) is None


def test_a_zone_for_which_the_resolver_answers_is_fine():
    assert diagnosis(in_pairs()) is None
    assert diagnosis(bogus().note("nameservers", NAME, NameServers((SERVER[0],), 3600))) is None
    assert diagnosis(bogus().note("dnssec", NAME, Dnssec(ds=True, dnskey=True, validated=True))) is None
    assert diagnosis(bogus().note("dnssec", NAME, unknown="timeout").note("nameservers", NAME, unknown="timeout"))
