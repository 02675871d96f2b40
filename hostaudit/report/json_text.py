"""JSON that is safe for programs, terminals and build logs: finite numbers, no lone surrogates, no control codes."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from hostaudit.report.text import RUNNER_COMMAND, opens_command, visible

_UNSAFE = re.compile(f"[^\x00-\x7e]|{RUNNER_COMMAND}")

WIDTH = 118
"""Columns: an object or list that fits stands on one line."""

LEVELS = 2
"""The levels that are broken into lines at all: what lies deeper is one record on one line, however long it is. So a
line of a report is a piece of evidence, a dependency or a single point of failure, and a third of its bytes are saved.
"""


def written(value: Any, indent: int = 2) -> str:
    """Plain values as one JSON text (RFC 8259) that ends in a line feed; without ``indent`` it is a single line.

    Raises ``ValueError`` for a number that JSON cannot represent (RFC 8259 section 6).
    """
    plain = sound(value, "$")
    text = "".join(_laid_out(plain, "\n", " " * indent, LEVELS)) if indent else _line(plain)
    return safe(text) + "\n"


def safe(text: str) -> str:
    """JSON text that means the same, and that no terminal and no build log interprets."""
    return _UNSAFE.sub(_escaped, text)


def _line(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _laid_out(value: Any, start: str, step: str, levels: int) -> Iterator[str]:
    """The parts of a text of which the first ``levels`` are broken into lines; ``start``: a line feed and the
    indentation of the line."""
    line = _line(value)
    if not value or not isinstance(value, dict | list | tuple) or not levels or len(start) + len(line) <= WIDTH:
        yield line
        return
    below, first = start + step, True
    pairs = value.items() if isinstance(value, dict) else ((None, each) for each in value)
    yield "{" if isinstance(value, dict) else "["
    for key, each in pairs:
        yield below if first else "," + below
        first = False
        if key is not None:
            yield f"{_line(key)}: "
        yield from _laid_out(each, below, step, levels - 1)
    yield start + ("}" if isinstance(value, dict) else "]")


def lines(documents: Iterable[msgspec.Struct]) -> str:
    """JSON lines, one for each document, with the keys in the order of the type, for streams of small documents."""
    text = b"".join([msgspec.json.encode(each) + b"\n" for each in documents]).decode()
    plain = text.isascii() and not any(each in text for each in ("\x7f", "##", "::"))
    return text if plain else safe(text)


def sound(value: Any, path: str) -> Any:
    """``value`` with lone surrogates escaped. Raises ``ValueError`` for a number that is not finite."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{path} is {value}, which is not a number that JSON can carry")
    if isinstance(value, dict):
        return {sound(key, path): sound(item, f"{path}.{key}") for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [sound(item, f"{path}[{position}]") for position, item in enumerate(value)]
    return value


def _escaped(found: re.Match[str]) -> str:
    """The JSON escape of text that a terminal or a build log would interpret; visible letters are not changed."""
    char = found[0]
    if visible(char) and (not char.isascii() or not opens_command(found)):
        return char
    units = char.encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
