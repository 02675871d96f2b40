"""What the kept runs of a site tell about its mail, for a demand on mail at a site that has none now."""

from __future__ import annotations

from pathlib import Path

from hostaudit.history import store
from hostaudit.model.changes import Snapshot
from hostaudit.model.report import RECEIVES_MAIL, RECEIVING

MOST_RUNS = 30
"""The number of kept runs that are read, the latest first."""


def mail_before(path: Path, domain: str) -> str:
    """Return the latest kept run in which a site took mail, in words; empty if none did. Raises ``UsageError`` for a
    file that cannot be read."""
    if not path.exists():
        return ""
    kept, _ = store.runs(path, domain, MOST_RUNS)
    found = next(((number, look) for number, look in reversed(kept) if _took_mail(look)), None)
    return f"run {found[0]} of {found[1].run.started[:10]} in {path}" if found is not None else ""


def _took_mail(look: Snapshot) -> bool:
    return any(
        each.sort == "function" and each.id == RECEIVES_MAIL and each.fields.get("state") in RECEIVING
        for each in look.facts
    )
