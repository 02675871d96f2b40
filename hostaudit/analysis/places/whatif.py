"""What-if answers and replacements on merged evidence, put together from those of each place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import structs

from hostaudit.analysis.places.rows import ByPlace, gathered, named, united, worst
from hostaudit.model.evidence import EvidenceFile
from hostaudit.model.report import Run
from hostaudit.model.whatif import (
    Candidate,
    EventOutcome,
    Fallbacks,
    FunctionOutcome,
    Gap,
    Matrix,
    MatrixRow,
    PlaceOutcome,
    Standby,
    WhatIf,
)
from hostaudit.model.words import listed

APPLIES = ("no", "not_assessed", "maybe", "yes")
"""From the least to the most that an event does to the site."""


def combined_whatif(file: EvidenceFile, answers: Sequence[tuple[str, WhatIf]], run: Run) -> WhatIf:
    """Return the answer about merged evidence: each function as in the place where it is down longest. ``answers``: by
    place."""
    by = sorted(answers, key=lambda each: (-_lost(each[1]), each[0]))
    first = by[0][1]
    return structs.replace(
        first,
        target=file.target,
        run=run,
        summary=_summary(by),
        events=tuple(_events(by)),
        functions=tuple(_functions(by)),
        fallbacks=tuple(_standbys(by)),
        excluded=tuple({(row.provider, row.event): row for _, each in by for row in each.excluded}.values()),
        not_assessed=tuple({(row.what, row.why): row for _, each in by for row in each.not_assessed}.values()),
        names={key: value for _, each in reversed(by) for key, value in each.names.items()},
        places=tuple(PlaceOutcome(place, each.summary, each.functions) for place, each in by),
    )


def combined_matrix(file: EvidenceFile, answers: Sequence[tuple[str, Matrix]], run: Run) -> Matrix:
    """Return every scenario over merged evidence, with the longest outage of any place."""
    first = answers[0][1]
    found = gathered([(place, each.rows) for place, each in answers], lambda each: each.scenario)
    return structs.replace(
        first,
        target=file.target,
        run=run,
        functions=tuple(dict.fromkeys(one for _, each in answers for one in each.functions)),
        rows=tuple(_matrix_row(rows) for rows in found.values()),
        not_assessed=tuple({(row.what, row.why): row for _, each in answers for row in each.not_assessed}.values()),
    )


def combined_fallbacks(file: EvidenceFile, answers: Sequence[tuple[str, Fallbacks]], run: Run) -> Fallbacks:
    """Return the candidates for every company that stops a function alone in some place. Each answer counts already
    what the site depends on elsewhere."""
    gaps = []
    for rows in gathered(
        [(place, each.gaps) for place, each in answers], lambda each: (each.parent, each.role)
    ).values():
        candidates: dict[str, Candidate] = {one.provider: one for _, gap in rows for one in gap.candidates}
        ranked = sorted(
            candidates.values(),
            key=lambda each: (not each.independent, not each.usual, bool(each.history), each.provider),
        )
        functions = tuple(dict.fromkeys(one for _, gap in rows for one in gap.functions))
        gap: Gap = structs.replace(rows[0][1], functions=functions, candidates=tuple(ranked))
        gaps.append(named(gap, [place for place, _ in rows], len(answers)))
    gaps.sort(key=lambda each: -len(each.functions))
    return structs.replace(
        answers[0][1],
        target=file.target,
        run=run,
        parents=united(*(each.parents for _, each in answers)),
        jurisdictions=united(*(each.jurisdictions for _, each in answers)),
        gaps=tuple(gaps),
    )


def _lost(answer: WhatIf) -> float:
    """Hours, by which places are ordered: those of the web site count first."""
    return sum(each.down_hours * (1000.0 if each.id == "web" else 1.0) for each in answer.functions)


def _summary(by: Sequence[tuple[str, WhatIf]]) -> str:
    first = by[0][1].summary
    alike = [place for place, each in by if each.summary == first]
    if len(alike) == len(by):
        return f"In {listed(sorted(alike))} alike: {first}"
    others = "".join(f" In {place}: {each.summary}" for place, each in by[1:] if each.summary != first)
    return f"In {listed(alike)}: {first}{others}"


def _functions(by: Sequence[tuple[str, WhatIf]]) -> Iterator[FunctionOutcome]:
    for rows in gathered([(place, each.functions) for place, each in by], lambda each: each.id).values():
        row = worst(rows, _weight)
        yield named(row, [place for place, each in rows if _weight(each) == _weight(row)], len(by))


def _weight(outcome: FunctionOutcome) -> tuple[float, float, float, bool]:
    return outcome.down_hours, outcome.range.high, outcome.degraded_hours, not outcome.assessed


def _events(by: Sequence[tuple[str, WhatIf]]) -> Iterator[EventOutcome]:
    """Each event with all that it binds to in any place."""
    rows: ByPlace[EventOutcome]
    for rows in gathered([(place, each.events) for place, each in by], lambda each: each.id).values():
        row = worst(rows, lambda each: APPLIES.index(each.applies))
        bound = {(one.kind, one.id): one for _, each in rows for one in each.bound}
        functions = dict.fromkeys(one for _, each in rows for one in each.functions)
        yield structs.replace(row, bound=tuple(bound.values()), functions=tuple(functions))


def _standbys(by: Sequence[tuple[str, WhatIf]]) -> Iterator[Standby]:
    """Each fallback of the site as in the place where it is ready last."""
    found = gathered(
        [(place, each.fallbacks) for place, each in by], lambda each: (each.role, each.provider, each.subject, each.id)
    )
    for rows in found.values():
        yield worst(rows, lambda each: (each.needed, each.ready_at_hours is None, each.ready_at_hours or 0.0))


def _matrix_row(rows: ByPlace[MatrixRow]) -> MatrixRow:
    down: dict[str, float | None] = {}
    for _, row in rows:
        for function, hours in row.down_hours.items():
            before = down.get(function, 0.0)
            # Nothing lost as far as is known, and not assessed elsewhere, is not assessed.
            down[function] = max(hours or 0.0, before or 0.0) or (None if None in (hours, before) else 0.0)
    return structs.replace(rows[0][1], applies=any(row.applies for _, row in rows), down_hours=down)
