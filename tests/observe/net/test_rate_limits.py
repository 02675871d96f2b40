"""Turns at a service and at a host: bursts, paces, refusals and silence."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from helpers.clock import Clock
from helpers.pages import answer, serving, urls
from helpers.servers import DnsServer

from hostaudit.observe.net import rate_limits
from hostaudit.observe.net.limits import Limits
from hostaudit.observe.net.live import LiveNet
from hostaudit.observe.net.rate_limits import Hosts, Pace, Turns
from hostaudit.observe.net.run_shared import Common


def test_a_service_is_asked_in_a_burst_and_then_at_its_pace(monkeypatch):
    monkeypatch.setitem(rate_limits.PACES, "slow.example", Pace(0.5, 3))
    clock = Clock()
    bucket = Turns(clock)._bucket("slow.example")

    assert [bucket.reserve(clock.now, 60) for _ in range(5)] == [0, 0, 0, 2, 4]
    assert bucket.reserve(clock.now, 5) is None
    assert bucket.reserve(clock.now, 6) == 6
    clock.now += 60
    assert [bucket.reserve(clock.now, 60) for _ in range(4)] == [0, 0, 0, 2]


def test_the_turn_that_comes_too_late_is_not_waited_for(monkeypatch):
    monkeypatch.setitem(rate_limits.PACES, "slow.example", Pace(1 / 60, 1))

    async def go():
        turns = Turns()
        return await turns.take("slow.example", 1), await turns.take("slow.example", 1)

    assert asyncio.run(go()) == (None, "slow.example is asked 1 times a minute, and the next turn comes too late")


def test_a_service_that_turns_somebody_away_is_left_alone_and_gets_no_bursts_any_more():
    clock = Clock()
    turns = Turns(clock)
    bucket = turns._bucket("rdap.example")
    assert [bucket.reserve(clock.now, 0) for _ in range(100)] == [0] * 100

    turns.refused("rdap.example", 5)
    assert [bucket.reserve(clock.now, 60) for _ in range(3)] == [5, 6, 7]
    turns.refused("rdap.example", 86400)
    assert bucket.reserve(clock.now, 3600) == rate_limits.LONGEST_PAUSE
    assert bucket.reserve(clock.now, 20) is None


def test_a_silent_service_is_asked_again_after_a_while():
    clock = Clock()
    turns = Turns(clock)
    for _ in range(2):
        turns.answered("rdap.example", timed_out=True)
    turns.answered("rdap.example", timed_out=False)
    for _ in range(rate_limits.SILENCES):
        assert not turns.silent("rdap.example")
        turns.answered("rdap.example", timed_out=True)
    assert turns.silent("rdap.example")
    clock.now += rate_limits.SILENT_FOR
    assert not turns.silent("rdap.example")


def test_a_refusal_to_one_site_is_heard_by_the_next(monkeypatch):
    monkeypatch.setattr(rate_limits, "LONGEST_PAUSE", 30.0)

    async def go():
        async with DnsServer({("rdap.example", "A"): ["93.184.216.34"]}) as dns, Common.of_many() as run:
            found = []
            for _ in range(2):
                async with LiveNet(Limits(turn=1.0), resolver=(dns.address,), common=run) as net:
                    found.append(await net.service("https://rdap.example/"))
            return found

    with serving({"https://rdap.example/": answer(429, b"", Retry_After="600")}) as web:
        found = asyncio.run(go())
        assert urls(web) == ["https://rdap.example/"]
    assert [each.unknown.cause for each in found] == ["rate_limited"] * 2


def test_a_host_gets_few_requests_at_a_time_and_some_time_between_them():
    async def go():
        hosts = Hosts(spacing=0.02)
        loop = asyncio.get_running_loop()
        starts, inside, most = [], 0, 0

        async def one() -> None:
            nonlocal inside, most
            async with hosts.at("www.site.com" if len(starts) % 2 else "site.com", "192.0.2.1", 2) as start:
                await start()
                starts.append(loop.time())
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0.03)
                inside -= 1

        await asyncio.gather(*(one() for _ in range(6)))
        await asyncio.sleep(0.03)
        async with hosts.at("site.com", "192.0.2.1", 2):
            pass
        return starts, most, hosts

    starts, most, hosts = asyncio.run(go())
    assert most == 2
    assert starts[-1] - starts[0] >= 0.08
    assert all(later - earlier >= 0.019 for earlier, later in pairwise(sorted(starts)))
    assert len(hosts._doors) <= 2


def test_one_address_gets_few_requests_at_a_time_however_many_sites_are_on_it():
    async def go():
        hosts = Hosts(per_address=3)
        inside, most = 0, 0

        async def one(number: int) -> None:
            nonlocal inside, most
            async with hosts.at(f"shop{number}.com", "192.0.2.1", 2):
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0.005)
                inside -= 1

        await asyncio.gather(*(one(number) for number in range(20)))
        return most, hosts

    most, hosts = asyncio.run(go())
    assert (most, len(hosts._doors)) == (3, 0)
    assert Hosts()._per_address == 16


def test_the_customers_of_a_platform_are_names_of_their_own():
    owner = Hosts(spacing=0.05)._owner

    assert owner("www.example.co.uk") == owner("example.co.uk") == "example.co.uk"
    assert owner("one.github.io") != owner("two.github.io")
    assert owner("192.0.2.1") == "192.0.2.1"
    assert Hosts()._owner("www.example.com") == "www.example.com"


@pytest.mark.parametrize(("service", "most"), [("itunes.apple.com", 20), ("rdap.lacnic.net", 10)])
def test_what_is_allowed_in_a_minute_is_what_is_asked_in_any_minute(service, most):
    clock = Clock()
    bucket = Turns(clock)._bucket(service)
    times = [clock.now + bucket.reserve(clock.now, 1e9) for _ in range(5 * most)]
    for start in times:
        assert sum(start <= each <= start + 60 for each in times) <= most
    assert times[most - 1] == clock.now

    bucket.refuse(clock.now, 5)
    later = [bucket.reserve(clock.now, 1e9) for _ in range(3)]
    assert [later[1] - later[0], later[2] - later[1]] == [pytest.approx(rate_limits.MINUTE / most)] * 2


def test_whois_and_rdap_of_lacnic_are_one_service():
    turns = Turns(Clock())

    assert turns._bucket("whois whois.lacnic.net") is turns._bucket("rdap.lacnic.net")
    assert turns._bucket("whois whois.nic.uk") is not turns._bucket("rdap.lacnic.net")
