"""Indexes from names, ranges and header values to providers; the cost of a look-up does not grow with the catalogue.

Names are walked label by label through a tree, patterns are tried only where a word of theirs occurs in the text,
addresses are found by bisection.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from socket import AF_INET, AF_INET6, inet_pton
from typing import Any

from msgspec import Struct

from hostaudit.model.rules import HeaderClue

# -- patterns -------------------------------------------------------------------------------------

PIECES = re.compile(r"\\.|\[(?:\\.|[^\]]){0,500}\]|\{[^}]{0,20}\}|.", re.DOTALL)
TOKEN = re.compile(r"[a-z0-9]+")
LETTERS = re.compile(r"[a-z]+")


def shape(pattern: str, *, whole: bool) -> str | None:
    """The content that every match of a pattern has, in lower case: letters and digits stand for themselves, ``#`` for
    some digits, ``-`` for a character that is neither letter nor digit, ``?`` for anything else. None if nothing is
    certain. ``whole``: the pattern must match all of a text; else it is searched in it."""
    out = "-" if whole else "?"
    depth = 0
    for piece in PIECES.findall(pattern):
        if piece in "()":
            depth += 1 if piece == "(" else -1
            out += "?"
        elif depth > 0:
            continue
        elif piece == "|":
            return None
        elif piece in "?*" or piece.startswith("{0"):
            out = out[:-1] + "?"
        elif piece == "+" or piece.startswith("{"):
            out = out if out[-1] in "-#" else out[:-1] + "?"
        else:
            out += _certain(piece)
    return out + ("-" if whole else "?")


def _certain(piece: str) -> str:
    if piece == r"\d":
        return "#"
    if piece in ("^", "$", r"\b", r"\s", r"\W"):
        return "-"
    sign = piece[1:] if piece.startswith("\\") else piece
    if len(sign) > 1 or sign == "." == piece or not sign.isascii() or (sign.isalnum() and sign != piece):
        return "?"
    return sign.lower() if sign.isalnum() else "-"


def words(pattern: str, *, whole: bool = True) -> list[str]:
    """The words in every text in which ``pattern`` matches; any of them can be the key to find the pattern. A word ends
    where letters and digits end; a word before ``#`` ends where letters end."""
    certain = shape(pattern, whole=whole)
    if certain is None:
        return []
    tokens = re.findall(r"(?<=-)[a-z0-9]+(?=-)", certain)
    runs = re.findall(r"(?<=[-#0-9])[a-z]+(?=[-#0-9])", certain)
    found = dict.fromkeys([*tokens, *(f"{run}#" for run in runs if run not in tokens)])
    ending = certain[1:-1].rpartition("-")[2] if whole else ""
    telling = [word for word in found if word != ending]  # a top-level domain is the least specific
    return telling or list(found)


def lead(pattern: str) -> str:
    """The text, in lower case, with which every value begins that an anchored pattern matches; empty if none is
    certain."""
    text = ""
    pieces = PIECES.findall(pattern)
    if pieces[:1] != ["^"] or (shape(pattern, whole=False) is None):
        return ""
    for piece in pieces[1:]:
        if piece in "?*" or piece.startswith("{"):
            return text[:-1]
        sign = piece[1:] if piece.startswith("\\") and not piece[1:].isalnum() else piece
        if len(sign) != 1 or not sign.isascii() or (sign == piece and sign in ".^$()[]+|"):
            return text
        text += sign.lower()
    return text


class Pattern:
    """A pattern and its provider. It is compiled at its first use: a run needs few of them, and compiling all takes
    longer than reading the whole catalogue."""

    __slots__ = ("_compiled", "entry", "flags", "source", "weak")

    def __init__(self, source: str, entry: Entry, flags: int = 0, *, weak: bool = False) -> None:
        self.source, self.entry, self.flags, self.weak = source, entry, flags, weak
        self._compiled: re.Pattern[str] | None = None

    @property
    def compiled(self) -> re.Pattern[str]:
        """The regular expression."""
        if self._compiled is None:
            self._compiled = re.compile(self.source, self.flags)
        return self._compiled


class Patterns:
    """Patterns indexed by their words, so that a text is tried against few of them. They are indexed at first use,
    because most runs need few kinds of them."""

    def __init__(self, *, whole: bool = True) -> None:
        self._whole = whole
        self._tokens: dict[str, list[Pattern]] = {}
        self._runs: dict[str, list[Pattern]] = {}
        self._others: list[Pattern] = []
        self._added: list[Pattern] = []

    def add(self, pattern: Pattern) -> None:
        """Add a pattern."""
        self._added.append(pattern)

    def _sort_in(self, pattern: Pattern) -> None:
        """Index a pattern under its word with the fewest patterns so far; among those, the longest word."""
        best = min(words(pattern.source, whole=self._whole), key=self._rank, default=None)
        if best is None:
            self._others.append(pattern)
        elif best.endswith("#"):
            self._runs.setdefault(best[:-1], []).append(pattern)
        else:
            self._tokens.setdefault(best, []).append(pattern)

    def _rank(self, word: str) -> tuple[int, int, str]:
        table = self._runs if word.endswith("#") else self._tokens
        return len(table.get(word.removesuffix("#"), ())), -len(word), word

    def candidates(self, text: str) -> list[Pattern]:
        """The patterns worth trying on a text in lower case, in a fixed order."""
        if self._added:
            for pattern in self._added:
                self._sort_in(pattern)
            self._added.clear()
        found = self._others
        if self._tokens:
            # A whole text is a host name: letters, digits, and three other characters.
            names = self._whole
            present = text.replace("-", ".").replace("_", ".").split(".") if names else TOKEN.findall(text)
            if not self._tokens.keys().isdisjoint(present):
                found = _under(self._tokens, present) + found
        if self._runs:
            present = LETTERS.findall(text)
            if not self._runs.keys().isdisjoint(present):
                found = _under(self._runs, present) + found
        return found


def _under(table: dict[str, list[Pattern]], words: list[str]) -> list[Pattern]:
    return [pattern for word in sorted({*words}) for pattern in table.get(word, ())]


# -- indexes --------------------------------------------------------------------------------------


class Entry(Struct, frozen=True, gc=False):
    """An entry of the catalogue: ``text`` (a suffix, a pattern, a range) identifies a provider of a family (its parent
    company)."""

    provider: str
    family: str
    text: str


_LEAF: dict[str, Any] = {}


class NameIndex:
    """Index from names to providers, by suffix on label boundaries and by patterns that match a whole name."""

    def __init__(self) -> None:
        self._tree: dict[str, Any] = {}  # by label from the right; "" holds the entries of the suffix so far
        self._patterns: Patterns | None = None

    def add(self, provider: str, family: str, suffixes: Iterable[str], patterns: Iterable[str] = ()) -> None:
        """Add the suffixes and patterns of a provider."""
        for suffix in suffixes:
            node = self._tree
            for label in reversed(suffix.split(".")):
                node = node.setdefault(label, {})
            node[""] = (*node.get("", ()), Entry(provider, family, suffix))
        for pattern in patterns:
            self._patterns = self._patterns or Patterns()
            self._patterns.add(Pattern(pattern, Entry(provider, family, pattern)))

    def candidates(self, name: str) -> list[Pattern]:
        """The patterns worth trying on a name."""
        return self._patterns.candidates(name) if self._patterns is not None else []

    def find(self, name: str) -> tuple[Entry, ...]:
        """Return the entries for a name, the most specific first. Within one family the most specific entry wins: a
        pattern before a suffix, a longer suffix before a shorter one. Different families are all kept."""
        found: list[tuple[Entry, ...]] = []
        node = self._tree
        for label in reversed(name.split(".")):
            node = node.get(label, _LEAF)
            if not node:
                break
            if "" in node:
                found.append(node[""])
        if self._patterns is not None:
            candidates = self._patterns.candidates(name)
            if candidates:
                matched = {e.entry.provider: e.entry for e in reversed(candidates) if e.compiled.fullmatch(name)}
                if matched:
                    found.append(tuple(matched.values()))
        if len(found) < 2:
            return found[0] if found else ()
        return _most_specific(reversed(found))


def _most_specific(groups: Iterable[tuple[Entry, ...]]) -> tuple[Entry, ...]:
    kept: list[Entry] = []
    families: set[str] = set()
    for group in groups:
        here = [entry for entry in group if entry.family not in families]
        kept += here
        families.update(entry.family for entry in here)
    return tuple(kept)


def number_of(address: str) -> tuple[bool, int]:
    """Return True if an address is IPv6, and its number. Raises ``ValueError`` for a text that is no address in the
    form of RFC 4291 section 2.2 or dotted decimal with four parts."""
    six = ":" in address
    try:
        packed = inet_pton(AF_INET6 if six else AF_INET, address)
    except OSError:
        raise ValueError(f"{address[:60]!r} is not an IP address") from None
    return six, int.from_bytes(packed, "big")


def _bounds(text: str) -> tuple[bool, int, int]:
    """Return True if a range is IPv6, its first and its last number."""
    address, _, length = text.partition("/")
    six, first = number_of(address)
    bits = 128 if six else 32
    return six, first, first + (1 << bits - int(length or bits)) - 1


Stretches = tuple[list[int], list[tuple[Entry, ...]]]
"""The start of each stretch of numbers, in ascending order from 0, and the entries for it."""


class RangeIndex:
    """Index from address ranges to their entries. Nested ranges are cut into stretches that do not overlap, so that a
    look-up is a bisection."""

    def __init__(self) -> None:
        self._ranges: dict[bool, dict[tuple[int, int], tuple[Entry, ...]]] = {False: {}, True: {}}  # by (first, last)
        self._stretches: dict[bool, Stretches] = {}

    def add(self, provider: str, family: str, ranges: Iterable[str]) -> None:
        """Add CIDR ranges (RFC 4632)."""
        for text in ranges:
            six, first, last = _bounds(text)
            table = self._ranges[six]
            table[first, last] = (*table.get((first, last), ()), Entry(provider, family, text))
        self._stretches.clear()

    def around(self, text: str) -> list[Entry]:
        """Return the entries of the ranges that contain another range, without that range itself."""
        six, first, last = _bounds(text)
        return [
            entry
            for (low, high), entries in self._ranges[six].items()
            if low <= first and last <= high
            for entry in entries
            if (first, last) != (low, high)
        ]

    def find(self, address: str) -> tuple[Entry, ...]:
        """Return the entries of the most specific range around an address; empty for a text that is no address."""
        try:
            return self.at(*number_of(address))
        except ValueError:
            return ()

    def at(self, six: bool, number: int) -> tuple[Entry, ...]:
        """Return the entries of the most specific range around an address that is given as a number."""
        if not self._stretches:
            self._stretches = {version: _stretches(ranges) for version, ranges in self._ranges.items()}
        starts, found = self._stretches[six]
        return found[bisect_right(starts, number) - 1]


def _stretches(ranges: dict[tuple[int, int], tuple[Entry, ...]]) -> Stretches:
    """Cut disjoint or nested ranges into stretches, so that each number has the entries of its narrowest range."""
    starts: list[int] = [0]
    found: list[tuple[Entry, ...]] = [()]
    around: list[tuple[int, tuple[Entry, ...]]] = []  # the ranges that are open, the narrowest last

    def begin(at: int, entries: tuple[Entry, ...]) -> None:
        if starts[-1] == at:
            found[-1] = entries
        else:
            starts.append(at)
            found.append(entries)

    def close(before: int) -> None:
        while around and around[-1][0] < before:
            end = around.pop()[0]
            begin(end + 1, around[-1][1] if around else ())

    for first, last in sorted(ranges, key=lambda each: (each[0], -each[1])):
        close(first)
        begin(first, ranges[first, last])
        around.append((last, ranges[first, last]))
    close(1 << 129)
    return starts, found


class HeaderIndex:
    """Index from values of one response header to providers. Like ``Patterns``, it is built at first use."""

    def __init__(self) -> None:
        self._added: list[tuple[str, str, HeaderClue]] = []
        self._leads: dict[str, list[Pattern]] = {}
        self._lengths: dict[str, list[int]] = {}  # of the leads, by their first character
        self._patterns = Patterns(whole=False)

    def add(self, provider: str, family: str, clue: HeaderClue) -> None:
        """Add a header clue."""
        self._added.append((provider, family, clue))

    def _sort_in(self, provider: str, family: str, clue: HeaderClue) -> None:
        # ASCII: without it IGNORECASE takes a Kelvin sign for a k.
        flags = re.IGNORECASE | re.ASCII
        pattern = Pattern(clue.pattern, Entry(provider, family, clue.pattern), flags, weak=clue.weak)
        beginning = lead(clue.pattern)
        if beginning:
            self._leads.setdefault(beginning, []).append(pattern)
            lengths = self._lengths.setdefault(beginning[0], [])
            if len(beginning) not in lengths:
                lengths.append(len(beginning))
        else:
            self._patterns.add(pattern)

    def find(self, value: str) -> list[Pattern]:
        """The patterns that occur in a value."""
        if self._added:
            for added in self._added:
                self._sort_in(*added)
            self._added.clear()
        folded = value.lower()
        found = self._patterns.candidates(folded)
        for length in self._lengths.get(folded[:1], ()):
            more = self._leads.get(folded[:length])
            if more:
                found = more + found
        return [pattern for pattern in found if pattern.compiled.search(value)]
