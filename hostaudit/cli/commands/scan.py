"""``hostaudit scan`` and ``hostaudit analyse``: look at a site, or at what was seen of it, and say what that means."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from hostaudit.cli import evidence
from hostaudit.cli.commands.history import Keeper, KeepIn
from hostaudit.cli.console import Progress, progress_fits
from hostaudit.cli.judging import BaselineOption, FailOnOption, Judging, StrictOption, UnknownOption
from hostaudit.cli.options import (
    CaBundleOption,
    ColourOption,
    DeadlineOption,
    DebugOption,
    DepthOption,
    FormatOption,
    HostOption,
    JobsOption,
    ListOption,
    NoHttpOption,
    NoProgressOption,
    NoSiteOption,
    NoThirdPartyOption,
    OutputOption,
    PolicyOption,
    PrivateOption,
    QuietOption,
    ResolverOption,
    ResumeOption,
    SaveOption,
    SiteOption,
    TimeoutOption,
    Writer,
    look_options,
)
from hostaudit.errors import UsageError


def scan(
    domain: Annotated[
        str, typer.Argument(metavar="[DOMAIN]", help="A domain or URL, or a saved evidence file.", show_default=False)
    ] = "",
    list_: ListOption = None,
    jobs: JobsOption = 24,
    resume: ResumeOption = False,
    host: HostOption = None,
    site: SiteOption = None,
    no_site: NoSiteOption = False,
    policy: PolicyOption = None,
    fail_on: FailOnOption = "",
    unknown: UnknownOption = "",
    baseline: BaselineOption = None,
    strict_exceptions: StrictOption = False,
    save_evidence: SaveOption = None,
    history: KeepIn = None,
    format: FormatOption = "terminal",  # noqa: A002 - the option's name
    output: OutputOption = None,
    resolver: ResolverOption = None,
    ca_bundle: CaBundleOption = None,
    timeout: TimeoutOption = 5.0,
    deadline: DeadlineOption = 45.0,
    depth: DepthOption = 3,
    no_http: NoHttpOption = False,
    no_third_party: NoThirdPartyOption = False,
    allow_private: PrivateOption = None,
    color: ColourOption = "auto",
    no_progress: NoProgressOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> int:
    """Look at a site over the network and say who can switch it off; with --list at many, a line for each."""
    if (list_ is None) == (not domain):
        hint = "give a domain such as example.com, or -l FILE with one a line (-l - reads standard input)"
        raise UsageError("both a domain and a list were given" if domain else "no domain was given", hint)
    if list_ is None and resume:
        raise UsageError("--resume is for a list", "leave --resume out, or give -l FILE")
    writer = Writer(format, output, color, spare=save_evidence, quiet=quiet)
    many_sites = list_ is not None
    declarations = evidence.Declarations(site, writer.note, ignored=no_site, policy=policy, many=many_sites)
    judging = Judging(
        declarations, writer.note, fail_on=fail_on, unknown=unknown, baseline=baseline, strict=strict_exceptions
    )
    keeper = Keeper(history, writer, save_evidence)
    if list_ is None and evidence.is_path(domain):
        if host or save_evidence:
            hint = "leave out --host and --save-evidence, or give a domain"
            raise UsageError(f"{domain} is a saved evidence file: nothing more is looked at", hint)
        writer.reads(domain)
        report = judging.judged(evidence.saved(domain, declarations))
        writer.note(f"judged the evidence in {domain}, without network")
        return _ended(writer.write(report), keeper.keep(report))
    options = look_options(
        tuple(resolver or ()),
        ca_bundle,
        timeout=timeout,
        deadline=deadline,
        depth=depth,
        switches=(no_http, no_third_party, debug),
        allow_private=tuple(allow_private or ()),
    )
    if list_ is not None:
        from hostaudit.cli.batch import run

        run.refuse_with_list((("--host", host), ("--save-evidence", save_evidence), ("--baseline", baseline)))
        show = not (no_progress or quiet or debug)
        return run.scan_list(list_, options, judging, writer, jobs=jobs, resume=resume, show=show, history=keeper.path)
    show = not (no_progress or quiet or debug) and progress_fits(sys.stderr, os.environ)
    progress = Progress(sys.stderr) if show else None
    file = evidence.live(domain, tuple(host or ()), options, declarations, progress, judging.of)
    failure = writer.save(save_evidence, file) if save_evidence else None
    report = judging.judged(file)
    code = writer.write(report)
    return _ended(code, keeper.keep(report), failure)


def analyse(
    file: Annotated[str, typer.Argument(metavar="FILE", help="An evidence file, or - for standard input.")],
    format: FormatOption = "terminal",  # noqa: A002 - the option's name
    output: OutputOption = None,
    site: SiteOption = None,
    no_site: NoSiteOption = False,
    policy: PolicyOption = None,
    fail_on: FailOnOption = "",
    unknown: UnknownOption = "",
    baseline: BaselineOption = None,
    strict_exceptions: StrictOption = False,
    history: KeepIn = None,
    color: ColourOption = "auto",
    quiet: QuietOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read by run()
) -> int:
    """Judge saved evidence again, without network: the same report as the scan gave."""
    writer = Writer(format, output, color, quiet=quiet)
    declarations = evidence.Declarations(site, writer.note, ignored=no_site, policy=policy)
    judging = Judging(
        declarations, writer.note, fail_on=fail_on, unknown=unknown, baseline=baseline, strict=strict_exceptions
    )
    keeper = Keeper(history, writer)
    writer.reads(file)
    report = judging.judged(evidence.saved(file, declarations))
    return _ended(writer.write(report), keeper.keep(report))


def _ended(code: int, *failures: UsageError | None) -> int:
    """The exit code of a report that is written, unless something beside it failed."""
    for failure in failures:
        if failure is not None:
            raise failure
    return code
