"""What stands in a page: rows of text for the template, and the same effects as data for its script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from hostaudit.model import words
from hostaudit.model.effects import CompanyEffect, Effects, Fall, IncidentEffect
from hostaudit.model.report import IDLE, Fallback, Finding, Report, UnknownFact
from hostaudit.model.site import FallbackId
from hostaudit.report import wording as say
from hostaudit.report.html.falls import falls_of
from hostaudit.report.nodes import NodeList
from hostaudit.report.rows import HEADLINES, named, rows, standing

MOST = {"findings": 150, "dependencies": 250, "evidence": 450, "unknowns": 150, "pairs": 120}
"""The most rows of a table; the report as JSON has the rest."""

STANDINGS = {
    "fail": "fails",
    "inconclusive": "unknown, so it does not pass",
    "told": "reported only",
    "warning": "unknown, a warning only",
    "excepted": "excepted",
    "baseline": "known before",
    "pass": "passes",
}
APPLIES = {
    "yes": "applies",
    "maybe": "may apply",
    "no": "does not apply",
    "not_assessed": "not assessed",
}
GRADES = {
    "declared": "declared only",
    "configured": "configured, not proved",
    "probed": "answers, not independent",
    "independent": "answers and is independent",
}


class Cell(NamedTuple):
    """One cell of the matrix: a few words, the whole sentence, and a class for its colour."""

    text: str
    more: str
    look: str


def view(report: Report, effects: Effects | None, found: NodeList) -> dict[str, Any]:
    """All that the template needs, by name."""
    functions = [each.id for each in report.functions if each.state not in IDLE]
    companies = falls_of(report, effects)
    proofs = {each.id: place + 1 for place, each in enumerate(report.evidence[: MOST["evidence"]])}
    keys = {each.identity: each.key for each in found.zone("company") if each.identity}
    for each in companies:
        keys.setdefault(each.company, f"d{len(keys)}")
    return {
        **_head(report),
        "functions": [(words.function(each), words.short_function(each)) for each in functions],
        "matrix": [_matrix_row(each, functions, keys[each.company]) for each in companies],
        "pairs": _pairs(effects, companies),
        "left_out": effects.left_out if effects is not None else 0,
        "reckoned": effects is not None,
        "incidents": [_incident_row(each, functions) for each in (effects.incidents if effects else ())],
        "findings": [_finding(each, proofs) for each in rows(report) if standing(each) != "pass"][: MOST["findings"]],
        "fallbacks": [_fallback(each, report, proofs) for each in report.fallbacks],
        "dependencies": _dependencies(report, proofs),
        "unknowns": [_unknown(each, proofs) for each in report.unknowns[: MOST["unknowns"]]],
        "unseen": [(each.what, each.why) for each in report.not_assessed],
        "evidence": [
            (place, say.proof(each), each.source, each.at)
            for each, place in zip(report.evidence, proofs.values(), strict=False)
        ],
        "more": _more(report),
        "data": _data(report, effects, companies, found, keys, functions),
    }


def _head(report: Report) -> dict[str, Any]:
    low, high = f"{report.score.low:.0f}", f"{report.score.high:.0f}"
    run = report.run
    return {
        "domain": report.target.domain,
        "summary": report.summary,
        "verdict": report.verdict,
        "headline": HEADLINES[report.verdict],
        "score": low if low == high else f"{low} to {high}",
        "low": round(report.score.low, 1),
        "high": round(report.score.high, 1),
        "outage_class": say.outage_class(report).removeprefix(", "),
        "grounds": say.grounds(report).removeprefix("; "),
        "caveats": [each.text for each in report.caveats],
        "started": run.started,
        "versions": f"hostaudit {run.tool_version}, rules {run.rules_version}",
        "hosts": ", ".join(report.target.hosts),
        "resolver": run.resolver,
        "vantage": run.vantage,
        "data_versions": ", ".join(f"{name} {each}" for name, each in sorted(run.data_versions.items())),
    }


def _matrix_row(company: CompanyEffect, functions: Sequence[str], key: str) -> dict[str, Any]:
    falls = {each.function: each for each in company.falls}
    return {
        "key": key,
        "name": company.name or company.company,
        "own": company.own,
        "cells": [_cell(falls.get(each)) for each in functions],
    }


def _cell(fall: Fall | None) -> Cell:
    if fall is None:
        return Cell("–", "goes on", "fine")
    if fall.effect == "degraded":
        return Cell("in part", f"works in part for {words.duration(fall.degraded_hours)}", "part")
    effect = "" if fall.effect == "down" else f" {say.effect(fall.effect)}"
    look = "week" if fall.down.usual >= 168 else "day" if fall.down.usual >= 24 else "hour"
    if fall.down.usual <= 0:
        return Cell(f"0 to {say.short(fall.down.high)}{effect}", sentence(fall), "hour")
    return Cell(f"{say.short(fall.down.usual)}{effect}", sentence(fall), look)


def sentence(fall: Fall) -> str:
    """A loss as a sentence: what, from when, for how long."""
    if fall.effect == "degraded":
        return f"{say.effect(fall.effect)} for {words.duration(fall.degraded_hours)}"
    begins = f"{words.onset(fall.onset, fall.down)}; " if fall.onset is not None else ""
    return f"{say.effect(fall.effect)}; {begins}back after about {words.span(fall.down)}"


def _pairs(effects: Effects | None, companies: Iterable[CompanyEffect]) -> list[tuple[str, str, str]]:
    """Names of two companies, the function, and what they do to it beyond what each does alone."""
    names = {each.company: each.name or each.company for each in companies}
    return [
        (
            words.listed([names.get(each, each) for each in pair.companies]),
            words.function(fall.function),
            sentence(fall),
        )
        for pair in (effects.pairs if effects is not None else ())
        for fall in pair.falls
    ][: MOST["pairs"]]


def _incident_row(incident: IncidentEffect, functions: Sequence[str]) -> dict[str, Any]:
    falls = {each.function: each for each in incident.falls}
    cells = []
    for each in functions:
        fall = falls.get(each)
        if fall is None:
            cells.append(Cell("?", "not assessed", "open") if each in incident.open else Cell("–", "goes on", "fine"))
        elif fall.effect == "degraded":
            cells.append(Cell("in part", "works in part", "part"))
        else:
            look = "week" if fall.down.usual >= 168 else "day" if fall.down.usual >= 24 else "hour"
            text = say.short(fall.down.usual) if fall.down.usual > 0 else f"0 to {say.short(fall.down.high)}"
            cells.append(Cell(text, f"{say.effect(fall.effect)} for {words.span(fall.down)}", look))
    return {"day": incident.day, "title": incident.title, "applies": APPLIES[incident.applies], "cells": cells}


def _proofs(because: Iterable[str], proofs: Mapping[str, int]) -> list[int]:
    return [proofs[each] for each in because if each in proofs]


def _finding(finding: Finding, proofs: Mapping[str, int]) -> dict[str, Any]:
    return {
        "standing": STANDINGS[standing(finding)],
        "look": standing(finding),
        "severity": finding.severity,
        "rule": named(finding),
        "message": f"{finding.message} {finding.effect}".strip(),
        "fix": finding.fix,
        "proofs": _proofs(finding.because, proofs),
    }


def _fallback(fallback: Fallback, report: Report, proofs: Mapping[str, int]) -> dict[str, Any]:
    name = fallback.name or report.names.get(fallback.provider, fallback.provider)
    return {
        "role": say.role(fallback.role),
        "name": words.standing_by(FallbackId.read(fallback.id), name) if fallback.id else name,
        "grade": GRADES[fallback.grade],
        "reasons": "; ".join(fallback.reasons),
        "proofs": _proofs(fallback.because, proofs),
    }


def _dependencies(report: Report, proofs: Mapping[str, int]) -> list[dict[str, Any]]:
    names = say.companies(report)
    ordered = sorted(report.dependencies, key=lambda each: (each.direct is False, each.role, each.subject))
    return [
        {
            "role": say.role(each.role),
            "subject": each.subject,
            "name": each.name or each.provider,
            "company": names.get(each.parent, each.parent),
            "country": each.jurisdiction or "not known",
            "direct": "behind it" if each.direct is False else "the site itself",
            "confidence": f"{each.confidence:.0%}",
            "proofs": _proofs((*each.because, *each.contradicts), proofs),
        }
        for each in ordered[: MOST["dependencies"]]
    ]


def _unknown(fact: UnknownFact, proofs: Mapping[str, int]) -> dict[str, Any]:
    return {
        "role": say.role(fact.role),
        "subject": fact.subject,
        "cause": say.cause(fact.cause),
        "again": "ask again" if fact.retryable else "–",
        "proofs": _proofs([fact.evidence], proofs),
    }


def _more(report: Report) -> dict[str, int]:
    """By table the number of rows that the page leaves out."""
    counted = {
        "findings": sum(standing(each) != "pass" for each in rows(report)),
        "dependencies": len(report.dependencies),
        "evidence": len(report.evidence),
        "unknowns": len(report.unknowns),
    }
    return {name: max(0, number - MOST[name]) for name, number in counted.items()}


# -- for the script ---------------------------------------------------------------------------------------


def _data(
    report: Report,
    effects: Effects | None,
    companies: Sequence[CompanyEffect],
    found: NodeList,
    keys: Mapping[str, str],
    functions: Sequence[str],
) -> dict[str, Any]:
    nodes = {each.identity: each.key for each in found.zone("function")}
    places = {each: place for place, each in enumerate(functions)}
    return {
        "domain": report.target.domain,
        "functions": [{"key": nodes.get(each, ""), "name": words.function(each), "id": each} for each in functions],
        "companies": [
            {
                "key": keys[each.company],
                "id": each.company,
                "name": each.name or each.company,
                "own": each.own,
                "falls": _fallen(each.falls, places),
            }
            for each in companies
        ],
        "pairs": {
            " ".join(keys[each] for each in pair.companies): _fallen(pair.falls, places)
            for pair in (effects.pairs if effects is not None else ())
        },
        "reckoned": [
            " ".join(keys[each] for each in pair) for pair in (effects.reckoned if effects is not None else ())
        ],
        "incidents": [_timed(each, places) for each in (effects.incidents if effects is not None else ())],
    }


def _fallen(falls: Iterable[Fall], places: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "f": places[each.function],
            "effect": say.effect(each.effect),
            "part": each.effect == "degraded",
            "onset": words.onset(each.onset, each.down) if each.onset is not None else "",
            "lasts": words.duration(each.degraded_hours) if each.effect == "degraded" else words.span(each.down),
            "direct": each.direct,
            "note": each.note,
            "weight": list(each.weight),
        }
        for each in falls
        if each.function in places
    ]


def _timed(incident: IncidentEffect, places: Mapping[str, int]) -> dict[str, Any]:
    ends = [span.to_hours or incident.horizon_hours for fall in incident.falls for span in fall.stretches]
    return {
        "id": incident.scenario,
        "title": incident.title,
        "day": incident.day,
        "applies": APPLIES[incident.applies],
        "summary": incident.summary,
        "history": incident.history,
        "end": max([*ends, *(each.at_hours for each in incident.events), 1.0]),
        "events": [
            {
                "at": each.at_hours,
                "when": words.duration(each.at_hours),
                "text": f"{each.actor} {say.action(each.layer, each.action)} ({say.layer(each.layer)})",
                "here": words.listed(list(each.bound)) if each.bound else APPLIES[each.applies],
                "applies": each.applies,
            }
            for each in incident.events
        ],
        "falls": [
            {
                "f": places[each.function],
                "effect": say.effect(each.effect),
                "lasts": words.span(each.down),
                "spans": [[span.from_hours, span.to_hours, span.state] for span in each.stretches],
            }
            for each in incident.falls
            if each.function in places
        ],
    }
