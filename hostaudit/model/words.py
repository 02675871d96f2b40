"""Functions, fallbacks, lengths of time and lists in words, for the summary of a report and for every format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from hostaudit.model.roles import FUNCTIONS, HOST, kind_of_function

if TYPE_CHECKING:
    from hostaudit.model.report import Hours
    from hostaudit.model.site import FallbackId


def function(identity: str) -> str:
    """Return a function in words for people; a host that the user named is its own name."""
    row = FUNCTIONS.get(identity)
    return row.words if row is not None else identity.removeprefix(HOST)


def short_function(identity: str) -> str:
    """Return a function in the words of a narrow column; of a host that the user named its first label."""
    row = FUNCTIONS.get(identity)
    if row is not None:
        return row.head
    name = function(identity)
    return name.partition(".")[0] if kind_of_function(identity) == "web" else name


def fallback(declared: FallbackId, names: Mapping[str, str] | None = None) -> str:
    """Return a declared fallback in words for people: ``the spare name example.net``, ``OVHcloud (192.0.2.80)``.
    ``names``: the names of providers, by id."""
    if declared.is_spare_name:
        return f"the spare name {declared.proof}"
    called = (names or {}).get(declared.provider, declared.provider) or declared.role
    return f"{called} ({declared.proof})" if declared.proof else called


def standing_by(declared: FallbackId, name: str) -> str:
    """Return a fallback for a list, with the provider's name: ``OVHcloud (192.0.2.80)``, ``example.net (Gandi)``."""
    if declared.is_spare_name:
        return f"{declared.proof} ({name})" if name else declared.proof
    return f"{name} ({declared.proof})" if declared.proof else name


def duration(hours: float) -> str:
    """Return a length of time in a suitable unit: ``10 minutes``, ``29 hours``, ``15 days``."""
    return " ".join(_scaled(hours))


def span(hours: Hours) -> str:
    """Return a duration as ``15 days (2 to 42 days)``: the usual length, then the range, unless both ends are equal."""
    low, high = _scaled(hours.low), _scaled(hours.high)
    if low == high:
        return duration(hours.usual)
    least = low[0] if low[1] == high[1] else " ".join(low)
    return f"{duration(hours.usual)} ({least} to {' '.join(high)})"


AT_ONCE = 0.02
"""Hours below which an effect comes at once, as people feel it: about a minute."""


def onset(begins: Hours, lasts: Hours) -> str:
    """Return when users notice a loss that lasts for some hours: ``at once``, or ``first users at once, nearly all
    within 2 days``, since a cache holds what is left of a TTL. What ends before the caches do spares some users."""
    if begins.high < AT_ONCE:
        return "at once"
    if begins.low == begins.high:
        return f"noticed after {duration(begins.low)}"
    first = "first users at once" if begins.low < AT_ONCE else f"first users after {duration(begins.low)}"
    if lasts.high < begins.high:
        return f"{first}, others spared by caches that last up to {duration(begins.high)}"
    return f"{first}, nearly all within {duration(begins.high)}"


def loss(begins: Hours, lasts: Hours) -> str:
    """Return when users notice a loss, and when it ends, counted from the loss: ``at once; back after about 15 days (2
    to 42 days)``, or ``first users at once, nearly all within 2 days; back after about 5 days (18 minutes to 7
    days)``. What is back before users notice is told as that."""
    if begins.low == begins.high > lasts.high:
        return f"back after about {span(lasts)}, before anybody notices ({duration(begins.low)})"
    return f"{onset(begins, lasts)}; back after about {span(lasts)}"


def listed(words: Sequence[str]) -> str:
    """Return words as a list: ``a, b and c``."""
    return " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else "".join(words)


def few(words: Sequence[object], most: int = 3) -> str:
    """Return the first words of a list and the number of further ones."""
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
