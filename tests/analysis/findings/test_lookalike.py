"""Findings that need no policy: a name server whose name is mistyped."""

from __future__ import annotations

from functools import cache

import pytest
from helpers.reports import catalogue, operator_of, report_on
from helpers.sites import CLOUDFLARE_NS, GANDI, Site, in_pairs

from hostaudit.analysis.catalogue.catalogue import Catalogue
from hostaudit.model.values import (
    Delegation,
    NameServerGlue,
    NameServers,
    Registration,
    ServerAnswer,
)
from hostaudit.report import Style, load


@cache
def index() -> Catalogue:
    return Catalogue(catalogue())


def with_delegation(*hosts: str, published: tuple[str, ...] | None = None) -> Site:
    site = in_pairs()
    glue = tuple(NameServerGlue(host) for host in hosts)
    site.note("delegation", "steady.org", Delegation("org", glue, 172800, ds=False))
    return site.note("nameservers", "steady.org", NameServers(published if published is not None else hosts, 3600))


@pytest.mark.parametrize(
    ("host", "meant"),
    [
        ("ns1-05.azure.dns.com", "azure-dns.com"),
        ("ns-1407.awsdns-47.or", "awsdns-00.org"),
        ("ns-1407.awsdns.org", "awsdns-00.org"),
        ("ns05.domancontrol.com", "domaincontrol.com"),
        ("ns05.domaincontorl.com", "domaincontrol.com"),
        ("ada.ns.cloudfare.com", "cloudflare.com"),
        ("ns1.digitaloceans.com", "digitalocean.com"),
    ],
)
def test_a_mistyped_name_server_is_nobodys_and_a_finding(host, meant):
    report = report_on(with_delegation("dns1.p01.nsone.net", host))

    finding = next(each for each in report.findings if each.subject == host)
    assert index().ns(host) == ()
    assert (finding.rule, finding.outcome, finding.severity) == ("lookalike-name-server", "fail", "high")
    assert f"almost {meant} of" in finding.message
    assert "delegation:steady.org" in finding.because
    assert operator_of(report, host).provider.startswith("unknown:")


def test_in_the_zone_alone_it_is_of_less_weight_and_one_that_answers_alike_of_least():
    host = "ns1.digitaloceans.com"
    published = report_on(with_delegation("dns1.p01.nsone.net", published=("dns1.p01.nsone.net", host)))
    answering = with_delegation("dns1.p01.nsone.net", host)
    for server, address in (("dns1.p01.nsone.net", "198.51.44.1"), (host, "193.235.17.53")):
        answer = ServerAnswer("steady.org", server, address, True, "NOERROR", 7)
        answering.note("server", f"steady.org {server} {address}", answer)

    assert [each.severity for each in published.findings] == ["medium"]
    assert [each.severity for each in report_on(answering).findings] == ["low"]


def test_a_finding_of_that_kind_is_no_verdict_and_no_score():
    report = report_on(with_delegation("dns1.p01.nsone.net", "ns-1407.awsdns-47.or"))

    assert report.verdict != "fail"
    assert report.score.high > 0
    assert "error (high)" in load("terminal").render(report, Style())


def test_a_site_whose_own_name_is_almost_a_providers_is_no_finding():
    site = Site("digitaloceans.com").name(GANDI, CLOUDFLARE_NS)
    glue = (NameServerGlue("ns1.digitaloceans.com"),)
    site.note("delegation", "digitaloceans.com", Delegation("com", glue, 172800, ds=False))
    site.note("registration", "digitaloceans.com", Registration("rdap", *GANDI))

    assert report_on(site).findings == ()
