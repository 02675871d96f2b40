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
    from hostaudit.model.report import Graph

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
            metavar="FILE",
            help="With score or graph: a report (JSON), evidence or a list, to show its calculation or its fault tree.",
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
        return _graphs(file, site, writer)
    from hostaudit.analysis.impact import score

    scoring = rules.shipped().scoring
    if not file:
        return writer.put(score.explained(None, scoring))
    found = evidence.reports(file, writer, evidence.Declarations(site, writer.note))
    return writer.put_each([score.explained(each, scoring) for each in found.reports], listed=found.listed)


def _graphs(file: str, site: SiteChoice, writer: Writer) -> int:
    """Write the fault tree of a report that holds it, or of evidence; of a list those of all its sites."""
    from msgspec import UnsetType

    if not file:
        raise UsageError("explain graph needs a file", "give saved evidence, or a report written with --with-graph")
    found = evidence.reports(file, writer, evidence.Declarations(site, writer.note), with_graph=True)
    graphs: list[Graph] = []
    for each in found.reports:
        if isinstance(each.graph, UnsetType):
            hint = "give the evidence instead, or write the report with --with-graph"
            what = f"the report of {each.target.domain} in {file} is" if found.listed else f"{file} is a report"
            raise UsageError(f"{what} without its fault tree", hint)
        if isinstance(each.places, tuple):
            count, first = len(each.places), each.places[0].vantage
            of = f" of {each.target.domain}" if found.listed else ""
            writer.note(
                f"the fault tree{of} of {first}, the first of {count} places; analyse --with-graph writes that of each"
            )
        graphs.append(each.graph)
    return writer.put_each(graphs, listed=found.listed)


ENTRIES = (Entry(50, "explain", explain),)
