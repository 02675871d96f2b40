"""Markdown for a comment on a change: the verdict in a line, the sites in a table, and what counts in another one.

It is short, as the job summary or the records have the rest, and has the limits of a comment on GitHub.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hostaudit.model.report import Report
from hostaudit.report import Style
from hostaudit.report.formats.markdown import LEGEND, MARKS, finding_cells, overview, site_table, text
from hostaudit.report.rows import next_step, rows, standing

if TYPE_CHECKING:
    from hostaudit.model.documents import Document
    from hostaudit.model.report import Finding
    from hostaudit.model.verdict import Verdict

MOST_BYTES = 60_000
"""A comment on GitHub may have 65,536 characters; who posts it adds some of his own."""

MOST_SITES = 30
RESERVE = 600
ABOUT = "hostaudit tells from outside who can switch a site off, and for how long."
COUNTED = ("fail", "inconclusive")
_WORDS: tuple[tuple[Verdict, str, str], ...] = (
    ("fail", "fails", "fail"),
    ("inconclusive", "is inconclusive", "are inconclusive"),
    ("not_judged", "was not judged", "were not judged"),
    ("pass", "passes", "pass"),
)


@dataclass(frozen=True)
class CommentFormat:
    name: str = "comment"
    writes: frozenset[type] = frozenset({Report})
    suffix: str = ""

    def render(self, document: Document, style: Style) -> str:
        """The comment on one site."""
        report: Any = document
        return self.render_all((report,), style)

    def render_all(self, reports: Sequence[Report], style: Style) -> str:
        """The comment on all sites, at most 60,000 bytes."""
        found = overview(reports)
        lines = [f"### hostaudit: {_headline(reports)}", "", *site_table(found, MOST_SITES, short=True)]
        lines += ["", text(reports[0].summary, 1500)] if len(reports) == 1 else []
        shown = _written(lines, style)
        for part in _details([report for _, report in found]):
            more = _written(part, style)
            if len(shown.encode()) + len(more.encode()) > MOST_BYTES - RESERVE:
                break
            shown += more
        return shown + _written(["", f"<sub>{ABOUT} {LEGEND}</sub>"], style)


def _written(lines: Sequence[str], style: Style) -> str:
    shown = "".join(f"{line}\n" for line in lines)
    return shown if style.unicode else shown.encode("ascii", "xmlcharrefreplace").decode()


def _headline(reports: Sequence[Report]) -> str:
    """The number of sites by verdict, what fails first."""
    said = []
    for verdict, one, many in _WORDS:
        count = sum(each.verdict == verdict for each in reports)
        if count:
            said.append(f"{MARKS[verdict]} {count} {'site' if count == 1 else 'sites'} {one if count == 1 else many}")
    return ", ".join(said)


def _details(reports: Sequence[Report]) -> Iterator[Sequence[str]]:
    """What counts, site by site, then what failed before; each part stands alone, so that the last may be left out."""
    heads = ("Site", "Result", "Severity", "Rule", "Found", "What to do")
    table = (f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}")
    counts = list(_rows(reports, COUNTED))
    if counts:
        yield ("", "**What fails or is unknown**", "", *table)
        yield from ((_row(report, each),) for report, each in counts)
    known = list(_rows(reports, ("baseline",)))
    if known:
        summary = f"<summary>Failed before already, so it does not count here: {len(known)}</summary>"
        yield ("", f"<details>{summary}", "", *table, *(_row(*each) for each in known), "", "</details>")
    if all(each.verdict == "not_judged" for each in reports):
        yield ("", f"No policy demands anything, so nothing can fail. {text(next_step(reports[0].target.domain), 400)}")


def _rows(reports: Sequence[Report], wanted: Sequence[str]) -> Iterator[tuple[Report, Finding]]:
    return ((report, each) for report in reports for each in rows(report) if standing(each) in wanted)


def _row(report: Report, row: Finding) -> str:
    return f"| {' | '.join((text(report.target.domain, 160), *finding_cells(report, row)))} |"


FORMAT = CommentFormat()
