"""The findings of a report as rows, with their effect on the verdict and their place in the policy.

The verdict decides if a row counts: an unknown of which the policy only warns must not fail a pipeline. So every format
agrees with the exit code.
"""

from __future__ import annotations

import hashlib
import posixpath
import shlex
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import quote

from msgspec import structs

from hostaudit.model.fingerprints import fingerprint
from hostaudit.model.report import ExceptionNote, Finding, Report, SinglePoint, name_is_gone
from hostaudit.model.single_points import SINGLE_POINT, SINGLE_POINT_CODE, counts, in_words, severity_of
from hostaudit.model.verdict import LEVELS, SEVERITIES, Level
from hostaudit.report.text import printable

HEADLINES = {"pass": "PASS", "fail": "FAIL", "inconclusive": "INCONCLUSIVE", "not_judged": "NOT JUDGED"}
UNSOUND = "known-ground"
"""The rule that needs no policy: the dependencies of name resolution and the web site must be known."""

NOWHERE = "hostaudit.yaml"
"""The file at which rows point if there is no policy: the usual file of a policy."""

Standing = Literal["fail", "inconclusive", "told", "excepted", "baseline", "warning", "pass"]
"""*fail* and *inconclusive* decide the verdict. The others do not count: found and told without a demand, covered by an
exception, failed already in the baseline, unknown with only a warning, passed."""

_ORDER = ("fail", "inconclusive", "told", "warning", "excepted", "baseline", "pass")


def rows(report: Report) -> tuple[Finding, ...]:
    """Every finding with a fingerprint, those that count first; one more row if no finding explains the verdict."""
    found = [_marked(report, each) for each in report.findings]
    verdict = report.verdict
    if verdict in ("fail", "inconclusive") and all(each.verdict != verdict for each in found):
        found.append(_marked(report, _unsound(report)))
    return tuple(sorted(found, key=_rank))


def noted(report: Report) -> tuple[Finding, ...]:
    """``rows``, and without any demand each single point of failure as a finding that does not count, with the same
    fingerprint that it has once ``--fail-on`` asks for it. So the first run without a policy says something too."""
    found = rows(report)
    if report.policy is not None or report.verdict == "pass" or name_is_gone(report.findings):
        return found
    if any(each.rule == SINGLE_POINT for each in found):
        return found
    domain = report.target.domain
    singles = [_single(domain, point) for point in report.spofs if counts(point)]
    return tuple(sorted((*found, *singles), key=_rank))


def _single(domain: str, point: SinglePoint) -> Finding:
    identity = point.failure_domain.id
    return Finding(
        rule=SINGLE_POINT,
        outcome="fail",
        severity=severity_of(point),
        confidence=1.0,
        subject=identity,
        message=in_words(point),
        because=point.because,
        fix=f"To see who could take over: hostaudit fallbacks {domain}. {next_step(domain)}",
        code=SINGLE_POINT_CODE,
        provider=identity,
        fingerprint=fingerprint(SINGLE_POINT, domain, "", identity, identity),
    )


def next_step(domain: str) -> str:
    """The way from notes to demands, for a report without a policy."""
    return f"To demand what the site meets today: hostaudit policy init {shlex.quote(domain)}."


def standing(row: Finding) -> Standing:
    """The effect of a row on the verdict."""
    if row.verdict == "fail" or row.verdict == "inconclusive":
        return row.verdict
    if row.outcome == "pass":
        return "pass"
    if row.exception:
        return "excepted"
    if row.baseline:
        return "baseline"
    return "told" if row.outcome == "fail" else "warning"


def level(row: Finding) -> Level:
    """How a row is told that does not count: *error*, *warning* or *info*."""
    return LEVELS[row.severity]


def counted(found: Iterable[Finding]) -> str:
    """The counts in words: ``2 failed, 1 unknown, 1 excepted, 4 passed``."""
    words = {
        "fail": "failed",
        "told": "reported only",
        "inconclusive": "unknown",
        "warning": "unknown (a warning only)",
    }
    words |= {"excepted": "excepted", "baseline": "known before", "pass": "passed"}
    standings = [standing(each) for each in found]
    said = [f"{standings.count(each)} {words[each]}" for each in _ORDER if each in standings]
    return ", ".join(said) or "nothing was demanded"


def lifted(report: Report, row: Finding) -> str:
    """The reason why a row does not count, in a sentence; empty if it counts."""
    state = standing(row)
    if state == "baseline":
        return "It failed before already, so it is not new."
    if state == "told":
        return f"Reported as {level(row)}; no policy demands it, so it does not change the verdict."
    if state == "warning":
        return "It is unknown, and the policy only warns of that."
    if state != "excepted":
        return ""
    note = next((each for each in report.exceptions_applied if each.id == row.exception), None)
    if note is None:
        return f"Exception {row.exception} covers it."
    return f"Exception {note.id}, {note.owner}, {until(note)}: {note.reason}"


def until(note: ExceptionNote) -> str:
    """The end of an exception in words, by its last day."""
    if note.days_left is None:
        return f"review {note.review}" if note.review else note.expires
    return f"until {note.expires}, {note.days_left} days left" if note.days_left >= 0 else f"ended {note.expires}"


def named(row: Finding) -> str:
    """The code and id of a row: ``HA-DNS-002 dns.min_providers``."""
    return " ".join(part for part in (row.code, row.rule) if part)


def place(report: Report, row: Finding) -> tuple[str, int]:
    """The file and line (from 1) that a row of a report points at, relative to the folder of the project: the line of
    the demand, or that of the target if a preset demands it.

    A path outside the folder, or an absolute one, is replaced by its last part: code viewers can open no other path.
    """
    if report.policy is None:
        return NOWHERE, 1
    path = posixpath.normpath(report.policy.source.replace("\\", "/")) if report.policy.source else NOWHERE
    if path.startswith(("/", "../")) or path in ("", ".", "..") or ":" in path:
        path = posixpath.basename(path.rstrip("/").replace(":", "/")) or NOWHERE
    line = report.policy.lines.get(row.rule, report.policy.line)
    return (path if path not in (".", "..") else NOWHERE), max(line, 1)


def uri(path: str) -> str:
    """A relative path as a relative URI reference (RFC 3986 section 4.2), never one with a scheme."""
    return quote(path.encode("utf-8", "backslashreplace"), safe="/-._~")


def plain(text: str, limit: int = 1000) -> str:
    """Text from outside for any format: one line, no invisible characters, at most ``limit`` columns."""
    return printable(text, limit)


def seconds(text: str) -> float | None:
    """Seconds since 1970 of a UTC time such as ``2021-01-09T12:00:00Z``; None if it is not valid."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.replace(tzinfo=at.tzinfo or UTC).timestamp()


def timed(text: str) -> str:
    """The same UTC time, or "" if it is not valid."""
    return text if seconds(text) is not None and text.endswith("Z") else ""


def _marked(report: Report, row: Finding) -> Finding:
    if row.fingerprint:
        return row
    parts = "\n".join((row.rule, report.target.domain, row.role, row.subject, row.provider))
    digest = hashlib.sha256(parts.encode("utf-8", "backslashreplace")).hexdigest()
    return structs.replace(row, fingerprint=digest[:32])


def _unsound(report: Report) -> Finding:
    return Finding(
        rule=UNSOUND,
        outcome="unknown",
        severity="high",
        confidence=1.0,
        subject=report.target.domain,
        message="It is unknown what name resolution or the web site rests on.",
        because=(),
        fix="Ask again, with more time: hostaudit scan --deadline 120.",
        verdict="fail" if report.verdict == "fail" else "inconclusive",
    )


def _rank(row: Finding) -> tuple[int, int, str, str, str]:
    return _ORDER.index(standing(row)), -SEVERITIES.index(row.severity), row.rule, row.subject, row.fingerprint
