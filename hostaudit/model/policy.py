"""What a team demands of its sites: the policy part of ``hostaudit.yaml``, version 1.

A demand that is left out is not made. Whatever compares with a score compares with its low end.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

POLICY_SCHEMA: Literal["hostaudit.policy/1"] = "hostaudit.policy/1"

UnknownMode = Literal["inconclusive", "fail", "warn"]
"""What a rule becomes whose answer is unknown: exit 3, exit 1, or a word of warning."""

Severity = Literal["low", "medium", "high", "critical"]
Axis = Literal["provider", "parent", "account", "asn", "prefix", "tld", "jurisdiction"]
"""In what two providers of a role must differ to count as two."""


class RoleDemand(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Demands on one role. ``min_providers`` counts those that differ in every axis of ``independent_by``.
    ``min_days_left`` is for registrar (expiry of the name) and ca (notAfter). ``allow`` and ``deny`` hold ids of
    providers or parents."""

    min_score: float | None = None
    min_providers: int | None = None
    independent_by: tuple[Axis, ...] = ("parent",)
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    min_days_left: int | None = None
    max_hours_down: float | None = None
    unknown: UnknownMode | None = None
    severity: Severity | None = None


class FunctionDemand(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Demands on one function: its score, and the longest outage that one company may cause."""

    min_score: float | None = None
    max_hours_down: float | None = None
    unknown: UnknownMode | None = None
    severity: Severity | None = None


class Refusal(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Somebody, or a country, that may not occur, and why."""

    id: str
    reason: str = ""


class ParentDemand(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """``max_share``: the largest share, 0 to 1, of the site's legs that one company may hold."""

    deny: tuple[Refusal, ...] = ()
    max_share: float | None = None
    unknown: UnknownMode | None = None
    severity: Severity | None = None


class JurisdictionDemand(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Countries (ISO 3166-1) of controlling companies: those refused, or the only ones allowed. ``known``: that of
    every company must be known."""

    deny: tuple[Refusal, ...] = ()
    allow: tuple[str, ...] = ()
    known: bool = False
    unknown: UnknownMode | None = None
    severity: Severity | None = None


class ScenarioGate(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The longest outage per function, in hours, when a recorded scenario happens to the site. Written
    ``{scenario: parler-2021, web: <= 4h}``."""

    scenario: str
    limits: dict[str, float]
    unknown: UnknownMode | None = None
    severity: Severity | None = None


class Policy(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Everything that is demanded. ``extends`` names presets; a later one, and the file itself, go before earlier
    ones key by key. ``notice_hours`` is the notice that a provider is assumed to give."""

    extends: tuple[str, ...] = ()
    unknown: UnknownMode | None = None
    notice_hours: float | None = None
    min_score: float | None = None
    roles: dict[str, RoleDemand] = {}
    functions: dict[str, FunctionDemand] = {}
    providers: tuple[Refusal, ...] = ()
    parents: ParentDemand = ParentDemand()
    jurisdictions: JurisdictionDemand = JurisdictionDemand()
    scenarios: tuple[ScenarioGate, ...] = ()


class PolicyTarget(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Sites that belong together: names, or ``*.example.com`` for all names under one. ``policy`` goes before that of
    the file key by key."""

    match: tuple[str, ...]
    labels: dict[str, str] = {}
    policy: Policy | None = None


class Exemption(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An exception. It covers a rule (``dns.min_providers``, ``dns.*``) at a target until the end of the day
    ``expires`` (UTC), or for good with ``never`` and a day of ``review``. What is not a day counts as past. An unknown
    result is covered only with ``allow_unknown``; ``fingerprint`` pins one finding."""

    id: str
    rule: str
    target: str
    reason: str
    owner: str
    expires: str
    review: str = ""
    fingerprint: str = ""
    allow_unknown: bool = False


class Preset(Struct, frozen=True, forbid_unknown_fields=True):
    """A policy that comes with hostaudit (``rules/presets/*.yaml``). ``given``: the paths of the keys that it sets,
    such as ``(roles, dns, min_providers)``."""

    title: str
    policy: Policy
    given: tuple[tuple[str, ...], ...]


class EffectivePolicy(Struct, frozen=True):
    """What is demanded of one site, everything that a file and its presets say of it taken together.

    ``origins``: by key, such as ``roles.dns.min_providers``, where its value stands: ``preset:NAME``, ``FILE:LINE`` or
    ``default``. ``source`` and ``line``: the target or else the policy, for whoever wants to point at it. ``matched``:
    the pattern by which a target was chosen. Without ``stated`` the file demands nothing of this site.
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
