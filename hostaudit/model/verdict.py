"""The words of a verdict: outcomes, severities, verdicts and exit codes. It imports nothing, as every command loads
it."""

from __future__ import annotations

from typing import Literal, get_args

Outcome = Literal["pass", "fail", "unknown"]
"""The result of one rule."""

Severity = Literal["low", "medium", "high", "critical"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""The severities, from the least to the most severe."""

UnknownMode = Literal["inconclusive", "fail", "warn"]
"""The effect of an unknown answer of a rule: exit 3, exit 1, or a warning."""

UNKNOWN_MODES: tuple[UnknownMode, ...] = get_args(UnknownMode)

Verdict = Literal["pass", "fail", "inconclusive", "not_judged"]
EXIT_CODES: dict[Verdict, int] = {"pass": 0, "not_judged": 0, "fail": 1, "inconclusive": 3}
"""The exit code of the command by verdict, the same for every format."""

INTERNAL = 4
"""The exit code of a look during which hostaudit itself failed at a question."""


def exit_code(verdict: Verdict, *, defects: bool) -> int:
    """Return the exit code: a failure is certain whatever was missed; all else may be wrong after a defect."""
    return INTERNAL if defects and verdict != "fail" else EXIT_CODES[verdict]


Weight = Literal["", "fail", "inconclusive"]
"""The effect of a finding on the verdict; empty: none."""

WEIGHT_OF_UNKNOWN: dict[UnknownMode, Weight] = {"fail": "fail", "warn": "", "inconclusive": "inconclusive"}

NOT_DELEGATED = "name-not-delegated"
ON_HOLD = "registration-on-hold"
DELETED = "registration-deleted"
NAME_RULES = frozenset({NOT_DELEGATED, ON_HOLD, DELETED})
"""The rules that a name breaks which is not in the zone of its registry: nothing else of the site can work then."""

Level = Literal["error", "warning", "info"]
LEVELS: dict[Severity, Level] = {"critical": "error", "high": "error", "medium": "warning", "low": "info"}
"""How a finding is told that does not count in the verdict, by its severity, the same in every format."""
