"""Evaluation of a policy: every check that it demands, and the answers as findings."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from hostaudit.model.fingerprints import fingerprint
from hostaudit.model.policy import ANY, Policy, RuleKey, rule_keys
from hostaudit.model.report import Finding
from hostaudit.model.rules import RuleText
from hostaudit.model.single_points import SINGLE_POINT
from hostaudit.model.verdict import SEVERITIES, UnknownMode
from hostaudit.policy.check import Answer, Check, Demand
from hostaudit.policy.context import PolicyContext
from hostaudit.policy.mail_absence import without_mail

STALE = "exceptions.stale"
"""The rule about exceptions, which has no check; those of ``analysis/findings`` have none either."""

LEARN = "Ask again with more time, or declare in the site file what cannot be seen; the message says what is missing."
"""The fix of an unknown answer."""


@cache
def checks() -> dict[str, Check]:
    """Return every check by id. The folder ``checks`` is the list."""
    from hostaudit.policy import checks as folder

    names = sorted(entry.name for entry in pkgutil.iter_modules(folder.__path__))
    found: list[Check] = [importlib.import_module(f"{folder.__name__}.{name}").CHECK for name in names]
    return {each.id: each for each in found}


class Asked(NamedTuple):
    """A finding, and its effect if it is unknown and its demand defines that effect."""

    finding: Finding
    unknown: UnknownMode | None


def asked(context: PolicyContext) -> Iterator[Asked]:
    """Yield the answers of every check that is demanded, in the order of the keys of a policy."""
    for rule, demand in _demands(context):
        text = context.case.rules.checks.get(rule)
        for answer in _answers(context, checks()[rule], demand):
            yield Asked(finding(answer, text, context.domain), answer.demand.unknown)


def _answers(context: PolicyContext, check: Check, demand: Demand) -> Iterator[Answer]:
    if demand.role and not context.alternatives.assessed(demand.role):
        message = f"{demand.role} cannot be seen from outside and is not declared in the site file."
        yield demand.answer("unknown", context.domain, message)
        return
    without = without_mail(context, demand) if check.serving else None
    if without is not None:
        yield without
        return
    yield from check.evaluate(context, demand)


def _demands(context: PolicyContext) -> Iterator[tuple[str, Demand]]:
    """Every demand with the id of its check."""
    if context.fail_on is not None:
        yield SINGLE_POINT, Demand(SINGLE_POINT, context.fail_on)
    for rule, key in rule_keys().items():
        yield from ((rule, each) for each in _demands_by(context.policy, rule, key) if each.value != key.default)


def _demands_by(policy: Policy, rule: str, at: RuleKey) -> Iterator[Demand]:
    """The demands of one key of a policy, one for each role or function if the key belongs to these."""
    if len(at.path) == 1:
        yield Demand(rule, getattr(policy, at.path[0]))
    elif at.path[1] != ANY:
        terms = getattr(policy, at.path[0])
        yield Demand(rule, getattr(terms, at.path[1]), severity=terms.severity, unknown=terms.unknown)
    elif at.path[0] == "roles":
        for role, role_terms in sorted(policy.roles.items()):
            if not at.key.roles or role in at.key.roles:
                value = getattr(role_terms, at.path[2])
                mine = f"{role}.{at.path[2]}"
                yield Demand(mine, value, role=role, severity=role_terms.severity, unknown=role_terms.unknown)
    else:
        for function, terms in sorted(policy.functions.items()):
            value = getattr(terms, at.path[2])
            mine = f"{function}.{at.path[2]}"
            yield Demand(mine, value, function=function, severity=terms.severity, unknown=terms.unknown)


# -- findings ---------------------------------------------------------------------------------------------


def finding(answer: Answer, text: RuleText | None, domain: str) -> Finding:
    """Return an answer as a finding, completed by the text of its rule."""
    demand = answer.demand
    severity = text.severity if text is not None else "high"
    fixes = {"pass": "", "unknown": LEARN, "fail": text.fix if text is not None else ""}
    return Finding(
        rule=demand.rule,
        outcome=answer.outcome,
        severity=demand.severity or severity,
        confidence=answer.confidence,
        subject=answer.subject,
        message=answer.message,
        because=answer.because,
        fix=fixes[answer.outcome],
        code=code(text, demand.role or demand.function),
        role=demand.role,
        provider=answer.provider,
        fingerprint=fingerprint(demand.rule, domain, demand.role, answer.subject, answer.provider),
    )


def code(text: RuleText | None, key: str) -> str:
    """Return the code by which people quote a rule of one role or function (``key``)."""
    return (text.codes.get(key) or text.code) if text is not None else ""


def ordered(rows: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings in the order of a report: failures first, then unknown ones; severe ones first."""
    outcomes = ("fail", "unknown", "pass")
    return tuple(
        sorted(
            rows,
            key=lambda each: (
                outcomes.index(each.outcome),
                -SEVERITIES.index(each.severity),
                each.rule,
                each.subject,
                each.provider,
            ),
        )
    )
