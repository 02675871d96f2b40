"""What the owner of a site runs himself: the rows of a report about it, and guessed parts told as one party.

A guess changes what is told and the high end of the score. So a report counts in the named reading as it would without
the guess, and only tells the companies that are guessed to be the owner as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast, get_args

from msgspec import UNSET, structs

from hostaudit.analysis.fault_tree.tree import BasicEvent, FaultTree
from hostaudit.model.actors import seen_of
from hostaudit.model.report import FailureDomain, FunctionImpact, OwnGround, OwnParts, SinglePoint


def own_parts(tree: FaultTree) -> tuple[OwnParts, ...]:
    """Return what is taken for the site's own, by ground: of what its functions rest on now."""
    roots = [root for each in tree.functions if each.counts for root in (each.root, *each.degraded_by)]
    leaves = [tree.leaves[name] for name in sorted(tree.below(*roots)) if name in tree.leaves]
    grounds = cast("tuple[OwnGround, ...]", get_args(OwnGround))
    found = ((ground, [leaf for leaf in leaves if leaf.claim.ground == ground]) for ground in grounds)
    return tuple(_parts(tree, ground, rows) for ground, rows in found if rows)


def _parts(tree: FaultTree, ground: OwnGround, leaves: list[BasicEvent]) -> OwnParts:
    companies = sorted({each for leaf in leaves for each in leaf.domains.get("parent", ())})
    return OwnParts(
        ground=ground,
        companies=tuple(companies),
        names=tuple(dict.fromkeys(tree.names.get(("parent", each)) or seen_of(each) for each in companies)),
        roles=tuple(sorted({leaf.role for leaf in leaves})),
        reasons=tuple(sorted({leaf.claim.why for leaf in leaves})),
    )


def guessed_companies(tree: FaultTree) -> tuple[str, ...]:
    """Return the companies that are guessed to be the owner of the site, sorted; the first stands for all of them."""
    return tuple(
        sorted(
            {
                each
                for leaf in tree.leaves.values()
                if leaf.claim.ground == "guessed"
                for each in leaf.domains.get("parent", ())
            }
        )
    )


def own_ground(leaves: Iterable[BasicEvent]) -> OwnGround | None:
    """Return the ground on which some basic events are all the owner's own; None if one is not."""
    grounds = {leaf.claim.ground for leaf in leaves}
    told = cast("tuple[OwnGround, ...]", get_args(OwnGround))
    return next((each for each in told[::-1] if each in grounds), None) if grounds and grounds <= {*told} else None


def told_as_one(points: Sequence[SinglePoint], guessed: Sequence[str]) -> list[SinglePoint]:
    """Return single points of failure in which the companies that are guessed to be the owner are one row, with the
    functions that any of them stops."""
    mine = [each for each in points if _is_guessed(each.failure_domain, guessed)]
    if not mine:
        return list(points)
    rest = [each for each in points if not _is_guessed(each.failure_domain, guessed)]
    names = {each.failure_domain.id: each.failure_domain.name for each in mine}
    first = next(each for each in guessed if each in names)
    light = all(each.name_only for each in mine)
    whole = FailureDomain("parent", first, names[first], light, "guessed", tuple(names) if len(names) > 1 else UNSET)
    roles = {role for each in mine for role in each.roles}
    upstream = {role for each in mine if isinstance(each.upstream_roles, tuple) for role in each.upstream_roles} - roles
    one = structs.replace(
        mine[0],
        failure_domain=whole,
        functions=_worst(impact for each in mine for impact in each.functions),
        because=tuple(sorted({identity for each in mine for identity in each.because})),
        roles=tuple(sorted(roles)),
        upstream_roles=tuple(sorted(upstream)) or UNSET,
        exposure=max(each.exposure for each in mine),
        name_only=light,
    )
    return [*rest, one]


def _is_guessed(domain: FailureDomain, guessed: Sequence[str]) -> bool:
    return domain.kind == "parent" and domain.id in guessed


def _worst(impacts: Iterable[FunctionImpact]) -> tuple[FunctionImpact, ...]:
    """Each function once: stopped before degraded, the longest outage before shorter ones."""
    found: dict[str, FunctionImpact] = {}
    for each in impacts:
        known = found.setdefault(each.id, each)
        found[each.id] = max(known, each, key=_harm)
    return tuple(found.values())


def _harm(impact: FunctionImpact) -> tuple[bool, float, float]:
    hours = impact.time_to_recover_hours
    return impact.effect != "degraded", hours.usual, hours.high
