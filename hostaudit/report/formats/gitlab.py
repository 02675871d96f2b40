"""GitLab's Code Quality report: a list of the findings that count, each at the line of the policy that names the site.

Without any demand the single points of failure are told too, with the command that makes them demands.

The format has no field for a verdict. A failure is ``minor`` or worse; an unknown is ``info`` and begins with
*Unknown*; one that no policy asks for is ``info`` and begins with *Reported*; findings that an exception covers or of
which the policy only warns are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hostaudit.model.report import Report
from hostaudit.report import Style
from hostaudit.report.json_text import written
from hostaudit.report.rows import level, named, noted, place, plain, standing

if TYPE_CHECKING:
    from hostaudit.model.documents import Document
    from hostaudit.model.report import Finding

SEVERITIES = {"low": "minor", "medium": "major", "high": "critical", "critical": "blocker"}


@dataclass(frozen=True)
class GitlabFormat:
    name: str = "gitlab"
    writes: frozenset[type] = frozenset({Report})
    suffix: str = ""

    def render(self, document: Document, style: Style) -> str:
        """One JSON array, empty if nothing counts. Fingerprints are unique, as GitLab keeps one of two equal ones."""
        report: Any = document
        return self.render_all((report,), style)

    def render_all(self, reports: Sequence[Report], style: Style) -> str:  # noqa: ARG002 - for programs
        """One JSON array with the findings of all sites."""
        rows = ((report, each) for report in reports for each in noted(report))
        seen: dict[str, int] = {}
        entries = []
        for report, each in rows:
            if standing(each) not in ("fail", "inconclusive", "told"):
                continue
            mark = plain(each.fingerprint, 120)
            seen[mark] = seen.get(mark, 0) + 1
            entries.append(_entry(report, each, mark if seen[mark] == 1 else f"{mark}:{seen[mark]}"))
        return written(entries)


def _entry(report: Report, row: Finding, fingerprint: str) -> dict[str, Any]:
    path, line = place(report, row)
    state = standing(row)
    fails = state == "fail"
    lead = f"Reported as {level(row)}, not demanded: " if state == "told" else "Unknown, so inconclusive: "
    told = plain(f"{report.target.domain}: {row.message} ({named(row)}){f' {row.fix}' if state == 'told' else ''}")
    return {
        "description": told if fails else f"{lead}{told}",
        "check_name": plain(row.rule, 255) or "rule",
        "fingerprint": fingerprint,
        "severity": SEVERITIES[row.severity] if fails else "info",
        "location": {"path": plain(path, 1000), "lines": {"begin": line}},
    }


FORMAT = GitlabFormat()
