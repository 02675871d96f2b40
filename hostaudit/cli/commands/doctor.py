"""``hostaudit doctor``: can a scan from this machine see what it asks for?"""

from __future__ import annotations

import math
from typing import Annotated

import typer

from hostaudit.cli.options import (
    LONGEST_TIME,
    CaBundleOption,
    ColourOption,
    DebugOption,
    FormatOption,
    OutputOption,
    QuietOption,
    ResolverOption,
    Writer,
    look_options,
)
from hostaudit.errors import Exit, UsageError

PatienceOption = Annotated[float, typer.Option("--timeout", metavar="SECONDS", help="Longest wait for one answer.")]


def doctor(
    resolver: ResolverOption = None,
    ca_bundle: CaBundleOption = None,
    timeout: PatienceOption = 5.0,
    format: FormatOption = "terminal",  # noqa: A002 - the option's name
    output: OutputOption = None,
    color: ColourOption = "auto",
    quiet: QuietOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read by run()
) -> int:
    """Try resolvers, clock, and the services that scans ask; say what a scan from here would lack."""
    writer = Writer(format, output, color, quiet=quiet, document="Doctor")
    if not (math.isfinite(timeout) and 0 < timeout <= LONGEST_TIME):
        raise UsageError(f"--timeout is {timeout}", f"give seconds above 0, at most {LONGEST_TIME:.0f}")
    servers = tuple(resolver or ())
    look_options(
        servers, ca_bundle, timeout=timeout, deadline=timeout, depth=0, switches=(False,) * 3, allow_private=()
    )
    import asyncio

    from hostaudit.observe.doctor import Trial, examine

    found = asyncio.run(examine(Trial(servers, ca_bundle, timeout)))
    writer.put(found)
    return Exit.INCONCLUSIVE if {"fail", "unknown"} & {each.state for each in found.checks} else Exit.PASS
