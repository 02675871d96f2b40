"""Changes between two reports or lists of them, and the history of a site over many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from hostaudit.model import words
from hostaudit.model.changes import Change, Changes, History, ListChanges, PastRun, Trend
from hostaudit.model.report import ScoreInterval
from hostaudit.report.terminal.sheet import MORE, Sheet

MARKS = {
    "added": ("weak", "new"),
    "removed": ("weak", "gone"),
    "changed": ("weak", "changed"),
    "became_unknown": ("open", "became unknown"),
    "became_known": ("open", "became known"),
}
"""The mark and the word of a line by the kind of change. They do not judge if a change is an improvement."""

TITLES = {
    "verdict": "Verdict",
    "score": "Score",
    "function": "What works",
    "single_point": "Single points of failure",
    "dependency": "What it rests on",
    "fallback": "Fallbacks",
    "finding": "Findings",
    "unknown": "Open questions",
}

OUTCOMES = {
    "same": "nothing changed",
    "changed": "changed",
    "unknown": "no change was seen, but something could be seen on one side only",
}

MOST = 40
"""The most rows of one part that are shown."""

SHORT = 12
"""The most rows of one run in a history, and of one site in a list."""

MOST_SITES = 50
"""The most sites of a list whose changes are shown; all of them are in the JSON document."""

MOST_NAMED = 10


def write(sheet: Sheet, document: Changes) -> None:
    """All changes, by part."""
    sheet.bold(f"{sheet.safe(document.domain, 260)}: {OUTCOMES[document.outcome]}")
    times = (sheet.safe(_when(each.started), 40) for each in (document.before, document.after))
    sheet.text(f"{' to '.join(times)} UTC", lead="from ")
    for note in document.notes:
        sheet.text(sheet.safe(note, 300), lead="note: ")
    for part, title in TITLES.items():
        rows = [each for each in document.changes if each.part == part]
        if rows:
            sheet.heading(title)
        _rows(sheet, rows[:MOST], 2)
        sheet.more(len(rows) - MOST)


def write_list(sheet: Sheet, document: ListChanges) -> None:
    """How many sites differ, who is in one list only, then the changes of each site, the worst first."""
    changed = sum(each.outcome == "changed" for each in document.sites)
    counts = ((changed, "changed"), (len(document.sites) - changed, "seen in one list only in part"))
    told = [f"{count} {word}" for count, word in (*counts, (len(document.same), "without a change")) if count]
    total = len(document.sites) + len(document.same)
    sheet.bold(f"{_counted(total, 'site')} in both lists{f': {words.listed(told)}' if told else ''}")
    for lead, domains in (
        ("only in the later list: ", document.only_after),
        ("only in the earlier list: ", document.only_before),
        ("not judged in the later list, so unknown: ", document.unjudged_after),
        ("not judged in the earlier list, so unknown: ", document.unjudged_before),
    ):
        if domains:
            sheet.text(words.few([sheet.safe(each, 260) for each in domains], MOST_NAMED), lead=lead)
    notes = Counter(note for each in document.sites for note in each.notes)
    for note, count in notes.items():
        sheet.text(f"at {_counted(count, 'site')}: {sheet.safe(note, 300)}", lead="note: ")
    for site in document.sites[:MOST_SITES]:
        sheet.heading(f"{sheet.safe(site.domain, 260)}: {OUTCOMES[site.outcome]}")
        _rows(sheet, site.changes[:SHORT], 2, titled=True)
        sheet.more(len(site.changes) - SHORT)
    sheet.more(len(document.sites) - MOST_SITES, 0)


def write_history(sheet: Sheet, document: History) -> None:
    """Each run with the changes since the run before it, the oldest first."""
    sheet.bold(f"Runs of {sheet.safe(document.domain, 260)}")
    if document.earlier:
        sheet.text(f"{document.earlier} earlier runs are not shown; see --last")
    before: PastRun | None = None
    for each in document.runs:
        sheet.lines.append("")
        sheet.text(
            f"{sheet.safe(_when(each.run.started), 40)}  {each.verdict.replace('_', ' ')}, score {_score(each.score)}, "
            f"{_counted(each.single_points, 'single point')} of failure, {_counted(each.unknowns, 'open question')}",
            lead=f"{each.number}. ",
        )
        for note in each.notes:
            sheet.text(sheet.safe(note, 300), 4, lead="note: ")
        if before is not None and not each.changes:
            sheet.text("nothing changed", 4)
        _rows(sheet, each.changes[:SHORT], 4, titled=True)
        if len(each.changes) > SHORT:
            sheet.text(f"+{len(each.changes) - SHORT} more, {MORE}", 4)
        before = each


def write_trend(sheet: Sheet, document: Trend) -> None:
    """One line for each run, and the change from the first to the last."""
    sheet.bold(f"{sheet.safe(document.domain, 260)} over {_counted(len(document.points), 'run')}")
    widths = [20, 12, 12, 8, 8]
    wide = sheet.width >= sum(widths) + 2 * len(widths)
    if wide:
        sheet.lines.append("")
        sheet.row(["when (UTC)", "verdict", "score", "single", "unknown"], widths)
    for each in document.points:
        verdict = each.verdict.replace("_", " ")
        cells = [_when(each.started), verdict, _score(each.score), str(each.single_points), str(each.unknowns)]
        if wide:
            sheet.row(cells, widths)
        else:
            sheet.text(f"{cells[1]}, {cells[2]}, {cells[3]} single, {cells[4]} unknown", lead=f"{cells[0]}: ")
    if len(document.points) > 1:
        first, last = document.points[0], document.points[-1]
        sheet.heading("From the first to the last")
        if first.formula == last.formula:
            sheet.text(f"score {_score(first.score)} to {_score(last.score)}", 2)
        else:
            sheet.text("score: computed by another formula since then, not compared", 2)
        sheet.text(f"single points of failure {first.single_points} to {last.single_points}", 2)
        sheet.text(f"open questions {first.unknowns} to {last.unknowns}", 2)


def _rows(sheet: Sheet, rows: Iterable[Change], indent: int, *, titled: bool = False) -> None:
    for each in rows:
        mark, word = MARKS[each.kind]
        lead = f"{TITLES[each.part].lower()}, " if titled and each.name != each.part else ""
        kind = f"{each.id.partition(':')[0]} " if each.part == "single_point" else ""
        sheet.marked(mark, word, f"{lead}{kind}{sheet.safe(each.name, 160)}{_told(sheet, each)}", indent)


def _told(sheet: Sheet, row: Change) -> str:
    """The old and the new value of a change."""
    if row.kind == "changed" or (row.before and row.after):
        keys = sorted({*row.before, *row.after})
        told = [
            f"{_label(sheet, key, row)}{_word(sheet, row.before.get(key))} -> {_word(sheet, row.after.get(key))}"
            for key in keys
        ]
        return f": {'; '.join(told)}"
    fields = row.after or row.before
    shown = [f"{_label(sheet, key, row)}{_word(sheet, value)}" for key, value in sorted(fields.items())]
    return f" ({', '.join(shown)})" if shown else ""


def _label(sheet: Sheet, key: str, row: Change) -> str:
    return "" if key == row.part or (row.part == "function" and key == "state") else f"{sheet.safe(key, 80)} "


def _word(sheet: Sheet, value: str | None) -> str:
    return "nothing" if value is None else sheet.safe(value.replace("_", " "), 120)


def _when(moment: str) -> str:
    return moment.replace("T", " ").removesuffix("Z")


def _score(score: ScoreInterval) -> str:
    low, high = f"{score.low:.0f}", f"{score.high:.0f}"
    return low if low == high else f"{low}-{high}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


PAGES = {Changes: write, ListChanges: write_list, History: write_history, Trend: write_trend}
