"""One exchange for each question, and its ending in a log."""

from __future__ import annotations

import asyncio

from hostaudit.observe.net.limits import Budget, Limits
from hostaudit.observe.net.outcome import Outcome
from hostaudit.observe.net.single_flight import Sharing, ending


def test_a_time_out_of_the_asker_itself_is_a_defect_and_no_deadline():
    async def own():
        raise TimeoutError

    crashes = []

    async def go():
        sharing = Sharing(Budget(Limits()), lambda where, _: crashes.append(where))
        return await sharing.once("k", "here", own)

    assert asyncio.run(go()).unknown.cause == "internal_error"
    assert crashes == ["here"]


def test_endings_are_told_in_few_words():
    assert ending(Outcome.of(1, "s")) == "value"
    assert ending(Outcome.none("NXDOMAIN", "s")) == "absent (NXDOMAIN)"
    assert ending(Outcome.gap("timeout", "s", "slow")) == "unknown(timeout) slow"
