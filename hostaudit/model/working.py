"""The calculation of a score: the document of ``hostaudit explain score`` (``hostaudit.working/1``)."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from hostaudit.model.evidence import Target
from hostaudit.model.report import WorkingEnd

WORKING_SCHEMA: Literal["hostaudit.working/1"] = "hostaudit.working/1"


class Working(Struct, frozen=True):
    """``weights``, ``constants``: those of ``rules/scoring.yaml`` by name, with the reasons for them in ``reasons``.

    The ends are those of the report's score; their companies list every function that applies to the site, including
    those that lose nothing. Without a target there are no ends, only the formula.
    """

    schema: Literal["hostaudit.working/1"]
    target: Target | None
    formula: tuple[str, ...]
    weights: dict[str, float]
    constants: dict[str, float]
    ends: tuple[WorkingEnd, ...] = ()
    reasons: dict[str, str] = {}
