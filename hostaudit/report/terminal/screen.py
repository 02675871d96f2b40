"""The answer of a report on one screen: who can stop what for how long, what is broken, what to do first, the verdict.

Everything else is on the page of ``-v``. What does not fit into ``MOST_LINES`` is left out from the least to the most
useful: a row of the table, a fact, the end of a sentence; each cut is visible.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from hostaudit.model import words
from hostaudit.model.actors import is_unknown, seen_of
from hostaudit.model.overview import most_urgent
from hostaudit.model.report import (
    IDLE,
    Finding,
    FunctionImpact,
    Report,
    SinglePoint,
    name_is_gone,
)
from hostaudit.model.roles import ROLES, kind_of_function
from hostaudit.model.verdict import LEVELS, SEVERITIES
from hostaudit.report import places
from hostaudit.report import wording as say
from hostaudit.report.project import rule_link
from hostaudit.report.rows import HEADLINES, counted, rows, standing
from hostaudit.report.terminal.sheet import Sheet
from hostaudit.report.terminal.spans import Line, Meaning, Span, drawn, wrapped
from hostaudit.report.text import GAP, inert, width

MOST_LINES = 24
"""The lines of the smallest terminal in use."""

MOST_COMPANIES = 6
LONG_NAME = 26
"""Columns from which on a company stands in the table without the product that the site shows of it."""

NARROW = 60
"""Columns below which a table of companies and functions is a list."""

WIDE = 10.0
"""Points of the score that unknown answers take: from there on they are asked again first."""

GAUGE = 20
"""Columns of the bar of the score."""

LABEL = 11
"""Columns before a fact."""

LENGTHS = (1.0, 24.0, 72.0, 168.0)
"""Hours at which a bar is one block longer: the limits of the classes."""

SERVING = ("cdn", "hosting", "dns")
"""The roles that something could take over from, those first through which a site is reached."""

NAMES = "name holders"
"""The row of the companies that hold nothing but names: registries and registrars."""


class Room(NamedTuple):
    """How much of each part is shown; a narrower room leaves out more."""

    companies: int
    fact: int
    sentence: int
    blanks: bool = True
    unseen: bool = True


ROOMS = (
    Room(MOST_COMPANIES, 3, 8),
    Room(MOST_COMPANIES, 2, 6),
    Room(4, 2, 6),
    Room(4, 2, 5, unseen=False),
    Room(3, 2, 4, unseen=False),
    Room(3, 2, 4, blanks=False, unseen=False),
    Room(3, 1, 4, blanks=False, unseen=False),
    Room(2, 1, 3, blanks=False, unseen=False),
    Room(1, 1, 2, blanks=False, unseen=False),
)
"""From the widest to the narrowest; the first whose lines fit is taken."""


def write(sheet: Sheet, report: Report) -> None:
    """One screen of a report."""
    screen = _Screen(sheet, report)
    fitting: list[Line] = []
    for room in ROOMS:
        fitting = screen.lines(room)
        if len(fitting) <= MOST_LINES:
            break
    if len(fitting) > MOST_LINES:  # on fewer columns than anybody uses
        fitting = [*fitting[: MOST_LINES - 2], [Span(GAP, "faint")], fitting[-1]]
    sheet.lines += drawn(fitting, sheet.style)


class Cell(NamedTuple):
    """The effect of one company on one function: a length of time, and the same as a bar."""

    text: str
    bar: str
    meaning: Meaning


@dataclass(frozen=True)
class _Row:
    """A row of the table: a company and, by function, its cell."""

    name: str
    cells: dict[str, Cell]
    end: str = ""


class _Screen:
    """The parts of the screen of one report."""

    def __init__(self, sheet: Sheet, report: Report) -> None:
        self.sheet, self.report = sheet, report
        self.columns = sheet.width
        self.names = {each.provider: each.name for each in report.dependencies if each.name} | report.names
        self.known = say.companies(report)
        companies = [point for point in report.spofs if point.failure_domain.kind == "parent"]
        shown = not name_is_gone(report.findings)
        self.strong = [point for point in companies if shown and not point.name_only]
        self.holders = [point for point in companies if shown and point.name_only]
        applying = [each.id for each in report.functions if each.state not in IDLE]
        self.stopped = {each.id for each in report.functions if each.state == "down"}
        self.functions = sorted(applying, key=lambda each: kind_of_function(each) != "web")

    def safe(self, text: str, limit: int = 160) -> str:
        return inert(self.sheet.safe(text, limit))

    def lines(self, room: Room) -> list[Line]:
        """The whole screen, the sentence first and the verdict last."""
        parts = [
            [*wrapped([Span(self.safe(self.report.summary, 1500), "strong")], self.columns, most=room.sentence)],
            [*self._caveats(room)],
            self._head(),
            self._companies(room),
            self._facts(room),
            self._end(),
        ]
        found: list[Line] = []
        for part in parts:
            if found and part and room.blanks and part is not parts[-1]:
                found.append([])
            found += part
        return found

    # -- head ---------------------------------------------------------------------------------------------------------

    def _caveats(self, room: Room) -> Iterator[Line]:
        for each in self.report.caveats:
            text = [Span("Note: ", "weak"), Span(self.safe(each.text, 800))]
            yield from wrapped(text, self.columns, 2, most=room.fact + 1)

    def _head(self) -> list[Line]:
        """The site, the day of the look, class and score, and how much is known."""
        score, found = self.report.score, self.report.score.class_
        least, most = f"{score.low:.0f}", f"{score.high:.0f}"
        notice = self.report.policy.notice_hours if self.report.policy is not None else 0.0
        told = f" with {words.duration(notice)} of notice" if notice > 0 else ""
        scored = f"score {most if least == most else f'{least} to {most}'} of 100{told}"
        pieces = [
            [Span(self.safe(self.report.target.domain, 80), "strong")],
            [Span(self.report.run.started[:10])],
            [Span(f"class {found.high}" if found.low == found.high else f"class {found.high} to {found.low}")]
            if found is not None
            else [],
            [Span(f"{scored} "), *self._gauge(score.low, score.high)],
            [Span(self.safe(_known(self.report), 200), "faint" if score.coverage < 1 else "plain")],
        ]
        return self._side_by_side([each for each in pieces if each])

    def _gauge(self, low: float, high: float) -> list[Span]:
        """The score as a bar: full up to its low end, hatched up to its high end."""
        full, hatched, empty = "█▒░" if self.sheet.style.unicode else "#:."
        sure, open_ = round(low * GAUGE / 100), round(high * GAUGE / 100)
        marks: Meaning = "good" if low >= 85 else "weak" if high >= 35 else "bad"
        return [
            Span(full * sure, marks),
            Span(hatched * (open_ - sure), "faint"),
            Span(empty * (GAUGE - open_), "faint"),
        ]

    def _side_by_side(self, pieces: Iterable[Sequence[Span]]) -> list[Line]:
        """Pieces three columns apart, as many on a line as fit."""
        lines: list[list[Span]] = []
        used = 0
        for piece in pieces:
            needed = sum(width(each.text) for each in piece)
            if lines and used + 3 + needed <= self.columns:
                lines[-1] += [Span("   "), *piece]
                used += 3 + needed
            elif needed <= self.columns:
                lines.append(list(piece))
                used = needed
            else:
                lines += [list(line) for line in wrapped(piece, self.columns, 2)]
                used = self.columns
        return list(lines)

    # -- companies ----------------------------------------------------------------------------------------------------

    def _companies(self, room: Room) -> list[Line]:
        """A row a company and a column a function, or a list where that is too wide."""
        if not self.functions or not (self.strong or self.holders):
            return []
        chosen = self.strong[: room.companies]
        made = [_Row(self._called(each), dict(self._cells(each.functions))) for each in chosen]
        left = len(self.strong) - len(made)
        held = self._held()
        if held is not None:
            made.append(held)
        rest = made[len(chosen) :]
        short = [replace(made[at], name=self._company(point)) for at, point in enumerate(chosen)] + rest
        tables = (self._table(each, bars=bars) for each in (made, short) for bars in (True, False))
        lines = next(filter(None, tables), None) or self._list(made)
        if left > 0:
            lines.append([Span(f"  +{left} more: -v", "faint")])
        return lines

    def _called(self, point: SinglePoint) -> str:
        domain = point.failure_domain
        known = self.known.get(domain.id) or self.names.get(domain.id, domain.id)
        long = width(known) > LONG_NAME and domain.own != "guessed" and not is_unknown(domain.id)
        return self._company(point) if long else self._seen(point) + self._in(point)

    def _seen(self, point: SinglePoint) -> str:
        domain = point.failure_domain
        if domain.own == "guessed":
            return f"{self.safe(domain.name or seen_of(domain.id), 30)} (own?)"
        if is_unknown(domain.id):
            return self.safe(f"{seen_of(domain.id)} (not in the catalogue)", 40)
        return self.safe(self.known.get(domain.id) or self.names.get(domain.id, domain.id), 40)

    def _in_words(self, point: SinglePoint) -> str:
        """A company as the sentence on top calls it."""
        domain = point.failure_domain
        return self.safe(self.known.get(domain.id) or domain.name or self.names.get(domain.id, domain.id), 60)

    def _company(self, point: SinglePoint) -> str:
        """The name of a company alone, where there is no room for its product."""
        domain = point.failure_domain
        if is_unknown(domain.id):
            return self._seen(point)
        names = (domain.name, self.names.get(domain.id), self.known.get(domain.id), domain.id)
        told = [each for each in names if each]
        short = min(told[:-1] or told, key=lambda each: (width(each) > LONG_NAME and width(each), told.index(each)))
        return self.safe(short, 40) + self._in(point)

    def _in(self, point: SinglePoint) -> str:
        """The places in which a company ends something, if these are not all."""
        return f" ({self.safe(words.few(point.places, 2), 40)})" if isinstance(point.places, tuple) else ""

    def _cells(self, impacts: Iterable[FunctionImpact]) -> Iterator[tuple[str, Cell]]:
        """By function, the text of a cell, its bar and what it means."""
        for each in impacts:
            if each.effect == "degraded":
                yield each.id, Cell("less", "", "weak")
            elif each.effect == "cannot_renew":
                begins, hours = each.onset.usual, each.time_to_recover_hours.usual
                late = f"from {say.short(begins)}" if begins > 0 else "at once"
                yield each.id, Cell(late if hours > begins else say.short(hours), "", "weak")
            else:
                hours = each.time_to_recover_hours.usual
                blocks = 1 + sum(hours >= limit for limit in LENGTHS)
                bar = ("█" if self.sheet.style.unicode else "#") * blocks
                yield each.id, Cell(say.short(hours) if hours > 0 else "0", bar, "bad")

    def _held(self) -> _Row | None:
        """The companies that hold only names, in one row: every site has some, so they tell little about this one."""
        worst: dict[str, FunctionImpact] = {}
        for impact in (impact for point in self.holders for impact in point.functions if impact.effect != "degraded"):
            before = worst.get(impact.id)
            if before is None or impact.time_to_recover_hours.usual > before.time_to_recover_hours.usual:
                worst[impact.id] = impact
        if not worst:
            return None
        cells: dict[str, Cell] = {key: Cell(text, "", "faint") for key, (text, _, _) in self._cells(worst.values())}
        return _Row(NAMES, cells, words.few([self._called(each) for each in self.holders], 2))

    def _table(self, made: Sequence[_Row], *, bars: bool) -> list[Line]:
        """The table; empty if it is too wide."""
        if self.columns < NARROW:
            return []
        first = max(width(each) for each in ("ends service", *(row.name for row in made)))
        bar: dict[str, int] = {}
        wide: dict[str, int] = {}
        for each in self.functions:
            texts = [row.cells[each] for row in made if each in row.cells]
            bar[each] = max((width(cell.bar) for cell in texts), default=0) if bars else 0
            cells = [width(cell.text) + (bar[each] and bar[each] + 1) for cell in texts]
            wide[each] = max((width(words.short_function(each)), width("down") if each in self.stopped else 0, *cells))
        if 1 + first + sum(2 + each for each in wide.values()) > self.columns:
            return []
        heads = "".join(f"  {self.safe(words.short_function(each), 20):{wide[each]}}" for each in self.functions)
        lines: list[Line] = [[Span(f" {'ends service':{first}}{heads}", "strong")]]
        for row in made:
            line = [Span(f" {row.name}{' ' * (first - width(row.name))}", "strong" if row.name != NAMES else "faint")]
            for each in self.functions:
                idle = Cell("down", "", "bad") if each in self.stopped else None
                line += self._cell(row.cells.get(each, idle), wide[each], bar[each])
            used = sum(width(span.text) for span in line)
            if row.end and used + 2 + width(row.end) <= self.columns:
                line.append(Span(f"  {row.end}", "faint"))
            lines.append(line)
        return lines

    def _cell(self, cell: Cell | None, columns: int, bar: int) -> list[Span]:
        if cell is None:
            return [Span(f"  {'·' if self.sheet.style.unicode else '.'}{' ' * (columns - 1)}", "faint")]
        text, blocks, meaning = cell
        shown = f"{text:{columns - bar - 1}} {blocks:{bar}}" if bar else f"{text:{columns}}"
        return [Span("  "), Span(f"{shown}{' ' * (columns - width(shown))}", meaning)]

    def _list(self, made: Sequence[_Row]) -> list[Line]:
        """A paragraph a company, for narrow terminals."""
        lines: list[Line] = []
        for row in made:
            spans = [Span(f"{row.name}:", "strong" if row.name != NAMES else "faint")]
            shown = [(each, row.cells[each]) for each in self.functions if each in row.cells]
            for position, (each, (text, _, meaning)) in enumerate(shown):
                comma = "," if position < len(shown) - 1 else ""
                spans.append(Span(f"{self.safe(words.short_function(each), 20)} {text}{comma}", meaning))
            lines += wrapped(spans, self.columns, 2, most=2)
        return lines

    # -- facts --------------------------------------------------------------------------------------------------------

    def _facts(self, room: Room) -> list[Line]:
        found: list[tuple[str, str, Meaning]] = [*self._places()]
        found += [*self._demands(), self._broken()]
        ending = [f"{each.id} {say.EXCEPTIONS[each.state]}" for each in self.report.exceptions_applied if each.warning]
        if ending:
            found.append(("exceptions", words.few(ending), "weak"))
        found += self._own()
        found.append(("unknown", self._unknown(), "faint"))
        if room.unseen and self.report.not_assessed:
            whats = [words.function(each.what) for each in self.report.not_assessed]
            found.append(("unseen", words.few(whats, 6), "faint"))
        lines: list[Line] = []
        for label, text, meaning in found:
            lines += self._fact(label, [Span(self.safe(text, 600), meaning)], room)
        why, command = self._first()
        step = [Span(self.safe(why, 600)), *([self._command("", command)] if command else [])]
        return [*lines, *self._fact("first", step, room)]

    def _fact(self, label: str, spans: Iterable[Span], room: Room) -> list[Line]:
        lead = Span(f"{label:{LABEL - 1}}", "strong", whole=True)
        return wrapped([lead, *spans], self.columns, min(LABEL, self.columns // 4), most=room.fact)

    def _places(self) -> Iterator[tuple[str, str, Meaning]]:
        """Class and score of each place, and what the places were answered differently."""
        seen_from = places.of(self.report)
        if seen_from:
            yield "places", "; ".join(f"{each.vantage} {places.in_short(each)}" for each in seen_from), "plain"
        told = [*places.contradictions(self.report)]
        if told:
            more = f" (+{len(told) - 1} more)" if len(told) > 1 else ""
            yield "differs", f"{told[0]}{more}", "weak"

    def _own(self) -> Iterator[tuple[str, str, Meaning]]:
        """What the owner runs himself, or seems to, and how soon he says to be back."""
        for parts in self.report.own if isinstance(self.report.own, tuple) else ():
            roles = words.listed([say.role(each) for each in parts.roles])
            if parts.ground == "guessed":
                yield "own?", f"{parts.names[0]} looks like it, for {roles}; if so, write own in the site file", "weak"
            else:
                yield (
                    "own",
                    f"{words.few(parts.names, 2)}, for {roles}: can fail, but nobody ends its contract",
                    "plain",
                )
        found = self.report.recoveries if isinstance(self.report.recoveries, tuple) else ()
        notes = sorted(found, key=lambda each: each.state != "counts")
        if notes:
            told = "; ".join(f"{say.role(each.role)} {words.duration(each.hours)}{say.counts(each)}" for each in notes)
            counting = any(each.state == "counts" for each in notes)
            yield "recovery", f"declared: {told}", "plain" if counting else "weak"

    def _demands(self) -> Iterator[tuple[str, str, Meaning]]:
        """The demands of the policy that failed, the worst first, and those of which nobody knows."""
        if self.report.policy is None:
            return
        found = rows(self.report)
        states: tuple[tuple[str, str, Meaning], ...] = (("fail", "fails", "bad"), ("inconclusive", "open", "weak"))
        for state, label, meaning in states:
            chosen = [each for each in found if standing(each) == state]
            if chosen:
                more = f" (+{len(chosen) - 2} more)" if len(chosen) > 2 else ""
                yield label, "; ".join(_in_short(each) for each in chosen[:2]) + more, meaning

    def _broken(self) -> tuple[str, str, Meaning]:
        """What does not work now; else the worst that was found, by how bad it is."""
        told = [each for each in self.report.findings if each.outcome == "fail" and (each.down_now or not each.verdict)]
        told = [each for each in told if self.report.policy is None or each.down_now or not each.verdict]
        told.sort(key=lambda each: (not each.down_now, -SEVERITIES.index(each.severity)))
        broken = [each for each in told if not each.exception and not each.baseline]
        if not broken:
            return "broken now", "nothing of what was asked", "plain"
        more = f" (+{len(broken) - 2} more)" if len(broken) > 2 else ""
        text = "; ".join(each.message.rstrip(".") for each in broken[:2]) + more
        if broken[0].down_now:
            return "broken now", text, "bad"
        return LEVELS[broken[0].severity], text, "weak"

    def _unknown(self) -> str:
        """The questions without an answer: the part of the site, and the cause in a word or two."""
        number = Counter((say.role(each.role), say.cause_in_short(each.cause)) for each in self.report.unknowns)
        said = [f"{role} ({cause}{f', {times} times' if times > 1 else ''})" for (role, cause), times in number.items()]
        return words.few(said, 4) if said else "nothing of what was asked"

    def _first(self) -> tuple[str, str]:
        """The best next step and its command: what is broken, then what fails, then the longest outage that one company
        can cause."""
        report, domain = self.report, shlex.quote(self.report.target.domain)
        failed = most_urgent(self.report)
        urgent = [each for each in failed if each.fix and (each.down_now or each.verdict == "fail")]
        if urgent:
            return urgent[0].fix, ""
        retryable = sum(each.retryable for each in report.unknowns)
        wide = report.score.high - report.score.low >= WIDE
        if report.verdict == "inconclusive" or retryable > len(report.evidence) // 4 or (retryable and wide):
            return "ask again, with more time:", f"hostaudit scan {domain} --deadline 120"
        if self.strong and self.strong[0].failure_domain.own == "guessed":
            name = self.strong[0].failure_domain.name or seen_of(self.strong[0].failure_domain.id)
            return f"say in the site file whether {name} is the site's own (own):", "hostaudit schema site"
        step = next((found for point in self.strong if (found := _remedy(report, point, self._in_words(point)))), "")
        if step:
            return f"{step}:", f"hostaudit fallbacks {domain}"
        if failed and failed[0].fix:
            return failed[0].fix, ""
        return "keep it so, by a policy that fails when it gets worse:", f"hostaudit policy init {domain}"

    # -- end ----------------------------------------------------------------------------------------------------------

    def _end(self) -> list[Line]:
        report = self.report
        domain = shlex.quote(report.target.domain)
        more = [Span("more: -v", "faint", whole=True)]
        code = next((each.code for each in most_urgent(self.report) if each.code), "")
        if code:
            why = self._command("why: ", f"hostaudit explain {shlex.quote(code)}")
            more.append(why._replace(link=rule_link(code)) if self.sheet.style.links else why)
        if self.strong and not is_unknown(self.strong[0].failure_domain.id):
            dropped = shlex.quote(self.strong[0].failure_domain.id)
            more.append(self._command("what if: ", f"hostaudit whatif {domain} --drop {dropped}"))
        if report.policy is None and report.verdict == "not_judged":
            more.append(self._command("gate: ", f"hostaudit policy init {domain}"))
        colours: dict[str, Meaning] = {"pass": "good", "fail": "bad", "inconclusive": "weak"}
        verdict = Span(self.safe(_verdict(report), 300), colours.get(report.verdict, "strong"))
        return [*self._side_by_side([[each] for each in more]), *wrapped([verdict], self.columns, 2, most=2)]

    def _command(self, lead: str, command: str) -> Span:
        """A command to copy, which is broken only where it is wider than the terminal."""
        return Span(lead + self.safe(command, 300), "faint", whole=True)


def _known(report: Report) -> str:
    """How much is known of the operators of what was seen."""
    return say.grounds(report).lstrip(",; ")


def _in_short(finding: Finding) -> str:
    return f"{finding.code or finding.rule}: {finding.message.rstrip('.')}"


def _remedy(report: Report, point: SinglePoint, name: str) -> str:
    """What would take over from a company, in the outage of the web site first; empty if nothing can. Where only a
    provider of the site uses the company, that provider is what has to be doubled."""
    ended = [each for each in point.functions if each.effect not in ("degraded", "cannot_renew")]
    ended.sort(key=lambda each: (kind_of_function(each.id) != "web", -each.time_to_recover_hours.usual))
    return next((found for each in ended if (found := _second(report, each, name))), "")


def _second(report: Report, longest: FunctionImpact, name: str) -> str:
    """What would take over in the outage of one function, and how long that is now; empty if nothing can."""
    if isinstance(longest.decided_by, str) and longest.decided_by:
        roles = [longest.decided_by]
    else:
        used = {each.role for each in report.dependencies if each.direct is True}
        carrying = [role for role, row in ROLES.items() if kind_of_function(longest.id) in row.functions]
        roles = [role for role in carrying if role in used] or [role for role in SERVING if role in used]
    second = [ROLES[role].second for role in roles if role in ROLES and ROLES[role].second]
    if not second:
        return ""
    hours = say.short(longest.time_to_recover_hours.usual)
    return f"{second[0]}, not at {name} ({words.function(longest.id)}: {hours} without it)"


def _verdict(report: Report) -> str:
    """The verdict, and by what it was reached."""
    if report.verdict == "not_judged":
        return "not judged: no policy given"
    found = rows(report)
    word = HEADLINES[report.verdict]
    if report.policy is None:
        decisive = [each.message for each in found if standing(each) == report.verdict]
        return f"{word}: {decisive[0]}" if decisive else word
    return f"{word} by {report.policy.source}: {counted(found)}"


SCREENS = {Report: write}
