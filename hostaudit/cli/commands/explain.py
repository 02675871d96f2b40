"""``hostaudit explain``: how a number of a report came about, what a rule asks and why, what hangs on a layer."""

from __future__ import annotations

from typing import Annotated

import typer

from hostaudit.cli import evidence
from hostaudit.cli.options import (
    ColourOption,
    DebugOption,
    FormatOption,
    NoSiteOption,
    OutputOption,
    QuietOption,
    SiteOption,
    Writer,
)
from hostaudit.errors import UsageError

SCORE = "score"


def explain(
    topic: Annotated[
        str, typer.Argument(metavar="score|RULE|LAYER|CODE", help="The score, dns.min_providers, HA-DNS-002, dns.")
    ],
    file: Annotated[
        str, typer.Argument(metavar="[FILE]", help="A report (JSON) or evidence file, to show its working.")
    ] = "",
    site: SiteOption = None,
    no_site: NoSiteOption = False,
    format: FormatOption = "terminal",  # noqa: A002 - the option's name
    output: OutputOption = None,
    color: ColourOption = "auto",
    quiet: QuietOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read by run()
) -> int:
    """Explain a rule or a layer, without network; or the score, for a report or evidence with its working."""
    writer = Writer(format, output, color, quiet=quiet)
    from hostaudit.documents import rules

    if topic != SCORE:
        if file or site is not None:
            raise UsageError(f"a file goes with explain {SCORE}", "leave it out")
        from hostaudit.policy.explain import explain as explanation

        return writer.put(explanation(topic, rules.shipped()))
    opinion = None
    if site is not None and not file:
        raise UsageError("--site goes with an evidence file", "name the file, or leave --site out")
    if file:
        writer.reads(file)
        from hostaudit import api
        from hostaudit.documents.evidence_file import read_report
        from hostaudit.model.evidence import EvidenceFile

        found = read_report(file)
        if isinstance(found, EvidenceFile):
            declarations = evidence.Declarations(site, writer.note, ignored=no_site)
            found = api.analyse(declarations.added(found))
        elif site is not None:
            raise UsageError(f"{file} is a report: its declarations are in it", "leave --site out, or give evidence")
        opinion = found
    from hostaudit.analysis.impact import score

    return writer.put(score.explained(opinion, rules.shipped().scoring))
