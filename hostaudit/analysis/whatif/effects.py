"""The effects of one site that a picture shows: of every company alone, of pairs, and of every recorded incident.

Each comes from the same replay that answers ``hostaudit whatif``; a picture only looks it up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import cast

from hostaudit.analysis.fault_tree.tree import BasicEvent, FaultTree, SiteFunction
from hostaudit.analysis.impact.outage import RecoveryTimes, impact
from hostaudit.analysis.site_model import SiteModel
from hostaudit.analysis.whatif.binding import LEFT, called, owner_in
from hostaudit.analysis.whatif.replay import DROP_HORIZON, drop, replay
from hostaudit.model.actors import is_unknown
from hostaudit.model.effects import (
    CompanyEffect,
    Effects,
    Fall,
    IncidentEffect,
    IncidentEvent,
    IncidentFall,
    PairEffect,
    Part,
    Rest,
    Stretch,
)
from hostaudit.model.report import Effect
from hostaudit.model.scenario import Scenario
from hostaudit.model.whatif import Applies, FunctionOutcome, WhatIf

MOST_PAIRS = 120
"""Number of pairs that are computed, each as a whole replay of some 20 ms; those that cut sets name come first."""

Group = tuple[str, tuple[str, ...], bool, bool, bool]
"""Role, companies, direct, certain, standby: what the alternatives of one part have in common."""


def effects_of(site: SiteModel, scenarios: Iterable[Scenario], pairs_first: Iterable[tuple[str, ...]] = ()) -> Effects:
    """Return what falls at a site. ``pairs_first``: companies that are known to stop something together."""
    counting = [each for each in site.tree.functions if each.counts]
    parts, rests = _parts(site.tree, counting)
    direct = {(rest.function, company) for rest in rests for place in rest.parts for company in _named(parts[place])}
    down_now = _down_now(site)
    alone = {
        company: tuple(_falls(drop(site, (company,), kind="parent"), (company,), direct, down_now))
        for company in _companies(site.tree)
    }
    pairs, reckoned, left_out = _pairs(site, alone, pairs_first, direct, down_now)
    return Effects(
        parts=parts,
        rests=rests,
        companies=tuple(
            CompanyEffect(each, called(site, "parent", each), falls, owner_in(site.tree, "parent", each))
            for each, falls in alone.items()
        ),
        pairs=pairs,
        reckoned=reckoned,
        left_out=left_out,
        incidents=tuple(_incident(site, each, down_now) for each in scenarios),
        horizon_hours=DROP_HORIZON,
    )


def _companies(tree: FaultTree) -> list[str]:
    """The ids of all companies of a tree; nobody knows whom an unknown one means."""
    found = {each for leaf in tree.leaves.values() for each in leaf.domains.get("parent", ())}
    return sorted(each for each in found if not is_unknown(each))


def _named(part: Part) -> tuple[str, ...]:
    return part.companies if part.direct and not part.standby else ()


def _down_now(site: SiteModel) -> frozenset[str]:
    """The functions that do not work before anything happens, which nothing can stop any more."""
    clock = RecoveryTimes(site.rules.recovery, DROP_HORIZON)
    now = impact(site.tree, frozenset(), clock, reading="optimistic")
    return frozenset(each.id for each in site.tree.functions if now[each.id].stops)


def _falls(
    answer: WhatIf, companies: tuple[str, ...], direct: set[tuple[str, str]], down_now: frozenset[str]
) -> Iterator[Fall]:
    for each in answer.functions:
        if each.id not in down_now and (each.range.high > 0 or each.degraded_hours > 0):
            yield Fall(
                function=each.id,
                effect=_effect(each),
                down=each.range,
                degraded_hours=each.degraded_hours,
                onset=each.time_to_impact,
                via=each.via,
                direct=any((each.id, company) in direct for company in companies),
                assessed=each.assessed,
                note=each.note,
            )


def _effect(outcome: FunctionOutcome) -> Effect:
    return cast(Effect, outcome.effect) if outcome.range.high > 0 else "degraded"


def _pairs(
    site: SiteModel,
    alone: Mapping[str, tuple[Fall, ...]],
    first: Iterable[tuple[str, ...]],
    direct: set[tuple[str, str]],
    down_now: frozenset[str],
) -> tuple[tuple[PairEffect, ...], tuple[tuple[str, str], ...], int]:
    """The effects of pairs that differ from those of their members, the pairs that were computed, and the number of
    those that were not."""
    wanted = [pair for each in first if len(each) == 2 and (pair := (min(each), max(each))) and set(each) <= set(alone)]
    able = [each for each in alone if alone[each] or any(each in pair for pair in wanted)]
    every = list(dict.fromkeys((*wanted, *combinations(sorted(able), 2), *combinations(sorted(alone), 2))))
    chosen = every[:MOST_PAIRS]
    found = []
    for pair in chosen:
        longer = united(alone[pair[0]], alone[pair[1]])
        together = _falls(drop(site, pair, kind="parent"), pair, direct, down_now)
        rows = tuple(each for each in together if each != longer.get(each.function))
        if rows:
            found.append(PairEffect(pair, rows))
    return tuple(found), tuple(chosen), len(every) - len(chosen)


def united(one: Iterable[Fall], other: Iterable[Fall]) -> dict[str, Fall]:
    """By function the longer of two losses; the first of two that are as long."""
    found = {each.function: each for each in one}
    for each in other:
        known = found.get(each.function)
        if known is None or known.weight < each.weight:
            found[each.function] = each
    return found


def _incident(site: SiteModel, scenario: Scenario, down_now: frozenset[str]) -> IncidentEffect:
    answer = replay(site, scenario)
    acting = [each.applies for each in answer.events if each.action in LEFT]
    ranked: tuple[Applies, ...] = ("yes", "maybe", "not_assessed", "no")
    applies: Applies = next((each for each in ranked if each in acting), "no")
    lost = [each for each in answer.functions if each.id not in down_now]
    return IncidentEffect(
        scenario=scenario.id,
        title=scenario.title,
        day=scenario.t0[:10],
        horizon_hours=scenario.horizon_hours,
        applies=applies,
        summary=answer.summary,
        history=answer.history,
        events=tuple(
            IncidentEvent(
                each.at_hours,
                each.actor_name,
                each.layer,
                each.action,
                each.applies,
                tuple(dict.fromkeys(bound.name or bound.id for bound in each.bound)),
            )
            for each in answer.events
        ),
        falls=tuple(
            IncidentFall(
                each.id,
                _effect(each),
                each.range,
                tuple(Stretch(span.from_hours, span.to_hours, span.state) for span in each.intervals),
                each.assessed,
            )
            for each in lost
            if each.range.high > 0 or each.degraded_hours > 0
        ),
        open=tuple(each.id for each in lost if not each.assessed),
    )


def _parts(tree: FaultTree, functions: list[SiteFunction]) -> tuple[tuple[Part, ...], tuple[Rest, ...]]:
    """The parts of all functions, each once, and what each function rests on. Where a function rests on everything on
    which another one rests, it *needs* that function, and only what it rests on besides is its own."""
    below = {each.id: _leaves(tree, each.root, *each.degraded_by) for each in functions}
    needs = _needs(tree, functions)
    groups: dict[Group, dict[str, None]] = {}
    held: list[tuple[str, tuple[Group, ...], tuple[str, ...]]] = []
    for name, leaves in below.items():
        own = leaves.difference(*(below[each] for each in needs[name]))
        keys: dict[Group, None] = {}
        for leaf in sorted(own):
            key = _group(tree.leaves[leaf])
            keys[key] = None
            groups.setdefault(key, {})[tree.leaves[leaf].subject] = None
        held.append((name, tuple(keys), needs[name]))
    order = {key: place for place, key in enumerate(groups)}
    parts = tuple(
        Part(role, companies, tuple(sorted(subjects)), direct, certain, standby)
        for (role, companies, direct, certain, standby), subjects in groups.items()
    )
    return parts, tuple(Rest(name, tuple(order[key] for key in keys), needs) for name, keys, needs in held)


def _group(leaf: BasicEvent) -> Group:
    companies = tuple(sorted(each for each in leaf.domains.get("parent", ()) if not is_unknown(each)))
    return leaf.role, companies, leaf.direct, leaf.certainty == "certain", leaf.place == "standby"


def _needs(tree: FaultTree, functions: list[SiteFunction]) -> dict[str, tuple[str, ...]]:
    """By function the others on which it rests as a whole, without those on which these rest in turn."""
    order = {each.id: place for place, each in enumerate(functions)}
    nodes = {each.id: tree.below(each.root) for each in functions}
    leaves = {each.id: _leaves(tree, each.root) for each in functions}
    held = {
        each.id: {
            other.id
            for other in functions
            if other.id != each.id
            and (
                (other.root != each.root and other.root in nodes[each.id])
                or (leaves[other.id] and leaves[other.id] < leaves[each.id])
                or (leaves[other.id] == leaves[each.id] and order[other.id] < order[each.id])
            )
        }
        for each in functions
    }
    return {
        name: tuple(each for each in order if each in found and not any(each in held[other] for other in found))
        for name, found in held.items()
    }


def _leaves(tree: FaultTree, *roots: str) -> frozenset[str]:
    """The basic events below some nodes. What lies in no company, such as the network of a known one, has its company
    beside it and is left out."""
    below = tree.below(*roots) & tree.leaves.keys()
    return frozenset(
        each for each in below if tree.leaves[each].domains.get("parent") or tree.leaves[each].certainty != "certain"
    )
