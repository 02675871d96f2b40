"""JSON that is safe for programs, terminals and build logs: finite numbers, no lone surrogates, no control codes."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

import msgspec

_UNSAFE = re.compile("[^\x00-\x7e]|##(?=\\[)")


def written(value: Any, indent: int = 2) -> str:
    """Plain values as one JSON text (RFC 8259) that ends in a line feed; without ``indent`` it is a single line.

    Raises ``ValueError`` for a number that JSON cannot represent (RFC 8259 section 6).
    """
    encoded = msgspec.json.encode(sound(value, "$"))
    text = (msgspec.json.format(encoded, indent=indent) if indent else encoded).decode()
    return _UNSAFE.sub(_escaped, text) + "\n"


def lines(documents: Iterable[msgspec.Struct]) -> str:
    """JSON lines, one for each document, with the keys in the order of the type, for streams of small documents."""
    text = b"".join([msgspec.json.encode(each) + b"\n" for each in documents]).decode()
    plain = text.isascii() and "\x7f" not in text and "##[" not in text
    return text if plain else _UNSAFE.sub(_escaped, text)


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
    char = found[0][0]
    if char.isprintable() and char != "#":
        return found[0]
    units = char.encode("utf-16-be").hex()
    escape = "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
    return escape + found[0][1:]
