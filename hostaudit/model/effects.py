"""What falls at a site if companies end service, alone or in pairs, and in every recorded incident: what a picture of a
report shows, computed by the engine of ``whatif`` and never anew by the picture.

No published document: it goes from the analysis to the formats that draw. All hours are counted from the first loss.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from hostaudit.model.report import Effect, Hours
from hostaudit.model.whatif import Applies


class Fall(Struct, frozen=True, omit_defaults=True):
    """One function that is lost, or may be. ``down``: hours without it, low, usual and high; ``degraded_hours``: those
    with a part of it, in the usual case. ``onset``: hours until the first, usual and last users notice; None if that is
    not known. ``via``: ids of the fallbacks that took over. ``direct``: a record of the site itself puts a part of this
    function there; else it falls with what it rests on. ``assessed``: false if it may be worse."""

    function: str
    effect: Effect
    down: Hours
    degraded_hours: float = 0.0
    onset: Hours | None = None
    via: tuple[str, ...] = ()
    direct: bool = False
    assessed: bool = True
    note: str = ""

    @property
    def weight(self) -> tuple[float, float, float, float]:
        """What orders two losses of one function by their length, the longer one last."""
        return self.down.usual, self.down.high, self.down.low, self.degraded_hours


class CompanyEffect(Struct, frozen=True):
    """What falls if one company ends service without notice, in the order of the functions. ``own``: it is the owner of
    the site, who ends no contract with himself."""

    company: str
    name: str
    falls: tuple[Fall, ...]
    own: bool = False


class PairEffect(Struct, frozen=True):
    """What two companies do together, as far as it differs from the longer of their losses for each function."""

    companies: tuple[str, str]
    falls: tuple[Fall, ...]


class Stretch(Struct, frozen=True):
    """Hours in which a function is down or degraded; ``to_hours`` None: beyond the end of the clock."""

    from_hours: float
    to_hours: float | None
    state: Literal["down", "degraded"]


class IncidentEvent(Struct, frozen=True):
    """One event of an incident. ``layer`` and ``action`` as in a scenario; ``bound``: names of those whom it means at
    this site."""

    at_hours: float
    actor: str
    layer: str
    action: str
    applies: Applies
    bound: tuple[str, ...]


class IncidentFall(Struct, frozen=True):
    """One function in an incident: its hours down, and the stretches of the usual case."""

    function: str
    effect: Effect
    down: Hours
    stretches: tuple[Stretch, ...]
    assessed: bool


class IncidentEffect(Struct, frozen=True):
    """One recorded incident, replayed at this site. ``day``: on which it began, UTC. ``falls``: what is lost or may be;
    ``open``: functions of which nothing can be said."""

    scenario: str
    title: str
    day: str
    horizon_hours: float
    applies: Applies
    summary: str
    history: str
    events: tuple[IncidentEvent, ...]
    falls: tuple[IncidentFall, ...]
    open: tuple[str, ...]


class Part(Struct, frozen=True):
    """One or more alternatives of a function in one role with the same companies. ``direct``: a record of the site
    itself names them. ``certain``: it is known who is behind them and that they work."""

    role: str
    companies: tuple[str, ...]
    subjects: tuple[str, ...]
    direct: bool
    certain: bool
    standby: bool


class Rest(Struct, frozen=True):
    """What one function rests on: its ``parts``, as positions in the list of all parts, and the functions it
    ``needs``."""

    function: str
    parts: tuple[int, ...]
    needs: tuple[str, ...]


class Effects(Struct, frozen=True):
    """All of it. ``companies`` and ``incidents`` are complete; ``left_out``: the number of pairs that were not
    computed. ``horizon_hours``: an outage without end is told as this long."""

    parts: tuple[Part, ...]
    rests: tuple[Rest, ...]
    companies: tuple[CompanyEffect, ...]
    pairs: tuple[PairEffect, ...]
    reckoned: tuple[tuple[str, str], ...]
    left_out: int
    incidents: tuple[IncidentEffect, ...]
    horizon_hours: float
