"""One site in the table of a list: what it falls with, for how long, and what is new to say of it."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct

from hostaudit.model.report import HIDDEN_ORIGIN, Finding, Report, SinglePoint
from hostaudit.model.roles import kind_of_function
from hostaudit.model.single_points import counts
from hostaudit.model.verdict import SEVERITIES, Verdict
from hostaudit.model.words import few, short_function


class Fall(NamedTuple):
    """A company that alone can end functions of a site: their short names, and the longest usual outage in hours."""

    company: str
    name: str
    functions: tuple[str, ...]
    hours: float


class SiteLine(Struct, frozen=True):
    """One site. ``classes``: the class with what is unknown working, then failing; empty for a site without web.
    ``down``: it does not work now. ``falls``: the companies, the worst first. ``news``: the most important finding or
    unknown, a sentence without its end, or empty. ``failure``: the reason why it was not judged, or empty."""

    domain: str
    verdict: Verdict = "not_judged"
    low: float = 0.0
    high: float = 0.0
    classes: tuple[str, ...] = ()
    down: bool = False
    falls: tuple[Fall, ...] = ()
    news: str = ""
    failure: str = ""


def line_of(report: Report) -> SiteLine:
    """Return the line of a report in the table of a list."""
    found = report.score.class_
    down = any(each.down_now for each in report.findings)
    return SiteLine(
        domain=report.target.domain,
        verdict=report.verdict,
        low=report.score.low,
        high=report.score.high,
        classes=() if found is None else tuple(dict.fromkeys((found.high, found.low))),
        down=down,
        falls=tuple(_fall(each) for each in report.spofs if counts(each)),
        news=_news(report),
    )


def _fall(point: SinglePoint) -> Fall:
    ended = [each for each in point.functions if each.effect in ("down", "no_new_installs")]
    ended.sort(key=lambda each: kind_of_function(each.id) != "web")
    heads = tuple(dict.fromkeys(short_function(each.id) for each in ended))
    longest = max((each.time_to_recover_hours.usual for each in ended), default=0.0)
    return Fall(point.failure_domain.id, point.failure_domain.name or point.failure_domain.id, heads, longest)


def most_urgent(report: Report) -> list[Finding]:
    """Return what fails: what is down now first, then what the policy demands, then the most severe."""
    told = [each for each in report.findings if each.outcome == "fail"]
    failed = [each for each in told if not (each.exception or each.baseline)]
    return sorted(
        failed, key=lambda each: (not each.down_now, each.verdict != "fail", -SEVERITIES.index(each.severity))
    )


def _news(report: Report) -> str:
    """What a reader of the list has to know of a site besides: what is broken, what fails, what is unknown."""
    failed = most_urgent(report)
    if failed:
        more = f" (+{len(failed) - 1} more)" if len(failed) > 1 else ""
        return f"{failed[0].message.rstrip('.')}{more}"
    hidden = list(dict.fromkeys(each.provider for each in report.unknowns if each.cause == HIDDEN_ORIGIN))
    named = [report.names.get(each, each) for each in hidden if isinstance(each, str) and each]
    if hidden and all(each.cause == HIDDEN_ORIGIN for each in report.unknowns):
        return f"origin behind {few(named)} unknown" if named else "origin unknown"
    return f"{len(report.unknowns)} questions without an answer" if report.unknowns else ""
