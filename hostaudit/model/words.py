"""How a person says a function, a length of time, a list; shared by the sentence on top and by every format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hostaudit.model.report import Hours

FUNCTIONS = {
    "resolve": "name resolution",
    "web": "web site",
    "mail_receive": "incoming mail",
    "mail_send": "outgoing mail",
    "install_ios": "new iOS installs",
    "install_android": "new Android installs",
    "renew_certificate": "certificate renewal",
}


def function(identity: str) -> str:
    """A function in a person's words; a host that the user named stands for itself."""
    return FUNCTIONS.get(identity, identity.removeprefix("web:"))


def fallback(identity: str, names: Mapping[str, str] | None = None) -> str:
    """A declared fallback in a person's words: ``the spare name example.net``, ``OVHcloud (192.0.2.80)``. ``names``:
    what providers are called, by id."""
    role, _, rest = identity.partition(":")
    if role == "spare_name":
        return f"the spare name {rest}"
    if not rest:
        return identity
    provider, _, place = rest.partition(":")
    proof = place.rpartition(":")[2] if place.count(":") == 1 else place
    called = (names or {}).get(provider, provider)
    return f"{called} ({proof})" if proof else called


def standing_by(identity: str, name: str) -> str:
    """The same for a list of them, with the provider's name: ``OVHcloud (192.0.2.80)``, ``example.net (Gandi)``."""
    role, _, rest = identity.partition(":")
    if role == "spare_name":
        return f"{rest} ({name})" if name else rest
    return name + fallback(identity).removeprefix(rest.partition(":")[0])


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


def few(words: Iterable[str], most: int = 4) -> str:
    """The first ``most`` different words and how many more there are: ``a, b, c, d and 3 more``."""
    several = list(dict.fromkeys(words))
    more = f" and {len(several) - most} more" if len(several) > most else ""
    return ", ".join(several[:most]) + more


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
