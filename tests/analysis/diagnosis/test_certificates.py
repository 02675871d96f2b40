"""Certificates that browsers refuse, and what merely did not convince this machine."""

from __future__ import annotations

from datetime import timedelta

import pytest
from helpers.broken_sites import BEGAN, ENDED, LATER, LEGS, NAME, expired, with_certificates
from helpers.reports import catalogue
from helpers.sites import AT, in_pairs

from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.analysis.catalogue.catalogue import Catalogue
from hostaudit.analysis.diagnosis.certificates import Certificates
from hostaudit.model.values import Certificate, CertificateName, HostAddress, WebAnswer

CATALOGUE = Catalogue(catalogue())
PRIVATE = CertificateName("Example Appliance", "Inspection CA", None)


def certificates(site):
    return Certificates(EvidenceIndex(site.items.values()), CATALOGUE)


def reason(site):
    found = certificates(site).refused(HostAddress(*LEGS[0]))
    return found.reason if found is not None else None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"not_after": ENDED}, "expired"),
        ({"not_after": ENDED, "fault": "self_signed"}, "expired"),
        ({"not_before": "2021-02-01T00:00:00Z"}, "not_yet_valid"),
        ({"names": ("other.org",)}, "wrong_name"),
        ({"names": ("*.steady.org",)}, "wrong_name"),
        ({"names": (), "fault": "wrong_name"}, "wrong_name"),
        ({"names": ("*.org",)}, None),
        ({"fault": "self_signed"}, "self_signed"),
        ({"fault": "untrusted", "issuer": PRIVATE}, "untrusted"),
        ({"fault": "no_issuer", "issuer": PRIVATE, "chain": (PRIVATE,)}, "untrusted"),
        ({"fault": "no_issuer", "issuer": PRIVATE}, None),  # browsers complete a chain that lacks a certificate
        ({"fault": "no_issuer"}, None),
        ({"fault": "untrusted"}, None),  # an authority of the catalogue: this machine may lack its root
        ({"fault": "expired"}, None),  # of another certificate of the chain
        ({"fault": "other"}, None),
        ({}, None),
    ],
)
def test_only_what_every_browser_refuses_is_refused(changes, expected):
    assert reason(with_certificates(*LEGS, **changes)) == expected


def test_a_network_that_replaces_every_certificate_is_not_the_sites_fault():
    for changes in ({"fault": "untrusted", "issuer": PRIVATE}, {"names": ("portal.example",)}, {"not_after": ENDED}):
        site = with_certificates(*LEGS, **changes)
        site.note("registration", NAME, unknown="certificate_invalid")
        assert reason(site) is None


def test_a_valid_certificate_is_not_refused_and_one_without_an_answer_is_not_known():
    assert reason(in_pairs()) is None
    assert reason(in_pairs().note("tls", " ".join(LEGS[0]), unknown="timeout")) is None


def test_plain_http_may_show_the_page_all_the_same():
    at, key = HostAddress(*LEGS[0]), " ".join(LEGS[0])
    site = expired(LEGS[0])
    assert certificates(site).refused(at).plain is False
    for status, shows in ((200, True), (301, False), (404, False)):
        site.note("plain", key, WebAnswer(*LEGS[0], "http", status, ()))
        assert certificates(site).refused(at).plain is shows
    assert certificates(site.note("plain", key, unknown="timeout")).refused(at).plain is None
    assert certificates(site.note("plain", key, unknown="connection_refused")).refused(at).plain is False


@pytest.mark.parametrize(
    ("begins", "ends", "told"),
    [
        (BEGAN, "2021-01-22T00:00:00Z", True),
        (BEGAN, "2021-01-24T00:00:00Z", False),
        (BEGAN, LATER, False),
        ("2021-01-03T00:00:00Z", "2021-01-10T00:00:00Z", True),  # of seven days one is left
        ("2021-01-04T00:00:00Z", "2021-01-11T00:00:00Z", False),
        (BEGAN, ENDED, False),
        ("", "soon", False),
    ],
)
def test_a_certificate_ends_soon_by_the_length_of_its_life(begins, ends, told):
    name = CertificateName("Let's Encrypt", "R3", "US")
    site = in_pairs().note("tls", " ".join(LEGS[0]), Certificate(*LEGS[0], name, (NAME,), begins, ends, True))
    assert bool(certificates(site).all_ending()) is told
    assert AT < LATER


def test_what_is_left_is_counted_from_the_look():
    name = CertificateName("Let's Encrypt", "R3", "US")
    value = Certificate(*LEGS[0], name, (NAME,), BEGAN, "2021-01-12T00:00:00Z", True)
    (found,) = certificates(in_pairs().note("tls", " ".join(LEGS[0]), value)).all_ending()
    assert found.left == timedelta(days=3)
    assert [each.at for each in certificates(expired(LEGS[1])).all_refused()] == [HostAddress(*LEGS[1])]
