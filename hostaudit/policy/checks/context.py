"""What evaluators stand on, and what they answer with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from hostaudit.analysis.fault_tree.tree import BasicEvent
from hostaudit.analysis.impact.outage import Clock, Reading
from hostaudit.analysis.impact.redundancy import Alternatives
from hostaudit.analysis.impact.score import Reckoning, hides, reckon
from hostaudit.analysis.site_model import SiteModel
from hostaudit.model.policy import FunctionDemand, Policy, RoleDemand, Severity, UnknownMode
from hostaudit.model.report import Report
from hostaudit.model.roles import ROLES
from hostaudit.model.rules import Check
from hostaudit.model.scenario import Scenario

Outcome = Literal["pass", "fail", "unknown"]

PLENTY = 1000.0
"""A count or a length of time from here on is told as "any number"."""


@dataclass(frozen=True)
class Answer:
    """What a rule finds. ``key`` is the role or function that chooses its code; ``severity`` and ``unknown`` go before
    those of the rule and of the policy."""

    rule: str
    outcome: Outcome
    subject: str
    message: str
    key: str = ""
    role: str = ""
    provider: str = ""
    because: tuple[str, ...] = ()
    severity: Severity | None = None
    unknown: UnknownMode | None = None
    confidence: float = 0.9


class Ground:
    """One site under one policy, with what several evaluators need worked out once."""

    def __init__(
        self,
        case: SiteModel,
        report: Report,
        policy: Policy,
        day: date | None,
        scenarios: Mapping[str, Scenario],
        fail_on: Severity | None = None,
    ) -> None:
        """``day``: of judging, UTC; None leaves the days until something runs out unknown."""
        self.case = case
        self.report = report
        self.policy = policy
        self.day = day
        self.scenarios = scenarios
        self.fail_on = fail_on
        self.domain = report.target.domain
        self.alternatives = Alternatives(case)
        scoring = case.rules.scoring
        self.clock = Clock(case.rules.recovery, scoring.full_harm_hours, policy.notice_hours or 0.0)
        self._reckoned: dict[Reading, Reckoning] = {}

    def reckoning(self, reading: Reading) -> Reckoning:
        """What each company's end does in one reading."""
        if reading not in self._reckoned:
            self._reckoned[reading] = reckon(self.case.tree, self.clock, reading)
        return self._reckoned[reading]

    def roles(self) -> Iterator[tuple[str, RoleDemand]]:
        """The demands on roles, in a fixed order."""
        yield from sorted(self.policy.roles.items())

    def functions(self) -> Iterator[tuple[str, FunctionDemand]]:
        """The demands on functions, in a fixed order."""
        yield from sorted(self.policy.functions.items())

    @cached_property
    def leaves(self) -> tuple[BasicEvent, ...]:
        """Everybody on whom a function rests now, or whose loss leaves it worse."""
        tree = self.case.tree
        roots = [f.root for f in tree.functions if f.applies != "no"]
        worse = [node for f in tree.functions if f.applies != "no" for node in f.degraded_by]
        return tuple(tree.leaves[name] for name in sorted(tree.below(*roots, *worse)) if name in tree.leaves)

    def hidden(self, role: str = "") -> tuple[BasicEvent, ...]:
        """The open questions behind which somebody may stand, in one role or in any."""
        roles = (role,) if role else ROLES
        found = [leaf for leaf in self.leaves if any(hides(leaf, each) for each in roles)]
        if role in ("", "page"):
            # A page that was not read hides third parties, whom no function rests on.
            unread = [item for item in self.case.evidence.of("page") if item.unknown is not None]
            found += [BasicEvent({}, "page", item.subject, (item.id,), certainty="unknown") for item in unread]
        return tuple(found)

    def title(self, role: str) -> str:
        """What people call a role."""
        text = self.case.rules.roles.get(role)
        return text.title.partition(",")[0] if text is not None else role

    def confidence(self, providers: Iterable[str]) -> float:
        """How sure the least sure attribution of these providers is, 0 to 1."""
        named = set(providers)
        return min((each.confidence for each in self.report.dependencies if each.provider in named), default=0.9)

    def called(self, provider: str) -> str:
        """What a person calls a provider, one that the catalogue does not know by what was seen of it."""
        name = self.case.tree.names.get(("provider", provider), "") or self.case.attribution.provider_name(provider)
        return name.removeprefix("unknown:")


def compared(low: float, high: float, least: float) -> Outcome:
    """An interval against the least that is demanded."""
    return "pass" if low >= least else "fail" if high < least else "unknown"


def compared_most(low: float, high: float, most: float) -> Outcome:
    """An interval against the most that is allowed."""
    return "pass" if high <= most else "fail" if low > most else "unknown"


def number(value: float) -> str:
    """A number without a needless fraction."""
    return f"{value:g}" if abs(value) < 1e6 else f"{value:.0f}"


def between(low: float, high: float) -> str:
    """``2``, ``1 to 2``, ``1 or more``."""
    if high >= PLENTY:
        return "any number" if low >= PLENTY else f"{number(low)} or more"
    return number(low) if low == high else f"{number(low)} to {number(high)}"


def few(words: Iterable[str], most: int = 4) -> str:
    """The first few of a list and how many more there are."""
    listed = list(dict.fromkeys(words))
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more


def open_questions(leaves: Iterable[BasicEvent]) -> str:
    """What could not be learnt, in a few words."""
    return few(f"{leaf.role.replace('_', ' ')} {leaf.subject}" for leaf in leaves)


def reasons(leaves: Iterable[BasicEvent]) -> tuple[str, ...]:
    """The evidence behind some leaves."""
    return tuple(sorted({each for leaf in leaves for each in leaf.because}))


def fingerprint(rule: str, domain: str, role: str, subject: str, provider: str) -> str:
    """What stays the same while rule, target, role, subject and provider do: 32 hexadecimal digits."""
    return hashlib.sha256("\0".join((rule, domain, role, subject, provider)).encode()).hexdigest()[:32]


def code(check: Check | None, key: str) -> str:
    """What people quote for a rule of one role or function."""
    return (check.codes.get(key) or check.code) if check is not None else ""
