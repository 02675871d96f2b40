"""CSV (RFC 4180): one row for each finding. Text is quoted so that no spreadsheet treats it as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hostaudit.model import words
from hostaudit.model.comparison import Comparison
from hostaudit.model.report import Report
from hostaudit.report import Style
from hostaudit.report.rows import lifted, noted, plain, standing

if TYPE_CHECKING:
    from hostaudit.model.documents import Document

COLUMNS = (
    "domain", "rule", "code", "outcome", "standing", "severity", "confidence", "role", "provider", "subject",
    "message", "fix", "exception", "reason", "fingerprint", "evidence", "site_verdict", "score_low", "score_high",
)  # fmt: skip
SIDES = ("part", "id", "name", "first_number", "second_number", "first", "second")
"""The columns for two sites side by side; numbers are hours, and of a site the low and the high end of its score."""

STARTERS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Characters that begin a formula in some spreadsheet, with their full-width forms."""


@dataclass(frozen=True)
class CsvFormat:
    name: str = "csv"
    writes: frozenset[type] = frozenset({Report, Comparison})
    suffix: str = ".csv"

    def render(self, document: Document, style: Style) -> str:
        """A line of names, then the findings; those that count are first. ``standing`` is the effect on the verdict."""
        if isinstance(document, Comparison):
            return _side_by_side(document)
        report: Any = document
        return self.render_all((report,), style)

    def render_all(self, reports: Sequence[Report], style: Style) -> str:  # noqa: ARG002 - see above
        """A line of names, then the findings of each site."""
        sheet = io.StringIO()
        writer = csv.writer(sheet, quoting=csv.QUOTE_NONNUMERIC)
        writer.writerow(COLUMNS)
        for report, row in ((each, row) for each in reports for row in noted(each)):
            texts = {
                "domain": report.target.domain,
                "rule": row.rule,
                "code": row.code,
                "outcome": row.outcome,
                "standing": standing(row),
                "severity": row.severity,
                "role": row.role,
                "provider": row.provider,
                "subject": row.subject,
                "message": row.message,
                "fix": row.fix,
                "exception": row.exception,
                "reason": lifted(report, row),
                "fingerprint": row.fingerprint,
                "evidence": " ".join(row.because),
                "site_verdict": report.verdict,
            }
            numbers = {
                "confidence": row.confidence,
                "score_low": report.score.low,
                "score_high": report.score.high,
            }
            writer.writerow([numbers[name] if name in numbers else _cell(texts[name]) for name in COLUMNS])
        return sheet.getvalue()


def _side_by_side(document: Comparison) -> str:
    """Two sites: a row for each fact, function and company, in two columns, the hours as numbers."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, quoting=csv.QUOTE_NONNUMERIC)
    a, b = document.first, document.second
    writer.writerow(SIDES)
    for site, part in ((a, "first"), (b, "second")):
        writer.writerow(["site", part, _cell(site.domain), site.score.low, site.score.high, "", ""])
    for each in document.functions:
        sides = [each.first, each.second]
        hours: list[str | float] = [side.hours if side and side.company else "" for side in sides]
        names = [_cell(side.company) if side else "" for side in sides]
        writer.writerow(["function", _cell(each.id), _cell(words.function(each.id)), *hours, *names])
    for point in document.points:
        held = [_cell(" ".join(ids)) for ids in (point.first, point.second)]
        writer.writerow(["single_point", _cell(point.id), _cell(document.names.get(point.id, "")), "", "", *held])
    for company in document.shared:
        held = [_cell(" ".join(ids)) for ids in (company.first, company.second)]
        part = "shared_name_only" if company.name_only else "shared"
        writer.writerow([part, _cell(company.id), _cell(document.names.get(company.id, "")), "", "", *held])
    return sheet.getvalue()


def _cell(text: str) -> str:
    """A cell that stays text. Only numbers of the model are written as numbers, so that none loses its sign."""
    shown = plain(text, 1000)
    return f"'{shown}" if text.lstrip(" ").startswith(STARTERS) or shown.lstrip(" ").startswith(STARTERS) else shown


FORMAT = CsvFormat()
