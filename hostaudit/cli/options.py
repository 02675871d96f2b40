"""The options that commands share, and the groups in which they share them.

A value that no command can use is refused before the scan; the error names the option.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from hostaudit import report
from hostaudit.cli.console import debug_line, warning
from hostaudit.cli.option_groups import titled
from hostaudit.errors import OptionError, UsageError, close

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

    from hostaudit.observe.look import LookOptions

LONGEST_TIME = 3600.0
"""Seconds; the longest time limit that is accepted."""

COLOURS = ("auto", "always", "never")

# -- output -----------------------------------------------------------------------------------------------

OF_EVERY = ("json", "jsonl", "markdown", "terminal")
"""The formats that write every document. They stand here too, because finding them out means to load all formats."""

OF_TRIALS = ("json", "jsonl", "junit", "markdown", "terminal")
"""The formats that write the results of tests."""


def _format_option(names: tuple[str, ...]) -> Any:
    return typer.Option(
        "--format",
        metavar="|".join(names),
        help="Output format; without it the terminal's, and for -o FILE that of its suffix.",
        show_default=False,
    )


FormatOption = Annotated[str | None, _format_option(report.names())]
DocumentFormatOption = Annotated[str | None, _format_option(OF_EVERY)]
TrialFormatOption = Annotated[str | None, _format_option(OF_TRIALS)]
OutputOption = Annotated[
    list[str] | None,
    typer.Option(
        "--output",
        "-o",
        metavar="[FORMAT=]FILE",
        help="Write to FILE instead of standard output (-), in the format of its suffix, such as .json or .md."
        " FORMAT=FILE adds an output in that format; repeatable.",
    ),
]
ColourOption = Annotated[
    str,
    typer.Option("--color", metavar="|".join(COLOURS), help="auto: colour on a terminal unless NO_COLOR is set."),
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print no notes and no progress on standard error.")]
NoProgressOption = Annotated[bool, typer.Option("--no-progress", help="Print no progress line.")]
VerboseOption = Annotated[
    bool, typer.Option("--verbose", "-v", help="Show the whole report in the terminal, not only its answer.")
]
DebugOption = Annotated[
    bool, typer.Option("--debug", help="Log every lookup; print a traceback if hostaudit itself fails.")
]
SaveOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Save the evidence to FILE, for hostaudit analyse.")
]


@titled("Output")
class Output(NamedTuple):
    """The outputs of a command, as given on the command line."""

    format: DocumentFormatOption = None
    output: OutputOption = None


@titled("Output")
class TrialOutput(NamedTuple):
    """The outputs of a command that writes results of tests, which JUnit can hold too."""

    format: TrialFormatOption = None
    output: OutputOption = None


@titled("Output")
class ReportOutput(NamedTuple):
    """The outputs of a command that writes reports, which have a short form in the terminal."""

    format: FormatOption = None
    output: OutputOption = None
    verbose: VerboseOption = False


@titled("Terminal")
class Console(NamedTuple):
    """Use of the terminal. ``debug`` is read by ``hostaudit.cli.run``."""

    color: ColourOption = "auto"
    quiet: QuietOption = False
    debug: DebugOption = False


@titled("Terminal")
class ScanConsole(NamedTuple):
    """Use of the terminal by a command that shows its progress."""

    color: ColourOption = "auto"
    no_progress: NoProgressOption = False
    quiet: QuietOption = False
    debug: DebugOption = False

    @property
    def progress(self) -> bool:
        """True if a progress line may be shown."""
        return not (self.no_progress or self.quiet or self.debug)


@titled("Terminal")
class Notes(NamedTuple):
    """Notes of a command that writes no document."""

    quiet: QuietOption = False
    debug: DebugOption = False


@titled("Terminal")
class Tracing(NamedTuple):
    """``debug`` alone, which is read by ``hostaudit.cli.run``."""

    debug: DebugOption = False


# -- the site ---------------------------------------------------------------------------------------------

HostOption = Annotated[
    list[str] | None, typer.Option(metavar="NAME", help="Look at this host of the site too; repeatable.")
]
SiteOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Site file with declarations; default: hostaudit.yaml in this folder."),
]
NoSiteOption = Annotated[bool, typer.Option("--no-site", help="Do not read hostaudit.yaml from this folder.")]


@titled("Site")
class SiteChoice(NamedTuple):
    """The declarations that belong to the site."""

    site: SiteOption = None
    no_site: NoSiteOption = False


@titled("Site")
class SiteQuestion(NamedTuple):
    """The site that a question is about, for commands that scan it or take saved evidence."""

    host: HostOption = None
    site: SiteOption = None
    no_site: NoSiteOption = False
    save_evidence: SaveOption = None


# -- the network ------------------------------------------------------------------------------------------

ResolverOption = Annotated[
    list[str] | None, typer.Option(metavar="ADDRESS", help="Ask this DNS resolver, by its IP address; repeatable.")
]
CaBundleOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Trust the CA certificates in FILE (PEM) instead of the usual.")
]
TimeoutOption = Annotated[float, typer.Option(metavar="SECONDS", help="Time limit for one answer.")]
DeadlineOption = Annotated[float, typer.Option(metavar="SECONDS", help="Time limit for the scan of one site.")]
DepthOption = Annotated[
    int, typer.Option(metavar="N", help="How many name-server zones to follow one after the other, 0 to 6.")
]
NoHttpOption = Annotated[bool, typer.Option("--no-http", help="Send no HTTP or TLS requests to the site.")]
NoThirdPartyOption = Annotated[
    bool, typer.Option("--no-third-party", help="Send no RDAP, whois, routing or app store requests.")
]
SmtpOption = Annotated[
    bool, typer.Option("--smtp", help="Ask each mail exchanger for its greeting on port 25; send no mail.")
]
PrivateOption = Annotated[
    list[str] | None, typer.Option(metavar="CIDR", help="Allow connections to this private range; repeatable.")
]
VantageOption = Annotated[
    str, typer.Option(metavar="NAME", help="The name of this place in the evidence, for hostaudit merge.")
]


@titled("Network")
class Network(NamedTuple):
    """Use of the network by a scan. Times in seconds."""

    resolver: ResolverOption = None
    ca_bundle: CaBundleOption = None
    timeout: TimeoutOption = 5.0
    deadline: DeadlineOption = 45.0
    depth: DepthOption = 3
    no_http: NoHttpOption = False
    no_third_party: NoThirdPartyOption = False
    smtp: SmtpOption = False
    allow_private: PrivateOption = None
    vantage: VantageOption = "local"


@titled("Network")
class Lookup(NamedTuple):
    """Use of the network by a question about a live site. Times in seconds."""

    resolver: ResolverOption = None
    deadline: DeadlineOption = 45.0


def look_options(network: Network, *, debug: bool = False) -> LookOptions:
    """The options of a scan. Raises ``UsageError`` with the option's name for a value that no scan can use."""
    resolvers = tuple(network.resolver or ())
    for address in resolvers:
        _refuse_non_address(address)
    if network.ca_bundle is not None:
        _refuse_non_bundle(network.ca_bundle)
    from hostaudit.observe.look import LookOptions

    try:
        return LookOptions(
            resolver=resolvers,
            ca_bundle=network.ca_bundle,
            timeout=network.timeout,
            deadline=network.deadline,
            depth=network.depth,
            no_http=network.no_http,
            no_third_party=network.no_third_party,
            smtp=network.smtp,
            allow_private=tuple(str(_network(block)) for block in network.allow_private or ()),
            vantage=network.vantage,
            debug=debug_line if debug else None,
            warn=warning,
        )
    except OptionError as error:
        raise UsageError(f"--{error.option} {error.problem}", error.hint) from None


def refuse_other(name: str, given: str, allowed: tuple[str, ...]) -> None:
    """Refuse a word that is not allowed."""
    if given not in allowed:
        like = close(given, allowed, limit=1, cutoff=0.6)
        meant = f"did you mean {like[0]}? " if like else ""
        raise UsageError(f"{name} {given} is not known", f"{meant}give one of: {', '.join(allowed)}")


def refuse_non_time(name: str, seconds: float) -> None:
    """Refuse a time limit that is not a usable number of seconds."""
    if not (math.isfinite(seconds) and 0 < seconds <= LONGEST_TIME):
        raise UsageError(f"{name} is {seconds}", f"give a number of seconds above 0, at most {LONGEST_TIME:.0f}")


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
