"""SARIF 2.1.0 (OASIS), in the form that code scanning services accept.

Every result points at the line of the policy that names the site, since such services can open no other place: they
refuse a whole file because of one location that is no relative path. Site, role and provider are logical locations. An
unknown result is of kind ``review``, one that no policy asks for ``informational``; one that an exception covers is
suppressed; passed rules are left out, as every result becomes an alert. ``invocations[0].exitCode`` is the exit code of
the verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hostaudit.model.report import Report
from hostaudit.report import Style
from hostaudit.report import wording as say
from hostaudit.report.formats import markdown
from hostaudit.report.json_text import written
from hostaudit.report.project import project_page, rule_page
from hostaudit.report.rows import (
    HEADLINES,
    counted,
    level,
    lifted,
    named,
    noted,
    place,
    plain,
    standing,
    timed,
    uri,
)

if TYPE_CHECKING:
    from hostaudit.model.documents import Document
    from hostaudit.model.report import Finding

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MOST_RESULTS = 25_000
"""Code scanning refuses more results in one run."""

MOST_BYTES = 9_500_000
"""A file may have 10 MB after compression; ours has less even before it."""

MOST_NOTES = 1000
NOTES = {"error": "error", "warning": "warning", "info": "note"}
"""By level of a finding, the word of SARIF for it (section 3.27.10)."""

SCALE = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}
"""By severity, a number in the middle of its range on the scale of CVSS."""

PROBLEMS = {"error": "error", "warning": "warning", "note": "recommendation"}


@dataclass(frozen=True)
class SarifFormat:
    name: str = "sarif"
    writes: frozenset[type] = frozenset({Report})
    suffix: str = ".sarif"

    def render(self, document: Document, style: Style) -> str:
        """One log with one run."""
        report: Any = document
        return self.render_all((report,), style)

    def render_all(self, reports: Sequence[Report], style: Style) -> str:  # noqa: ARG002 - for programs
        """One log with one run for all sites: code scanning takes one run of a tool from a file."""
        return written({"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(reports)]})


def _run(reports: Sequence[Report]) -> dict[str, Any]:
    found = [(report, each) for report in reports for each in noted(report) if each.outcome != "pass"]
    rules = {rule: position for position, rule in enumerate(_by_rule(each for _, each in found))}
    results: list[dict[str, Any]] = []
    size = 0
    seen: dict[str, int] = {}
    for report, each in found[:MOST_RESULTS]:
        seen[each.fingerprint] = seen.get(each.fingerprint, 0) + 1
        result = _result(report, each, rules[each.rule], seen[each.fingerprint])
        size += 2 * len(written(result, indent=0))  # the indents at most double the size
        if size > MOST_BYTES:
            break
        results.append(result)
    left_out = len(found) - len(results)
    run = {
        "tool": {"driver": _driver(reports, [each for _, each in found])},
        "invocations": [_invocation(each, left_out if each is reports[0] else 0) for each in reports],
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return run if len(reports) > 1 else run | {"properties": _properties(reports[0])}


def _properties(report: Report) -> dict[str, Any]:
    return {
        "verdict": report.verdict,
        "score": {"low": report.score.low, "high": report.score.high},
        "summary": plain(report.summary, 2000),
    }


def _by_rule(found: Iterable[Finding]) -> dict[str, Finding]:
    """The first finding of each rule."""
    first: dict[str, Finding] = {}
    for each in found:
        first.setdefault(each.rule, each)
    return first


def _driver(reports: Sequence[Report], found: list[Finding]) -> dict[str, Any]:
    report = reports[0]
    causes = {fact.cause for each in reports for fact in each.unknowns}
    return {
        "name": "hostaudit",
        "version": plain(report.run.tool_version, 60),
        "semanticVersion": plain(report.run.tool_version, 60),
        "informationUri": project_page(),
        "rules": [_rule(each) for each in _by_rule(found).values()],
        "notifications": [_notification(each) for each in sorted(causes)],
    }


def _notification(cause: str) -> dict[str, Any]:
    text = {"text": _text(say.cause(cause), 200)}
    advice = {"text": "What is unknown widens the score. Asking again may answer it; the message says what."}
    return {
        "id": plain(cause, 60),
        "name": _pascal(cause),
        "shortDescription": text,
        "fullDescription": text,
        "help": advice,
    }


def _rule(row: Finding) -> dict[str, Any]:
    fix = plain(row.fix) or "See the message."
    more = f" More: hostaudit explain {row.code}" if row.code else ""
    grade = NOTES[level(row)]
    page = rule_page(row.code)
    return {
        "id": plain(row.rule, 255),
        "name": _pascal(row.rule),
        "shortDescription": {"text": _text(named(row), 200)},
        "fullDescription": {"text": _text(f"{named(row)}. {fix}", 1000)},
        "helpUri": page,
        "help": {"text": _text(f"{fix}{more}", 1200), "markdown": _markdown(row, fix, page)},
        "defaultConfiguration": {"level": grade},
        "properties": {
            "tags": sorted({"resilience", *([plain(row.role, 60)] if row.role else [])}),
            "problem.severity": PROBLEMS[grade],
            "precision": "high",
            # Code scanning sorts by it and shows it as a word; the bounds between these are 4, 7 and 9.
            "security-severity": SCALE[row.severity],
        },
    }


def _told_level(row: Finding) -> str:
    """What no policy asks for is no error, however severe: the command ends with 0."""
    return "warning" if level(row) == "error" else NOTES[level(row)]


def _markdown(row: Finding, fix: str, page: str) -> str:
    """The help of a rule as GitHub shows it: text that only shows itself, and the page of the rule."""
    command = f" `hostaudit explain {markdown.text(row.code, 60)}` says what is at risk." if row.code else ""
    return f"**{markdown.text(named(row), 200)}**\n\n{markdown.text(fix, 1000)}{command}\n\n[All rules]({page})"


def _result(report: Report, row: Finding, index: int, occurrence: int) -> dict[str, Any]:
    path, line = place(report, row)
    state = standing(row)
    # An unknown that the policy counts as a failure is a failure; a person must review any other one.
    review = row.outcome == "unknown" and state != "fail"
    site = plain(report.target.domain, 255)
    result: dict[str, Any] = {
        "ruleId": plain(row.rule, 255),
        "ruleIndex": index,
        # Section 3.27.10 allows only level "none" beside other kinds than "fail"; code scanning reads only the level
        # and would hide the result.
        "kind": "review" if review else "informational" if state == "told" else "fail",
        "level": "note" if review else _told_level(row) if state == "told" else NOTES[level(row)],
        "message": {"text": _text(f"{site}: {row.message} {row.effect} {row.fix}".replace("  ", " ").strip(), 2000)},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": uri(path)}, "region": {"startLine": line}},
                "logicalLocations": list(_logical(report, row)),
            }
        ],
        # GitHub recognises an alert by the first one, which does not depend on a line or an address.
        "partialFingerprints": {
            "primaryLocationLineHash": f"{plain(row.fingerprint, 120)}:{occurrence}",
            "hostaudit/v1": f"{plain(row.fingerprint, 120)}:{occurrence}",
        },
        "properties": {
            "code": plain(row.code, 60),
            "outcome": row.outcome,
            "standing": state,
            "severity": row.severity,
            "confidence": row.confidence,
            "subject": plain(row.subject, 255),
            "evidence": [plain(each, 300) for each in row.because[:20]],
        },
    }
    if state in ("excepted", "baseline"):
        reason = {"kind": "external", "status": "accepted", "justification": _text(lifted(report, row), 1000)}
        result["suppressions"] = [reason]
    return result


def _logical(report: Report, row: Finding) -> Iterator[dict[str, str]]:
    site = plain(report.target.domain, 255)
    yield {"name": site, "fullyQualifiedName": site, "kind": "namespace"}
    for kind, name in (("role", row.role), ("provider", row.provider), ("subject", row.subject)):
        if name and name != report.target.domain:
            called = plain(name, 255)
            yield {"name": called, "fullyQualifiedName": f"{site}/{kind}/{called}", "kind": kind}


def _invocation(report: Report, left_out: int) -> dict[str, Any]:
    found = [each for each in noted(report) if each.outcome != "pass"]
    # An unknown that does not count, such as an origin behind a CDN, is reported, but the run was successful.
    open_ = report.verdict == "inconclusive" or any(
        each.outcome == "unknown" and standing(each) in ("fail", "inconclusive", "warning") for each in found
    )
    notes: list[dict[str, Any]] = [
        {
            "level": "warning" if open_ else "note",
            "descriptor": {"id": plain(fact.cause, 60)},
            "message": {"text": _text(f"{say.role(fact.role)} {fact.subject}: {say.cause(fact.cause)}", 500)},
        }
        for fact in report.unknowns[:MOST_NOTES]
    ]
    for number, what in ((len(report.unknowns) - len(notes), "unknown"), (left_out, "results")):
        if number > 0:
            notes.append(
                {"level": "warning", "message": {"text": f"{number} more {what} in the JSON report of this run."}}
            )
    headline = f"{HEADLINES[report.verdict]}: {counted(noted(report))}"
    times = {"startTimeUtc": timed(report.run.started), "endTimeUtc": timed(report.run.finished)}
    return {
        "executionSuccessful": not open_,
        "exitCode": report.exit_code,
        "exitCodeDescription": headline,
        **{key: at for key, at in times.items() if at},
        "toolExecutionNotifications": notes,
    }


def _pascal(identity: str) -> str:
    """An id in Pascal case: ``DnsMinProviders`` for ``dns.min_providers``."""
    words = "".join(char if char.isascii() and char.isalnum() else " " for char in identity[:255]).split()
    return "".join(word[0].upper() + word[1:] for word in words) or "Rule"


def _text(text: str, limit: int) -> str:
    """A plain text message, escaped: brackets would be a link, braces a placeholder (sections 3.11.5 and 3.11.6)."""
    shown = plain(text, limit).replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    return shown.replace("{", "{{").replace("}", "}}")


FORMAT = SarifFormat()
