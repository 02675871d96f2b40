"""The words of reports: roles, effects, causes and proofs, the same in every format.

Text from outside is returned unchanged; each format makes it safe for its sink.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain, zip_longest

from hostaudit.model.companies import known_as
from hostaudit.model.evidence import Evidence
from hostaudit.model.report import (
    HIDDEN_ORIGIN,
    FunctionImpact,
    RecoveryNote,
    Report,
    SinglePoint,
    TimeTerm,
    name_is_gone,
)
from hostaudit.model.roles import LAYERS, ROLES, SINGLE
from hostaudit.model.site import TEST_HOLDS
from hostaudit.model.values import KINDS, kind_of_id, read_subject
from hostaudit.model.words import duration, listed, span

ACTIONS = {
    "terminate": "ends the account",
    "suspend": "suspends the account",
    "remove": "removes it",
    "revoke": "revokes it",
    "delete": "deletes the account",
    "distrust": "is no longer trusted",
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
    "lame": "the server is named for the zone and does not serve it",
    "dns_error": "the server answered with a DNS error",
    "malformed": "the answer could not be read",
    "truncated": "the answer was cut short",
    "loop": "the aliases lead back to themselves",
    "unreachable": "the address could not be reached from here",
    "connection_refused": "the connection was refused",
    "connection_reset": "the connection was reset",
    "tls_error": "no TLS connection could be made",
    "certificate_invalid": "the certificate is not valid, so nothing was fetched",
    "http_status": "the service answered with an error status",
    "rate_limited": "the service refuses more questions for now (rate limit)",
    "too_large": "the answer is too large",
    "too_many_redirects": "too many redirects",
    "redirect_refused": "a redirect led to a place that is not asked",
    "blocked_address": "the address is private or reserved; --allow-private lets it be asked",
    "limit": "a limit of the scan was reached",
    "no_service": "there is no service that tells this",
    "not_asked": "not asked, by choice",
    "depends_on_unknown": "not looked for, as an earlier question has no answer",
    "contradicted": "other answers contradict it",
    "unproved": "an empty answer without the record that would prove it",
    "challenge": "the answer was a challenge page (bot check), not the site's own page",
    "other_subject": "the answer is about something else",
    "internal_error": "an error in hostaudit itself",
    "hidden_behind_cdn": "the servers behind the CDN cannot be seen from outside",
}

IN_SHORT = {
    "timeout": "no answer",
    "deadline": "no time left",
    "servfail": "SERVFAIL",
    "refused": "refused",
    "lame": "lame server",
    "dns_error": "DNS error",
    "malformed": "unreadable",
    "truncated": "cut short",
    "loop": "alias loop",
    "unreachable": "unreachable",
    "connection_refused": "connection refused",
    "connection_reset": "connection reset",
    "tls_error": "TLS failed",
    "certificate_invalid": "certificate not valid",
    "http_status": "error status",
    "rate_limited": "rate limit",
    "too_large": "too large",
    "too_many_redirects": "too many redirects",
    "redirect_refused": "redirect not followed",
    "blocked_address": "private address",
    "limit": "limit of the scan",
    "no_service": "no such service",
    "not_asked": "not asked",
    "depends_on_unknown": "earlier question open",
    "contradicted": "contradicted",
    "unproved": "without proof",
    "challenge": "challenge page",
    "other_subject": "answer about something else",
    "internal_error": "error in hostaudit",
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


BEST = "A"
CLASSES = {
    "B": "1 to 24 hours",
    "C": "1 to 3 days",
    "D": "3 to 7 days",
    "E": "7 days or longer",
}
"""By class but the best, the longest usual outage of the web site that one company can cause."""


def outage_class(report: Report) -> str:
    """The class by the longest outage of the web site, the better end first; none for a site without web."""
    found = report.score.class_
    if found is None:
        return ""
    if found.low != found.high:
        return f", class {found.high} to {found.low} (A is best, E is worst)"
    if any((each.id, each.state) == ("web", "down") for each in report.functions):
        return f", class {found.high}"
    if found.high == BEST:
        return f", class {found.high} (names aside, no company can stop the web site for 1 hour)"
    return f", class {found.high} (one company can stop the web site for {CLASSES[found.high]})"


def grounds(report: Report) -> str:
    """How much is known of what the score rests on, as the end of a sentence. A hidden origin is no part that was
    seen."""
    hidden = [each for each in report.unknowns if each.cause == HIDDEN_ORIGIN]
    open_ = [each for each in report.unknowns if each.cause != HIDDEN_ORIGIN]
    if name_is_gone(report.findings):
        return ""
    if report.score.coverage <= 0:
        return "; nothing of what it rests on is known"
    if not hidden:
        if report.score.coverage < 1:
            return f"; {report.score.coverage:.0%} of its parts are known"
        wide = f"{report.score.low:.0f}" != f"{report.score.high:.0f}"
        return f"; the operator of every part seen is known{_range(report) if wide else ''}"
    names = {each.provider: each.name for each in report.dependencies if each.name} | report.names
    before = dict.fromkeys(each.provider for each in hidden if each.provider)
    networks = listed([names.get(each, each) for each in before]) or "its content network"
    if open_:
        return f"; the origin behind {networks} is unknown, and so are some other parts"
    return f"; the operator of every part seen is known; the origin behind {networks} is not"


def _range(report: Report) -> str:
    """Why the ends of the score lie apart although every operator is known."""
    own = report.own if isinstance(report.own, tuple) else ()
    guessed = next((each.names[0] for each in own if each.ground == "guessed"), "")
    other = "what was not asked or not proved"
    if not guessed:
        return f"; the range is due to {other}"
    if report.unknowns or any(each.id for each in report.fallbacks) or isinstance(report.recoveries, tuple):
        return f"; the range is due to {other}, and to whether {guessed} is the site's own"
    return f"; the range is due to whether {guessed} is the site's own"


def companies(report: Report) -> dict[str, str]:
    """What people call each company of a report, by id; safe for no sink."""
    held = {each.failure_domain for each in report.spofs if each.failure_domain.kind == "parent"}
    named = {each.id: each.name for each in held if each.name}
    names = {each.provider: each.name for each in report.dependencies if each.name} | report.names | named
    return named | known_as(report.dependencies, names)


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


MEASURED = {"tls": "end of the certificate", "registration": "transfer locks"}
"""By kind of evidence, what of the times of an outage it shows; all other kinds show TTLs."""


def bases(impacts: Iterable[FunctionImpact], table: Mapping[str, TimeTerm]) -> str:
    """What is assumed and what is measured in the times of impacts, in sentences; empty if they do not say. ``table``:
    the ``times`` of their report."""
    impacts = list(impacts)
    older = dict.fromkeys(part for each in impacts for part in each.basis.split("; ") if part)
    if older:
        return "; ".join(older)  # a report of an older version
    found = [each if isinstance(each, TimeTerm) else table.get(each) for impact in impacts for each in impact.times]
    terms = [each for each in found if each is not None]
    if not terms:
        return ""
    measured = [each for each in terms if each.how == "measured" and each.hours.high > 0]
    kinds = {kind_of_id(each) for term in measured for each in term.because}
    shown = dict.fromkeys(["TTLs"] if kinds - {*MEASURED} else [])
    shown |= dict.fromkeys(words for kind, words in MEASURED.items() if kind in kinds)
    famous = any(each.famous is True for each in terms)
    cases = " (cases that the press told of may have lasted longer than most)" if famous else ""
    told = f'"back after" is what you would need, counted from the loss. Assumed: rules/recovery.yaml{cases}.'
    return f"{told} Measured: {', '.join(shown)}." if shown else told


def holding(report: Report, company: str) -> str:
    """In brackets, that a company holds names only, which its name need not tell; else empty."""
    roles = {each.role for each in report.dependencies if each.parent == company}
    return f" ({listed([role(each) for each in SINGLE if each in roles])})" if roles and roles <= {*SINGLE} else ""


def held(point: SinglePoint) -> str:
    """The roles in which the site uses a company, and apart those in which only its providers do."""
    upstream = point.upstream_roles if isinstance(point.upstream_roles, tuple) else ()
    own, others = ([role(each) for each in roles] for roles in (point.roles, upstream))
    below = f"indirectly for {listed(others)}" if others else ""
    return ", ".join(part for part in (f"for {listed(own)}" if own else "", below) if part)


OF_THE_SCORE = "it counts for the high end of the score; the low end keeps"
OF_A_SIMULATION = "the hours as declared count on it; all other hours keep"


def tested(note: RecoveryNote, where: str = OF_THE_SCORE) -> str:
    """Whether a declared recovery counts, as the end of a sentence. ``where`` it counts."""
    before = f", {note.age_days} days before the scan" if note.age_days else ", the day of the scan"
    match note.state:
        case "counts":
            by = f", from {note.cases} recorded cases" if note.cases > 1 else ""
            kept = f"{span(note.recorded)}{by}{' that the press told of' if note.famous and by else ''}"
            return f"{before}: {where} {kept}"
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
    return f"{question(item.kind, item.subject)}: {answer(item)}"


def question(kind: str, about: str) -> str:
    """A question in words, by the kind of its evidence and the text of its subject."""
    subject = read_subject(kind, about)
    asked = KINDS[kind].question.format(**subject._asdict()) if subject is not None else ""
    return asked or f"{kind} of {about}"


def answer(item: Evidence) -> str:
    """The answer to a question, or the reason why there is none, in a few words."""
    if item.unknown is not None:
        return f"unknown, {cause(item.unknown.cause)}"
    if item.absent is not None:
        return f"absent, {item.absent}"
    if item.not_applicable is not None:
        return f"does not apply, {item.not_applicable}"
    return item.value.in_words() if item.value is not None else ""
