"""The rules: providers, companies, and the constants and texts of judgement, as in the files in ``rules/``."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from hostaudit.model.policy import (
    Preset,
)
from hostaudit.model.roles import BROAD, EXPIRING, FUNCTION_CODES, ROLE_CODES
from hostaudit.model.verdict import Severity

FeedFormat = Literal[
    "aws", "azure", "cidr-list", "cloudfront", "fastly", "geofeed", "github-meta", "google", "oracle",
]  # fmt: skip
"""Formats of published address ranges; ``geofeed`` is RFC 8805, ``cidr-list`` one range per line."""


class HeaderClue(Struct, frozen=True, forbid_unknown_fields=True):
    """A response header that identifies its sender. ``pattern`` is a regular expression that is searched in the value,
    without regard to case. A ``weak`` one never attributes alone."""

    name: str
    pattern: str
    weak: bool = False


class Upstream(Struct, frozen=True, forbid_unknown_fields=True):
    """Another product without which this one does not work. ``source``: the source of this fact. ``roles``: those in
    which it is so, if not in all."""

    on: str
    source: str
    note: str = ""
    roles: tuple[str, ...] = ()

    def holds(self, role: str) -> bool:
        """Return True if a provider rests on this in a ``role`` of a dependency."""
        return not self.roles or any(role in (each, BROAD.get(each)) for each in self.roles)


class Feed(Struct, frozen=True, forbid_unknown_fields=True):
    """Address ranges that a provider publishes. ``services`` are the labels in the feed that stand for this provider;
    none means all that no other provider names."""

    url: str
    format: FeedFormat
    services: tuple[str, ...] = ()


class Sources(Struct, frozen=True, forbid_unknown_fields=True):
    """The sources of a provider's facts, by group: ``company`` (name, parent, jurisdiction), ``networks`` (AS numbers,
    ranges, holders), ``names`` (host names of every kind), ``headers``, ``certificates`` (issuers, CAA) and
    ``registration`` (registrar ids and names, top-level domains), ``claimable``. Each is a label of
    ``rules/sources.yaml``, the address of a page, or a few words about the place and time."""

    company: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    registration: tuple[str, ...] = ()
    claimable: tuple[str, ...] = ()


class Publication(Struct, frozen=True, forbid_unknown_fields=True):
    """The publication behind a one-word label in ``sources`` (``rules/sources.yaml``). ``date`` is that of the copy
    that was read, ``address`` its public address."""

    title: str
    date: str
    licence: str
    address: str


class Parent(Struct, frozen=True, forbid_unknown_fields=True):
    """A company that controls providers. ``parent`` is the operating company that controls it in turn;
    ``jurisdiction`` is the ISO 3166-1 code of its country; ``basis`` is the source of both facts, ``read`` the year or
    day on which that was read, ``since`` the one since which the owner has been that. ``investor`` is a fund that holds
    most of it: two companies of one fund do not act together, so it joins nobody."""

    name: str
    jurisdiction: str | None = None
    basis: str = ""
    parent: str = ""
    since: str = ""
    read: str = ""
    investor: str = ""


class Samples(Struct, frozen=True, forbid_unknown_fields=True):
    """Self-test of a catalogue record: clue strings such as ``ns ns-1.awsdns-00.com`` or ``asn 16509``."""

    matches: tuple[str, ...]
    not_matches: tuple[str, ...] = ()


class Provider(Struct, frozen=True, forbid_unknown_fields=True):
    """One product of one company, as the catalogue knows it (``rules/providers/<id>.yaml``).

    Suffixes match on label boundaries only. Patterns are for numbered families and must match a whole name.
    ``account`` is the product under whose customer account this one is sold, if not its own: closing the account ends
    both. ``regions`` are patterns over host names whose one group is the region; ``usual`` are the roles in which this
    provider is well known; ``sold`` is false for a provider that serves only itself. ``ended`` is the day (or month, or
    year) on which the service ended: nobody can buy it, and what still points there is told.
    ``claimable`` are suffixes under which a name that does not exist can be taken by any customer.
    ``jurisdiction`` is the ISO 3166-1 code of the country of the company with which customers have their contract, not
    of its servers, and ``basis`` the source of that; a provider without one has that of the last company above it.
    ``since`` and ``read``: since when ``parent`` owns it, and when that was read; ``investor``: see ``Parent``.
    """

    id: str
    name: str
    roles: tuple[str, ...]
    samples: Samples
    parent: str = ""
    jurisdiction: str | None = None
    basis: str = ""
    since: str = ""
    read: str = ""
    investor: str = ""
    ended: str = ""
    sources: Sources = Sources()
    asns: tuple[int, ...] = ()
    ranges: tuple[str, ...] = ()
    ns: tuple[str, ...] = ()
    ns_patterns: tuple[str, ...] = ()
    cname: tuple[str, ...] = ()
    cname_patterns: tuple[str, ...] = ()
    mx: tuple[str, ...] = ()
    ptr: tuple[str, ...] = ()
    spf: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    headers: tuple[HeaderClue, ...] = ()
    issuers: tuple[str, ...] = ()
    caa: tuple[str, ...] = ()
    registrar_ids: tuple[str, ...] = ()
    registrar_names: tuple[str, ...] = ()
    registry_names: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    tlds: tuple[str, ...] = ()
    account: str = ""
    regions: tuple[str, ...] = ()
    claimable: tuple[str, ...] = ()
    feeds: tuple[Feed, ...] = ()
    depends_on: tuple[Upstream, ...] = ()
    usual: tuple[str, ...] = ()
    sold: bool = True
    note: str = ""

    def serves(self, role: str) -> bool:
        """Return True if this provider can fill a ``role`` of a dependency."""
        return any(role in (each, BROAD.get(each)) for each in self.roles)


class Recovery(Struct, frozen=True, forbid_unknown_fields=True):
    """Hours until a function works again after the loss of the operator in this role, if there is no standby.

    ``notice_shortens`` false: work before the loss shortens nothing, because the other side alone decides. ``cases``:
    the recorded cases behind the numbers, none if they are a judgement; ``famous``: these are cases that the press told
    of, which may well have lasted longer than most."""

    low: float
    usual: float
    high: float
    why: str
    source: str
    notice_shortens: bool = True
    cases: int = 0
    famous: bool = False


class Scoring(Struct, frozen=True, forbid_unknown_fields=True):
    """The constants of the score (``rules/scoring.yaml``)."""

    weights: dict[str, float]
    full_harm_hours: float
    name_only_weight: float
    further_weight: float
    named_host_weight: float


class RuleText(Struct, frozen=True, forbid_unknown_fields=True):
    """The text of one rule, or of a family for every role (``ROLE.min_score``) or function (``FUNCTION...``).

    ``risk``: the harm if it is not met; ``how``: the method of the check; ``write``: the demand in a policy.
    ``code`` is what people quote. A text for every role or function gives a ``number`` instead, by which each has a
    code of its own (``codes``: HA-DNS-002 for ``dns``), and ``code`` is that of all others. ``expiring``: only roles in
    which something has a last day are asked.
    """

    id: str
    title: str
    risk: str
    how: str
    fix: str
    source: str
    severity: Severity
    code: str = ""
    number: str = ""
    expiring: bool = False
    write: str = ""

    @property
    def codes(self) -> dict[str, str]:
        """By role or function, the code of this rule; empty if it has one code for all."""
        if not self.number:
            return {}
        parts = ROLE_CODES if self.id.startswith("ROLE.") else FUNCTION_CODES
        return {key: f"HA-{part}-{self.number}" for key, part in parts.items() if not self.expiring or key in EXPIRING}


class RoleText(Struct, frozen=True, forbid_unknown_fields=True):
    """The description of a role, for people: what stops without it, how it is seen, and how to use several parties."""

    title: str
    risk: str
    seen: str
    fix: str


class Rules(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that judgement needs besides evidence. ``version`` is a digest of the files of the rules."""

    version: str
    providers: tuple[Provider, ...]
    parents: dict[str, Parent]
    recovery: dict[str, Recovery]
    scoring: Scoring
    checks: dict[str, RuleText] = {}
    roles: dict[str, RoleText] = {}
    presets: dict[str, Preset] = {}
    sources: dict[str, Publication] = {}
