"""``hostaudit scan`` and ``hostaudit analyse``: look at a site, or at what was seen of it, and say what that means."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hostaudit.cli.options import (
    CaBundleOption,
    ColourOption,
    DeadlineOption,
    DebugOption,
    FormatOption,
    HostOption,
    NoHttpOption,
    NoProgressOption,
    NoThirdPartyOption,
    OutputOption,
    PrivateOption,
    QuietOption,
    ResolverOption,
    SaveOption,
    TimeoutOption,
    Writer,
    look_options,
)
from hostaudit.console import Progress, progress_fits
from hostaudit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hostaudit.audit import LookOptions
    from hostaudit.model import EvidenceFile, Report


def scan(
    domain: Annotated[str, typer.Argument(metavar="DOMAIN", help="A domain or URL, or a saved evidence file.")],
    host: HostOption = None,
    save_evidence: SaveOption = None,
    format: FormatOption = "terminal",  # noqa: A002 - the option's name
    output: OutputOption = None,
    resolver: ResolverOption = None,
    ca_bundle: CaBundleOption = None,
    timeout: TimeoutOption = 5.0,
    deadline: DeadlineOption = 45.0,
    no_http: NoHttpOption = False,
    no_third_party: NoThirdPartyOption = False,
    allow_private: PrivateOption = None,
    color: ColourOption = "auto",
    no_progress: NoProgressOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> int:
    """Look at a site over the network and say who can switch it off."""
    writer = Writer(format, output, color, spare=save_evidence, quiet=quiet)
    if is_path(domain):
        if host or save_evidence:
            hint = "leave out --host and --save-evidence, or give a domain"
            raise UsageError(f"{domain} is a saved evidence file: nothing more is looked at", hint)
        opinion = judged(domain)
        writer.note(f"judged the evidence in {domain}, without network")
        return writer.write(opinion)
    options = look_options(
        tuple(resolver or ()),
        ca_bundle,
        timeout=timeout,
        deadline=deadline,
        switches=(no_http, no_third_party, debug),
        allow_private=tuple(allow_private or ()),
    )
    show = not (no_progress or quiet or debug) and progress_fits(sys.stderr, os.environ)
    file = look(domain, tuple(host or ()), options, Progress(sys.stderr) if show else None)
    failure = writer.save(save_evidence, file) if save_evidence else None
    code = writer.write(analysed(file))
    if failure is not None:
        raise failure
    return code


def analyse(
    file: Annotated[str, typer.Argument(metavar="FILE", help="An evidence file, or - for standard input.")],
    format: FormatOption = "terminal",  # noqa: A002 - the option's name
    output: OutputOption = None,
    color: ColourOption = "auto",
    quiet: QuietOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read by run()
) -> int:
    """Judge saved evidence again, without network: the same report as the scan gave."""
    return Writer(format, output, color, quiet=quiet).write(judged(file))


def is_path(argument: str) -> bool:
    """Whether an argument of scan names a saved file. ``example.com/path`` does only if it is one; a URL never."""
    if "://" in argument:
        return False
    return argument.endswith(".json") or (os.sep in argument and Path(argument).is_file())


def look(
    domain: str, hosts: tuple[str, ...], options: LookOptions, progress: Callable[[int, int], None] | None
) -> EvidenceFile:
    """Scan a live domain."""
    import asyncio

    from hostaudit import audit
    from hostaudit.domain import parse

    target = parse(domain, hosts)
    try:
        return asyncio.run(audit.look(target, options, progress))
    finally:
        if isinstance(progress, Progress):
            progress.clear()


def judged(path: str) -> Report:
    """The report on a saved evidence file."""
    from hostaudit.documents import read_evidence

    return analysed(read_evidence(path))


def analysed(file: EvidenceFile) -> Report:
    """The report on evidence, by the shipped rules."""
    from hostaudit import audit

    return audit.analyse(file, audit.shipped_rules())
