"""What the checks of a policy come to on a site."""

from __future__ import annotations

from helpers.policies import judged
from hostaudit.documents.evidence_file import read_evidence
from hostaudit.model.policy import (
    FunctionDemand,
    JurisdictionDemand,
    ParentDemand,
    Policy,
    Refusal,
    RoleDemand,
    ScenarioGate,
)
from hostaudit.model.report import Report


def outcomes(report: Report, rule: str) -> dict[str, str]:
    """By subject, or by subject and provider if a rule says something about several."""
    rows = [each for each in report.findings if each.rule == rule]
    by_subject = {each.subject: each.outcome for each in rows}
    if len(by_subject) == len(rows):
        return by_subject
    return {f"{each.subject} {each.provider}".strip(): each.outcome for each in rows}


def outcome(site, policy: Policy, rule: str, **criteria) -> str:
    return worst(judged(site, policy, **criteria), rule)


def worst(report: Report, rule: str) -> str:
    found = set(outcomes(report, rule).values())
    return next(each for each in ("fail", "unknown", "pass") if each in found)


def parler():
    return read_evidence("examples/parler-2021/evidence.json")


EVERYTHING = Policy(
    min_score=50,
    roles={
        **{
            role: RoleDemand(
                min_score=50, min_providers=2, max_hours_down=50, deny=("amazon",), allow=("hetzner", "ns1")
            )
            for role in ("dns", "hosting", "cdn", "mail", "sending", "app_store")
        },
        "registrar": RoleDemand(min_score=97, min_days_left=30, max_hours_down=50, allow=("gandi",)),
        "registry": RoleDemand(min_score=98),
        "ca": RoleDemand(min_days_left=10, min_providers=2, allow=("lets-encrypt",)),
        "page": RoleDemand(deny=("amazon",)),
    },
    functions={each: FunctionDemand(min_score=50, max_hours_down=100) for each in ("web", "resolve", "mail_receive")},
    providers=(Refusal("route53"), Refusal("hetzner")),
    parents=ParentDemand(deny=(Refusal("amazon"), Refusal("ibm")), max_share=0.3),
    jurisdictions=JurisdictionDemand(deny=(Refusal("FR"),), allow=("US", "DE"), known=True),
    scenarios=(ScenarioGate("parler-2021", {"web": 4.0, "mail_receive": 4.0}),),
)
