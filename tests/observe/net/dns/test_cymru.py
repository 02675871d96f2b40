"""Team Cymru's rows: the question for an address, and what its answer says."""

from __future__ import annotations

import ipaddress

import pytest

from hostaudit.observe.net.dns import cymru


def test_the_most_specific_prefix_keeps_every_origin():
    address = ipaddress.ip_address("192.0.2.9")
    rows = [
        "64500 | 192.0.2.0/23 | NL | ripencc | 2001-01-01",
        "64501 64502 | 192.0.2.0/24 | DE | ripencc | 2002-02-02",
        "64503 | 192.0.2.0/24 | DE | ripencc | 2002-02-02",
    ]
    found = cymru.origin(address, rows)
    assert (found.prefix, found.asns, found.country) == ("192.0.2.0/24", (64501, 64502, 64503), "DE")
    assert (found.registry, found.allocated) == ("ripencc", "2002-02-02")


@pytest.mark.parametrize(
    "row",
    ["", "garbage", "NA | 192.0.2.0/24", "64500 | 198.51.100.0/24 | NL", "64500 | x", "4294967296 | 192.0.2.0/24"],
)
def test_a_row_that_names_no_network_around_the_address_is_no_origin(row):
    with pytest.raises(ValueError, match="no row"):
        cymru.origin(ipaddress.ip_address("192.0.2.9"), [row])


def test_a_short_row_leaves_the_rest_open():
    found = cymru.origin(ipaddress.ip_address("192.0.2.9"), ["64500 | 192.0.2.0/24"])
    assert (found.country, found.registry, found.allocated) == (None, None, None)


def test_questions_are_reversed_and_ipv6_is_asked_by_its_64():
    assert cymru.question(ipaddress.ip_address("192.0.2.9")) == "9.2.0.192.origin.asn.cymru.com"
    question = cymru.question(ipaddress.ip_address("2001:db8:1:2::9"))
    assert question == "2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.origin6.asn.cymru.com"


def test_the_name_of_a_network_is_the_last_part_of_its_row():
    assert cymru.name("64500 | NL | ripencc | 2001-01-01 | EXAMPLE-AS, NL", 64500) == "EXAMPLE-AS, NL"
    assert cymru.name("64500", 64500) == ""
    assert cymru.name("64501 | NL | ripencc | 2001-01-01 | OTHER-AS, NL", 64500) == ""
