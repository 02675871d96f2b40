"""Two sites side by side, as rows that every format shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from hostaudit.model import words
from hostaudit.model.comparison import ComparedSite, Comparison, FunctionSide
from hostaudit.report import wording as say


class Row(NamedTuple):
    """One fact: what it is about, and how it is at each site."""

    what: str
    first: str
    second: str


class Group(NamedTuple):
    """Companies of one sort, with a title."""

    title: str
    companies: tuple[str, ...]


def rows(document: Comparison) -> Iterator[Row]:
    """Class, score and verdict, then each function with the company that alone ends it for longest."""
    first, second = document.first, document.second
    yield Row("class", _class(first), _class(second))
    yield Row("score", _score(first), _score(second))
    yield Row("verdict", first.verdict.replace("_", " "), second.verdict.replace("_", " "))
    for each in document.functions:
        sides = (_side(side, document.names) for side in (each.first, each.second))
        yield Row(words.function(each.id), *sides)


def groups(document: Comparison) -> Iterator[Group]:
    """The single points of one site only and of both, and the companies that both rest on."""
    a, b = document.first.domain, document.second.domain
    for title, held in (
        (f"Single points of failure of {a} only", [each for each in document.points if not each.second]),
        (f"Single points of failure of {b} only", [each for each in document.points if not each.first]),
        ("Single points of failure of both", [each for each in document.points if each.first and each.second]),
    ):
        told = (f"{_called(each.id, document)} ({_functions((*each.first, *each.second))})" for each in held)
        yield Group(title, tuple(told))
    shared = [each for each in document.shared if not each.name_only]
    told = (f"{_called(each.id, document)} ({_roles((*each.first, *each.second))})" for each in shared)
    yield Group("Companies on which both rest", tuple(told))
    names = (_called(each.id, document) for each in document.shared if each.name_only)
    yield Group("Registries and registrars of both", tuple(names))


def _class(site: ComparedSite) -> str:
    found = site.class_
    if found is None:
        return "none, without a web site"
    return found.high if found.high == found.low else f"{found.high} to {found.low}"


def _score(site: ComparedSite) -> str:
    low, high = f"{site.score.low:.0f}", f"{site.score.high:.0f}"
    return low if low == high else f"{low} to {high}"


def _side(side: FunctionSide | None, names: dict[str, str]) -> str:
    if side is None:
        return "none"
    if side.state == "down":
        return "down now"
    if not side.company:
        return "unknown" if side.state == "unknown" else "no company alone"
    lasts = f"{words.duration(side.hours)} without {names.get(side.company, side.company)}"
    return lasts if side.effect in (None, "down") else f"{say.effect(side.effect)}: {lasts}"


def _called(identity: str, document: Comparison) -> str:
    return document.names.get(identity, identity)


def _functions(ids: Iterable[str]) -> str:
    return words.listed([words.function(each) for each in dict.fromkeys(ids)])


def _roles(ids: Iterable[str]) -> str:
    return words.listed([say.role(each) for each in dict.fromkeys(ids)])
