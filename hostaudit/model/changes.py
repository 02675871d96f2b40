"""The changes of a site between two runs, and the stored runs: the documents of ``hostaudit diff`` and
``hostaudit history`` (``hostaudit.changes/1``, ``hostaudit.list-changes/1``, ``hostaudit.history/1``,
``hostaudit.trend/1``)."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from hostaudit.model.report import Run, ScoreInterval
from hostaudit.model.verdict import Verdict

CHANGES_SCHEMA: Literal["hostaudit.changes/1"] = "hostaudit.changes/1"
HISTORY_SCHEMA: Literal["hostaudit.history/1"] = "hostaudit.history/1"
TREND_SCHEMA: Literal["hostaudit.trend/1"] = "hostaudit.trend/1"
LIST_CHANGES_SCHEMA: Literal["hostaudit.list-changes/1"] = "hostaudit.list-changes/1"

Part = Literal["verdict", "score", "function", "single_point", "dependency", "fallback", "finding", "unknown"]
ChangeKind = Literal["added", "removed", "changed", "became_unknown", "became_known"]
"""*became_unknown*: the later run could not see a fact that the earlier one saw, so it is unknown if the fact still
exists; *became_known*: the reverse."""


class Fact(Struct, frozen=True, omit_defaults=True):
    """One fact of a report, without values that differ between any two runs. ``fields``: the values that may change;
    ``because``: its evidence. A fact of sort *evidence* has ``names``: the hosts and addresses in it that are subjects
    of other evidence."""

    sort: Part | Literal["evidence"]
    id: str
    name: str = ""
    fields: dict[str, str] = {}
    because: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


class Snapshot(Struct, frozen=True):
    """The facts of a report for comparison. ``policy``: the policy by which it was judged, empty if none. ``formula``:
    that of its score, by number."""

    domain: str
    run: Run
    verdict: Verdict
    score: ScoreInterval
    coverage: float
    policy: str
    facts: tuple[Fact, ...]
    formula: int = 1


class Change(Struct, frozen=True):
    """One difference. ``id`` is stable; ``before`` and ``after`` have the fields that differ, or all fields that
    existed. ``name``: its name, for people."""

    part: Part
    kind: ChangeKind
    id: str
    name: str
    before: dict[str, str] = {}
    after: dict[str, str] = {}


class Changes(Struct, frozen=True):
    """The document of ``hostaudit diff``. ``outcome``: *unknown* if no change was seen, but a fact can be
    seen in one run only. ``notes``: what could not be compared, or other possible reasons of a difference."""

    schema: Literal["hostaudit.changes/1"]
    domain: str
    before: Run
    after: Run
    outcome: Literal["same", "changed", "unknown"]
    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()


class ListChanges(Struct, frozen=True):
    """The document of ``hostaudit diff`` for two lists. ``sites``: those of both lists that changed or of which
    something became unknown or known, the worst change first; ``same``: the domains without any difference.
    ``only_before`` and ``only_after``: domains that one list alone names. ``unjudged_before`` and ``unjudged_after``:
    domains of which that list has no report, so that nothing is known of a change. ``outcome``: *changed* if a site
    changed or one list alone names it, else *unknown* if something could be seen in one list only."""

    schema: Literal["hostaudit.list-changes/1"]
    outcome: Literal["same", "changed", "unknown"]
    sites: tuple[Changes, ...]
    same: tuple[str, ...] = ()
    only_before: tuple[str, ...] = ()
    only_after: tuple[str, ...] = ()
    unjudged_before: tuple[str, ...] = ()
    unjudged_after: tuple[str, ...] = ()


class PastRun(Struct, frozen=True):
    """One stored run. ``changes`` are those since the run before it; the first run has none."""

    number: int
    run: Run
    verdict: Verdict
    score: ScoreInterval
    coverage: float
    single_points: int
    unknowns: int
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()
    formula: int = 1


class History(Struct, frozen=True):
    """The document of ``hostaudit history show``: the oldest run first. ``earlier``: stored runs that are not
    listed."""

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
    formula: int = 1


class Trend(Struct, frozen=True):
    """The document of ``hostaudit history trend``: the oldest run first."""

    schema: Literal["hostaudit.trend/1"]
    domain: str
    points: tuple[TrendPoint, ...]
