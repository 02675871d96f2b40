"""Turns at a service and at a host: bursts, paces, refusals and silence."""

from __future__ import annotations

import asyncio

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
            async with hosts.at("site.example", 2):
                starts.append(loop.time())
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0.03)
                inside -= 1

        await asyncio.gather(*(one() for _ in range(6)))
        await asyncio.sleep(0.03)
        async with hosts.at("site.example", 2):
            pass
        return starts, most, hosts

    starts, most, hosts = asyncio.run(go())
    assert most == 2
    assert starts[-1] - starts[0] >= 0.08
    assert len(hosts._doors) <= 1
