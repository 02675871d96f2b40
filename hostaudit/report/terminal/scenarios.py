"""The library of scenarios: the list, or one complete scenario with its sources."""

from __future__ import annotations

import shlex

from hostaudit.model import words
from hostaudit.model.scenario import Event, Library, Scenario
from hostaudit.report import wording as say
from hostaudit.report.terminal.sheet import BOLD, Sheet
from hostaudit.report.terminal.timeline import ANSWERS
from hostaudit.report.text import width

KINDS = {"provider_action": "action", "technical_outage": "outage"}
LEAST = 24
"""Columns that a title needs beside the rest; with fewer, a scenario takes a paragraph instead of a row."""
WIDE = 120
ID = 26


def write_list(sheet: Sheet, document: Library) -> None:
    """Id, date, kind, title and layers of each scenario."""
    sheet.bold(f"{len(document.scenarios)} scenarios")
    if not document.scenarios:
        return
    sheet.lines.append("")
    rows = [
        (
            sheet.safe(each.id, ID),
            sheet.safe(each.t0[:10], 12),
            sheet.safe(KINDS.get(each.kind, each.kind.replace("_", " ")), 12),
            sheet.safe(each.title),
            _layers(sheet, each),
        )
        for each in document.scenarios
    ]
    sizes = [max(map(width, column)) for column in list(zip(*rows, strict=True))[:3]]
    left = sheet.width - sum(sizes) - 6
    for identity, date, kind, title, layers in rows:
        if left < LEAST:
            sheet.text(f" {date} {kind}: {title} [{layers}]", lead=identity, colour=BOLD)
        elif sheet.width < WIDE:
            sheet.row([identity, date, kind, f"{title} [{layers}]"], [*sizes, left])
        else:
            aside = left * 2 // 5
            sheet.row([identity, date, kind, title, layers], [*sizes, left - aside - 2, aside])
    sheet.heading("Next: read one with its sources")
    command = f"hostaudit scenarios show {shlex.quote(document.scenarios[0].id)}"
    sheet.text(sheet.safe(command, 600), 2, 4)


def _layers(sheet: Sheet, scenario: Scenario) -> str:
    layers = dict.fromkeys(event.layer for event in scenario.events)
    return ", ".join(sheet.safe(each, 30) for each in layers)


def write_one(sheet: Sheet, document: Scenario) -> None:
    """Everything in the scenario's file."""
    sheet.bold(f"{sheet.safe(document.id, 80)}: {document.title}")
    kind = sheet.safe(document.kind.replace("_", " "), 60)
    facts = (
        ("kind: ", f"{kind}; cause: {sheet.safe(document.cause, 80)}"),
        ("clock: ", f"starts {sheet.safe(document.t0, 40)}, ends after {words.duration(document.horizon_hours)}"),
        ("binding: ", document.binding),
        ("facts: ", f"{sheet.safe(document.confidence, 60)} confidence, verified on {document.verified_on}"),
    )
    for lead, text in facts:
        if text:
            sheet.text(sheet.safe(text, 900), lead=lead)
    sheet.heading("Events")
    for event in document.events:
        _event(sheet, event)
    told = (
        ("Outcome", document.outcome),
        ("Lesson", document.lesson),
        ("Do before the next incident", document.before),
    )
    for title, text in told:
        if text:
            sheet.heading(title)
            sheet.text(sheet.safe(text, 1200), 2, 0)
    if document.recalled:
        sheet.heading("From memory only, to be verified")
    for each in document.recalled:
        sheet.text(sheet.safe(each, 400), 2, lead="- ")
    _history(sheet, document)
    sheet.heading("Sources")
    for identity, source in document.sources.items():
        about = f"{sheet.safe(source.title, 300)} ({sheet.safe(source.kind, 30)})"
        sheet.text(about, 2, 4, lead=f"{sheet.safe(identity, 40)}: ")
        if source.url:
            sheet.text(sheet.safe(source.url, 600), 6, 0)


def _event(sheet: Sheet, event: Event) -> None:
    name = sheet.safe(event.name or event.actor, 80)
    same = event.actor.lower() == event.name.lower()
    identity = f" ({sheet.safe(event.actor, 60)})" if event.name and not same else ""
    act = sheet.safe(say.action(event.layer, event.action), 60)
    sheet.text(f"{name}{identity} {act}", 2, lead=f"+{say.clock(event.at_hours)} ", colour=BOLD)
    place = [
        f"{word} {value}"
        for word, value in (
            ("parent", event.parent),
            ("platform", event.platform),
            ("region", event.region),
            ("TLD", event.tld),
            ("binding", event.bind),
        )
        if value
    ]
    accepted = event.action in ANSWERS
    lasts = f"for {words.duration(event.duration_hours)}" if event.duration_hours is not None else "no end on record"
    told = [
        event.id,
        event.layer,
        f"scope {event.scope}",
        *place,
        *(() if accepted else (say.notice(event.notice_hours), lasts)),
        event.certainty,
        *((f"restores {', '.join(event.restores)}",) if event.restores else ()),
        *(("caches keep it alive for their TTL",) if event.grace == "ttl" else ()),
        f"sources {', '.join(event.sources) or 'none'}",
    ]
    sheet.text("; ".join(sheet.safe(each, 200) for each in told), 6, 0)
    if event.note:
        sheet.text(sheet.safe(event.note, 600), 6, lead="note: ")


def _history(sheet: Sheet, scenario: Scenario) -> None:
    if scenario.assert_history:
        sheet.heading("Replayed at the sites that it hit, it must give")
    for each in scenario.assert_history:
        losses = [
            f"{sheet.safe(words.function(function), 60)} down {_between(hours)}"
            for function, hours in each.down_hours.items()
        ]
        gone = [f"{sheet.safe(who, 60)} excluded ({sheet.safe(why, 60)})" for who, why in each.excluded.items()]
        site = f" with {sheet.safe(each.site, 120)}" if each.site else ""
        text = f"{sheet.safe(each.subject, 120)}{site}: {'; '.join([*losses, *gone]) or 'nothing in particular'}"
        sheet.text(text, 2, lead="- ")


def _between(hours: tuple[float, ...]) -> str:
    ends = [f"{each:g}" for each in hours]
    return f"{' to '.join(dict.fromkeys(ends))} h"


PAGES = {Scenario: write_one, Library: write_list}
