"""The text of one SPF record (RFC 7208): its terms, and the names that its macros come to. No function does I/O."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

MOST_TERMS = 200

VERSION = re.compile(r"v=spf1(?: |\Z)", re.IGNORECASE)
"""How an SPF record begins; any other text is none (section 4.5)."""

TERM = re.compile(r"([-+?~]?)([a-z][a-z0-9_.-]*+)(?:([:=/])(.*))?", re.DOTALL)
"""Qualifier, name and argument of a directive or modifier (section 4.6.1), in lower case."""

DUAL_CIDR = re.compile(r"(.*?)(?:/(0|[1-9][0-9]?))?(?://(0|[1-9][0-9]{0,2}))?", re.DOTALL)
"""A domain with the two prefix lengths that may follow it (section 5.3)."""

CIDR = re.compile(r"([^/]*)(?:/(0|[1-9][0-9]{0,2}))?")

MACRO = re.compile(r"%(?:\{([a-z])([0-9]{0,6})(r?)([-.+,/_=]*)\}|([%_-]))")
"""A macro (section 7.1): letter, digits, reversal and delimiters, or one of three characters that are written so."""

LETTERS = frozenset("slodiphv")
"""The macros of a domain (section 7.2); c, r and t are for explanations only."""

LITERAL = re.compile("[!-$&-~]*")
TOP_LABEL = re.compile("[a-z0-9-]+")
HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*")
LONGEST_NAME = 253

WRITTEN = {"%": "%", "_": " ", "-": "%20"}

UNLIKE = "\0"
"""Stands for a macro whose value is another for each message."""


@dataclass(frozen=True, slots=True)
class Term:
    """A mechanism. ``domain``: its domain with macros, empty where it has none; ``network``: of ``ip4`` and ``ip6``."""

    qualifier: str
    name: str
    domain: str = ""
    network: str = ""


@dataclass(frozen=True, slots=True)
class SpfRecord:
    """The mechanisms up to ``all``, in order, and the domain of ``redirect``, empty where it does not count.

    ``broken``: a part that is not valid, for which receivers refuse the whole record (section 4.6); empty if none is.
    """

    terms: tuple[Term, ...]
    redirect: str
    broken: str = ""

    @property
    def default(self) -> str:
        """The qualifier of ``all``; ``?`` without it (section 4.7), and empty where ``redirect`` decides."""
        if self.terms and self.terms[-1].name == "all":
            return self.terms[-1].qualifier
        return "" if self.redirect else "?"


@dataclass(frozen=True, slots=True)
class Place:
    """What a domain with macros comes to. ``name``: the host name, empty if it is another for each message, or none
    that can exist. ``suffix``: what is the same for every message, which is the name itself where there is one.
    ``known``: false if the records at the name are not to be had, since it is another for each message, or can exist
    in DNS and is no host name."""

    name: str
    suffix: str
    known: bool = True


def read(text: str) -> SpfRecord:
    """The terms of a record. Parts that are not valid are left out, and the first of them is told."""
    terms: list[Term] = []
    modifiers: dict[str, str] = {}
    broken = ""
    words = [word for word in text.split(" ")[1:] if word]
    for word in words[:MOST_TERMS]:
        term = TERM.fullmatch(word.lower())
        modifier = term is not None and term[3] == "=" and not term[1]
        found = None if term is None or modifier else _mechanism(term)
        if modifier and term is not None and _modifier(term[2], term[4], modifiers):
            continue
        if found is None:
            broken = broken or word
        else:
            terms.append(found)
    last = next((number for number, term in enumerate(terms) if term.name == "all"), None)
    if last is not None:
        return SpfRecord(tuple(terms[: last + 1]), "", broken)
    return SpfRecord(tuple(terms), modifiers.get("redirect", ""), broken)


def _modifier(name: str, value: str, known: dict[str, str]) -> bool:
    """Keep a modifier; False if it is not valid, or stands twice (section 6)."""
    if name not in ("redirect", "exp"):
        return _expands(value, LETTERS | frozenset("crt"))
    if name in known or not is_domain(value):
        return False
    known[name] = value
    return True


def _mechanism(term: re.Match[str]) -> Term | None:
    """A mechanism by section 5; None if it is not valid."""
    qualifier, name, mark, rest = term[1] or "+", term[2], term[3] or "", term[4] or ""
    if name == "all":
        return None if mark else Term(qualifier, name)
    if name in ("ip4", "ip6"):
        return Term(qualifier, name, network=rest) if mark == ":" and _is_network(name, rest) else None
    if name in ("include", "exists"):
        return Term(qualifier, name, rest) if mark == ":" and is_domain(rest) else None
    if name == "ptr":
        return Term(qualifier, name, rest) if not mark or (mark == ":" and is_domain(rest)) else None
    if name not in ("a", "mx") or mark == "=":
        return None
    found = DUAL_CIDR.fullmatch(f"/{rest}" if mark == "/" else rest)
    if found is None or int(found[2] or 0) > 32 or int(found[3] or 0) > 128:
        return None
    named = is_domain(found[1]) if mark == ":" else not found[1]
    return Term(qualifier, name, found[1]) if named else None


def _is_network(name: str, text: str) -> bool:
    found = CIDR.fullmatch(text)
    if found is None or int(found[2] or 0) > (32 if name == "ip4" else 128) or "%" in text:
        return False
    try:
        address = ipaddress.ip_address(found[1])
    except ValueError:
        return False
    return address.version == (4 if name == "ip4" else 6)


def is_domain(text: str) -> bool:
    """True for a ``domain-spec`` (section 7.1): macros and characters that end in a macro, or in a label that is no
    number."""
    if not _expands(text, LETTERS):
        return False
    macros = list(MACRO.finditer(text))
    if macros and macros[-1].end() == len(text):
        return True
    before, dot, label = text.removesuffix(".").rpartition(".")
    del before
    plain = TOP_LABEL.fullmatch(label) is not None and not label.isdigit()
    return bool(dot) and plain and not label.startswith("-") and not label.endswith("-")


def _expands(text: str, letters: frozenset[str]) -> bool:
    """True if a text is made of visible characters and valid macros."""
    position = 0
    for macro in MACRO.finditer(text):
        letter, digits = macro[1], macro[2]
        if letter is not None and (letter not in letters or (digits and not int(digits))):
            return False
        if LITERAL.fullmatch(text, position, macro.start()) is None:
            return False
        position = macro.end()
    return LITERAL.fullmatch(text, position) is not None


def place(domain: str, at: str, sender: str) -> Place:
    """What the domain of a term comes to in the record at the name ``at``, for mail from the domain ``sender``.

    The macros ``d`` and ``o`` are these two; all others are parts of the message or of its sender.
    """
    if not domain:
        return Place(at, at)

    def value(macro: re.Match[str]) -> str:
        if macro[5]:
            return WRITTEN[macro[5]]
        known = {"d": at, "o": sender}.get(macro[1])
        return UNLIKE if known is None else _transformed(known, macro[2], bool(macro[3]), macro[4])

    text = MACRO.sub(value, domain).rstrip(".")
    rest = text.rpartition(UNLIKE)[2]
    if rest != text:
        # Up to its first dot the rest is a part of a label of which the macro is another.
        rest = rest.partition(".")[2]
    suffix = rest if is_host(rest) else ""
    if rest != text:
        return Place("", suffix, known=False)
    return Place(suffix, suffix, known=bool(suffix) or not _can_exist(text))


def _transformed(value: str, digits: str, reverse: bool, delimiters: str) -> str:
    """A value split, reversed and cut to its right-most parts (section 7.3)."""
    parts = re.split(f"[{re.escape(delimiters or '.')}]", value)
    parts = parts[::-1] if reverse else parts
    return ".".join(parts[-int(digits) :] if digits else parts)


def _can_exist(text: str) -> bool:
    """True if a name has the lengths that DNS allows, whatever its characters (RFC 2181 section 11)."""
    return len(text) <= LONGEST_NAME and all(0 < len(label) < 64 for label in text.split("."))


def is_host(text: str) -> bool:
    """True if a name can exist in DNS and hold records of a host or of SPF."""
    return len(text) <= LONGEST_NAME and HOST.fullmatch(text) is not None
