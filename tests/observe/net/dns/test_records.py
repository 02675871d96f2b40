"""CNAME chains, proofs of absence and routing rows: the parts of DNS that need no network."""

from __future__ import annotations

import ipaddress

import pytest

from hostaudit.observe.net.dns import cymru, records
from hostaudit.observe.net.outcome import DnsReply, Record


def cname(name, target):
    return Record(name, "CNAME", 60, (target,))


def a(name):
    return Record(name, "A", 60, ("192.0.2.1",))


def test_a_chain_is_followed_in_any_record_order():
    chain = records.Chain("www.a.example", "A", 16)
    found = chain.follow([a("c.example"), cname("b.example", "c.example"), cname("www.a.example", "b.example")])
    assert found == (a("c.example"),)
    assert [step.target for step in chain.aliases] == ["b.example", "c.example"]


def test_a_chain_goes_on_over_several_replies():
    chain = records.Chain("www.a.example", "A", 16)
    assert chain.follow([cname("www.a.example", "b.example")]) is None
    assert chain.name == "b.example"
    assert chain.follow([a("b.example")]) == (a("b.example"),)


@pytest.mark.parametrize("rows", [[cname("a", "a")], [cname("a", "b"), cname("b", "c"), cname("c", "b")]])
def test_a_chain_that_comes_back_is_a_loop(rows):
    with pytest.raises(ValueError, match="loop"):
        records.Chain("a", "A", 16).follow(rows)


def test_a_chain_of_seventeen_is_too_long_and_sixteen_is_not():
    rows = [cname(f"n{step}", f"n{step + 1}") for step in range(17)]
    with pytest.raises(ValueError, match="more than 16"):
        records.Chain("n0", "A", 16).follow(rows)
    assert records.Chain("n1", "A", 16).follow([*rows, a("n17")]) == (a("n17"),)


def test_asking_for_the_alias_itself_does_not_follow_it():
    assert records.Chain("a", "CNAME", 16).follow([cname("a", "b"), cname("b", "c")]) == (cname("a", "b"),)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (DnsReply("NXDOMAIN", False, False), "NXDOMAIN"),
        (DnsReply("NOERROR", False, False), "NODATA"),
        (DnsReply("NOERROR", True, False, (), (Record("a", "NS", 1, ("x",)),)), "NODATA"),
        (DnsReply("NOERROR", False, False, (), (Record("a", "NS", 1, ("x",)),)), "malformed"),
    ],
)
def test_only_an_answer_proves_absence_and_a_referral_does_not(reply, expected):
    outcome = records.proof_of_absence(reply, "s")
    assert (outcome.absent or outcome.unknown.cause) == expected


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
    assert cymru.name("64500 | NL | ripencc | 2001-01-01 | EXAMPLE-AS, NL") == "EXAMPLE-AS, NL"
    assert cymru.name("64500") == ""
