"""Hidden primaries, and names in an SOA record that mean nothing."""

from __future__ import annotations

import pytest
from helpers.broken_sites import NAME
from helpers.reports import catalogue, report_on
from helpers.sites import GANDI, Site

from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.analysis.catalogue.catalogue import Catalogue
from hostaudit.analysis.diagnosis.hidden_primaries import hidden_primary
from hostaudit.model.values import NameServers, ServerAnswer

CATALOGUE = Catalogue(catalogue())
SERVERS = {"a.ns.example-dns.net": ("198.51.44.1", 64500), "b.ns.example-dns.net": ("198.51.44.2", 64500)}


def served(*mnames: str, lives: tuple[str, ...] = ()) -> Site:
    site = Site(NAME).name(GANDI, SERVERS)
    for (host, (address, _)), mname in zip(SERVERS.items(), mnames, strict=True):
        answer = ServerAnswer(NAME, host, address, True, "NOERROR", 7, mname=mname)
        site.note("server", f"{NAME} {host} {address}", answer)
    for host in lives:
        site.address(host, ("192.0.2.9", 64501))
    return site


def primary(site):
    return hidden_primary(EvidenceIndex(site.items.values()), CATALOGUE, NAME)


@pytest.mark.parametrize("host", [f"master.{NAME}", "master.somebody-else.org"])
def test_a_host_that_no_ns_set_has_is_a_hidden_primary(host):
    found = primary(served(host, host, lives=(host,)))
    assert (found.zone, found.host) == (NAME, host)
    assert f"a:{host}" in found.because


@pytest.mark.parametrize(
    ("mnames", "lives"),
    [
        (("a.ns.example-dns.net",) * 2, ()),
        ((f"master.{NAME}",) * 2, ()),  # a mere word, or nobody asked
        ((f"master.{NAME}", "a.ns.example-dns.net"), (f"master.{NAME}",)),  # independent primaries
        (("zz.ns.example-dns.net",) * 2, ("zz.ns.example-dns.net",)),  # beside the published ones
        (("ns-1.awsdns-00.com",) * 2, ("ns-1.awsdns-00.com",)),  # the catalogue knows it
        (("",) * 2, ()),
    ],
)
def test_other_names_there_are_none(mnames, lives):
    assert primary(served(*mnames, lives=lives)) is None


def test_both_ns_sets_must_be_known():
    site = served(*(f"master.{NAME}",) * 2, lives=(f"master.{NAME}",))
    assert primary(site.note("nameservers", NAME, unknown="timeout")) is None
    assert primary(site.note("nameservers", NAME, NameServers((*SERVERS, f"master.{NAME}"), 60))) is None


def test_it_is_information():
    site = served(*(f"master.{NAME}",) * 2, lives=(f"master.{NAME}",))
    found = [each for each in report_on(site).findings if each.rule == "hidden-primary"]
    assert [(each.severity, each.down_now) for each in found] == [("low", ())]
