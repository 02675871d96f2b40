"""Registration data and address holders: RDAP, its bootstrap, and port 43, against loopback servers."""

from __future__ import annotations

import asyncio
import ipaddress
import json

import pytest
from helpers.servers import LOOPBACK, DnsServer, HttpServer, WhoisServer, ca, drip, http, never, server_context

from hostaudit.observe.net.limits import Limits, Ports
from hostaudit.observe.net.live import LiveNet
from hostaudit.observe.net.registry import rdap, whois_text
from hostaudit.observe.net.registry.address_holder import Threads

VERISIGN = "rdap.verisign.com"
RIPE = "rdap.db.ripe.net"
SERVICES = (
    *(VERISIGN, RIPE, "rdap.arin.net", "rdap.apnic.net", "data.iana.org", "rdap.registrar.example"),
    *("new.registry.example", "whois.iana.org", "whois.verisign-grs.com", "whois.nic.io", "whois.denic.de"),
    *("whois.ripe.net", "whois.apnic.net", "whois.arin.net", "whois.nic.example", "whois.nic.ad.jp"),
)

BLOCKS = (ipaddress.ip_network("127.0.0.0/8"),)


def ask(call, *, pages=None, whois=None, records=None, missing=(), limits=None):
    """Run ``call(net)`` with every service on the loopback; gives the outcome and the servers."""

    async def go():
        names = {(host, "A"): [LOOPBACK] for host in SERVICES if host not in missing}
        secure = HttpServer(pages or {}, server_context(SERVICES))
        port43 = WhoisServer(whois or {})
        plain = HttpServer(pages or {})
        async with DnsServer({**names, **(records or {})}) as dns, secure, plain, port43:
            async with LiveNet(
                limits or Limits(timeout=1, deadline=10),
                resolver=(dns.address,),
                ca_bundle=ca()[2],
                allow_private=BLOCKS,
                ports=Ports(http=plain.port, https=secure.port, whois=port43.port),
            ) as net:
                outcome = await call(net)
                assert net.crashes == []
            return outcome, secure, port43

    return asyncio.run(go())


def cause(outcome):
    assert outcome.value is None
    assert outcome.absent is None
    return outcome.unknown.cause


def card(name, *, org=None):
    properties = [["version", {}, "text", "4.0"], ["fn", {}, "text", name]]
    if org:
        properties.append(["org", {}, "text", [org, "Unit"]])
    return ["vcard", properties]


def domain_object(**changes):
    made = {
        "objectClassName": "domain",
        "ldhName": "SITE.COM",
        "status": ["client transfer prohibited", "active"],
        "entities": [
            {
                "roles": ["registrar"],
                "publicIds": [{"type": "IANA Registrar ID", "identifier": "9999"}],
                "vcardArray": card("Loop Registrar B.V."),
                "entities": [{"roles": ["abuse"], "vcardArray": card("Abuse")}],
            },
            {"roles": ["technical"], "entities": [{"roles": ["reseller"], "vcardArray": card("Resell Ltd")}]},
        ],
        "events": [
            {"eventAction": "registration", "eventDate": "2001-02-03T04:05:06Z"},
            {"eventAction": "expiration", "eventDate": "2031-02-03T06:05:06+02:00"},
            {"eventAction": "transfer", "eventDate": "2011-01-01"},
            {"eventAction": "last changed", "eventDate": "never"},
        ],
        "secureDNS": {"delegationSigned": True},
        "nameservers": [{"ldhName": "NS1.Site.COM."}, {"ldhName": "ns2.site.com"}],
    }
    return {**made, **changes}


def rdap_page(value, status=200):
    return http(status, json.dumps(value).encode(), Content_Type="application/rdap+json")


def registration(name="site.com", **servers):
    return ask(lambda net: net.registration(name), **servers)[0]


DOMAIN = f"{VERISIGN} /com/v1/domain/site.com"
WHOIS = "Domain Name: SITE.COM\r\nRegistrar: Port43 Registrar\r\nRegistrar IANA ID: 7\r\nCreation Date: 2001-02-03\r\n"


def test_a_domain_object_becomes_a_registration():
    value = registration(pages={DOMAIN: rdap_page(domain_object())}).value
    assert (value.via, value.registrar, value.iana_id) == ("rdap", "Loop Registrar B.V.", "9999")
    assert value.status == ("client transfer prohibited", "active")
    assert (value.created, value.expires) == ("2001-02-03T04:05:06Z", "2031-02-03T04:05:06Z")
    assert (value.transferred, value.changed) == ("2011-01-01T00:00:00Z", None)
    assert value.nameservers == ("ns1.site.com", "ns2.site.com")
    assert value.delegation_signed is True
    assert value.reseller == "Resell Ltd"


def test_a_thin_registry_is_completed_by_the_registrar_and_comes_first():
    link = {"rel": "related", "type": "application/rdap+json", "href": "https://rdap.registrar.example/domain/SITE.COM"}
    thin = domain_object(entities=[], events=[], links=["x", {"rel": "self", "href": "https://x/"}, link])
    full = domain_object(status=["inactive"], nameservers=[])
    pages = {DOMAIN: rdap_page(thin), "rdap.registrar.example /domain/SITE.COM": rdap_page(full)}
    value = registration(pages=pages).value
    assert (value.registrar, value.created) == ("Loop Registrar B.V.", "2001-02-03T04:05:06Z")
    assert value.status == ("client transfer prohibited", "active")


@pytest.mark.parametrize("page", [http(500), http(200, b"["), rdap_page({"objectClassName": "entity"})])
def test_a_registrar_that_fails_does_not_lose_the_registrys_answer(page):
    link = {"rel": "related", "type": "application/rdap+json", "href": "https://rdap.registrar.example/domain/SITE.COM"}
    pages = {
        DOMAIN: rdap_page(domain_object(entities=[], links=[link])),
        "rdap.registrar.example /domain/SITE.COM": page,
    }
    assert registration(pages=pages).value.created == "2001-02-03T04:05:06Z"


def test_404_of_the_registry_is_absent_and_port_43_is_not_asked():
    outcome, _, port43 = ask(lambda net: net.registration("site.com"), whois={"domain site.com": WHOIS})
    assert outcome.absent == "404 from the registry"
    assert port43.asked == []


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (http(500), "http_status"),
        (http(403), "http_status"),
        (http(429, b"", Retry_After="9999"), "rate_limited"),
        (http(200, b"{"), "malformed"),
        (http(200, b"<html>"), "malformed"),
        (rdap_page({"errorCode": 1}), "malformed"),
        (rdap_page([]), "malformed"),
        (never, "timeout"),
    ],
)
def test_where_rdap_fails_port_43_is_asked_and_else_the_failure_stands(page, expected):
    pages = {DOMAIN: page}
    value = registration(pages=pages, whois={"domain site.com": WHOIS}).value
    assert (value.via, value.registrar, value.iana_id) == ("whois", "Port43 Registrar", "7")
    assert cause(registration(pages=pages)) == expected


def test_a_registry_that_moved_is_found_by_the_current_bootstrap():
    live = {
        "services": [
            [["net"], ["https://x/"]],
            [["com"], ["http://b/", "https://new.registry.example/r"]],
            "x",
            [[1], []],
        ]
    }
    pages = {
        "data.iana.org /rdap/dns.json": http(200, json.dumps(live).encode()),
        "new.registry.example /r/domain/site.com": rdap_page(domain_object()),
    }
    outcome = registration(pages=pages, missing=(VERISIGN,))
    assert outcome.value.registrar == "Loop Registrar B.V."
    assert "new.registry.example" in outcome.source


def test_a_registry_without_rdap_is_asked_on_port_43():
    text = "domain: site.io\nRegistrar: Io Registrar\n"
    outcome, _, port43 = ask(lambda net: net.registration("site.io"), whois={"site.io": text})
    assert outcome.value.registrar == "Io Registrar"
    assert port43.asked == ["site.io"]


def test_a_host_that_is_gone_is_looked_up_at_iana():
    whois = {"io": "refer: whois.nic.example\n\nwhois:        whois.nic.example\n", "site.io": "Registrar: X\n"}
    outcome, _, port43 = ask(lambda net: net.registration("site.io"), whois=whois, missing=("whois.nic.io",))
    assert outcome.value.registrar == "X"
    assert port43.asked == ["io", "site.io"]
    assert "whois.nic.example" in outcome.source


def test_a_top_level_domain_that_nobody_serves_is_no_service():
    assert cause(registration("site.zz", whois={"zz": "% no such domain\n"})) == "no_service"


def test_the_query_is_written_as_the_registry_wants_it():
    outcome, *_ = ask(
        lambda net: net.registration("site.de"),
        whois={"-T dn,ace site.de": "Domain: site.de\nNserver: ns1.site.de\nStatus: connect\n"},
    )
    assert outcome.value.registrar is None
    assert outcome.value.nameservers == ("ns1.site.de",)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("", "malformed"),
        ("hello\n", "malformed"),
        ("%ERROR:201: access denied\n", "rate_limited"),
        ("Query rate limit exceeded. Try later.\n", "rate_limited"),
        ("x" * 300_000, "too_large"),
        (never, "timeout"),
        (drip, "timeout"),
    ],
)
def test_each_fault_of_port_43_is_unknown(answer, expected):
    limits = Limits(timeout=0.3, deadline=10)
    assert cause(registration("site.io", whois={"site.io": answer}, limits=limits)) == expected


def test_a_name_that_is_not_registered_is_absent():
    assert registration("site.io", whois={"site.io": "No match for SITE.IO.\n"}).absent == "no match at the registry"


def test_latin_1_answers_are_read():
    assert (
        registration("site.io", whois={"site.io": "Registrar: Jos\xe9 S.A.\n".encode("latin-1")}).value.registrar
        == "José S.A."
    )


@pytest.mark.parametrize("name", ["com", "a b.com", "site.com\r\nx", "../x.com", "", "ü.com"])
def test_what_is_no_name_goes_nowhere(name):
    outcome, secure, port43 = ask(lambda net: net.registration(name))
    assert cause(outcome) == "malformed"
    assert secure.seen == port43.asked == []


def test_registrations_are_shared_and_limited():
    async def many(net):
        same = await asyncio.gather(*(net.registration("site.com") for _ in range(5)))
        return same, await net.registration("other.com")

    (same, other), secure, _ = ask(many, pages={DOMAIN: rdap_page(domain_object())}, limits=Limits(registrations=1))
    assert all(outcome.value for outcome in same)
    assert cause(other) == "limit"
    assert len(secure.seen) == 1


# --- holders of addresses ---

ADDRESS = "193.0.100.7"
IP_PAGE = f"{RIPE} /ip/{ADDRESS}"
ROW = '"64500 | 193.0.100.0/22 | NL | ripencc | 2001-01-01"'
ORIGIN = {(f"{name}.0.193.origin.asn.cymru.com", "TXT"): [ROW] for name in ("7.100", "8.100", "9.102")}


def network_object(**changes):
    made = {
        "objectClassName": "ip network",
        "handle": "193.0.100.0 - 193.0.101.255",
        "startAddress": "193.0.100.0",
        "endAddress": "193.0.101.255",
        "ipVersion": "v4",
        "name": "LOOP-NET",
        "type": "ASSIGNED PA",
        "country": "NL",
        "links": [{"rel": "self", "href": f"https://{RIPE}/ip/{ADDRESS}"}],
        "entities": [{"handle": "ORG-1", "roles": ["registrant"], "vcardArray": card("Loop Hosting B.V.")}],
    }
    return {**made, **changes}


def owner(*addresses, **servers):
    async def all_of(net):
        return await asyncio.gather(*(net.owner(address) for address in addresses))

    servers.setdefault("records", ORIGIN)
    outcomes, secure, port43 = ask(all_of, **servers)
    return (outcomes[0] if len(outcomes) == 1 else outcomes), secure, port43


def test_a_network_object_becomes_an_owner():
    outcome, _, _ = owner(ADDRESS, pages={IP_PAGE: rdap_page(network_object())})
    value = outcome.value
    assert (value.via, value.start, value.end) == ("rdap", "193.0.100.0", "193.0.101.255")
    assert (value.name, value.organisation, value.country) == ("LOOP-NET", "Loop Hosting B.V.", "NL")
    assert value.handle == "193.0.100.0 - 193.0.101.255"


def test_entities_without_handle_or_card_do_not_lose_the_network():
    entities = [{"roles": ["abuse"]}, {"roles": ["registrant"], "vcardArray": card("x", org="Loop Org")}, "x"]
    outcome, _, _ = owner(ADDRESS, pages={IP_PAGE: rdap_page(network_object(entities=entities[:2]))})
    assert outcome.value.organisation == "Loop Org"


def test_a_registrant_that_is_only_linked_is_asked_for_once():
    link = f"https://{RIPE}/entity/ORG-1"
    entity = {"handle": "ORG-1", "roles": ["registrant"], "links": [{"rel": "self", "href": link}]}
    pages = {
        IP_PAGE: rdap_page(network_object(entities=[entity])),
        f"{RIPE} /entity/ORG-1": rdap_page({"vcardArray": card("Linked B.V.")}),
    }
    assert owner(ADDRESS, pages=pages)[0].value.organisation == "Linked B.V."
    entity["links"][0]["href"] = "https://rdap.registrar.example/entity/ORG-1"
    outcome, secure, _ = owner(ADDRESS, pages={**pages, IP_PAGE: rdap_page(network_object(entities=[entity]))})
    assert outcome.value.organisation is None, "an entity elsewhere is not asked for"
    assert len(secure.seen) == 1


def test_a_redirect_to_another_registry_is_followed():
    pages = {
        IP_PAGE: http(303, b"", Location=f"https://rdap.apnic.net/ip/{ADDRESS}"),
        f"rdap.apnic.net /ip/{ADDRESS}": rdap_page(network_object(name="MOVED")),
    }
    assert owner(ADDRESS, pages=pages)[0].value.name == "MOVED"


def test_addresses_of_one_prefix_cost_one_request_and_another_network_one_more():
    pages = {
        IP_PAGE: rdap_page(network_object()),
        f"{RIPE} /ip/193.0.102.9": rdap_page(
            network_object(startAddress="193.0.102.0", endAddress="193.0.102.255", name="B")
        ),
    }

    async def two_steps(net):
        first = await asyncio.gather(net.owner(ADDRESS), net.owner("193.0.100.8"))
        return [*first, await net.owner("193.0.102.9")]

    outcomes, secure, _ = ask(two_steps, pages=pages, records=ORIGIN)
    assert [outcome.value.name for outcome in outcomes] == ["LOOP-NET", "LOOP-NET", "B"]
    assert len(secure.seen) == 2


def test_a_known_range_answers_without_a_request_whatever_the_prefix():
    pages = {IP_PAGE: rdap_page(network_object(endAddress="193.0.255.255"))}

    async def two_steps(net):
        return await net.owner(ADDRESS), await net.owner("193.0.200.1")

    outcomes, secure, _ = ask(two_steps, pages=pages)
    assert outcomes[1].value.name == "LOOP-NET"
    assert len(secure.seen) == 1


def test_404_is_absent_and_special_addresses_are_never_asked_for():
    assert owner(ADDRESS)[0].absent == "404 from the registry"
    assert owner("10.0.0.1")[0].absent.startswith("special-purpose")
    assert cause(owner("nonsense")[0]) == "malformed"


def test_networks_beyond_the_limit_are_unknown():
    outcome, _, _ = owner(ADDRESS, pages={IP_PAGE: rdap_page(network_object())}, limits=Limits(owners=0))
    assert cause(outcome) == "limit"


PORT43 = """% comment

inetnum:        193.0.100.0 - 193.0.101.255
netname:        WHOIS-NET
descr:          Loop Hosting by Port 43
country:        NL
source:         RIPE

route:          193.0.100.0/22
origin:         AS64500
source:         RIPE

"""


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (http(500), "http_status"),
        (http(429, b"", Retry_After="9999"), "rate_limited"),
        (http(200, b"{"), "malformed"),
        (rdap_page({"startAddress": "x"}), "malformed"),
        (rdap_page([1]), "malformed"),
        (rdap_page(network_object(startAddress="8.0.0.0", endAddress="8.255.255.255")), "malformed"),
        (rdap_page(network_object(notices=None, links=None)), ""),
    ],
)
def test_where_rdap_fails_ipwhois_looks_up_port_43_and_else_the_failure_stands(page, expected):
    outcome, _, port43 = owner(ADDRESS, pages={IP_PAGE: page}, whois={ADDRESS: PORT43})
    value = outcome.value
    assert (value.start, value.end) == ("193.0.100.0", "193.0.101.255")
    if not expected or value.via == "rdap":
        return
    assert (value.via, value.name, value.organisation) == ("whois", "WHOIS-NET", "Loop Hosting by Port 43")
    assert port43.asked == [ADDRESS]
    for useless in ("", "%% No entries found\n", "%ERROR:201: access denied\n"):
        assert cause(owner(ADDRESS, pages={IP_PAGE: page}, whois={ADDRESS: useless})[0]) == expected


def test_arin_is_asked_in_its_own_form():
    text = (
        "\nNetRange:       8.0.0.0 - 8.127.255.255\nCIDR:           8.0.0.0/9\n"
        "NetName:        LVLT\nOrgName:        Level\nCountry:        US\n\n"
    )
    outcome, _, port43 = owner(
        "8.8.8.8", pages={"rdap.arin.net /registry/ip/8.8.8.8": http(500)}, whois={"n + 8.8.8.8": text}
    )
    assert (outcome.value.name, outcome.value.organisation, outcome.value.country) == ("LVLT", "Level", "US")
    assert port43.asked == ["n + 8.8.8.8"]


JAPAN = {("1.2.0.133.origin.asn.cymru.com", "TXT"): ['"64510 | 133.0.0.0/16 | JP | apnic | 2001-01-01"']}
APNIC = """inetnum:        133.0.0.0 - 133.0.255.255
netname:        JPNIC-NET-JP
descr:          Japan Network Information Center
country:        JP
source:         APNIC

"""
JPNIC = """<HTML><BODY><PRE>
Network Information:
a. [Network Number]             <A HREF="x">133.0.0.0/16</A>
b. [Network Name]               LOOP-JP
g. [Organization]               Loop Kabushiki Kaisha
m. [Administrative Contact]     <A HREF="x">AA1JP</A>
n. [Technical Contact]          <A HREF="x">AA1JP</A>
p. [Nameserver]                 ns1.loop.example
[Assigned Date]                 2001/01/01
[Last Update]                   2011/01/01 01:01:01(JST)
</PRE></BODY></HTML>
"""


@pytest.mark.parametrize(("page", "holder"), [(http(200, JPNIC.encode()), "Loop Kabushiki Kaisha"),
                                              (http(500), "Japan Network Information Center")])  # fmt: skip
def test_in_japan_the_national_registry_names_the_holder_if_it_answers(page, holder):
    address = "133.0.2.1"
    pages = {
        f"rdap.apnic.net /ip/{address}": http(500),
        f"/cgi-bin/whois_gw?lang=%2Fe&key={address}&submit=query": page,
    }
    outcome, _, _ = owner(address, pages=pages, whois={address: APNIC}, records=JAPAN)
    assert outcome.value.organisation == holder
    assert (outcome.value.start, outcome.value.end) == ("133.0.0.0", "133.0.255.255")


def test_blocking_work_runs_in_so_many_threads_and_hands_back_its_exceptions():
    async def go():
        threads = Threads(2)
        running, most = [0], [0]

        def work(number):
            running[0] += 1
            most[0] = max(most[0], running[0])
            import time

            time.sleep(0.02)
            running[0] -= 1
            if number == 3:
                raise KeyError(number)
            return number

        results = await asyncio.gather(*(threads.run(lambda n=n: work(n)) for n in range(5)), return_exceptions=True)
        waiting = asyncio.ensure_future(threads.run(lambda: work(9)))
        await asyncio.sleep(0.005)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await asyncio.sleep(0.05)
        return results, most[0]

    results, most = asyncio.run(go())
    assert [str(each) for each in results] == ["0", "1", "2", "3", "4"]
    assert isinstance(results[3], KeyError)
    assert most <= 2


# --- the shipped bootstrap, and texts ---


def test_the_bootstrap_finds_the_longest_suffix_and_the_most_specific_block():
    assert rdap.domain_base("a.com") == "https://rdap.verisign.com/com/v1/"
    assert rdap.domain_base("a.b.org").startswith("https://")
    assert rdap.domain_base("a.de") is None
    assert rdap.address_base(ipaddress.ip_address("8.8.8.8")) == "https://rdap.arin.net/registry/"
    assert rdap.address_base(ipaddress.ip_address("2a00::1")) == "https://rdap.db.ripe.net/"
    assert rdap.address_base(ipaddress.ip_address("240.0.0.1")) is None
    document = {"services": [[["example"], ["https://a/"]], [["co.example"], ["https://b/"]]]}
    assert rdap.live_domain_base("x.co.example", document) == "https://b/"
    assert rdap.live_domain_base("x.com", None) is None


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


RUSSIAN = """registrar: RU-CENTER
state: REGISTERED, DELEGATED
nserver: NS1.site.example. 192.0.2.1
created: 2001.02.03
paid-till: 2031-02-03T21:00:00Z
"""
BELGIAN = """Registrar:
\tName: Belgian Registrar
Nameservers:
\tns1.site.example
\tns2.site.example (192.0.2.1)
"""
GENERIC = """   Registrar: A
   Domain Status: clientHold https://icann.org/epp#clientHold
   Domain Status: ok
   DNSSEC: signedDelegation
   Reseller: R
"""
TEXTS = [
    (
        RUSSIAN,
        {
            "registrar": "RU-CENTER",
            "created": "2001-02-03T00:00:00Z",
            "expires": "2031-02-03T21:00:00Z",
            "nameservers": ("ns1.site.example",),
        },
    ),
    (BELGIAN, {"registrar": "Belgian Registrar", "nameservers": ("ns1.site.example", "ns2.site.example")}),
    (
        "[Domain Name]  SITE.EXAMPLE\n[Created on]   2001/02/03\n",
        {"created": "2001-02-03T00:00:00Z", "registrar": None},
    ),
    (GENERIC, {"status": ("client hold", "active"), "delegation_signed": True, "reseller": "R"}),
    (
        "Registrar: A\nDNSSEC: unsigned\nExpiration Date: 03-Feb-2031\nUpdated Date: yesterday\n",
        {"delegation_signed": False, "expires": "2031-02-03T00:00:00Z", "changed": None},
    ),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_registries_own_texts_are_read(text, expected):
    value = whois_text.registration("site.example", text, "s").value
    assert {key: getattr(value, key) for key in expected} == expected


@pytest.mark.parametrize(
    "text",
    ["No match for \"SITE.EXAMPLE\".", "% Object not found\nNOT FOUND\n", "Domain: site.example\nStatus: free\n",
     "%% no entries found", "The queried object does not exist: x", "Domain site.example is available for registration",
     "Status:\tAVAILABLE\n"],
)  # fmt: skip
def test_the_ways_to_say_no_such_name(text):
    assert whois_text.registration("site.example", text, "s").absent


def test_legal_text_around_a_record_is_not_taken_for_absence():
    text = "Domain: site.example\nTerms: data not found here is no proof\nNot found errors may occur\nRegistrar: A\n"
    assert whois_text.registration("site.example", text, "s").value.registrar == "A"


def test_referrals_are_read():
    assert whois_text.referral("domain: X\nwhois:        Whois.Nic.X.\n") == "whois.nic.x"
    assert whois_text.referral("whois:\nremarks: none\n") is None
