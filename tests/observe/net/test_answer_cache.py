"""Answers that several sites ask for: asked once, kept as long as they hold, and never a failure."""

from __future__ import annotations

import asyncio

import pytest
from helpers.clock import Clock
from helpers.fakes import record

from hostaudit.observe.net import answer_cache
from hostaudit.observe.net.answer_cache import Answers, reply_lasts
from hostaudit.observe.net.outcome import DnsReply, Outcome


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
