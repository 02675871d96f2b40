"""Functions, fallbacks, lengths of time and lists in words, for the summary of a report and for every format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from hostaudit.model.roles import FUNCTIONS, HOST

if TYPE_CHECKING:
    from hostaudit.model.report import Hours
    from hostaudit.model.site import FallbackId


def function(identity: str) -> str:
    """A function in a person's words; a host that the user named stands for itself."""
    row = FUNCTIONS.get(identity)
    return row.words if row is not None else identity.removeprefix(HOST)


def fallback(declared: FallbackId, names: Mapping[str, str] | None = None) -> str:
    """A declared fallback in a person's words: ``the spare name example.net``, ``OVHcloud (192.0.2.80)``. ``names``:
    what providers are called, by id."""
    if declared.is_spare_name:
        return f"the spare name {declared.proof}"
    called = (names or {}).get(declared.provider, declared.provider) or declared.role
    return f"{called} ({declared.proof})" if declared.proof else called


def standing_by(declared: FallbackId, name: str) -> str:
    """The same for a list of them, with the provider's name: ``OVHcloud (192.0.2.80)``, ``example.net (Gandi)``."""
    if declared.is_spare_name:
        return f"{declared.proof} ({name})" if name else declared.proof
    return f"{name} ({declared.proof})" if declared.proof else name


def duration(hours: float) -> str:
    """A length of time in the unit that a person would choose: ``10 minutes``, ``29 hours``, ``15 days``."""
    return " ".join(_scaled(hours))


def span(hours: Hours) -> str:
    """``15 days (2 to 42 days)``: the usual length, then the range, which is left out if it is no range."""
    low, high = _scaled(hours.low), _scaled(hours.high)
    if low == high:
        return duration(hours.usual)
    least = low[0] if low[1] == high[1] else " ".join(low)
    return f"{duration(hours.usual)} ({least} to {' '.join(high)})"


def listed(words: Sequence[str]) -> str:
    """``a, b and c``."""
    return " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else "".join(words)


def few(words: Sequence[object], most: int = 3) -> str:
    """The first words of a list and how many more there are."""
    shown = ", ".join(str(word) for word in words[:most])
    return f"{shown} and {len(words) - most} more" if len(words) > most else shown or "none"


def _scaled(hours: float) -> tuple[str, str]:
    if hours >= 24 * 730:
        return _counted(hours / 730, "month")
    if hours >= 47:
        return _counted(hours / 24, "day")
    if hours >= 1:
        return _counted(hours, "hour")
    return _counted(max(1.0, hours * 60) if hours > 0 else 0.0, "minute")


def _counted(number: float, unit: str) -> tuple[str, str]:
    return f"{number:.0f}", unit if round(number) == 1 else f"{unit}s"
