"""From a report to a verdict: every rule is asked, exceptions and the baseline are applied, and what is left decides.

fail           a failure that no exception covers and that is not in the baseline, or an unknown where that fails
inconclusive   else an unknown that matters, or name resolution or the web site rest on unknown ground
pass           else
not_judged     without a policy, and without --fail-on

A finding that needs no policy counts from the severity of ``--fail-on``, with a policy alone from *medium*: what is low
is only told. A name that does not exist fails whatever is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from msgspec import structs

from hostaudit.analysis.impact.findings import NOT_DELEGATED
from hostaudit.analysis.site_model import SiteModel
from hostaudit.model.checks import Criteria
from hostaudit.model.policy import EffectivePolicy, Policy, Severity, UnknownMode
from hostaudit.model.report import ExceptionNote, Finding, PolicyNote, Report, Verdict
from hostaudit.model.scenario import Scenario
from hostaudit.policy import exceptions
from hostaudit.policy.checks.context import Answer, Ground, code, fingerprint
from hostaudit.policy.checks.evaluators import finding as finding_of
from hostaudit.policy.checks.evaluators import findings, ordered
from hostaudit.policy.checks.scores import SEVERITIES

TOLD_BELOW: Severity = "medium"


def named(case: SiteModel, report: Report) -> Report:
    """A report that nothing is demanded of, its findings under the names by which they are quoted."""
    rows = tuple(_completed(case, each, report.target.domain) for each in report.findings)
    return structs.replace(report, findings=rows)


def gated(case: SiteModel, report: Report, criteria: Criteria, day: date, scenarios: Mapping[str, Scenario]) -> Report:
    """A report judged on a day (UTC). ``scenarios``: those that the policy names, by id."""
    effective = criteria.policy
    policy = effective.policy if effective is not None else Policy()
    domain = report.target.domain
    known = [_completed(case, each, domain) for each in report.findings]
    modes: dict[str, UnknownMode | None] = {}
    rows = list(known)
    if not any(each.rule == NOT_DELEGATED for each in known):
        ground = Ground(case, report, policy, day, scenarios, criteria.fail_on)
        for each, mode in findings(ground):
            rows.append(each)
            modes[each.fingerprint] = mode
    asked = tuple(sorted({each.rule for each in rows[len(known) :] if each.rule != "single-point"}))
    covered, notes = exceptions.apply(rows, effective.exceptions if effective is not None else (), domain, day)
    if criteria.strict_exceptions:
        covered += tuple(_stale(case, each, domain) for each in notes if each.warning)
    if criteria.baseline is not None:
        covered = tuple(_compared(each, criteria.baseline) for each in covered)
    judged = criteria.fail_on is not None or (effective is not None and effective.stated)
    usual = criteria.unknown or policy.unknown or "inconclusive"
    least = SEVERITIES.index(criteria.fail_on or TOLD_BELOW) if judged else len(SEVERITIES)
    told = {
        each.fingerprint for each in known if each.rule != NOT_DELEGATED and SEVERITIES.index(each.severity) < least
    }
    weighed = ordered(
        structs.replace(each, verdict="")
        if each.fingerprint in told
        else _weighed(each, modes.get(each.fingerprint) or usual)
        for each in covered
    )
    return structs.replace(
        report,
        verdict=_verdict(report, weighed, usual, judged=judged),
        findings=weighed,
        exceptions_applied=notes,
        labels=effective.labels if effective is not None else report.labels,
        policy=_note(effective, asked) if effective is not None else None,
        run=structs.replace(report.run, day=day.isoformat()),
    )


def _note(effective: EffectivePolicy, asked: tuple[str, ...]) -> PolicyNote:
    hours = effective.policy.notice_hours or 0.0
    return PolicyNote(effective.source, effective.line, effective.extends, hours, asked)


def _completed(case: SiteModel, each: Finding, domain: str) -> Finding:
    """A finding that needs no policy, with what the texts of the rules add."""
    number = each.code or code(case.rules.checks.get(each.rule), each.role)
    mark = each.fingerprint or fingerprint(each.rule, domain, each.role, each.subject, each.provider)
    return structs.replace(each, code=number, fingerprint=mark)


def _stale(case: SiteModel, note: ExceptionNote, domain: str) -> Finding:
    """What an exception that has had its day becomes where that is not accepted."""
    message = f"Exception {note.id} for {note.rule}, owned by {note.owner}: {note.warning}."
    answer = Answer("exceptions.stale", "fail", note.id, message, confidence=0.99)
    return finding_of(answer, case.rules.checks.get("exceptions.stale"), domain)


def _compared(each: Finding, baseline: frozenset[str]) -> Finding:
    known = each.outcome == "fail" and each.fingerprint in baseline
    return structs.replace(each, baseline=True) if known else each


def _weighed(each: Finding, mode: UnknownMode) -> Finding:
    """What a finding makes of the verdict."""
    if each.outcome == "pass" or each.exception or each.baseline:
        return structs.replace(each, verdict="")
    if each.outcome == "fail":
        return structs.replace(each, verdict="fail")
    return structs.replace(each, verdict={"fail": "fail", "warn": ""}.get(mode, "inconclusive"))


def _verdict(report: Report, rows: tuple[Finding, ...], mode: UnknownMode, *, judged: bool) -> Verdict:
    weights = {each.verdict for each in rows}
    if "fail" in weights:
        return "fail"
    unsound = report.verdict == "inconclusive"
    if unsound and mode == "fail":
        return "fail"
    if unsound or "inconclusive" in weights:
        return "inconclusive"
    if not judged:
        return "not_judged"
    return "pass"


def known_failures(report: Report) -> frozenset[str]:
    """The fingerprints of all that fails in a report, for a later one to be compared with. Single points of failure
    are among them, whether or not it was asked for them."""
    domain = report.target.domain
    found = {each.fingerprint for each in report.findings if each.outcome == "fail"}
    for point in report.spofs:
        if point.failure_domain.kind == "parent" and not point.name_only:
            identity = point.failure_domain.id
            found.add(fingerprint("single-point", domain, "", identity, identity))
    return frozenset(found - {""})
