"""An output format: one file."""

from __future__ import annotations

from price.patched_copy import Price, new

PRICE = Price(
    most=1,
    patch={
        "hostaudit/report/formats/verdictline.py": new(
            '''\
"""The verdict and the summary of a report, on one line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hostaudit.model.report import Report
from hostaudit.report import Style
from hostaudit.report.text import printable

if TYPE_CHECKING:
    from hostaudit.model.documents import Document


@dataclass(frozen=True)
class VerdictLineFormat:
    name: str = "verdictline"
    writes: frozenset[type] = frozenset({Report})

    def render(self, document: Document, style: Style) -> str:  # noqa: ARG002 - one line has no style
        """The verdict, then the sentence."""
        report: Any = document
        return f"{report.verdict}: {printable(report.summary, 600)}\\n"


FORMAT = VerdictLineFormat()
'''
        )
    },
    checks=("test_layers.py", "test_exit_codes.py"),
    shows=("analyse", "{root}/examples/parler-2021/evidence.json", "--format", "verdictline"),
    expect=("not_judged: Amazon alone can take down parler.com",),
)
