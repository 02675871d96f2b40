"""Markdown (GitHub's dialect), for job summaries and comments: the verdict first, cut to the size that these accept.

Text from outside stays text: no link, no mention, no reference, no HTML, no new cell or line of a table. Documents
other than a report are written as at a terminal, in a code block.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hostaudit.model import words
from hostaudit.model.comparison import Comparison
from hostaudit.model.overview import SiteLine, line_of
from hostaudit.model.report import Report
from hostaudit.report import EVERY, Style, comparison, places
from hostaudit.report import wording as say
from hostaudit.report.rows import HEADLINES, counted, level, lifted, named, next_step, plain, rows, standing, until
from hostaudit.report.terminal.overview import cells, rank

if TYPE_CHECKING:
    from hostaudit.model.documents import Document
    from hostaudit.model.report import Finding, FunctionImpact, SinglePoint, UnknownFact

MOST_BYTES = 512 * 1024
"""Bytes; a job summary may have 1 MiB for each step, but files just below that limit were lost in practice."""

RESERVE = 4096
MARKS = {"fail": "❌", "inconclusive": "❔", "pass": "✅", "not_judged": "ℹ️"}
STANDINGS = {
    "fail": "❌ **fails**",
    "inconclusive": "❔ **unknown**",
    "told": "ℹ️ reported only",
    "warning": "❔ unknown, a warning only",
    "excepted": "excepted",
    "baseline": "known before",
    "pass": "✅ passes",
}
TOLD = {"error": "❌", "warning": "⚠️", "info": "ℹ️"}
ROWS = 500
"""The most rows of one table; the rest is in the JSON report."""

_SPECIAL = re.compile(r"[\\`*_\[\]|~$#]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_BREAK = "&#8203;"
"""A zero-width space. It splits text that would become a mention, a reference or a link."""

_LIVE = re.compile(r"(?i)@|www(?=\.)|:(?=//|[\w+\\-]*:)|(mailto|xmpp)(?=:)|#(?=[0-9])|\bgh(?=-[0-9])")
"""The beginning of a mention, an address, an emoji short name or an issue number in escaped text."""


@dataclass(frozen=True)
class MarkdownFormat:
    name: str = "markdown"
    writes: frozenset[type] = EVERY
    suffix: str = ".md"

    def render(self, document: Document, style: Style) -> str:
        """At most 512 KiB."""
        if isinstance(document, Report):
            return _Page(document, style).text()
        if isinstance(document, Comparison):
            return _side_by_side(document, style)
        from hostaudit.report.formats.terminal import FORMAT as TERMINAL

        return _block(TERMINAL.render(document, Style(unicode=style.unicode, width=100)))

    def render_all(self, documents: Sequence[Any], style: Style) -> str:
        """A table of the sites, what fails first, then the page of each, as far as they fit."""
        if not isinstance(documents[0], Report):
            from hostaudit.report.formats.terminal import FORMAT as TERMINAL

            return _block(TERMINAL.render_all(documents, Style(unicode=style.unicode, width=100)))
        found = overview(documents)
        shown = "\n".join((*site_table(found), "", LEGEND))
        shown = shown if style.unicode else shown.encode("ascii", "xmlcharrefreplace").decode()
        for _, report in found:
            more = f"\n{self.render(report, style)}"
            if len(shown.encode()) + len(more.encode()) > MOST_BYTES - RESERVE:
                shown += "\n\nThe other pages are left out here; the records of this run have them.\n"
                break
            shown += f"\n{more}"
        return f"{shown.rstrip(chr(10))}\n"


VERDICTS = {"fail": "❌ fails", "inconclusive": "❔ unclear", "pass": "✅ passes", "not_judged": "ℹ️ not judged"}
LEGEND = (
    "Class: how long the web site would be down if the worst single company ended its service: A below an hour, "
    "B below a day, C below 3 days, D below 7 days, E longer. Score: 0 to 100, more is better; in a range, the "
    "difference is unknown."
)
_URGENT = ("fail", "inconclusive", "not_judged", "pass")


def overview(reports: Iterable[Report]) -> list[tuple[SiteLine, Report]]:
    """Each report with its line of a table: what fails first, then what is inconclusive, the worst first."""
    lines = [(line_of(each), each) for each in reports]
    return sorted(lines, key=lambda pair: (_URGENT.index(pair[0].verdict), rank(pair[0])))


def site_table(found: Sequence[tuple[SiteLine, Report]], most: int = ROWS, *, short: bool = False) -> Iterator[str]:
    """The lines of a table of sites, at most so many. ``short``: with the number of findings, not the first of them."""
    heads = ("Verdict", "Site", "Class", "Score", "Can be stopped by", "Down for", "Findings" if short else "News")
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for line, report in found[:most]:
        state, score, site, stops, longest = cells(line)
        news = counted(rows(report)) if short else line.news
        row = (site, state, score, f"{_first(line)}{_others(line)}" if line.falls else stops, longest, news)
        yield f"| {' | '.join((VERDICTS[line.verdict], *(text(cell, 300) for cell in row)))} |"
    if len(found) > most:
        yield ""
        yield f"{len(found) - most} more in the records of this run."


def _first(line: SiteLine) -> str:
    functions = f" ({words.few(line.falls[0].functions)})" if line.falls[0].functions else ""
    return f"{line.falls[0].name}{functions}"


def _others(line: SiteLine) -> str:
    more = len(line.falls) - 1
    return f", parts of it by {more} more {'companies' if more > 1 else 'company'}" if more else ""


def _side_by_side(document: Comparison, style: Style) -> str:
    """Two sites as a table, then their companies."""
    heads = ("", text(document.first.domain, 160), text(document.second.domain, 160))
    lines = [f"**{text(document.summary, 2000)}**", ""]
    lines += [f"{text(each, 300)}." for each in document.notes] + ([""] if document.notes else [])
    lines += [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    lines += [f"| {' | '.join(text(cell, 300) for cell in row)} |" for row in comparison.rows(document)]
    for title, companies in comparison.groups(document):
        if companies:
            more = f" and {len(companies) - ROWS} more" if len(companies) > ROWS else ""
            lines += ["", f"{text(title, 300)}: {', '.join(text(each, 200) for each in companies[:ROWS])}{more}."]
    shown = "\n".join(lines)
    return f"{shown if style.unicode else shown.encode('ascii', 'xmlcharrefreplace').decode()}\n"


def _block(shown: str) -> str:
    """Text of the terminal as a code block."""
    kept = shown.encode()[: MOST_BYTES - RESERVE].decode("utf-8", "ignore")
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", kept)), default=0))
    more = "" if kept == shown else "\nThe rest is left out here; the json format has all of it.\n"
    return f"{fence}text\n{kept.rstrip(chr(10))}\n{fence}\n{more}"


class _Page:
    """Lines up to a limit of their size."""

    def __init__(self, report: Report, style: Style) -> None:
        self.report = report
        self.known = say.companies(report)
        self.encoding = "utf-8" if style.unicode else "ascii"
        self.lines: list[str] = []
        self.room = MOST_BYTES - RESERVE

    def text(self) -> str:
        self._top()
        self._places()
        self._findings()
        self._exceptions()
        self._companies()
        self._own()
        self._unknowns()
        self._not_assessed()
        self._end()
        return "\n".join(self.lines).encode(self.encoding, "xmlcharrefreplace").decode() + "\n"

    def add(self, *lines: str) -> bool:
        """Add all of the lines, or none if they do not fit."""
        needed = sum(len(line.encode(self.encoding, "xmlcharrefreplace")) + 1 for line in lines)
        if needed > self.room:
            return False
        self.room -= needed
        self.lines += lines
        return True

    def table(self, title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], total: int) -> None:
        """Add a table with a title, and the number of the ``total`` rows that do not fit."""
        if not total:
            return
        headed = self.add("", f"### {title}", "", f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}")
        taken = 0
        for each in rows if headed else ():
            if not self.add(f"| {' | '.join(each)} |"):
                break
            taken += 1
        if taken < total:
            # This line always fits, see RESERVE.
            what = f"{total - taken} more" if headed else f"{title}: {total}"
            self.lines += ["", f"{what} in the JSON report of this run."]

    def _top(self) -> None:
        report = self.report
        found = rows(report)
        verdict = f"{MARKS[report.verdict]} {HEADLINES[report.verdict]}: {text(report.target.domain, 300)}"
        self.add(f"## {verdict}", "", f"**{text(report.summary, 2000)}**", "")
        low, high = f"{report.score.low:.0f}", f"{report.score.high:.0f}"
        score = low if low == high else f"{low} to {high}"
        judged = f"{counted(found)}; " if report.policy is not None or found else "no policy was given; "
        known = f"score {score} of 100{text(say.outage_class(report), 100)}{text(say.grounds(report), 300)}"
        self.add(f"{judged}{known}; exit code {report.exit_code}.")
        if report.verdict == "inconclusive":
            why = "Nothing failed, but an essential fact is unknown, so it does not pass either."
            self.add("", why)
        for each in report.caveats:
            self.add("", text(each.text, 1000))
        if report.verdict == "not_judged":
            self.add("", text(next_step(report.target.domain), 400))
        if report.policy is not None:
            presets = "".join(f", preset {text(each, 60)}" for each in report.policy.extends)
            where = f"{text(report.policy.source, 300)} line {report.policy.line}"
            self.add("", f"Policy: {where}{presets}.")

    def _findings(self) -> None:
        found = [each for each in rows(self.report) if standing(each) != "pass"]
        cells = [finding_cells(self.report, each) for each in found[:ROWS]]
        self.table("Findings", ("Result", "Severity", "Rule", "Found", "What to do"), cells, len(found))
        passed = list(dict.fromkeys(each.rule for each in rows(self.report) if standing(each) == "pass"))
        if passed:
            self.add("", f"Passed: {', '.join(text(each, 120) for each in passed[:100])}.")

    def _exceptions(self) -> None:
        notes = self.report.exceptions_applied
        cells = [
            [
                text(each.id, 60),
                text(each.rule, 120),
                each.state,
                text(until(each), 120),
                text(each.owner, 120),
                text(f"{each.reason} ({each.warning})" if each.warning else each.reason, 400),
            ]
            for each in notes[:ROWS]
        ]
        heads = ("Exception", "Rule", "State", "Lasts", "Owner", "Reason")
        self.table("Exceptions", heads, cells, len(notes))

    def _companies(self) -> None:
        points = [each for each in self.report.spofs if each.failure_domain.kind == "parent" and not each.name_only]
        cells = [
            [text(self._called(each), 160), text(self._held(each), 200), self._stops(each)] for each in points[:ROWS]
        ]
        self.table("What one company alone can end", ("Company", "In", "What stops"), cells, len(points))

    def _called(self, point: SinglePoint) -> str:
        domain = point.failure_domain
        guess = " (looks like the site's own)" if domain.own == "guessed" else ""
        called = self.known.get(domain.id) or self.report.names.get(domain.id, domain.id)
        return f"{called}{guess}{places.only_in(point.places)}"

    def _held(self, point: SinglePoint) -> str:
        return say.held(point).removeprefix("for ")

    def _stops(self, point: SinglePoint) -> str:
        """One phrase for each effect and time, with all functions that share them."""
        alike: dict[str, list[str]] = {}
        for each in point.functions:
            if each.effect != "degraded":
                alike.setdefault(_loss(each), []).append(words.function(each.id))
        said = [f"{words.listed(functions)} ({loss})" for loss, functions in alike.items()]
        return text("; ".join(said), 1000) or "nothing"

    def _own(self) -> None:
        """What the owner runs himself, or seems to, and how soon he says to be back."""
        own = self.report.own if isinstance(self.report.own, tuple) else ()
        cells = [
            [
                text(words.few(each.names), 200),
                text(words.listed([say.role(role) for role in each.roles]), 200),
                text(f"{each.ground}: {'; '.join(each.reasons)}", 300),
            ]
            for each in own
        ]
        self.table(
            "Taken for the site's own: it can fail, but ends no contract", ("Who", "In", "Why"), cells, len(cells)
        )
        notes = self.report.recoveries if isinstance(self.report.recoveries, tuple) else ()
        cells = [
            [
                text(say.role(each.role), 60),
                text(f"{words.duration(each.hours)}, tested on {each.tested}{say.tested(each)}", 300),
            ]
            for each in notes
        ]
        self.table("Recovery, as declared", ("Role", "Back in"), cells, len(cells))

    def _unknowns(self) -> None:
        causes: dict[str, list[UnknownFact]] = {}
        for fact in self.report.unknowns:
            causes.setdefault(fact.cause, []).append(fact)
        cells = [
            [text(say.cause(cause), 120), str(len(facts)), text(words.few([_about(each) for each in facts]), 400)]
            for cause, facts in list(causes.items())[:ROWS]
        ]
        self.table("Unknown", ("Cause", "Number", "About"), cells, len(causes))

    def _places(self) -> None:
        """What each place sees, the worst first, and where they contradict each other."""
        seen_from = places.of(self.report)
        cells = [
            [text(each.vantage, 40), text(places.in_short(each), 80), text(places.ends(each, self.known), 600)]
            for each in seen_from[:ROWS]
        ]
        title = "Places, the worst first; redundancy counts within one place only"
        self.table(title, ("Place", "Score", "Who ends what alone"), cells, len(seen_from))
        told = [*places.contradictions(self.report)]
        rows = [[text(each, 600)] for each in told[:ROWS]]
        self.table("Answered differently, though there is one answer for everybody", ("What",), rows, len(told))

    def _not_assessed(self) -> None:
        gaps = self.report.not_assessed
        cells = [[text(each.what, 120), text(each.why, 300)] for each in gaps[:ROWS]]
        self.table("Not assessed", ("What", "Why"), cells, len(gaps))

    def _end(self) -> None:
        run = self.report.run
        self.lines += [
            "",
            f"hostaudit {text(run.tool_version, 60)}, rules {text(run.rules_version, 60)}, looked at "
            f"{text(run.started, 40)} with resolver {text(run.resolver, 120)}.",
        ]


def finding_cells(report: Report, row: Finding) -> list[str]:
    """The cells of a finding: result, severity, rule, what was found, what to do."""
    message = text(row.message, 600)
    why = lifted(report, row)
    told = f"{message} {text(why, 400)}" if why else message
    fix = text(row.fix, 400) if standing(row) in ("fail", "inconclusive", "told") else ""
    told = f"{told} {text(row.effect, 400)}" if row.effect else told
    result = f"{TOLD[level(row)]} {level(row)}" if standing(row) == "told" else STANDINGS[standing(row)]
    return [result, row.severity, text(named(row), 160), told, fix]


def _about(fact: UnknownFact) -> str:
    return f"{say.role(fact.role)} {fact.subject}"


def _loss(impact: FunctionImpact) -> str:
    return f"{say.effect(impact.effect)}, {words.loss(impact.onset, impact.time_to_recover_hours)}"


def text(outside: str, limit: int) -> str:
    """Text from outside as Markdown that only shows the text."""
    shown = _SPECIAL.sub(lambda found: f"\\{found[0]}", plain(outside, limit))
    shown = "".join(_ENTITIES.get(char, char) for char in shown)
    return _LIVE.sub(lambda found: f"{found[0]}{_BREAK}", shown)


FORMAT = MarkdownFormat()
