"""The lines of a registration text and the fields that they give: pairs, headings with their values below, lists.

There is no standard for these texts; the forms are told apart by their shape. No function does I/O.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from hostaudit.observe.net.registry.whois_keys import (
    NAMES,
    PLACES,
    SECTIONS,
    SERVERS,
    STATES_OF_COUNTRIES,
    Field,
    field_of,
    plain,
)

LINES = 2000
VALUES = 32
LENGTH = 300

COMMENTS = ("%", "#", ">>>")
SIGNS = "%#>* \t\r\v\f"

Values = dict[Field, list[str]]

_WORDLESS = frozenset({"registrar", "nameservers"})
"""Fields whose heading some registries print without a colon."""

_LISTED = frozenset({"nameservers", "status"})
"""Fields that go on in the indented lines below."""

_BELOW = frozenset({"registrar", "created", "expires", "changed", "domain"})
"""Fields whose only value may stand on the line below their key."""

_KEY = re.compile(r"[^\W\d_][\w '\u2019/-]{0,50}+(?:\([^()]{0,30}+\))?")
_BEFORE_KEY = re.compile(
    r"\(?+[0-9]{0,2}+[a-z]?+[.)]\s++(?=\[|[^\W\d_])|[a-z]\.? (?=\[)|[^:/]{1,40} / (?=[^\W\d_])|- (?=[^\W\d_])"
)
"""A number or letter of the line, and the key in another language."""

_PLURAL = re.compile(r"\((e?s)\)")
"""The end of a key that stands for one or more."""

_SENTENCE = re.compile(
    r"\s*+((?:Record (?:expires|created|last updated)|(?:Domain )?(?:Registered|Expires)|Created|Last updated) on)\s++"
    r"(\d.*|[A-Z][a-z]{2} .*)",
    re.IGNORECASE,
)
"""A line that is a sentence and not a key with a value."""

_COLUMNS = re.compile(r"([^\W\d_]+(?: {1,2}[^\W\d_]+){0,3})(?: {2,}|\t\s*+)(\S[^:]*+)")
"""A line of a table: its key and, behind two blanks or more, its value."""

_HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)+\.?")
_WIDE = str.maketrans({"\uff1a": ":", "\u3000": " ", "\xa0": " ", "\ufeff": " "})

HANDLE = re.compile(r"REG-\S+|\S+-REG[0-9]*|[A-Z0-9]{2,12}-[0-9]{2,6}|[a-z]{2}\.[a-z0-9-]+")
"""The key of a registrar in its registry's own list: one company has another at each registry, so none is a name."""


def host(text: str) -> str:
    """The host name at the start of a text, in lower case; empty if it is none."""
    word = next(iter(text.lstrip("-*\u2022 \t").split(None, 1)), "")
    return word.lower().rstrip(".") if _HOST.fullmatch(word) else ""


def fields(lines: Iterable[str]) -> Values:
    """The values of each field, in order."""
    section = _Section()
    for line in _lines(lines):
        if not line.key and not line.value:
            section.blank()
        elif not line.key:
            section.free(line)
        elif line.value:
            section.pair(line.key, line.value)
        else:
            section.heading(line.key)
    return section.found


class _Line(NamedTuple):
    """A line of a text. ``key``: in the form of ``plain``, empty for a line without one; ``value``: what stands behind
    it, or the whole line."""

    key: str
    value: str
    indented: bool


def _lines(lines: Iterable[str]) -> Iterator[_Line]:
    """The lines without comments; an empty one has neither key nor value."""
    for line in lines:
        cut = line[: 2 * LENGTH].translate(_WIDE)
        if cut.lstrip().startswith(COMMENTS):
            yield _Line("", "", False)
            continue
        pair = _pair(cut)
        indented = cut[:1] in (" ", "\t")
        yield _Line(*pair, indented) if pair is not None else _Line("", cut.strip()[:LENGTH], indented)


class _Section:
    """What has been read of a text: the values of each field, and what the lines that follow may belong to."""

    def __init__(self) -> None:
        self.found: Values = {}
        self.field: Field = ""
        self.headed = False
        self._handle = False
        self._starts = True
        self._in_address = False

    def blank(self) -> None:
        """The end of a paragraph. The values under a heading may come after an empty line."""
        if not (self.headed and self.field == "nameservers"):
            self.field = ""
        self._handle, self._starts = False, True

    def free(self, line: _Line) -> None:
        """A line without a key: the value, or another one, of the field above it."""
        if not any(map(str.isalnum, line.value)):
            return  # a rule of hyphens parts nothing
        field, self._starts = self.field, False
        if field == "nameservers":
            more = (self.headed or line.indented) and bool(host(line.value))
        else:
            more = field == "status" and line.indented
        if more:
            self._add(field, line.value)
        elif self.headed and field in _BELOW and not self.found.get(field) and _says(field, line.value):
            self._add(field, line.value)
            self.field = ""
        else:
            self.field = ""
        self.headed = self.headed and field in _LISTED and bool(self.field)

    def heading(self, key: str) -> None:
        """A key without a value: its values are below it."""
        self.field, self.headed, self._starts = SECTIONS.get(key) or field_of(key), True, False

    def pair(self, key: str, value: str) -> None:
        """A key with its value."""
        field, starts = field_of(key), self._starts
        self._starts = False
        self._in_address = self._in_address or key in PLACES
        self._named(key, value)
        if self.headed and self.field == "nameservers" and key in SERVERS and host(value):
            self._add("nameservers", value)
            return
        if not field or (key in STATES_OF_COUNTRIES and self._in_address):
            if self.field in _LISTED:
                self.field = ""
            return
        self._handle = field == "registrar" and starts and HANDLE.fullmatch(value) is not None
        self._add(field, value)
        self.field, self.headed = field if field in _LISTED else "", False

    def _named(self, key: str, value: str) -> None:
        """Keep the name of whom a section about a registrar or a domain is about."""
        if key not in NAMES:
            return
        known = self.found.get("registrar", [])
        if self.field == "registrar" and self.headed:
            if known and HANDLE.fullmatch(known[-1]):
                known[-1] = value
            elif not (known and HANDLE.fullmatch(value)):
                self._add("registrar", value)
        elif self._handle:
            # A paragraph that begins with a registrar's handle is about that registrar.
            known[-1], self._handle = value, False
        elif self.field == "domain" and self.headed and host(value):
            self._add("domain", value)

    def _add(self, field: Field, value: str) -> None:
        values = self.found.setdefault(field, [])
        if len(values) < VALUES:
            values.append(value)


def _says(field: Field, text: str) -> bool:
    """True if a line can be the value of a field."""
    return bool(host(text)) if field == "domain" else any(map(str.isalnum, text))


def _pair(line: str) -> tuple[str, str] | None:
    """Key and value of a line: ``Key: value``, ``[Key] value``, ``Key....: value``, ``Key:....value``, a key alone or a
    sentence with a date."""
    sentence = _SENTENCE.match(line)
    if sentence is not None:
        return plain(sentence[1]), sentence[2].strip()[:LENGTH]
    start = line.lstrip("* \t\r\v\f")
    before = _BEFORE_KEY.match(start)
    start = (start if before is None else start[before.end() :]).removeprefix("[")
    start = _PLURAL.sub(r"\1", start, count=1)
    key = _KEY.match(start)
    if key is None:
        return None
    name = plain(key.group().partition("(")[0])
    rest = start[key.end() :]
    # Spaces, which a key may have within it, may also be a part of the dots between it and its colon.
    closed = rest.removeprefix("]").lstrip(" .\t#")
    if closed[:1] in (":", "]") and not closed.startswith("://"):
        value = closed[1:]
    elif rest[:1] == "]" or (closed[:1] == "=" and field_of(name)):
        value = (rest if rest[:1] == "]" else closed)[1:]
    elif not closed and field_of(name) in _WORDLESS:
        value = ""
    else:
        columns = _COLUMNS.fullmatch(start.rstrip())
        if columns is None or not field_of(plain(columns[1])):
            return None
        name, value = plain(columns[1]), columns[2]
    value = value.strip()
    return name, (value.lstrip(".") if value.startswith("..") else value).strip()[:LENGTH]
