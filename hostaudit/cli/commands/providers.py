"""``hostaudit providers``: list, show, match and check the providers of the catalogue."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from hostaudit.cli.commands import Entry
from hostaudit.cli.console import note, put, say
from hostaudit.cli.option_groups import grouped
from hostaudit.cli.options import ColourOption, Console, Output, Tracing, refuse_other
from hostaudit.cli.output import Writer
from hostaudit.cli.values import Typer
from hostaudit.errors import Exit, UsageError
from hostaudit.report.text import printable

if TYPE_CHECKING:
    from hostaudit.analysis.catalogue.match import Matcher
    from hostaudit.model.match import Matches

app = Typer(
    help="List, show, match and check the providers of the catalogue.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

MatchFormatOption = Annotated[
    str, typer.Option("--format", metavar="json|terminal", help="Output format; lines of JSON need json.")
]

LONGEST_LINE = 1024 * 1024
"""Bytes of one input line; the headers of a response take a few thousand."""

CHUNK = 1 << 16
"""Bytes of input that are read at a time, if that many are available."""

MOST_ROWS = 1000
"""The most providers and unknown groups that ``stats`` shows."""

INSTEAD = "pipe lines of JSON to it, or give a value"

Complete = bytes | None
"""A line without its line end; None for a line that is too long to be read."""


@app.command("list")
@grouped
def list_(
    *,
    role: Annotated[str, typer.Option(metavar="ROLE", help="Only providers in this role, such as cdn or paas.")] = "",
    parent: Annotated[str, typer.Option(metavar="ID", help="Only providers of this company.")] = "",
    output: Output,
    console: Console,
) -> int:
    """List the providers of the catalogue: id, name, company, jurisdiction, roles."""
    from hostaudit.model.match import ProviderList

    writer = Writer(output, console, document=ProviderList)
    from hostaudit.analysis.catalogue import listing
    from hostaudit.documents import rules

    if role:
        refuse_other("--role", role, rules.SERVICES)
    return writer.put(listing.listing(rules.load(), role, parent))


@app.command()
@grouped
def show(
    *,
    provider: Annotated[str, typer.Argument(metavar="ID", help="The id of a provider; ids: hostaudit providers list.")],
    output: Output,
    console: Console,
) -> int:
    """Show one provider: how it is recognised, its owner, its own providers, and the sources."""
    from hostaudit.model.match import ProviderSheet

    writer = Writer(output, console, document=ProviderSheet)
    from hostaudit.analysis.catalogue import listing
    from hostaudit.documents import rules

    return writer.put(listing.sheet(rules.load(), provider))


@app.command()
@grouped
def match(
    *,
    value: Annotated[
        str,
        typer.Argument(
            metavar="VALUE",
            help="A name, address, header, AS number or company; without it lines of JSON from standard input.",
        ),
    ] = "",
    format: MatchFormatOption = "",  # noqa: A002 - the option's name
    color: ColourOption = "auto",
    _tracing: Tracing,
) -> int:
    """Find the providers that a value belongs to: one value, or one JSON object on each line of standard input."""
    refuse_other("--format", format or "json", ("json", "terminal") if value else ("json",))
    if not value:
        return _match_lines()
    from hostaudit.analysis.catalogue import match
    from hostaudit.documents import rules

    value = value.encode("utf-8", "backslashreplace").decode()
    try:
        found = match.matcher(rules.load(), note).anything(value)
    except ValueError as error:
        hint = 'give one such as ns-1.awsdns-00.com, 104.16.1.1, "server: cloudflare", AS16509'
        raise UsageError(f"{printable(value, 80)}: {error}", hint) from None
    from hostaudit.model.match import Matched, Matches

    if format == "json":
        from hostaudit.report.json_text import lines

        put(lines([Matches(found.providers)]))
        return Exit.PASS
    return Writer(Output(), Console(color), document=Matched).put(found)


def _match_lines() -> int:
    """Answer each line in order, as soon as it arrives. Raises ``UsageError`` at the end if one could not be read."""
    if sys.stdin is None or sys.stdin.closed:
        raise UsageError("standard input is closed, so there is nothing to match", INSTEAD)
    if sys.stdin.isatty():
        say('reading lines such as {"ns": "ns-1.awsdns-00.com"} from the terminal; end with Ctrl-D\n')
    from hostaudit.analysis.catalogue import match
    from hostaudit.documents import rules
    from hostaudit.report.json_text import lines

    matcher = match.matcher(rules.load(), note)
    number = wrong = first = 0
    why = ""
    for batch in _batches(sys.stdin.buffer):
        answers = []
        for text in batch:
            number += 1
            answer, problem = _answer(matcher, text, number)
            answers.append(answer)
            if problem:
                wrong += 1
                first, why = (first, why) if first else (number, problem)
        put(lines(answers))
    if wrong:
        of = f"{wrong} of {number} lines" if number > 1 else "the line"
        raise UsageError(
            f"{of} could not be read, first line {first}: {why}",
            'correct these lines and run it again; the answer to such a line has "error" instead of providers',
        )
    return Exit.PASS


def _answer(matcher: Matcher, text: Complete, number: int) -> tuple[Matches, str]:
    """The answer to one line, and the error in the line or "". A blank line has an empty answer."""
    from hostaudit.model.match import Matches

    if text is not None and not text.strip():
        from hostaudit.analysis.catalogue.match import NOTHING

        return NOTHING, ""
    try:
        if text is None or len(text) > LONGEST_LINE:
            raise ValueError(f"longer than {LONGEST_LINE} bytes")
        return matcher.answer(matcher.read(text)), ""
    except ValueError as error:
        from hostaudit.model.match import Matches

        problem = printable(str(error), 300)
        return Matches(error=f"line {number}: {problem}"), problem


def _batches(stream: BinaryIO) -> Iterator[list[Complete]]:
    """The lines of a stream, as many at a time as have arrived: a program that waits for an answer gets it before the
    next read. Of a line that is too long only enough is kept to recognise it as such."""
    rest, skipping = b"", False
    while chunk := _read(stream):
        lines: list[Complete] = [*(rest + chunk).split(b"\n")]
        if skipping and len(lines) == 1:
            continue
        if skipping:
            lines[0], skipping = None, False
        rest = lines.pop() or b""
        if len(rest) > LONGEST_LINE:
            rest, skipping = b"", True
        if lines:
            yield lines
    if skipping or rest:
        yield [None if skipping else rest]


def _read(stream: BinaryIO) -> bytes:
    try:
        return stream.read1(CHUNK)  # type: ignore[attr-defined, no-any-return]
    except OSError as error:
        raise UsageError(f"standard input cannot be read: {error.strerror}", INSTEAD) from None


@app.command()
@grouped
def stats(
    *,
    names: Annotated[
        str,
        typer.Argument(metavar="FILE|-", help="Names, one on each line, or a zone file; default: standard input."),
    ] = "-",
    kind: Annotated[
        str, typer.Option(metavar="KIND", help="What the names of a plain list are: ns, mx or cname.")
    ] = "ns",
    most: Annotated[int, typer.Option(metavar="N", help="Show N providers and N unknown groups.")] = 10,
    output: Output,
    console: Console,
) -> int:
    """Count which names of a fleet the catalogue knows, and draft the files for those it does not."""
    from hostaudit.model.match import ProviderStats

    writer = Writer(output, console, document=ProviderStats)
    from hostaudit.analysis.catalogue import fleet
    from hostaudit.analysis.catalogue.catalogue import Catalogue
    from hostaudit.cli.batch.domain_list import content
    from hostaudit.documents import name_list, rules

    refuse_other("--kind", kind, tuple(fleet.KINDS))
    if not 1 <= most <= MOST_ROWS:
        raise UsageError(f"--most is {most}", f"give a number from 1 to {MOST_ROWS}")
    source = "standard input" if names == "-" else names
    listed = name_list.parse(content(names, source), kind)
    if not listed.uses:
        hint = "give one name on each line, or a zone file with NS, MX or CNAME records"
        raise UsageError(f"{printable(source, 80)} holds no names", hint)
    return writer.put(fleet.stats(listed, Catalogue(rules.load()), source, most))


@app.command()
@grouped
def lint(
    *,
    place: Annotated[
        Path | None,
        typer.Argument(metavar="FOLDER|FILE", help="A rules folder or one provider file; default: the shipped rules."),
    ] = None,
    _tracing: Tracing,
) -> int:
    """Check provider files: form, samples, sources, and that no two providers claim the same."""
    from hostaudit.analysis.catalogue.lint import lint as check

    count, complaints = check(place)
    lines = [printable(str(each), 600) for each in complaints]
    problems = "no problem" if not lines else f"{len(lines)} problem{'' if len(lines) == 1 else 's'}"
    put("".join(f"{line}\n" for line in [*lines, f"{count} provider{'' if count == 1 else 's'}, {problems}"]))
    return Exit.FAIL if complaints else Exit.PASS


ENTRIES = (Entry(130, "providers", app),)
