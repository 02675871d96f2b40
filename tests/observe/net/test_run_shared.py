"""What the sites of one run share, and what stays each site's own."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from functools import partial
from ipaddress import ip_network
from itertools import pairwise

from helpers import ROOT
from helpers.servers import DnsServer, HttpServer, ca, http, server_context

from hostaudit import audit, domain
from hostaudit.observe.look import LookOptions, shared_by_many
from hostaudit.observe.net import rate_limits
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


# -- politeness -------------------------------------------------------------------------------------------


class Logged(HttpServer):
    """A site that answers each request after a while, and writes down when each came and how many there were then."""

    def __init__(self, names: list[str], seconds: float) -> None:
        super().__init__({f"{name} /": partial(self._slowly, name) for name in names})
        self._seconds = seconds
        self.came: list[tuple[float, str, int, int]] = []
        self._inside: list[str] = []

    async def _slowly(self, name: str, writer: asyncio.StreamWriter) -> None:
        owner = ".".join(name.split(".")[-2:])
        self._inside.append(owner)
        self.came.append((time.monotonic(), owner, self._inside.count(owner), len(self._inside)))
        await asyncio.sleep(self._seconds)
        self._inside.remove(owner)
        writer.write(http(200, b"x"))
        await writer.drain()


def told() -> dict[str, list[int]]:
    """The numbers in the table of rate limits, by the beginning of its rows."""
    page = (ROOT / "docs" / "usage.md").read_text("utf-8")
    table = page.split("| service | limit |")[1].split("\n\n")[0]
    rows = (line.strip("| ").split(" | ") for line in table.splitlines()[2:])
    return {row[0].split(",")[0]: [int(each) for each in re.findall(r"\d+", row[1])] for row in rows}


def test_the_rate_limits_that_users_are_told_are_those_of_the_code():
    run = Common.of_many()
    usual, whois = rate_limits.USUAL, rate_limits.WHOIS

    assert told() == {
        "an RDAP server": [usual.burst, round(usual.rate)],
        "whois": [whois.burst, round(whois.rate)],
        "Apple's store search": [rate_limits.PACES["itunes.apple.com"].burst],
        "LACNIC": [rate_limits.PACES["rdap.lacnic.net"].burst],
        "a scanned site": [run.per_host, round(run.spacing * 1000)],
        "an address": [run.hosts._per_address],
    }


def test_the_log_of_a_server_shows_what_users_are_told():
    shops = [f"shop{number}.com" for number in range(24)]
    names = [f"{label}site.com" for label in ("", "www.", "api.", "a.b.")] + shops

    async def go():
        async with Logged(names, 0.12) as web, Common.of_many() as run, contextlib.AsyncExitStack() as opened:

            async def ask(name: str) -> None:
                home = (ip_network("127.0.0.0/8"),)
                limits = Limits(timeout=60, deadline=60)
                net = LiveNet(limits, allow_private=home, common=run, ports=Ports(http=web.port, dns=1))
                await opened.enter_async_context(net)
                found = await net.fetch(f"http://{name}/", address="127.0.0.1")
                assert found.value is not None, found.unknown

            await asyncio.gather(*(ask(name) for name in names for _ in range(2)))
            everything = len(web.came)
            await asyncio.gather(*(ask(name) for name in names[:4] for _ in range(4)))
            return web.came[:everything], web.came[everything:]

    came, alone = asyncio.run(go())
    (at_a_time, between), (at_an_address,) = told()["a scanned site"], told()["an address"]
    assert len(came) == 2 * len(names)
    assert max(inside for _, _, inside, _ in came) == at_a_time
    assert max(inside for _, _, _, inside in came) == at_an_address
    gaps = [later[0] - earlier[0] for earlier, later in pairwise(alone)]
    # What starts on time may arrive late on a busy machine, and the next then seems to come too early.
    assert len(gaps) == 15
    assert sum(gap >= between / 1000 - 0.005 for gap in gaps) >= 10, gaps
    assert sum(gaps) >= len(gaps) * between / 1000 - 0.02
