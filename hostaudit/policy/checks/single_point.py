"""``single-point``: companies that end a function alone, from the severity of ``--fail-on``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hostaudit.model.single_points import SINGLE_POINT, counts, in_words, severity_of
from hostaudit.model.verdict import SEVERITIES
from hostaudit.policy.check import Answer, Check, Demand
from hostaudit.policy.context import PolicyContext


def evaluate(context: PolicyContext, demand: Demand) -> Iterator[Answer]:
    """Yield one failure for each company that is severe enough; there are no passes."""
    for point in filter(counts, context.report.spofs):
        severity = severity_of(point)
        if SEVERITIES.index(severity) >= SEVERITIES.index(demand.value):
            identity = point.failure_domain.id
            told = replace(demand, severity=severity)
            yield told.answer("fail", identity, in_words(point), provider=identity, because=point.because)


CHECK = Check(SINGLE_POINT, evaluate)
