"""What became of a site between two looks at it, and the looks that were kept: the documents of ``hostaudit diff`` and
``hostaudit history`` (``hostaudit.changes/1``, ``hostaudit.history/1``, ``hostaudit.trend/1``)."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from hostaudit.model.report import Run, ScoreInterval
from hostaudit.model.verdict import Verdict

CHANGES_SCHEMA: Literal["hostaudit.changes/1"] = "hostaudit.changes/1"
HISTORY_SCHEMA: Literal["hostaudit.history/1"] = "hostaudit.history/1"
TREND_SCHEMA: Literal["hostaudit.trend/1"] = "hostaudit.trend/1"

Part = Literal["verdict", "score", "function", "single_point", "dependency", "fallback", "finding", "unknown"]
ChangeKind = Literal["added", "removed", "changed", "became_unknown", "became_known"]
"""*became_unknown*: the later look could not see what the earlier one saw, so that nobody can say whether it is still
there; *became_known*: the other way round."""


class Fact(Struct, frozen=True, omit_defaults=True):
    """One thing that a report says, without what differs between two looks at the same site. ``fields`` is what may
    change of it, ``because`` what it was seen by. A fact of sort *evidence* has ``names``: hosts and addresses in it
    that other evidence is about."""

    sort: Part | Literal["evidence"]
    id: str
    name: str = ""
    fields: dict[str, str] = {}
    because: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


class Snapshot(Struct, frozen=True):
    """All that is compared of a report. ``policy``: by which it was judged, empty if by none."""

    domain: str
    run: Run
    verdict: Verdict
    score: ScoreInterval
    coverage: float
    policy: str
    facts: tuple[Fact, ...]


class Change(Struct, frozen=True):
    """One difference. ``id`` is stable; ``before`` and ``after`` hold the fields that differ, or all that was there.
    ``name``: what to call it."""

    part: Part
    kind: ChangeKind
    id: str
    name: str
    before: dict[str, str] = {}
    after: dict[str, str] = {}


class Changes(Struct, frozen=True):
    """The document of ``hostaudit diff``. ``outcome``: *unknown* if nothing is seen to have changed, yet something can
    be seen on one side only. ``notes``: what could not be compared, or what else may explain a difference."""

    schema: Literal["hostaudit.changes/1"]
    domain: str
    before: Run
    after: Run
    outcome: Literal["same", "changed", "unknown"]
    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()


class PastRun(Struct, frozen=True):
    """One run that was kept. ``changes`` are those since the run before it, of which the first has none."""

    number: int
    run: Run
    verdict: Verdict
    score: ScoreInterval
    coverage: float
    single_points: int
    unknowns: int
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()


class History(Struct, frozen=True):
    """The document of ``hostaudit history show``: the oldest run first. ``earlier``: kept runs that are not listed."""

    schema: Literal["hostaudit.history/1"]
    domain: str
    runs: tuple[PastRun, ...]
    earlier: int = 0


class TrendPoint(Struct, frozen=True):
    """One run in numbers. ``single_points``: companies that can end a function alone; ``unknowns``: open questions."""

    number: int
    started: str
    verdict: Verdict
    score: ScoreInterval
    coverage: float
    single_points: int
    unknowns: int


class Trend(Struct, frozen=True):
    """The document of ``hostaudit history trend``: the oldest run first."""

    schema: Literal["hostaudit.trend/1"]
    domain: str
    points: tuple[TrendPoint, ...]
