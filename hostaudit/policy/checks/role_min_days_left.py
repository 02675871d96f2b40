"""``registrar.min_days_left`` and ``ca.min_days_left``: days until the name, or the first certificate, expires."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from hostaudit.model.evidence import subject_of
from hostaudit.model.values import Certificate, HostAddress, Registration
from hostaudit.model.verdict import Outcome
from hostaudit.policy.check import Answer, Check, Demand, Ladder, few_of, number
from hostaudit.policy.context import PolicyContext

DAYS = {"registrar": (30, 21, 14, 7, 3), "ca": (14, 7, 2, 1)}
"""Values of a demand, in days: enough time to act, and fewer than a renewed registration or certificate has."""

CERTAIN = 0.98
"""The confidence of a day that a registry or a certificate states."""


def evaluate(context: PolicyContext, demand: Demand) -> Iterator[Answer]:
    """Yield one answer about the name, or about all certificates of the site."""
    yield _name(context, demand) if demand.role == "registrar" else _certificates(context, demand)


def _name(context: PolicyContext, demand: Demand) -> Answer:
    name = context.report.target.registrable
    item = context.case.evidence.get("registration", name)
    value = item.value if item is not None else None
    ends = _day(value.expires) if isinstance(value, Registration) else None
    because = (item.id,) if item is not None else ()
    if ends is None:
        return _answer(context, demand, name, "unknown", f"it is unknown when the registration of {name} ends", because)
    outcome, left = _left(context, ends, demand)
    verb = "ended" if _past(context, ends) else "ends"
    return _answer(context, demand, name, outcome, f"the registration of {name} {verb} {left}", because)


def _certificates(context: PolicyContext, demand: Demand) -> Answer:
    hosts = {*context.report.target.hosts, context.case.proofs.web_host}
    rows = [(subject_of(item, HostAddress), item) for item in context.case.evidence.of("tls")]
    items = [(at.host, item) for at, item in rows if at is not None and at.host in hosts]
    dated = [(host, item, _day(item.value.not_after)) for host, item in items if isinstance(item.value, Certificate)]
    known = sorted((ends, item.id, host) for host, item, ends in dated if ends is not None)
    unsure = [item.subject for _, item in items if item.unknown is not None]
    because = tuple(item.id for _, item in items)
    if known:
        ends, _, host = known[0]
        outcome, left = _left(context, ends, demand)
        if outcome == "pass" and unsure:
            left += f"; not known: {few_of(unsure)}"
            outcome = "unknown"
        verb = "ended" if _past(context, ends) else "ends"
        message = f"the certificate of {host} {verb} {left}"
    elif items and not unsure:
        outcome, message = "pass", "the site uses no certificate"
    else:
        outcome, message = "unknown", "it is unknown when a certificate ends"
    return _answer(context, demand, context.domain, outcome, message, because)


def _past(context: PolicyContext, ends: date) -> bool:
    return context.day is not None and ends < context.day


def _left(context: PolicyContext, ends: date, demand: Demand) -> tuple[Outcome, str]:
    if context.day is None:
        return "unknown", f"on {ends}; the day of judging is not known"
    left = (ends - context.day).days
    when = f"in {left} days, on {ends}" if left >= 0 else f"{-left} days ago, on {ends}"
    looked = context.report.run.started[:10]
    if looked < context.day.isoformat():
        when += f", counted from the day of judging, {context.day}; the evidence is of {looked}"
    return ("pass" if left >= demand.value else "fail"), f"{when}; at least {number(demand.value)} days are demanded"


def _answer(
    context: PolicyContext, demand: Demand, subject: str, outcome: Outcome, text: str, because: tuple[str, ...]
) -> Answer:
    message = f"{context.title(demand.role)}: {text}."
    return demand.answer(outcome, subject, message, because=because, confidence=CERTAIN)


def _day(text: str | None) -> date | None:
    """The day of a time in registration data or a certificate, None for an invalid text."""
    try:
        return datetime.fromisoformat((text or "").replace("Z", "+00:00")).date()
    except ValueError:
        return None


CHECK = Check("ROLE.min_days_left", evaluate, Ladder((), lambda _: DAYS, shows_strictest=True))
