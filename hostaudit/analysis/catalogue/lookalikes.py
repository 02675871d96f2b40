"""Look-alikes: names that are almost those of a known provider. A party that registers one answers in its place.

A name is almost another if they differ by one typing error (Damerau 1964: one letter omitted, inserted or changed, or
two exchanged). Short names are not compared, because one letter makes the name of another company of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from hostaudit.model.rules import Provider

SHORTEST = 6
"""Least number of characters before the top-level domain of a known name, without numbers, for a comparison."""

NUMBER = re.compile(r"[0-9]+")


@dataclass(frozen=True)
class Meant:
    """The known name that was probably meant, in its own shape (``awsdns-00.org``), and its provider."""

    name: str
    provider: str


class NameServerNames:
    """The names of providers' name servers, indexed to find mistyped ones."""

    def __init__(self, providers: Iterable[Provider]) -> None:
        self._known: dict[str, Meant] = {}
        for provider in providers:
            numbered = [sample[3:] for sample in provider.samples.matches if sample.startswith("ns ")]
            for name in (*provider.ns, *(_without_host(each) for each in numbered if provider.ns_patterns)):
                if len(NUMBER.sub("", name.partition(".")[0])) >= SHORTEST:
                    self._known.setdefault(_shape(name), Meant(name, provider.id))
        self._by_length: dict[int, list[str]] = {}
        for shape in self._known:
            self._by_length.setdefault(len(shape), []).append(shape)

    def almost(self, host: str) -> Meant | None:
        """Return the known name that a server's name was probably meant to be; None if it is known, or unlike all."""
        labels = _shape(host).split(".")
        tails = [".".join(labels[-count:]) for count in range(2, min(len(labels), 5) + 1)]
        if any(tail in self._known for tail in tails):
            return None
        for tail in tails:
            for length in (len(tail), len(tail) - 1, len(tail) + 1):
                near = [shape for shape in self._by_length.get(length, ()) if _one_slip(tail, shape)]
                if near:
                    return self._known[min(near)]
            for shape in self._by_length.get(len(tail) + 2, ()):
                if "-0." in shape and shape.replace("-0.", ".") == tail:
                    return self._known[shape]
        return None


def _shape(name: str) -> str:
    """A name with every number as 0, so that the members of a numbered family are equal."""
    return NUMBER.sub("0", name.rstrip(".").lower())


def _without_host(name: str) -> str:
    return name.partition(".")[2]


def _one_slip(one: str, other: str) -> bool:
    """True if two strings of almost the same length differ by exactly one typing error."""
    if one == other:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    left, right = one[start:], other[start:]
    if len(left) == len(right):
        return left[1:] == right[1:] or (left[2:] == right[2:] and left[:2] == right[1::-1])
    return left[1:] == right if len(left) > len(right) else left == right[1:]
