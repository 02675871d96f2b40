"""Matching of single clues: the providers behind a name, an address, a response, a certificate or a registration.

The clues of one question may be layers (a content network before a platform before a cloud), so several providers are a
valid answer too. The confidence of each follows from the table of strengths in ``catalogue``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from hostaudit import datasets, files
from hostaudit.analysis.catalogue.catalogue import Catalogue, host_name
from hostaudit.analysis.catalogue.clue_index import RangeIndex, number_of
from hostaudit.analysis.catalogue.confidence import CONTRADICTED, ENOUGH, combine
from hostaudit.datasets.special_purpose import special_networks
from hostaudit.errors import DocumentError, UsageError, nearest
from hostaudit.model.match import (
    MATCHED_SCHEMA,
    Clue,
    IssuerSeen,
    Match,
    Matched,
    Matches,
    Question,
    RegistrarSeen,
    SoaSeen,
)
from hostaudit.model.rules import Rules
from hostaudit.model.values import Published

if TYPE_CHECKING:
    from hostaudit.datasets.ranges import Ranges as RangeTable
    from hostaudit.datasets.routes import Routes

ROLE_OF = {
    "ns": "dns",
    "soa": "dns",
    "mx": "mail",
    "issuer": "ca",
    "issuer-cn": "ca",
    "registrar": "registrar",
    "registrar-name": "registrar",
}
"""The role that a kind of clue shows. Every other kind shows a place, see ``PLACES``."""

PLACES = frozenset({"cdn", "waf", "paas", "object_storage", "hosting"})
"""The roles that an address can show: the first of them among the provider's roles, else the provider's first role."""

LONGEST_ERROR = 300

AS_NUMBER = re.compile(r"(?:AS)?([0-9]{1,10})", re.IGNORECASE | re.ASCII)
HEADER = re.compile(r"([A-Za-z0-9!#$%&'*+.^_`|~-]+):(.*)", re.DOTALL)


Ranges = Callable[[str], Iterable[Published]]
"""A function from an address to the published ranges around it, the most specific first."""

Announced = Callable[[str], Iterable[int]]
"""A function from an address to the numbers of every AS that announces the prefix around it."""


class Matcher:
    """Answers questions from the catalogue and, for addresses, from the available tables."""

    def __init__(
        self, catalogue: Catalogue, announced: Announced | None = None, published: Ranges | None = None
    ) -> None:
        self.catalogue = catalogue
        self._announced, self._published = announced, published
        self._nobodys = RangeIndex()
        self._nobodys.add("", "", map(str, special_networks()))
        self._names = (("ns", catalogue.ns), ("cname", catalogue.cname), ("mx", catalogue.mx), ("ptr", catalogue.ptr))
        self._cards: dict[str, tuple[str, str, str]] = {}

    def answer(self, question: Question) -> Matches:
        """Return the providers behind the observation, best first. Raises ``ValueError`` for an invalid address or AS
        number, and for a question without a clue."""
        speaking: dict[str, list[Clue]] = {}
        against: dict[str, set[str]] = {}
        asked = False
        for kind, look in self._names:
            value = getattr(question, kind)
            if value is not None:
                asked = True
                for text in (value,) if type(value) is str else value:
                    _collect(speaking, look(text))
        if question.headers is not None:
            asked = True
            _collect(speaking, self.catalogue.headers(_pairs(question.headers)))
        if question.ip is not None:
            asked = True
            for text in (question.ip,) if isinstance(question.ip, str) else question.ip:
                self._address(text, speaking)
        asked = self._others(question, speaking, against) or asked
        if not asked:
            raise ValueError(f"nothing to go by; give one or more of {', '.join(Question.__struct_fields__)}")
        found = []
        for provider, clues in speaking.items():
            match = self._match(provider, clues, against.get(provider))
            if match is not None:
                found.append(match)
        if len(found) > 1:
            found.sort(key=_rank)
        return Matches(tuple(found)) if found else NOTHING

    def _others(self, question: Question, speaking: dict[str, list[Clue]], against: dict[str, set[str]]) -> bool:
        """Match the rarer keys of a question. Returns True if it has any of them."""
        asked = False
        if question.issuer is not None:
            asked = True
            _collect(speaking, self.catalogue.issuer(question.issuer.o, question.issuer.cn))
        if question.registrar is not None:
            asked = True
            self._registrar(question.registrar, speaking, against)
        if question.asn is not None:
            asked = True
            for number in question.asn if isinstance(question.asn, list) else (question.asn,):
                _collect(speaking, self.catalogue.asn(_as_number(number)))
        if question.soa is not None:
            asked = True
            _collect(speaking, self.catalogue.soa(question.soa.mname or "", question.soa.rname or ""))
        return asked

    def _address(self, text: str, speaking: dict[str, list[Clue]]) -> None:
        """Match the most specific published range, and the networks that announce the address. A network of the same
        company as the range is not a layer of its own: it supports the range."""
        if self._nobodys.at(*number_of(text)):
            return
        listed = self.catalogue.published(self._published(text)) if self._published is not None else ()
        ranges = listed or self.catalogue.address(text)
        _collect(speaking, ranges)
        for number in self._announced(text) if self._announced is not None else ():
            clues = self.catalogue.asn(number, text)
            if not ranges:
                _collect(speaking, clues)
                continue
            for clue in clues:
                parent = self.catalogue.parent(clue.provider)
                same = [each.provider for each in ranges if self.catalogue.parent(each.provider) == parent]
                for provider in same or (clue.provider,):
                    speaking.setdefault(provider, []).append(clue)

    def _registrar(self, seen: RegistrarSeen, speaking: dict[str, list[Clue]], against: dict[str, set[str]]) -> None:
        identity = None if seen.iana_id is None else str(seen.iana_id)
        clues = self.catalogue.registrar(seen.name, identity)
        _collect(speaking, clues)
        parents = [self.catalogue.parent(clue.provider) for clue in clues]
        if len({*parents}) < 2:
            return
        for clue, parent in zip(clues, parents, strict=True):
            others = {f"{other.kind} {other.value}" for other, its in zip(clues, parents, strict=True) if its != parent}
            against.setdefault(clue.provider, set()).update(others)

    def _match(self, provider: str, clues: list[Clue], against: set[str] | None) -> Match | None:
        """The match of one provider by its clues, None if they are too weak."""
        parent, name, place = self._cards.get(provider) or self._card(provider)
        if len(clues) == 1 and against is None:
            clue = clues[0]
            if clue.strength < ENOUGH:
                return None
            role = ROLE_OF.get(clue.kind, place)
            return Match(provider, parent, role, clue.strength, (clue,), name, (role,))
        confidence = combine(clues)
        if against:
            confidence = round(confidence * CONTRADICTED, 2)
        if confidence < ENOUGH:
            return None
        because = tuple(sorted(dict.fromkeys(clues), key=_weight))
        roles = tuple(dict.fromkeys([ROLE_OF.get(clue.kind, place) for clue in because]))
        return Match(provider, parent, roles[0], confidence, because, name, roles, tuple(sorted(against or ())))

    def _card(self, provider: str) -> tuple[str, str, str]:
        record = self.catalogue.provider(provider)
        roles = record.roles if record is not None else ("hosting",)
        place = next((role for role in roles if role in PLACES), roles[0])
        card = (self.catalogue.parent(provider), self.catalogue.name(provider), place)
        self._cards[provider] = card
        return card

    @staticmethod
    def read(line: bytes) -> Question:
        """See ``read``."""
        return read(line)

    def anything(self, value: str) -> Matched:
        """Return the providers behind one value, asked as every kind that it may be; each kind is a separate question.

        Raises ``ValueError`` for a value of no kind."""
        kinds: list[str] = []
        found: dict[tuple[str, str], Match] = {}
        for kind, question in readings(value):
            kinds.append(kind)
            for match in self.answer(question).providers:
                found.setdefault((match.id, match.role), match)
        if not kinds:
            raise ValueError("nothing to go by")
        return Matched(MATCHED_SCHEMA, value, tuple(kinds), tuple(sorted(found.values(), key=_rank)))


class Tables:
    """The available tables, each opened at the first address. ``note`` receives the defect of a table of the user's
    own, which is then left out."""

    def __init__(self, note: Callable[[str], None]) -> None:
        self._note = note

    def announced(self, address: str) -> tuple[int, ...]:
        """See ``Announced``."""
        return self._routes.asns(address)

    def published(self, address: str) -> tuple[Published, ...]:
        """See ``Ranges``."""
        return self._ranges.published(address) if self._ranges is not None else ()

    @cached_property
    def _routes(self) -> Routes:
        routes = datasets.open_routes()
        if routes.warning:
            self._note(routes.warning)
        return routes

    @cached_property
    def _ranges(self) -> RangeTable | None:
        from hostaudit.datasets.ranges import Ranges as RangeTable

        try:
            place = files.data_folder() / datasets.RANGES
            return RangeTable.open(place) if place.exists() else None
        except DocumentError as error:
            self._note(f"{error.message}; addresses are matched without it")
        except (UsageError, OSError):
            pass  # no home directory, or one that this user cannot read: there is no such table
        return None


def matcher(rules: Rules, note: Callable[[str], None]) -> Matcher:
    """Return the matcher for these rules and the available tables; for ``note`` see ``Tables``."""
    at_hand = Tables(note)
    return Matcher(Catalogue(rules), at_hand.announced, at_hand.published)


NOTHING = Matches()


def _collect(speaking: dict[str, list[Clue]], clues: Iterable[Clue]) -> None:
    for clue in clues:
        if clue.provider in speaking:
            speaking[clue.provider].append(clue)
        else:
            speaking[clue.provider] = [clue]


def _pairs(headers: dict[str, str | list[str]]) -> list[tuple[str, str]]:
    pairs = []
    for name, value in headers.items():
        if type(value) is str:
            pairs.append((name, value))
        else:
            pairs += [(name, each) for each in value]
    return pairs


def _as_number(text: str | int) -> int:
    match = AS_NUMBER.fullmatch(str(text).strip())
    if match is None or not 0 < int(match[1]) < 2**32:
        raise ValueError(f"{str(text)[:60]!r} is not an AS number")
    return int(match[1])


def _weight(clue: Clue) -> tuple[float, int, str, str, str, str]:
    return -clue.strength, -len(clue.entry), clue.kind, clue.value, clue.provider, clue.entry


def _rank(match: Match) -> tuple[float, float, int, str, str]:
    """The sort key: highest confidence first; then the strongest clue, the longest entry of the catalogue, the id."""
    best = match.because[0]
    return -match.confidence, -best.strength, -len(best.entry), match.id, match.role


# -- lines ----------------------------------------------------------------------------------------

_DECODER = msgspec.json.Decoder(Question)
_PARTS = {"": Question, "issuer": IssuerSeen, "registrar": RegistrarSeen, "soa": SoaSeen}


def read(line: bytes) -> Question:
    """Return the question in a line of JSON. Raises ``ValueError`` with a sentence about the defect for people."""
    try:
        return _DECODER.decode(line)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise ValueError(_explained(line, error)) from None


def _explained(line: bytes, error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    try:
        plain: Any = msgspec.json.decode(line)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return f"not JSON: {str(error)[:LONGEST_ERROR]}"
    if not isinstance(plain, dict):
        return 'not an object; each line is one, such as {"ns": "ns-1.awsdns-00.com"}'
    for part, kind in _PARTS.items():
        known = kind.__struct_fields__
        keys = plain if not part else plain.get(part)
        for key in keys if isinstance(keys, dict) else ():
            if key not in known:
                where = f" in {part}" if part else ""
                hint = nearest(key[:60], known, f"keys are {', '.join(known)}")
                return f"unknown key {key[:60]!r}{where}; {hint}"
    return str(error)[:LONGEST_ERROR]


def readings(value: str) -> Iterator[tuple[str, Question]]:
    """Yield every kind that one value may be, each with its question."""
    text = value.strip()
    number = AS_NUMBER.fullmatch(text)
    if number is not None:
        if 0 < int(number[1]) < 2**32:
            yield "asn", Question(asn=text)
        if text.isdigit():
            yield "registrar id", Question(registrar=RegistrarSeen(iana_id=text))
        return
    address = text.removeprefix("[").removesuffix("]")
    try:
        number_of(address)
    except ValueError:
        pass
    else:
        yield "ip", Question(ip=address)
        return
    header = HEADER.fullmatch(text)
    if header is not None:
        yield "header", Question(headers={header[1]: header[2].strip()})
        return
    if "." in text.strip(".") and host_name(text):
        for kind in ("ns", "cname", "mx", "ptr"):
            yield kind, msgspec.convert({kind: text}, Question)
    if text:
        yield "issuer", Question(issuer=IssuerSeen(o=text))
        yield "issuer name", Question(issuer=IssuerSeen(cn=text))
        yield "registrar", Question(registrar=RegistrarSeen(name=text))
