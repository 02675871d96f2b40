"""The policy part of ``hostaudit.yaml``: is every demand, target and exception one that can be meant?

What is misspelled is refused with its place, as a demand that nobody reads would pass for ever. A day of an exception
that is no day is no such mistake: it counts as past, so that the finding it covered comes back and says why.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from msgspec import Struct

from hostaudit.documents.strict_yaml import (
    NULLS,
    Checks,
    Node,
    Readers,
    Source,
    between,
    build,
    compose,
    entries,
    key_at,
    kinds_of,
    matching,
)
from hostaudit.domain import host_name
from hostaudit.errors import UsageError, near, nearest
from hostaudit.model.policy import (
    Exemption,
    FunctionDemand,
    JurisdictionDemand,
    ParentDemand,
    Policy,
    PolicyTarget,
    Preset,
    Refusal,
    RoleDemand,
    ScenarioGate,
)
from hostaudit.model.roles import EXPIRING, FUNCTIONS, ROLES, SINGLE
from hostaudit.model.site import SiteFile

SINGLE_ROLES = frozenset({"registry", "registrar"})
"""Roles in which every name has exactly one provider."""

DATED_ROLES = frozenset({"registrar", "ca"})
"""Roles in which something expires: the name, the certificate."""

MOST_ENTRIES = 1000
"""Targets, exceptions, patterns of one target, ids of one list."""

LEAST_REASON = 10
NEVER = "never"

ID = re.compile(r"(?=.{1,64}$)[a-z0-9]+(-[a-z0-9]+)*")
FUNCTION_ID = re.compile(r"(?=.{1,64}$)[a-z][a-z0-9]*([-_][a-z0-9]+)*")
ACTOR_ID = re.compile(rf"(?:{ID.pattern}|unknown:[a-z0-9][a-z0-9.:_-]{{0,250}})")
"""Whom a report names: an id of the catalogue, or what stands for somebody whom it does not hold."""

EXCEPTION_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
LABEL = re.compile(r"[a-z][a-z0-9_]{0,62}")
"""What a label may be called, so that it can become one of a metric."""

ONE_LINE = re.compile(r"[^\x00-\x1f\x7f]{1,1000}")
FINGERPRINT = re.compile(r"[0-9a-f]{32}")
LIMIT = re.compile(r"<= ?([0-9]{1,9}(?:\.[0-9]{1,3})?) ?([mhdw])")
LIMIT_PATTERN = r"^<= ?[0-9]{1,9}(\.[0-9]{1,3})? ?[mhdw]$"
HOURS_IN = {"m": 1 / 60, "h": 1.0, "d": 24.0, "w": 168.0}
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

_ASSIGNED = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ "
    "CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO "
    "FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE "
    "JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO "
    "MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW "
    "PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM "
    "TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW "
)
COUNTRIES = frozenset(_ASSIGNED.split())
"""Officially assigned codes (ISO 3166-1 alpha-2)."""

OWN_COUNTRY = re.compile("AA|Q[M-Z]|X[A-Z]|ZZ")
"""Codes that ISO 3166-1 leaves to its users, such as XK for Kosovo."""

INSTEAD = {"UK": "write GB", "EL": "write GR", "EU": "name its countries one by one", "SU": "write RU"}
"""Codes that people write and that name no country in ISO 3166-1."""

ROLE_RULES = ("min_score", "min_providers", "allow", "deny", "min_days_left", "max_hours_down")
FUNCTION_RULES = ("min_score", "max_hours_down")
OTHER_RULES = (
    "score.min",
    "providers.deny",
    "parents.deny",
    "parents.max_share",
    "jurisdictions.deny",
    "jurisdictions.allow",
    "jurisdictions.known",
)

Where = tuple[str | int, ...]
"""Keys and positions that lead to a value of the file."""


@dataclass(frozen=True)
class World:
    """What the words of a policy can stand for: ids of providers and companies, of scenarios, of presets, and of the
    rules that need no policy."""

    companies: Set[str]
    scenarios: Sequence[str]
    presets: Sequence[str]
    further_rules: Sequence[str] = ()


# -- single values ----------------------------------------------------------------------------------------


def day(text: str) -> date | None:
    """The day that a text names as YYYY-MM-DD, None if it names none."""
    if not DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def pattern(text: str) -> str:
    """A domain or ``*.`` and a domain, in A-labels and lower case. Raises ``UsageError``."""
    front = "*." if text.strip().startswith("*.") else ""
    return front + host_name(text.strip().removeprefix("*."))


def covers(each: str, domain: str) -> bool:
    """Whether a pattern means a domain, both in A-labels: that name, or with ``*.`` any name under it."""
    return domain.endswith(each[1:]) if each.startswith("*.") else domain == each


def function_id(text: str) -> str:
    """The id of a function, the host of ``web:HOST`` in A-labels. Raises ``UsageError`` for what can be none."""
    if text.startswith("web:"):
        return f"web:{host_name(text.removeprefix('web:'))}"
    if not FUNCTION_ID.fullmatch(text):
        raise UsageError(f"{text[:80]!r} is not a function id", "")
    return text


def country(text: str) -> str:
    """What is wrong with a country code, in words that follow it."""
    if text in COUNTRIES or OWN_COUNTRY.fullmatch(text):
        return ""
    upper = text.upper()
    if upper in COUNTRIES:
        return f"is not written as a country code; write {upper!r} in quotation marks"
    return f"is not a country code (ISO 3166-1, two capital letters); {INSTEAD.get(upper, 'write NO, DE or the like')}"


def _pattern(text: str) -> str:
    bare = text.strip()
    if bare in ("*", "*."):
        return "means every site; put what holds for every site under policy"
    if "*" in bare.removeprefix("*."):
        return "has an asterisk elsewhere than in a leading '*.'; name the domain, or *. and a domain"
    if any(each in bare for each in "/:@?#"):
        return "is a URL or has a port; write the name alone, such as shop.example.com"
    try:
        pattern(bare)
    except UsageError as error:
        return f"cannot be used: {error.message}; {error.hint}"
    return ""


def _exception_target(text: str) -> str:
    return _pattern(text).replace("put what holds for every site under policy", "name the site")


def _reason(text: str) -> str:
    if not ONE_LINE.fullmatch(text):
        return "is not a reason of one line, at most 1000 characters"
    if len(text.strip()) < LEAST_REASON:
        return f"is no reason that a reader could judge; write at least {LEAST_REASON} characters"
    return ""


def _filled(text: str) -> str:
    return "" if ONE_LINE.fullmatch(text) and text.strip() else "says nothing; write one line of text"


def _share(text: str) -> str:
    if 0 < float(text) <= 1:
        return ""
    advice = f"; {text} % is {float(text) / 100:g}" if 1 < float(text) <= 100 else ""
    return f"is not a share above 0, at most 1{advice}"


_PROVIDER = matching(ACTOR_ID, "the id of a provider or company, as reports show it")
_SCORE = between(0, 100, "a score from 0 to 100")
_HOURS = between(0, 1e6, "a number of hours from 0 up")

CHECKS: Checks = {
    (Policy, "notice_hours"): _HOURS,
    **{(each, "min_score"): _SCORE for each in (Policy, RoleDemand, FunctionDemand)},
    **{(each, "max_hours_down"): _HOURS for each in (RoleDemand, FunctionDemand)},
    (RoleDemand, "min_providers"): between(1, 50, "a number of providers from 1 to 50"),
    (RoleDemand, "min_days_left"): between(0, 3650, "a number of days from 0 to 3650"),
    (RoleDemand, "allow"): _PROVIDER,
    (RoleDemand, "deny"): _PROVIDER,
    (Refusal, "reason"): _filled,
    (ParentDemand, "max_share"): _share,
    (JurisdictionDemand, "allow"): country,
    (PolicyTarget, "match"): _pattern,
    (Exemption, "id"): matching(EXCEPTION_ID, "an id such as EX-7: letters, digits and . _ -, at most 64"),
    (Exemption, "target"): _exception_target,
    (Exemption, "reason"): _reason,
    (Exemption, "owner"): _filled,
    (Exemption, "fingerprint"): matching(FINGERPRINT, "a fingerprint of a report: 32 hexadecimal digits"),
}
"""What is asked of a single value."""


# -- values that are written otherwise than they are kept -------------------------------------------------


def _roles(source: Source, node: Node, where: str) -> dict[str, RoleDemand]:
    for key, _ in node.entries or ():
        if key.text is not None and key.text not in ROLES:
            hint = nearest(key.text, ROLES, f"roles are {', '.join(ROLES)}")
            source.refuse(key, f"roles: {key.text[:80]!r} is not a role; {hint}", hint)
    return cast("dict[str, RoleDemand]", build(source, node, dict[str, RoleDemand], where))


def _functions(source: Source, node: Node, where: str) -> dict[str, FunctionDemand]:
    demands: dict[str, FunctionDemand] = {}
    for key, value in entries(source, node, where):
        identity = _function(source, node, key, where)
        if identity in demands:
            source.refuse(key_at(node, (key,)), f"{where}: {identity} stands twice")
        demands[identity] = build(source, value, FunctionDemand, key)
    return demands


def _function(source: Source, node: Node, key: str, where: str) -> str:
    try:
        return function_id(key)
    except UsageError as error:
        hint = error.hint or f"functions are {', '.join(FUNCTIONS)}, web:HOST and those declared under sites"
        source.refuse(key_at(node, (key,)), f"{where}: {error.message}; {hint}", hint)


def _gate(source: Source, node: Node, where: str) -> ScenarioGate:
    """``{scenario: ID, FUNCTION: <= 4h, unknown: fail}``: whatever is no key of its own is a function."""
    own: dict[str, Any] = {"unknown": None, "severity": None}
    kinds = {field: kind for field, kind in kinds_of(ScenarioGate).items() if field != "limits"}
    limits: dict[str, float] = {}
    for key, value in entries(source, node, where):
        if key in kinds:
            own[key] = build(source, value, kinds[key], key)
            continue
        limit = LIMIT.fullmatch(value.text or "")
        if limit is None and key not in FUNCTIONS and not key.startswith("web:"):
            valid = (*kinds, *FUNCTIONS)
            hint = nearest(key, valid, f"valid keys are {', '.join(kinds)} and functions: {', '.join(FUNCTIONS)}")
            source.refuse(key_at(node, (key,)), f"unknown key {key[:80]!r} in {where}; {hint}", hint)
        if limit is None:
            shown = repr(value.text[:80]) if value.text is not None else "a list or mapping"
            hint = "write the longest outage, such as <= 90m, <= 4h or <= 2d"
            source.refuse(value, f"{key}: {shown} is not a limit; {hint}", hint)
        identity = _function(source, node, key, where)
        if identity in limits:
            source.refuse(key_at(node, (key,)), f"{where}: {identity} stands twice")
        limits[identity] = round(float(limit[1]) * HOURS_IN[limit[2]], 6)
    if "scenario" not in own:
        source.refuse(node, f"{where} lacks the key 'scenario'")
    if not limits:
        hint = "add a function and its longest outage, such as web: <= 4h"
        source.refuse(node, f"{own['scenario']}: no limit is given; {hint}", hint)
    return ScenarioGate(limits=limits, **own)


def _day_text(source: Source, node: Node, where: str) -> str:
    """What stands for a day, as it is written: whoever judges takes what is no day for past."""
    if node.text is None or (node.plain and node.text in NULLS):
        hint = "write the last day on which it holds, such as 2027-03-31, or never"
        source.refuse(node, f"{where} must be a day; {hint}", hint)
    if len(node.text) > 100:
        source.refuse(node, f"{where} has {len(node.text)} characters, which is no day")
    return node.text


READERS: Readers = {
    (Policy, "roles"): _roles,
    (Policy, "functions"): _functions,
    ScenarioGate: _gate,
    (Exemption, "expires"): _day_text,
    (Exemption, "review"): _day_text,
}


# -- what does not go together ----------------------------------------------------------------------------


def policies(file: SiteFile) -> Iterator[tuple[Where, Policy | None]]:
    """Every place of a file where a policy can stand, with the policy there."""
    yield ("policy",), file.policy
    yield from ((("targets", position, "policy"), target.policy) for position, target in enumerate(file.targets))


def problems(file: SiteFile, world: World | None) -> Iterator[tuple[Where, str]]:
    """Where the policy part makes no sense, as (where, problem; advice). Names are in A-labels. Without a ``world``
    ids are taken as they are."""
    declared = {function.id for site in file.sites for function in site.functions}
    for place, policy in policies(file):
        if policy is not None:
            yield from of_policy(policy, place, declared, world)
    for key in ("targets", "exceptions"):
        if len(getattr(file, key)) > MOST_ENTRIES:
            yield (key,), f"{key} has {len(getattr(file, key))} entries; at most {MOST_ENTRIES} are read"
    yield from _of_targets(file.targets)
    yield from _of_exceptions(file.exceptions, declared, world)


def of_policy(policy: Policy, at: Where, declared: Set[str], world: World | None) -> Iterator[tuple[Where, str]]:
    """The same for one policy, which stands ``at``."""
    for position, preset in enumerate(policy.extends):
        if world is not None and preset not in world.presets:
            advice = nearest(preset, world.presets, f"presets are {', '.join(world.presets)}")
            yield (*at, "extends", position), f"extends: there is no preset {preset[:80]!r}; {advice}"
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
            yield (*here, "scenario"), f"scenarios: {gate.scenario} stands twice; put its limits into one entry"
        seen.add(gate.scenario)
        if world is not None and gate.scenario not in world.scenarios:
            advice = nearest(gate.scenario, world.scenarios, "hostaudit scenarios list names them")
            yield (*here, "scenario"), f"there is no scenario {gate.scenario[:80]!r}; {advice}"
        for function in gate.limits:
            yield from _of_function(function, (*here, function), declared)


def _of_role(role: str, demand: RoleDemand, at: Where, world: World | None) -> Iterator[tuple[Where, str]]:
    if demand.min_days_left is not None and role not in EXPIRING:
        advice = f"it is for {' and '.join(sorted(EXPIRING))}"
        yield (*at, "min_days_left"), f"min_days_left means nothing for {role}, where nothing expires; {advice}"
    if role in SINGLE and (demand.min_providers or 1) > 1:
        advice = "leave it out, and keep a spare name at another one"
        yield (*at, "min_providers"), f"min_providers: every name has exactly one {role}; {advice}"
    if not demand.independent_by:
        yield (*at, "independent_by"), "independent_by names nothing; leave it out for [parent]"
    for key, ids in (("allow", demand.allow), ("deny", demand.deny)):
        yield from _of_ids(ids, (*at, key), "", world)
    for position, each in enumerate(demand.deny):
        if each in demand.allow:
            yield (*at, "deny", position), f"{each} is both allowed and denied for {role}; leave one of them out"


def _of_function(function: str, at: Where, declared: Set[str]) -> Iterator[tuple[Where, str]]:
    if function in FUNCTIONS or function in declared or function.startswith("web:"):
        return
    advice = nearest(function, (*FUNCTIONS, *declared), "declare it under sites, or write web:HOST for a host")
    yield at, f"{function} is no function; {advice}"


def _of_ids(ids: Sequence[str], at: Where, field: str, world: World | None) -> Iterator[tuple[Where, str]]:
    """Ids outside the catalogue are allowed, as reports show such, unless they look mistyped."""
    seen: set[str] = set()
    if len(ids) > MOST_ENTRIES:
        yield at, f"{at[-1]} has {len(ids)} entries; at most {MOST_ENTRIES} are read"
    for position, each in enumerate(ids):
        here: Where = (*at, position, field) if field else (*at, position)
        if each in seen:
            yield here, f"{at[-1]}: {each} stands twice"
        seen.add(each)
        if problem := _PROVIDER(each):
            yield here, f"{each[:80]!r} {problem}"
        elif world and ":" not in each and each not in world.companies and (like := near(each, world.companies)):
            yield here, f"{each} is not in the catalogue; did you mean {like!r}?"


def _of_jurisdictions(demand: JurisdictionDemand, at: Where) -> Iterator[tuple[Where, str]]:
    seen: set[str] = set()
    for position, each in enumerate(demand.deny):
        here: Where = (*at, "deny", position, "id")
        if problem := country(each.id):
            yield here, f"{each.id[:80]!r} {problem}"
        if each.id in seen:
            yield here, f"deny: {each.id} stands twice"
        seen.add(each.id)
        if each.id in demand.allow:
            yield here, f"{each.id} is both allowed and denied; leave one of them out"


def _of_targets(targets: Sequence[PolicyTarget]) -> Iterator[tuple[Where, str]]:
    seen: dict[str, int] = {}
    for position, target in enumerate(targets):
        at: Where = ("targets", position)
        if not target.match:
            yield (*at, "match"), "match names no site; give domains, or *. and a domain"
        if len(target.match) > MOST_ENTRIES:
            yield (*at, "match"), f"match has {len(target.match)} entries; at most {MOST_ENTRIES} are read"
        for number, each in enumerate(target.match):
            if each in seen:
                yield (*at, "match", number), f"match: {each} stands twice; which target would count?"
            seen[each] = position
        for key, value in target.labels.items():
            if not LABEL.fullmatch(key):
                yield (*at, "labels", key), f"labels: {key[:80]!r} is not a label name; write a-z, 0-9 and _"
            if not ONE_LINE.fullmatch(value):
                yield (*at, "labels", key), f"labels: {key} is not one line of at most 1000 characters"


def _of_exceptions(
    exceptions: Sequence[Exemption], declared: Set[str], world: World | None
) -> Iterator[tuple[Where, str]]:
    seen: set[str] = set()
    for position, each in enumerate(exceptions):
        at: Where = ("exceptions", position)
        if each.id in seen:
            yield (*at, "id"), f"exceptions: the id {each.id} stands twice; give each its own"
        seen.add(each.id)
        if each.expires == NEVER and not each.review:
            yield (*at, "expires"), f"{each.id} never ends; add review: DATE, the day by which somebody looks again"
        if problem := _of_rule(each.rule, declared, world):
            yield (*at, "rule"), f"rule: {each.rule[:80]!r} {problem}"


def _of_rule(rule: str, declared: Set[str], world: World | None) -> str:
    """What is wrong with the rule that an exception names."""
    if rule in ("", "*", "*.*"):
        return "covers everything; name a rule such as dns.min_providers, or dns.*"
    first, _, last = rule.rpartition(".")
    if first == "scenario" or first.startswith("scenario."):
        return _of_gate(rule, declared, world)
    if first.startswith("web:") and last in (*FUNCTION_RULES, "*"):
        return "" if _is_function(first) else "names no host; write it as in a report, such as web:api.example.com"
    families = dict.fromkeys(ROLES, ROLE_RULES) | dict.fromkeys((*FUNCTIONS, *declared), FUNCTION_RULES)
    known = [f"{family}.{each}" for family, rules in families.items() for each in rules]
    known += [*OTHER_RULES, *(world.further_rules if world else ())]
    if rule in known or (last == "*" and any(each.startswith(f"{first}.") for each in known)):
        return ""
    if world is None and ID.fullmatch(rule):
        return ""  # one that asks for no policy
    return f"is not a rule; {nearest(rule, known, 'hostaudit rules list names them')}"


def _of_gate(rule: str, declared: Set[str], world: World | None) -> str:
    _, _, rest = rule.partition(".")
    scenario, _, function = rest.partition(".")
    if scenario == "*" and not function:
        return ""
    if world is not None and scenario not in world.scenarios:
        return f"names no scenario; {nearest(scenario, world.scenarios, 'write scenario.ID.FUNCTION')}"
    if function == "*" or function in FUNCTIONS or function in declared or function.startswith("web:"):
        return ""
    return f"names no function; {nearest(function, (*FUNCTIONS, *declared), 'write scenario.ID.FUNCTION')}"


def _is_function(text: str) -> bool:
    try:
        return function_id(text) == text
    except UsageError:
        return False


# -- names as they are looked up --------------------------------------------------------------------------


def normal(file: SiteFile) -> SiteFile:
    """The file with every pattern in A-labels. Its values must be sound."""
    from msgspec.structs import replace

    return replace(
        file,
        targets=tuple(replace(each, match=tuple(pattern(one) for one in each.match)) for each in file.targets),
        exceptions=tuple(replace(each, target=pattern(each.target)) for each in file.exceptions),
    )


# -- presets ----------------------------------------------------------------------------------------------


class _PresetFile(Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    policy: Policy


def preset(source: Source) -> Preset:
    """A preset from the contents of its file. Raises ``UsageError`` naming file, line and column."""
    source = Source(source.name, source.data, CHECKS, READERS)
    tree = compose(source)
    found = cast(_PresetFile, build(source, tree, _PresetFile))
    if found.policy.extends:
        source.refuse(key_at(tree, ("policy", "extends")), "a preset stands for itself; leave extends out")
    for where, problem in of_policy(found.policy, ("policy",), frozenset(), None):
        source.refuse(key_at(tree, where), problem)
    body = next(value for key, value in tree.entries or () if key.text == "policy")
    return Preset(found.title, found.policy, tuple(path for path, _ in given(body)))


def given(policy: Node) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Which keys a policy sets, with their nodes: ``(min_score,)``, ``(roles, dns, min_providers)``, in order."""
    for key, value in policy.entries or ():
        name = str(key.text)
        if name in ("roles", "functions"):
            for each, below in value.entries or ():
                inner = str(each.text) if name == "roles" else function_id(str(each.text))
                yield from (((name, inner, str(one.text)), one) for one, _ in below.entries or ())
        elif name in ("parents", "jurisdictions"):
            yield from (((name, str(one.text)), one) for one, _ in value.entries or ())
        elif name != "extends":
            yield (name,), key


def companies(providers: Iterable[Any], parents: Iterable[str]) -> frozenset[str]:
    """All ids that a demand may name: providers, the companies above them, and companies on their own."""
    return frozenset({each.id for each in providers} | {each.parent for each in providers if each.parent} | {*parents})
