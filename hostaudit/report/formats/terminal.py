"""Documents for a person at a terminal. Nothing is said by colour alone, and no line is wider than the terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hostaudit.model.changes import Changes, History, Trend
from hostaudit.model.checks import Explanation, PolicyTrials, RuleBook
from hostaudit.model.data import DataStatus
from hostaudit.model.doctor import Doctor
from hostaudit.model.match import Matched, ProviderList, ProviderSheet
from hostaudit.model.policy import EffectivePolicy
from hostaudit.model.report import Report
from hostaudit.model.scenario import Library, Scenario
from hostaudit.model.whatif import Fallbacks, Matrix, WhatIf
from hostaudit.model.working import Working
from hostaudit.report import EVERY, Style
from hostaudit.report.terminal import (
    candidates,
    changes,
    data,
    doctor,
    matrix,
    policy,
    providers,
    report,
    rules,
    scenarios,
    whatif,
    working,
)
from hostaudit.report.terminal.sheet import Sheet

if TYPE_CHECKING:
    from hostaudit.report import Document

WRITERS: dict[type, Callable[[Sheet, Any], None]] = {
    Report: report.write,
    Changes: changes.write,
    History: changes.write_history,
    Trend: changes.write_trend,
    Doctor: doctor.write,
    WhatIf: whatif.write,
    Matrix: matrix.write,
    Fallbacks: candidates.write,
    Scenario: scenarios.write_one,
    Library: scenarios.write_list,
    Working: working.write,
    EffectivePolicy: policy.write,
    RuleBook: rules.write_book,
    Explanation: rules.write_explanation,
    PolicyTrials: rules.write_trials,
    ProviderList: providers.write_list,
    ProviderSheet: providers.write_one,
    Matched: providers.write_match,
    DataStatus: data.write,
}


@dataclass(frozen=True)
class TerminalFormat:
    name: str = "terminal"
    writes: frozenset[str] = EVERY

    def render(self, document: Document, style: Style) -> str:
        """Plain text, at most ``style.width`` columns wide (20 at the least)."""
        sheet = Sheet(style, getattr(document, "names", None))
        WRITERS[type(document)](sheet, document)
        return "\n".join(line.rstrip() for line in sheet.lines) + "\n"


FORMAT = TerminalFormat()
