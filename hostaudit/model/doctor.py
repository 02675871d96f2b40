"""Whether this machine can see what a scan asks for: the document of ``hostaudit doctor`` (``hostaudit.doctor/1``)."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

DOCTOR_SCHEMA: Literal["hostaudit.doctor/1"] = "hostaudit.doctor/1"

CheckState = Literal["ok", "warn", "fail", "unknown"]
"""*warn*: worth knowing, a scan misses nothing by it; *fail*: a scan from here leaves facts unknown; *unknown*: nobody
could find out."""


class CheckUp(Struct, frozen=True):
    """One thing that was tried. ``found``: what came of it; ``means``: what a scan from here lacks; ``next``: what to
    do about it."""

    id: str
    state: CheckState
    found: str
    means: str = ""
    next: str = ""


class Doctor(Struct, frozen=True):
    """Everything that was tried, at ``at`` (UTC by the clock of this machine)."""

    schema: Literal["hostaudit.doctor/1"]
    at: str
    checks: tuple[CheckUp, ...]
