"""Rows of several places as one: the worst of each, with the places in which it holds if these are not all."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from msgspec import UNSET, Struct, UnsetType, structs

T = TypeVar("T", bound=Struct)

ByPlace = Sequence[tuple[str, T]]
"""Rows about the same thing, each with its place, the worst place first."""


def gathered(rows: Iterable[tuple[str, Iterable[T]]], key: Callable[[T], Hashable]) -> Mapping[Any, ByPlace[T]]:
    """Return the rows of all places by what they are about, in the order in which that is first met."""
    found: dict[Hashable, list[tuple[str, T]]] = {}
    for place, mine in rows:
        for each in mine:
            found.setdefault(key(each), []).append((place, each))
    return found


def worst(rows: ByPlace[T], rank: Callable[[T], Any]) -> T:
    """Return the row with the highest rank; of equal ones that of the worst place."""
    return max((each for _, each in rows), key=rank)


def named(row: T, places: Iterable[str], count: int) -> T:
    """Return a row with the places in which it holds, unless these are all of ``count``."""
    held = tuple(sorted(set(places)))
    given: tuple[str, ...] | UnsetType = held if len(held) < count else UNSET
    return structs.replace(row, places=given)


def united(*many: Iterable[Hashable]) -> tuple[Any, ...]:
    """Return the members of several sequences, each once, sorted."""
    return tuple(sorted({each for members in many for each in members}, key=str))
