"""Documents about policies made by hand, with something in every part."""

from __future__ import annotations

from hostaudit.model.checks import Explanation, PolicyTrial, PolicyTrials, RuleBook, RuleRow
from hostaudit.model.policy import EffectivePolicy, Exemption, Policy, Refusal, RoleDemand, ScenarioGate
from hostaudit.model.report import Hours

ROWS = (
    RuleRow("dns.min_providers", "HA-DNS-002", "Enough independent providers", "high"),
    RuleRow("score.min", "HA-SCORE-001", "The score of the whole site", "high"),
)
EXEMPTION = Exemption(
    "EX-7", "dns.*", "captive.com", "migration, ticket OPS-12", "alice@example.com", "never", "2027-01-01"
)


def policy() -> EffectivePolicy:
    demands = Policy(
        min_score=60.0,
        roles={"dns": RoleDemand(min_providers=2)},
        providers=(Refusal("example-host", "contract ended"),),
        scenarios=(ScenarioGate("parler-2021", {"web": 4.0}),),
    )
    return EffectivePolicy(
        schema="hostaudit.policy/1",
        target="captive.com",
        source="hostaudit.yaml",
        line=3,
        stated=True,
        matched="*.captive.com",
        labels={"owner": "team-web"},
        extends=("baseline",),
        policy=demands,
        origins={"min_score": "hostaudit.yaml:4"},
        exceptions=(EXEMPTION,),
    )


def book() -> RuleBook:
    return RuleBook("hostaudit.rules/1", ROWS)


def explanation() -> Explanation:
    return Explanation(
        schema="hostaudit.explanation/1",
        kind="role",
        id="dns",
        title="DNS operator",
        risk="Nobody finds the site.",
        how="NS records.",
        fix="Add a second operator.",
        source="RFC 2182",
        code="HA-DNS-002",
        severity="high",
        write="policy: {roles: {dns: {min_providers: 2}}}",
        recovery=Hours(0.1, 2.0, 24.0),
        why="The zone is set up elsewhere.",
        rules=ROWS,
    )


def trials() -> PolicyTrials:
    rows = (
        PolicyTrial("tests.yaml", "two operators", "fail", ("verdict: pass expected, fail found",)),
        PolicyTrial("tests.yaml", "one operator", "fail"),
    )
    return PolicyTrials("hostaudit.policy-tests/1", rows)


DOCUMENTS = {"policy": policy, "rules": book, "explanation": explanation, "policy-tests": trials}
