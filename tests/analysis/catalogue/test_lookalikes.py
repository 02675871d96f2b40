"""Names that are almost those of a provider's name servers."""

from __future__ import annotations

import pytest
from helpers.reports import catalogue

from hostaudit.analysis.catalogue.lookalikes import NameServerNames


@pytest.mark.parametrize(
    "host",
    [
        "ns-1407.awsdns-47.org",
        "ns05.domaincontrol.com",
        "ns1-05.azure-dns.com",
        "a.ns.apple.com",
        "nsone.kingcounty.gov",
        "azure.state.ky.us",
        "ns1.example.com",
        "ns.dns.com",
        "ns1.name.com",
        "dns1.cscdns.net",
        "ns1.steadi.org",
    ],
)
def test_other_names_are_not_called_mistyped(host):
    assert NameServerNames(catalogue().providers).almost(host) is None


def test_every_name_of_a_known_server_is_none():
    names = NameServerNames(catalogue().providers)
    for provider in catalogue().providers:
        samples = [each[3:] for each in provider.samples.matches if each.startswith("ns ")]
        assert [each for each in (*provider.ns, *samples) if names.almost(each)] == [], provider.id
