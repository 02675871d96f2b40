"""The command line: what was asked for, where does the answer go, with which exit code?

Data goes to standard output, everything else to standard error. What a command needs is imported when it runs.
"""

from __future__ import annotations

import math
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from hostaudit import __version__, report
from hostaudit.console import Progress, columns, progress_fits, put, wants_colour
from hostaudit.errors import Exit, HostauditError, UsageError
from hostaudit.report.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable
    from ipaddress import IPv4Network, IPv6Network

    from hostaudit.audit import LookOptions
    from hostaudit.model import EvidenceFile, Report

app = typer.Typer(
    name="hostaudit",
    help="See from outside, with proof, who can switch a site off.",
    epilog="Examples:  hostaudit scan example.com  |  hostaudit analyse evidence.json --format json",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
)

TypedError = cast("type[Exception]", typer.BadParameter.__base__)
"""What typer raises for any wrong command line; newer releases do not export it, nor depend on click."""

LONGEST_TIME = 3600.0
COMMANDS = ("scan", "analyse", "schema")
DOCUMENTS = ("report", "evidence")
EXIT_OF = {"pass": Exit.PASS, "not_judged": Exit.PASS, "fail": Exit.FAIL, "inconclusive": Exit.INCONCLUSIVE}


COLOURS = ("auto", "always", "never")

FormatOption = Annotated[
    str, typer.Option("--format", metavar="|".join(report.names()), help="How to write the report.")
]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the report to FILE, whole or not at all.")
]
ColourOption = Annotated[
    str, typer.Option("--color", metavar="|".join(COLOURS), help="Auto: on a terminal, unless NO_COLOR is set.")
]
DebugOption = Annotated[bool, typer.Option("--debug", help="Trace what is asked, and any defect of hostaudit.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No notes or progress on standard error.")]


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code. Interruption and a broken pipe are left to the caller."""
    command = typer.main.get_command(app)
    try:
        with command.make_context("hostaudit", list(arguments)) as context:
            return int(command.invoke(context) or Exit.PASS)
    except typer.Exit as done:
        return done.exit_code
    except HostauditError as error:
        return _failed(error.exit_code, error.message, error.hint)
    except TypedError as error:
        message = error.format_message() if hasattr(error, "format_message") else str(error)
        if not arguments:
            _say(f"{message.rstrip()}\n")
            return Exit.USAGE
        return _failed(Exit.USAGE, message.strip(), _hint_for(arguments[0]))
    except BrokenPipeError:
        raise
    except Exception as error:
        return _defect(error, debug="--debug" in arguments)


# -- commands ---------------------------------------------------------------------------------------------


@app.callback()
def _main(
    version: Annotated[bool, typer.Option("--version", is_eager=True, help="Print the version and leave.")] = False,
) -> None:
    if version:
        typer.echo(f"hostaudit {__version__}")
        raise typer.Exit


@app.command()
def scan(
    domain: Annotated[str, typer.Argument(metavar="DOMAIN", help="A domain or URL, or a saved evidence file.")],
    host: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A further host to look at; repeatable.")
    ] = None,
    save_evidence: Annotated[Path | None, typer.Option(metavar="FILE", help="Keep what was seen, for analyse.")] = None,
    format: FormatOption = "terminal",  # noqa: A002 - the option's name
    output: OutputOption = None,
    resolver: Annotated[list[str] | None, typer.Option(metavar="ADDRESS", help="DNS resolver; repeatable.")] = None,
    ca_bundle: Annotated[Path | None, typer.Option(metavar="FILE", help="Trust these certificates (PEM).")] = None,
    timeout: Annotated[float, typer.Option(metavar="SECONDS", help="Longest wait for one answer.")] = 5.0,
    deadline: Annotated[float, typer.Option(metavar="SECONDS", help="Longest time for the whole scan.")] = 45.0,
    no_http: Annotated[bool, typer.Option("--no-http", help="Ask the site itself nothing over HTTP or TLS.")] = False,
    no_third_party: Annotated[bool, typer.Option("--no-third-party", help="No RDAP, whois or store look-ups.")] = False,
    allow_private: Annotated[
        list[str] | None, typer.Option(metavar="CIDR", help="Connect to this private range too; repeatable.")
    ] = None,
    color: ColourOption = "auto",
    no_progress: Annotated[bool, typer.Option("--no-progress", help="No progress line.")] = False,
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


@app.command()
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


@app.command()
def schema(
    document: Annotated[str, typer.Argument(metavar="|".join(DOCUMENTS), help="Which document.")],
) -> int:
    """Print the JSON Schema of a report or of an evidence file."""
    from hostaudit import schemas

    _refuse_other("document", document, DOCUMENTS)

    put(schemas.path(document).read_text("utf-8"))
    return Exit.PASS


# -- the steps of a command -------------------------------------------------------------------------------


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


def look_options(
    resolver: tuple[str, ...],
    ca_bundle: Path | None,
    *,
    timeout: float,
    deadline: float,
    switches: tuple[bool, bool, bool],
    allow_private: tuple[str, ...],
) -> LookOptions:
    """How to look; an option that cannot be meant is refused by name. ``switches``: no HTTP, no third party, debug."""
    for name, seconds in (("--timeout", timeout), ("--deadline", deadline)):
        if not (math.isfinite(seconds) and 0 < seconds <= LONGEST_TIME):
            raise UsageError(f"{name} is {seconds}", f"give seconds above 0, at most {LONGEST_TIME:.0f}")
    for address in resolver:
        _refuse_non_address(address)
    if ca_bundle is not None:
        _refuse_non_bundle(ca_bundle)
    from hostaudit.audit import LookOptions

    no_http, no_third_party, debug = switches
    return LookOptions(
        resolver=resolver,
        ca_bundle=ca_bundle,
        timeout=timeout,
        deadline=deadline,
        no_http=no_http,
        no_third_party=no_third_party,
        allow_private=tuple(str(_network(block)) for block in allow_private),
        debug=_trace if debug else None,
    )


def _trace(line: str) -> None:
    _say(f"debug: {printable(line, 400)}\n")


def _refuse_other(name: str, given: str, allowed: tuple[str, ...]) -> None:
    if given not in allowed:
        raise UsageError(f"{name} {given} is not known", f"give one of: {', '.join(allowed)}")


def _refuse_non_address(text: str) -> None:
    import ipaddress

    try:
        ipaddress.ip_address(text)
    except ValueError:
        raise UsageError(f"--resolver {text} is not an IP address", "give one such as 9.9.9.9 or 2620:fe::fe") from None


def _network(text: str) -> IPv4Network | IPv6Network:
    import ipaddress

    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        raise UsageError(f"--allow-private {text}: {error}", "give a range such as 10.0.0.0/8 or fd00::/8") from None


def _refuse_non_bundle(path: Path) -> None:
    import ssl

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except OSError as error:
        unread = not isinstance(error, ssl.SSLError)
        reason = error.strerror if unread else "it holds no PEM certificate"
        raise UsageError(f"--ca-bundle {path} cannot be used: {reason}", "give a file of PEM certificates") from None


class Writer:
    """Where the report goes and how. What cannot work is refused when it is made, before a long scan."""

    def __init__(
        self, name: str, output: Path | None, colour: str, *, spare: Path | None = None, quiet: bool = False
    ) -> None:
        _refuse_other("--format", name, report.names())
        _refuse_other("--color", colour, COLOURS)
        if output is not None and spare is not None and output.resolve() == spare.resolve():
            raise UsageError(f"{output} cannot hold both the report and the evidence", "give two different files")
        self.name = name
        self.output = output
        self.colour = colour
        self.quiet = quiet
        for path in (output, spare):
            if path is not None:
                from hostaudit.documents import check_writable

                check_writable(path)

    def write(self, opinion: Report) -> int:
        """Render, write, and turn the verdict into an exit code."""
        text = report.load(self.name).render(opinion, self._style())
        if self.output is None:
            put(text)
        else:
            from hostaudit.documents import write_atomically

            write_atomically(self.output, text.encode("utf-8"))
            self.note(f"report written to {self.output}")
        return EXIT_OF[opinion.verdict]

    def save(self, path: Path, file: EvidenceFile) -> UsageError | None:
        """Save the evidence; what goes wrong is returned, so that the report is not lost with it."""
        from hostaudit.audit import encode_evidence
        from hostaudit.documents import write_atomically

        try:
            write_atomically(path, encode_evidence(file))
        except UsageError as error:
            return error
        self.note(f"evidence saved in {path}")
        return None

    def note(self, text: str) -> None:
        """Tell the person at the terminal what was done, unless asked to be quiet."""
        if not self.quiet:
            _say(f"hostaudit: {printable(text, 300, ascii_only=True)}\n")

    def _style(self) -> report.Style:
        if self.output is not None:
            return report.Style(colour=self.colour == "always")
        return report.Style(
            colour=wants_colour(self.colour, sys.stdout, os.environ),
            unicode=(sys.stdout.encoding or "").lower().replace("-", "") == "utf8",
            width=columns(sys.stdout, os.environ),
        )


# -- what went wrong --------------------------------------------------------------------------------------


def _say(text: str) -> None:
    sys.stderr.write(text)


def _failed(code: int, message: str, hint: str) -> int:
    _say(f"error: {printable(message, 600, ascii_only=True)}\n")
    if hint:
        _say(f"hint: {printable(hint, 600, ascii_only=True)}\n")
    return code


def _hint_for(first: str) -> str:
    if not first.startswith("-") and ("." in first or os.sep in first):
        return f"to look at a site: hostaudit scan {first}"
    return f"see: hostaudit {f'{first} ' if first in COMMANDS else ''}--help"


def _defect(error: Exception, *, debug: bool) -> int:
    """Say that hostaudit itself failed; which says nothing about the site."""
    if debug:
        import traceback

        _say("".join(traceback.format_exception(error)))
    text = f"a defect of hostaudit: {type(error).__name__}: {error}; nothing is said about the site"
    again = "please report it with these lines" if debug else "please report it; --debug shows where it happened"
    return _failed(Exit.INTERNAL, text, again)
