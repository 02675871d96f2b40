"""Servers with different primaries: their answers are compared where a difference says something."""

from __future__ import annotations

from helpers.sites import in_pairs

from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.analysis.diagnosis.primaries import differences
from hostaudit.model.values import ServerRecords


def compared(*rows: ServerRecords):
    site = in_pairs()
    for each in rows:
        site.note("server_records", f"{each.zone} {each.nameserver} {each.address}", each)
    return [(each.kind, each.telling) for each in differences(EvidenceIndex(site.items.values()))]


def answers(number: int, *, times: int = 2, **sets) -> ServerRecords:
    usual = {"nameservers": ("ns1.a.net", "ns1.b.net"), "exchangers": ("mx.a.net",), "addresses": ("192.0.2.80",)}
    return ServerRecords(
        "steady.org", f"ns{number}.a.net", f"192.0.2.{number}", f"p{number}", **usual | sets, times=times
    )


def test_equal_sets_are_no_difference():
    assert compared(answers(1), answers(2), answers(3)) == []


def test_ns_and_mx_sets_have_to_be_equal_and_addresses_need_not():
    assert compared(answers(1), answers(2, exchangers=())) == [("MX", True)]
    assert compared(answers(1), answers(2, nameservers=("ns1.a.net",))) == [("NS", True)]
    assert compared(answers(1), answers(2, addresses=("192.0.2.81",))) == [("A", False)]


def test_a_set_without_an_answer_and_a_difference_seen_once_say_nothing():
    assert compared(answers(1), answers(2, exchangers=None)) == []
    assert compared(answers(1, times=1), answers(2, exchangers=(), times=1)) == []
