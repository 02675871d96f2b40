"""Two reports on different sites, set side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hostaudit.model.actors import is_unknown
from hostaudit.model.companies import known_as
from hostaudit.model.comparison import (
    COMPARISON_SCHEMA,
    Better,
    ComparedFunction,
    ComparedPoint,
    ComparedSite,
    Comparison,
    FunctionSide,
    SharedCompany,
)
from hostaudit.model.report import IDLE, Dependency, FunctionImpact, FunctionState, Report, ScoreInterval
from hostaudit.model.roles import SINGLE, kind_of_function
from hostaudit.model.single_points import counts
from hostaudit.model.words import duration, function


def compare(first: Report, second: Report) -> Comparison:
    """Return the comparison of two reports."""
    names = _names(first) | _names(second)
    notes = tuple(_notes(first, second))
    better: Better = "not_compared" if notes else _better(first, second)
    functions, points = tuple(_functions(first, second)), tuple(_points(first, second))
    return Comparison(
        schema=COMPARISON_SCHEMA,
        first=_site(first),
        second=_site(second),
        better=better,
        summary=_summary(first, second, better, functions, names),
        functions=functions,
        points=points,
        shared=tuple(_shared(first, second)),
        names=names,
        notes=notes,
    )


def _site(report: Report) -> ComparedSite:
    score = report.score
    interval = ScoreInterval(score.low, score.high)
    return ComparedSite(report.target.domain, report.run, report.verdict, interval, report.summary, score.class_)


def _notes(first: Report, second: Report) -> Iterator[str]:
    """The reasons for which the scores cannot be compared."""
    if first.score.formula != second.score.formula:
        yield "the scores were computed by different formulas: analyse the evidence of both again"
    if _notice(first) != _notice(second):
        yield "the scores count on different notice, as the policies say: analyse the evidence of both without a policy"


def _notice(report: Report) -> float:
    return report.policy.notice_hours if report.policy is not None else 0.0


def _better(first: Report, second: Report) -> Better:
    if first.score.low > second.score.high:
        return "first"
    return "second" if second.score.low > first.score.high else "neither"


def _functions(first: Report, second: Report) -> Iterator[ComparedFunction]:
    """Every function that one of the sites has, the web site first. Hosts of one site only are its own functions."""
    sides = _sides(first), _sides(second)
    known = dict.fromkeys((*sides[0], *sides[1]))
    for identity in sorted(known, key=lambda each: (kind_of_function(each) != "web", each != "web")):
        yield ComparedFunction(identity, *(side.get(identity) for side in sides))


def _sides(report: Report) -> dict[str, FunctionSide]:
    worst: dict[str, tuple[str, FunctionImpact]] = {}
    for point in report.spofs:
        for impact in point.functions if counts(point) else ():
            before = worst.get(impact.id)
            lost = impact.effect != "degraded"
            if lost and (before is None or _hours(impact) > _hours(before[1])):
                worst[impact.id] = point.failure_domain.id, impact
    return {
        each.id: _side(each.state, *worst[each.id]) if each.id in worst else FunctionSide(each.state)
        for each in report.functions
        if each.state not in IDLE
    }


def _side(state: FunctionState, company: str, impact: FunctionImpact) -> FunctionSide:
    return FunctionSide(state, company, impact.effect, _hours(impact))


def _hours(impact: FunctionImpact) -> float:
    return impact.time_to_recover_hours.usual


def _points(first: Report, second: Report) -> Iterator[ComparedPoint]:
    """The companies that end something alone, those of both sites first, then by the number of functions."""
    ended = _ended(first), _ended(second)
    both = dict.fromkeys((*ended[0], *ended[1]))
    rows = [ComparedPoint(each, ended[0].get(each, ()), ended[1].get(each, ())) for each in both]
    yield from sorted(rows, key=lambda each: (not (each.first and each.second), -len(each.first) - len(each.second)))


def _ended(report: Report) -> dict[str, tuple[str, ...]]:
    return {
        point.failure_domain.id: lost
        for point in report.spofs
        if counts(point) and (lost := tuple(each.id for each in point.functions if each.effect != "degraded"))
    }


def _shared(first: Report, second: Report) -> Iterator[SharedCompany]:
    """The companies of both, those that are more than a registry or registrar first. What nobody could name is not
    known to be the same."""
    roles = _roles(first.dependencies), _roles(second.dependencies)
    rows = []
    for parent in sorted(roles[0].keys() & roles[1].keys()):
        mine, other = roles[0][parent], roles[1][parent]
        if not is_unknown(parent):
            rows.append(SharedCompany(parent, mine, other, all(role in SINGLE for role in (*mine, *other))))
    yield from sorted(rows, key=lambda each: each.name_only)


def _roles(dependencies: Iterable[Dependency]) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for each in dependencies:
        found.setdefault(each.parent, set()).add(each.role)
    return {parent: tuple(sorted(roles)) for parent, roles in found.items()}


def _names(report: Report) -> dict[str, str]:
    """What people call the companies of a report, by id."""
    held = {point.failure_domain for point in report.spofs if point.failure_domain.kind == "parent"}
    named = {each.id: each.name for each in held if each.name}
    products = {each.provider: each.name for each in report.dependencies if each.name}
    return named | known_as(report.dependencies, products | report.names | named)


def _summary(
    first: Report, second: Report, better: Better, functions: Iterable[ComparedFunction], names: dict[str, str]
) -> str:
    """Who stands better, and the longest outage of the web site that one company can cause at each."""
    a, b = first.target.domain, second.target.domain
    scores = {"first": (a, first, second), "second": (b, second, first)}
    if better in scores:
        name, good, poor = scores[better]
        text = f"{name} stands better: score {_score(good)} against {_score(poor)}."
    elif better == "neither":
        text = f"Neither surely stands better: score {_score(first)} of {a}, {_score(second)} of {b}."
    else:
        text = f"The scores of {a} and {b} cannot be compared."
    web = next((each for each in functions if each.id == "web"), ComparedFunction("web"))
    return text + "".join(_ends(domain, side, names) for domain, side in ((a, web.first), (b, web.second)))


def _ends(domain: str, web: FunctionSide | None, names: dict[str, str]) -> str:
    """The longest outage of the web site of one site that one company can cause."""
    if web is None:
        return f" {domain} has no web site that was seen."
    if web.state == "down":
        return f" The {function('web')} of {domain} is down now."
    if web.company:
        return f" {names.get(web.company, web.company)} alone ends {domain} for {duration(web.hours)}."
    return f" No company seen ends {domain} alone, but for those that hold names."


def _score(report: Report) -> str:
    low, high = f"{report.score.low:.0f}", f"{report.score.high:.0f}"
    return low if low == high else f"{low} to {high}"
