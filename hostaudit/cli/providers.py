"""``hostaudit providers``: who is in the catalogue, whom do clues speak for, and is a record sound?"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from hostaudit.cli.options import (
    ColourOption,
    DebugOption,
    FormatOption,
    OutputOption,
    QuietOption,
    Writer,
    refuse_other,
    say,
)
from hostaudit.cli.values import Typer
from hostaudit.console import put
from hostaudit.errors import Exit, UsageError
from hostaudit.report.text import printable

if TYPE_CHECKING:
    from hostaudit.matching import Matcher
    from hostaudit.model import Matches

app = Typer(
    help="The provider catalogue: who is in it, and whom do clues speak for?",
    no_args_is_help=True,
    rich_markup_mode=None,
)

LONGEST_LINE = 1024 * 1024
"""Bytes of one question; the headers of a response take a few thousand."""

CHUNK = 1 << 16
"""Bytes of input that are taken at a time, if that many are there."""

INSTEAD = "pipe lines of JSON, or give a value"

Complete = bytes | None
"""A line without its end; None for one that is too long to be read."""


@app.command("list")
def list_(
    role: Annotated[str, typer.Option(metavar="ROLE", help="Only those that do this, such as cdn or paas.")] = "",
    parent: Annotated[str, typer.Option(metavar="ID", help="Only those that this company controls.")] = "",
    format: FormatOption = "terminal",  # noqa: A002 - the option's name
    output: OutputOption = None,
    color: ColourOption = "auto",
    quiet: QuietOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read by run()
) -> int:
    """List the providers of the catalogue: id, name, company, jurisdiction, roles."""
    writer = Writer(format, output, color, quiet=quiet)
    from hostaudit import directory, rules

    if role:
        refuse_other("--role", role, rules.SERVICES)
    return writer.put(directory.listing(rules.load(), role, parent))


@app.command()
def show(
    provider: Annotated[str, typer.Argument(metavar="ID", help="Which one; see hostaudit providers list.")],
    format: FormatOption = "terminal",  # noqa: A002 - the option's name
    output: OutputOption = None,
    color: ColourOption = "auto",
    quiet: QuietOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read by run()
) -> int:
    """Show one provider: how it is recognised, who owns it, what it rests on, where that was read."""
    writer = Writer(format, output, color, quiet=quiet)
    from hostaudit import directory, rules

    return writer.put(directory.sheet(rules.load(), provider))


@app.command()
def match(
    value: Annotated[
        str,
        typer.Argument(metavar="[VALUE]", help="A name, address, header, AS number, company; else lines of JSON."),
    ] = "",
    format: FormatOption = "",  # noqa: A002 - the option's name
    color: ColourOption = "auto",
    debug: DebugOption = False,  # noqa: ARG001 - read by run()
) -> int:
    """Tell the providers behind what was seen: one value, or one JSON object a line on standard input."""
    refuse_other("--format", format or "json", ("json", "terminal") if value else ("json",))
    if not value:
        return _match_lines()
    from hostaudit import matching, rules

    value = value.encode("utf-8", "backslashreplace").decode()
    try:
        found = matching.matcher(rules.load(), _note).anything(value)
    except ValueError as error:
        hint = 'give one such as ns-1.awsdns-00.com, 104.16.1.1, "server: cloudflare", AS16509'
        raise UsageError(f"{printable(value, 80)}: {error}", hint) from None
    if format == "json":
        from hostaudit.model import Matches
        from hostaudit.report.jsontext import lines

        put(lines([Matches(found.providers)]))
        return Exit.PASS
    return Writer("terminal", None, color).put(found)


def _note(text: str) -> None:
    say(f"hostaudit: {printable(text, 300, ascii_only=True)}\n")


def _match_lines() -> int:
    """Answer each line in its turn, as soon as it is there. ``UsageError`` at the end if some could not be read."""
    if sys.stdin is None or sys.stdin.closed:
        raise UsageError(
            "standard input is closed, so there is nothing to match", "pipe lines of JSON, or give a value"
        )
    if sys.stdin.isatty():
        say('reading lines such as {"ns": "ns-1.awsdns-00.com"} from the terminal; end with Ctrl-D\n')
    from hostaudit import matching, rules
    from hostaudit.report.jsontext import lines

    matcher = matching.matcher(rules.load(), _note)
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
            'the answer of such a line has "error" and says nothing about providers; mend the line and ask again',
        )
    return Exit.PASS


def _answer(matcher: Matcher, text: Complete, number: int) -> tuple[Matches, str]:
    """The answer to one line, and what is wrong with the line. A blank line asks nothing and gets nothing."""
    from hostaudit.model import Matches

    if text is not None and not text.strip():
        from hostaudit.matching import NOTHING

        return NOTHING, ""
    try:
        if text is None or len(text) > LONGEST_LINE:
            raise ValueError(f"longer than {LONGEST_LINE} bytes")
        return matcher.answer(matcher.read(text)), ""
    except ValueError as error:
        from hostaudit.model import Matches

        problem = printable(str(error), 300)
        return Matches(error=f"line {number}: {problem}"), problem


def _batches(stream: BinaryIO) -> Iterator[list[Complete]]:
    """The lines of a stream, as many at a time as have arrived: whoever waits for an answer gets it before we wait for
    more. Of a line that is too long no more is kept than it takes to know that."""
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
        raise UsageError(
            f"standard input cannot be read: {error.strerror}", "pipe lines of JSON, or give a value"
        ) from None


@app.command()
def lint(
    place: Annotated[
        Path | None,
        typer.Argument(metavar="[FOLDER|FILE]", help="A rules folder or one provider file; else the shipped."),
    ] = None,
    debug: DebugOption = False,  # noqa: ARG001 - read by run()
) -> int:
    """Check provider files: form, samples both ways, sources, and that nobody claims what is another's."""
    from hostaudit.lint import lint as check

    count, complaints = check(place)
    lines = [printable(str(each), 600) for each in complaints]
    problems = "no problem" if not lines else f"{len(lines)} problem{'' if len(lines) == 1 else 's'}"
    put("".join(f"{line}\n" for line in [*lines, f"{count} provider{'' if count == 1 else 's'}, {problems}"]))
    return Exit.FAIL if complaints else Exit.PASS
