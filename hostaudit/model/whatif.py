"""What happens to a site when somebody leaves: the document of ``hostaudit whatif`` (``hostaudit.whatif/1``)."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from hostaudit.model.evidence import Target
from hostaudit.model.report import Grade, Hours, NotAssessed, Run

WHATIF_SCHEMA: Literal["hostaudit.whatif/1"] = "hostaudit.whatif/1"
FALLBACKS_SCHEMA: Literal["hostaudit.fallbacks/1"] = "hostaudit.fallbacks/1"
MATRIX_SCHEMA: Literal["hostaudit.matrix/1"] = "hostaudit.matrix/1"

Applies = Literal["yes", "no", "maybe", "not_assessed"]
"""*maybe*: whether it hits the site cannot be seen, such as an outage of a region that no name tells."""


class Bound(Struct, frozen=True):
    """Who of the site's own providers an event means. ``one_of``: how many fill the role there."""

    kind: str
    id: str
    name: str
    provider: str = ""
    one_of: int = 1


class EventOutcome(Struct, frozen=True):
    """One event as it meets this site. ``at`` is UTC, None for a made-up clock. ``reason``: why it does not apply, or
    what is assumed. ``functions``: those that go down with it, by id."""

    id: str
    at_hours: float
    at: str | None
    actor: str
    actor_name: str
    layer: str
    action: str
    scope: str
    notice_hours: float | None
    duration_hours: float | None
    certainty: str
    applies: Applies
    bound: tuple[Bound, ...]
    functions: tuple[str, ...]
    reason: str = ""
    note: str = ""
    sources: tuple[str, ...] = ()


class Interval(Struct, frozen=True):
    """``to_hours`` None: beyond the end of the clock. ``basis``: *recorded* as it was in history, *measured* from the
    site, *estimated* from rules/recovery.yaml, *declared* by a proved fallback."""

    from_hours: float
    to_hours: float | None
    state: Literal["down", "degraded"]
    basis: Literal["recorded", "measured", "estimated", "declared"]
    because: tuple[str, ...] = ()


class FunctionOutcome(Struct, frozen=True):
    """One function over the clock. ``down_hours`` is the usual case, ``range`` its low, usual and high end; ``via``
    names the fallbacks that took over, ``remains`` what else carries it; ``assessed`` false: it may be worse."""

    id: str
    effect: str
    down_hours: float
    degraded_hours: float
    range: Hours
    intervals: tuple[Interval, ...]
    assessed: bool = True
    via: tuple[str, ...] = ()
    remains: tuple[str, ...] = ()
    note: str = ""


class Standby(Struct, frozen=True):
    """A fallback of the site under this scenario. ``ready_at_hours`` None: it does not help here, or, with ``needed``
    false, nothing is gone that it backs up. ``id``: as declared; ``name``: the provider's, for people."""

    role: str
    provider: str
    subject: str
    grade: Grade
    ready_at_hours: float | None
    reasons: tuple[str, ...]
    needed: bool = True
    id: str = ""
    name: str = ""


class Excluded(Struct, frozen=True):
    """A provider that cannot stand in. ``event`` says which refusal, if it was one."""

    provider: str
    reason: str
    event: str = ""
    certainty: str = ""


class WhatIf(Struct, frozen=True):
    """The whole answer. ``first_loss``, ``shortest_notice_hours`` and ``longest_loss`` are for the last line;
    ``names``: what companies and products are called, by id."""

    schema: Literal["hostaudit.whatif/1"]
    target: Target
    run: Run
    kind: Literal["drop", "scenario"]
    id: str
    title: str
    t0: str | None
    horizon_hours: float
    binding: str
    confidence: str
    summary: str
    events: tuple[EventOutcome, ...]
    functions: tuple[FunctionOutcome, ...]
    fallbacks: tuple[Standby, ...]
    excluded: tuple[Excluded, ...]
    not_assessed: tuple[NotAssessed, ...]
    first_loss: str = ""
    shortest_notice_hours: float | None = None
    longest_loss: str = ""
    before_the_next: tuple[str, ...] = ()
    history: str = ""
    lesson: str = ""
    sources: dict[str, str] = {}
    names: dict[str, str] = {}


class MatrixRow(Struct, frozen=True):
    """One scenario: worst hours down by function id; None: not assessed. ``applies`` false: nothing in it binds."""

    scenario: str
    title: str
    applies: bool
    down_hours: dict[str, float | None]


class Matrix(Struct, frozen=True):
    """Every scenario over one site (``whatif --all``)."""

    schema: Literal["hostaudit.matrix/1"]
    target: Target
    run: Run
    functions: tuple[str, ...]
    rows: tuple[MatrixRow, ...]
    not_assessed: tuple[NotAssessed, ...]


class Candidate(Struct, frozen=True):
    """A provider that could stand in for a single point, or could not: ``independent`` with the reasons.
    ``usual``: one of the names that people think of first. ``history``: refusals on record in the scenarios."""

    provider: str
    name: str
    parent: str
    jurisdiction: str | None
    independent: bool
    reasons: tuple[str, ...]
    usual: bool = False
    history: tuple[str, ...] = ()


class Gap(Struct, frozen=True):
    """One single point of failure in one role, and who could stand in."""

    parent: str
    name: str
    role: str
    functions: tuple[str, ...]
    candidates: tuple[Candidate, ...]


class Fallbacks(Struct, frozen=True):
    """The document of ``hostaudit fallbacks`` (``hostaudit.fallbacks/1``). ``parents`` and ``jurisdictions`` are those
    that the site depends on already."""

    schema: Literal["hostaudit.fallbacks/1"]
    target: Target
    run: Run
    parents: tuple[str, ...]
    jurisdictions: tuple[str, ...]
    gaps: tuple[Gap, ...]
