"""The demands of a team on its sites: the policy part of ``hostaudit.yaml``, version 1.

A demand that is left out is not made. A demand on a score is compared with its low end. The ``Key`` of each key has its
meaning, its allowed values and the rule that it demands; reading, the schema for editors and the checks are derived
from that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

from msgspec import Struct
from msgspec.structs import fields

from hostaudit.model.roles import EXPIRING
from hostaudit.model.verdict import Severity, UnknownMode

POLICY_SCHEMA: Literal["hostaudit.policy/1"] = "hostaudit.policy/1"

Axis = Literal["provider", "parent", "account", "asn", "prefix", "tld", "jurisdiction"]
"""The properties in which two providers of a role must differ to count as two."""

# -- keys -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Range:
    """The numbers from ``least`` to ``most``, both included; ``words`` complete "is not ...". ``most`` is left out of
    the schema unless it is ``stated``: some bounds only exclude nonsense."""

    least: float
    most: float
    words: str
    stated: bool = True


ValueKind = Literal["actors", "countries", "share"]
"""Values that are not in a ``Range``: ids of providers and companies, country codes, a share above 0 and at most 1."""


@dataclass(frozen=True)
class Key:
    """A key of a policy. ``meaning`` describes it to an editor. ``rule`` is the id of the check that it demands, empty
    for a key that only modifies demands. ``roles`` are those to which it applies, empty for all; ``otherwise`` is what
    the other roles lack."""

    meaning: str
    values: Range | ValueKind | None = None
    rule: str = ""
    roles: tuple[str, ...] = ()
    otherwise: str = ""


SCORE = Range(0, 100, "a score from 0 to 100")
HOURS = Range(0, 1e6, "a number of hours from 0 up", stated=False)

# -- demands ----------------------------------------------------------------------------------------------


class RoleDemand(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Demands on one role. ``min_providers`` counts those that differ in every axis of ``independent_by``.
    ``min_days_left`` is for registrar (expiry of the name) and ca (notAfter). ``allow`` and ``deny`` hold ids of
    providers or parents."""

    min_score: Annotated[
        float | None,
        Key("The least score of the role, of which the low end counts.", SCORE, "ROLE.min_score"),
    ] = None
    min_providers: Annotated[
        int | None,
        Key(
            "How many providers there must be that differ in all that independent_by names.",
            Range(1, 50, "a number of providers from 1 to 50"),
            "ROLE.min_providers",
        ),
    ] = None
    independent_by: Annotated[
        tuple[Axis, ...], Key("In what two providers must differ to count as two; parent if left out.")
    ] = ("parent",)
    allow: Annotated[
        tuple[str, ...],
        Key("The only providers or companies that may fill the role, by their ids.", "actors", "ROLE.allow"),
    ] = ()
    deny: Annotated[
        tuple[str, ...],
        Key("Providers or companies that may not fill the role, by their ids.", "actors", "ROLE.deny"),
    ] = ()
    min_days_left: Annotated[
        int | None,
        Key(
            "For registrar and ca: the least days until the name or the certificate expires.",
            Range(0, 3650, "a number of days from 0 to 3650"),
            "ROLE.min_days_left",
            roles=EXPIRING,
            otherwise="where nothing expires",
        ),
    ] = None
    max_hours_down: Annotated[
        float | None,
        Key(
            "The longest outage, in hours, that one company may cause by leaving this role.",
            HOURS,
            "ROLE.max_hours_down",
        ),
    ] = None
    unknown: Annotated[UnknownMode | None, Key("What the rules of this role become whose answer is unknown.")] = None
    severity: Annotated[Severity | None, Key("How bad it is if one of them fails.")] = None


class FunctionDemand(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Demands on one function: its score, and the longest outage that one company may cause."""

    min_score: Annotated[
        float | None,
        Key("The least score of the function, of which the low end counts.", SCORE, "FUNCTION.min_score"),
    ] = None
    max_hours_down: Annotated[
        float | None,
        Key(
            "The longest outage of the function, in hours, that one company may cause.",
            HOURS,
            "FUNCTION.max_hours_down",
        ),
    ] = None
    unknown: Annotated[UnknownMode | None, Key("What the rules of this function become whose answer is unknown.")] = (
        None
    )
    severity: Annotated[Severity | None, Key("How bad it is if one of them fails.")] = None


class Refusal(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A provider, company or country that must not occur, with the reason."""

    id: Annotated[str, Key("Who, by the id of a provider or company, or a country code in quotation marks.")]
    reason: Annotated[str, Key("Why, in a line.")] = ""


class ParentDemand(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """``max_share``: the largest share, 0 to 1, of the site's legs that one company may have."""

    deny: Annotated[
        tuple[Refusal, ...],
        Key("Companies that must not be in control of any provider of the site.", rule="parents.deny"),
    ] = ()
    max_share: Annotated[
        float | None,
        Key(
            "The largest share of the legs of the site, above 0 and at most 1, that one company may hold.",
            "share",
            "parents.max_share",
        ),
    ] = None
    unknown: Annotated[UnknownMode | None, Key("What these rules become whose answer is unknown.")] = None
    severity: Annotated[Severity | None, Key("How bad it is if one of them fails.")] = None


class JurisdictionDemand(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Countries (ISO 3166-1) of controlling companies: those refused, or the only ones allowed. ``known``: that of
    every company must be known."""

    deny: Annotated[tuple[Refusal, ...], Key("Countries of which no company may be.", rule="jurisdictions.deny")] = ()
    allow: Annotated[
        tuple[str, ...],
        Key(
            "The only countries of which companies may be: ISO 3166-1 codes in quotation marks.",
            "countries",
            "jurisdictions.allow",
        ),
    ] = ()
    known: Annotated[bool, Key("Whether the country of every company must be known.", rule="jurisdictions.known")] = (
        False
    )
    unknown: Annotated[UnknownMode | None, Key("What these rules become whose answer is unknown.")] = None
    severity: Annotated[Severity | None, Key("How bad it is if one of them fails.")] = None


class ScenarioGate(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The longest outage per function, in hours, when a recorded scenario happens to the site. Written
    ``{scenario: parler-2021, web: <= 4h}``."""

    scenario: Annotated[str, Key("The id of a recorded incident, as hostaudit scenarios list names it.")]
    limits: Annotated[dict[str, float], Key("The longest outage of this function, such as <= 90m, <= 4h or <= 2d.")]
    unknown: Annotated[UnknownMode | None, Key("What this gate becomes if its answer is unknown.")] = None
    severity: Annotated[Severity | None, Key("How bad it is if it fails.")] = None


class Policy(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """All demands. ``extends`` names presets; a later one, and the file itself, go before earlier ones key by key.
    ``notice_hours`` is the notice that a provider is assumed to give."""

    extends: Annotated[
        tuple[str, ...], Key("Presets to begin with, a later one going before an earlier one key by key.")
    ] = ()
    unknown: Annotated[
        UnknownMode | None,
        Key("What a rule becomes whose answer is unknown: exit 3, exit 1, or a word of warning."),
    ] = None
    notice_hours: Annotated[
        float | None, Key("Hours of notice that a provider is assumed to give before it ends service.", HOURS)
    ] = None
    min_score: Annotated[
        float | None, Key("The least score, 0 to 100, of which the low end counts.", SCORE, "score.min")
    ] = None
    roles: Annotated[dict[str, RoleDemand], Key("Demands on one role each, such as dns or hosting.")] = {}
    functions: Annotated[
        dict[str, FunctionDemand], Key("Demands on one function each: built-in, declared under sites, or web:HOST.")
    ] = {}
    providers: Annotated[
        tuple[Refusal, ...],
        Key(
            "Providers that must not occur in any role; a list replaces that of a preset.",
            rule="providers.deny",
        ),
    ] = ()
    parents: Annotated[ParentDemand, Key("Demands on the companies in control of the providers.")] = ParentDemand()
    jurisdictions: Annotated[JurisdictionDemand, Key("Demands on the countries of these companies.")] = (
        JurisdictionDemand()
    )
    scenarios: Annotated[
        tuple[ScenarioGate, ...],
        Key(
            "Recorded incidents and the longest outage that each may cause; a list replaces that of a preset.",
            rule="scenario.ID.FUNCTION",
        ),
    ] = ()


class PolicyTarget(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Sites that belong together: names, or ``*.example.com`` for all names under one. ``policy`` goes before that of
    the file key by key."""

    match: Annotated[
        tuple[str, ...],
        Key("Domains, or *.example.com for all names under that one; the pattern that says most counts."),
    ]
    labels: Annotated[dict[str, str], Key("Words for reports and metrics, such as owner and tier.")] = {}
    policy: Annotated[
        Policy | None,
        Key("What is demanded of these sites, which goes before the policy of the file key by key."),
    ] = None


class Exemption(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An exception. It covers a rule (``dns.min_providers``, ``dns.*``) at a target until the end of the day
    ``expires`` (UTC), or for good with ``never`` and a day of ``review``. An invalid day counts as past. An unknown
    result is covered only with ``allow_unknown``; ``fingerprint`` pins one finding."""

    id: Annotated[str, Key("A name of your choice, such as EX-7.")]
    rule: Annotated[str, Key("The rule that is excepted, such as dns.min_providers, or dns.* for all of a role.")]
    target: Annotated[str, Key("The domain for which, or *.example.com for all names under that one.")]
    reason: Annotated[str, Key("Why it is accepted, for whoever reads this in a year.")]
    owner: Annotated[str, Key("Who answers for it.")]
    expires: Annotated[
        str, Key("The last day on which it holds (YYYY-MM-DD, UTC), or never; what is no day counts as past.")
    ]
    review: Annotated[str, Key("For never: the day by which somebody looks at it again.")] = ""
    fingerprint: Annotated[str, Key("The fingerprint of one finding, if it alone is meant.")] = ""
    allow_unknown: Annotated[bool, Key("Whether a finding is covered too that is unknown.")] = False


class Preset(Struct, frozen=True, forbid_unknown_fields=True):
    """A policy that is shipped with hostaudit (``rules/presets/*.yaml``). ``given``: the paths of the keys that it
    sets, such as ``(roles, dns, min_providers)``."""

    title: str
    policy: Policy
    given: tuple[tuple[str, ...], ...]


class EffectivePolicy(Struct, frozen=True):
    """The demands on one site, from a file and its presets together.

    ``origins``: by key, such as ``roles.dns.min_providers``, the place of its value: ``preset:NAME``, ``FILE:LINE`` or
    ``default``. ``source`` and ``line``: the place of the target or else of the policy, for tools that show it.
    ``matched``: the pattern by which a target was chosen. Without ``stated`` the file demands nothing of this site.
    ``lines``: by rule, the line of its demand in the file itself.
    """

    schema: Literal["hostaudit.policy/1"]
    target: str
    source: str
    line: int
    stated: bool
    matched: str
    labels: dict[str, str]
    extends: tuple[str, ...]
    policy: Policy
    origins: dict[str, str]
    exceptions: tuple[Exemption, ...]
    lines: dict[str, int] = {}


# -- the keys as a table ----------------------------------------------------------------------------------

ANY = "*"
"""A part of the path of a key that stands for any role, or any function."""


class RuleKey(NamedTuple):
    """A key that demands a rule, and its path in a policy, such as ``(roles, *, min_providers)``. A value equal to
    ``default`` demands nothing."""

    path: tuple[str, ...]
    key: Key
    default: Any


KEYED = (
    Policy, RoleDemand, FunctionDemand, Refusal, ParentDemand, JurisdictionDemand, ScenarioGate, PolicyTarget,
    Exemption,
)  # fmt: skip
"""The records that people write, all of whose fields have a ``Key``."""


def keys_of(kind: type[Struct]) -> dict[str, Key]:
    """Return the ``Key`` of every field of a record in which all fields have one, in the order of the fields."""
    hints = get_type_hints(kind, include_extras=True)
    return {name: get_args(hints[name])[1] for name in kind.__struct_fields__}


def rule_at(path: tuple[str, ...]) -> str:
    """Return the id, in findings, of the rule that a key of a policy demands: ``dns.min_providers`` for ``roles``,
    ``dns``, ``min_providers``; empty if it demands none."""
    for rule, each in rule_keys().items():
        if len(path) == 3 and each.path == (path[0], ANY, path[2]):
            return f"{path[1]}.{path[2]}"
        if each.path == path:
            return rule
    return ""


@cache
def rule_keys() -> dict[str, RuleKey]:
    """Return, by id of the rule, the key that demands it, in the order of declaration."""
    return {each.key.rule: each for each in _rule_keys(Policy, ())}


def _rule_keys(kind: type[Struct], path: tuple[str, ...]) -> Iterator[RuleKey]:
    hints = get_type_hints(kind)
    for field, key in zip(fields(kind), keys_of(kind).values(), strict=True):
        hint = hints[field.name]
        inner = get_args(hint)[1] if get_origin(hint) is dict else hint
        if key.rule:
            yield RuleKey((*path, field.name), key, field.default)
        elif isinstance(inner, type) and issubclass(inner, Struct):
            yield from _rule_keys(inner, (*path, field.name, *((ANY,) if inner is not hint else ())))
