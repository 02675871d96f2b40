"""What the sites of one run share, and what stays each site's own."""

from __future__ import annotations

import asyncio

import pytest
from helpers.fakes import record
from helpers.pages import answer, serving, urls
from helpers.servers import DnsServer, HttpServer, ca, http, server_context

from hostaudit import audit, domain
from hostaudit.observe.look import LookOptions, shared_by_many
from hostaudit.observe.net import answer_cache, rate_limits
from hostaudit.observe.net.answer_cache import Answers, reply_lasts
from hostaudit.observe.net.limits import Limits, Ports
from hostaudit.observe.net.live import LiveNet
from hostaudit.observe.net.outcome import DnsReply, Outcome
from hostaudit.observe.net.rate_limits import Hosts, Pace, Turns
from hostaudit.observe.net.run_shared import Common


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Asked:
    """Something to ask, which counts how often and ends as told."""

    def __init__(self, *endings: Outcome | BaseException) -> None:
        self.endings = list(endings)
        self.count = 0

    async def __call__(self) -> Outcome:
        self.count += 1
        ending = self.endings.pop(0) if len(self.endings) > 1 else self.endings[0]
        await asyncio.sleep(0.01)
        if isinstance(ending, BaseException):
            raise ending
        return ending


YES = Outcome.of("yes", "test")


def minute(_: Outcome) -> float:
    return 60


# -- answers ----------------------------------------------------------------------------------------------


def test_a_question_of_several_sites_is_asked_once_and_again_when_its_time_is_over():
    clock, ask = Clock(), Asked(YES)

    async def go():
        answers = Answers(clock=clock)
        first = await asyncio.gather(*(answers.once("k", ask, minute) for _ in range(5)))
        later = await answers.once("k", ask, minute)
        clock.now += 61
        return [*first, later, await answers.once("k", ask, minute)]

    assert asyncio.run(go()) == [YES] * 7
    assert ask.count == 2


@pytest.mark.parametrize("cause", ["timeout", "servfail", "rate_limited"])
def test_a_failure_goes_to_those_who_waited_and_is_not_kept(cause):
    failed = Outcome.gap(cause, "test")
    ask = Asked(failed, YES)

    async def go():
        answers = Answers()
        return await asyncio.gather(*(answers.once("k", ask, minute) for _ in range(3))), await answers.once(
            "k", ask, minute
        )

    assert asyncio.run(go()) == ([failed] * 3, YES)


@pytest.mark.parametrize("ending", [Outcome.gap("deadline", "test"), Outcome.gap("limit", "test"), KeyError("x")])
def test_where_one_site_ran_out_of_time_another_asks_for_itself(ending):
    ask = Asked(ending, YES)

    async def go():
        answers = Answers()
        return await asyncio.gather(*(answers.once("k", ask, minute) for _ in range(3)), return_exceptions=True)

    assert asyncio.run(go()) == [ending, YES, YES]
    assert ask.count == 2


def test_a_site_that_is_given_up_takes_nothing_from_the_others():
    ask = Asked(YES)

    async def go():
        answers = Answers()
        leading = asyncio.create_task(answers.once("k", ask, minute))
        following = asyncio.create_task(answers.once("k", ask, minute))
        third = asyncio.create_task(answers.once("k", ask, minute))
        await asyncio.sleep(0.005)
        third.cancel()
        leading.cancel()
        return await following

    assert asyncio.run(go()) == YES
    assert ask.count == 2


def test_what_is_kept_is_bounded():
    async def go():
        answers = Answers(most=10_000)
        for number in range(100):
            text = record("a.example", "TXT", "x" * 3000)
            await answers.once(number, Asked(Outcome.of(DnsReply("NOERROR", True, False, (text,)), "test")), minute)
        return answers

    answers = asyncio.run(go())
    assert 0 < answers.weight <= 10_000
    assert answers.kept(0) is None
    assert answers.kept(99) is not None


def test_a_dns_answer_lasts_as_long_as_its_records():
    def lasts(*ttls: int, rcode: str = "NOERROR", soa: int | None = None) -> float:
        rows = tuple(record("a.example", "A", "192.0.2.1", ttl=each) for each in ttls)
        above = () if soa is None else (record("example", "SOA", "a", "b", 1, 1, 1, 1, 1, ttl=soa),)
        return reply_lasts(Outcome.of(DnsReply(rcode, False, False, rows, above), "test"))

    assert lasts(60, 300) == 60
    assert lasts(0) == 0
    assert lasts(172800) == answer_cache.LONGEST_TTL
    assert lasts(soa=900, rcode="NXDOMAIN") == answer_cache.SHORTEST_NEGATIVE
    assert lasts(soa=30) == 30
    assert lasts() == 0
    assert lasts(60, rcode="REFUSED") == 0


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
                deadline=20,
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


# -- turns ------------------------------------------------------------------------------------------------


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


# -- hosts ------------------------------------------------------------------------------------------------


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
