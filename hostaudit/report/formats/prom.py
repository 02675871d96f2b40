"""Prometheus text format 0.0.4, for the textfile collector: no time stamps, a line feed at the end.

``METRICS`` is the list of all metrics; dashboards and alert rules depend on it. A value with several states is one
series for each state, 0 or 1, so that *unknown* is never mistaken for another state.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from hostaudit.model.evidence import subject_of
from hostaudit.model.report import Report
from hostaudit.model.values import Certificate, HostAddress, Registration
from hostaudit.report import Style
from hostaudit.report.rows import (
    UNSOUND,
    plain,
    rows,
    seconds,
    standing,
)

if TYPE_CHECKING:
    from hostaudit.model.documents import Document

METRICS: dict[str, tuple[str, tuple[str, ...]]] = {
    "hostaudit_build_info": ("Version of hostaudit and of its rules; always 1.", ("version", "rules_version")),
    "hostaudit_scan_success": ("1 if the site could be judged, 0 if what the verdict needs is unknown.", ("domain",)),
    "hostaudit_verdict": ("The verdict that the exit code tells, 1 for the one that holds.", ("domain", "verdict")),
    "hostaudit_exit_code": ("Exit code of hostaudit for this site.", ("domain",)),
    "hostaudit_probe_result": (
        "What is known of the parties in a layer: ok, unknown, or fail if none of its alternatives works.",
        ("domain", "layer", "result"),
    ),
    "hostaudit_score_low": (
        "Low end of the score, 0 to 100, everything unknown failing; role all is the whole site.",
        ("domain", "role"),
    ),
    "hostaudit_score_high": (
        "High end of the score, 0 to 100, everything unknown working; role all is the whole site.",
        ("domain", "role"),
    ),
    "hostaudit_score_coverage_ratio": ("Share of the legs looked at whose operator and state are known.", ("domain",)),
    "hostaudit_spof": (
        "1 for each that ends a function alone, such as a company (kind parent); without those that hold only names.",
        ("domain", "kind", "id"),
    ),
    "hostaudit_policy_result": (
        "How a rule came out, 1 for what holds; warning: does not count; excepted: or in the baseline.",
        ("domain", "rule", "result"),
    ),
    "hostaudit_last_complete_timestamp_seconds": (
        "When the last look at the site ended that could be judged; left out if this one could not.",
        ("domain",),
    ),
    "hostaudit_domain_expiry_timestamp_seconds": ("When the registration of a name runs out.", ("domain", "name")),
    "hostaudit_cert_not_after_timestamp_seconds": (
        "When the first certificate of a host runs out.",
        ("domain", "host"),
    ),
    "hostaudit_exception_expiry_timestamp_seconds": (
        "When an exception of the policy ends, for those that end.",
        ("domain", "id", "rule", "owner"),
    ),
}
"""Help and labels by name; all are gauges."""

RESULTS = ("ok", "fail", "unknown")
RULE_RESULTS = ("pass", "fail", "unknown", "warning", "excepted")
VERDICTS = ("pass", "fail", "inconclusive", "not_judged")
WHOLE = "all"

Sample = tuple[str, tuple[str, ...], float]


@dataclass(frozen=True)
class PromFormat:
    name: str = "prom"
    writes: frozenset[type] = frozenset({Report})
    suffix: str = ".prom"
    backslash: str = "\\\\"
    """A backslash in a label."""

    def render(self, document: Document, style: Style) -> str:
        """Every metric that has a value, with HELP and TYPE, samples sorted."""
        report: Any = document
        return self.render_all((report,), style)

    def render_all(self, reports: Sequence[Report], style: Style) -> str:  # noqa: ARG002 - for programs
        """The samples of all sites, each metric once."""
        families: dict[str, dict[tuple[str, ...], float]] = {}
        for name, labels, value in (sample for report in reports for sample in _samples(report)):
            # Long labels are cut, so two may become equal; the larger value is used for both.
            family = families.setdefault(name, {})
            shown = tuple(plain(each, 250) for each in labels)
            family[shown] = max(value, family.get(shown, value))
        lines: list[str] = []
        for name, (text, keys) in METRICS.items():
            if name in families:
                lines += [f"# HELP {name} {text}", f"# TYPE {name} gauge"]
                lines += [_line(name, keys, *each) for each in sorted(families[name].items())]
        return "\n".join(lines) + "\n"


def _line(name: str, keys: tuple[str, ...], labels: tuple[str, ...], value: float) -> str:
    pairs = ",".join(f'{key}="{_label(label)}"' for key, label in zip(keys, labels, strict=True))
    return f"{name}{{{pairs}}} {value:.15g}"


def _label(text: str) -> str:
    """A label value in which the three special characters of the format are escaped."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _samples(report: Report) -> Iterator[Sample]:
    domain = report.target.domain
    judged = report.verdict != "inconclusive" and all(each.rule != UNSOUND for each in rows(report))
    yield "hostaudit_build_info", (report.run.tool_version, report.run.rules_version), 1
    yield "hostaudit_scan_success", (domain,), judged
    for verdict in VERDICTS:
        yield "hostaudit_verdict", (domain, verdict), verdict == report.verdict
    yield "hostaudit_exit_code", (domain,), report.exit_code
    for layer, state in sorted(_layers(report).items()):
        for result in RESULTS:
            yield "hostaudit_probe_result", (domain, layer, result), result == state
    for role, low, high in (
        (WHOLE, report.score.low, report.score.high),
        *((each.role, each.score.low, each.score.high) for each in report.roles),
    ):
        yield "hostaudit_score_low", (domain, role), low
        yield "hostaudit_score_high", (domain, role), high
    yield "hostaudit_score_coverage_ratio", (domain,), report.score.coverage
    for point in report.spofs:
        if point.order == 1 and not point.name_only:
            yield "hostaudit_spof", (domain, point.failure_domain.kind, point.failure_domain.id), 1
    yield from _rules(report)
    yield from _times(report, judged=judged)


def _layers(report: Report) -> dict[str, str]:
    """The state by role: fail if all legs failed, unknown if any part is unknown, else ok."""
    states: dict[str, list[str]] = {}
    for function in report.functions:
        for leg in function.legs:
            states.setdefault(leg.role, []).append(leg.state)
    unknown = {fact.role for fact in report.unknowns}
    found = {}
    for role in {*states, *unknown, *(each.role for each in report.dependencies)}:
        legs = states.get(role, [])
        if legs and all(state == "failed" for state in legs):
            found[role] = "fail"
        else:
            found[role] = "unknown" if role in unknown or "unknown" in legs else "ok"
    return found


def _rules(report: Report) -> Iterator[Sample]:
    results: dict[str, set[str]] = {}
    words = {"inconclusive": "unknown", "baseline": "excepted", "told": "warning"}
    for row in rows(report):
        results.setdefault(row.rule, set()).add(words.get(standing(row), standing(row)))
    for rule, found in results.items():
        for result in RULE_RESULTS:
            holds = result in found and (result != "pass" or found == {"pass"})
            yield "hostaudit_policy_result", (report.target.domain, rule, result), holds


def _times(report: Report, *, judged: bool) -> Iterator[Sample]:
    domain = report.target.domain
    ended = seconds(report.run.finished)
    if judged and ended is not None:
        yield "hostaudit_last_complete_timestamp_seconds", (domain,), ended
    ends: dict[str, float] = {}
    expires: dict[str, float] = {}
    for item in report.evidence:
        if isinstance(item.value, Registration) and item.value.expires:
            at = seconds(item.value.expires)
            if at is not None:
                expires[item.subject] = min(at, expires.get(item.subject, at))
        elif isinstance(item.value, Certificate):
            at = seconds(item.value.not_after)
            asked = subject_of(item, HostAddress)
            if at is not None and asked is not None:
                ends[asked.host] = min(at, ends.get(asked.host, at))
    for name, at in expires.items():
        yield "hostaudit_domain_expiry_timestamp_seconds", (domain, name), at
    for host, at in ends.items():
        yield "hostaudit_cert_not_after_timestamp_seconds", (domain, host), at
    for note in report.exceptions_applied:
        last = _end_of_day(note.expires)
        if last is not None:
            yield "hostaudit_exception_expiry_timestamp_seconds", (domain, note.id, note.rule, note.owner), last


def _end_of_day(text: str) -> float | None:
    """The end of a day in seconds since 1970, as an exception covers its whole last day, UTC."""
    try:
        last = date.fromisoformat(text)
        return seconds(f"{last + timedelta(days=1)}T00:00:00Z")
    except (ValueError, OverflowError):
        return None


FORMAT = PromFormat()
