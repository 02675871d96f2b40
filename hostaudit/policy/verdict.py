"""From a report to a verdict, in five steps: ask, except, compare, weigh, decide.

fail           a failure that no exception covers and that is not in the baseline, or an unknown where that fails
inconclusive   else an unknown that counts, or unknown dependencies of name resolution or of the web site
pass           else
not_judged     without a policy, and without --fail-on

A finding that needs no policy counts from the severity of ``--fail-on``; with only a policy, from *medium*, and a low
one is only reported. What is down now fails in any case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from msgspec import structs

from hostaudit.analysis import assess
from hostaudit.analysis.site_model import SiteModel
from hostaudit.model.checks import Criteria
from hostaudit.model.fingerprints import fingerprint
from hostaudit.model.policy import EffectivePolicy, Policy
from hostaudit.model.report import ExceptionNote, Finding, PolicyNote, Report, name_is_gone
from hostaudit.model.scenario import Scenario
from hostaudit.model.single_points import SINGLE_POINT, companies, counts
from hostaudit.model.verdict import SEVERITIES, WEIGHT_OF_UNKNOWN, Severity, UnknownMode, Verdict, Weight
from hostaudit.policy import exceptions
from hostaudit.policy.ask import STALE, asked, code, finding, ordered
from hostaudit.policy.check import Demand
from hostaudit.policy.context import PolicyContext

COUNTS_FROM: Severity = "medium"
"""The severity from which a finding counts that needs no policy, unless ``--fail-on`` says otherwise."""

EXCEPTION_CONFIDENCE = 0.99


def with_codes(case: SiteModel, report: Report) -> Report:
    """Return a report without demands, its findings with the codes by which they are quoted."""
    return structs.replace(report, findings=_coded(case, report))


def with_stale_exceptions(case: SiteModel, report: Report, criteria: Criteria) -> Report:
    """Return a report that was judged without ``strict_exceptions``, in which bad exceptions are failures too."""
    stale = (_stale(case, each, report.target.domain) for each in report.exceptions_applied if each.warning)
    rows = [
        structs.replace(each, verdict="" if each.baseline else "fail")
        for each in _compare(tuple(stale), criteria.baseline)
    ]
    fails = any(each.verdict for each in rows)
    found = tuple(ordered((*report.findings, *rows)))
    return structs.replace(report, findings=found, verdict="fail" if fails else report.verdict)


def apply_policy(
    case: SiteModel, report: Report, criteria: Criteria, day: date, scenarios: Mapping[str, Scenario]
) -> Report:
    """Return a report, judged on a day (UTC). ``scenarios``: those that the policy names, by id."""
    effective = criteria.policy
    policy = effective.policy if effective is not None else Policy()
    judging = _Judging.by(criteria, policy)
    asked_of, shown = _without_guesses(case, report, policy)
    guessed = shown is not report
    found = _ask(
        PolicyContext(asked_of, shown, policy, day, scenarios, criteria.fail_on, criteria.mail_before, guessed)
    )
    rows, notes = _except(case, report, found.rows, criteria, day)
    rows = _compare(rows, criteria.baseline)
    rows = _weigh(rows, found, judging)
    return structs.replace(
        report,
        verdict=_decide(report, rows, judging),
        findings=rows,
        exceptions_applied=notes,
        labels=effective.labels if effective is not None else report.labels,
        policy=_note(effective, found.rules) if effective is not None else None,
        run=structs.replace(report.run, day=day.isoformat()),
    )


def _without_guesses(case: SiteModel, report: Report, policy: Policy) -> tuple[SiteModel, Report]:
    """The site and its report if nothing is taken for the owner's own on a guess: guesses decide no verdict."""
    tree = case.tree.without_guesses()
    if tree is case.tree:
        return case, report
    known = replace(case, tree=tree)
    return known, assess.judge(known, policy.notice_hours or 0.0)


@dataclass(frozen=True)
class _Judging:
    """Settings of a judgement. ``judged``: something is demanded. ``unknown``: the effect of unknown answers.
    ``least``: the severity from which a finding counts that needs no policy, as an index of ``SEVERITIES``."""

    judged: bool
    unknown: UnknownMode
    least: int

    @classmethod
    def by(cls, criteria: Criteria, policy: Policy) -> _Judging:
        judged = criteria.fail_on is not None or (criteria.policy is not None and criteria.policy.stated)
        unknown = criteria.unknown or policy.unknown or "inconclusive"
        least = SEVERITIES.index(criteria.fail_on or COUNTS_FROM) if judged else len(SEVERITIES)
        return cls(judged, unknown, least)


@dataclass(frozen=True)
class _Found:
    """Every finding. ``unasked``: the fingerprints of those that need no policy; ``modes``: by fingerprint, the effect
    of an unknown finding whose demand defines it; ``rules``: the rules of the policy that were evaluated."""

    rows: tuple[Finding, ...]
    unasked: frozenset[str]
    modes: Mapping[str, UnknownMode | None]
    rules: tuple[str, ...]


# -- ask --------------------------------------------------------------------------------------------------


def _ask(context: PolicyContext) -> _Found:
    """The findings of the analysis and the answers of all checks; a name that is not in its registry's zone is not
    checked."""
    unasked = _coded(context.case, context.report)
    exists = not name_is_gone(unasked)
    answers = list(asked(context)) if exists else []
    return _Found(
        rows=(*unasked, *(each.finding for each in answers)),
        unasked=frozenset(each.fingerprint for each in unasked),
        modes={each.finding.fingerprint: each.unknown for each in answers},
        rules=tuple(sorted({each.finding.rule for each in answers} - {SINGLE_POINT})),
    )


def _coded(case: SiteModel, report: Report) -> tuple[Finding, ...]:
    """The findings that need no policy, with code and fingerprint."""
    return tuple(_completed(case, each, report.target.domain) for each in report.findings)


def _completed(case: SiteModel, row: Finding, domain: str) -> Finding:
    quoted = row.code or code(case.rules.checks.get(row.rule), row.role)
    mark = row.fingerprint or fingerprint(row.rule, domain, row.role, row.subject, row.provider)
    return structs.replace(row, code=quoted, fingerprint=mark)


# -- except -----------------------------------------------------------------------------------------------


def _except(
    case: SiteModel, report: Report, rows: tuple[Finding, ...], criteria: Criteria, day: date
) -> tuple[tuple[Finding, ...], tuple[ExceptionNote, ...]]:
    """The findings with the exceptions that cover them; with ``strict_exceptions`` bad exceptions are findings too."""
    domain = report.target.domain
    exemptions = criteria.policy.exceptions if criteria.policy is not None else ()
    covered, notes = exceptions.apply(rows, exemptions, domain, day)
    if criteria.strict_exceptions:
        covered += tuple(_stale(case, each, domain) for each in notes if each.warning)
    return covered, notes


def _stale(case: SiteModel, note: ExceptionNote, domain: str) -> Finding:
    """The failure for an unused, ended or overdue exception, if such exceptions are not accepted."""
    message = f"Exception {note.id} for {note.rule}, owned by {note.owner}: {note.warning}."
    answer = Demand(STALE).answer("fail", note.id, message, confidence=EXCEPTION_CONFIDENCE)
    return finding(answer, case.rules.checks.get(STALE), domain)


# -- compare ----------------------------------------------------------------------------------------------


def _compare(rows: tuple[Finding, ...], baseline: frozenset[str] | None) -> tuple[Finding, ...]:
    """The findings, with a mark on those that failed in the baseline already."""
    if baseline is None:
        return rows
    return tuple(
        structs.replace(each, baseline=True) if each.outcome == "fail" and each.fingerprint in baseline else each
        for each in rows
    )


def known_failures(report: Report) -> frozenset[str]:
    """Return the fingerprints of all failures in a report, as a baseline for a later one. They include single points of
    failure, even if these were not demanded."""
    domain = report.target.domain
    found = {each.fingerprint for each in report.findings if each.outcome == "fail"}
    for identity in (each for point in report.spofs if counts(point) for each in companies(point)):
        found.add(fingerprint(SINGLE_POINT, domain, "", identity, identity))
    return frozenset(found - {""})


def failures(report: Report) -> frozenset[str]:
    """Return the fingerprints of what fails a report. What an exception or a baseline covers is not among them."""
    return frozenset(each.fingerprint for each in report.findings if each.verdict == "fail" and each.fingerprint)


# -- weigh ------------------------------------------------------------------------------------------------


def _weigh(rows: Iterable[Finding], found: _Found, judging: _Judging) -> tuple[Finding, ...]:
    """The findings in the order of a report, each with its effect on the verdict."""
    return ordered(structs.replace(each, verdict=_weight(each, found, judging)) for each in rows)


def _weight(row: Finding, found: _Found, judging: _Judging) -> Weight:
    if row.outcome == "pass" or row.exception or row.baseline:
        return ""
    light = SEVERITIES.index(row.severity) < judging.least
    if row.fingerprint in found.unasked and not row.down_now and light:
        return ""
    if row.outcome == "fail":
        return "fail"
    mode = found.modes.get(row.fingerprint) or judging.unknown
    return WEIGHT_OF_UNKNOWN[mode]


# -- decide -----------------------------------------------------------------------------------------------


def _decide(report: Report, rows: Iterable[Finding], judging: _Judging) -> Verdict:
    """The verdict, from the weights of all findings, and from the knowledge of the main dependencies."""
    weights = {each.verdict for each in rows}
    unsound = report.verdict == "inconclusive"
    if "fail" in weights or (unsound and judging.unknown == "fail"):
        return "fail"
    if unsound or "inconclusive" in weights:
        return "inconclusive"
    return "pass" if judging.judged else "not_judged"


def _note(effective: EffectivePolicy, rules: tuple[str, ...]) -> PolicyNote:
    hours = effective.policy.notice_hours or 0.0
    return PolicyNote(effective.source, effective.line, effective.extends, hours, rules, effective.lines)
