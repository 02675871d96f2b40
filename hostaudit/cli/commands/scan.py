"""``hostaudit scan`` and ``hostaudit analyse``: report on a live site, or on saved evidence."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from hostaudit.cli import evidence
from hostaudit.cli.commands import Entry
from hostaudit.cli.commands.history import HistoryWriter, KeepIn
from hostaudit.cli.console import Progress, progress_fits
from hostaudit.cli.judging import CriteriaBuilder, JudgingOptions
from hostaudit.cli.option_groups import grouped, titled
from hostaudit.cli.options import (
    Console,
    HostOption,
    Network,
    ReportOutput,
    SaveOption,
    ScanConsole,
    SiteChoice,
    look_options,
)
from hostaudit.cli.output import Writer
from hostaudit.errors import Exit, UsageError

if TYPE_CHECKING:
    pass

ListOption = Annotated[
    str | None,
    typer.Option(
        "--list", "-l", metavar="FILE", help="Scan all domains of a list, one on each line; - is standard input."
    ),
]
JobsOption = Annotated[int, typer.Option(metavar="N", help="With --list: scan N sites at the same time.")]
ResumeOption = Annotated[
    bool, typer.Option("--resume", help="With --list and -o: continue an interrupted run; keep what it has written.")
]


@titled("Lists")
class ListOptions(NamedTuple):
    """The list of domains, and the options for scanning it."""

    list_: ListOption = None
    jobs: JobsOption = 24
    resume: ResumeOption = False


@grouped
def scan(
    *,
    domain: Annotated[
        str,
        typer.Argument(
            metavar="DOMAIN", help="A domain or URL, or saved evidence, a report or a list.", show_default=False
        ),
    ] = "",
    many: ListOptions,
    host: HostOption = None,
    site: SiteChoice,
    judging: JudgingOptions,
    save_evidence: SaveOption = None,
    history: KeepIn = None,
    output: ReportOutput,
    network: Network,
    console: ScanConsole,
) -> int:
    """Scan a site and report who can take it down. With --list, scan many sites and print one line for each."""
    _refuse_unclear(domain, many)
    from hostaudit import api
    from hostaudit.model.report import Report

    writer = Writer(output, console, document=Report, evidence=save_evidence)
    declarations = evidence.Declarations(site, writer.note, policy=judging.policy, many=many.list_ is not None)
    criteria = CriteriaBuilder(declarations, writer.note, judging, history, many.list_)
    kept = HistoryWriter(history, writer, save_evidence)
    if many.list_ is None and evidence.is_path(domain):
        if host or save_evidence:
            hint = "leave out --host and --save-evidence, or give a domain"
            raise UsageError(f"{domain} is saved evidence: nothing is scanned", hint)
        return _judge_saved(domain, writer, declarations, criteria, kept)
    options = look_options(network, debug=console.debug)
    if many.list_ is not None:
        from hostaudit.cli.batch import run

        run.refuse_with_list(
            (
                ("--host", host),
                ("--save-evidence", save_evidence),
                ("--with-graph", judging.with_graph),
            )
        )
        return run.scan_list(
            many.list_,
            options,
            criteria,
            writer,
            jobs=many.jobs,
            resume=many.resume,
            show=console.progress,
            history=kept.path,
        )
    progress = Progress(sys.stderr) if console.progress and progress_fits(sys.stderr, os.environ) else None
    file = evidence.live(domain, tuple(host or ()), options, declarations, progress, criteria.of)
    failure = writer.save(save_evidence, file) if save_evidence else None
    report = criteria.judged(file)
    code = writer.write(report, lambda: api.effects(file, report))
    return _ended(code, kept.keep(report), failure)


@grouped
def analyse(
    *,
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="Saved evidence, a report (JSON) or a list of either; - is standard input."
        ),
    ],
    output: ReportOutput,
    site: SiteChoice,
    judging: JudgingOptions,
    history: KeepIn = None,
    console: Console,
) -> int:
    """Report on saved evidence, without network. The report is the same as that of the scan."""
    from hostaudit.model.report import Report

    writer = Writer(output, console, document=Report)
    declarations = evidence.Declarations(site, writer.note, policy=judging.policy)
    criteria = CriteriaBuilder(declarations, writer.note, judging, history)
    kept = HistoryWriter(history, writer)
    return _judge_saved(file, writer, declarations, criteria, kept, noted=False)


def _refuse_unclear(domain: str, many: ListOptions) -> None:
    """Refuse all but exactly one of a domain and a list, and options that do not belong to it."""
    if (many.list_ is None) == (not domain):
        hint = "give a domain such as example.com, or -l FILE with one domain on each line (-l - reads standard input)"
        raise UsageError("both a domain and a list are given" if domain else "no domain is given", hint)
    if many.list_ is None and many.resume:
        raise UsageError("--resume has no effect without --list", "leave --resume out, or give -l FILE")


def _judge_saved(
    file: str,
    writer: Writer,
    declarations: evidence.Declarations,
    criteria: CriteriaBuilder,
    kept: HistoryWriter,
    *,
    noted: bool = True,
) -> int:
    """Report on a file of saved evidence, or on those of a list, and return the exit code."""
    from hostaudit import api

    writer.reads(file)
    found = evidence.gathered(file, declarations)
    reports = [criteria.judged(each) for each in found.files]
    if noted or found.listed:
        counted = f"of {len(reports)} sites " if len(reports) > 1 else ""
        writer.note(f"judged the evidence {counted}in {file}, without network")
    if found.listed:
        code = writer.write_all(reports)
    else:
        code = writer.write(reports[0], lambda: api.effects(found.files[0], reports[0]))
    if found.left_out:
        code = Exit.INTERNAL  # as in the run that wrote the list: a site without a report is no answer
    return _ended(code, *map(kept.keep, reports))


def _ended(code: int, *failures: UsageError | None) -> int:
    """The exit code of a written report, or that of a usage error if another output failed."""
    for failure in failures:
        if failure is not None:
            raise failure
    return code


ENTRIES = (Entry(10, "scan", scan), Entry(20, "analyse", analyse))
