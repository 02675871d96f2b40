"""Decoding of JSON from outside, with a limit of its depth."""

from __future__ import annotations

from typing import Any

import msgspec

from hostaudit.observe.net.outcome import HttpReply, Outcome

MOST_BYTES = 1024 * 1024
"""Bytes of a JSON answer; the largest, a product in a store, has some hundred thousand."""

MOST_COMMAS = 150_000
"""Values of one answer, counted by the commas between them."""

MOST_PARTS = 40_000
"""Objects and lists of one answer, by their brackets. With the size this bounds the processor time to 0.1 s: a list
takes a hundred times as long as a number."""


def decode(reply: HttpReply, source: str, depth: int = 64) -> Outcome[Any]:
    """The JSON value of a body; unknown(malformed) if it is no JSON, is nested deeper than ``depth``, or was cut.

    ``null`` counts as malformed too: no service answers with it.
    """
    if reply.truncated or len(reply.body) > MOST_BYTES:
        return Outcome.gap("too_large", source, f"more than {min(len(reply.body), MOST_BYTES)} bytes")
    if reply.body.count(b"[") + reply.body.count(b"{") > MOST_PARTS:
        return Outcome.gap("too_large", source, f"more than {MOST_PARTS} lists and objects")
    if reply.body.count(b",") > MOST_COMMAS:
        return Outcome.gap("too_large", source, f"more than {MOST_COMMAS} values")
    try:
        value = msgspec.json.decode(reply.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Outcome.gap("malformed", source, f"not JSON: {type(error).__name__}")
    if value is None or _deeper_than(value, depth):
        return Outcome.gap("malformed", source, f"JSON null or nested deeper than {depth}")
    return Outcome.of(value, source)


def _deeper_than(value: Any, depth: int) -> bool:
    level = [value]
    for _ in range(depth):
        below: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                below.extend(each.values())
            elif isinstance(each, list):
                below.extend(each)
        if not below:
            return False
        level = below
    return any(isinstance(each, dict | list) for each in level)
