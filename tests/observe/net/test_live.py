"""The facade: wrong options, defects, and ending in time."""

from __future__ import annotations

import asyncio
import time

import pytest
from helpers.servers import DnsServer

from hostaudit.errors import UsageError
from hostaudit.observe.net.limits import Limits
from hostaudit.observe.net.live import LiveNet


@pytest.mark.parametrize("text", ["dns.example", "192.0.2.1:0", "192.0.2.1:x", "", "[::1", "1.2.3.4:99999"])
def test_a_resolver_that_is_no_address_is_a_usage_error(text):
    with pytest.raises(UsageError, match="--resolver"):
        LiveNet(Limits(), resolver=(text,))


def test_resolvers_are_named_with_their_ports():
    net = LiveNet(Limits(), resolver=("9.9.9.9", "2620:fe::fe", "[2620:fe::9]:5353", "192.0.2.1:5300"))
    assert net.resolver == "9.9.9.9, 2620:fe::fe, 2620:fe::9 port 5353, 192.0.2.1 port 5300"


def test_a_bundle_that_cannot_be_used_is_a_usage_error(tmp_path):
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing")
    for path in (tmp_path / "none.pem", empty):
        with pytest.raises(UsageError, match="--ca-bundle"):
            LiveNet(Limits(), ca_bundle=path)


def test_a_dead_network_ends_within_the_deadline():
    async def go():
        limits = Limits(timeout=5, deadline=0.5)
        async with (
            DnsServer(faults={"a.example": "timeout", "b.example": "timeout"}) as dns,
            LiveNet(limits, resolver=(dns.address,)) as net,
        ):
            calls = net.dns("a.example", "A"), net.zone_of("b.example"), net.fetch("https://a.example/")
            return await asyncio.gather(*calls), await net.registration("site.com")

    started = time.monotonic()
    outcomes, later = asyncio.run(go())
    assert time.monotonic() - started < 1.5
    assert [outcome.unknown.cause for outcome in (*outcomes, later)] == ["deadline"] * 4


def test_a_pause_is_as_long_as_asked_and_ends_at_the_deadline():
    async def paused(seconds, deadline):
        async with LiveNet(Limits(deadline=deadline), resolver=("192.0.2.1",)) as net:
            started = time.monotonic()
            await net.pause(seconds)
            return time.monotonic() - started

    assert 0.1 <= asyncio.run(paused(0.1, 30)) < 5
    assert asyncio.run(paused(60, 0.2)) < 5


def test_leaving_early_leaves_nothing_running():
    async def go():
        async with DnsServer(faults={"a.example": "timeout"}) as dns:
            async with LiveNet(Limits(), resolver=(dns.address,)) as net:
                waiting = asyncio.ensure_future(net.dns("a.example", "A"))
                await asyncio.sleep(0.05)
            with pytest.raises(asyncio.CancelledError):
                await waiting
            return len(asyncio.all_tasks())

    started = time.monotonic()
    assert asyncio.run(go()) == 1
    assert time.monotonic() - started < 1.5


def test_a_defect_is_an_unknown_and_is_kept_for_the_caller():
    async def broken():
        raise ZeroDivisionError("x")

    async def go():
        async with LiveNet(Limits(), resolver=("192.0.2.1",)) as net:
            return await net._sharing.once("k", "here", broken), net.crashes

    outcome, crashes = asyncio.run(go())
    assert (outcome.unknown.cause, outcome.unknown.detail) == ("internal_error", "ZeroDivisionError")
    assert crashes == ["here: ZeroDivisionError: x"]


def test_debugging_tells_each_question_its_ending_and_each_defect_its_place():
    lines: list[str] = []

    async def broken():
        raise ZeroDivisionError("x")

    async def go():
        async with (
            DnsServer({("a.example", "A"): ["192.0.2.1"]}) as dns,
            LiveNet(Limits(), resolver=(dns.address,), debug=lines.append, no_http=True) as net,
        ):
            await net.dns("a.example", "A")
            await net._sharing.once("k", "here", broken)

    asyncio.run(go())
    text = "\n".join(lines)
    assert "DNS a.example A at resolver" in text
    assert text.count("value") >= 1
    assert "ZeroDivisionError" in text
