"""What a report on several places says of each, in words for every format."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET, UnsetType

from hostaudit.model import words
from hostaudit.model.evidence import Evidence
from hostaudit.model.report import Contradiction, Place, Report
from hostaudit.report import wording as say

Places = tuple[str, ...] | UnsetType


def only_in(places: Places) -> str:
    """The places in which a row holds, with a space before; empty if it holds in all, or there is only one."""
    return f" (only in {words.listed(list(places))})" if isinstance(places, tuple) else ""


def of(report: Report) -> tuple[Place, ...]:
    """The places of a report, the worst first; none if it is about one look."""
    return report.places if isinstance(report.places, tuple) else ()


def in_short(place: Place) -> str:
    """Class and score of one place."""
    low, high = f"{place.score.low:.0f}", f"{place.score.high:.0f}"
    found = place.class_
    named = (
        "" if found is None else f"class {found.high if found.high == found.low else f'{found.high} to {found.low}'}, "
    )
    return f"{named}score {low if low == high else f'{low} to {high}'}"


def ends(place: Place, names: dict[str, str]) -> str:
    """Who alone ends which function in one place, for how long, without those that hold names only."""
    told = []
    for loss in place.spofs:
        lost = [each for each in loss.functions if each.effect in ("down", "no_new_installs")]
        if loss.kind == "parent" and lost and not loss.name_only:
            longest = max(each.time_to_recover_hours.usual for each in lost)
            what = words.listed([words.function(each.id) for each in lost])
            told.append(f"{names.get(loss.id, loss.id)} ends {what} for {words.duration(longest)}")
    return "; ".join(told) or "no company seen ends a function alone, but for those that hold names"


def contradictions(report: Report) -> Iterator[str]:
    """What the places were answered differently, a sentence each."""
    for each in report.contradictions if isinstance(report.contradictions, tuple) else ():
        yield _contradiction(each)


def _contradiction(row: Contradiction) -> str:
    answers = "; ".join(f"{words.listed(list(each.places))}: {each.answer}" for each in row.answers)
    unknown = f"; it counts as unknown in {words.listed(list(row.unknown_in))}" if row.unknown_in else ""
    return f"{say.question(row.kind, row.subject)}: {answers}{unknown}"


def proofs(report: Report, seen_from: Places = UNSET) -> dict[str, Evidence]:
    """The evidence of a report by id: of several places, the item of the worst one that has it, or of the worst among
    those of a row (``seen_from``)."""
    chosen = [each.vantage for each in of(report) if seen_from is UNSET or each.vantage in (seen_from or ())]
    order = {name: at for at, name in enumerate(chosen)}
    found: dict[str, Evidence] = {}
    for item in sorted(report.evidence, key=lambda each: min((order.get(one, 99) for one in each.vantages), default=0)):
        found.setdefault(item.id, item)
    return found
