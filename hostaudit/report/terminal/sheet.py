"""The lines of a terminal page, with the elements that all pages share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest

from hostaudit.model import words
from hostaudit.model.report import NotAssessed
from hostaudit.model.site import FallbackId
from hostaudit.report import Style
from hostaudit.report.text import printable, width, wrap

RED, YELLOW, GREEN, BOLD = "31", "33", "32", "1"

MOST = 1500
"""The most columns of text in one paragraph."""

LEAST = 20
"""The least columns of a line, even if the style asks for fewer."""

MARKS = {
    "bad": ("✗", "x", RED),
    "weak": ("~", "~", YELLOW),
    "open": ("?", "?", YELLOW),
    "good": ("✓", "+", GREEN),
    "plain": ("·", "-", ""),
}
"""Symbol, the same in ASCII, colour. A word always follows the symbol."""

EFFECT_MARKS = {"down": "bad", "no_new_installs": "bad", "cannot_renew": "weak", "degraded": "weak"}
GRADE_MARKS = {"declared": "open", "configured": "weak", "probed": "good", "independent": "good"}

MORE = "see --format json"

REASON = 320
"""The most columns of a reason: a sentence of our own with some names, which a cut in the middle would damage."""


class Sheet:
    """The lines of a page. All added text is made safe to print; ``safe`` can shorten parts of it before."""

    def __init__(self, style: Style, names: Mapping[str, str] | None = None) -> None:
        self.style = replace(style, width=max(style.width, LEAST))
        self.lines: list[str] = []
        self.names = names or {}

    def called(self, identity: str) -> str:
        """The name of a provider, safe to print."""
        return self.safe(self.names.get(identity, identity), 60)

    def fallback(self, identity: str) -> str:
        """The name of a declared fallback, safe to print."""
        return self.safe(words.fallback(FallbackId.read(identity), self.names), 80)

    @property
    def width(self) -> int:
        """Columns of a line."""
        return self.style.width

    def safe(self, text: str, limit: int = 160) -> str:
        """Text from outside, made safe to print."""
        return printable(text, limit, ascii_only=not self.style.unicode)

    def paint(self, text: str, colour: str) -> str:
        """Our own text in a colour, if the style has colours."""
        return f"\x1b[{colour}m{text}\x1b[0m" if self.style.colour and colour and text else text

    def text(self, text: str, indent: int = 0, hang: int = 2, *, lead: str = "", colour: str = "") -> None:
        """Add a wrapped line. It begins with ``lead``, our own text, which has the colour if one is given."""
        shown = self.safe(lead + text, MOST)
        first, *more = wrap(shown, self.style.width, first=" " * indent, rest=" " * (indent + hang))
        end = indent + len(lead.rstrip())
        self.lines.append(first[:indent] + self.paint(first[indent:end], colour) + first[end:])
        self.lines += more

    def marked(self, mark: str, word: str, text: str, indent: int) -> None:
        """Add a line that begins with a symbol and its word."""
        symbol, plain, colour = MARKS[mark]
        lead = f"{symbol if self.style.unicode else plain} {word}: "
        self.text(text, indent, 4, lead=lead, colour=colour)

    def graded(self, grade: str, text: str, reasons: Iterable[str], indent: int = 2, *, failed: bool = False) -> None:
        """Add a fallback: its grade, its description, and each reason on a line of its own."""
        self.marked(
            "bad" if failed else GRADE_MARKS[grade], f"{grade}, proof failed" if failed else grade, text, indent
        )
        for reason in reasons:
            self.text(self.safe(reason, REASON), indent + 4, lead="- ")

    def heading(self, text: str) -> None:
        """Add an empty line and the title of a section."""
        self.lines.append("")
        self.bold(text)

    def bold(self, text: str) -> None:
        """Add a bold paragraph."""
        self.lines += [self.paint(line, BOLD) for line in wrap(self.safe(text, MOST), self.style.width)]

    def row(self, cells: Sequence[str], widths: Sequence[int], indent: int = 0) -> None:
        """Add cells side by side, two columns apart, each wrapped within its own width."""
        wrapped = [wrap(self.safe(cell, MOST), each) for cell, each in zip(cells, widths, strict=True)]
        for parts in zip_longest(*wrapped, fillvalue=""):
            padded = (part + " " * (each - width(part)) for part, each in zip(parts, widths, strict=True))
            self.lines.append((" " * indent + "  ".join(padded)).rstrip())

    def more(self, left: int, indent: int = 2, *, lead: str = "") -> None:
        """Add a line with the number of items that are not shown, if any."""
        if left > 0:
            self.text(f"+{left} more, {MORE}", indent, lead=lead)


def not_assessed(sheet: Sheet, rows: Iterable[NotAssessed]) -> None:
    """The parts that were not assessed, one line for each reason."""
    grouped: dict[str, list[str]] = {}
    for each in rows:
        grouped.setdefault(each.why, []).append(words.function(each.what))
    if grouped:
        sheet.heading("Not assessed")
    for why, whats in grouped.items():
        sheet.text(f"{sheet.safe(words.listed(whats), 300)}: {sheet.safe(why, 300)}", 2, 4, lead="- ")
