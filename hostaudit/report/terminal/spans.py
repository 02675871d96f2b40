"""Lines of coloured text. ``rich`` draws them on a terminal that has colours; elsewhere they are the same text without.

Each span is text that is safe to print already. ``rich`` is loaded only to draw, since it takes longer to load than a
report takes to make.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from hostaudit.report import Style
from hostaudit.report.text import GAP, width, wrap

Meaning = Literal["plain", "bad", "weak", "good", "strong", "faint"]
"""*bad*: a function ends, or a demand failed. *weak*: something is worse, without an end. *good*: a demand is met.
*strong*: what to read first. *faint*: unknown, or nothing."""

_LINK_ID = re.compile(r"\x1b\]8;id=[0-9]+;")
"""The random number that ``rich`` gives to each link; equal reports give equal text."""

_STYLES: dict[Meaning, str] = {
    "plain": "",
    "bad": "red",
    "weak": "yellow",
    "good": "green",
    "strong": "bold",
    "faint": "bright_black",
}


class Span(NamedTuple):
    """A piece of a line. ``whole``: it is not broken at its spaces, unless it is wider than a line. ``link``: the
    address that a terminal opens for it, never one from outside."""

    text: str
    meaning: Meaning = "plain"
    whole: bool = False
    link: str = ""


Line = Sequence[Span]


def wrapped(spans: Iterable[Span], columns: int, hang: int = 0, most: int = 0) -> list[Line]:
    """The spans as lines of at most ``columns``, broken at spaces; all but the first are indented by ``hang``. With
    ``most`` there are at most so many lines, and the last one ends in an ellipsis if it is not all."""
    lines: list[list[Span]] = [[]]
    used, empty = 0, True
    for span, piece in _pieces(spans, max(columns - hang, 1)):
        room = width(piece) + (not empty)
        if not empty and used + room > columns:
            lines.append([Span(" " * hang)])
            used, empty, room = hang, True, width(piece)
        before, said = lines[-1][-1:], piece if empty else f" {piece}"
        if before and (before[0].meaning, before[0].link) == (span.meaning, span.link):
            said = lines[-1].pop().text + said
        lines[-1].append(Span(said, span.meaning, link=span.link))
        used += room
        empty = False
    if most and len(lines) > most:
        del lines[most:]
        _cut(lines[-1], columns)
    return list(lines)


def _pieces(spans: Iterable[Span], columns: int) -> Iterator[tuple[Span, str]]:
    """The parts of spans that are not broken, each at most so wide."""
    for span in spans:
        if span.whole and width(span.text) <= columns:
            yield span, span.text
        else:
            for line in wrap(span.text, columns):
                yield from ((span, word) for word in line.split(" "))


def _cut(line: list[Span], columns: int) -> None:
    """Replace the end of a line by an ellipsis."""
    while line and sum(width(each.text) for each in line) + width(GAP) + 1 > columns:
        last = line.pop()
        shorter = last.text.rpartition(" ")[0]
        if shorter.strip():
            line.append(last._replace(text=shorter))
    line.append(Span(f" {GAP}"))


def drawn(lines: Iterable[Line], style: Style) -> list[str]:
    """The lines as text, with the control codes of their colours if the style has any."""
    if not style.colour:
        return ["".join(span.text for span in line).rstrip() for line in lines]
    from rich.console import Console
    from rich.style import Style as Linked
    from rich.text import Text

    sink = io.StringIO()
    console = Console(
        file=sink,
        force_terminal=True,
        color_system="standard",
        width=style.width + 1,
        legacy_windows=False,
        no_color=False,
        emoji=False,
        markup=False,
        highlight=False,
        _environ={},
    )
    for line in lines:
        text = Text(no_wrap=True, end="\n")
        for span in line:
            text.append(span.text, _STYLES[span.meaning] or None)
            if span.link and style.links:
                text.stylize(Linked(link=span.link), len(text) - len(span.text))
        text.rstrip()
        console.print(text, overflow="ignore", crop=False, soft_wrap=True)
    return _LINK_ID.sub("\x1b]8;;", sink.getvalue()).splitlines()
