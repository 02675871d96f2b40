"""The report on merged evidence, put together from the reports on each place.

Every place is judged by itself, as redundancy counts within one place only: users in one city do not have the content
network of another. The worst place decides state, effect and verdict; each end of the score is the least of all places,
as the score of the site is that of its worst place and either end may be in another one. What holds in all places
stands once; what does not names its places.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import UNSET, structs

from hostaudit.analysis.impact.score import said_once
from hostaudit.analysis.impact.single_points import rank
from hostaudit.analysis.places.rows import ByPlace, gathered, named, united, worst
from hostaudit.model.evidence import EvidenceFile
from hostaudit.model.report import (
    ClassInterval,
    Contradiction,
    CutSet,
    Dependency,
    DomainKind,
    ExceptionNote,
    Fallback,
    Finding,
    Function,
    FunctionImpact,
    Place,
    PlaceEffect,
    PlaceLoss,
    Report,
    RoleScore,
    Run,
    Score,
    ScoreInterval,
    SinglePoint,
    TimeTerm,
    UnknownFact,
    WorkingEnd,
)
from hostaudit.model.verdict import SEVERITIES
from hostaudit.model.words import listed

STATES = ("not_applicable", "not_assessed", "up", "degraded", "unknown", "down")
EFFECTS = ("degraded", "not_assessed", "cannot_renew", "no_new_installs", "down")
GRADES = ("independent", "probed", "configured", "declared")
PROOFS = ("passed", "open", "failed")
OUTCOMES = ("pass", "unknown", "fail")
VERDICTS = ("pass", "not_judged", "inconclusive", "fail")
NOTES = ("unused", "malformed", "expired", "applied")
"""From the best to the worst; for exceptions, from those that cover nothing to those that cover a finding."""

MOST_TOLD = 3
"""The places whose sentences stand in the summary."""


def combined(
    file: EvidenceFile,
    looks: Sequence[EvidenceFile],
    reports: Sequence[Report],
    run: Run,
    told: tuple[Contradiction, ...],
) -> Report:
    """Return the report on merged evidence. ``looks`` and ``reports``: of each place, in one order; ``run``: of all."""
    order = sorted(range(len(reports)), key=lambda at: _badness(reports[at], looks[at].run.vantage))
    names = [looks[at].run.vantage for at in order]
    rows, table = _with_one_table([reports[at] for at in order])
    by = list(zip(names, rows, strict=True))
    first = rows[0]
    return structs.replace(
        first,
        target=file.target,
        run=structs.replace(run, day=first.run.day),
        verdict=max((each.verdict for each in rows), key=VERDICTS.index),
        summary=_summary(by, told),
        score=_score(rows),
        functions=tuple(_functions(by)),
        dependencies=tuple(_dependencies(by)),
        spofs=tuple(sorted(_single_points(by), key=rank)),
        cut_sets=tuple(_cut_sets(by)),
        fallbacks=tuple(_fallbacks(by)),
        findings=tuple(_findings(by)),
        unknowns=tuple(_unknowns(by)),
        not_assessed=tuple({(row.what, row.why): row for each in rows for row in each.not_assessed}.values()),
        exceptions_applied=tuple(_exceptions(by)),
        evidence=file.evidence,
        cut_set_limits=united(*(each.cut_set_limits for each in rows)),
        names=_names(rows),
        roles=_role_scores([(place, each.roles) for place, each in by]),
        upstream_roles=_role_scores([(place, each.upstream_roles) for place, each in by]),
        times=table,
        max_order=_orders(rows),
        caveats=tuple({(row.kind, row.text): row for each in rows for row in each.caveats}.values()),
        places=tuple(_place(looks[at], rows[position]) for position, at in enumerate(order)),
        contradictions=told or UNSET,
    )


def _badness(report: Report, place: str) -> tuple[float, float, int, str]:
    """The order of places, the worst first."""
    return report.score.low, report.score.high, -VERDICTS.index(report.verdict), place


def _place(look: EvidenceFile, report: Report) -> Place:
    return Place(
        vantage=look.run.vantage,
        target=look.target,
        run=look.run,
        verdict=report.verdict,
        summary=report.summary,
        score=ScoreInterval(report.score.low, report.score.high),
        coverage=report.score.coverage,
        functions=report.functions,
        spofs=tuple(
            PlaceLoss(
                each.failure_domain.kind,
                each.failure_domain.id,
                tuple(PlaceEffect(one.id, one.effect, one.time_to_recover_hours) for one in each.functions),
                each.name_only,
            )
            for each in report.spofs
        ),
        cut_sets=report.cut_sets,
        class_=report.score.class_,
        graph=report.graph,
    )


# -- score and sentence -------------------------------------------------------------------------------


def _score(reports: Sequence[Report]) -> Score:
    """The least of each end, each with its working."""
    low = min(reports, key=lambda each: each.score.low)
    high = min(reports, key=lambda each: each.score.high)
    working = _working(low.score, high.score)
    classes = [each.score.class_ for each in reports if each.score.class_ is not None]
    return Score(
        low=low.score.low,
        high=high.score.high,
        coverage=min(each.score.coverage for each in reports),
        working=working,
        formula=low.score.formula,
        class_=ClassInterval(max(each.low for each in classes), max(each.high for each in classes))
        if classes
        else None,
    )


def _working(low: Score, high: Score) -> tuple[WorkingEnd, ...]:
    """The low end of one score and the high end of another, each with its companies."""
    least = next((each for each in low.working if each.end == "low"), None)
    most = next((each for each in high.working if each.end == "high"), None)
    if least is None or most is None:
        return ()
    before = next((each for each in high.working if each.end == "low"), most)
    if not most.companies and most.score == before.score:  # they are written once
        most = structs.replace(most, companies=before.companies)
    return said_once(least, most)


def _role_scores(by: Sequence[tuple[str, Iterable[RoleScore]]]) -> tuple[RoleScore, ...]:
    return tuple(
        RoleScore(
            role,
            ScoreInterval(min(one.score.low for _, one in rows), min(one.score.high for _, one in rows)),
            united(*(one.providers for _, one in rows)),
        )
        for role, rows in gathered(by, lambda each: each.role).items()
    )


def _summary(by: Sequence[tuple[str, Report]], told: tuple[Contradiction, ...]) -> str:
    """The sentence of the worst place, then those of the others where they differ."""
    place, first = by[0]
    others = [(name, each) for name, each in by[1:] if each.summary != first.summary]
    if not others:
        text = f"Seen alike from {listed(sorted(name for name, _ in by))}: {first.summary}"
    else:
        alike = [name for name, each in by[1:] if each.summary == first.summary]
        scores = {(each.score.low, each.score.high) for _, each in by}
        worst_of = f", the worst of {len(by)} places" if len(scores) > 1 else ""
        text = f"Seen from {listed([place, *alike])}{worst_of}: {first.summary}"
        text += "".join(f" Seen from {name}: {each.summary}" for name, each in others[: MOST_TOLD - 1])
        left = len(others) - (MOST_TOLD - 1)
        if left > 0:
            text += f" {left} more {'place differs' if left == 1 else 'places differ'}."
    if told:
        text += f" The places contradict each other in {len(told)} answer{'' if len(told) == 1 else 's'}."
    return text


# -- rows ---------------------------------------------------------------------------------------------


def _functions(by: Sequence[tuple[str, Report]]) -> Iterator[Function]:
    for rows in gathered([(place, each.functions) for place, each in by], lambda each: each.id).values():
        row = worst(rows, lambda each: STATES.index(each.state))
        counting = [each.score for _, each in rows if STATES.index(each.state) > 1] or [each.score for _, each in rows]
        least = ScoreInterval(min(each.low for each in counting), min(each.high for each in counting))
        held = [place for place, each in rows if each.state == row.state]
        yield named(structs.replace(row, score=least), held, len(by))


def _dependencies(by: Sequence[tuple[str, Report]]) -> Iterator[Dependency]:
    found = gathered([(place, each.dependencies) for place, each in by], lambda each: each.id)
    for identity in sorted(found):
        rows: ByPlace[Dependency] = found[identity]
        row = worst(rows, lambda each: bool(each.contradicts))
        yield named(row, [place for place, _ in rows], len(by))


def _single_points(by: Sequence[tuple[str, Report]]) -> Iterator[SinglePoint]:
    """Every failure domain that ends a function alone in any place, with its worst effect on each function."""

    def key(point: SinglePoint) -> tuple[str, str]:
        return point.failure_domain.kind, point.failure_domain.id

    for rows in gathered([(place, each.spofs) for place, each in by], key).values():
        row = worst(rows, lambda each: (not each.name_only, each.exposure))
        impacts = gathered([(place, each.functions) for place, each in rows], lambda each: each.id)
        whole = structs.replace(
            row,
            functions=tuple(_impact(each, len(by)) for each in impacts.values()),
            because=united(*(each.because for _, each in rows)),
            roles=united(*(each.roles for _, each in rows)),
        )
        yield named(whole, [place for place, _ in rows], len(by))


def _impact(rows: ByPlace[FunctionImpact], count: int) -> FunctionImpact:
    row = worst(rows, lambda each: (EFFECTS.index(each.effect), each.time_to_recover_hours.usual))
    return named(row, [place for place, each in rows if each.effect == row.effect], count)


def _cut_sets(by: Sequence[tuple[str, Report]]) -> Iterator[CutSet]:
    """The sets that end a function in some place, without those of which a part is enough in another place."""
    found = gathered(
        [(place, each.cut_sets) for place, each in by], lambda each: (each.kind, each.function, frozenset(each.members))
    )
    sets: dict[tuple[str, str], list[frozenset[str]]] = {}
    for kind, function, members in found:
        sets.setdefault((kind, function), []).append(members)
    smaller = {key: {each for each in many if any(other < each for other in many)} for key, many in sets.items()}
    for (kind, function, members), rows in found.items():
        if members not in smaller[kind, function]:
            row = worst(rows, lambda each: each.hours.usual if each.hours is not None else -1.0)
            yield named(row, [place for place, _ in rows], len(by))


def _fallbacks(by: Sequence[tuple[str, Report]]) -> Iterator[Fallback]:
    """Each fallback with the grade of the place where it is worst proved."""
    found = gathered(
        [(place, each.fallbacks) for place, each in by],
        lambda each: (each.role, each.provider, each.backs_up, each.id),
    )
    for rows in found.values():
        yield worst(rows, lambda each: (GRADES.index(each.grade), PROOFS.index(each.proof)))


def _findings(by: Sequence[tuple[str, Report]]) -> Iterator[Finding]:
    found = gathered(
        [(place, each.findings) for place, each in by],
        lambda each: each.fingerprint or (each.rule, each.subject, each.role, each.provider),
    )
    for rows in found.values():
        row = worst(rows, _weight)
        held = [place for place, each in rows if (each.outcome, each.verdict) == (row.outcome, row.verdict)]
        down = tuple(dict.fromkeys((*row.down_now, *(one for _, each in rows for one in each.down_now))))
        message = (
            row.message if len(held) == len(by) else f"{row.message.rstrip('.')} (seen from {listed(sorted(held))})."
        )
        yield named(structs.replace(row, message=message, down_now=down), held, len(by))


def _weight(row: Finding) -> tuple[bool, int, int]:
    """What decides first: a failure that counts, then the outcome, then the severity."""
    return bool(row.verdict) and not row.exception, OUTCOMES.index(row.outcome), SEVERITIES.index(row.severity)


def _unknowns(by: Sequence[tuple[str, Report]]) -> Iterator[UnknownFact]:
    found = gathered(
        [(place, each.unknowns) for place, each in by],
        lambda each: (each.role, each.subject, each.cause, each.evidence),
    )
    for key in sorted(found):
        yield named(found[key][0][1], [place for place, _ in found[key]], len(by))


def _exceptions(by: Sequence[tuple[str, Report]]) -> Iterator[ExceptionNote]:
    """Each exception, which is used if it covers a finding anywhere."""
    found = gathered([(place, each.exceptions_applied) for place, each in by], lambda each: each.id)
    for rows in found.values():
        row = worst(rows, lambda each: NOTES.index(each.state))
        yield structs.replace(row, findings=united(*(each.findings for _, each in rows)))


# -- tables -------------------------------------------------------------------------------------------


def _with_one_table(reports: Sequence[Report]) -> tuple[list[Report], dict[str, TimeTerm]]:
    """The reports, whose impacts refer to one table of times, and that table."""
    ids: dict[TimeTerm, str] = {}
    made = []
    for report in reports:
        new = {old: ids.setdefault(term, f"t{len(ids) + 1}") for old, term in report.times.items()}
        points = (
            structs.replace(point, functions=tuple(_renumbered(each, new) for each in point.functions))
            for point in report.spofs
        )
        made.append(structs.replace(report, spofs=tuple(points)))
    return made, {identity: term for term, identity in ids.items()}


def _renumbered(impact: FunctionImpact, new: dict[str, str]) -> FunctionImpact:
    return structs.replace(impact, times=tuple(new[each] if isinstance(each, str) else each for each in impact.times))


def _names(reports: Sequence[Report]) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in reversed(reports):
        found |= each.names
    return dict(sorted(found.items()))


def _orders(reports: Sequence[Report]) -> dict[DomainKind, int]:
    """The order up to which the cut sets of all places are complete."""
    found: dict[DomainKind, int] = {}
    for each in reports:
        for kind, order in each.max_order.items():
            found[kind] = min(order, found.get(kind, order))
    return found
