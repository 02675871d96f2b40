"""The probes: each module in this folder is one probe, which starts as soon as the evidence that it needs exists.

A probe is a coroutine over one item of evidence (or over the target) that records further evidence. This evidence may
start other probes, so a scan takes as long as its longest chain of questions and no stage waits for another.
Probes never judge, and never call one another.
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
from hostaudit.observe import html_tags

if TYPE_CHECKING:
    from hostaudit.observe.net import DnsAnswer, Net, Outcome

T = TypeVar("T")


@dataclass
class Scan:
    """A running scan: the target, its owner's declarations, the network, and the evidence recorded so far."""

    target: Target
    net: Net
    suffixes: Callable[[str], str | None]
    """The registrable name of a host (ICANN part of the Public Suffix List), None for a suffix itself."""
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    site: Site | None = None
    """The declarations of the site's owner, if there are any."""
    deepest: int = 3
    """The number of name-server host names that are followed in sequence from the site's own zones."""
    smtp: bool = False
    """The mail exchangers of the site are asked for their greeting."""
    depth: dict[str, int] = field(default_factory=dict)
    """By zone, the smallest number of name-server host names between the site and it."""
    seen: dict[str, Evidence] = field(default_factory=dict)
    _listeners: dict[str, list[Probe]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _broken: list[Evidence] = field(default_factory=list)

    def note(self, kind: Kind, subject: str | Subject, outcome: Outcome[Any]) -> Evidence:
        """Record the outcome of a question; only the first one for a kind and subject is kept."""
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
        """Record that a question does not apply, such as the certificate of a host that has no address."""
        text = subject_text(subject)
        return self._keep(Evidence(evidence_id(kind, text), kind, text, source, self._now(), not_applicable=why))

    def noted(self, kind: Kind, subject: str | Subject) -> bool:
        """True if a question was already recorded; check this to avoid asking the network twice."""
        return evidence_id(kind, subject) in self.seen

    @property
    def hosts(self) -> tuple[str, ...]:
        """The site's own hosts: those of the target, its spare names, the host that was found to serve the front page,
        and those that redirect there."""
        known = self._known_hosts
        return tuple(dict.fromkeys((*known, self.front, *self._on_the_way)))

    @property
    def _on_the_way(self) -> tuple[str, ...]:
        """The hosts by which redirects led to the front page."""
        item = self.seen.get(evidence_id("front", self.target.domain))
        hops = item.value.hops if item is not None and isinstance(item.value, FrontPage) else ()
        return tuple(host for hop in hops if self.suffixes(host := html_tags.host_of(hop)) is not None)

    @property
    def front(self) -> str:
        """The host that serves the front page, if it is known yet; else the domain."""
        item = self.seen.get(evidence_id("front", self.target.domain))
        host = item.value.host if item is not None and isinstance(item.value, FrontPage) else ""
        return host if self.suffixes(host) is not None else self.target.domain

    @property
    def _known_hosts(self) -> tuple[str, ...]:
        spares = (each.domain for each in self.site.spare_names) if self.site else ()
        return tuple(dict.fromkeys((*self.target.hosts, *spares)))

    def brought_by(self, item: Evidence | None) -> tuple[str, ...]:
        """The hosts that an item adds: for None those known from the start, later the host of the front page, and those
        that redirect there."""
        if item is None:
            return self._known_hosts
        return self.hosts[len(self._known_hosts) :] if item.kind == "front" else ()

    def host_of(self, item: Evidence) -> str:
        """The host whose addresses an item contains; empty if it contains none."""
        name = subject_of(item, Name) if isinstance(item.value, Addresses) else None
        return name.name if name is not None else ""

    def declared(self, *roles: str) -> tuple[DeclaredFallback, ...]:
        """The declared fallbacks in these roles."""
        return tuple(each for each in self.site.fallbacks if each.role in roles) if self.site else ()

    @property
    def standbys(self) -> tuple[str, ...]:
        """The host names of declared fallbacks. They are not the site's own, as they serve only after a failure."""
        places = (each.server or each.host for each in self.declared(*STANDBYS))
        return tuple(dict.fromkeys(place for place in places if place))

    async def addresses(self, host: str) -> tuple[str, ...]:
        """Record both address families of a host, with the CNAME chain, and return the addresses."""
        outcomes = await asyncio.gather(self._family("a", "A", host), self._family("aaaa", "AAAA", host))
        return tuple(address for found in outcomes for address in found)

    async def _family(self, kind: Kind, rdtype: str, host: str) -> tuple[str, ...]:
        item = self.note(kind, host, (await self.net.dns(host, rdtype)).map(as_addresses))
        return item.value.addresses if isinstance(item.value, Addresses) else ()

    @property
    def under_way(self) -> int:
        """The number of probes that have not finished."""
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
        """Run until all probes have finished. Returns the evidence in the order of its ids, which are stable."""
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
            # Only the first record is kept, so questions that a defect left open are recorded after all others.
            broken, self._broken = self._broken, []
            for item in broken:
                self._keep(item)
        return tuple(sorted(self.seen.values(), key=lambda item: item.id))


@dataclass(frozen=True)
class Probe:
    """``needs``: kinds of evidence, each item of which starts ``run`` once; ``at_start``: it also runs for the target.

    ``run`` gets the scan and the item (None for the target). ``gives``: the kinds of evidence that it may record.
    """

    name: str
    needs: tuple[Kind, ...]
    gives: tuple[Kind, ...]
    run: Callable[[Scan, Evidence | None], Awaitable[None]]
    at_start: bool = False


async def together(jobs: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Run all jobs to their end and return their results, in order.

    A defect in one of them is raised only at the end, so that the results of the others are not lost.
    """
    endings = await asyncio.gather(*jobs, return_exceptions=True)
    for ending in endings:
        if isinstance(ending, BaseException):
            raise ending
    return [ending for ending in endings if not isinstance(ending, BaseException)]


def as_addresses(answer: DnsAnswer) -> Addresses:
    """An A or AAAA answer in the form of evidence."""
    return Addresses(answer.chain, tuple(sorted(str(record.fields[0]) for record in answer.records)), answer.ttl)


def load() -> tuple[Probe, ...]:
    """Every probe: the ``PROBE`` of each module in this folder. There is no other list."""
    modules = sorted(entry.name for entry in pkgutil.iter_modules(__path__))
    return tuple(importlib.import_module(f"{__name__}.{name}").PROBE for name in modules)
