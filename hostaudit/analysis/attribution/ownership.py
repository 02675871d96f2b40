"""Ownership: whether an operator is the owner of the site, who can fail but ends no contract with himself.

*declared*  the site file says so, and what is seen agrees
*named*     all that is known of the operator is the site's own name, as in an SPF record with ``mx:mail.example.com``
*guessed*   what is seen from outside speaks for it: the network has the site's name, its holder is the registrant, or
            the catalogue has the site's name among those of the company
*possible*  the registrant or the network is unknown, and the one might be the holder of the other

Only what is declared or named counts for the low end of the score and for a verdict. A guess is told as one and counts
for the high end; what is possible counts there too and is not told, so that what is unknown never lowers it.

A private network alone is no clue: names of servers under the site's own name are usual on rented machines too.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Literal, NamedTuple

from hostaudit import domain
from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.analysis.attribution.operator import Operator
from hostaudit.analysis.catalogue.catalogue import Catalogue, normalise
from hostaudit.model.actors import is_unknown
from hostaudit.model.site import Own
from hostaudit.model.values import Registration

Ground = Literal["", "declared", "named", "guessed", "possible"]


class Claim(NamedTuple):
    """That an operator is the owner of the site: on which ground, and why, in words."""

    ground: Ground = ""
    why: str = ""

    def weaker(self, other: Claim) -> Claim:
        """Return the claim of both that says less."""
        return min(self, other, key=lambda claim: (GROUNDS.index(claim.ground), claim.why))


GROUNDS: tuple[Ground, ...] = ("", "possible", "guessed", "named", "declared")
"""The grounds from the weakest to the strongest."""

NO_CLAIM = Claim()
POSSIBLE = Claim("possible", "who holds the name or the network could not be learnt")


class Ownership:
    """Tells which operators are the owner of one site. A pure function of the evidence, the catalogue and the site
    file."""

    def __init__(
        self, seen: EvidenceIndex, catalogue: Catalogue, name: str, own: Own | None = None, spares: Iterable[str] = ()
    ) -> None:
        """``name``: the name that the site holds. ``own``: what the site file declares. ``spares``: the spare names
        that it declares."""
        own = own or Own()
        self.seen = seen
        self.catalogue = catalogue
        self.name = name
        self.parents = frozenset(catalogue.parent(each) for each in own.parents)
        self.asns = frozenset(f"AS{number}" for number in own.asns)
        self.domains = frozenset({*own.domains, *(held for each in spares if (held := domain.registrable(each)))})

    def of(self, operator: Operator) -> Claim:
        """Return the claim about an operator; its ground is empty if nothing speaks for it."""
        if operator.parent in self.parents:
            return Claim("declared", "declared in the site file")
        if not is_unknown(operator.provider):
            return self._company(operator)
        if operator.named and operator.named in self.domains:
            return Claim("declared", f"{operator.named}, declared in the site file")
        # Of several networks that announce one prefix any may be another's.
        if operator.asns and self.asns.issuperset(operator.asns):
            return Claim("declared", f"{', '.join(operator.asns)}, declared in the site file")
        if operator.named and operator.named == self.name:
            return Claim("named", f"{self.name} is the name of the site")
        # What could not be learnt of it might speak for it.
        return self._guess(operator) if operator.certain else POSSIBLE

    def _company(self, operator: Operator) -> Claim:
        """The claim about a company of the catalogue, which has the site's name among those of its products."""
        if operator.parent not in self._companies:
            return NO_CLAIM
        return Claim("guessed", f"{self.name} is a name of {self.catalogue.parent_name(operator.parent)}")

    @cached_property
    def _companies(self) -> frozenset[str]:
        """The companies of the catalogue to which the site's name belongs. A name that a platform assigns belongs to
        its customer."""
        if domain.registrable(self.name) != self.name:
            return frozenset()
        ways = ("cname", "host", "ns", "mx", "spf", "caa")
        clues = (clue for way in ways for clue in getattr(self.catalogue, way)(self.name))
        return frozenset(self.catalogue.parent(clue.provider) for clue in clues)

    def _guess(self, operator: Operator) -> Claim:
        if operator.named and _label(operator.named) == _label(self.name):
            return Claim("guessed", f"{operator.named} has the name of the site under another suffix")
        if not operator.holders or not all(operator.holders):
            return NO_CLAIM
        alike = [next((each for each in holders if self._alike(each)), "") for holders in operator.holders]
        if all(alike):
            return Claim("guessed", f"the network of {', '.join(dict.fromkeys(alike))} has the name of the site")
        registrant = self._registrant
        if registrant is None:
            return POSSIBLE
        if registrant and all(registrant in map(normalise, holders) for holders in operator.holders):
            return Claim("guessed", "the registrant of the name holds the network")
        return NO_CLAIM

    def _alike(self, holder: str) -> bool:
        """True if the first words in the name of a network or its holder are those of the site's name."""
        wanted, words = normalise(_label(self.name)).split(), normalise(holder).split()
        return bool(wanted) and words[: len(wanted)] == wanted

    @cached_property
    def _registrant(self) -> str | None:
        """The organisation that holds the site's name, for comparison; empty if none is shown, None if unknown."""
        name = domain.registrable(self.name)
        item = self.seen.get("registration", name) if name else None
        if item is not None and item.unknown is not None:
            return None
        value = item.value if item is not None else None
        return normalise(value.registrant or "") if isinstance(value, Registration) else ""


def _label(name: str) -> str:
    """The label of a registrable name that its holder chose."""
    return name.partition(".")[0]
