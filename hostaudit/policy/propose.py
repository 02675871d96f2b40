"""Proposal of a policy: the strictest demands that a site meets today, so that any later loss of quality fails.

Each demand has a ladder of values from strict to loose. All demands are evaluated at once, and those that are not met
step down until all others pass. A demand that no value of its ladder makes pass is not proposed. An unknown answer
never meets a demand. Nothing is estimated: the rules themselves are evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from hostaudit.analysis import assess
from hostaudit.analysis.site_model import SiteModel
from hostaudit.documents import scenarios
from hostaudit.model.checks import Criteria
from hostaudit.model.policy import ANY, POLICY_SCHEMA, EffectivePolicy, Policy, Preset, RuleKey, ScenarioGate, rule_keys
from hostaudit.model.report import Finding, Report
from hostaudit.policy import verdict
from hostaudit.policy.ask import checks
from hostaudit.policy.check import Ladder
from hostaudit.policy.effective import DEFAULTS, Path, assembled, value_at


@dataclass
class Step:
    """One demand on its ladder. ``wanted``: the value of the ``preset`` from which it comes, if any. ``asked``: the
    rule gave an answer, ``message`` is its last one, and ``met`` says that it passed. ``example``: the value to show
    where none is met."""

    path: Path
    rule: str
    ladder: tuple[Any, ...]
    wanted: Any = None
    preset: str = ""
    at: int = 0
    asked: bool = False
    message: str = ""
    met: bool = False
    example: Any = None

    @property
    def value(self) -> Any:
        """The value that is demanded now; None after the end of the ladder."""
        return self.ladder[self.at] if self.at < len(self.ladder) else None


def trials(site: SiteModel, day: date) -> Callable[[Policy], Report]:
    """Return a function from a policy to the report on one site, judged on a day (UTC)."""
    # No verdict rests on a guess, so that one report serves every trial.
    site = replace(site, tree=site.tree.without_guesses())
    reports: dict[float, Report] = {}

    def judged(policy: Policy) -> Report:
        notice = policy.notice_hours or 0.0
        if notice not in reports:
            reports[notice] = assess.judge(site, notice)
        recorded = {each.scenario: scenarios.shipped(each.scenario) for each in policy.scenarios}
        asked = EffectivePolicy(POLICY_SCHEMA, site.file.target.domain, "", 0, True, "", {}, (), policy, {}, ())
        return verdict.apply_policy(site, reports[notice], Criteria(policy=asked), day, recorded)

    return judged


def settled(judge: Callable[[Policy], Report], presets: Mapping[str, Preset]) -> tuple[list[Step], Report]:
    """Return the steps, each with the strictest value that passes or None, and the report by them. ``judge``: a
    function from a policy to the report; ``presets``: the presets to begin with, by name, a later one before an earlier
    one."""
    wanted: dict[Path, tuple[Any, str]] = {}
    for name, preset in presets.items():
        wanted |= {path: (value_at(preset.policy, path), name) for path in preset.given}
    fixed = {path: value for path, (value, _) in wanted.items() if _ladder(path) is None}
    steps = list(_steps(judge(Policy()), wanted))
    while True:
        report = judge(policy_of(steps, fixed))
        outcomes = _outcomes(report.findings)
        loose = [step for step in steps if step.value is not None and not _answered(step, outcomes)]
        if not loose and report.verdict == "fail":
            loose = [step for step in steps if step.path == ("unknown",) and step.at == 0]
        if not loose:
            return steps, report
        for step in loose:
            step.at += 1


def policy_of(steps: Iterable[Step], fixed: Mapping[Path, Any]) -> Policy:
    """Return the policy of the current values of the steps, with the other values of the presets."""
    values: dict[Path, Any] = {**DEFAULTS, **fixed}
    gates: dict[str, dict[str, float]] = {}
    for step in steps:
        if step.path[0] == "scenarios":
            if step.value is not None:
                gates.setdefault(step.path[1], {})[step.path[2]] = step.value
        elif step.value is not None:
            values[step.path] = step.value
    if gates:
        values["scenarios",] = tuple(ScenarioGate(scenario, limits) for scenario, limits in gates.items())
    return assembled(values)


def _answered(step: Step, outcomes: Mapping[str, Finding]) -> bool:
    """True if a step keeps its value: the rule passes, or gave no answer because the site has nothing of the kind."""
    found = outcomes.get(step.rule)
    if found is not None:
        step.asked, step.message, step.met = True, found.message, found.outcome == "pass"
    return found is None or step.met


def _outcomes(findings: Sequence[Finding]) -> dict[str, Finding]:
    """By rule, the finding that counts: a failure before an unknown before a pass."""
    order = ("pass", "unknown", "fail")
    worst: dict[str, Finding] = {}
    for each in findings:
        if each.rule not in worst or order.index(each.outcome) > order.index(worst[each.rule].outcome):
            worst[each.rule] = each
    return worst


def _steps(report: Report, wanted: Mapping[Path, tuple[Any, str]]) -> Iterable[Step]:
    """The demands that are proposed for a site without a preset, then those of the presets."""
    proposed: dict[Path, Step] = {}
    for rule, key in rule_keys().items():
        ladder = checks()[rule].ladder
        if ladder is None:
            continue
        for subject, values in ladder.proposed(report).items():
            path = tuple(subject if each == ANY else each for each in key.path)
            example = values[0 if ladder.shows_strictest else -1] if values else None
            proposed[path] = Step(path, _rule(path), values, example=example)
    yield from (step for path, step in proposed.items() if path not in wanted and step.ladder)
    for path, (value, name) in wanted.items():
        ladder = _ladder(path)
        if path == ("scenarios",) and ladder is not None:
            for gate in value:
                for function, hours in gate.limits.items():
                    where = ("scenarios", gate.scenario, function)
                    rule = f"scenario.{gate.scenario}.{function}"
                    yield Step(where, rule, _down(hours, ladder.usual), hours, name)
        elif path == ("unknown",) and value == "fail":
            yield Step(path, "", ("fail", "inconclusive"), value, name)
        elif ladder is not None and value not in (None, False):
            values = proposed[path].ladder if path in proposed else ladder.usual
            yield Step(path, _rule(path), _down(value, values), value, name)


def _at(path: Path) -> tuple[str, RuleKey] | None:
    """The check that a key of a policy demands, with the key; None for a key that only modifies demands."""
    general = (path[0], ANY, path[2]) if len(path) == 3 else path
    return next(((rule, key) for rule, key in rule_keys().items() if key.path == general), None)


def _ladder(path: Path) -> Ladder | None:
    found = _at(path)
    return checks()[found[0]].ladder if found is not None else None


def _rule(path: Path) -> str:
    """The id of the rule that a key demands."""
    found = _at(path)
    assert found is not None  # noqa: S101 - only keys that demand a rule have a ladder
    return found[0] if ANY not in found[1].path else ".".join(path[1:])


def _down(value: Any, ladder: tuple[Any, ...]) -> tuple[Any, ...]:
    """The wanted value, followed by the looser values of a ladder."""
    if isinstance(value, bool):
        return (value,)
    rising = len(ladder) > 1 and ladder[0] < ladder[-1]
    return (value, *(each for each in ladder if (each > value if rising else each < value)))
