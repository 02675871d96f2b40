"""Name servers that are asked again: who refused, who is behind, and who has another primary."""

from __future__ import annotations

import pytest
from helpers.fakes import FakeNet, observe, record

from hostaudit.model.values import NewerCopy, SecondAnswer, ServerAddress, ServerAnswer, ServerRecords
from hostaudit.observe.net import DnsReply, Outcome
from hostaudit.observe.probes import Probe
from hostaudit.observe.probes.second_look import PROBE

ZONE = "example.com"
ONE, TWO, THREE = "192.0.2.1", "192.0.2.2", "192.0.2.3"
REFUSED = DnsReply("REFUSED", False, False)


def answer(address, serial=7, *, mname="ns1.example.com", rcode="NOERROR", authoritative=True):
    return ServerAnswer(ZONE, f"ns.{address}", address, authoritative, rcode, serial, mname, refresh=7200)


def soa(serial, *, authoritative=True):
    rows = (record(ZONE, "SOA", "ns1.example.com", "host.example.com", serial, 7200, 2, 3, 4),)
    return DnsReply("NOERROR", authoritative, False, answer=rows)


def sets(mname="a", *, mx=("mx1.example.com",), ns=("ns1.example.com",), a=("192.0.2.80",)):
    found = {"NS": [(each,) for each in ns], "MX": [(10, each) for each in mx], "A": [(each,) for each in a]}
    return {kind: DnsReply("NOERROR", True, False, answer=tuple(record(ZONE, kind, *row) for row in rows))
            for kind, rows in found.items()}  # fmt: skip


def look(*answers, **tables):
    """The second look at servers that gave these answers; an answer may be an ``Outcome``."""

    async def lead(scan, item):
        for each in answers:
            if isinstance(each, ServerAnswer):
                scan.note("server", ServerAddress(ZONE, each.nameserver, each.address), Outcome.of(each, "test"))
            else:
                scan.note("server", ServerAddress(ZONE, f"ns.{THREE}", THREE), each)

    net = FakeNet(**tables)
    found = observe(ZONE, net, Probe("lead", (), ("server",), lead), PROBE)
    assert net.errors == []
    return {key: item for key, item in found.items() if item.kind != "server"}, net


def test_servers_that_agree_are_asked_nothing_more():
    found, net = look(answer(ONE), answer(TWO), Outcome.gap("timeout", "test"))

    assert (found, net.calls) == ({}, [])


@pytest.mark.parametrize(
    "bad",
    [
        answer(TWO, None, rcode="REFUSED", authoritative=False),
        answer(TWO, None, rcode="SERVFAIL", authoritative=False),
        answer(TWO, 7, authoritative=False),
    ],
)
def test_one_that_answers_badly_is_asked_again_after_a_pause(bad):
    found, net = look(answer(ONE), bad, again={(TWO, ZONE, "SOA"): REFUSED})

    item = found[f"server_again:{ZONE} ns.{TWO} {TWO}"]
    assert item.value == SecondAnswer(ZONE, f"ns.{TWO}", TWO, False, "REFUSED")
    assert list(found) == [item.id]
    assert [call[0] for call in net.calls] == ["pause", "again"]


def test_a_second_answer_may_be_good_or_none():
    bad = answer(TWO, None, rcode="SERVFAIL", authoritative=False)
    better, _ = look(answer(ONE), bad, again={(TWO, ZONE, "SOA"): soa(7)})
    silent, _ = look(answer(ONE), bad, again={(TWO, ZONE, "SOA"): ("unknown", "timeout")})

    identity = f"server_again:{ZONE} ns.{TWO} {TWO}"
    assert better[identity].value == SecondAnswer(ZONE, f"ns.{TWO}", TWO, True, "NOERROR", 7)
    assert silent[identity].unknown.cause == "timeout"


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_each_that_is_behind_is_asked_again_with_the_newest_version_seen(order):
    answers = [answer(ONE, 3), answer(TWO, 2**32 - 2), answer(THREE, 3)]
    found, _ = look(*(answers[each] for each in order), again={(TWO, ZONE, "SOA"): soa(2**32 - 2)})

    newer = NewerCopy(f"ns.{ONE}", ONE, 3, 7200)
    assert [each.value for each in found.values()] == [
        SecondAnswer(ZONE, f"ns.{TWO}", TWO, True, "NOERROR", 2**32 - 2, newer)
    ]


def test_serials_of_different_primaries_are_not_compared_and_their_records_are():
    other = answer(TWO, 1, mname="ns-1.awsdns-00.com")
    ask = {(address, ZONE, kind): reply for address in (ONE, TWO) for kind, reply in sets().items()}
    found, net = look(answer(ONE, 2026101501), other, ask=ask)

    rows = [each.value for each in found.values()]
    common = {"nameservers": ("ns1.example.com",), "exchangers": ("mx1.example.com",), "addresses": ("192.0.2.80",)}
    assert rows == [
        ServerRecords(ZONE, f"ns.{ONE}", ONE, "ns1.example.com", **common),
        ServerRecords(ZONE, f"ns.{TWO}", TWO, "ns-1.awsdns-00.com", **common),
    ]
    assert not [call for call in net.calls if call[0] == "again"]


def test_a_difference_is_asked_for_again():
    other = answer(TWO, 1, mname="ns-1.awsdns-00.com")
    ask = {(ONE, ZONE, kind): reply for kind, reply in sets().items()}
    ask |= {(TWO, ZONE, kind): reply for kind, reply in sets(mx=("mx9.example.com",)).items()}
    lasting, _ = look(answer(ONE), other, ask=ask)
    passing, _ = look(answer(ONE), other, ask=ask, again={(TWO, ZONE, "MX"): sets()["MX"]})

    assert {each.value.exchangers for each in lasting.values()} == {("mx1.example.com",), ("mx9.example.com",)}
    assert {each.value.exchangers for each in passing.values()} == {("mx1.example.com",)}
    assert {each.value.times for each in (*lasting.values(), *passing.values())} == {2}


def test_a_set_that_was_refused_is_no_empty_set():
    other = answer(TWO, 1, mname="ns-1.awsdns-00.com")
    ask = {(ONE, ZONE, kind): reply for kind, reply in sets().items()} | {(TWO, ZONE, "NS"): REFUSED}
    found, _ = look(answer(ONE), other, ask=ask)

    said = found[f"server_records:{ZONE} ns.{TWO} {TWO}"].value
    assert (said.nameservers, said.exchangers, said.addresses) == (None, None, None)
