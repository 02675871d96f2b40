"""The effect on a site if providers end service: the document of ``hostaudit whatif`` (``hostaudit.whatif/1``)."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from hostaudit.model.evidence import Target
from hostaudit.model.report import Grade, Hours, NotAssessed, OwnGround, RecoveryNote, Run

WHATIF_SCHEMA: Literal["hostaudit.whatif/1"] = "hostaudit.whatif/1"
FALLBACKS_SCHEMA: Literal["hostaudit.fallbacks/1"] = "hostaudit.fallbacks/1"
MATRIX_SCHEMA: Literal["hostaudit.matrix/1"] = "hostaudit.matrix/1"

Applies = Literal["yes", "no", "maybe", "not_assessed"]
"""*maybe*: its effect on the site cannot be seen, such as an outage of a region that no name shows."""


class Bound(Struct, frozen=True):
    """One of the site's own providers that an event means. ``one_of``: the number of providers in the role there."""

    kind: str
    id: str
    name: str
    provider: str = ""
    one_of: int = 1


class EventOutcome(Struct, frozen=True):
    """One event, applied to this site. ``at`` is UTC, None without a real date. ``reason``: the reason why it does not
    apply, or the assumptions. ``functions``: those that go down with it, by id. ``to_do``: what has to be done before
    it takes effect, and how long that leaves."""

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
    to_do: str = ""


class Interval(Struct, frozen=True):
    """An interval of downtime or degradation. ``to_hours`` None: beyond the end of the clock. ``basis``: *recorded* in
    the incident, *measured* at the site, *estimated* from rules/recovery.yaml, *declared* by a proved fallback. A
    function is down from the loss on, since a cache hides it from those users only who have an entry."""

    from_hours: float
    to_hours: float | None
    state: Literal["down", "degraded"]
    basis: Literal["recorded", "measured", "estimated", "declared"]
    because: tuple[str, ...] = ()


class FunctionOutcome(Struct, frozen=True):
    """The outcome of one function. ``down_hours`` is the usual case, ``range`` its low, usual and high end; ``via``
    names the fallbacks that took over, ``remains`` the other providers that carry it; ``assessed`` false: it may be
    worse. ``time_to_impact``: hours from the first loss until the first users, usually users, and the last users notice
    it; None if nothing is lost. ``places``: of an answer about several places, those where as much is lost, if these
    are not all. ``declared_hours``: the hours down in the usual case if the recoveries hold that the owner declares and
    has tested; left out where they save nothing. ``already``: it does not work now, before anything of this."""

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
    time_to_impact: Hours | None = None
    already: bool = False
    declared_hours: float | UnsetType = UNSET
    places: tuple[str, ...] | UnsetType = UNSET


class PlaceOutcome(Struct, frozen=True):
    """What happens in one place of merged evidence."""

    vantage: str
    summary: str
    functions: tuple[FunctionOutcome, ...]


class Standby(Struct, frozen=True):
    """A fallback of the site under this scenario. ``ready_at_hours`` None: it does not help here, or, with ``needed``
    false, nothing that it backs up has failed. ``id``: as declared; ``name``: the provider's, for people."""

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
    """A provider that cannot take over. ``event``: the refusal, if that is the reason."""

    provider: str
    reason: str
    event: str = ""
    certainty: str = ""


class WhatIf(Struct, frozen=True):
    """The whole answer. ``first_loss``, ``shortest_notice_hours`` and ``longest_loss`` are for the last line;
    ``names``: the names of companies and products, by id. ``places``: on merged evidence, the outcome in each place,
    the worst first; ``functions`` are then those of the place where each is down longest. ``recoveries``: what the
    owner declares of his recovery."""

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
    places: tuple[PlaceOutcome, ...] | UnsetType = UNSET
    recoveries: tuple[RecoveryNote, ...] | UnsetType = UNSET


class MatrixRow(Struct, frozen=True):
    """One scenario: usual hours down by function id; None: not assessed. ``applies`` false: none of its events
    binds. ``declared_hours``: by function id, the hours if declared recoveries hold, where these save some."""

    scenario: str
    title: str
    applies: bool
    down_hours: dict[str, float | None]
    declared_hours: dict[str, float] | UnsetType = UNSET


class Matrix(Struct, frozen=True):
    """Every scenario over one site (``whatif --all``)."""

    schema: Literal["hostaudit.matrix/1"]
    target: Target
    run: Run
    functions: tuple[str, ...]
    rows: tuple[MatrixRow, ...]
    not_assessed: tuple[NotAssessed, ...]
    recoveries: tuple[RecoveryNote, ...] | UnsetType = UNSET


class Candidate(Struct, frozen=True):
    """A provider that could replace a single point of failure, or could not: ``independent`` with the reasons.
    ``usual``: it is well known in this role. ``history``: its refusals in the recorded scenarios. ``upstream``: whether
    the catalogue states on which products of others it rests; *not stated* is not that it rests on none."""

    provider: str
    name: str
    parent: str
    jurisdiction: str | None
    independent: bool
    reasons: tuple[str, ...]
    usual: bool = False
    history: tuple[str, ...] = ()
    upstream: Literal["stated", "not stated"] | UnsetType = UNSET


class Gap(Struct, frozen=True):
    """One single point of failure in one role, and the candidates that could replace it. ``own``: it is guessed to be
    the owner of the site himself, who needs no replacement; what he declares as his own is no gap. ``places``: of
    merged evidence, the places in which it is one, if these are not all."""

    parent: str
    name: str
    role: str
    functions: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    own: OwnGround | UnsetType = UNSET
    places: tuple[str, ...] | UnsetType = UNSET


class Fallbacks(Struct, frozen=True):
    """The document of ``hostaudit fallbacks`` (``hostaudit.fallbacks/1``). ``parents`` and ``jurisdictions`` are those
    that the site depends on already; ``recoveries``: what the owner declares of his recovery."""

    schema: Literal["hostaudit.fallbacks/1"]
    target: Target
    run: Run
    parents: tuple[str, ...]
    jurisdictions: tuple[str, ...]
    gaps: tuple[Gap, ...]
    recoveries: tuple[RecoveryNote, ...] | UnsetType = UNSET
