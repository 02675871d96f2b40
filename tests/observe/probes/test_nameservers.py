"""Zones, delegations and name servers, near the site and behind it."""

from __future__ import annotations

import itertools

import pytest
from helpers.fakes import FakeNet, observe, record

from hostaudit import domain
from hostaudit.model.evidence import Evidence
from hostaudit.model.site import DeclaredFallback, Site, SpareName
from hostaudit.model.values import Delegation, Dnssec, NameServerGlue, NameServers, ServerAnswer, ZoneCut
from hostaudit.observe.net import DnsReply
from hostaudit.observe.probes import addresses, mail, nameservers, standby
from hostaudit.observe.probes.nameservers import MORE_ZONES, MOST_CUTS, MOST_ZONES, PROBE

DEEPEST = 3
FAULTS = ("timeout", "servfail", "refused", "malformed", "deadline", "limit")


def referral(zone, *servers, glue=(), rcode="NOERROR", ttl=172800, authoritative=False):
    rows = tuple(record(zone, "NS", server, ttl=ttl) for server in servers)
    extra = tuple(record(name, "AAAA" if ":" in address else "A", address) for name, address in glue)
    return DnsReply(rcode, authoritative, False, authority=rows, additional=extra)


def soa(zone, serial=7, *, authoritative=True, rcode="NOERROR"):
    answer = (record(zone, "SOA", "ns1.example.net", "host.example.net", serial, 1, 2, 3, 4),)
    return DnsReply(rcode, authoritative, False, answer=answer)


UNSIGNED = DnsReply("NOERROR", True, False)
PARENT = "192.0.2.53"


class World:
    """example.com, delegated by com to ns1.example.net and ns2.example.org; a test changes what it is about."""

    def __init__(self):
        self.dns = {
            ("com", "NS"): ["a.gtld.example"],
            ("a.gtld.example", "A"): [PARENT],
            ("example.com", "NS"): ["ns2.example.org", "ns1.example.net"],
            ("example.net", "NS"): ["ns1.example.net"],
            ("example.org", "NS"): ["ns2.example.org"],
            ("example.com", "DS"): "NODATA",
            ("example.com", "DNSKEY"): "NODATA",
        }
        self.zones = {}
        for name in ("example.com", "www.example.com"):
            self.zones[name] = "example.com"
        for name, zone in (("ns1.example.net", "example.net"), ("ns2.example.org", "example.org")):
            self.zones.update({name: zone, zone: zone})
        self.zones.update({"com": "com", "net": "net", "org": "org"})
        self.ask = {
            (PARENT, "example.com", "NS"): referral("example.com", "ns1.example.net", "ns2.example.org"),
            (PARENT, "example.com", "DS"): UNSIGNED,
        }
        for host, address in (("ns1.example.net", "198.51.100.1"), ("ns2.example.org", "198.51.100.2")):
            self.dns.update({(host, "A"): [address], (host, "AAAA"): "NODATA"})
            self.ask[address, "example.com", "SOA"] = soa("example.com")

    def net(self):
        return FakeNet(dns=self.dns, zones=self.zones, ask=self.ask)

    def look(self, target="example.com", *probes):
        return observe(target, self.net(), PROBE, *probes)


# -- a healthy site ---------------------------------------------------------------------------------------


def test_both_sides_of_the_delegation_and_each_server_are_noted():
    found = World().look()

    servers = (NameServerGlue("ns1.example.net"), NameServerGlue("ns2.example.org"))
    assert found["delegation:example.com"].value == Delegation("com", servers, 172800, ds=False)
    assert found["delegation:example.com"].source == f"a.gtld.example ({PARENT})"
    assert found["nameservers:example.com"].value == NameServers(("ns1.example.net", "ns2.example.org"), 300)
    for server, address in (("ns1.example.net", "198.51.100.1"), ("ns2.example.org", "198.51.100.2")):
        said = found[f"server:example.com {server} {address}"].value
        soa = ("ns1.example.net", "host.example.net")
        assert said == ServerAnswer("example.com", server, address, True, "NOERROR", 7, *soa, refresh=1)
    assert found["dnssec:example.com"].value == Dnssec(False, False, False)
    assert {item.unknown for item in found.values()} == {None}


def test_the_zones_of_the_servers_names_are_read_from_the_childs_side_only():
    found = World().look()

    assert found["nameservers:example.net"].value.names == ("ns1.example.net",)
    assert found["zone:ns1.example.net"].value == ZoneCut(("example.net", "net"))
    assert "delegation:example.net" not in found
    assert not [key for key in found if key.startswith("server:example.net")]


def test_a_top_level_zone_is_only_passed_through():
    found = World().look()

    assert not [key for key in found if key.split(":")[1] in ("com", "net", "org")]


def test_a_zone_below_the_registrable_name_is_asked_for_at_its_own_parent():
    world = World()
    world.zones.update({"shop.example.com": "shop.example.com"})
    world.dns.update({("shop.example.com", kind): "NODATA" for kind in ("DS", "DNSKEY")})
    world.dns["shop.example.com", "NS"] = ["ns1.example.net"]
    world.ask["198.51.100.1", "shop.example.com", "NS"] = referral("shop.example.com", "ns1.example.net", ttl=60)
    world.ask["198.51.100.1", "shop.example.com", "DS"] = UNSIGNED
    world.ask["198.51.100.1", "shop.example.com", "SOA"] = soa("shop.example.com", 9)

    found = world.look("shop.example.com")

    assert found["zone:shop.example.com"].value == ZoneCut(("shop.example.com", "example.com", "com"))
    assert found["delegation:shop.example.com"].value.parent == "example.com"
    assert found["server:shop.example.com ns1.example.net 198.51.100.1"].value.serial == 9
    assert "server:example.com ns1.example.net 198.51.100.1" in found


def test_zones_of_cname_targets_and_mail_exchangers_are_reached():
    world = World()
    world.dns["www.example.com", "A"] = (["edge.example.info"], ["192.0.2.80"])
    world.dns["example.com", "MX"] = [(10, "mx.example.biz")]
    for host in ("edge.example.info", "mx.example.biz"):
        zone = host.partition(".")[2]
        world.zones.update({host: zone, zone: zone, zone.partition(".")[2]: zone.partition(".")[2]})

    found = world.look("example.com", addresses.PROBE, mail.PROBE)

    assert found["zone:edge.example.info"].value == ZoneCut(("example.info", "info"))
    assert found["zone:mx.example.biz"].value == ZoneCut(("example.biz", "biz"))
    assert "nameservers:example.info" in found
    assert "nameservers:example.biz" in found
    assert "delegation:example.info" not in found


def test_glue_is_kept_with_its_name_and_asked_beside_the_addresses_found_by_name():
    world = World()
    glue = (
        ("ns1.example.net", "203.0.113.1"),
        ("ns1.example.net", "2001:db8::1"),
        ("other.example.net", "203.0.113.9"),
    )
    world.ask[PARENT, "example.com", "NS"] = referral("example.com", "ns1.example.net", glue=glue)
    world.ask["203.0.113.1", "example.com", "SOA"] = DnsReply("REFUSED", False, False)

    found = world.look()

    server = NameServerGlue("ns1.example.net", ("2001:db8::1", "203.0.113.1"))
    assert found["delegation:example.com"].value.nameservers == (server,)
    assert found["server:example.com ns1.example.net 203.0.113.1"].value.rcode == "REFUSED"
    assert found["server:example.com ns1.example.net 2001:db8::1"].unknown.cause == "unreachable"
    assert found["server:example.com ns1.example.net 198.51.100.1"].value.authoritative


def test_a_server_that_only_one_side_names_is_looked_at_all_the_same():
    world = World()
    world.dns["example.com", "NS"] = ["ns2.example.org"]
    world.ask[PARENT, "example.com", "NS"] = referral("example.com", "ns1.example.net")

    found = world.look()

    assert "server:example.com ns1.example.net 198.51.100.1" in found
    assert "server:example.com ns2.example.org 198.51.100.2" in found
    assert {"zone:ns1.example.net", "zone:ns2.example.org"} <= set(found)


# -- what one server says -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "authoritative", "rcode", "serial"),
    [
        (soa("example.com", 5), True, "NOERROR", 5),
        (soa("example.com", authoritative=False), False, "NOERROR", 7),
        (DnsReply("REFUSED", False, False), False, "REFUSED", None),
        (DnsReply("SERVFAIL", False, False), False, "SERVFAIL", None),
        (DnsReply("NOERROR", True, False), False, "NOERROR", None),
        (soa("example.org"), False, "NOERROR", None),
        (referral("com", "a.gtld.example"), False, "NOERROR", None),
    ],
)
def test_a_lame_server_is_a_fact(reply, authoritative, rcode, serial):
    world = World()
    world.ask["198.51.100.1", "example.com", "SOA"] = reply

    value = world.look()["server:example.com ns1.example.net 198.51.100.1"].value

    assert (value.authoritative, value.rcode, value.serial) == (authoritative, rcode, serial)


@pytest.mark.parametrize("cause", FAULTS)
def test_a_server_that_does_not_answer_is_unknown(cause):
    world = World()
    world.ask["198.51.100.1", "example.com", "SOA"] = ("unknown", cause)

    found = world.look()

    assert found["server:example.com ns1.example.net 198.51.100.1"].unknown.cause == cause
    assert found["server:example.com ns2.example.org 198.51.100.2"].value.authoritative


# -- the parent's side ----------------------------------------------------------------------------------------


def parent_says(reply, ds=UNSIGNED):
    world = World()
    world.ask[PARENT, "example.com", "NS"] = reply
    world.ask[PARENT, "example.com", "DS"] = ds
    return world.look()["delegation:example.com"]


def test_nxdomain_from_the_parent_is_proof_that_the_name_does_not_exist():
    item = parent_says(DnsReply("NXDOMAIN", True, False))

    assert item.absent == f"NXDOMAIN from a.gtld.example ({PARENT})"


def test_nodata_from_the_parent_is_proof_that_the_name_is_not_delegated():
    reply = DnsReply("NOERROR", True, False, authority=(record("com", "SOA", "a", "b", 1, 1, 1, 1, 1),))

    assert parent_says(reply).absent == f"NODATA from a.gtld.example ({PARENT}): the name is not delegated"


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        (DnsReply("NXDOMAIN", False, False), "dns_error"),
        (DnsReply("SERVFAIL", False, False), "servfail"),
        (DnsReply("REFUSED", False, False), "refused"),
        (DnsReply("NOTIMP", False, False), "dns_error"),
        (DnsReply("NOERROR", False, False), "lame"),
        (DnsReply("NOERROR", True, False), "lame"),
        (referral("com", "x.example"), "lame"),
        (referral("other.com", "x.example"), "lame"),
        *((("unknown", cause), cause) for cause in FAULTS),
    ],
)
def test_any_other_reply_of_the_parent_proves_nothing(reply, cause):
    item = parent_says(reply)

    assert (item.unknown.cause, item.absent) == (cause, None)


def test_a_parent_that_serves_the_child_too_may_answer_instead_of_refer():
    rows = (record("example.com", "NS", "ns1.example.net", ttl=60),)

    assert parent_says(DnsReply("NOERROR", True, False, answer=rows)).value.ttl == 60


@pytest.mark.parametrize(
    ("reply", "signed"),
    [
        (DnsReply("NOERROR", True, False, answer=(record("example.com", "DS", 1, 13, 2, "ab"),)), True),
        (UNSIGNED, False),
        (DnsReply("SERVFAIL", False, False), None),
        (("unknown", "timeout"), None),
    ],
)
def test_whether_the_parent_holds_a_ds_is_true_false_or_not_known(reply, signed):
    assert parent_says(referral("example.com", "ns1.example.net"), reply).value.ds is signed


def test_the_next_parent_server_is_asked_when_one_fails():
    world = World()
    world.dns["com", "NS"] = ["a.gtld.example", "b.gtld.example", "c.gtld.example"]
    world.dns["a.gtld.example", "A"] = ("unknown", "timeout")
    world.dns["b.gtld.example", "A"] = ["192.0.2.54"]
    world.dns["c.gtld.example", "A"] = ["192.0.2.55"]
    world.ask["192.0.2.54", "example.com", "NS"] = DnsReply("REFUSED", False, False)
    world.ask["192.0.2.55", "example.com", "NS"] = referral("example.com", "ns1.example.net")

    item = world.look()["delegation:example.com"]

    assert item.source == "c.gtld.example (192.0.2.55)"
    assert item.value.ds is None


def two_parents(first: DnsReply, second: DnsReply) -> Evidence:
    world = World()
    world.dns["com", "NS"] = ["a.gtld.example", "b.gtld.example"]
    world.dns["b.gtld.example", "A"] = ["192.0.2.54"]
    world.ask[PARENT, "example.com", "NS"] = first
    world.ask["192.0.2.54", "example.com", "NS"] = second
    return world.look()["delegation:example.com"]


def test_one_parent_servers_denial_weighs_less_than_anothers_delegation():
    denied, delegated = DnsReply("NXDOMAIN", True, False), referral("example.com", "ns1.example.net")

    assert two_parents(denied, delegated).value
    assert two_parents(denied, denied).absent == f"NXDOMAIN from a.gtld.example ({PARENT})"
    assert two_parents(denied, DnsReply("SERVFAIL", False, False)).absent
    assert two_parents(DnsReply("SERVFAIL", False, False), denied).absent


def test_no_more_than_three_parent_servers_are_asked():
    world = World()
    names = [f"{letter}.gtld.example" for letter in "abcdef"]
    world.dns["com", "NS"] = names
    for number, name in enumerate(names):
        world.dns[name, "A"] = [f"192.0.2.{number}"]
    net = world.net()

    found = observe("example.com", net, PROBE)

    assert found["delegation:example.com"].unknown.cause == "unreachable"
    assert len({call[1][0] for call in net.calls if call[0] == "ask" and call[1][2] == "NS"}) == 3


@pytest.mark.parametrize(
    ("key", "ending", "cause"),
    [
        (("com", "NS"), ("unknown", "timeout"), "timeout"),
        (("com", "NS"), "NODATA", "dns_error"),
        (("a.gtld.example", "A"), ("unknown", "servfail"), "servfail"),
        (("a.gtld.example", "A"), "NXDOMAIN", "dns_error"),
    ],
)
def test_a_parent_whose_servers_cannot_be_found_leaves_the_delegation_unknown(key, ending, cause):
    world = World()
    world.dns[key] = ending

    item = world.look()["delegation:example.com"]

    assert (item.unknown.cause, item.absent) == (cause, None)


@pytest.mark.parametrize(("ending", "cause"), [(("unknown", "servfail"), "servfail"), ("", "dns_error")])
def test_without_the_parent_zone_the_delegation_is_unknown(ending, cause):
    world = World()
    world.zones["com"] = ending

    assert world.look()["delegation:example.com"].unknown.cause == cause


def test_a_site_whose_servers_are_dead_is_still_looked_at_from_its_parents_side():
    world = World()
    for name in ("example.com", "www.example.com"):
        world.zones[name] = ("unknown", "servfail")
        world.dns[name, "NS"] = ("unknown", "servfail")
    for address in ("198.51.100.1", "198.51.100.2"):
        world.ask[address, "example.com", "SOA"] = ("unknown", "timeout")

    found = world.look()

    assert found["zone:example.com"].unknown.cause == "servfail"
    assert found["nameservers:example.com"].unknown.cause == "servfail"
    assert found["server:example.com ns1.example.net 198.51.100.1"].unknown.cause == "timeout"
    assert {item.absent for item in found.values() if item.kind not in ("aaaa", "dnssec")} == {None}


# -- zone cuts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cause", FAULTS)
@pytest.mark.parametrize("name", ["www.example.com", "com"])
def test_one_unknown_on_the_walk_up_makes_the_cut_unknown(name, cause):
    world = World()
    world.zones[name] = ("unknown", cause)

    item = world.look()["zone:www.example.com"]

    assert (item.unknown.cause, item.value, item.absent) == (cause, None, None)


def test_the_root_is_not_among_the_zones():
    world = World()
    world.zones["com"] = ""

    assert world.look()["zone:example.com"].value == ZoneCut(("example.com",))


def test_an_absent_zone_is_a_fault_of_the_walk_and_no_proof():
    world = World()
    net = world.net()
    zone_of = net.zone_of

    async def odd(name):
        from hostaudit.observe.net import Outcome

        return Outcome.none("NXDOMAIN", "test") if name == "example.com" else await zone_of(name)

    net.zone_of = odd
    item = observe("example.com", net, PROBE)["zone:example.com"]

    assert (item.unknown.cause, item.absent) == ("dns_error", None)


def test_a_name_of_very_many_labels_costs_few_questions():
    host = ".".join(["a"] * 100) + ".example.com"
    world = World()
    world.zones[host] = "example.com"
    net = world.net()

    found = observe(domain.parse("example.com", (host,)), net, PROBE)

    assert found[f"zone:{host}"].value == ZoneCut(("example.com", "com"))
    assert len([call for call in net.calls if call[0] == "zones"]) < 60


def test_a_name_under_very_many_zones_is_unknown():
    host = ".".join(["a"] * 30) + ".example.com"
    world = World()
    labels = host.split(".")
    for start in range(len(labels) - 2):
        name = ".".join(labels[start:])
        world.zones[name] = name

    found = world.look(domain.parse("example.com", (host,)))

    assert found[f"zone:{host}"].unknown.cause == "limit"
    assert len([key for key in found if key.startswith("nameservers:a.")]) == MOST_CUTS


# -- DNSSEC ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ds", "key", "value"),
    [
        ([(1, 13, 2, "ab")], [(257, 3, 13)], Dnssec(True, True, False)),
        ("NODATA", [(257, 3, 13)], Dnssec(False, True, False)),
        ([(1, 13, 2, "ab")], "NODATA", Dnssec(True, False, False)),
    ],
)
def test_ds_and_dnskey_are_noted_apart(ds, key, value):
    world = World()
    world.dns.update({("example.com", "DS"): ds, ("example.com", "DNSKEY"): key})

    assert world.look()["dnssec:example.com"].value == value


@pytest.mark.parametrize("kind", ["DS", "DNSKEY"])
@pytest.mark.parametrize("cause", FAULTS)
def test_a_fault_with_either_leaves_dnssec_unknown(kind, cause):
    world = World()
    world.dns["example.com", kind] = ("unknown", cause)

    found = world.look()
    assert found["dnssec:example.com"].unknown.cause == cause
    assert ("unvalidated:example.com" in found) is (cause == "servfail")


@pytest.mark.parametrize("answers", [True, False])
def test_after_servfail_the_resolver_is_asked_once_more_without_validation(answers):
    world = World()
    world.dns["example.com", "DNSKEY"] = ("unknown", "servfail")
    rows = tuple(record("example.com", "NS", host) for host in ("ns1.example.net", "ns2.example.org"))
    tables = {("example.com", "NS"): DnsReply("NOERROR", False, False, rows)} if answers else {}
    net = FakeNet(dns=world.dns, zones=world.zones, ask=world.ask, unvalidated=tables)
    item = observe("example.com", net, PROBE)["unvalidated:example.com"]

    assert [call for call in net.calls if call[0] == "unvalidated"] == [("unvalidated", ("example.com", "NS"))]
    if answers:
        assert item.value == NameServers(("ns1.example.net", "ns2.example.org"), 300)
    else:
        assert item.unknown.cause == "unreachable"


# -- the graph behind -----------------------------------------------------------------------------------------


def chain_of(world, length, *, start="example.net"):
    """Make ``start`` be served from z1.test.com, that from z2.test.com and so on."""
    for number in range(length):
        zone = start if number == 0 else f"z{number}.com"
        server = f"ns.z{number + 1}.com"
        world.zones.update({zone: zone, server: f"z{number + 1}.com", f"z{number + 1}.com": f"z{number + 1}.com"})
        world.dns[zone, "NS"] = [server]


def test_zones_behind_zones_are_followed_to_the_depth_and_no_further():
    world = World()
    chain_of(world, DEEPEST + 3)

    found = world.look()

    read = sorted(key for key in found if key.startswith("nameservers:z"))
    assert read == [f"nameservers:z{number}.com" for number in range(1, DEEPEST)]
    assert "a:ns.z1.com" in found
    assert "a:ns.z2.com" not in found


@pytest.mark.parametrize("deepest", [0, 1, 2, 5])
def test_the_depth_is_the_users_choice(deepest):
    world = World()
    chain_of(world, 8)

    found = observe("example.com", world.net(), PROBE, deepest=deepest)

    read = sorted(key for key in found if key.startswith(("nameservers:z", "nameservers:example.net")))
    assert read == ["nameservers:example.net", *(f"nameservers:z{n}.com" for n in range(1, deepest))][:deepest]
    assert found["server:example.com ns1.example.net 198.51.100.1"].value.serial == 7


def test_the_zones_of_declared_standbys_are_read_from_the_childs_side_and_followed_like_other_servers():
    world = World()
    for name in ("ns.standby.com", "mx.standby.org", "cdn.standby.net"):
        world.zones.update({name: name.partition(".")[2], name.partition(".")[2]: name.partition(".")[2]})
    world.dns["standby.com", "NS"] = ["ns.z1.com"]
    world.dns["cdn.standby.net", "A"] = (["edge.example.info"], ["192.0.2.80"])
    world.zones.update({"edge.example.info": "example.info", "example.info": "example.info", "info": "info"})
    world.dns["cdn.standby.net", "AAAA"] = "NODATA"
    chain_of(world, 4, start="z0.com")
    site = Site(
        "example.com",
        fallbacks=(
            DeclaredFallback("dns", "a", server="ns.standby.com"),
            DeclaredFallback("mail", "b", host="mx.standby.org"),
            DeclaredFallback("cdn", "c", host="cdn.standby.net"),
            DeclaredFallback("hosting", "d", address="192.0.2.9"),
        ),
    )

    found = observe("example.com", world.net(), PROBE, standby.PROBE, site=site)

    assert found["zone:ns.standby.com"].value == ZoneCut(("standby.com", "com"))
    assert {"nameservers:standby.com", "nameservers:standby.org", "nameservers:standby.net"} <= set(found)
    assert {"nameservers:z1.com", "nameservers:z2.com", "zone:edge.example.info", "nameservers:example.info"} <= set(
        found
    )
    assert "nameservers:z3.com" not in found
    assert not [key for key in found if key.startswith(("delegation:standby", "server:standby", "dnssec:standby"))]


def test_a_spare_name_is_looked_at_from_both_sides_as_a_name_of_the_site():
    world = World()
    world.zones["example.org"] = "example.org"
    world.dns.update({("org", "NS"): ["a.gtld.example"], ("example.org", "DS"): "NODATA"})
    world.ask[PARENT, "example.org", "NS"] = referral("example.org", "ns2.example.org")
    world.ask["198.51.100.2", "example.org", "SOA"] = soa("example.org", 3)

    found = observe(
        "example.com", world.net(), PROBE, site=Site("example.com", spare_names=(SpareName("example.org"),))
    )

    assert found["delegation:example.org"].value.parent == "org"
    assert found["server:example.org ns2.example.org 198.51.100.2"].value.serial == 3
    assert "dnssec:example.org" in found


def test_declared_names_make_room_for_their_zones():
    world = World()
    servers = [f"ns.p{number:02}.com" for number in range(MOST_ZONES + 2 * MORE_ZONES)]
    world.dns["example.com", "NS"] = servers[:32]
    world.dns["p00.com", "NS"] = servers[32:]
    for server in servers:
        zone = server.partition(".")[2]
        world.zones.update({server: zone, zone: zone})
    site = Site("example.com", fallbacks=(DeclaredFallback("dns", "a", server="ns.p00.com"),))

    found = observe("example.com", world.net(), PROBE, site=site)

    beyond = [item for item in found.values() if item.unknown and item.unknown.cause == "limit"]
    assert beyond
    assert {item.unknown.detail for item in beyond} == {f"more than {MOST_ZONES + MORE_ZONES} zones"}


def test_name_servers_that_serve_one_another_end():
    world = World()
    world.dns["example.net", "NS"] = ["ns2.example.org"]
    world.dns["example.org", "NS"] = ["ns1.example.net"]
    world.dns["example.com", "NS"] = ["ns1.example.com", "ns1.example.net"]
    world.zones["ns1.example.com"] = "example.com"

    found = world.look()

    assert found["nameservers:example.org"].value.names == ("ns1.example.net",)
    assert found["nameservers:example.com"].value.names == ("ns1.example.com", "ns1.example.net")


def test_a_zone_reached_on_a_shorter_path_later_is_followed_further():
    world = World()
    chain_of(world, DEEPEST + 1)
    world.dns["www.example.com", "A"] = (["x.z2.com"], ["192.0.2.80"])
    world.zones["x.z2.com"] = "z2.com"

    found = world.look("example.com", addresses.PROBE)

    assert "nameservers:z4.com" in found
    assert "a:ns.z3.com" in found


def test_past_the_most_zones_each_further_one_is_unknown():
    world = World()
    servers = [f"ns.p{number:02}.com" for number in range(30)]
    more = [f"ns.q{number:02}.com" for number in range(30)]
    world.dns["example.com", "NS"] = servers
    world.dns["p00.com", "NS"] = more
    for server in servers + more:
        zone = server.partition(".")[2]
        world.zones.update({server: zone, zone: zone})
    net = world.net()

    found = observe("example.com", net, PROBE)

    unknown = [item for item in found.values() if item.kind == "nameservers" and item.unknown]
    limited = [item.subject for item in unknown if item.unknown.cause == "limit"]
    assert len([key for key in found if key.startswith("nameservers:")]) == MOST_ZONES + len(limited)
    assert len(limited) == 1 + 2 + 60 - MOST_ZONES
    assert all(subject.startswith("q") for subject in limited)
    assert not [subject for subject in limited if ("dns", (subject, "NS")) in net.calls]


@pytest.mark.parametrize("cause", FAULTS)
def test_with_every_question_failing_all_is_unknown_and_nothing_absent(cause):
    world = World()
    for table in (world.dns, world.zones, world.ask):
        table.update(dict.fromkeys(table, ("unknown", cause)))

    found = world.look("example.com", addresses.PROBE, mail.PROBE)

    assert found["delegation:example.com"].unknown.cause == cause
    assert {item.absent for item in found.values()} == {None}
    assert {item.value for item in found.values()} == {None}


def test_each_single_fault_turns_facts_into_unknowns_and_never_into_absences():
    healthy = World().look()
    proofs = {key for key, item in healthy.items() if item.absent is not None}

    for table in ("dns", "zones", "ask"):
        for key in getattr(World(), table):
            world = World()
            getattr(world, table)[key] = ("unknown", "timeout")
            found = world.look()
            assert {each for each, item in found.items() if item.absent is not None} <= proofs, key
            for each, item in found.items():
                assert item.value is None or each not in healthy or type(item.value) is type(healthy[each].value), key


def test_the_order_of_hosts_and_answers_does_not_matter():
    named = ("a.example.com", "b.example.net", "www.example.com")
    results = set()
    for order in itertools.permutations(named):
        world = World()
        for zone in ("example.com",):
            world.dns[zone, "NS"] = world.dns[zone, "NS"][:: -1 if order[0] == "a.example.com" else 1]
        target = domain.parse("example.com", order)
        found = observe(target, world.net(), PROBE)
        results.add(tuple((key, str(item.value), item.absent, str(item.unknown)) for key, item in found.items()))

    assert len(results) == 1


def test_a_defect_over_one_server_leaves_the_other_answers_in_place():
    world = World()
    world.ask["198.51.100.1", "example.com", "SOA"] = RuntimeError("defect")
    net = world.net()

    found = observe("example.com", net, nameservers.PROBE)

    assert found["server:example.com ns2.example.org 198.51.100.2"].value.authoritative
    assert found["nameservers:example.org"].value is not None
    assert [where for where, _ in net.errors] == ["probe nameservers"]
