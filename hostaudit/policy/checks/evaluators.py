"""Every rule with its evaluator, and the answers of all of them as findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from hostaudit.model.policy import UnknownMode
from hostaudit.model.report import Finding
from hostaudit.model.rules import Check
from hostaudit.policy.checks import parties, roles, scenarios, scores
from hostaudit.policy.checks.context import Answer, Ground, code, fingerprint

Evaluator = Callable[[Ground], Iterator[Answer]]


def _already(ground: Ground) -> Iterator[Answer]:
    """Rules that are answered elsewhere: the name by ``judge``, exceptions by ``exceptions``."""
    del ground
    return iter(())


EVALUATORS: dict[str, Evaluator] = {
    "name-not-delegated": _already,
    "lookalike-name-server": _already,
    "exceptions.stale": _already,
    "single-point": scores.single_point,
    "score.min": scores.score_min,
    "ROLE.min_score": scores.role_min_score,
    "ROLE.min_providers": roles.role_min_providers,
    "ROLE.allow": roles.role_allow,
    "ROLE.deny": roles.role_deny,
    "ROLE.min_days_left": roles.role_min_days_left,
    "ROLE.max_hours_down": scores.role_max_hours_down,
    "FUNCTION.min_score": scores.function_min_score,
    "FUNCTION.max_hours_down": scores.function_max_hours_down,
    "providers.deny": parties.providers_deny,
    "parents.deny": parties.parents_deny,
    "parents.max_share": parties.parents_max_share,
    "jurisdictions.deny": parties.jurisdictions_deny,
    "jurisdictions.allow": parties.jurisdictions_allow,
    "jurisdictions.known": parties.jurisdictions_known,
    "scenario.ID.FUNCTION": scenarios.scenario_limits,
}
"""By the id of the rule's text."""


def findings(ground: Ground) -> Iterator[tuple[Finding, UnknownMode | None]]:
    """The answer of every rule, and what an unknown one becomes if the demand says so itself."""
    for identity, evaluate in EVALUATORS.items():
        check = ground.case.rules.checks.get(identity)
        for answer in evaluate(ground):
            yield finding(answer, check, ground.domain), answer.unknown


LEARN = "Ask again with more time, or declare in the site file what cannot be seen; the message says what is missing."
"""What to do about an answer that nobody got."""


def finding(answer: Answer, check: Check | None, domain: str) -> Finding:
    """An answer with what the rule's text says about it."""
    severity = check.severity if check is not None else "high"
    return Finding(
        rule=answer.rule,
        outcome=answer.outcome,
        severity=answer.severity or severity,
        confidence=answer.confidence,
        subject=answer.subject,
        message=answer.message,
        because=answer.because,
        fix={"pass": "", "unknown": LEARN}.get(answer.outcome, check.fix if check is not None else ""),
        code=code(check, answer.key),
        role=answer.role,
        provider=answer.provider,
        fingerprint=fingerprint(answer.rule, domain, answer.role, answer.subject, answer.provider),
    )


def ordered(rows: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in the order of a report: failures first, then what is unknown, the severe ones first."""
    outcomes = ("fail", "unknown", "pass")
    return tuple(
        sorted(
            rows,
            key=lambda each: (
                outcomes.index(each.outcome),
                -scores.SEVERITIES.index(each.severity),
                each.rule,
                each.subject,
                each.provider,
            ),
        )
    )
