"""Decoding of JSON from outside, with a limit of its depth."""

from __future__ import annotations

from typing import Any

import msgspec

from hostaudit.observe.net.outcome import HttpReply, Outcome


def decode(reply: HttpReply, source: str, depth: int = 64) -> Outcome[Any]:
    """The JSON value of a body; unknown(malformed) if it is no JSON, is nested deeper than ``depth``, or was cut.

    ``null`` counts as malformed too: no service answers with it.
    """
    if reply.truncated:
        return Outcome.gap("too_large", source, f"more than {len(reply.body)} bytes")
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
