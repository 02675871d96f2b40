"""The holder of an address: RDAP, read by ipwhois, and port 43 where RDAP has no answer."""

from __future__ import annotations

import asyncio

import pytest
from helpers.outcomes import cause
from helpers.pages import answer
from helpers.registries import RIPE, ask, card, rdap_page

from hostaudit.observe.net.limits import Limits
from hostaudit.observe.net.registry.address_holder import Threads

pytestmark = pytest.mark.smoke

ADDRESS = "193.0.100.7"


IP_PAGE = f"https://{RIPE}/ip/{ADDRESS}"


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
    outcomes, asked, port43 = ask(all_of, **servers)
    return (outcomes[0] if len(outcomes) == 1 else outcomes), asked, port43


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
        f"https://{RIPE}/entity/ORG-1": rdap_page({"vcardArray": card("Linked B.V.")}),
    }
    assert owner(ADDRESS, pages=pages)[0].value.organisation == "Linked B.V."
    entity["links"][0]["href"] = "https://rdap.registrar.example/entity/ORG-1"
    outcome, asked, _ = owner(ADDRESS, pages={**pages, IP_PAGE: rdap_page(network_object(entities=[entity]))})
    assert outcome.value.organisation is None, "an entity elsewhere is not asked for"
    assert len(asked) == 1


def test_a_redirect_to_another_registry_is_followed():
    pages = {
        IP_PAGE: answer(303, b"", Location=f"https://rdap.apnic.net/ip/{ADDRESS}"),
        f"https://rdap.apnic.net/ip/{ADDRESS}": rdap_page(network_object(name="MOVED")),
    }
    assert owner(ADDRESS, pages=pages)[0].value.name == "MOVED"


def test_numbers_of_an_address_may_be_filled_up_with_zeros():
    page = rdap_page(network_object(startAddress="193.000.100.000", endAddress="193.000.101.255"))
    value = owner(ADDRESS, pages={IP_PAGE: page})[0].value

    assert (value.start, value.end) == ("193.0.100.0", "193.0.101.255")


def test_addresses_of_one_prefix_cost_one_request_and_another_network_one_more():
    pages = {
        IP_PAGE: rdap_page(network_object()),
        f"https://{RIPE}/ip/193.0.102.9": rdap_page(
            network_object(startAddress="193.0.102.0", endAddress="193.0.102.255", name="B")
        ),
    }

    async def two_steps(net):
        first = await asyncio.gather(net.owner(ADDRESS), net.owner("193.0.100.8"))
        return [*first, await net.owner("193.0.102.9")]

    outcomes, asked, _ = ask(two_steps, pages=pages, records=ORIGIN)
    assert [outcome.value.name for outcome in outcomes] == ["LOOP-NET", "LOOP-NET", "B"]
    assert len(asked) == 2


def test_a_known_range_answers_without_a_request_whatever_the_prefix():
    pages = {IP_PAGE: rdap_page(network_object(endAddress="193.0.255.255"))}

    async def two_steps(net):
        return await net.owner(ADDRESS), await net.owner("193.0.200.1")

    outcomes, asked, _ = ask(two_steps, pages=pages)
    assert outcomes[1].value.name == "LOOP-NET"
    assert len(asked) == 1


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
        (answer(500), "http_status"),
        (answer(429, b"", Retry_After="9999"), "rate_limited"),
        (answer(200, b"{"), "malformed"),
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
        "8.8.8.8", pages={"https://rdap.arin.net/registry/ip/8.8.8.8": answer(500)}, whois={"n + 8.8.8.8": text}
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


@pytest.mark.parametrize(("page", "holder"), [(answer(200, JPNIC.encode()), "Loop Kabushiki Kaisha"),
                                              (answer(500), "Japan Network Information Center")])  # fmt: skip
def test_in_japan_the_national_registry_names_the_holder_if_it_answers(page, holder):
    address = "133.0.2.1"
    pages = {
        f"https://rdap.apnic.net/ip/{address}": answer(500),
        f"http://whois.nic.ad.jp/cgi-bin/whois_gw?lang=%2Fe&key={address}&submit=query": page,
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
