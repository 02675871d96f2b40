"""Rules on who fills a role: how many, who may, who may not, until when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from hostaudit.analysis.fault_tree.tree import BasicEvent
from hostaudit.analysis.impact.redundancy import Group, axes_named
from hostaudit.analysis.impact.score import part
from hostaudit.model.evidence import subject_of
from hostaudit.model.policy import RoleDemand
from hostaudit.model.roles import EXPIRING
from hostaudit.model.values import Certificate, HostAddress, Registration
from hostaudit.policy.checks.context import Answer, Ground, between, compared, few, number, open_questions, reasons
from hostaudit.policy.checks.parties import Party, hit, parties
from hostaudit.policy.checks.scores import unassessed


def role_min_providers(ground: Ground) -> Iterator[Answer]:
    """``ROLE.min_providers``: enough that share nobody, for each zone, host or platform."""
    for role, demand in ground.roles():
        if demand.min_providers is None:
            continue
        if not ground.alternatives.assessed(role):
            yield unassessed("min_providers", role, demand, ground.domain)
            continue
        groups = ground.alternatives.groups(role)
        if not groups:
            yield _nobody(ground, role, demand)
        for group in groups:
            yield _counted(ground, group, demand, demand.min_providers)


def _nobody(ground: Ground, role: str, demand: RoleDemand) -> Answer:
    """Nobody in the role at all: what the site does not do needs nobody, but a second CDN is more than none."""
    least = demand.min_providers or 0
    unneeded = not ground.alternatives.applies(role)
    why = "the site does not need it" if unneeded else f"0 providers; at least {least} are demanded"
    return Answer(
        f"{role}.min_providers",
        "pass" if unneeded or least <= 0 else "fail",
        ground.domain,
        f"{ground.title(role)}: {why}.",
        role,
        role,
        severity=demand.severity,
        unknown=demand.unknown,
    )


def _counted(ground: Ground, group: Group, demand: RoleDemand, least: int) -> Answer:
    low, high = group.independent(demand.independent_by)
    providers = tuple(dict.fromkeys(each for row in group.all for each in row.providers))
    held = f": {few(ground.called(each) for each in providers)}" if providers else ""
    noun = "provider" if low == high == 1 else "providers"
    apart = f"{between(low, high)} {noun}, counted apart by {axes_named(demand.independent_by)}"
    told = f"{apart}{held}; at least {least} {'is' if least == 1 else 'are'} demanded"
    doubts = [row.subject for row in group.all if not row.sure]
    if group.note:
        told += f"; {group.note}"
    elif doubts and low != high:
        told += f"; not known: {few(doubts)}"
    return Answer(
        f"{group.role}.min_providers",
        compared(low, high, least),
        group.subject,
        f"{ground.title(group.role)} of {group.subject}: {told}.",
        group.role,
        group.role,
        because=tuple(sorted({each for row in group.all for each in row.because})),
        severity=demand.severity,
        unknown=demand.unknown,
        confidence=ground.confidence(providers),
    )


# -- who may, who may not ---------------------------------------------------------------------------------


def role_allow(ground: Ground) -> Iterator[Answer]:
    """``ROLE.allow``: nobody but these, of those with whom the site itself has the role."""
    for role, demand in ground.roles():
        if not demand.allow:
            continue
        if not ground.alternatives.assessed(role):
            yield unassessed("allow", role, demand, ground.domain)
            continue
        own = [each for each in parties(ground) if role in each.own]
        wrong = [each for each in own if each.certain and not any(hit(each, name) for name in demand.allow)]
        listed = few(demand.allow, 8)
        for each in wrong:
            message = f"{ground.title(role)}: {each.told} is not one of those allowed: {listed}."
            yield _of_party(ground, f"{role}.allow", role, "fail", each, message, demand)
        open_ = _open(ground, role)
        if open_:
            message = f"{ground.title(role)}: whether only {listed} is used could not be learnt: {open_}."
            yield _of_role(ground, f"{role}.allow", role, "unknown", message, demand)
        elif not wrong:
            found = few(each.told for each in own) or "nobody"
            message = f"{ground.title(role)}: {found}; allowed: {listed}."
            yield _of_role(ground, f"{role}.allow", role, "pass", message, demand)


def role_deny(ground: Ground) -> Iterator[Answer]:
    """``ROLE.deny``: none of these, nor behind anybody in the role."""
    for role, demand in ground.roles():
        if not demand.deny:
            continue
        if not ground.alternatives.assessed(role):
            yield unassessed("deny", role, demand, ground.domain)
            continue
        there = [each for each in parties(ground) if role in each.roles and each.certain]
        wrong = [each for each in there if any(hit(each, name) for name in demand.deny)]
        for each in wrong:
            message = f"{ground.title(role)}: {each.told} is refused."
            yield _of_party(ground, f"{role}.deny", role, "fail", each, message, demand)
        open_ = _open(ground, role)
        if open_ and not wrong:
            message = f"{ground.title(role)}: whether {few(demand.deny)} is used could not be learnt: {open_}."
            yield _of_role(ground, f"{role}.deny", role, "unknown", message, demand)
        elif not wrong:
            message = f"{ground.title(role)}: none of {few(demand.deny, 8)} is used."
            yield _of_role(ground, f"{role}.deny", role, "pass", message, demand)


def _open(ground: Ground, role: str) -> str:
    """What leaves open who fills a role."""
    notes = [group.note for group in ground.alternatives.groups(role) if group.note]
    leaves = ground.hidden(role)
    if leaves:
        notes.append(open_questions(leaves))
    elif not notes and any(group.doubtful for group in ground.alternatives.groups(role)):
        notes.append("nothing shows who it is")
    return "; ".join(notes)


def _of_party(
    ground: Ground, rule: str, role: str, outcome: str, party: Party, message: str, demand: RoleDemand
) -> Answer:
    return Answer(
        rule,
        "fail" if outcome == "fail" else "unknown",
        ground.domain,
        message,
        role,
        role,
        party.provider,
        because=party.because,
        severity=demand.severity,
        unknown=demand.unknown,
        confidence=ground.confidence((party.provider,)),
    )


def _of_role(ground: Ground, rule: str, role: str, outcome: str, message: str, demand: RoleDemand) -> Answer:
    leaves: tuple[BasicEvent, ...] = tuple(leaf for leaf in ground.leaves if part(leaf) == role)
    return Answer(
        rule,
        "pass" if outcome == "pass" else "unknown",
        ground.domain,
        message,
        role,
        role,
        because=reasons((*leaves, *ground.hidden(role))),
        severity=demand.severity,
        unknown=demand.unknown,
    )


# -- until when -------------------------------------------------------------------------------------------


def role_min_days_left(ground: Ground) -> Iterator[Answer]:
    """``registrar.min_days_left`` and ``ca.min_days_left``: days until the name, the first certificate, runs out."""
    for role, demand in ground.roles():
        if demand.min_days_left is not None and role in EXPIRING:
            yield _name(ground, demand) if role == "registrar" else _certificates(ground, demand)


def _name(ground: Ground, demand: RoleDemand) -> Answer:
    name = ground.report.target.registrable
    item = ground.case.evidence.get("registration", name)
    value = item.value if item is not None else None
    ends = _day(value.expires) if isinstance(value, Registration) else None
    because = (item.id,) if item is not None else ()
    if ends is None:
        return _days(ground, "registrar", name, "unknown", f"when {name} runs out could not be learnt", because, demand)
    outcome, told = _left(ground, ends, demand)
    return _days(ground, "registrar", name, outcome, f"{name} {_ends(ground, ends, 'run')} out {told}", because, demand)


def _certificates(ground: Ground, demand: RoleDemand) -> Answer:
    hosts = {*ground.report.target.hosts, ground.case.proofs.web_host}
    rows = [(subject_of(item, HostAddress), item) for item in ground.case.evidence.of("tls")]
    items = [(at.host, item) for at, item in rows if at is not None and at.host in hosts]
    dated = [(host, item, _day(item.value.not_after)) for host, item in items if isinstance(item.value, Certificate)]
    known = sorted((ends, item.id, host) for host, item, ends in dated if ends is not None)
    unsure = [item.subject for _, item in items if item.unknown is not None]
    because = tuple(item.id for _, item in items)
    if known:
        outcome, told = _left(ground, known[0][0], demand)
        ends, _, host = known[0]
        if outcome == "pass" and unsure:
            told += f"; not known: {few(unsure)}"
            outcome = "unknown"
        return _days(
            ground,
            "ca",
            ground.domain,
            outcome,
            f"the certificate of {host} {_ends(ground, ends, 'end')} {told}",
            because,
            demand,
        )
    if items and not unsure:
        return _days(ground, "ca", ground.domain, "pass", "the site uses no certificate", because, demand)
    return _days(ground, "ca", ground.domain, "unknown", "when a certificate ends could not be learnt", because, demand)


def _ends(ground: Ground, ends: date, verb: str) -> str:
    """The verb in the tense of the day."""
    past = {"run": "ran", "end": "ended"}
    return past[verb] if ground.day is not None and ends < ground.day else f"{verb}s"


def _left(ground: Ground, ends: date, demand: RoleDemand) -> tuple[str, str]:
    least = demand.min_days_left or 0
    if ground.day is None:
        return "unknown", f"on {ends}; the day of judging is not known"
    left = (ends - ground.day).days
    when = f"in {left} days, on {ends}" if left >= 0 else f"{-left} days ago, on {ends}"
    return ("pass" if left >= least else "fail"), f"{when}; at least {number(least)} days are demanded"


def _days(
    ground: Ground, role: str, subject: str, outcome: str, told: str, because: tuple[str, ...], demand: RoleDemand
) -> Answer:
    return Answer(
        f"{role}.min_days_left",
        "pass" if outcome == "pass" else "fail" if outcome == "fail" else "unknown",
        subject,
        f"{ground.title(role)}: {told}.",
        role,
        role,
        because=because,
        severity=demand.severity,
        unknown=demand.unknown,
        confidence=0.98,
    )


def _day(text: str | None) -> date | None:
    """The day of a time in registration data or a certificate, None for what is none."""
    try:
        return datetime.fromisoformat((text or "").replace("Z", "+00:00")).date()
    except ValueError:
        return None
