"""``hostaudit doctor``: check whether this machine can run a complete scan."""

from __future__ import annotations

from typing import Annotated

import typer

from hostaudit.cli.commands import Entry
from hostaudit.cli.option_groups import grouped
from hostaudit.cli.options import (
    CaBundleOption,
    Console,
    Network,
    Output,
    ResolverOption,
    look_options,
    refuse_non_time,
)
from hostaudit.cli.output import Writer
from hostaudit.errors import Exit

TimeLimitOption = Annotated[float, typer.Option("--timeout", metavar="SECONDS", help="Time limit for one answer.")]


@grouped
def doctor(
    *,
    resolver: ResolverOption = None,
    ca_bundle: CaBundleOption = None,
    timeout: TimeLimitOption = 5.0,
    output: Output,
    console: Console,
) -> int:
    """Check whether this machine can run a complete scan. It tests resolvers, clock and the services that scans use."""
    from hostaudit.model.doctor import Doctor

    writer = Writer(output, console, document=Doctor)
    refuse_non_time("--timeout", timeout)
    look_options(Network(resolver=resolver, ca_bundle=ca_bundle))
    import asyncio

    from hostaudit import cli
    from hostaudit.cli.values import variables
    from hostaudit.observe.doctor import Trial, examine

    known = variables(typer.main.get_command(cli.app))
    found = asyncio.run(examine(Trial(tuple(resolver or ()), ca_bundle, timeout, variables=known)))
    writer.put(found)
    return Exit.INCONCLUSIVE if {"fail", "unknown"} & {each.state for each in found.checks} else Exit.PASS


ENTRIES = (Entry(70, "doctor", doctor),)
