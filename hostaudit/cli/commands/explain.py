"""``hostaudit explain``: explain a rule, a role or a number of a report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from hostaudit.cli import evidence
from hostaudit.cli.commands import Entry
from hostaudit.cli.option_groups import grouped
from hostaudit.cli.options import Console, Output, SiteChoice
from hostaudit.cli.output import Writer
from hostaudit.errors import UsageError

if TYPE_CHECKING:
    from hostaudit.model.report import Graph, Report

SCORE = "score"
GRAPH = "graph"


@grouped
def explain(
    *,
    topic: Annotated[
        str,
        typer.Argument(
            metavar="score|graph|RULE|ROLE|CODE",
            help="score, graph, or a rule, role or code: dns.min_providers, dns.",
        ),
    ],
    file: Annotated[
        str,
        typer.Argument(
            metavar="[FILE]",
            help="With score or graph: saved evidence or a report (JSON), to show its calculation or its fault tree.",
        ),
    ] = "",
    site: SiteChoice,
    output: Output,
    console: Console,
) -> int:
    """Explain a rule, a role or the score. With FILE, show how the score of that report was calculated, or the fault
    tree behind it."""
    from hostaudit.model.checks import Explanation
    from hostaudit.model.report import Graph
    from hostaudit.model.working import Working

    document: type[Explanation | Graph | Working]
    document = Working if topic == SCORE else Graph if topic == GRAPH else Explanation
    writer = Writer(output, console, document=document)
    from hostaudit.documents import rules

    if document is Explanation:
        if file or site.site is not None:
            raise UsageError(f"a file has no effect without explain {SCORE} or {GRAPH}", "leave the file out")
        from hostaudit.policy.explain import explain as explanation

        return writer.put(explanation(topic, rules.shipped()))
    if site.site is not None and not file:
        raise UsageError("--site has no effect without a file of evidence", "give the file, or leave --site out")
    if topic == GRAPH:
        return writer.put(_graph(file, site, writer))
    from hostaudit.analysis.impact import score

    report = _report(file, site, writer) if file else None
    return writer.put(score.explained(report, rules.shipped().scoring))


def _graph(file: str, site: SiteChoice, writer: Writer) -> Graph:
    """The fault tree of a report that holds it, or of evidence."""
    from msgspec import UnsetType

    if not file:
        raise UsageError("explain graph needs a file", "give saved evidence, or a report written with --with-graph")
    report = _report(file, site, writer, with_graph=True)
    graph = report.graph
    if isinstance(graph, UnsetType):
        hint = "give the evidence instead, or write the report with --with-graph"
        raise UsageError(f"{file} is a report without its fault tree", hint)
    if isinstance(report.places, tuple):
        count, first = len(report.places), report.places[0].vantage
        writer.note(f"the fault tree of {first}, the first of {count} places; analyse --with-graph writes that of each")
    return graph


def _report(file: str, site: SiteChoice, writer: Writer, *, with_graph: bool = False) -> Report:
    """The report in a file, or that on the evidence in it."""
    writer.reads(file)
    from hostaudit import api
    from hostaudit.documents.evidence_file import read_report
    from hostaudit.model.evidence import EvidenceFile

    found = read_report(file)
    if isinstance(found, EvidenceFile):
        declarations = evidence.Declarations(site, writer.note)
        return api.analyse(declarations.added(found), with_graph=with_graph)
    if site.site is not None:
        hint = "leave --site out, or give the evidence instead"
        raise UsageError(f"{file} is a report, which holds its declarations already", hint)
    return found


ENTRIES = (Entry(50, "explain", explain),)
