"""How often is the catalogue right? The project's own labelled rows, asked as anybody would ask them.

Each file in ``rows`` holds sections: a head ``[role kind source]``, then rows ``value = expected``. ``expected`` is the
ids of all providers that must be found, ``-`` for a row of which nobody may be said; an id with ``~`` in front may be
found as well (its network announces the address, or it sells the same). ``rows/SOURCES.txt`` says what each source is.

``python tests/measured/measure.py`` prints the table, ``--wrong`` with every row that is not as expected.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROWS = HERE / "rows"
FLOORS = HERE / "floors.txt"
SOURCES = ROWS / "SOURCES.txt"

HEAD = re.compile(r"\[(\S+) (\S+) (\S+)\]")
DATE = "2026-12-01"
"""When the rows were last added to, and the figures in docs/accuracy.md measured."""


@dataclass(frozen=True)
class Row:
    """One clue and its label. ``expected``: all must be found; ``also``: these may be."""

    role: str
    kind: str
    value: str
    expected: frozenset[str]
    also: frozenset[str]
    source: str


@dataclass
class Count:
    """Of the providers that were found, those that are right; of those expected, those that were found."""

    rows: int = 0
    found: int = 0
    right: int = 0
    expected: int = 0
    met: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.met / self.expected if self.expected else 1.0


def rows() -> list[Row]:
    """The whole set. ``ValueError`` names the line that is none of its format."""
    found = []
    for path in sorted(ROWS.glob("*.txt")):
        if path == SOURCES:
            continue
        role = kind = source = ""
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if not line or line.startswith("#"):
                continue
            head = HEAD.fullmatch(line)
            value, separator, label = line.rpartition(" = ")
            if head:
                role, kind, source = head.groups()
            elif separator and kind and label:
                words = [] if label == "-" else label.split()
                also = frozenset(word[1:] for word in words if word.startswith("~"))
                expected = frozenset(word for word in words if not word.startswith("~"))
                found.append(Row(role, kind, value, expected, also, source))
            else:
                raise ValueError(f"{path.name}:{number}: neither a head nor a row: {line!r}")
    return found


def sources() -> dict[str, str]:
    """What each source is, by its word."""
    lines = [line for line in SOURCES.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return dict(line.split(" = ", 1) for line in lines)


@cache
def _asked() -> dict[str, Callable[[str], Iterable[str]]]:
    """By kind of clue whom the product names: ``providers match`` where it takes the kind, else the catalogue."""
    from hostaudit.analysis.catalogue import match
    from hostaudit.analysis.catalogue.catalogue import Catalogue
    from hostaudit.documents import rules
    from hostaudit.model.match import IssuerSeen, Question, RegistrarSeen

    shipped = rules.load()
    matcher, catalogue = match.matcher(shipped, print), Catalogue(shipped)

    def match(question: Question) -> Iterable[str]:
        try:
            return [each.id for each in matcher.answer(question).providers]
        except ValueError:  # what is no address and no AS number is nobody's
            return []

    def headers(text: str) -> Iterable[str]:
        return match(Question(headers=dict(line.split(": ", 1) for line in text.split(" && "))))

    def issuer(text: str) -> Iterable[str]:
        organisation, _, name = text.removeprefix("O=").rpartition(", CN=")
        return match(Question(issuer=IssuerSeen(o=organisation, cn=name)))

    def clues(look: Callable[[str], Iterable[object]]) -> Callable[[str], Iterable[str]]:
        return lambda text: [clue.provider for clue in look(text)]

    return {
        "ns": lambda text: match(Question(ns=text)),
        "cname": lambda text: match(Question(cname=text)),
        "mx": lambda text: match(Question(mx=text)),
        "ptr": lambda text: match(Question(ptr=text)),
        "ip": lambda text: match(Question(ip=text)),
        "asn": lambda text: match(Question(asn=int(text))),
        "headers": headers,
        "issuer": issuer,
        "registrar": lambda text: match(Question(registrar=RegistrarSeen(name=text))),
        "registrar-id": lambda text: match(Question(registrar=RegistrarSeen(iana_id=text))),
        "spf": clues(catalogue.spf),
        "caa": clues(catalogue.caa),
        "host": clues(catalogue.host),
        "store": clues(catalogue.store),
        "tld": clues(catalogue.registry),
    }


def kinds() -> set[str]:
    """The kinds of clue that can be asked."""
    return set(_asked())


def measure(some: Iterable[Row] | None = None) -> dict[tuple[str, str], Count]:
    """Counts by role and kind of clue."""
    counts: dict[tuple[str, str], Count] = {}
    for row in rows() if some is None else some:
        count = counts.setdefault((row.role, row.kind), Count())
        seen = set(_asked()[row.kind](row.value))
        right = seen & (row.expected | row.also)
        count.rows += 1
        count.found += len(seen)
        count.right += len(right)
        count.expected += len(row.expected)
        count.met += len(seen & row.expected)
        if seen - right or row.expected - seen:
            label = " ".join(sorted(row.expected)) or "nobody"
            count.wrong.append(
                f"{row.role} {row.kind} {row.value}: {label}, found {' '.join(sorted(seen)) or 'nobody'}"
            )
    return counts


def floors() -> dict[tuple[str, str], tuple[float, float]]:
    """The least precision and recall by role and kind."""
    lines = [line.split() for line in FLOORS.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return {(role, kind): (float(precision), float(recall)) for role, kind, precision, recall in lines}


def table(counts: dict[tuple[str, str], Count]) -> str:
    """The figures as docs/accuracy.md shows them."""
    lines = ["| role | clue | rows | precision | recall |", "| --- | --- | ---: | ---: | ---: |"]
    for (role, kind), count in sorted(counts.items()):
        lines.append(f"| {role} | {kind} | {count.rows} | {_cut(count.precision)} | {_cut(count.recall)} |")
    return "\n".join(lines)


def _cut(share: float) -> str:
    """Three places, rounded down, so that 1.000 means all."""
    return f"{int(share * 1000) / 1000:.3f}"


if __name__ == "__main__":
    measured = measure()
    print(table(measured))
    if "--wrong" in sys.argv:
        print(*(line for count in measured.values() for line in count.wrong), sep="\n")
