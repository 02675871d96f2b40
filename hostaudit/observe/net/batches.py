"""Look-ups that accept several ids at once: those that wait for a turn at the service are sent in one request.

Apple's look-up is the only such service so far. It accepts about 20 requests per minute, and a list of sites has more
apps.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from hostaudit.observe.net.outcome import OWN_END, HttpReply, Outcome

_LOOKUP = re.compile(r"(https://itunes\.apple\.com/lookup\?(?:id|bundleId)=)([^&#]{1,2000})(&[^#]*)?")

MOST_IDS = 50
MOST_LENGTH = 3000
"""The limits of one request: the number of ids that the service still answers completely, and their characters."""

_FIELDS = ("trackId", "bundleId")


@dataclass
class _Batch:
    ids: set[str]
    done: asyncio.Future[Outcome[HttpReply] | None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Batches:
    """Requests that wait for their turn, grouped by the part of the URL that they share."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], _Batch] = {}

    @staticmethod
    def takes(url: str) -> bool:
        """True if a URL is a look-up that can be joined with others."""
        return _LOOKUP.fullmatch(url) is not None

    async def ask(
        self,
        url: str,
        source: str,
        turn: Callable[[], Awaitable[str | None]],
        send: Callable[[str], Awaitable[Outcome[HttpReply]]],
    ) -> Outcome[HttpReply]:
        """The reply to ``url``, as if it were asked alone. ``turn`` waits, or returns why the turn will not come."""
        match = _LOOKUP.fullmatch(url)
        if match is None:
            raise ValueError(url)
        head, joined, tail = match[1], match[2], match[3] or ""
        ids = frozenset(joined.split(","))
        while True:
            batch = self._open.get((head, tail))
            if batch is None or not _fits(batch.ids | ids):
                batch = _Batch(set(ids))
                outcome = await self._lead(batch, (head, tail), source, turn, send)
            else:
                batch.ids |= ids
                shared = await asyncio.shield(batch.done)
                if shared is None:
                    # The time of another site has ended, not that of this one.
                    continue
                outcome = shared
            if batch.ids == ids:
                return outcome
            own = _own(outcome, url, ids, batch.ids, source)
            if own is not None:
                return own
            # One id that makes the service fail must not cost the others their answer.
            late = await turn()
            return await send(url) if late is None else Outcome.gap("rate_limited", source, late)

    async def _lead(
        self,
        batch: _Batch,
        key: tuple[str, str],
        source: str,
        turn: Callable[[], Awaitable[str | None]],
        send: Callable[[str], Awaitable[Outcome[HttpReply]]],
    ) -> Outcome[HttpReply]:
        self._open[key] = batch
        outcome: Outcome[HttpReply] | None = None
        try:
            late = await turn()
            self._close(batch, key)
            if late is not None:
                outcome = Outcome.gap("rate_limited", source, late)
            else:
                outcome = await send(f"{key[0]}{','.join(sorted(batch.ids))}{key[1]}")
            return outcome
        finally:
            self._close(batch, key)
            own = outcome is None or (outcome.unknown is not None and outcome.unknown.cause in OWN_END)
            batch.done.set_result(None if own else outcome)

    def _close(self, batch: _Batch, key: tuple[str, str]) -> None:
        if self._open.get(key) is batch:
            del self._open[key]


def _fits(ids: set[str]) -> bool:
    return len(ids) <= MOST_IDS and sum(len(each) + 1 for each in ids) <= MOST_LENGTH


def _own(
    outcome: Outcome[HttpReply], url: str, ids: frozenset[str], asked: set[str], source: str
) -> Outcome[HttpReply] | None:
    """The part of the joint reply, to all ids ``asked``, that belongs to one request; None if it cannot be separated,
    or has a row of none of these ids."""
    reply = outcome.value
    if reply is None or reply.status in (403, 429):
        return replace(outcome, source=source, value=reply and replace(reply, url=url))
    try:
        answer = msgspec.json.decode(reply.body) if reply.status == 200 and not reply.truncated else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    rows = answer.get("results") if isinstance(answer, dict) and "resultCount" in answer else None
    if not isinstance(rows, list):
        return None
    wanted = {each.lower() for each in ids}
    everybody = {each.lower() for each in asked}
    if not all(_is_of(row, everybody) for row in rows):
        return None
    mine = [row for row in rows if _is_of(row, wanted)]
    body = msgspec.json.encode({"resultCount": len(mine), "results": mine})
    return Outcome.of(replace(reply, url=url, body=body), source)


def _is_of(row: Any, wanted: set[str]) -> bool:
    return isinstance(row, dict) and any(str(row.get(name)).lower() in wanted for name in _FIELDS)
