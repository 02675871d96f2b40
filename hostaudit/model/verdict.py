"""The words of a verdict: outcomes, severities, verdicts and their exit codes. Loads nothing, as every command does."""

from __future__ import annotations

from typing import Literal, get_args

Outcome = Literal["pass", "fail", "unknown"]
"""The result of one rule."""

Severity = Literal["low", "medium", "high", "critical"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""From the least to the most severe."""

UnknownMode = Literal["inconclusive", "fail", "warn"]
"""How an unknown answer of a rule counts: exit 3, exit 1, or a warning."""

UNKNOWN_MODES: tuple[UnknownMode, ...] = get_args(UnknownMode)

Verdict = Literal["pass", "fail", "inconclusive", "not_judged"]
EXIT_CODES: dict[Verdict, int] = {"pass": 0, "not_judged": 0, "fail": 1, "inconclusive": 3}
"""The exit code of the command by verdict, the same for every format."""

Weight = Literal["", "fail", "inconclusive"]
"""How a finding counts in the verdict; empty: not at all."""

WEIGHT_OF_UNKNOWN: dict[UnknownMode, Weight] = {"fail": "fail", "warn": "", "inconclusive": "inconclusive"}

NOT_DELEGATED = "name-not-delegated"
"""The one rule that decides the verdict by itself: a name that does not exist."""
