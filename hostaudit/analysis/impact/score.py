"""The score: one short formula over the outages of a report, computed in a pessimistic reading (low) and an optimistic
one (high).

    harm(hours)  = log(1 + hours) / log(1 + full_harm_hours), at most 1
    exposure(p)  = sum over functions of weight x harm(usual outage of the function when p ends service), at most 1,
                   and 1 if the main function is gone for good
                   (x name_only_weight if p is of order 1 only as a registry or registrar; x 0 if moreover a
                   proved spare name survives the loss of p)
    score        = 100 x (1 - e1) x (1 - f e2) x (1 - f^2 e3) x (1 - f^3 e4) x (1 - f^4 e5) x (1 - n1)

``e1`` to ``e5`` are the exposures to companies that provide more than a name, the worst first, ``f`` is
``further_weight``, and ``n1`` is the worst of the exposures to companies that hold a name, with ``name_only_weight``
whatever else they provide: a company that turns out to provide more must not take its name out of the product. Every
factor falls when an outage grows: an additional dependency never raises the score, and an additional independent leg
never lowers it. No exposure is a mean, so that a function that a company does not touch does not make it look harmless.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from hostaudit.analysis.fault_tree.tree import BasicEvent, FaultTree, SiteFunction
from hostaudit.analysis.impact.outage import Outage, Reading, RecoveryTimes, impact, order_one
from hostaudit.model.actors import NOBODY
from hostaudit.model.report import (
    COMPANIES,
    ClassInterval,
    DomainKind,
    OutageClass,
    Report,
    RoleScore,
    ScoreInterval,
    WorkingCompany,
    WorkingEnd,
    WorkingFunction,
)
from hostaudit.model.roles import MAY_HIDE, ROLES
from hostaudit.model.rules import Scoring
from hostaudit.model.site import FallbackId
from hostaudit.model.working import WORKING_SCHEMA, Working

FORMULA = (
    "harm(hours) = log(1 + hours) / log(1 + full_harm_hours), at most 1",
    "exposure(company) = factor x sum of weight x harm over the functions that apply, at most 1, and 1 if the "
    "main function is gone for good",
    "factor = 1; name_only_weight for a company that stops functions only through a registry or registrar; "
    "0 if a proved spare name survives it as well",
    "score = 100 x (1 - worst exposure) x (1 - further_weight x second worst) x (1 - further_weight^2 x third worst) "
    "and so on to the fifth x (1 - worst exposure to a company that holds a name, with name_only_weight whatever else "
    "it provides)",
    "low reads every unknown as failing, high as surviving; hours are the usual ones of the report, less what a "
    "proved fallback saves",
    "what the owner runs himself is no company, for high also if that is a guess; high counts on recoveries that he "
    "declares and has tested",
)
"""The formula of the score in words; ``harm``, ``exposure``, ``CompanyOutages.factor`` and ``combine`` compute it."""

REASONS = {
    "weights": "A web site is mostly its pages. A site without web has the weight of web on incoming mail, or on its "
    "names.",
    "full_harm_hours": "By thirty days an audience has moved on; the first hours cost most.",
    "name_only_weight": "Every name has one registry and one registrar, so that these tell no sites apart.",
    "further_weight": "Several single points are worse than one, and mending the worst must show.",
    "named_host_weight": "Naming ten hosts must not drown the web site itself.",
}

MAIN = ("web", "mail_receive", "resolve")
"""The main function of a site is the first of these that it has; it carries the weight of ``web``."""

CLASSES: tuple[tuple[float, OutageClass], ...] = ((1, "A"), (24, "B"), (72, "C"), (168, "D"), (math.inf, "E"))
"""The class of the longest usual outage of the web site that one company can cause: less than so many hours."""


def harm(hours: float, scoring: Scoring) -> float:
    """Return the harm of an outage, 0 to 1; logarithmic, because the first day does more harm than the thirtieth."""
    return min(1.0, math.log1p(max(0.0, hours)) / math.log1p(scoring.full_harm_hours))


def combine(strong: Iterable[float], names: Iterable[float], scoring: Scoring) -> float:
    """Return the score, 0 to 100, from the exposures to companies that provide more than a name, and from those to
    companies that hold names, as such."""
    value, weight = 100.0, 1.0
    for each in sorted(strong, reverse=True)[:COMPANIES]:
        value *= 1 - weight * each
        weight *= scoring.further_weight
    return round(value * (1 - max(names, default=0.0)), 1)


def main_of(functions: Sequence[SiteFunction]) -> str:
    """The id of the main function of a site; empty for one that has none of ``MAIN``."""
    there = {function.id for function in functions}
    return next((each for each in MAIN if each in there), "")


def weights(functions: Sequence[SiteFunction], scoring: Scoring) -> dict[str, float]:
    """The weight of each function, by id."""
    found = {function.id: function.weight for function in functions}
    main = main_of(functions)
    return found | ({main: scoring.weights[MAIN[0]]} if main else {})


def exposure(
    functions: Sequence[SiteFunction], outages: Mapping[str, Outage], scoring: Scoring, unseen: float = 0.0
) -> float:
    """The weighted sum of harm over the functions that apply, 0 to 1; 1 if the main function is gone for good, since
    nothing is left to lose. ``unseen``: the weight of those that may apply, which suffer full harm."""
    weight, main = weights(functions, scoring), main_of(functions)
    if main and harm(outages[main].hours.usual, scoring) == 1.0:
        return 1.0
    return min(1.0, sum(weight[f.id] * harm(outages[f.id].hours.usual, scoring) for f in functions) + unseen)


@dataclass(frozen=True)
class CompanyOutages:
    """One reading of a fault tree: for every parent company that ends a function alone, the outages that it causes.

    ``rest``: the outages if no registry or registrar fails, which shows the companies that provide more than a name.
    ``unseen``: functions that may be there, and then stop with any company: they rest on all that the web site rests
    on, and on companies that nobody could see. ``endless``: functions that do not work before anything fails.
    ``holders``: the companies that are, or may be, a registry or registrar. ``down_now``: the functions that work in no
    reading, so that no company ends them.
    """

    functions: tuple[SiteFunction, ...]
    single_points: dict[str, set[tuple[DomainKind, str]]]
    outages: dict[str, dict[str, Outage]]
    rest: dict[str, dict[str, Outage]]
    unseen: tuple[SiteFunction, ...] = ()
    endless: frozenset[str] = frozenset()
    holders: frozenset[str] = frozenset()
    down_now: frozenset[str] = frozenset()

    @property
    def weight_of_unseen(self) -> float:
        """The weight of the functions that may be there."""
        return sum(each.weight for each in self.unseen)

    @property
    def does_not_work(self) -> bool:
        """True if the main function does not work before anything fails."""
        main = main_of(self.functions)
        return main in self.endless

    def holds_names_only(self, parent: str) -> bool:
        """True if a company stops functions only through a registry or registrar."""
        if parent == NOBODY and self.does_not_work:
            return False
        if self.unseen and (parent == NOBODY or any(parent in function.possible for function in self.unseen)):
            return False
        return not any(self.rest[parent][function.id].stops for function in self.functions)

    def ends(self, parent: str) -> bool:
        """True if a company ends more than names. What is down already is ended by no company, but by nobody."""
        if parent == NOBODY or not self.down_now:
            return not self.holds_names_only(parent)
        hit = {each.id for each in self.functions if self.rest[parent][each.id].stops}
        unseen = any(parent in function.possible for function in self.unseen)
        return bool(hit - self.down_now) or unseen

    def factor(self, parent: str, scoring: Scoring) -> float:
        """The factor on the exposure to a company: small if it stops functions only through a registry or registrar,
        0 if a spare name keeps the web site reachable without it."""
        if not self.holds_names_only(parent):
            return 1.0
        back = self.outages[parent]["web"].by.high if "web" in self.outages[parent] else ""
        return 0.0 if FallbackId.read(back).is_spare_name else scoring.name_only_weight


def company_outages(tree: FaultTree, clock: RecoveryTimes, reading: Reading) -> CompanyOutages:
    """Compute one reading, once for the score and for each function."""
    functions = tuple(function for function in tree.functions if function.counts)
    # What was not seen may be there: a firewall that hides the apps of a site must not raise the low end.
    unseen = tuple(each for each in tree.functions if each.possible) if reading == "pessimistic" else ()
    single_points = order_one(tree, reading=reading)
    parents = sorted({each for f in functions for kind, each in single_points[f.id] if kind == "parent"})
    one = {parent: frozenset({("parent", parent)}) for parent in parents}
    now = impact(tree, frozenset(), clock, reading=reading)
    surely = now if reading == "optimistic" else impact(tree, frozenset(), clock, reading="optimistic")
    return CompanyOutages(
        functions,
        single_points,
        {parent: impact(tree, one[parent], clock, reading=reading) for parent in parents},
        {parent: impact(tree, one[parent], clock, reading=reading, without_names=True) for parent in parents},
        unseen,
        frozenset(function.id for function in functions if now[function.id].stops),
        _holders(tree, parents, reading),
        frozenset(function.id for function in functions if surely[function.id].stops),
    )


def _holders(tree: FaultTree, parents: Iterable[str], reading: Reading) -> frozenset[str]:
    """Those of some companies that may be a registry or registrar on which the tree rests."""
    names = [leaf for leaf in tree.leaves.values() if leaf.names_only]
    if reading == "pessimistic" and any(leaf.certainty != "certain" for leaf in names):
        return frozenset(parents)
    return frozenset(parents).intersection(each for leaf in names for each in leaf.domains.get("parent", ()))


def exposures(held: CompanyOutages, scoring: Scoring) -> dict[str, float]:
    """The exposure of every parent company that ends at least one function alone, and of whoever may hold functions
    that nobody could see."""
    unseen = held.weight_of_unseen
    found = {
        parent: held.factor(parent, scoring) * exposure(held.functions, outages, scoring, unseen)
        for parent, outages in held.outages.items()
    }
    if unseen:
        found[NOBODY] = max(found.get(NOBODY, 0.0), unseen)
    return found


def named(held: CompanyOutages, parent: str, exposure_: float, scoring: Scoring) -> float:
    """The exposure to a company as one that holds names, 0 if it holds none."""
    if held.holds_names_only(parent):
        return exposure_
    return scoring.name_only_weight * exposure_ if parent in held.holders else 0.0


def score(pessimistic: CompanyOutages, optimistic: CompanyOutages, scoring: Scoring) -> tuple[float, float]:
    """(low, high) of the score, 0 to 100."""
    return _value(pessimistic, scoring), _value(optimistic, scoring)


def _value(held: CompanyOutages, scoring: Scoring) -> float:
    found = exposures(held, scoring)
    names = [named(held, parent, found[parent], scoring) for parent in found]
    strong = {parent: each for parent, each in found.items() if not held.holds_names_only(parent)}
    return combine([*strong.values(), *[strong.get(NOBODY, 0.0)] * COMPANIES], names, scoring)


def outage_class(pessimistic: CompanyOutages, optimistic: CompanyOutages) -> ClassInterval | None:
    """The class of the site in both readings; None for a site without web. Companies that hold only names do not
    count: every name has one registry and one registrar."""
    if not any(function.id == "web" for function in pessimistic.functions):
        return None
    return ClassInterval(_class(pessimistic), _class(optimistic))


def _class(held: CompanyOutages) -> OutageClass:
    strong = (each for parent, each in held.outages.items() if held.ends(parent))
    worst = max((each["web"].hours.usual for each in strong), default=0.0)
    return next(name for most, name in CLASSES if worst < most)


def function_score(
    function: str, pessimistic: CompanyOutages, optimistic: CompanyOutages, scoring: Scoring
) -> ScoreInterval:
    """(low, high) of the score of one function: 100 x (1 - worst harm), with registries and registrars at less
    weight."""
    ends = []
    for held in (pessimistic, optimistic):
        worst = 0.0
        for parent in (each for kind, each in held.single_points[function] if kind == "parent"):
            if parent in held.outages:
                light = 1.0 if held.rest[parent][function].stops else held.factor(parent, scoring)
                worst = max(worst, light * harm(held.outages[parent][function].hours.usual, scoring))
        ends.append(round(100 * (1 - worst), 1))
    return ScoreInterval(ends[0], ends[1])


def effective_role(leaf: BasicEvent) -> str:
    """The role of a basic event for the site: the network of a name server is a part of DNS, whatever its operator."""
    return leaf.recovery if leaf.recovery in ROLES else leaf.role


def may_conceal(leaf: BasicEvent, role: str) -> bool:
    """True if a basic event may conceal an unknown operator in a role. A name server that gave no answer conceals
    none, because its name is known; what a hidden origin conceals is told with the network before it."""
    if leaf.certainty not in ("unknown", "uncertain", "hoped") or role not in MAY_HIDE.get(effective_role(leaf), ()):
        return False
    return not (leaf.silent or leaf.hidden)


def role_scores(
    tree: FaultTree, pessimistic: CompanyOutages, optimistic: CompanyOutages, scoring: Scoring, *, direct: bool
) -> tuple[RoleScore, ...]:
    """The score of each role on which something rests: 100 less the exposure to the worst company in the role, in all
    its services. Where an unknown operator may be concealed in the role, any company may be the worst.

    ``direct``: of the parties that the site's own records name, else of those on which its providers rest."""
    below = tree.below(*(function.root for function in pessimistic.functions))
    leaves = [tree.leaves[name] for name in sorted(below) if name in tree.leaves]
    leaves = [leaf for leaf in leaves if leaf.direct == direct]
    ends = exposures(pessimistic, scoring), exposures(optimistic, scoring)
    rows = []
    for role in ROLES:
        own = [leaf for leaf in leaves if effective_role(leaf) == role]
        hidden = any(may_conceal(leaf, role) or (leaf.hidden and leaf.role == role) for leaf in leaves)
        if not (own or hidden):
            continue
        holders = {parent for leaf in own for parent in leaf.domains.get("parent", ())}
        holders |= {NOBODY} if any(leaf.certainty == "failed" for leaf in own) else set()
        worst = max(ends[0].values() if hidden else (ends[0].get(each, 0.0) for each in holders), default=0.0)
        least = max((ends[1].get(each, 0.0) for each in holders), default=0.0)
        providers = sorted({each for leaf in own for each in leaf.domains.get("provider", ())})
        interval = ScoreInterval(round(100 * (1 - worst), 1), round(100 * (1 - least), 1))
        rows.append(RoleScore(role, interval, tuple(providers)))
    return tuple(rows)


def working(
    end: Literal["low", "high"], held: CompanyOutages, names: Mapping[str, str], scoring: Scoring
) -> WorkingEnd:
    """One end of the score step by step, as ``explain score`` prints it."""
    found = exposures(held, scoring)
    weight = weights(held.functions, scoring)
    ranked = sorted(found, key=lambda parent: (held.holds_names_only(parent), -found[parent], parent))
    strong = sum(not held.holds_names_only(parent) for parent in ranked)
    companies = []
    for position, parent in enumerate(ranked):
        outages = held.outages.get(parent, {})
        hours = {each.id: outages[each.id].hours.usual if outages else 0.0 for each in held.functions}
        shown = position < COMPANIES or position == strong
        rows = [
            WorkingFunction(each.id, weight[each.id], round(hours[each.id], 2), round(harm(hours[each.id], scoring), 4))
            for each in held.functions
            if shown and hours[each.id] > 0
        ]
        unseen = held.unseen if shown else ()
        rows += [WorkingFunction(each.id, each.weight, scoring.full_harm_hours, 1.0) for each in unseen]
        name = "what nobody could name" if parent == NOBODY else names.get(parent, parent)
        factor = held.factor(parent, scoring)
        only = held.holds_names_only(parent)
        as_name = 0.0 if only else round(named(held, parent, found[parent], scoring), 4)
        companies.append(WorkingCompany(parent, name, round(found[parent], 4), factor, tuple(rows), only, as_name))
    return WorkingEnd(end, _value(held, scoring), tuple(companies))


def said_once(low: WorkingEnd, high: WorkingEnd) -> tuple[WorkingEnd, WorkingEnd]:
    """Both ends; the second without its companies if they are those of the first."""
    same = (low.score, low.companies) == (high.score, high.companies)
    return low, WorkingEnd(high.end, high.score) if same else high


def explained(report: Report | None, scoring: Scoring) -> Working:
    """The formula with its weights and, for a report, its working."""
    constants = {
        "full_harm_hours": scoring.full_harm_hours,
        "name_only_weight": scoring.name_only_weight,
        "further_weight": scoring.further_weight,
        "named_host_weight": scoring.named_host_weight,
    }
    ends = report.score.working if report is not None else ()
    target = report.target if report is not None else None
    return Working(WORKING_SCHEMA, target, FORMULA, dict(scoring.weights), constants, ends, REASONS)
