"""Mail exchangers are greeted on demand only, and one that refuses is tried again."""

from __future__ import annotations

import pytest
from helpers.fakes import FakeNet, observe

from hostaudit.model.values import MailGreeting
from hostaudit.observe.probes import mail
from hostaudit.observe.probes.exchangers import MOST_ADDRESSES, MOST_HOSTS, PROBE, REFUSED

DOMAIN = "example.com"
HOSTS = {"mx1.example.com": "192.0.2.25", "mx2.example.com": "192.0.2.26"}
NO = ("unknown", "connection_refused")


def greeting(host, code=220):
    return MailGreeting(host, HOSTS.get(host, "192.0.2.80"), code, "ESMTP", 250)


def look(*, smtp=True, mx=None, addresses=None, **tables):
    records = {(host, "A"): [address] for host, address in HOSTS.items()}
    records |= {(host, "AAAA"): "NODATA" for host in HOSTS}
    records |= addresses or {}
    records[DOMAIN, "MX"] = mx or [(10, host) for host in HOSTS]
    net = FakeNet(dns=records, **tables)
    found = observe(DOMAIN, net, mail.PROBE, PROBE, smtp=smtp)
    return {item.subject: item for item in found.values() if item.kind == "exchanger"}, net


def test_without_the_option_nobody_is_asked():
    found, net = look(smtp=False)

    assert found == {}
    assert not [call for call in net.calls if call[0] in ("greetings", "greeted", "pause")]


@pytest.mark.parametrize("code", [220, 421, 554])
def test_any_greeting_is_an_answer(code):
    said = greeting("mx1.example.com", code)
    found, net = look(greetings={("mx1.example.com", "192.0.2.25"): said})

    assert found["mx1.example.com 192.0.2.25"].value == said
    assert found["mx2.example.com 192.0.2.26"].unknown.cause == "unreachable"
    assert not [call for call in net.calls if call[0] == "pause"]


def test_a_refusal_counts_if_it_comes_twice():
    key = ("mx2.example.com", "192.0.2.26")
    twice, net = look(greetings={key: NO})
    once, _ = look(greetings={key: NO}, greeted={key: greeting(key[0])})
    silent, _ = look(greetings={key: NO}, greeted={key: ("unknown", "timeout")})

    assert twice[" ".join(key)].absent == REFUSED
    assert [call[0] for call in net.calls if call[0] == "pause"] == ["pause"]
    assert once[" ".join(key)].value == greeting(key[0])
    assert silent[" ".join(key)].unknown.cause == "timeout"


def test_without_mx_records_the_address_of_the_domain_is_asked():
    own = {(DOMAIN, "A"): ["192.0.2.80"], (DOMAIN, "AAAA"): "NODATA"}
    found, _ = look(mx="NODATA", addresses=own, greetings={(DOMAIN, "192.0.2.80"): greeting(DOMAIN)})
    gone, _ = look(mx="NXDOMAIN", addresses=own)
    null, _ = look(mx=[(0, "")], addresses=own)

    assert found[f"{DOMAIN} 192.0.2.80"].value == greeting(DOMAIN)
    assert gone == null == {}


def test_no_more_are_asked_than_the_limits_allow():
    hosts = [f"mx{number:02}.example.com" for number in range(MOST_HOSTS + 3)]
    many = [f"192.0.2.{number}" for number in range(1, MOST_ADDRESSES + 4)]
    records = {(host, kind): many if kind == "A" else "NODATA" for host in hosts for kind in ("A", "AAAA")}
    found, _ = look(mx=[(10, host) for host in hosts], addresses=records)

    assert len(found) == MOST_HOSTS * MOST_ADDRESSES
