"""RDAP without I/O: which server knows a name or an address, and answers of wrong types."""

from __future__ import annotations

import ipaddress

import pytest

from hostaudit.observe.net.registry import rdap


def test_the_bootstrap_finds_the_longest_suffix_and_the_most_specific_block():
    assert rdap.domain_base("a.com") == "https://rdap.verisign.com/com/v1/"
    assert rdap.domain_base("a.b.org").startswith("https://")
    assert rdap.domain_base("a.nl") == "https://rdap.sidn.nl/"
    assert rdap.domain_base("a.de") is None
    assert rdap.address_base(ipaddress.ip_address("8.8.8.8")) == "https://rdap.arin.net/registry/"
    assert rdap.address_base(ipaddress.ip_address("2a00::1")) == "https://rdap.db.ripe.net/"
    assert rdap.address_base(ipaddress.ip_address("240.0.0.1")) is None
    document = {"services": [[["example"], ["https://a/"]], [["co.example"], ["https://b/"]]]}
    assert rdap.live_domain_base("x.co.example", document) == "https://b/"
    assert rdap.live_domain_base("x.com", None) is None


@pytest.mark.parametrize("tld", ["nl", "ch", "io", "us", "co", "de", "me", "com", "org", "fr", "uk", "ai", "in", "au"])
def test_a_fresh_install_knows_a_server_for_the_domains_in_most_use(tld):
    assert (rdap.domain_base(f"site.{tld}") or rdap.unlisted_base(f"site.{tld}") or "").startswith("https://")


def test_a_domain_that_is_listed_has_no_unlisted_server():
    shared = {key for service in rdap.shipped()["dns"].services for key in service[1:]}
    assert all(rdap.unlisted_base(f"site.{key}") is None for key in shared)
    assert rdap.unlisted_base("site.de") == "https://rdap.denic.de/"
    assert rdap.unlisted_base("site.example") is None


@pytest.mark.parametrize(
    "entity",
    [
        None,
        {},
        {"vcardArray": []},
        {"vcardArray": ["vcard", "x"]},
        {"vcardArray": ["vcard", [["fn"], 1, ["fn", {}, "t", ""]]]},
    ],
)
def test_a_card_that_says_nothing_names_nobody(entity):
    assert rdap.entity_name(entity) is None


def test_a_domain_object_of_wrong_types_is_read_as_saying_nothing():
    odd = dict.fromkeys(("status", "entities", "events", "secureDNS", "nameservers", "links"), 5)
    found = rdap.registration({**odd, "objectClassName": "domain"})
    assert (found.registrar, found.status, found.nameservers, found.delegation_signed) == (None, (), (), None)
    assert rdap.registration(None) is None
