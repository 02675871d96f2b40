"""Rules explained, and the documents of ``hostaudit rules``, ``explain`` and ``policy test``."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from hostaudit.model.policy import EffectivePolicy
from hostaudit.model.report import RECEIVES_MAIL, Hours
from hostaudit.model.roles import Role
from hostaudit.model.site import Site
from hostaudit.model.verdict import Outcome, Severity, UnknownMode, Verdict

RULEBOOK_SCHEMA: Literal["hostaudit.rules/1"] = "hostaudit.rules/1"
MAIL: Role = "mail"
EXPLANATION_SCHEMA: Literal["hostaudit.explanation/1"] = "hostaudit.explanation/1"
TESTS_SCHEMA: Literal["hostaudit.policy-tests/1"] = "hostaudit.policy-tests/1"


class RuleRow(Struct, frozen=True):
    """One rule as it is quoted: ``rule`` and ``code`` are stable."""

    rule: str
    code: str
    title: str
    severity: Severity


class RuleBook(Struct, frozen=True):
    """The document of ``hostaudit rules list`` (``hostaudit.rules/1``)."""

    schema: Literal["hostaudit.rules/1"]
    rules: tuple[RuleRow, ...]


class Explanation(Struct, frozen=True):
    """The document of ``hostaudit explain RULE|LAYER|CODE`` (``hostaudit.explanation/1``). ``recovery`` is for roles:
    hours until it works again if there is no standby; ``rules``: the rules about the role, or with the same text."""

    schema: Literal["hostaudit.explanation/1"]
    kind: Literal["rule", "role"]
    id: str
    title: str
    risk: str
    how: str
    fix: str
    source: str
    code: str = ""
    severity: Severity | None = None
    write: str = ""
    recovery: Hours | None = None
    why: str = ""
    rules: tuple[RuleRow, ...] = ()


class Criteria(Struct, frozen=True):
    """The criteria by which a report is judged. ``fail_on``: single points of failure of that severity or worse fail
    too; ``unknown`` goes before the value of the policy for all its rules; ``baseline``: the fingerprints of known
    failures; ``mail_before``: the earlier look, in words, in which the site had mail exchangers, empty if none had;
    ``before``: the project before a change, and what failed by it counts as known."""

    policy: EffectivePolicy | None = None
    fail_on: Severity | None = None
    unknown: UnknownMode | None = None
    strict_exceptions: bool = False
    baseline: frozenset[str] | None = None
    mail_before: str = ""
    before: Before | None = None

    @property
    def demands_mail(self) -> bool:
        """True if the policy has a demand on incoming mail."""
        policy = self.policy.policy if self.policy is not None else None
        return policy is not None and (MAIL in policy.roles or RECEIVES_MAIL in policy.functions)


class Before(Struct, frozen=True):
    """A site before a change: its declarations and the demands of then. The look of now is judged by them too."""

    site: Site | None
    criteria: Criteria


class PolicyCase(Struct, frozen=True, forbid_unknown_fields=True):
    """One test of a policy: evidence judged on a day must give this verdict and these outcomes, by rule. Paths are
    relative to the test file; without ``policy`` it is the one of the file's head."""

    name: str
    evidence: str
    day: str
    verdict: Verdict
    policy: str = ""
    rules: dict[str, Outcome] = {}


class PolicyTestFile(Struct, frozen=True, forbid_unknown_fields=True):
    """A file for ``hostaudit policy test``."""

    version: Literal[1]
    tests: tuple[PolicyCase, ...]
    policy: str = ""


class PolicyTrial(Struct, frozen=True):
    """The result of one test; ``differs``: the differences from the expected result, one line each. ``domain``: the
    site, if the evidence of the test is a list, each site of which is tried; else empty."""

    file: str
    name: str
    verdict: str
    differs: tuple[str, ...] = ()
    domain: str = ""


class PolicyTrials(Struct, frozen=True):
    """The document of ``hostaudit policy test`` (``hostaudit.policy-tests/1``)."""

    schema: Literal["hostaudit.policy-tests/1"]
    tests: tuple[PolicyTrial, ...]
