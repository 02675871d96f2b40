"""The strictest demands that a site meets as it is today, so that it can only get better.

Each demand has a ladder of values from strict to loose. All are asked at once, and those that are not met step down,
until everything that is left passes; what no value of its ladder makes pass is not demanded. What is unknown is never
met. Nothing is guessed: the rules themselves are asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import floor
from typing import Any

from hostaudit.model.policy import Policy, Preset, ScenarioGate
from hostaudit.model.report import Finding, Report
from hostaudit.model.roles import COUNTED, TIMED
from hostaudit.policy.effective import DEFAULTS, Path, assembled, value_at

HOURS = (0.5, 1, 2, 4, 8, 12, 24, 48, 72, 120, 168, 240, 336, 480, 600)
"""Short of 30 days, with which the score counts a function as lost for good."""

GATE_HOURS = (*HOURS, 720, 1000, 1500, 2000, 4000, 8000, 15000)
DAYS = {"registrar": (30, 21, 14, 7, 3), "ca": (14, 7, 2, 1)}
"""No more than leaves time to act, as a renewal soon gives more days than that."""

SHARES = tuple(step / 100 for step in range(30, 100, 5))


@dataclass
class Step:
    """One demand on its ladder. ``wanted``: the value of the preset, if it is from there. ``told``: what the rule said
    last, and ``met`` whether it passed."""

    path: Path
    rule: str
    ladder: tuple[Any, ...]
    wanted: Any = None
    preset: str = ""
    at: int = 0
    told: str = ""
    met: bool = False

    @property
    def value(self) -> Any:
        """The value that is asked now; None at the foot of the ladder."""
        return self.ladder[self.at] if self.at < len(self.ladder) else None


def settled(judge: Callable[[Policy], Report], presets: Mapping[str, Preset]) -> tuple[list[Step], Report]:
    """The steps, each with the strictest value that passes or None, and the report by them. ``judge`` gives the report
    by a policy; ``presets`` are those to begin with, by name, a later one going before an earlier."""
    wanted: dict[Path, tuple[Any, str]] = {}
    for name, preset in presets.items():
        wanted |= {path: (value_at(preset.policy, path), name) for path in preset.given}
    fixed = {path: value for path, (value, _) in wanted.items() if path[-1] not in RULE_KEYS and path != ("scenarios",)}
    steps = list(_steps(judge(Policy()), wanted))
    while True:
        opinion = judge(policy_of(steps, fixed))
        outcomes = _outcomes(opinion.findings)
        loose = [step for step in steps if step.value is not None and not _answered(step, outcomes)]
        if not loose and opinion.verdict == "fail":
            loose = [step for step in steps if step.path == ("unknown",) and step.at == 0]
        if not loose:
            return steps, opinion
        for step in loose:
            step.at += 1


RULE_KEYS = {"min_score", "min_providers", "min_days_left", "max_hours_down", "max_share", "known"}
"""Keys that make a demand of their own; others say how."""


def policy_of(steps: Iterable[Step], fixed: Mapping[Path, Any]) -> Policy:
    """The policy that the steps ask for now, with what presets say besides."""
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
    """Whether a step needs no other value: the rule passes, or was not asked, as the site has nothing of the kind."""
    found = outcomes.get(step.rule)
    if found is not None:
        step.told, step.met = found.message, found.outcome == "pass"
    return found is None or step.met


def _outcomes(findings: Sequence[Finding]) -> dict[str, Finding]:
    """By rule the finding that counts: a failure before what is unknown before a pass."""
    order = ("pass", "unknown", "fail")
    worst: dict[str, Finding] = {}
    for each in findings:
        if each.rule not in worst or order.index(each.outcome) > order.index(worst[each.rule].outcome):
            worst[each.rule] = each
    return worst


def _steps(opinion: Report, wanted: Mapping[Path, tuple[Any, str]]) -> Iterable[Step]:
    low = floor(opinion.score.low)
    own: dict[Path, tuple[str, tuple[Any, ...]]] = {("min_score",): ("score.min", (low,) if low else ())}
    roles = {leg.role for function in opinion.functions for leg in function.legs}
    for counted in (each for each in COUNTED if each in roles):
        own["roles", counted, "min_providers"] = f"{counted}.min_providers", (4, 3, 2)
    for role, days in DAYS.items():
        own["roles", role, "min_days_left"] = f"{role}.min_days_left", days
    there = {each.id for each in opinion.functions if each.state != "not_applicable"}
    for function in (each for each in TIMED if each in there):
        own["functions", function, "max_hours_down"] = f"{function}.max_hours_down", HOURS
    own["parents", "max_share"] = "parents.max_share", SHARES
    own["jurisdictions", "known"] = "jurisdictions.known", (True,)
    for path, (rule, ladder) in own.items():
        if path not in wanted and ladder:
            yield Step(path, rule, ladder)
    for path, (value, name) in wanted.items():
        if path == ("scenarios",):
            for gate in value:
                for function, hours in gate.limits.items():
                    ladder = _down(hours, GATE_HOURS)
                    where = ("scenarios", gate.scenario, function)
                    yield Step(where, f"scenario.{gate.scenario}.{function}", ladder, hours, name)
        elif path == ("unknown",) and value == "fail":
            yield Step(path, "", ("fail", "inconclusive"), value, name)
        elif path[-1] in RULE_KEYS and value not in (None, False):
            rule, ladder = own.get(path, (_rule(path), _usual(path)))
            yield Step(path, rule, _down(value, ladder), value, name)


def _rule(path: Path) -> str:
    return ".".join(path[1:]) if path[0] in ("roles", "functions") else ".".join(path)


def _usual(path: Path) -> tuple[Any, ...]:
    key = path[-1]
    if key == "max_hours_down":
        return HOURS
    return tuple(range(95, 0, -5)) if key == "min_score" else (4, 3, 2)


def _down(value: Any, ladder: tuple[Any, ...]) -> tuple[Any, ...]:
    """What is wanted, and then the looser values of a ladder."""
    if isinstance(value, bool):
        return (value,)
    rising = len(ladder) > 1 and ladder[0] < ladder[-1]
    return (value, *(each for each in ladder if (each > value if rising else each < value)))
