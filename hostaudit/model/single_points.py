"""Single points of failure as findings: how severe each is, and what is said of it, with and without a policy."""

from __future__ import annotations

from hostaudit.model.report import SinglePoint
from hostaudit.model.verdict import Severity
from hostaudit.model.words import duration, function, listed

SINGLE_POINT = "single-point"
SINGLE_POINT_CODE = "HA-SPOF-001"
"""The rule that ``--fail-on`` demands, and the code by which people quote it; both are those of its file in rules/."""

WEEK, DAY = 168.0, 24.0


def counts(point: SinglePoint) -> bool:
    """Return True for a company that ends a function alone, other than as a registry or registrar."""
    return point.failure_domain.kind == "parent" and not point.name_only


def companies(point: SinglePoint) -> tuple[str, ...]:
    """Return the ids of a company, or of all companies that are guessed to be the owner of the site and told as one."""
    joined = point.failure_domain.joined
    return joined if isinstance(joined, tuple) else (point.failure_domain.id,)


def severity_of(point: SinglePoint) -> Severity:
    """Return the severity of a single point of failure, by the functions that stop and for how long in the usual
    case."""
    down = [each for each in point.functions if each.effect == "down"]
    longest = max((each.time_to_recover_hours.usual for each in down), default=0.0)
    essential = [each for each in down if each.id in ("web", "resolve")]
    if max((each.time_to_recover_hours.usual for each in essential), default=0.0) >= WEEK:
        return "critical"
    if longest >= DAY:
        return "high"
    lost = {each.effect for each in point.functions}
    return "medium" if lost & {"down", "no_new_installs"} else "low"


def in_words(point: SinglePoint) -> str:
    """Return who can end what alone, and for how long in the usual case, as a sentence."""
    stopped = [each for each in point.functions if each.effect != "degraded"]
    worst = max(stopped, key=lambda each: each.time_to_recover_hours.usual)
    name = point.failure_domain.name or point.failure_domain.id
    length = duration(worst.time_to_recover_hours.usual)
    name += ", which looks like the site's own," if point.failure_domain.own == "guessed" else ""
    return f"{name} alone can end {listed([function(each.id) for each in stopped])}; usually back after {length}."
