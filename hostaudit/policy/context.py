"""The context of a rule: one site under one policy, with the values that several checks need, computed once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from hostaudit.analysis.fault_tree.tree import BasicEvent
from hostaudit.analysis.impact.declared_recovery import counting
from hostaudit.analysis.impact.outage import Reading, RecoveryTimes
from hostaudit.analysis.impact.redundancy import Alternatives
from hostaudit.analysis.impact.score import CompanyOutages, company_outages, effective_role, may_conceal
from hostaudit.analysis.site_model import SiteModel
from hostaudit.model.actors import seen_of
from hostaudit.model.policy import Policy
from hostaudit.model.report import Report
from hostaudit.model.roles import ROLES
from hostaudit.model.scenario import Scenario
from hostaudit.model.verdict import Severity
from hostaudit.policy.check import CONFIDENCE, few_of


@dataclass(frozen=True)
class PolicyContext:
    """One site under one policy, in which nothing is taken for the owner's own on a guess. ``guessed``: something is in
    the report that is shown. ``day``: of judging, UTC; if None, the days until something expires are unknown.
    ``scenarios``: those that the policy names, by id. ``fail_on``: the severity from which single points of failure
    fail, None if none of them does. ``mail_before``: see ``Criteria``."""

    case: SiteModel
    report: Report
    policy: Policy
    day: date | None
    scenarios: Mapping[str, Scenario]
    fail_on: Severity | None = None
    mail_before: str = ""
    guessed: bool = False

    @property
    def domain(self) -> str:
        """The domain of the site."""
        return self.report.target.domain

    @cached_property
    def alternatives(self) -> Alternatives:
        """The alternatives in each role."""
        return Alternatives(self.case)

    @cached_property
    def clock(self) -> RecoveryTimes:
        """Times to recover, with the notice that the policy assumes and what the owner declares."""
        rules = self.case.rules
        notice = self.policy.notice_hours or 0.0
        return RecoveryTimes(rules.recovery, rules.scoring.full_harm_hours, notice, counting(self.case))

    @cached_property
    def _outages(self) -> dict[Reading, CompanyOutages]:
        return {}

    def company_outages(self, reading: Reading) -> CompanyOutages:
        """Return the outages that the end of each company causes, in one reading of the unknown basic events."""
        if reading not in self._outages:
            self._outages[reading] = company_outages(self.case.tree, self.clock, reading)
        return self._outages[reading]

    @property
    def aside(self) -> str:
        """Return a sentence, after another one, where a score is higher in the report for a guess; else empty."""
        return " What looks like the site's own counts as another company's here." if self.guessed else ""

    @cached_property
    def own(self) -> frozenset[str]:
        """The companies that are the owner of the site: he is no provider, and holds no share as a company."""
        return frozenset(each for leaf in self.leaves if leaf.own for each in leaf.domains.get("parent", ()))

    @cached_property
    def leaves(self) -> tuple[BasicEvent, ...]:
        """Every basic event on which a function rests now, or whose loss degrades it."""
        tree = self.case.tree
        roots = [f.root for f in tree.functions if f.counts]
        worse = [node for f in tree.functions if f.counts for node in f.degraded_by]
        return tuple(tree.leaves[name] for name in sorted(tree.below(*roots, *worse)) if name in tree.leaves)

    def leaves_of(self, role: str) -> tuple[BasicEvent, ...]:
        """Return the basic events of one role on which a function rests now, or whose loss degrades it."""
        return tuple(leaf for leaf in self.leaves if effective_role(leaf) == role)

    def hidden(self, role: str = "") -> tuple[BasicEvent, ...]:
        """Return the unknown basic events that may conceal a provider, in one role or in any."""
        roles = (role,) if role else ROLES
        found = [leaf for leaf in self.leaves if any(may_conceal(leaf, each) for each in roles)]
        if role in ("", "page"):
            # A page that was not read conceals third parties, on which no function rests.
            unread = [item for item in self.case.evidence.of("page") if item.unknown is not None]
            found += [BasicEvent({}, "page", item.subject, (item.id,), certainty="unknown") for item in unread]
        return tuple(found)

    def title(self, role: str) -> str:
        """Return the name of a role, for people."""
        text = self.case.rules.roles.get(role)
        return text.title.partition(",")[0] if text is not None else role

    def confidence(self, providers: Iterable[str]) -> float:
        """Return the confidence of the least certain attribution of these providers, 0 to 1."""
        named = set(providers)
        return min((each.confidence for each in self.report.dependencies if each.provider in named), default=CONFIDENCE)

    def called(self, provider: str) -> str:
        """Return the name of a provider, for people; for one outside the catalogue, the name that was seen."""
        name = self.case.tree.names.get(("provider", provider), "") or self.case.attribution.provider_name(provider)
        return seen_of(name)


def open_questions(leaves: Iterable[BasicEvent]) -> str:
    """Return the first few roles and subjects that are unknown."""
    return few_of(f"{leaf.role.replace('_', ' ')} {leaf.subject}" for leaf in leaves)


def reasons(leaves: Iterable[BasicEvent]) -> tuple[str, ...]:
    """Return the evidence of some basic events, sorted."""
    return tuple(sorted({each for leaf in leaves for each in leaf.because}))
