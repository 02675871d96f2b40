"""Demands, targets and exceptions that contradict one another, or name something that does not exist.

A misspelled key or name is refused with its place, because a demand without effect would pass for ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from hostaudit.documents.countries import country_fault
from hostaudit.documents.policy_values import (
    ID,
    LABEL,
    MOST_ENTRIES,
    NEVER,
    ONE_LINE,
    PROVIDER,
    function_id,
)
from hostaudit.documents.problem import Fault, Problem, Where
from hostaudit.errors import UsageError, near, nearest
from hostaudit.model.policy import (
    ANY,
    Exemption,
    JurisdictionDemand,
    Policy,
    PolicyTarget,
    RoleDemand,
    keys_of,
    rule_keys,
)
from hostaudit.model.roles import FUNCTIONS, ROLES, SINGLE
from hostaudit.model.site import SiteFile

WRITE_GATE = "write scenario.ID.FUNCTION"


@dataclass(frozen=True)
class World:
    """The names that a policy may use: ids of providers and companies, of scenarios, of presets, and of the
    rules that need no policy."""

    companies: Set[str]
    scenarios: Sequence[str]
    presets: Sequence[str]
    further_rules: Sequence[str] = ()


def policies(file: SiteFile) -> Iterator[tuple[Where, Policy | None]]:
    """Yield every place of a file that can have a policy, with the policy there."""
    yield ("policy",), file.policy
    yield from ((("targets", position, "policy"), target.policy) for position, target in enumerate(file.targets))


def problems(file: SiteFile, world: World | None, declared: Set[str]) -> Iterator[Problem]:
    """Yield the problems of the policy part. Names are in A-labels. Without a ``world`` ids are not checked.
    ``declared``: the ids of the functions that the file declares."""
    for place, policy in policies(file):
        if policy is not None:
            yield from of_policy(policy, place, declared, world)
    for key in ("targets", "exceptions"):
        if len(getattr(file, key)) > MOST_ENTRIES:
            yield Problem((key,), f"{key} has {len(getattr(file, key))} entries", f"at most {MOST_ENTRIES} are read")
    yield from _of_targets(file.targets)
    yield from _of_exceptions(file.exceptions, declared, world)


def of_policy(policy: Policy, at: Where, declared: Set[str], world: World | None) -> Iterator[Problem]:
    """Yield the problems of one policy, whose place is ``at``."""
    for position, preset in enumerate(policy.extends):
        if world is not None and preset not in world.presets:
            advice = nearest(preset, world.presets, f"presets are {', '.join(world.presets)}")
            yield Problem((*at, "extends", position), f"extends: there is no preset {preset[:80]!r}", advice)
    for role, demand in policy.roles.items():
        yield from _of_role(role, demand, (*at, "roles", role), world)
    for function in policy.functions:
        yield from _of_function(function, (*at, "functions", function), declared)
    for key, refused in (("providers", policy.providers), ("parents", policy.parents.deny)):
        place: Where = (*at, key) if key == "providers" else (*at, key, "deny")
        yield from _of_ids([each.id for each in refused], place, "id", world)
    yield from _of_jurisdictions(policy.jurisdictions, (*at, "jurisdictions"))
    seen: set[str] = set()
    for position, gate in enumerate(policy.scenarios):
        here: Where = (*at, "scenarios", position)
        if gate.scenario in seen:
            yield Problem(
                (*here, "scenario"), f"scenarios: {gate.scenario} stands twice", "put its limits into one entry"
            )
        seen.add(gate.scenario)
        if world is not None and gate.scenario not in world.scenarios:
            advice = nearest(gate.scenario, world.scenarios, "hostaudit scenarios list names them")
            yield Problem((*here, "scenario"), f"there is no scenario {gate.scenario[:80]!r}", advice)
        for function in gate.limits:
            yield from _of_function(function, (*here, function), declared)


def _of_role(role: str, demand: RoleDemand, at: Where, world: World | None) -> Iterator[Problem]:
    for name, meant in keys_of(RoleDemand).items():
        if meant.roles and role not in meant.roles and getattr(demand, name) is not None:
            advice = f"it is for {' and '.join(sorted(meant.roles))}"
            yield Problem((*at, name), f"{name} means nothing for {role}, {meant.otherwise}", advice)
    if role in SINGLE and (demand.min_providers or 1) > 1:
        advice = "leave it out, and keep a spare name at another one"
        yield Problem((*at, "min_providers"), f"min_providers: every name has exactly one {role}", advice)
    if not demand.independent_by:
        yield Problem((*at, "independent_by"), "independent_by names nothing", "leave it out for [parent]")
    for key, ids in (("allow", demand.allow), ("deny", demand.deny)):
        yield from _of_ids(ids, (*at, key), "", world)
    for position, each in enumerate(demand.deny):
        if each in demand.allow:
            yield Problem(
                (*at, "deny", position), f"{each} is both allowed and denied for {role}", "leave one of them out"
            )


def _of_function(function: str, at: Where, declared: Set[str]) -> Iterator[Problem]:
    if function in FUNCTIONS or function in declared or function.startswith("web:"):
        return
    advice = nearest(function, (*FUNCTIONS, *declared), "declare it under sites, or write web:HOST for a host")
    yield Problem(at, f"{function} is no function", advice)


def _of_ids(ids: Sequence[str], at: Where, field: str, world: World | None) -> Iterator[Problem]:
    """The problems of ids. Ids outside the catalogue are allowed, because reports contain such, unless they look
    mistyped."""
    seen: set[str] = set()
    if len(ids) > MOST_ENTRIES:
        yield Problem(at, f"{at[-1]} has {len(ids)} entries", f"at most {MOST_ENTRIES} are read")
    for position, each in enumerate(ids):
        here: Where = (*at, position, field) if field else (*at, position)
        if each in seen:
            yield Problem(here, f"{at[-1]}: {each} stands twice")
        seen.add(each)
        if problem := PROVIDER(each):
            yield Problem(here, f"{each[:80]!r} {problem}")
        elif world and ":" not in each and each not in world.companies and (like := near(each, world.companies)):
            yield Problem(here, f"{each} is not in the catalogue", f"did you mean {like!r}?")


def _of_jurisdictions(demand: JurisdictionDemand, at: Where) -> Iterator[Problem]:
    seen: set[str] = set()
    for position, each in enumerate(demand.deny):
        here: Where = (*at, "deny", position, "id")
        if fault := country_fault(each.id):
            yield fault.at(here, repr(each.id[:80]))
        if each.id in seen:
            yield Problem(here, f"deny: {each.id} stands twice")
        seen.add(each.id)
        if each.id in demand.allow:
            yield Problem(here, f"{each.id} is both allowed and denied", "leave one of them out")


def _of_targets(targets: Sequence[PolicyTarget]) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for position, target in enumerate(targets):
        at: Where = ("targets", position)
        if not target.match:
            yield Problem((*at, "match"), "match names no site", "give domains, or *. and a domain")
        if len(target.match) > MOST_ENTRIES:
            yield Problem((*at, "match"), f"match has {len(target.match)} entries", f"at most {MOST_ENTRIES} are read")
        for number, each in enumerate(target.match):
            if each in seen:
                yield Problem((*at, "match", number), f"match: {each} stands twice", "which target would count?")
            seen[each] = position
        for key, value in target.labels.items():
            if not LABEL.fullmatch(key):
                yield Problem((*at, "labels", key), f"labels: {key[:80]!r} is not a label name", "write a-z, 0-9 and _")
            if not ONE_LINE.fullmatch(value):
                yield Problem((*at, "labels", key), f"labels: {key} is not one line of at most 1000 characters")


def _of_exceptions(exceptions: Sequence[Exemption], declared: Set[str], world: World | None) -> Iterator[Problem]:
    seen: set[str] = set()
    for position, each in enumerate(exceptions):
        at: Where = ("exceptions", position)
        if each.id in seen:
            yield Problem((*at, "id"), f"exceptions: the id {each.id} stands twice", "give each its own")
        seen.add(each.id)
        if each.expires == NEVER and not each.review:
            yield Problem(
                (*at, "expires"), f"{each.id} never ends", "add review: DATE, the day by which somebody looks again"
            )
        if fault := _of_rule(each.rule, declared, world):
            yield fault.at((*at, "rule"), f"rule: {each.rule[:80]!r}")


def _of_rule(rule: str, declared: Set[str], world: World | None) -> Fault | None:
    """The fault of the rule that an exception names, None if there is none."""
    if rule in ("", "*", "*.*"):
        return Fault("covers everything", "name a rule such as dns.min_providers, or dns.*")
    first, _, last = rule.rpartition(".")
    if first == "scenario" or first.startswith("scenario."):
        return _of_gate(rule, declared, world)
    of_role, of_function, others = _rules()
    if first.startswith("web:") and last in (*of_function, "*"):
        advice = "write it as in a report, such as web:api.example.com"
        return None if _is_function(first) else Fault("has no host name", advice)
    families = dict.fromkeys(ROLES, of_role) | dict.fromkeys((*FUNCTIONS, *declared), of_function)
    known = [f"{family}.{each}" for family, rules in families.items() for each in rules]
    known += [*others, *(world.further_rules if world else ())]
    if rule in known or (last == "*" and any(each.startswith(f"{first}.") for each in known)):
        return None
    if world is None and ID.fullmatch(rule):
        return None  # a rule that needs no policy
    return Fault("is not a rule", nearest(rule, known, "hostaudit rules list names them"))


def _rules() -> tuple[list[str], list[str], list[str]]:
    """The last words of the rules of a role and of a function, and the ids of all others but scenarios."""
    of_role: list[str] = []
    of_function: list[str] = []
    others: list[str] = []
    for rule, key in rule_keys().items():
        if ANY in key.path:
            (of_role if key.path[0] == "roles" else of_function).append(key.path[-1])
        elif key.path != ("scenarios",):
            others.append(rule)
    return of_role, of_function, others


def _of_gate(rule: str, declared: Set[str], world: World | None) -> Fault | None:
    _, _, rest = rule.partition(".")
    scenario, _, function = rest.partition(".")
    if scenario == "*" and not function:
        return None
    if world is not None and scenario not in world.scenarios:
        return Fault("names no scenario", nearest(scenario, world.scenarios, WRITE_GATE))
    if function == "*" or function in FUNCTIONS or function in declared or function.startswith("web:"):
        return None
    return Fault("names no function", nearest(function, (*FUNCTIONS, *declared), WRITE_GATE))


def _is_function(text: str) -> bool:
    try:
        return function_id(text) == text
    except UsageError:
        return False
