"""Minimal cut sets: sets of failure domains of one kind that stop a function together, and not if one is left out.

Bottom up, as in the algorithm MICSUP (Pande, Spector and Chatterjee, 1975; NUREG-0492, chapter VII.5): every node
carries its family of cut sets, an ``all`` gate unites the families of its children, an ``any`` gate multiplies them,
and after each step every set that contains another one is dropped. Sets of more than ``MOST`` members are dropped too,
which is exact for the smaller ones because a union never shrinks. A domain that several basic events share is one
event, so that shared basic events need no special treatment; cycles are solved by iteration to the least fixpoint.

The number of sets can grow with the number of domains to the power of the order. ``EFFORT`` bounds the number of sets
that are examined. A tree that needs more is computed again to a lower order, and the result gives the order to which it
is complete.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from hostaudit.analysis.fault_tree.tree import FaultTree, Switch
from hostaudit.analysis.impact.outage import Reading, already_failed
from hostaudit.model.report import DomainKind

MOST = 3
EFFORT = 200_000
"""Number of sets that are examined before the order is lowered; at most half a second of work."""


@dataclass(frozen=True)
class CutSets:
    """By function, the minimal cut sets, each sorted, smaller ones first; complete up to sets of ``order`` members.

    A function that is down in any case has no entry.
    """

    kind: DomainKind
    order: int
    sets: dict[str, tuple[tuple[str, ...], ...]]


class TooMuch(Exception):  # noqa: N818 - it ends a search, nothing went wrong
    """The effort that was granted is used up."""


Family = frozenset[int]
"""Cut sets as bit masks over the domains of one kind; the empty mask is a failure without a cause among them."""

NEVER: Family = frozenset()
ALWAYS: Family = frozenset((0,))


class CutSetMeasure:
    """Measure: the minimal cut sets with at most ``order`` members."""

    works = NEVER

    def __init__(self, order: int, effort: int) -> None:
        self.order = order
        self.left = effort

    def all_of(self, values: Sequence[Family]) -> Family:
        """The cut sets that stop any child."""
        if len(values) == 1:
            return values[0]
        return self._minimal(frozenset().union(*values))

    def any_of(self, values: Sequence[Family]) -> Family:
        """The cut sets that stop every child."""
        product = ALWAYS
        for value in sorted(values, key=len):
            product = self._times(product, value)
            if not product:
                return NEVER
        return product

    def standby(self, serving: Family, spares: Sequence[tuple[Switch, Family]]) -> Family:
        """A standby with a manual switch shortens an outage and does not prevent it, so only automatic ones count."""
        return self.any_of([serving, *(value for switch, value in spares if switch.automatic)])

    def _times(self, one: Family, other: Family) -> Family:
        if one is ALWAYS or one == ALWAYS:
            return other
        if other == ALWAYS:
            return one
        # A set that is in both families stays as it is and absorbs every set that contains it, so little is left to
        # multiply.
        both = one & other
        rest_one, rest_other = self._outside(one, both), self._outside(other, both)
        found = set(both)
        # A set of the largest allowed size can only stay as it is, if the other family has a subset of it.
        most = self.order
        for full, facing in ((rest_one, other), (rest_other, one)):
            whole = [each for each in full if each.bit_count() == most]
            self._spend(len(whole))
            found.update(each for each in whole if each in facing or _contains(each, facing, most))
        small_one = [each for each in rest_one if each.bit_count() < most]
        small_other = [each for each in rest_other if each.bit_count() < most]
        self._spend(len(small_one) * len(small_other))
        unions = {a | b for a in small_one for b in small_other}
        found.update(each for each in unions if each.bit_count() <= most)
        return self._minimal(frozenset(found))

    def _outside(self, family: Family, both: Family) -> Sequence[int]:
        singles = 0
        for each in both:
            if each.bit_count() == 1:
                singles |= each
        return [each for each in family if not each & singles and each not in both]

    def _minimal(self, family: frozenset[int]) -> Family:
        if 0 in family:
            return ALWAYS
        by_size: dict[int, list[int]] = {}
        for each in family:
            by_size.setdefault(each.bit_count(), []).append(each)
        if len(by_size) == 1:
            return family
        singles = 0
        for each in by_size.get(1, ()):
            singles |= each
        kept = set(by_size.get(1, ()))
        for size in sorted(by_size):
            if size == 1:
                continue
            found = [each for each in by_size[size] if not each & singles and not _contains(each, kept, size)]
            self._spend(len(found))
            kept.update(found)
        return frozenset(kept)

    def _spend(self, effort: int) -> None:
        self.left -= effort
        if self.left < 0 and self.order > 1:
            raise TooMuch


def _contains(mask: int, kept: Set[int], size: int) -> bool:
    """True if a mask of ``size`` bits contains one of the kept masks with fewer bits."""
    rest = mask if size > 1 else 0
    while rest:
        low = rest & -rest
        rest ^= low
        if mask ^ low in kept or (size > 2 and _contains(mask ^ low, kept, size - 1)):
            return True
    return False


def minimal_cut_sets(
    tree: FaultTree, kind: DomainKind, *, most: int = MOST, effort: int = EFFORT, reading: Reading = "named"
) -> CutSets:
    """Return the minimal cut sets of every function for one kind of failure domain, of at most ``most`` members."""
    lies_in = {
        name: leaf.ended_by(guessing=reading == "optimistic").get(kind, ()) for name, leaf in tree.leaves.items()
    }
    domains = sorted({each for ids in lies_in.values() for each in ids})
    bit = {each: 1 << position for position, each in enumerate(domains)}
    lost: dict[str, Family] = {}
    for name, leaf in tree.leaves.items():
        if already_failed(leaf, reading) or (leaf.certainty == "uncertain" and reading == "pessimistic"):
            lost[name] = ALWAYS
        elif lies_in[name] and (leaf.certainty == "certain" or (leaf.certainty == "uncertain" and reading == "named")):
            lost[name] = frozenset(bit[each] for each in lies_in[name])
    order = most
    while True:
        try:
            state = tree.solve(lost, CutSetMeasure(order, effort))
            break
        except TooMuch:
            order -= 1
    sets = {}
    for function in tree.functions:
        family = state.get(function.root, NEVER)
        if family and family != ALWAYS:
            named = (_members(mask, domains) for mask in family)
            sets[function.id] = tuple(sorted(named, key=lambda members: (len(members), members)))
    return CutSets(kind, order, sets)


def _members(mask: int, domains: list[str]) -> tuple[str, ...]:
    found = []
    while mask:
        low = mask & -mask
        mask ^= low
        found.append(domains[low.bit_length() - 1])
    return tuple(found)
