"""The policy of one site, key by key, with the place of each value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from hostaudit.model.policy import EffectivePolicy, Refusal, ScenarioGate
from hostaudit.report.terminal.sheet import Sheet


def write(sheet: Sheet, document: EffectivePolicy) -> None:
    """The keys in order with their values, followed by their origins, if there are any."""
    site = document.target or "any site that no target matches"
    sheet.bold(f"What {document.source} demands of {site}")
    if document.extends:
        sheet.text(f"presets: {', '.join(document.extends)}")
    if document.matched:
        sheet.text(f"target: {document.matched} ({document.source}:{document.line})")
    for name, value in document.labels.items():
        sheet.text(f"label: {name} = {sheet.safe(value, 200)}")
    rows = list(_rows(document))
    if rows:
        sheet.lines.append("")
    for key, value in rows:
        origin = document.origins.get(key)
        sheet.text(f"{sheet.safe(value, 900)}{f'  ({origin})' if origin else ''}", lead=f"{key}: ")
    if not document.stated:
        sheet.text("Nothing is demanded of it.")
    if document.exceptions:
        sheet.heading("Exceptions")
    for each in document.exceptions:
        until = f"until {each.expires}" if not each.review else f"{each.expires}, review {each.review}"
        text = f"{each.rule} at {each.target}, {sheet.safe(until, 120)}, {sheet.safe(each.owner, 120)}: "
        sheet.text(text + sheet.safe(each.reason, 300), 2, 4, lead=f"{each.id}: ")


def _rows(document: EffectivePolicy) -> Iterator[tuple[str, str]]:
    policy = document.policy
    for key in ("unknown", "notice_hours", "min_score"):
        yield from _row(document, key, getattr(policy, key))
    for family in ("roles", "functions"):
        for name, demand in getattr(policy, family).items():
            for field in msgspec.structs.fields(demand):
                yield from _row(document, f"{family}.{name}.{field.name}", getattr(demand, field.name), field.default)
    yield from _row(document, "providers", policy.providers)
    for family in ("parents", "jurisdictions"):
        demand = getattr(policy, family)
        for field in msgspec.structs.fields(demand):
            yield from _row(document, f"{family}.{field.name}", getattr(demand, field.name), field.default)
    yield from _row(document, "scenarios", policy.scenarios)


def _row(document: EffectivePolicy, key: str, value: Any, default: Any = None) -> Iterator[tuple[str, str]]:
    """The lines of one key; none if the key is not set."""
    if key in document.origins or (value not in (None, (), default)):
        yield key, _shown(value)


def _shown(value: Any) -> str:
    if value is None or value == ():
        return "nothing is demanded"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | int):
        return f"{value:g}"
    if isinstance(value, Refusal):
        return f"{value.id} ({value.reason})" if value.reason else value.id
    if isinstance(value, ScenarioGate):
        limits = ", ".join(f"{function} <= {hours:g}h" for function, hours in value.limits.items())
        more = [f"{key} {word}" for key in ("unknown", "severity") if (word := getattr(value, key))]
        return " ".join((f"{value.scenario}:", ", ".join([limits, *more])))
    if isinstance(value, tuple):
        return "; ".join(map(_shown, value)) if isinstance(value[0], ScenarioGate) else ", ".join(map(_shown, value))
    return str(value)


PAGES = {EffectivePolicy: write}
