"""Two sites side by side: the document of ``hostaudit compare`` (``hostaudit.comparison/1``)."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

from hostaudit.model.report import ClassInterval, Effect, FunctionState, Run, ScoreInterval
from hostaudit.model.verdict import Verdict

COMPARISON_SCHEMA: Literal["hostaudit.comparison/1"] = "hostaudit.comparison/1"

Better = Literal["first", "second", "neither", "not_compared"]
"""*neither*: the intervals of the scores touch; *not_compared*: they were computed by different formulas or notice."""


class ComparedSite(Struct, frozen=True):
    """One of the two sites. ``class_``: none for a site without web."""

    domain: str
    run: Run
    verdict: Verdict
    score: ScoreInterval
    summary: str
    class_: ClassInterval | None = field(default=None, name="class")


class FunctionSide(Struct, frozen=True, omit_defaults=True):
    """One function of one site: its state, and the company that alone ends it for longest, with its usual hours; no
    company if none does. Companies that hold only names are left out."""

    state: FunctionState
    company: str = ""
    effect: Effect | None = None
    hours: float = 0.0


class ComparedFunction(Struct, frozen=True, omit_defaults=True):
    """One function at both sites; None at a site that has no such function."""

    id: str
    first: FunctionSide | None = None
    second: FunctionSide | None = None


class ComparedPoint(Struct, frozen=True, omit_defaults=True):
    """A company that alone ends functions of a site, other than as a registry or registrar: by site, the functions."""

    id: str
    first: tuple[str, ...] = ()
    second: tuple[str, ...] = ()


class SharedCompany(Struct, frozen=True):
    """A company on which both sites rest, so that both are hit if it fails: by site, the roles. ``name_only``: it is a
    registry or registrar only, at both."""

    id: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    name_only: bool = False


class Comparison(Struct, frozen=True):
    """The whole document. ``better``: whose score is surely higher. ``points``: those of both sites first. ``names``:
    the names of companies and products, by id. ``notes``: what limits the comparison."""

    schema: Literal["hostaudit.comparison/1"]
    first: ComparedSite
    second: ComparedSite
    better: Better
    summary: str
    functions: tuple[ComparedFunction, ...]
    points: tuple[ComparedPoint, ...]
    shared: tuple[SharedCompany, ...]
    names: dict[str, str] = {}
    notes: tuple[str, ...] = ()
