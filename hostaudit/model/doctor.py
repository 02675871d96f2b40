"""The check of this machine's access to what a scan needs: the document of ``hostaudit doctor``
(``hostaudit.doctor/1``)."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

DOCTOR_SCHEMA: Literal["hostaudit.doctor/1"] = "hostaudit.doctor/1"

CheckState = Literal["ok", "warn", "fail", "unknown"]
"""*warn*: of interest, but a scan misses nothing; *fail*: a scan from here leaves facts unknown; *unknown*: the check
had no result."""


class CheckUp(Struct, frozen=True):
    """One check. ``found``: its result; ``means``: what a scan from here lacks; ``next``: the action to take."""

    id: str
    state: CheckState
    found: str
    means: str = ""
    next: str = ""


class Doctor(Struct, frozen=True):
    """All checks, made at ``at`` (UTC by the clock of this machine)."""

    schema: Literal["hostaudit.doctor/1"]
    at: str
    checks: tuple[CheckUp, ...]
