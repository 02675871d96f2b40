"""The resolver client against a real server on the loopback, with every fault that the server knows."""

from __future__ import annotations

import asyncio
import ipaddress
from pathlib import Path

import dns.flags
import dns.rrset
import pytest
from helpers.servers import DnsServer

from hostaudit.observe.net.dns.client import system_resolvers
from hostaudit.observe.net.limits import Limits, Ports
from hostaudit.observe.net.live import LiveNet
from hostaudit.observe.net.outcome import DnsReply, Outcome, Record

LOOPBACK_BLOCK = (ipaddress.ip_network("127.0.0.0/8"),)

ZONE = {
    ("example.net", "A"): ["198.51.100.7", "198.51.100.8"],
    ("example.net", "SOA"): ["ns1.example.net. host.example.net. 7 1 2 3 4"],
    ("www.example.net", "CNAME"): ["edge.example.org."],
    ("edge.example.org", "A"): ["198.51.100.9"],
    ("loop.example.net", "CNAME"): ["loop2.example.net."],
    ("loop2.example.net", "CNAME"): ["loop.example.net."],
    ("dangling.example.net", "CNAME"): ["gone.example.info."],
    ("net", "SOA"): ["a.example. b.example. 1 1 1 1 1"],
}


def ask(server: DnsServer, call, *, timeout=1.0, limits: Limits | None = None, resolvers=None):
    """Run ``call(net)`` against the server as resolver and as the name server on the loopback."""

    async def go():
        async with (
            server,
            LiveNet(
                limits or Limits(timeout=timeout, deadline=10),
                resolver=resolvers(server) if resolvers else (server.address,),
                allow_private=LOOPBACK_BLOCK,
                ports=Ports(dns=server.port),
                no_http=True,
                no_third_party=True,
            ) as net,
        ):
            return await call(net)

    return asyncio.run(go())


def cause(outcome):
    assert outcome.value is None
    assert outcome.absent is None
    return outcome.unknown.cause


def test_records_come_back_with_owner_ttl_and_source():
    outcome = ask(DnsServer(ZONE), lambda net: net.dns("EXAMPLE.net.", "A"))
    assert {record.fields[0] for record in outcome.value.records} == {"198.51.100.7", "198.51.100.8"}
    assert (outcome.value.name, outcome.value.ttl, outcome.value.chain) == ("example.net", 60, ())
    assert outcome.source.startswith("DNS example.net A at resolver 127.0.0.1")


def test_the_authentic_flag_is_asked_for_and_kept():
    server = DnsServer(ZONE, flags=dns.flags.RA | dns.flags.AD)
    assert ask(server, lambda net: net.dns("example.net", "A")).value.authenticated
    assert server.queries[0].flags & dns.flags.AD
    assert server.queries[0].payload == 1232


def test_validation_is_switched_off_on_demand():
    server = DnsServer(ZONE)
    reply = ask(server, lambda net: net.unvalidated("example.net", "A")).value
    assert {record.fields[0] for record in reply.answer} == {"198.51.100.7", "198.51.100.8"}
    assert server.queries[0].flags & dns.flags.CD
    assert server.queries[0].flags & dns.flags.RD
    assert not ask_flags(DnsServer(ZONE)) & dns.flags.CD


def ask_flags(server: DnsServer) -> int:
    ask(server, lambda net: net.dns("example.net", "A"))
    return server.queries[0].flags


def test_a_cname_chain_is_kept_step_by_step():
    answer = ask(DnsServer(ZONE), lambda net: net.dns("www.example.net", "A")).value
    assert [(step.name, step.target) for step in answer.chain] == [("www.example.net", "edge.example.org")]
    assert (answer.name, answer.ttl) == ("edge.example.org", 60)


def test_a_reply_that_stops_at_an_alias_is_continued_and_not_taken_as_nodata():
    server = DnsServer(ZONE, partial={"edge.example.org"})
    answer = ask(server, lambda net: net.dns("www.example.net", "A")).value
    assert answer.records[0].fields == ("198.51.100.9",)
    assert server.asked["edge.example.org", "A"] == 1


def test_a_cname_loop_is_unknown():
    assert cause(ask(DnsServer(ZONE), lambda net: net.dns("loop.example.net", "A"))) == "loop"


@pytest.mark.parametrize(
    ("name", "rdtype", "proof"),
    [
        ("nope.example.net", "A", "NXDOMAIN"),
        ("example.net", "TXT", "NODATA"),
        ("dangling.example.net", "A", "NXDOMAIN"),
    ],
)
def test_absence_carries_its_proof(name, rdtype, proof):
    assert ask(DnsServer(ZONE), lambda net: net.dns(name, rdtype)).absent == proof


def test_a_referral_in_place_of_an_answer_is_never_absence():
    server = DnsServer(ZONE, authority={"example.net": [("", "NS", "a.root.example.")]})
    assert cause(ask(server, lambda net: net.dns("example.net", "MX"))) == "malformed"


@pytest.mark.parametrize(
    ("fault", "expected", "queries"),
    [
        ("servfail", "servfail", 2),
        ("ede", "servfail", 2),
        ("refused", "refused", 2),
        ("timeout", "timeout", 3),
        ("wrong-id", "timeout", 3),
        ("wrong-question", "timeout", 3),
        ("short", "timeout", 3),
        ("malformed", "malformed", 2),
        ("truncated-no-tcp", "truncated", 4),
        ("notimp", "dns_error", 4),
    ],
)
def test_each_fault_is_unknown_with_its_cause_and_was_tried_again(fault, expected, queries):
    server = DnsServer(ZONE, faults={"example.net": fault})
    patience = 0.3 if expected == "timeout" else 3
    assert cause(ask(server, lambda net: net.dns("example.net", "A"), timeout=patience)) == expected
    assert server.asked["example.net", "A"] == queries


def test_extended_errors_are_kept_in_the_detail():
    outcome = ask(DnsServer(ZONE, faults={"example.net": "ede"}), lambda net: net.dns("example.net", "A"))
    assert "EDE 6 signature expired" in outcome.unknown.detail


def test_replies_to_other_questions_are_counted_in_the_detail():
    server = DnsServer(ZONE, faults={"example.net": "wrong-id"})
    outcome = ask(server, lambda net: net.dns("example.net", "A"), timeout=0.2)
    assert "1 replies to other questions" in outcome.unknown.detail


@pytest.mark.parametrize("fault", ["servfail:1", "timeout:1", "timeout:2", "malformed:1", "refused:1", "wrong-id:1"])
def test_a_passing_fault_is_outlived(fault):
    server = DnsServer(ZONE, faults={"example.net": fault})
    assert ask(server, lambda net: net.dns("example.net", "A"), timeout=0.5).value


def test_a_cut_answer_is_asked_again_over_tcp():
    server = DnsServer(ZONE, faults={"example.net": "truncated"})
    assert ask(server, lambda net: net.dns("example.net", "A")).value
    assert server.over == {"udp": 1, "tcp": 1}


def test_a_server_that_knows_no_edns_is_asked_without():
    server = DnsServer(ZONE, faults={"example.net": "formerr-on-edns"})
    assert ask(server, lambda net: net.dns("example.net", "A")).value
    assert [query.edns for query in server.queries] == [0, -1]


def test_the_second_try_goes_to_the_second_resolver():
    async def go():
        good = DnsServer(ZONE)
        async with good, DnsServer(ZONE, faults={"example.net": "servfail"}) as bad:
            resolvers = (bad.address, good.address)
            async with LiveNet(Limits(), resolver=resolvers, no_http=True, no_third_party=True) as net:
                return await net.dns("example.net", "A"), net.resolver

    outcome, resolver = asyncio.run(go())
    assert outcome.value
    assert resolver.count("127.0.0.1") == 2


def test_many_askers_share_one_query():
    server = DnsServer(ZONE)

    async def many(net):
        return await asyncio.gather(*(net.dns("example.net", "A") for _ in range(20)))

    assert len({id(outcome) for outcome in ask(server, many)}) == 1
    assert server.asked["example.net", "A"] == 1


def test_an_asker_who_gives_up_does_not_take_the_answer_from_the_others():
    async def two(net):
        first = asyncio.ensure_future(net.dns("example.net", "A"))
        second = asyncio.ensure_future(net.dns("example.net", "A"))
        await asyncio.sleep(0)
        first.cancel()
        return await second

    assert ask(DnsServer(ZONE), two).value


def test_queries_beyond_the_limit_are_not_sent():
    server = DnsServer(ZONE)

    async def three(net):
        return [await net.dns(f"{label}.example.net", "A") for label in "abc"]

    outcomes = ask(server, three, limits=Limits(timeout=1, dns_queries=2))
    assert [outcome.unknown.cause if outcome.unknown else outcome.absent for outcome in outcomes] == [
        "NXDOMAIN", "NXDOMAIN", "limit"]  # fmt: skip
    assert server.over["udp"] == 2


@pytest.mark.parametrize("name", ["a..b", "x" * 64 + ".net", "ü.example", ".".join(["abcdefg"] * 40), "a\\999.b"])
def test_what_is_no_name_is_unknown_and_raises_nothing(name):
    assert cause(ask(DnsServer(ZONE), lambda net: net.dns(name, "A"))) == "malformed"


def test_an_unknown_type_is_unknown_and_raises_nothing():
    assert cause(ask(DnsServer(ZONE), lambda net: net.dns("example.net", "NOSUCH"))) == "malformed"


def test_a_huge_record_set_is_not_cut_in_silence():
    rows = [f"10.0.{number // 250}.{number % 250}" for number in range(201)]
    server = DnsServer({("example.net", "A"): rows}, faults={"example.net": "truncated"})
    assert cause(ask(server, lambda net: net.dns("example.net", "A"))) == "too_large"


def test_records_of_each_type_are_plain_values():
    texts = {
        "MX": "10 Mail.Example.NET.",
        "TXT": '"one " "two\\255"',
        "SOA": "ns1.example.net. host.example.net. 7 1 2 3 4",
        "CAA": '128 Issue "ca.example; x=1"',
        "DS": "12345 13 2 " + "ab" * 32,
        "DNSKEY": "257 3 13 " + "AA" * 43 + "A=",
        "HTTPS": '1 . alpn="h2" ipv4hint=192.0.2.1 ipv6hint=2001:db8::1',
        "SRV": "1 2 3 host.example.",
        "NS": "NS1.example.net.",
        "AAAA": "2001:db8::1",
    }
    server = DnsServer({("example.net", kind): [text] for kind, text in texts.items()})

    async def all_of(net):
        return {kind: (await net.dns("example.net", kind)).value.records[0].fields for kind in texts}

    fields = ask(server, all_of)
    assert fields.pop("SRV") == ("1 2 3 host.example.",)
    assert fields.pop("DNSKEY") == (257, 3, 13)
    assert fields == {
        "MX": (10, "mail.example.net"),
        "TXT": ("one two\\xff",),
        "SOA": ("ns1.example.net", "host.example.net", 7, 1, 2, 3, 4),
        "CAA": (128, "issue", "ca.example; x=1"),
        "DS": (12345, 13, 2, "ab" * 32),
        "HTTPS": (1, "", "192.0.2.1", "2001:db8::1"),
        "NS": ("ns1.example.net",),
        "AAAA": ("2001:db8::1",),
    }


# --- zones ---

SOA = "ns1.example.net. host.example.net. 7 1 2 3 4"


@pytest.mark.parametrize(
    ("name", "authority", "zone"),
    [
        ("example.net", [], "example.net"),
        ("deep.down.example.net", [("example.net", "SOA", SOA)], "example.net"),
        ("deep.down.example.net", [], "example.net"),
        ("www.example.net", [], "example.net"),
    ],
)
def test_the_zone_of_a_name_is_the_owner_of_its_soa(name, authority, zone):
    server = DnsServer(ZONE, authority={name: authority})
    assert ask(server, lambda net: net.zone_of(name)).value == zone


def test_an_soa_from_elsewhere_is_malformed():
    server = DnsServer(ZONE, authority={"x.example.net": [("other.example", "SOA", SOA)]})
    assert cause(ask(server, lambda net: net.zone_of("x.example.net"))) == "malformed"


def test_the_zone_is_unknown_if_the_question_is():
    server = DnsServer(ZONE, faults={"x.example.net": "servfail"})
    assert cause(ask(server, lambda net: net.zone_of("x.example.net"))) == "servfail"


def test_the_zone_is_unknown_behind_a_referral():
    server = DnsServer(ZONE, authority={"edge.example.org": [("", "NS", "a.root.example.")]})
    assert cause(ask(server, lambda net: net.zone_of("edge.example.org"))) == "malformed"


def test_no_soa_up_to_the_root_is_malformed():
    assert cause(ask(DnsServer({("a.b", "A"): ["192.0.2.1"]}), lambda net: net.zone_of("a.b"))) == "malformed"


# --- one server ---


def test_a_server_is_asked_without_recursion_and_any_rcode_is_a_value():
    server = DnsServer(ZONE, faults={"example.net": "refused"}, flags=dns.flags.AA)
    reply = ask(server, lambda net: net.ask("127.0.0.1", "example.net", "SOA")).value
    assert reply.rcode == "REFUSED"
    assert not server.queries[0].flags & dns.flags.RD
    answer = ask(DnsServer(ZONE, flags=dns.flags.AA), lambda net: net.ask("127.0.0.1", "example.net", "SOA")).value
    assert answer.authoritative
    assert answer.answer[0].fields[2] == 7


def test_a_server_that_is_asked_again_gets_a_second_query_and_all_askers_of_one_share_it():
    server = DnsServer(ZONE, faults={"example.net": "refused:1"}, flags=dns.flags.AA)

    async def both(net):
        first = await net.ask("127.0.0.1", "example.net", "SOA")
        same = await net.ask("127.0.0.1", "example.net", "SOA")
        again = [await net.ask("127.0.0.1", "example.net", "SOA", again=True) for _ in range(2)]
        return [each.value.rcode for each in (first, same, *again)]

    assert ask(server, both) == ["REFUSED", "REFUSED", "NOERROR", "NOERROR"]
    assert len(server.queries) == 2


@pytest.mark.parametrize(("fault", "expected"), [("timeout", "timeout"), ("malformed", "malformed"),
                                                 ("truncated-no-tcp", "truncated")])  # fmt: skip
def test_a_server_that_cannot_be_read_is_unknown(fault, expected):
    server = DnsServer(ZONE, faults={"example.net": fault})
    patience = 0.3 if expected == "timeout" else 3
    assert cause(ask(server, lambda net: net.ask("127.0.0.1", "example.net", "SOA"), timeout=patience)) == expected


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "::1", "ns1.example.net"])
def test_a_name_server_on_a_private_address_is_not_asked(address):
    assert cause(ask(DnsServer(ZONE), lambda net: net.ask(address, "example.net", "SOA"))) == "blocked_address"


def test_a_closed_port_is_connection_refused():
    async def go():
        async with DnsServer(ZONE) as gone:
            port = gone.port
        async with LiveNet(
            Limits(timeout=1), resolver=(f"127.0.0.1:{port}",), no_http=True, no_third_party=True
        ) as net:
            return await net.dns("example.net", "A")

    assert cause(asyncio.run(go())) == "connection_refused"


def test_without_a_resolver_everything_is_unreachable(monkeypatch):
    monkeypatch.setattr("hostaudit.observe.net.live.system_resolvers", tuple)

    async def go():
        async with LiveNet(Limits()) as net:
            return await net.dns("example.net", "A"), net.resolver

    outcome, resolver = asyncio.run(go())
    assert cause(outcome) == "unreachable"
    assert resolver == "none"


def test_the_systems_resolvers_are_read_from_its_file(tmp_path: Path):
    file = tmp_path / "resolv.conf"
    file.write_text("# x\nsearch example.net\nnameserver 192.0.2.53\n nameserver  2001:db8::53 \nnameserver\n")
    assert system_resolvers(file) == ("192.0.2.53", "2001:db8::53")
    assert isinstance(system_resolvers(tmp_path / "none"), tuple)


# --- what an empty answer proves ---


def asked_with_do(server: DnsServer) -> list[bool]:
    return [bool(query.ednsflags & dns.flags.DO) for query in server.queries]


def test_a_resolver_that_leaves_out_the_soa_is_asked_for_the_whole_answer():
    server = DnsServer(ZONE, bare=True)
    assert ask(server, lambda net: net.dns("example.net", "MX")).absent == "NODATA"
    assert asked_with_do(server) == [False, True]


def test_an_empty_answer_that_nothing_proves_is_unknown():
    server = DnsServer(ZONE, bare="always")
    assert cause(ask(server, lambda net: net.dns("example.net", "MX"))) == "unproved"


def test_an_soa_of_another_zone_proves_nothing():
    server = DnsServer(ZONE, authority={"example.net": [("example.org", "SOA", SOA)]})
    assert cause(ask(server, lambda net: net.dns("example.net", "MX"))) == "unproved"


def test_a_server_of_the_zone_proves_what_the_resolver_does_not():
    zone = ZONE | {("example.net", "NS"): ["ns1.example.net."], ("ns1.example.net", "A"): ["127.0.0.2"]}
    asked: list[tuple[str, str]] = []

    async def go(net):
        before = net._dns._try

        async def direct(servers, name, rdtype, source, **more):
            if servers[0].address == "127.0.0.2":
                asked.append((name, rdtype))
                soa = Record("example.net", "SOA", 60, ("ns1.example.net", "host.example.net", 7, 1, 2, 3, 4))
                return Outcome.of(DnsReply("NOERROR", True, False, authority=(soa,)), source)
            return await before(servers, name, rdtype, source, **more)

        net._dns._try = direct
        return await net.dns("example.net", "MX")

    assert ask(DnsServer(zone, bare="always"), go).absent == "NODATA"
    assert asked == [("example.net", "MX")]


# --- records of another class ---


@pytest.mark.parametrize("rdclass", ["CH", "HS", "NONE"])
def test_records_of_another_class_than_asked_are_dropped(rdclass):
    class Foreign(DnsServer):
        def _fill(self, reply, name, rdtype):
            super()._fill(reply, name, rdtype)
            for section in (reply.answer, reply.authority, reply.additional):
                for kind, text in (
                    ("A", ". 1" if rdclass == "CH" else r"\# 4 C0000201"),
                    ("HTTPS", r"\# 3 000100"),
                    ("MX", r"\# 3 000A00"),
                ):
                    section.append(dns.rrset.from_text(name + ".", 60, rdclass, kind, text))

    outcome = ask(Foreign(ZONE), lambda net: net.dns("example.net", "A"))
    assert {record.fields[0] for record in outcome.value.records} == {"198.51.100.7", "198.51.100.8"}
    reply = ask(Foreign(ZONE, flags=dns.flags.AA), lambda net: net.ask("127.0.0.1", "example.net", "SOA")).value
    assert [(each.type, each.name) for each in reply.answer] == [("SOA", "example.net")]
    assert (reply.authority, reply.additional, reply.recursive) == ((), (), False)
    assert cause(ask(Foreign(ZONE), lambda net: net.dns("example.net", "MX"))) == "unproved"


def test_an_offer_of_recursion_is_kept():
    assert ask(DnsServer(ZONE), lambda net: net.ask("127.0.0.1", "example.net", "SOA")).value.recursive
