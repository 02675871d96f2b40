"""``hostaudit explain``: explain a rule, a role or a number of a report."""

from __future__ import annotations

from typing import Annotated

import typer

from hostaudit.cli import evidence
from hostaudit.cli.commands import Entry
from hostaudit.cli.option_groups import grouped
from hostaudit.cli.options import Console, Output, SiteChoice
from hostaudit.cli.output import Writer
from hostaudit.errors import UsageError

SCORE = "score"


@grouped
def explain(
    *,
    topic: Annotated[
        str,
        typer.Argument(metavar="score|RULE|ROLE|CODE", help="score, or a rule, role or code: dns.min_providers, dns."),
    ],
    file: Annotated[
        str,
        typer.Argument(
            metavar="[FILE]", help="With score: a report (JSON) or saved evidence, to show its calculation."
        ),
    ] = "",
    site: SiteChoice,
    output: Output,
    console: Console,
) -> int:
    """Explain a rule, a role or the score. With FILE, show how the score of that report was calculated."""
    from hostaudit.model.checks import Explanation
    from hostaudit.model.working import Working

    writer = Writer(output, console, document=Working if topic == SCORE else Explanation)
    from hostaudit.documents import rules

    if topic != SCORE:
        if file or site.site is not None:
            raise UsageError(f"a file has no effect without explain {SCORE}", "leave the file out")
        from hostaudit.policy.explain import explain as explanation

        return writer.put(explanation(topic, rules.shipped()))
    report = None
    if site.site is not None and not file:
        raise UsageError("--site has no effect without a file of evidence", "give the file, or leave --site out")
    if file:
        writer.reads(file)
        from hostaudit import api
        from hostaudit.documents.evidence_file import read_report
        from hostaudit.model.evidence import EvidenceFile

        found = read_report(file)
        if isinstance(found, EvidenceFile):
            declarations = evidence.Declarations(site, writer.note)
            found = api.analyse(declarations.added(found))
        elif site.site is not None:
            hint = "leave --site out, or give the evidence instead"
            raise UsageError(f"{file} is a report, which holds its declarations already", hint)
        report = found
    from hostaudit.analysis.impact import score

    return writer.put(score.explained(report, rules.shipped().scoring))


ENTRIES = (Entry(50, "explain", explain),)
