"""What a DNS message would cost is known before it is parsed: real ones are cheap, and one of pointers is refused."""

from __future__ import annotations

import asyncio

import dns.message
import dns.rrset
import pytest
from helpers.servers import DnsServer

from hostaudit.observe.net.dns import client
from hostaudit.observe.net.dns.message_cost import MOST_LABELS, MOST_RECORDS, too_costly
from hostaudit.observe.net.limits import Limits
from hostaudit.observe.net.live import LiveNet


def answer(*sets: tuple[str, str, list[str]]) -> bytes:
    reply = dns.message.make_response(dns.message.make_query("a.example.com", "A"))
    reply.answer += [dns.rrset.from_text_list(name, 60, "IN", kind, texts) for name, kind, texts in sets]
    return reply.to_wire(max_size=65535)


def pointers(count: int, kind: int = 2) -> bytes:
    """Names of 127 labels, each of a few bytes."""
    wire = b"\0\1\x81\x80\0\1" + count.to_bytes(2, "big") + bytes(4) + b"\1a" * 120 + b"\0\0\1\0\1"
    return wire + count * (b"\xc0\x0c" + kind.to_bytes(2, "big") + b"\0\1\0\0\0\x3c\0\2\xc0\x0c")


@pytest.mark.parametrize(
    ("name", "kind", "texts"),
    [
        ("a.example.com.", "A", [f"192.0.{number}.1" for number in range(200)]),
        ("a.example.com.", "AAAA", [f"2001:db8::{number:x}" for number in range(1, 200)]),
        ("com.", "NS", [f"{letter}.gtld-servers.net." for letter in "abcdefghijklm"]),
        ("a.example.com.", "MX", [f"{number} mx{number}.mail.example.com." for number in range(100)]),
        ("a.example.com.", "TXT", ['"' + "\\255" * 255 + '"'] * 1),
        ("a.example.com.", "SOA", ["ns1.example.com. admin.example.com. 1 2 3 4 5"]),
        ("a.example.com.", "HTTPS", ["1 . alpn=h2,h3 ipv4hint=192.0.2.1"]),
        ("a.example.com.", "CAA", ['0 issue "letsencrypt.org"']),
        ("a.example.com.", "DNSKEY", ["257 3 8 " + "/" * 340 + "Ag=="]),
    ],
)
def test_real_answers_are_cheap(name, kind, texts):
    wire = answer((name, kind, texts))

    assert not too_costly(wire)
    assert dns.message.from_wire(wire).answer


@pytest.mark.parametrize("kind", [2, 5, 12, 15, 33, 39, 65, 17, 55])
def test_thousands_of_long_names_are_refused(kind):
    assert too_costly(pointers(1000, kind))
    assert too_costly(pointers(300, kind))
    assert not too_costly(pointers(4, 1))


def test_pointers_that_lead_nowhere_and_torn_messages_are_left_to_the_parser():
    for wire in (b"", b"\0" * 11, pointers(5)[:100], b"\0\1\x81\x80\0\1\0\0\0\0\0\0\xc0\x0c\0\1\0\1", bytes(12)):
        assert not too_costly(wire)
    assert too_costly(b"\0\1\x81\x80\0\1\xff\xff" + bytes(30))
    assert MOST_RECORDS < MOST_LABELS


def test_a_costly_reply_is_no_answer(monkeypatch):
    monkeypatch.setattr(client, "too_costly", lambda _: True)

    async def go():
        async with DnsServer({("a.example", "A"): ["192.0.2.7"]}) as server:
            net = LiveNet(Limits(timeout=20), resolver=(server.address,))
            async with net:
                return await net.dns("a.example", "A")

    found = asyncio.run(go())
    assert (found.value, found.unknown.cause) == (None, "too_large")
