"""What the sites of one run share, and what stays each site's own."""

from __future__ import annotations

import asyncio

from helpers.servers import DnsServer, HttpServer, ca, http, server_context

from hostaudit import audit, domain
from hostaudit.observe.look import LookOptions, shared_by_many
from hostaudit.observe.net.limits import Limits, Ports
from hostaudit.observe.net.live import LiveNet
from hostaudit.observe.net.run_shared import Common

# -- answers ----------------------------------------------------------------------------------------------


def test_two_sites_of_a_run_ask_the_resolver_once_and_a_name_without_a_time_to_live_each():
    records = {("ns.provider.example", "A"): ["192.0.2.7"]}

    async def go():
        async with DnsServer(records) as dns, Common.of_many() as run:
            found = []
            for _ in range(2):
                async with LiveNet(Limits(), resolver=(dns.address,), common=run) as net:
                    found.append(await net.dns("ns.provider.example", "A"))
            return found, dns.asked

    found, asked = asyncio.run(go())
    assert found[0] == found[1]
    assert found[0].value.records[0].fields == ("192.0.2.7",)
    assert asked["ns.provider.example", "A"] == 1


def test_a_site_sees_in_a_run_what_it_would_see_alone():
    home = "127.0.0.1"
    top = "a.gtld.com. admin.gtld.com. 1 3600 600 86400 300"
    records = {
        ("com", "SOA"): [top],
        ("com", "NS"): ["a.gtld.com."],
        ("a.gtld.com", "A"): [home],
        ("gtld.com", "SOA"): [top],
        ("host.com", "SOA"): ["ns1.host.com. admin.host.com. 7 3600 600 86400 300"],
        ("host.com", "NS"): ["ns1.host.com."],
        ("ns1.host.com", "A"): [home],
    }
    names = [f"site{number}.com" for number in range(4)]
    for name in names:
        records |= {
            (name, "SOA"): [f"ns1.host.com. admin.{name}. 7 3600 600 86400 300"],
            (name, "NS"): ["ns1.host.com."],
            (name, "A"): [home],
            (f"www.{name}", "CNAME"): [f"{name}."],
        }
    pages = {f"{name} /": http(200, f"<title>{name}</title>".encode(), Content_Type="text/html") for name in names}

    async def go():
        context = server_context(tuple(each for name in names for each in (name, f"www.{name}")))
        async with DnsServer(records) as dns, HttpServer(pages, context) as web:
            options = LookOptions(
                resolver=(dns.address,),
                ca_bundle=ca()[2],
                no_third_party=True,
                allow_private=("127.0.0.0/8",),
                ports=Ports(dns=dns.port, https=web.port, http=1, smtp=1),
                timeout=20,  # a question that waits too long is asked again, and would be counted
                deadline=60,
            )
            alone = [await audit.look(domain.parse(name), options) for name in names]
            before = dns.asked.copy()
            async with shared_by_many() as run:
                jobs = (audit.look(domain.parse(name), options, common=run) for name in names)
                together = await asyncio.gather(*jobs)
            return alone, together, before, dns.asked - before

    alone, together, before, asked = asyncio.run(go())
    for one, other in zip(alone, together, strict=True):
        assert [(each.id, each.source, each.value, each.absent, each.unknown) for each in one.evidence] == [
            (each.id, each.source, each.value, each.absent, each.unknown) for each in other.evidence
        ]
    assert before["ns1.host.com", "A"] == 4
    assert asked["ns1.host.com", "A"] == asked["com", "NS"] == 1
