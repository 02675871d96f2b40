"""``hostaudit fallbacks``: who could stand in for each single point of failure, and who could not."""

from __future__ import annotations

from typing import Annotated

import typer

from hostaudit.cli import evidence
from hostaudit.cli.commands.whatif import TargetArgument
from hostaudit.cli.options import (
    ColourOption,
    DeadlineOption,
    DebugOption,
    FormatOption,
    HostOption,
    NoSiteOption,
    OutputOption,
    QuietOption,
    ResolverOption,
    SaveOption,
    SiteOption,
    Writer,
)


def fallbacks(
    target: TargetArgument,
    jurisdiction: Annotated[
        bool, typer.Option("--jurisdiction", help="A country that the site depends on counts as shared too.")
    ] = False,
    host: HostOption = None,
    site: SiteOption = None,
    no_site: NoSiteOption = False,
    save_evidence: SaveOption = None,
    format: FormatOption = "terminal",  # noqa: A002 - the option's name
    output: OutputOption = None,
    resolver: ResolverOption = None,
    deadline: DeadlineOption = 45.0,
    color: ColourOption = "auto",
    quiet: QuietOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read by run()
) -> int:
    """List who could stand in for each single point of failure, independent of all that the site depends on."""
    writer = Writer(format, output, color, spare=save_evidence, quiet=quiet, document="Fallbacks")
    declarations = evidence.Declarations(site, writer.note, ignored=no_site)
    from hostaudit import api

    file = evidence.of(target, writer, declarations, tuple(host or ()), tuple(resolver or ()), deadline)
    failure = writer.save(save_evidence, file) if save_evidence else None
    code = writer.put(api.fallbacks(file, jurisdiction=jurisdiction))
    if failure is not None:
        raise failure
    return code
