"""Exceptions: findings that a team accepts until a day, and exceptions that are unused, ended or overdue.

An exception covers until the end of its last day, UTC. An invalid day counts as past, because a typing error must not
hide a failure for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from msgspec import structs

from hostaudit.documents.policy_values import NEVER, covers, day
from hostaudit.model.policy import Exemption
from hostaudit.model.report import ExceptionNote, Finding

State = Literal["covers", "expired", "malformed"]


@dataclass(frozen=True)
class Term:
    """The state of an exception on a day, and the days that it has left after that day (None: no end)."""

    state: State
    days_left: int | None
    warning: str


def term(exemption: Exemption, today: date) -> Term:
    """Return the state of an exception on a day (UTC)."""
    if exemption.expires == NEVER:
        review = day(exemption.review)
        if review is None:
            return Term("malformed", None, "it never ends and names no day of review, so it does not count")
        overdue = review < today
        warning = f"its review was due on {review}; confirm it with a new day, or remove it" if overdue else ""
        return Term("covers", None, warning)
    ends = day(exemption.expires)
    if ends is None:
        return Term("malformed", None, f"{exemption.expires!r} is not a day such as 2027-03-31, so it does not count")
    left = (ends - today).days
    if left < 0:
        return Term("expired", left, f"it ended on {ends}; renew it with a reason, or remove it")
    return Term("covers", left, "")


def means(exemption: Exemption, finding: Finding, domain: str) -> bool:
    """True if an exception is about a finding: its rule, this target and, if it pins one, this very finding."""
    rule = exemption.rule
    about = finding.rule == rule or (rule.endswith(".*") and finding.rule.startswith(rule[:-1]))
    pinned = exemption.fingerprint.removeprefix("sha256:")
    return about and covers(exemption.target, domain) and pinned in ("", finding.fingerprint)


def apply(
    rows: Sequence[Finding], exemptions: Iterable[Exemption], domain: str, today: date
) -> tuple[tuple[Finding, ...], tuple[ExceptionNote, ...]]:
    """Return the findings with the exceptions that cover them, and the state of every exception of this target."""
    found = list(rows)
    notes = []
    for exemption in exemptions:
        if not covers(exemption.target, domain):
            continue
        stands = term(exemption, today)
        meant = [at for at, each in enumerate(found) if each.outcome != "pass" and means(exemption, each, domain)]
        coverable = [at for at in meant if found[at].outcome == "fail" or exemption.allow_unknown]
        if stands.state == "covers":
            for at in coverable:
                if not found[at].exception:
                    found[at] = structs.replace(found[at], exception=exemption.id)
        notes.append(_note(exemption, stands, [rows[at] for at in coverable], uncovered=len(meant) - len(coverable)))
    return tuple(found), tuple(notes)


def _note(exemption: Exemption, stands: Term, covered: list[Finding], *, uncovered: int) -> ExceptionNote:
    state: Literal["applied", "unused", "expired", "malformed"]
    warning = stands.warning
    if stands.state == "covers":
        state = "applied" if covered else "unused"
        if not covered:
            warning = (
                "what it is about is unknown, which it does not cover" if uncovered else "nothing needs it; remove it"
            )
    else:
        state = stands.state
    return ExceptionNote(
        id=exemption.id,
        rule=exemption.rule,
        target=exemption.target,
        state=state,
        reason=exemption.reason,
        owner=exemption.owner,
        expires=exemption.expires,
        days_left=stands.days_left,
        findings=tuple(each.fingerprint for each in covered),
        review=exemption.review,
        warning=warning,
    )
