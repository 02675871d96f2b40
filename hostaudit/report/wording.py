"""The words of reports: roles, effects, causes and proofs, the same in every format.

Text from outside is returned unchanged; each format makes it safe for its sink.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain, zip_longest

from hostaudit.model.evidence import Evidence
from hostaudit.model.report import HIDDEN_ORIGIN, FunctionImpact, RecoveryNote, Report, TimeTerm
from hostaudit.model.roles import LAYERS, ROLES
from hostaudit.model.site import TEST_HOLDS
from hostaudit.model.values import KINDS, kind_of_id, read_subject
from hostaudit.model.words import duration, listed, span

ACTIONS = {
    "terminate": "ends the account",
    "suspend": "suspends the account",
    "remove": "removes it",
    "revoke": "revokes it",
    "delete": "deletes the account",
    "distrust": "is trusted no longer",
    "expire": "lets it run out",
    "outage": "has an outage",
    "degrade": "works badly",
    "refuse": "refuses",
    "accept": "accepts",
}
EFFECTS = {
    "down": "down",
    "degraded": "degraded",
    "no_new_installs": "no new installs",
    "cannot_renew": "cannot renew",
    "not_assessed": "not assessed",
}

CAUSES = {
    "timeout": "no answer in time",
    "deadline": "the scan's deadline came first",
    "servfail": "the name server or resolver failed (SERVFAIL)",
    "refused": "the server refused to answer",
    "lame": "the server does not hold the zone it is named for",
    "dns_error": "the server answered with a DNS error",
    "malformed": "the answer could not be read",
    "truncated": "the answer was cut short",
    "loop": "the names lead in a circle",
    "unreachable": "no way to the address from here",
    "connection_refused": "the connection was refused",
    "connection_reset": "the connection broke off",
    "tls_error": "no TLS connection came about",
    "certificate_invalid": "the certificate is not valid, so nothing was fetched",
    "http_status": "the service answered with an error status",
    "rate_limited": "the service asked to be asked less often",
    "too_large": "the answer is larger than is read",
    "too_many_redirects": "more redirects than are followed",
    "redirect_refused": "a redirect led where none is followed",
    "blocked_address": "the address is private or reserved; --allow-private lets it be asked",
    "limit": "a limit of the scan was reached",
    "no_service": "nobody publishes this",
    "not_asked": "not asked, by choice",
    "depends_on_unknown": "not looked for, as the question before it has no answer",
    "contradicted": "other answers of the same scan contradict it",
    "unproved": "an empty answer without the record that would prove it",
    "challenge": "a challenge page was answered, which tries the client and is not the site's own",
    "other_subject": "the answer is about something else than was asked",
    "internal_error": "a defect of hostaudit",
    "hidden_behind_cdn": "the servers behind the CDN cannot be seen from outside",
}

IN_SHORT = {
    "timeout": "no answer",
    "deadline": "no time left",
    "servfail": "SERVFAIL",
    "refused": "refused",
    "lame": "lame server",
    "dns_error": "DNS error",
    "malformed": "not readable",
    "truncated": "cut short",
    "loop": "a circle",
    "unreachable": "no way there",
    "connection_refused": "connection refused",
    "connection_reset": "connection broken",
    "tls_error": "TLS failed",
    "certificate_invalid": "certificate not valid",
    "http_status": "error status",
    "rate_limited": "rate limit",
    "too_large": "too large",
    "too_many_redirects": "too many redirects",
    "redirect_refused": "redirect not followed",
    "blocked_address": "private address",
    "limit": "limit of the scan",
    "no_service": "nobody publishes it",
    "not_asked": "not asked",
    "depends_on_unknown": "rests on another",
    "contradicted": "contradicted",
    "unproved": "without proof",
    "challenge": "challenge page",
    "other_subject": "answer about something else",
    "internal_error": "defect of hostaudit",
    "hidden_behind_cdn": "hidden behind the CDN",
}
"""The same causes in as few words as a table has room for."""

EXCEPTIONS = {
    "applied": "is due for review",
    "unused": "is unused",
    "expired": "has ended",
    "malformed": "states no day",
}
"""By state of an exception, what is to be said of it."""

_RANK = list(KINDS)


def role(identity: str) -> str:
    """A role in words for people."""
    row = ROLES.get(identity)
    return row.words if row is not None else identity.replace("_", " ")


def effect(identity: str) -> str:
    """The effect on a function, in words."""
    return EFFECTS.get(identity, identity.replace("_", " "))


def layer(identity: str) -> str:
    """The actor of an event, by the layer of the scenario."""
    row = LAYERS.get(identity)
    return row.words if row is not None else identity.replace("_", " ")


def action(layer: str, identity: str) -> str:
    """An action on a layer, as a verb in the present."""
    row = LAYERS.get(layer)
    own = row.verbs.get(identity) if row is not None else None
    return own or ACTIONS.get(identity, identity.replace("_", " "))


def notice(hours: float | None) -> str:
    """The notice before an effect, in words. Unknown notice counts as none, and the words say so."""
    if hours is None:
        return "notice unknown, taken as 0"
    return f"{short(hours)} notice" if hours > 0 else "no notice"


def short(hours: float) -> str:
    """A length of time for a table: ``45 min``, ``29 h``, ``35 d``."""
    if 0 < hours < 0.95:
        return f"{max(hours * 60, 1):.0f} min"
    return f"{hours:.0f} h" if hours < 96 else f"{hours / 24:.0f} d"


def clock(hours: float) -> str:
    """A time or a length of time in the fewest characters, exact to the unit: ``45m``, ``56h``, ``35d``."""
    if 0 < abs(hours) < 0.95:
        return f"{max(hours * 60, 1):.0f}m"
    if abs(hours) < 10 and abs(hours - round(hours)) > 0.05:
        return f"{hours:.1f}h"
    if abs(hours) < 96:
        return f"{hours:.0f}h"
    return f"{hours / 24:.0f}d" if abs(hours) < 24 * 3650 else f"{hours / 8760:.0f}y"


def grounds(report: Report) -> str:
    """How much is known of what the score rests on, as the end of a sentence. A hidden origin is no part that was
    seen."""
    names = {each.provider: each.name for each in report.dependencies if each.name} | report.names
    hidden = [each for each in report.unknowns if each.cause == HIDDEN_ORIGIN]
    if not hidden:
        return f", {report.score.coverage:.0%} of its grounds known"
    before = dict.fromkeys(each.provider for each in hidden if each.provider)
    networks = listed([names.get(each, each) for each in before]) or "its content network"
    if any(each.cause != HIDDEN_ORIGIN for each in report.unknowns):
        return f"; some of its grounds are unknown, and so is the origin behind {networks}"
    return f"; the operator of every part seen is known; the origin behind {networks} is not"


def cause(identity: str) -> str:
    """The cause of a missing answer, in words."""
    return CAUSES.get(identity, identity.replace("_", " "))


def cause_in_short(identity: str) -> str:
    """The cause of a missing answer in a few words."""
    return IN_SHORT.get(identity, identity.replace("_", " "))


def onset(hours: float) -> str:
    """The time at which an effect begins, in words."""
    return "at once" if hours < 0.02 else f"in {duration(hours)}"


def most_telling(items: Iterable[Evidence]) -> list[Evidence]:
    """The same items, ordered so that the first ones are of different kinds, ownership before answers of servers."""
    kinds: dict[str, list[Evidence]] = {}
    for item in items:
        kinds.setdefault(item.kind, []).append(item)
    ranked = [kinds[kind] for kind in sorted(kinds, key=_RANK.index)]
    return [item for item in chain.from_iterable(zip_longest(*ranked)) if item is not None]


def bases(impact: FunctionImpact, table: Mapping[str, TimeTerm]) -> tuple[str, ...]:
    """What is measured and what is assumed in the times of an impact; ``table``: the ``times`` of its report."""
    found_at = (each if isinstance(each, TimeTerm) else table.get(each) for each in impact.times)
    terms = [each for each in found_at if each is not None]
    if impact.basis or not terms:
        return tuple(part for part in impact.basis.split("; ") if part)  # a report of an older version
    told = any(each.famous is True for each in terms)
    cases = ", from recorded cases that the press told of and which may have lasted longer than most" if told else ""
    found = [f"recovery is assumed{cases}, with a source for each number in rules/recovery.yaml"]
    measured = [each for each in terms if each.how == "measured" and each.hours.high > 0]
    if any(each.of == "time_to_recover" for each in measured):
        found.append("TTLs and locks that come on top are measured")
    begins = {kind_of_id(each) for term in measured if term.of == "time_to_impact" for each in term.because}
    if begins:
        what = "notAfter of the certificate" if "tls" in begins else "the TTL of cached records"
        found.append(f"the beginning is measured, from {what}")
    return tuple(found)


def tested(note: RecoveryNote) -> str:
    """Whether a declared recovery counts, as the end of a sentence."""
    before = f", {note.age_days} days before the scan" if note.age_days else ", the day of the scan"
    match note.state:
        case "counts":
            by = f", from {note.cases} recorded cases" if note.cases > 1 else ""
            kept = f"{span(note.recorded)}{by}{' that the press told of' if note.famous and by else ''}"
            return f"{before}: it counts for the high end of the score; the low end keeps {kept}"
        case "old":
            return f"{before}: it counts nothing, as a test holds for {TEST_HOLDS} days; test it again"
        case "future":
            return ", which is after the scan: it counts nothing"
        case _:
            return f"{before}: it counts nothing, as recorded cases are back in {duration(note.recorded.usual)}"


def counts(note: RecoveryNote) -> str:
    """Whether a declared recovery counts, in a few words in brackets."""
    said = {
        "counts": "counts for the high end",
        "old": f"tested {note.age_days} days ago, counts nothing",
        "future": "tested after the scan, counts nothing",
        "longer": "no less than recorded, counts nothing",
    }
    return f" ({said[note.state]})"


def proof(item: Evidence) -> str:
    """One item of evidence in a line: question and answer. Its ``source`` names who answered."""
    subject = read_subject(item.kind, item.subject)
    asked = KINDS[item.kind].question.format(**subject._asdict()) if subject is not None else ""
    question = asked or f"{item.kind} of {item.subject}"
    return f"{question}: {answer(item)}"


def answer(item: Evidence) -> str:
    """The answer to a question, or the reason why there is none, in a few words."""
    if item.unknown is not None:
        return f"unknown, {cause(item.unknown.cause)}"
    if item.absent is not None:
        return f"absent, {item.absent}"
    if item.not_applicable is not None:
        return f"does not apply, {item.not_applicable}"
    return item.value.in_words() if item.value is not None else ""
