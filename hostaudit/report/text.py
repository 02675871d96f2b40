"""Text from outside, made safe for a terminal: printable characters, widths and line breaks.

Names, headers, records and certificates are written by strangers. Their text must not move the cursor, change a
colour, hide or reorder letters, or look like output of hostaudit.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

GAP = "..."
MOST_MARKS = 2
"""The most combining marks on one letter: enough for any orthography, too few to cover the lines above."""

_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {chr(code) for code in range(0x180B, 0x1810)}
"""Letters and marks that are invisible."""

RUNNER_COMMAND = r"#(?=#[A-Za-z]{0,40}\[)|:(?=:)"
"""The first character of text that build runners read as the beginning of a command: ``##[group]``, ``##vso[`` and
``##teamcity[`` anywhere in a line, ``::error`` at its start. See ``opens_command``."""

_COMMAND = re.compile(RUNNER_COMMAND)
_BEFORE, _AFTER = re.compile(r"(?:^|[^\w-]|:(?=[0-9A-Fa-f]))[0-9A-Fa-f:.]*+$"), re.compile(r"[0-9A-Fa-f:.]*+(?![\w-])")
_REACH = 46
"""Characters; more than any address has."""


@lru_cache(maxsize=1024)  # a page shows the same names and texts again and again
def printable(text: str, limit: int = 200, *, ascii_only: bool = False) -> str:
    """``text`` with every character that is not clearly visible written as an escape such as ``\\x1b`` or ``\\u202e``.

    Text wider than ``limit`` columns is cut in the middle, since the end of a host name matters most. A second call
    changes nothing.
    """
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text
    # Marks take no column of their own, so more characters than columns may fit.
    reach = 1 + MOST_MARKS
    cells = _cells(text[: (limit + 1) * reach], ascii_only)
    fits = _fitting(cells, limit)
    if fits.all and len(text) <= limit * reach:
        return "".join(fits.cells)
    room = max(limit - len(GAP), 2)
    end = room // 2
    before = _fitting(fits.cells, room - end).cells
    after = _fitting(reversed(list(_cells(text[-(end + 1) * reach :], ascii_only))), end).cells
    return "".join(before) + GAP + "".join(reversed(after))


def inert(text: str, backslash: str = "\\") -> str:
    """``text`` that no build runner reads as a command at any place in a line, by a visible escape of one character.

    IPv6 addresses are not changed; a second call changes nothing. ``backslash``: how the text has a backslash.
    """
    if "##" not in text and "::" not in text:
        return text

    def escaped(found: re.Match[str]) -> str:
        return backslash + escape(found[0])[1:] if opens_command(found) else found[0]

    return _COMMAND.sub(escaped, text)


def opens_command(found: re.Match[str]) -> bool:
    """False for two colons within an IPv6 address, which stays readable: no command has a name of such letters only."""
    text, at = found.string, found.start()
    if found[0] != ":":
        return True
    before, after = text[max(0, at - _REACH) : at], text[at + 2 : at + 2 + _REACH]
    return not (_BEFORE.search(before) and _AFTER.match(after))


def escape(char: str) -> str:
    """The visible escape of one character, in the notation of Python and JSON."""
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def visible(char: str) -> bool:
    """True if a character is visible: no control, format, surrogate, private or unassigned one, no unusual space."""
    return char.isprintable() and char not in _BLANK and not 0xFE00 <= ord(char) <= 0xFE0F and ord(char) < 0xE0000


def width(text: str) -> int:
    """The terminal columns of visible text (Unicode Standard Annex 11; ambiguous characters count as narrow)."""
    if text.isascii():
        return len(text)
    return sum(map(_columns, text))


def wrap(text: str, columns: int, *, first: str = "", rest: str = "") -> list[str]:
    """Lines of at most ``columns``; the first starts with ``first``, the others with ``rest``. Long words are split."""
    lines: list[str] = []
    line, used, empty = first, width(first), True
    for word in text.split():
        for piece in _pieces(inert(word), max(columns - max(width(first), width(rest)), 1)):
            needed = width(piece) + (not empty)
            if not empty and used + needed > columns:
                lines.append(line)
                line, used, empty, needed = rest, width(rest), True, width(piece)
            line += piece if empty else f" {piece}"
            used += needed
            empty = False
    lines.append(line.rstrip())
    return lines


@lru_cache(maxsize=1024)
def _columns(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def _cells(text: str, ascii_only: bool) -> Iterator[str]:
    """One string per letter with its marks, or per escape, so that a cut never falls inside one."""
    cell, marks = "", MOST_MARKS
    for char in text:
        shown, mark = _shown(char, ascii_only)
        if mark and marks < MOST_MARKS:
            cell += shown
            marks += 1
            continue
        if cell:
            yield cell
        cell = escape(char) if mark else shown
        marks = MOST_MARKS if mark or shown != char else 0
    if cell:
        yield cell


@lru_cache(maxsize=4096)
def _shown(char: str, ascii_only: bool) -> tuple[str, bool]:
    """A character or its escape, and if it is a combining mark."""
    if not visible(char) or (ascii_only and not char.isascii()):
        return escape(char), False
    return char, unicodedata.category(char) in ("Mn", "Me")


class _Fitting(NamedTuple):
    """The first cells that fit, and if these are all."""

    cells: list[str]
    all: bool


def _fitting(cells: Iterable[str], columns: int) -> _Fitting:
    kept: list[str] = []
    for cell in cells:
        columns -= width(cell)
        if columns < 0:
            return _Fitting(kept, all=False)
        kept.append(cell)
    return _Fitting(kept, all=True)


def _pieces(word: str, columns: int) -> list[str]:
    pieces = [""]
    if width(word) <= columns:
        return [word]
    used = 0
    for char in word:
        if used + _columns(char) > columns and pieces[-1]:
            pieces.append("")
            used = 0
        pieces[-1] += char
        used += _columns(char)
    return pieces
