"""The report as one page that can be shown to anybody: no script needed, no request made, nothing to install."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from hostaudit.model.report import Report
from hostaudit.report import Style

if TYPE_CHECKING:
    from hostaudit.model.documents import Document
    from hostaudit.model.effects import Effects


@dataclass(frozen=True)
class HtmlFormat:
    name: str = "html"
    writes: frozenset[type] = frozenset({Report})
    suffix: str = ".html"

    def render(self, document: Document, style: Style) -> str:
        """The page of a report alone: without pairs, incidents and what lies behind the site's own records."""
        return self.draw(cast("Report", document), None, style)

    def draw(self, report: Report, effects: Effects | None, style: Style) -> str:  # noqa: ARG002 - a page has its own
        """The page of a report with what falls at its site."""
        from hostaudit.report.html.page import page  # only to draw: it loads the templates

        return page(report, effects)


FORMAT = HtmlFormat()
