"""Lists of names in use: plain lines, or a zone file (RFC 1035 section 5), read as far as it says who serves what.

Of a zone file the NS, MX and CNAME records are read, which are what tells providers apart; other records, and lines
that cannot be read, are counted. Of a plain list each line is one name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

LONGEST_LINE = 4096
RECORDS = {"ns": "NS", "mx": "MX", "cname": "CNAME"}
"""By kind of clue, the type of the record that has such a name."""

CLASSES = frozenset({"in", "ch", "hs"})
TYPE = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
DURATION = re.compile(r"[0-9][0-9smhdwSMHDW]*")
_COMMENT = re.compile(r"(?:^|\s)[;#].*")


@dataclass(frozen=True)
class Use:
    """One name in use: ``owner`` is the name that it serves, in a plain list the number of the line."""

    owner: str
    kind: str
    name: str


@dataclass
class NameList:
    """The content of a list. ``other`` counts the records of other types, ``unread`` the lines that cannot be read."""

    uses: list[Use] = field(default_factory=list)
    other: int = 0
    unread: int = 0


def parse(data: bytes, kind: str) -> NameList:
    """Read a list of names; ``kind`` is the kind of clue that the names of a plain list are. Never fails: what cannot
    be read is counted."""
    found = NameList()
    zone = _Zone()
    for number, line in enumerate(_lines(data), 1):
        if not line.strip():
            continue
        words = line.split()
        if len(words) == 1 and not zone.within and not words[0].startswith("$"):
            found.uses.append(Use(str(number), kind, words[0].rstrip(".").lower()))
            continue
        if len(line) > LONGEST_LINE:
            found.unread += 1
            continue
        zone.read(line, words, found)
    return found


def _lines(data: bytes) -> Iterator[str]:
    for raw in data.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        text = raw[: LONGEST_LINE + 1].decode("utf-8", "backslashreplace").rstrip("\r")
        yield _COMMENT.sub("", text)


class _Zone:
    """What a zone file has said so far: its origin, the owner of the line before, and open brackets."""

    def __init__(self) -> None:
        self.origin = ""
        self.owner = ""
        self.within = 0

    def read(self, line: str, words: list[str], found: NameList) -> None:
        """Add what one line says."""
        if self.within:
            self.within += line.count("(") - line.count(")")
            return
        if words[0].upper() == "$ORIGIN" and len(words) > 1:
            self.origin = words[1].rstrip(".").lower()
            return
        if words[0].startswith("$"):
            found.unread += words[0].upper() not in ("$TTL",)
            return
        if not line[:1].isspace():
            self.owner = self._full(words.pop(0))
        self.within = max(0, line.count("(") - line.count(")"))
        while words and (words[0].lower() in CLASSES or DURATION.fullmatch(words[0])):
            words.pop(0)
        kind = next((each for each, record in RECORDS.items() if words and words[0].upper() == record), "")
        target = words[2:3] if kind == "mx" else words[1:2]
        if kind and target and self.owner:
            found.uses.append(Use(self.owner, kind, self._full(target[0])))
        elif not kind and words and TYPE.fullmatch(words[0]) and self.owner:
            found.other += 1
        else:
            found.unread += 1

    def _full(self, name: str) -> str:
        """A name with the origin, if it is relative to that; without the dot at its end."""
        if name == "@":
            return self.origin
        if name.endswith(".") or not self.origin:
            return name.rstrip(".").lower()
        return f"{name}.{self.origin}".lower()
