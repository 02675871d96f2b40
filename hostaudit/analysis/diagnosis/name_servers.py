"""What the direct answers of name servers say: who serves the zone, who does not, and whether anybody could be asked.

| the direct answer of a server | if another one of the zone answers well | if none does |
|---|---|---|
| authoritative, without error | *answers*; *behind* or *old_copy* by its serial | |
| an error or no authority, asked twice | *lame* | see below |
| none, or the second one is missing | *silent*, *open* | *silent*, *open* |

If all of them answer with an error or without authority, the resolver decides. It answers for the zone: then something
on the way here answers port 53 itself, or they stopped serving while the resolver still has its answers in the cache;
liveness is *not_asked*. It fails too (SERVFAIL): they are *lame*. It gave no answer: *open*.

If all addresses of one family answer badly, in every zone, while the other family is served, the former are
*not_asked*: a network may meddle with one family only. If some of them gave no answer, the others are *open*.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, cast

from hostaudit import domain
from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.model import serials
from hostaudit.model.evidence import Cause, Evidence, subject_of
from hostaudit.model.values import (
    Kind,
    Name,
    NameServers,
    NewerCopy,
    SecondAnswer,
    ServerAddress,
    ServerAnswer,
    ZoneCut,
    evidence_id,
)

Standing = Literal["answers", "behind", "old_copy", "lame", "silent", "open", "not_asked"]
"""*behind*: of an older version, which may be on its way; *old_copy*: of one that should have been replaced long ago.
*open*: it answered badly, and what that means could not be established."""

Resolver = Literal["answers", "fails", "open"]
Family = Literal["IPv4", "IPv6"]

SERVING: frozenset[Standing] = frozenset({"answers", "behind"})
BROKEN: frozenset[Standing] = frozenset({"old_copy", "lame"})
DOUBTFUL: frozenset[Standing] = frozenset({"silent", "open"})

RESOLVED: tuple[Kind, ...] = ("a", "aaaa", "mx", "https", "caa", "zone")
"""Questions to the resolver whose answers show that it can resolve names of a zone."""

SILENT: frozenset[Cause] = frozenset({"timeout", "deadline", "unreachable"})
"""Causes of a question that nobody answered."""

LEAST_REFRESH = timedelta(minutes=15)
"""A shorter refresh counts as this: a transfer may take as long."""

LEAST_APART = timedelta(days=2)
"""The least time between two stated versions. Some servers add one to a serial that states a time whenever a record
changes, so that few changes look like hours."""

MANY_VERSIONS = 1_000_000
"""More versions than a zone has between two transfers."""


@dataclass(frozen=True)
class Lag:
    """How far a copy is behind: ``versions`` in serial numbers, ``time`` between the two stated ones if both state
    one."""

    serial: int
    newer: NewerCopy
    versions: int
    time: timedelta | None


@dataclass(frozen=True)
class ServerHealth:
    """What is known of one address of a name server. ``rcode``: of its last answer. ``twice``: it was asked again, and
    answered. ``lag``: for one that is behind."""

    server: ServerAddress
    standing: Standing
    because: tuple[str, ...]
    rcode: str = ""
    twice: bool = False
    lag: Lag | None = None


@dataclass(frozen=True)
class ZoneHealth:
    """The servers of one zone, in the order of their names. ``heard``: false if none could be asked from here."""

    zone: str
    servers: tuple[ServerHealth, ...]
    heard: bool = True

    @property
    def because(self) -> tuple[str, ...]:
        """All evidence on the servers."""
        return tuple(dict.fromkeys(each for server in self.servers for each in server.because))


class NameServerHealth:
    """The health of the name servers of all zones whose servers were asked. ``unheard``: the address family over which
    none could be asked from here, None usually."""

    def __init__(self, evidence: EvidenceIndex) -> None:
        asked: dict[str, list[tuple[ServerAddress, Evidence]]] = {}
        for item in evidence.of("server"):
            subject = subject_of(item, ServerAddress)
            if subject is not None:
                asked.setdefault(subject.zone, []).append((subject, item))
        self.zones = {zone: _zone_health(evidence, zone, rows) for zone, rows in asked.items()}
        doubtful = _doubtful_family(self.zones.values())
        if doubtful is not None:
            self.zones = {zone: _without_family(health, *doubtful) for zone, health in self.zones.items()}
        self.unheard = doubtful[0] if doubtful is not None and doubtful[1] == "not_asked" else None
        self._servers = {each.server: each for zone in self.zones.values() for each in zone.servers}

    def of(self, server: ServerAddress) -> ServerHealth | None:
        """The health of one address of a name server; None if it was not asked."""
        return self._servers.get(server)

    def all_lame(self, zone: str) -> bool:
        """True if every address of every name server of a zone that was asked is lame."""
        return zone in self.zones and all(each.standing == "lame" for each in self.zones[zone].servers)

    def heard(self, zone: str) -> bool:
        """False if the servers of a zone could not be asked from here."""
        return zone not in self.zones or self.zones[zone].heard


def _zone_health(evidence: EvidenceIndex, zone: str, rows: list[tuple[ServerAddress, Evidence]]) -> ZoneHealth:
    found = [_server_health(evidence, server, item) for server, item in rows]
    if any(each.standing not in ("lame", *DOUBTFUL) for each in found) or not found:
        return ZoneHealth(zone, tuple(found))
    # None answers well.
    verdict: Standing = "open"
    if all(each.standing == "lame" for each in found):
        verdicts: dict[Resolver, Standing] = {"answers": "not_asked", "fails": "lame", "open": "open"}
        verdict = verdicts[resolver_answers(evidence, zone)]
    judged = tuple(
        ServerHealth(each.server, verdict, each.because, each.rcode, each.twice) if each.standing == "lame" else each
        for each in found
    )
    return ZoneHealth(zone, judged, heard=verdict != "not_asked")


def family(address: str) -> Family:
    """The family of an address."""
    return "IPv6" if ":" in address else "IPv4"


def _doubtful_family(zones: Iterable[ZoneHealth]) -> tuple[Family, Standing] | None:
    """The address family over which nobody answers well from here while the other one is served, and how its lame
    addresses stand then: *not_asked* if all are, *open* if some gave no answer. One server may be to blame as well as
    the network, so nothing is concluded about either."""
    found: dict[Family, set[Standing]] = {"IPv4": set(), "IPv6": set()}
    for each in (server for zone in zones for server in zone.servers):
        found[family(each.server.address)].add(each.standing)
    for bad, good in (("IPv4", "IPv6"), ("IPv6", "IPv4")):
        mine, other = found[cast("Family", bad)], found[cast("Family", good)]
        if "lame" in mine and mine <= {"lame", *DOUBTFUL} and not SERVING.isdisjoint(other):
            return cast("Family", bad), "not_asked" if mine == {"lame"} else "open"
    return None


def _without_family(zone: ZoneHealth, doubtful: Family, standing: Standing) -> ZoneHealth:
    servers = tuple(
        ServerHealth(each.server, standing, each.because, each.rcode, each.twice)
        if each.standing == "lame" and family(each.server.address) == doubtful
        else each
        for each in zone.servers
    )
    return ZoneHealth(zone.zone, servers, heard=zone.heard)


def resolver_answers(evidence: EvidenceIndex, zone: str) -> Resolver:
    """Whether the resolver answers for a zone: for its NS set, or for any name in it. It fails only if it says so each
    time: a resolver that was also silent may be busy, and so may this machine."""
    item = evidence.get("nameservers", zone)
    if item is not None and isinstance(item.value, NameServers):
        return "answers"
    if any(_resolved(each, zone) for each in evidence.items.values() if each.kind in RESOLVED):
        return "answers"
    unanswered = [each for each in evidence.items.values() if each.kind in RESOLVED and _is_under(each, zone)]
    causes = {each.unknown.cause for each in (*unanswered, item) if each is not None and each.unknown is not None}
    return "fails" if _failed(item) and causes.isdisjoint(SILENT) else "open"


def _failed(item: Evidence | None) -> bool:
    return item is not None and item.unknown is not None and item.unknown.cause == "servfail"


def _is_under(item: Evidence, zone: str) -> bool:
    name = subject_of(item, Name)
    return name is not None and domain.lies_under(name.name, zone)


def _resolved(item: Evidence, zone: str) -> bool:
    if isinstance(item.value, ZoneCut):
        return item.value.zones[:1] == (zone,)
    name = subject_of(item, Name)
    answered = item.value is not None or item.absent is not None
    return answered and item.kind != "zone" and name is not None and domain.lies_under(name.name, zone)


# -- one server ---------------------------------------------------------------------------------------------------


def _server_health(evidence: EvidenceIndex, server: ServerAddress, item: Evidence) -> ServerHealth:
    """The health of one address as if another one of the zone answered well."""
    first = item.value
    if not isinstance(first, ServerAnswer):
        return ServerHealth(server, "silent", (item.id,))
    again = evidence.get("server_again", server)
    if again is None:
        return ServerHealth(server, "answers" if _good(first) else "lame", (item.id,), first.rcode)
    because: tuple[str, ...] = (item.id, again.id)
    second = again.value
    if not isinstance(second, SecondAnswer):
        return ServerHealth(server, "open", because, first.rcode)
    if not _good(first):
        return ServerHealth(server, "answers" if _good(second) else "lame", because, second.rcode, twice=True)
    lag = _lag(second, _read(again.at))
    if lag is None:
        return ServerHealth(server, "answers", because, second.rcode, twice=True)
    seen = evidence_id("server", ServerAddress(server.zone, lag.newer.nameserver, lag.newer.address))
    because = (*because, *([seen] if seen in evidence.items else []))
    standing: Standing = "old_copy" if _overdue(first, lag, _read(item.at), _read(again.at)) else "behind"
    return ServerHealth(server, standing, because, second.rcode, twice=True, lag=lag)


def _good(answer: ServerAnswer | SecondAnswer) -> bool:
    return answer.authoritative and answer.rcode == "NOERROR"


def _lag(second: SecondAnswer, now: datetime) -> Lag | None:
    """How far the copy of a second answer is behind the newest version seen; None if it is not."""
    if second.newer is None or second.serial is None or not _good(second):
        return None
    versions = serials.behind(second.serial, second.newer.serial)
    if not versions:
        return None
    old, new = (serials.published_by(each, now) for each in (second.serial, second.newer.serial))
    return Lag(second.serial, second.newer, versions, new - old if old is not None and new is not None else None)


def _overdue(first: ServerAnswer, lag: Lag, seen: datetime, now: datetime) -> bool:
    """True if a copy has been behind for longer than the refresh of its SOA, so that no transfer can be under way.

    The newer version is at least as old as its serial states, or else as this scan. False without a refresh: evidence
    of older scans has none.
    """
    known = [each for each in (first.refresh, lag.newer.refresh) if each is not None]
    if not known:
        return False
    refresh = max(timedelta(seconds=max(known)), LEAST_REFRESH)
    if now - seen > refresh:
        return True
    published = serials.published_by(lag.newer.serial, now)
    if published is None or now - published <= refresh:
        return False
    if lag.time is None:
        return lag.versions > MANY_VERSIONS
    return lag.time > max(refresh, LEAST_APART)


def _read(at: str) -> datetime:
    """The time of an item of evidence; the earliest one if it cannot be read, which proves nothing."""
    try:
        found = datetime.fromisoformat(at)
    except ValueError:
        return datetime(1970, 1, 1, tzinfo=UTC)
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def standing_of(standings: Iterable[Standing]) -> Standing | None:
    """The standing of a server by those of its addresses: the best of them; None without any."""
    order: tuple[Standing, ...] = ("answers", "behind", "not_asked", "open", "silent", "old_copy", "lame")
    return min(standings, key=order.index, default=None)
