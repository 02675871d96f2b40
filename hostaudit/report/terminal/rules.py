"""The rules: their list, the explanation of one, and the results of policy tests."""

from __future__ import annotations

from collections.abc import Iterable

from hostaudit.model import words
from hostaudit.model.checks import Explanation, PolicyTrials, RuleBook, RuleRow
from hostaudit.report.terminal.sheet import BOLD, Sheet
from hostaudit.report.text import width

LEAST = 14
"""Columns that a title needs beside the rest; with fewer, a rule takes a paragraph instead of a row."""


def write_book(sheet: Sheet, document: RuleBook) -> None:
    """Code, id, severity and title of each rule."""
    sheet.bold(f"{len(document.rules)} rules")
    sheet.lines.append("")
    _rows(sheet, document.rules)
    sheet.heading("Next: read one")
    sheet.text("hostaudit explain HA-DNS-002", 2, 4)


def _rows(sheet: Sheet, rules: Iterable[RuleRow], indent: int = 0) -> None:
    rows = [
        (sheet.safe(each.code, 24), sheet.safe(each.rule, 60), sheet.safe(each.severity, 12), sheet.safe(each.title))
        for each in rules
    ]
    if not rows:
        return
    sizes = [max(map(width, column)) for column in list(zip(*rows, strict=True))[:3]]
    left = sheet.width - indent - sum(sizes) - 6
    for code, rule, severity, title in rows:
        if left < LEAST:
            sheet.text(f"{rule}, {severity}: {title}", indent, 4, lead=f"{code} ", colour=BOLD)
        else:
            sheet.row([code, rule, severity, title], [*sizes, left], indent)


def write_explanation(sheet: Sheet, document: Explanation) -> None:
    """Risk, method, remedy and source of a rule."""
    sheet.bold(" ".join(part for part in (document.code, sheet.safe(document.id, 120)) if part))
    sheet.text(document.title)
    for title, text in (
        ("What is at risk", document.risk),
        ("How it is checked" if document.kind == "rule" else "How it is seen", document.how),
        ("What to do", document.fix),
        ("In a policy", document.write),
    ):
        if text:
            sheet.heading(title)
            sheet.text(sheet.safe(text, 900), 2, 0)
    if document.recovery is not None:
        sheet.heading("How long it takes to be back, with no fallback")
        sheet.text(f"{words.span(document.recovery)}. {document.why}", 2, 0)
    if document.severity is not None:
        sheet.heading("How severe")
        sheet.text(f"{document.severity}, unless the policy says otherwise", 2, 0)
    if document.source:
        sheet.heading("Source")
        sheet.text(sheet.safe(document.source, 400), 2, 0)
    if document.rules:
        sheet.heading("Rules" if document.kind == "role" else "The same for every role or function")
        _rows(sheet, document.rules, 2)


def write_trials(sheet: Sheet, document: PolicyTrials) -> None:
    """One line for each test, with the differences below it."""
    for each in document.tests:
        mark, word = ("bad", "FAIL") if each.differs else ("good", "pass")
        name = sheet.safe(each.name, 120) + (f", {sheet.safe(each.domain, 260)}" if each.domain else "")
        sheet.marked(mark, word, f"{sheet.safe(each.file, 120)}: {name} ({each.verdict})", 0)
        for line in each.differs:
            sheet.text(sheet.safe(line, 400), 4, lead="- ")
    wrong = sum(bool(each.differs) for each in document.tests)
    sheet.bold(f"{len(document.tests)} tests, {wrong} of them not as expected")


PAGES = {RuleBook: write_book, Explanation: write_explanation, PolicyTrials: write_trials}
