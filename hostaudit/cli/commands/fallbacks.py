"""``hostaudit fallbacks``: list independent alternatives for each single point of failure."""

from __future__ import annotations

from typing import Annotated

import typer

from hostaudit.cli import evidence
from hostaudit.cli.commands import Entry
from hostaudit.cli.commands.whatif import TargetArgument
from hostaudit.cli.option_groups import grouped
from hostaudit.cli.options import Console, Lookup, Output, SiteChoice, SiteQuestion
from hostaudit.cli.output import Writer


@grouped
def fallbacks(
    *,
    target: TargetArgument,
    jurisdiction: Annotated[
        bool, typer.Option("--jurisdiction", help="Also reject providers of a country that the site depends on.")
    ] = False,
    about: SiteQuestion,
    output: Output,
    lookup: Lookup,
    console: Console,
) -> int:
    """List replacements for single points of failure. They are independent of all that the site depends on."""
    from hostaudit.model.whatif import Fallbacks

    writer = Writer(output, console, document=Fallbacks, evidence=about.save_evidence)
    declarations = evidence.Declarations(SiteChoice(about.site, about.no_site), writer.note)
    from hostaudit import api

    found = evidence.of(target, writer, declarations, tuple(about.host or ()), lookup, debug=console.debug)
    failure = evidence.kept(about.save_evidence, found, writer)
    answers = [api.fallbacks(each, jurisdiction=jurisdiction) for each in found.files]
    code = writer.put_each(answers, listed=found.listed)
    if failure is not None:
        raise failure
    return code


ENTRIES = (Entry(40, "fallbacks", fallbacks),)
