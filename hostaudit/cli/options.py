"""What commands share: their options, and where a report goes and how.

What an option cannot mean is refused by its name, before anything is looked at.
"""

from __future__ import annotations

import math
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hostaudit import report
from hostaudit.cli.console import columns, put, wants_colour
from hostaudit.errors import Exit, UsageError
from hostaudit.report.text import printable

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

    from hostaudit.model.evidence import EvidenceFile
    from hostaudit.model.report import Report
    from hostaudit.observe.look import LookOptions
    from hostaudit.report import Document

LONGEST_TIME = 3600.0
DEEPEST = 6
EXIT_OF = {"pass": Exit.PASS, "not_judged": Exit.PASS, "fail": Exit.FAIL, "inconclusive": Exit.INCONCLUSIVE}
COLOURS = ("auto", "always", "never")
REPORT = "Report"
"""What every format writes."""

STANDARD_OUTPUT = ("-", "/dev/stdout")
_FORMAT_WORD = re.compile(r"[a-z][a-z0-9-]*")

# -- how to write -----------------------------------------------------------------------------------------

FormatOption = Annotated[str, typer.Option("--format", metavar="|".join(report.names()), help="How to write.")]
OutputOption = Annotated[
    list[str] | None,
    typer.Option(
        "--output",
        "-o",
        metavar="[FORMAT=]FILE",
        help="Write to FILE, whole or not at all; - is standard output. With FORMAT= besides --format; repeatable.",
    ),
]
ColourOption = Annotated[
    str, typer.Option("--color", metavar="|".join(COLOURS), help="Auto: on a terminal, unless NO_COLOR is set.")
]
DebugOption = Annotated[bool, typer.Option("--debug", help="Trace what is asked, and any defect of hostaudit.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No notes or progress on standard error.")]
NoProgressOption = Annotated[bool, typer.Option("--no-progress", help="No progress line.")]
SaveOption = Annotated[Path | None, typer.Option(metavar="FILE", help="Keep what was seen, for analyse.")]

# -- how to look ------------------------------------------------------------------------------------------

ListOption = Annotated[
    str | None, typer.Option("--list", "-l", metavar="FILE", help="Scan many: one domain a line; - is standard input.")
]
JobsOption = Annotated[int, typer.Option(metavar="N", help="With --list: how many sites at a time.")]
ResumeOption = Annotated[bool, typer.Option("--resume", help="With --list and -o: go on where a run was cut off.")]
HostOption = Annotated[list[str] | None, typer.Option(metavar="NAME", help="A further host to look at; repeatable.")]
SiteOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="What its owner declares; else hostaudit.yaml, if it is here.")
]
PolicyOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="What is demanded of the site; else hostaudit.yaml, if it is here.")
]
NoSiteOption = Annotated[bool, typer.Option("--no-site", help="Leave the hostaudit.yaml that is here alone.")]
ResolverOption = Annotated[list[str] | None, typer.Option(metavar="ADDRESS", help="DNS resolver; repeatable.")]
CaBundleOption = Annotated[Path | None, typer.Option(metavar="FILE", help="Trust these certificates (PEM).")]
TimeoutOption = Annotated[float, typer.Option(metavar="SECONDS", help="Longest wait for one answer.")]
DeadlineOption = Annotated[float, typer.Option(metavar="SECONDS", help="Longest time for the whole scan.")]
DepthOption = Annotated[int, typer.Option(metavar="N", help="How many steps of foreign zones to follow, 0 to 6.")]
NoHttpOption = Annotated[bool, typer.Option("--no-http", help="Ask the site itself nothing over HTTP or TLS.")]
NoThirdPartyOption = Annotated[
    bool, typer.Option("--no-third-party", help="No RDAP, whois, routing or store look-ups.")
]
PrivateOption = Annotated[
    list[str] | None, typer.Option(metavar="CIDR", help="Connect to this private range too; repeatable.")
]


def look_options(
    resolver: tuple[str, ...],
    ca_bundle: Path | None,
    *,
    timeout: float,
    deadline: float,
    depth: int,
    switches: tuple[bool, bool, bool],
    allow_private: tuple[str, ...],
) -> LookOptions:
    """How to look; an option that cannot be meant is refused by name. ``switches``: no HTTP, no third party, debug."""
    for name, seconds in (("--timeout", timeout), ("--deadline", deadline)):
        if not (math.isfinite(seconds) and 0 < seconds <= LONGEST_TIME):
            raise UsageError(f"{name} is {seconds}", f"give seconds above 0, at most {LONGEST_TIME:.0f}")
    if not 0 <= depth <= DEEPEST:
        raise UsageError(f"--depth is {depth}", f"give a number of steps from 0 to {DEEPEST}")
    for address in resolver:
        _refuse_non_address(address)
    if ca_bundle is not None:
        _refuse_non_bundle(ca_bundle)
    from hostaudit.observe.look import LookOptions

    no_http, no_third_party, debug = switches
    return LookOptions(
        resolver=resolver,
        ca_bundle=ca_bundle,
        timeout=timeout,
        deadline=deadline,
        depth=depth,
        no_http=no_http,
        no_third_party=no_third_party,
        allow_private=tuple(str(_network(block)) for block in allow_private),
        debug=_trace if debug else None,
        warn=_warn,
    )


def _warn(text: str) -> None:
    say(f"warning: {printable(text, 400, ascii_only=True)}\n")


def _trace(line: str) -> None:
    say(f"debug: {printable(line, 400)}\n")


def refuse_other(name: str, given: str, allowed: tuple[str, ...]) -> None:
    """Refuse a word that is not one of those allowed."""
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
    """Where the report goes and how. What cannot work is refused when it is made, before a long scan.

    Standard output takes the document of ``--format``, unless a plain ``-o FILE`` does or an ``-o FORMAT=-`` takes its
    place. ``document`` is the class of what will be written, for formats that do not write everything.
    """

    def __init__(
        self,
        name: str,
        output: list[str] | None,
        colour: str,
        *,
        spare: Path | None = None,
        quiet: bool = False,
        document: str = REPORT,
    ) -> None:
        refuse_other("--format", name, report.names())
        refuse_other("--color", colour, COLOURS)
        self.name = name
        self.outputs = _outputs(name, tuple(output or ()))
        self.colour = colour
        self.quiet = quiet
        if document != REPORT:
            for each, _ in self.outputs:
                _refuse_unable(report.load(each), document)
        _refuse_same([path for _, path in self.outputs if path is not None], spare)
        for path in (*(path for _, path in self.outputs), spare):
            if path is not None:
                from hostaudit.files import check_writable

                check_writable(path)

    def reads(self, *paths: str | Path) -> None:
        """Refuse to write over what a command reads: it would be gone, and perhaps nothing come of it."""
        read = {Path(each).resolve() for each in paths if str(each) not in ("", "-")}
        for _, path in self.outputs:
            if path is not None and path.resolve() in read:
                raise UsageError(f"{path} is what is read, and would be written over", "give another file to -o")

    def write(self, opinion: Report) -> int:
        """Render, write, and turn the verdict into an exit code."""
        self.put(opinion)
        return EXIT_OF[opinion.verdict]

    def put(self, document: Document) -> int:
        """Render and write any document; a question that was answered is a success. One output that fails does not
        take the others with it: what went wrong is raised when all of them were tried."""
        formats = [(report.load(name), path) for name, path in self.outputs]
        for each, _ in formats:
            _refuse_unable(each, type(document).__name__)
        failures: list[Exception] = []
        for each, path in formats:
            try:
                self._put(each, path, document)
            except Exception as error:
                failures.append(error)
        told = [failure for failure in failures if isinstance(failure, UsageError)]
        for failure in failures:
            if not isinstance(failure, UsageError | BrokenPipeError):
                raise failure
        if told:
            raise UsageError("; ".join(each.message for each in told), told[0].hint)
        if failures:
            raise failures[0]
        return Exit.PASS

    def _put(self, each: report.Format, path: Path | None, document: Document) -> None:
        text = each.render(document, self._style(path))
        if path is None:
            put(text)
            return
        from hostaudit.files import write_atomically

        write_atomically(path, text.encode("utf-8"))
        self.note(f"{'report' if each.name == self.name else each.name} written to {path}")

    def save(self, path: Path, file: EvidenceFile) -> UsageError | None:
        """Save the evidence; what goes wrong is returned, so that the report is not lost with it."""
        from hostaudit.documents.evidence_file import encode_evidence
        from hostaudit.files import write_atomically

        try:
            write_atomically(path, encode_evidence(file))
        except UsageError as error:
            return error
        self.note(f"evidence saved in {path}")
        return None

    def note(self, text: str) -> None:
        """Tell the person at the terminal what was done, unless asked to be quiet."""
        if not self.quiet:
            say(f"hostaudit: {printable(text, 300, ascii_only=True)}\n")

    def _style(self, path: Path | None) -> report.Style:
        if path is not None:
            return report.Style(colour=self.colour == "always")
        return report.Style(
            colour=wants_colour(self.colour, sys.stdout, os.environ),
            unicode=(sys.stdout.encoding or "").lower().replace("-", "") == "utf8",
            width=columns(sys.stdout, os.environ),
        )


def _outputs(name: str, given: tuple[str, ...]) -> tuple[tuple[str, Path | None], ...]:
    """Every output as (format, file), None for standard output, which comes last: its reader may leave."""
    known = report.names()
    found: list[tuple[str, Path | None]] = []
    plain = False
    for text in given:
        word, equals, rest = text.partition("=")
        if equals and word in known:
            each, place = word, rest
        elif equals and _FORMAT_WORD.fullmatch(word):
            hint = f"give one of: {', '.join(known)}; for a file of that name: -o ./{text}"
            raise UsageError(f"-o {text}: {word} is not a format that is known", hint)
        else:
            each, place, plain = name, text, True
        if text in known:
            hint = f"give one: -o {text}=FILE; for a file of that name: -o ./{text}"
            raise UsageError(f"-o {text} names a format and no file", hint)
        if not place:
            raise UsageError(f"-o {text} names no file", "give one such as -o sarif=hostaudit.sarif")
        found.append((each, None if place in STANDARD_OUTPUT else Path(place)))
    to_standard = [each for each, path in found if path is None]
    # The default of --format gives way to an output that was given on purpose.
    if not plain and not (to_standard and name == "terminal"):
        found.append((name, None))
        to_standard.append(name)
    if len(to_standard) > 1:
        hint = "give all but one of them a file: -o FORMAT=FILE"
        raise UsageError(f"{' and '.join(to_standard)} would both be written to standard output", hint)
    return tuple(sorted(found, key=lambda each: each[1] is None))


def _refuse_same(outputs: list[Path], spare: Path | None) -> None:
    """Two documents in one file: the second would take the place of the first."""
    seen: set[Path] = set()
    for path in outputs:
        place = path.resolve()
        if spare is not None and place == spare.resolve():
            raise UsageError(f"{path} cannot hold both the report and the evidence", "give two different files")
        if place in seen:
            raise UsageError(f"{path} cannot hold two documents", "give every -o a file of its own")
        seen.add(place)


def _refuse_unable(each: report.Format, document: str) -> None:
    if not each.writes & {*report.EVERY, document}:
        hint = f"formats that write it: {', '.join(report.able(document))}"
        raise UsageError(f"{each.name} does not write the document of this command", hint)


def say(text: str) -> None:
    """Write to standard error."""
    sys.stderr.write(text)
