"""Basic events: the prefix in which several announcements may lie, and the evidence behind every one."""

from __future__ import annotations

import json

import pytest
from helpers import ROOT
from helpers.reports import report_on
from helpers.sites import CLOUDFLARE_NS, GANDI, NSONE, Site, on_one_parent

from hostaudit import audit
from hostaudit.documents import evidence_file, rules
from hostaudit.model.values import Delegation, NameServerGlue, NameServers, Registration, kind_of_id

EXAMPLE = ROOT / "examples/parler-2021/evidence.json"


def domains(document, path):
    path.write_text(json.dumps(document))
    report = audit.analyse(evidence_file.read_evidence(str(path)), rules.shipped())
    return {(each.failure_domain.kind, each.failure_domain.id) for each in report.spofs}


def test_a_merged_prefix_is_claimed_to_be_shared_by_nobody(tmp_path):
    document = json.loads(EXAMPLE.read_text("utf-8"))
    announced = domains(document, tmp_path / "announced.json")
    for item in document["evidence"]:
        if item["kind"] == "origin" and "value" in item:
            item["value"]["merged"] = True
    merged = domains(document, tmp_path / "merged.json")

    assert {kind for kind, _ in announced} - {kind for kind, _ in merged} == {"prefix"}
    assert merged == {each for each in announced if each[0] != "prefix"}


# -- the evidence behind every row ------------------------------------------------------------------------

USED_BY = {
    "dns": {"delegation", "nameservers"},
    "mail": {"mx"},
    "hosting": {"a", "aaaa", "delegation", "nameservers"},
    "cdn": {"a", "aaaa"},
    "ca": {"tls", "caa"},
    "registry": {"delegation", "zone"},
    "registrar": {"registration", "delegation"},
    "page": {"page"},
    "app_store": {"listing"},
    "sending": {"spf", "dkim"},
}
"""By role: the kinds of evidence by which a site uses a provider. The servers of a zone may be known by glue alone."""

BUNDLES = sorted((ROOT / "examples").rglob("evidence.json"))


def declared(row) -> bool:
    """Whether a row rests on the site file alone, or on a provider that does: nobody was asked then."""
    return row.role not in USED_BY


@pytest.mark.parametrize("path", BUNDLES, ids=lambda path: path.parent.name)
def test_every_row_holds_the_record_by_which_the_site_uses_it(path):
    report = audit.analyse(evidence_file.read_evidence(str(path)), rules.shipped())
    asked = {each.id for each in report.evidence}

    for row in report.dependencies:
        if not declared(row):
            assert {kind_of_id(each) for each in row.because} & USED_BY[row.role], (row.id, row.because)
        assert set(row.because) <= asked, row.id
    for point in report.spofs:
        assert point.because or set(point.roles).isdisjoint(USED_BY), point.failure_domain
        assert set(point.because) <= asked


def row_of(report, identity):
    return next(each for each in report.dependencies if each.id == identity)


def test_a_row_of_each_role_is_proved_by_its_own_record():
    report = report_on(on_one_parent())

    assert row_of(report, "registry:com:verisign").because[0] == "delegation:captive.com"
    assert row_of(report, "registry:com:verisign").zones == ("captive.com",)
    assert row_of(report, "registrar:captive.com:route53").zones == ("captive.com",)
    server = row_of(report, "dns:ns-1.awsdns-00.com:route53")
    assert server.because[:2] == ("delegation:captive.com", "nameservers:captive.com")
    assert server.direct and server.zones == ("captive.com",)


def test_what_a_provider_rests_on_stands_apart_from_what_the_site_names():
    report = report_on(behind_vendors())
    own = {each.provider for each in report.dependencies if each.role == "dns" and each.direct}
    others = {each.provider for each in report.dependencies if each.role == "dns" and not each.direct}

    assert own == {"ns1"}
    assert others == {"cloudflare"}
    assert [each.providers for each in report.roles if each.role == "dns"] == [("ns1",)]
    assert "cloudflare" in next(each.providers for each in report.upstream_roles if each.role == "dns")
    assert not row_of(report, "registrar:nsone.net:gandi").direct
    assert row_of(report, "registrar:nsone.net:gandi").zones == ("nsone.net",)


def behind_vendors() -> Site:
    """A site whose only DNS operator has the zone of its own servers at another one."""
    site = Site("steady.org").name(GANDI, NSONE).web("steady.org", ("51.38.99.20", 16276)).front("steady.org")
    zone = "nsone.net"
    glue = tuple(NameServerGlue(host) for host in CLOUDFLARE_NS)
    site.note("registration", zone, Registration("rdap", *GANDI)).zone(zone)
    site.note("delegation", zone, Delegation("net", glue, 172800)).note(
        "nameservers", zone, NameServers(tuple(CLOUDFLARE_NS), 60)
    )
    for host, leg in CLOUDFLARE_NS.items():
        site.address(host, leg)
    return site


def test_a_failure_domain_says_that_it_holds_names_only():
    for point in report_on(on_one_parent()).spofs:
        assert point.failure_domain.name_only == point.name_only
    names = {each.failure_domain.id for each in report_on(on_one_parent()).spofs if each.failure_domain.name_only}
    assert "verisign" in names and "amazon" not in names
