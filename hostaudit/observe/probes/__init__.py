"""Looking: each file in this folder is one probe, started as soon as the evidence that it needs exists.

A probe is a coroutine over one item of evidence (or over the target) that notes further evidence. What it notes may
start other probes, so a scan takes as long as its longest chain of questions and no stage waits for another.
Probes never judge, and never see one another.
"""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from hostaudit.model.evidence import Evidence, Target, Unknown, subject_of
from hostaudit.model.roles import STANDBYS
from hostaudit.model.site import DeclaredFallback, Site
from hostaudit.model.values import Addresses, FrontPage, Kind, Name, Subject, evidence_id, subject_text

if TYPE_CHECKING:
    from hostaudit.observe.net import DnsAnswer, Net, Outcome

T = TypeVar("T")


@dataclass
class Scan:
    """One scan under way: the target, what its owner declares, the network, and the evidence noted so far."""

    target: Target
    net: Net
    suffixes: Callable[[str], str | None]
    """The registrable name of a host (ICANN part of the Public Suffix List), None for a suffix itself."""
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    site: Site | None = None
    """What the site's owner declares, if anything."""
    deepest: int = 3
    """How many name-server host names are followed one behind the other, from the site's own zones."""
    depth: dict[str, int] = field(default_factory=dict)
    """How many name-server host names lie between the site and a zone, at the least."""
    seen: dict[str, Evidence] = field(default_factory=dict)
    _listeners: dict[str, list[Probe]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _broken: list[Evidence] = field(default_factory=list)

    def note(self, kind: Kind, subject: str | Subject, outcome: Outcome[Any]) -> Evidence:
        """Keep what became of a question; the first note for a kind and subject stands."""
        return self._keep(
            Evidence(
                id=evidence_id(kind, subject),
                kind=kind,
                subject=subject_text(subject),
                source=outcome.source,
                at=self._now(),
                value=outcome.value,
                absent=outcome.absent,
                unknown=outcome.unknown,
            )
        )

    def not_applicable(self, kind: Kind, subject: str | Subject, why: str, source: str) -> Evidence:
        """Keep that a question does not arise, such as the certificate of a host that has no address."""
        text = subject_text(subject)
        return self._keep(Evidence(evidence_id(kind, text), kind, text, source, self._now(), not_applicable=why))

    def noted(self, kind: Kind, subject: str | Subject) -> bool:
        """Whether a question was already taken up; ask before asking the network twice."""
        return evidence_id(kind, subject) in self.seen

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts looked at as the site's own: the target's, its spare names, and the one that turned out to serve
        the front page."""
        known = self._known_hosts
        return known if self.front in known else (*known, self.front)

    @property
    def front(self) -> str:
        """The host that serves the front page, as far as it is known by now; else the domain."""
        item = self.seen.get(evidence_id("front", self.target.domain))
        host = item.value.host if item is not None and isinstance(item.value, FrontPage) else ""
        return host if self.suffixes(host) is not None else self.target.domain

    @property
    def _known_hosts(self) -> tuple[str, ...]:
        spares = (each.domain for each in self.site.spare_names) if self.site else ()
        return tuple(dict.fromkeys((*self.target.hosts, *spares)))

    def brought_by(self, item: Evidence | None) -> tuple[str, ...]:
        """The hosts to look at that are new with an item: those known from the start, then the front page's."""
        if item is None:
            return self._known_hosts
        return self.hosts[len(self._known_hosts) :] if item.kind == "front" else ()

    def host_of(self, item: Evidence) -> str:
        """The host whose addresses an item holds; empty if it holds none."""
        name = subject_of(item, Name) if isinstance(item.value, Addresses) else None
        return name.name if name is not None else ""

    def declared(self, *roles: str) -> tuple[DeclaredFallback, ...]:
        """The fallbacks that the site's owner declares in these roles."""
        return tuple(each for each in self.site.fallbacks if each.role in roles) if self.site else ()

    @property
    def standbys(self) -> tuple[str, ...]:
        """The host names of declared fallbacks. They are not the site's own until they take over."""
        places = (each.server or each.host for each in self.declared(*STANDBYS))
        return tuple(dict.fromkeys(place for place in places if place))

    async def addresses(self, host: str) -> tuple[str, ...]:
        """Note both address families of a host, with the CNAME chain, and return the addresses that were found."""
        outcomes = await asyncio.gather(self._family("a", "A", host), self._family("aaaa", "AAAA", host))
        return tuple(address for found in outcomes for address in found)

    async def _family(self, kind: Kind, rdtype: str, host: str) -> tuple[str, ...]:
        item = self.note(kind, host, (await self.net.dns(host, rdtype)).map(as_addresses))
        return item.value.addresses if isinstance(item.value, Addresses) else ()

    @property
    def under_way(self) -> int:
        """Probes that have not finished."""
        return len(self._tasks)

    def _now(self) -> str:
        return self.clock().strftime("%Y-%m-%dT%H:%M:%SZ")

    def _keep(self, item: Evidence) -> Evidence:
        if item.id in self.seen:
            return self.seen[item.id]
        self.seen[item.id] = item
        for probe in self._listeners.get(item.kind, ()):
            self._start(probe, item)
        return item

    def _start(self, probe: Probe, item: Evidence | None) -> None:
        task = asyncio.ensure_future(self._guarded(probe, item))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, probe: Probe, item: Evidence | None) -> None:
        try:
            await probe.run(self, item)
        except Exception as error:
            self.net.crashed(f"probe {probe.name}", error)
            subject = item.subject if item else self.target.domain
            detail = f"{type(error).__name__} in probe {probe.name}"
            unknown = Unknown("internal_error", detail)
            self._broken += [
                Evidence(evidence_id(kind, subject), kind, subject, "hostaudit", self._now(), unknown=unknown)
                for kind in probe.gives
            ]

    async def run(self, probes: tuple[Probe, ...]) -> tuple[Evidence, ...]:
        """Run until nothing is under way. Evidence comes back in the order of its id, which is stable."""
        for probe in probes:
            for kind in probe.needs:
                self._listeners.setdefault(kind, []).append(probe)
        for probe in probes:
            if probe.at_start or not probe.needs:
                self._start(probe, None)
        while self._tasks or self._broken:
            if self._tasks:
                await asyncio.wait(tuple(self._tasks), return_when=asyncio.FIRST_COMPLETED)
                continue
            # The first note stands, so what a defect left open must not come before what others find out.
            broken, self._broken = self._broken, []
            for item in broken:
                self._keep(item)
        return tuple(sorted(self.seen.values(), key=lambda item: item.id))


@dataclass(frozen=True)
class Probe:
    """``needs``: kinds of evidence, each item of which starts ``run`` once; ``at_start``: it also runs for the target.

    ``run`` gets the scan and the item (None for the target). ``gives``: the kinds it may note.
    """

    name: str
    needs: tuple[Kind, ...]
    gives: tuple[Kind, ...]
    run: Callable[[Scan, Evidence | None], Awaitable[None]]
    at_start: bool = False


async def together(jobs: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Run all jobs to their end and return what they gave, in order.

    A defect in one is raised only then, so that it takes nothing with it that the others find out.
    """
    endings = await asyncio.gather(*jobs, return_exceptions=True)
    for ending in endings:
        if isinstance(ending, BaseException):
            raise ending
    return [ending for ending in endings if not isinstance(ending, BaseException)]


def as_addresses(answer: DnsAnswer) -> Addresses:
    """An A or AAAA answer as evidence keeps it."""
    return Addresses(answer.chain, tuple(sorted(str(record.fields[0]) for record in answer.records)), answer.ttl)


def load() -> tuple[Probe, ...]:
    """Every probe of this folder: each module's ``PROBE``. The folder is the list."""
    modules = sorted(entry.name for entry in pkgutil.iter_modules(__path__))
    return tuple(importlib.import_module(f"{__name__}.{name}").PROBE for name in modules)
