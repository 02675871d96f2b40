"""Proofs of absence against other answers of the same scan: a contradiction is unknown, whoever is wrong."""

from __future__ import annotations

import pytest
from helpers.sites import Site, in_pairs

from hostaudit.model.evidence import Evidence
from hostaudit.model.values import CanonicalName, Registration, ServerRecords, evidence_id
from hostaudit.observe.contradictions import settled

NAME = "steady.org"


def after(site: Site) -> dict[str, Evidence]:
    return {item.id: item for item in settled(site.items.values())}


def cause(found: dict[str, Evidence], identity: str) -> str:
    unknown = found[identity].unknown
    return unknown.cause if unknown is not None else ""


def nowhere() -> Site:
    """A name that neither its registry nor the resolver knows."""
    site = Site(NAME)
    for kind in ("a", "aaaa", "mx", "https", "spf", "nameservers"):
        site.note(kind, NAME, absent="NXDOMAIN")
    return site.note("delegation", NAME, absent="NXDOMAIN from a.gtld.example (192.0.2.53)")


def test_evidence_that_agrees_is_left_as_it_is():
    for site in (in_pairs(), nowhere()):
        assert settled(site.items.values()) == tuple(site.items.values())


@pytest.mark.parametrize("kind", ["mx", "https", "spf", "aaaa"])
def test_a_name_with_records_does_not_lack_existence(kind):
    found = after(in_pairs().note(kind, NAME, absent="NXDOMAIN"))

    assert cause(found, f"{kind}:{NAME}") == "contradicted"
    assert found[f"{kind}:{NAME}"].unknown.detail.startswith("NXDOMAIN, while there is an answer to ")


def test_a_name_above_one_with_records_exists_too():
    assert cause(after(nowhere().address(f"www.{NAME}", ("192.0.2.80", 64500))), f"mx:{NAME}") == "contradicted"


def test_nodata_beside_other_records_is_no_contradiction():
    assert after(in_pairs().note("mx", NAME, absent="NODATA"))[f"mx:{NAME}"].absent == "NODATA"


def test_the_registrys_servers_against_the_resolver():
    site = in_pairs().note("delegation", NAME, absent="NXDOMAIN from a.gtld.example (192.0.2.53)")

    assert cause(after(site), f"delegation:{NAME}") == "contradicted"


@pytest.mark.parametrize("status", ["client hold", "serverHold", "pending delete", "redemption period", "inactive"])
def test_a_hold_or_a_deletion_explains_what_the_resolver_still_has_in_its_cache(status):
    site = in_pairs().note("delegation", NAME, absent="NXDOMAIN from a.gtld.example (192.0.2.53)")
    site.note("registration", NAME, Registration("rdap", "Gandi SAS", "81", (status,)))

    assert after(site)[f"delegation:{NAME}"].absent


def test_a_registered_name_that_nobody_resolves_is_no_contradiction():
    site = nowhere().note("registration", NAME, Registration("rdap", "Gandi SAS", "81", ("active",)))

    assert after(site)[f"delegation:{NAME}"].absent


@pytest.mark.parametrize(
    ("status", "nameservers", "delegation", "gone"),
    [
        ("active", ("ns1.dns.example",), "lame", False),
        ("active", (), "lame", True),
        ("client hold", ("ns1.dns.example",), "lame", True),
        ("active", ("ns1.dns.example",), "", True),
    ],
)
def test_the_resolver_alone_cannot_say_that_a_registered_name_does_not_exist(status, nameservers, delegation, gone):
    held = Registration("rdap", "Gandi SAS", "81", (status,), nameservers=nameservers)
    site = nowhere().note("registration", NAME, held)
    if delegation:
        site.note("delegation", NAME, unknown=delegation)
    found = after(site)

    assert (found[f"mx:{NAME}"].absent == "NXDOMAIN") is gone
    assert gone or cause(found, f"mx:{NAME}") == "contradicted"


def test_a_name_that_is_delegated_is_registered():
    gone = nowhere().note("registration", NAME, absent="404 from the registry")

    assert cause(after(in_pairs().note("registration", NAME, absent="404")), f"registration:{NAME}") == "contradicted"
    assert after(gone)[f"registration:{NAME}"].absent


@pytest.mark.parametrize("cause", ["servfail", "timeout"])
def test_a_registered_name_that_the_resolver_cannot_look_up_is_not_proved_to_be_gone(cause):
    site = Site(NAME).note("delegation", NAME, absent="NXDOMAIN from a.gtld.example (192.0.2.53)")
    for kind in ("a", "aaaa", "mx", "nameservers"):
        site.note(kind, NAME, unknown=cause)
    assert after(site)[f"delegation:{NAME}"].absent
    site.note("registration", NAME, Registration("rdap", "Gandi SAS", "81", ("active",)))

    assert after(site)[f"delegation:{NAME}"].unknown.cause == "contradicted"


@pytest.mark.parametrize("kind", ["mx", "delegation", "spf"])
def test_what_was_read_on_a_page_stays_when_another_answer_is_contradicted(kind):
    site = in_pairs().note(kind, NAME, absent="NXDOMAIN").note("packages", f"www.{NAME}", absent="no package offered")
    found = after(site)

    assert cause(found, f"{kind}:{NAME}") == "contradicted"
    assert found[f"packages:www.{NAME}"].absent == "no package offered"
    assert found[f"front:{NAME}"].value


def test_the_zones_own_servers_against_the_resolver():
    site = in_pairs()
    for host in (NAME, f"www.{NAME}"):
        for kind in ("a", "aaaa"):
            site.note(kind, host, absent="NXDOMAIN")
    site.note("front", NAME, absent="no name of the site has an address")
    site.note("apps", NAME, not_applicable="there is no front page")
    found = after(site)

    assert cause(found, f"a:{NAME}") == "contradicted"
    assert cause(found, f"front:{NAME}") == cause(found, f"apps:{NAME}") == "depends_on_unknown"


def test_an_alias_to_a_target_that_does_not_exist_is_no_contradiction():
    site = in_pairs().note("a", f"www.{NAME}", absent="NXDOMAIN").note("aaaa", f"www.{NAME}", absent="NXDOMAIN")
    site.note("cname", f"www.{NAME}", CanonicalName("gone.example.net", 60)).address(f"x.www.{NAME}", ("192.0.2.1", 1))

    assert after(site)[f"a:www.{NAME}"].absent == "NXDOMAIN"


def test_records_at_a_server_of_the_zone_against_nodata():
    server = f"{NAME} ns1.example.net 192.0.2.53"
    records = ServerRecords(NAME, "ns1.example.net", "192.0.2.53", "m", exchangers=("mx1.steady.org",), addresses=())
    found = after(in_pairs().note("mx", NAME, absent="NODATA").note("server_records", server, records))

    assert cause(found, f"mx:{NAME}") == "contradicted"


def test_an_address_that_answered_is_announced_by_somebody():
    found = after(in_pairs().note("origin", "88.198.77.10", absent="not announced"))
    silent = after(in_pairs().note("origin", "192.0.2.99", absent="not announced"))

    assert cause(found, evidence_id("origin", "88.198.77.10")) == "contradicted"
    assert silent["origin:192.0.2.99"].absent == "not announced"
