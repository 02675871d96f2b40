"""Standard output and standard error: colour, width, progress, notes and errors.

The abilities of standard output and standard error are found separately: one may be a file, the other a terminal.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TextIO

from hostaudit.errors import HostauditError, LineError, UsageError
from hostaudit.report.text import inert, printable


def wants_colour(choice: str, stream: TextIO, environ: Mapping[str, str]) -> bool:
    """True if output is coloured: the option decides; else NO_COLOR (no-color.org), then FORCE_COLOR and
    CLICOLOR_FORCE, then whether the stream is a terminal that can."""
    if choice != "auto":
        return choice == "always"
    if environ.get("NO_COLOR"):
        return False
    if any(environ.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return environ.get("TERM") != "dumb" and stream.isatty()


def wants_links(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """True for a terminal that can open addresses, or leaves them out: never for a pipe, whatever is forced."""
    return stream.isatty() and environ.get("TERM", "dumb") not in ("dumb", "linux")


WIDEST = 400
"""The most columns of a line; a width beyond them is a mistake in COLUMNS."""


def columns(stream: TextIO, environ: Mapping[str, str]) -> int:
    """The width of the output in columns: COLUMNS or that of the terminal, at least 20; 80 if there is neither."""
    given = environ.get("COLUMNS", "")
    wide = int(given) if given.isascii() and given.isdigit() else 0
    if wide == 0 and stream.isatty():
        wide = os.get_terminal_size(stream.fileno()).columns
    return max(20, min(wide or 80, WIDEST))


def progress_fits(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """True if a line can be rewritten in place."""
    return stream.isatty() and environ.get("TERM") != "dumb"


class Progress:
    """The progress line of a scan, on standard error."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def __call__(self, answered: int, under_way: int) -> None:
        """Rewrite the line."""
        self.stream.write(f"\r\x1b[Kscanning: {answered} answers, {under_way} lookups running")
        self.stream.flush()

    def clear(self) -> None:
        """Remove the line."""
        self.stream.write("\r\x1b[K")
        self.stream.flush()


def put(text: str) -> None:
    """Write data to standard output, always as UTF-8: in another locale the formats write ASCII only.

    A build runner reads this stream, so what it would take for a command is escaped. The JSON and XML of the formats
    have no such text; in all others the escape can be seen.
    """
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(inert(text).encode("utf-8"))
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        message = f"standard output cannot be written: {error.strerror}"
        raise UsageError(message, "write to a file with -o FILE") from None


def say(text: str) -> None:
    """Write text to standard error, which build runners read too."""
    sys.stderr.write(inert(text))


def note(text: str) -> None:
    """Print a note on standard error. Like all lines of this module it is escaped and cut."""
    say(f"hostaudit: {printable(text, 300, ascii_only=True)}\n")


def warning(text: str) -> None:
    """Print a warning on standard error."""
    say(f"warning: {printable(text, 400, ascii_only=True)}\n")


def debug_line(line: str) -> None:
    """Print a line of the log of ``--debug``."""
    say(f"debug: {printable(line, 400)}\n")


def plain_log() -> None:
    """Escape what libraries log on standard error, such as asyncio's reports of exceptions with text from outside."""
    import logging  # asyncio, which logs, has loaded it by now

    class Plain(logging.Formatter):
        def format(self, record: logging.LogRecord) -> str:
            return "\n".join(inert(printable(line, 400)) for line in super().format(record).splitlines())

    if logging.lastResort is not None:
        logging.lastResort.setFormatter(Plain())


MOST_FAULTS = 20
"""The most faults of one file that are printed."""

BEFORE, ALONG, WIDE = 60, 100, 2000
"""The characters of a line that are shown before a fault, and in all, and the columns that their escapes may take."""


def complain(message: str, hint: str = "") -> None:
    """Print an error, and a hint for the next step, on standard error. A hint that ends the message is printed once."""
    message = message.removesuffix(f"; {hint}") if hint else message
    say(f"error: {printable(message, 600, ascii_only=True)}\n")
    if hint:
        say(f"hint: {printable(hint, 600, ascii_only=True)}\n")


def complain_of(error: HostauditError) -> None:
    """Print an error with its hint; of a file all its faults, each with its line and a mark below it, and each hint
    once."""
    if not isinstance(error, LineError):
        complain(error.message, error.hint)
        return
    said: set[str] = set()
    for each in error.all[:MOST_FAULTS]:
        message = each.message.removesuffix(f"; {each.hint}") if each.hint else each.message
        say(f"error: {printable(message, 600, ascii_only=True)}\n{_excerpt(each)}")
        if each.hint and each.hint not in said:
            say(f"hint: {printable(each.hint, 600, ascii_only=True)}\n")
        said.add(each.hint)
    if len(error.all) > MOST_FAULTS:
        say(f"error: {len(error.all) - MOST_FAULTS} more faults; correct these first\n")


def _excerpt(fault: LineError) -> str:
    """The line of a fault with its number, cut around the column, and a mark below it; empty if none may be shown."""
    if not fault.text.strip():
        return ""
    start = max(0, fault.column - 1 - BEFORE)
    shown = printable(fault.text[start : start + ALONG], WIDE, ascii_only=True)
    lead, more = f"{fault.line:5} | ", "..." if start else ""
    found = f"{lead}{more}{shown}\n"
    if fault.column:
        before = printable(f"{fault.text[start : fault.column - 1]}x", WIDE, ascii_only=True)
        found += f"{'':5} | {' ' * (len(more) + len(before) - 1)}^\n"
    return found
