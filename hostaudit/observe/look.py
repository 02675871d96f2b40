"""The observation of one site: all questions of a scan, over the network, within a deadline."""

from __future__ import annotations

import asyncio
import ipaddress
import math
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from hostaudit import __version__, domain
from hostaudit.errors import OptionError, UsageError
from hostaudit.model.evidence import EVIDENCE_SCHEMA, UNNAMED, EvidenceFile, EvidenceRun, Target, is_vantage
from hostaudit.model.site import Site

if TYPE_CHECKING:
    from hostaudit.observe.net.limits import Ports
    from hostaudit.observe.net.run_shared import Common
    from hostaudit.observe.probes import Scan

USUAL_DEPTH = 3
DEPTHS = range(7)
"""The number of name-server host names in a path: 0 means only the site's own zones; beyond 6 a path adds little."""

MOST_GREETINGS = 40
"""The most addresses of mail exchangers that a scan asks."""

LONGEST_TIME = 3600.0
"""Seconds; the longest timeout or deadline that is accepted."""

MOST_DECLARED = 64
"""Declared names and fallbacks for which a scan raises its limits; the deadline limits the scan in any case."""

HEAD_START = 0.1
"""Seconds for the first requests alone, before other modules are loaded at the same time."""

REDRAW = 0.2
"""Seconds between two updates of the progress."""

Progress = Callable[[int, int], None]
"""Called with the numbers of questions that are answered and in progress."""


@dataclass(frozen=True)
class LookOptions:
    """The options of a scan. Raises ``UsageError`` for an invalid value.

    resolver        IP addresses of the resolvers to ask, with :PORT if it is not 53; empty: those of the system
    ca_bundle       a PEM file of the certification authorities to trust; None: those of the system
    timeout         seconds for one question, above 0, at most 3600
    deadline        seconds for the whole site, above 0, at most 3600
    depth           the number of name-server host names that are followed in sequence, 0 to 6
    no_http         ask DNS and registries only
    smtp            ask each mail exchanger of the site for its greeting; many networks let nobody out to port 25
    no_third_party  ask only the site and the DNS, no registry, app store or address service
    allow_private   address ranges (CIDR) to which connections are allowed although they are private or special
    vantage         the name of this place, for ``merge``: letters, digits, dots, hyphens, underscores
    debug, warn     called with a line of text for each question, and for each problem of a table on this machine;
                    the text comes from outside and must be escaped before it is printed
    ports           ports that replace the usual ones; for tests on the loopback interface
    """

    resolver: tuple[str, ...] = ()
    ca_bundle: Path | None = None
    timeout: float = 5.0
    deadline: float = 45.0
    no_http: bool = False
    no_third_party: bool = False
    allow_private: tuple[str, ...] = ()
    debug: Callable[[str], None] | None = None
    ports: Ports | None = None
    depth: int = USUAL_DEPTH
    smtp: bool = False
    warn: Callable[[str], None] | None = None
    vantage: str = UNNAMED

    def __post_init__(self) -> None:
        if self.depth not in DEPTHS:
            raise OptionError("depth", f"is {self.depth}", f"give a whole number from 0 to {DEPTHS[-1]}")
        if not is_vantage(self.vantage):
            hint = "give letters, digits, dots, hyphens and underscores, at most 40, such as tokyo or eu-west-1"
            raise OptionError("vantage", f"is {self.vantage[:60]!r}", hint)
        for name, seconds in (("timeout", self.timeout), ("deadline", self.deadline)):
            if not (math.isfinite(seconds) and 0 < seconds <= LONGEST_TIME):
                hint = f"give a number of seconds above 0, at most {LONGEST_TIME:.0f}"
                raise OptionError(name, f"is {seconds}", hint)
        try:
            for block in self.allow_private:
                ipaddress.ip_network(block)
        except ValueError as error:
            raise UsageError(f"allow_private: {error}", "give a range such as 10.0.0.0/8 or fd00::/8") from None

    @property
    def chosen(self) -> tuple[str, ...]:
        """The options that make the evidence narrower or wider than usual, with their names in the evidence file."""
        rows = (
            ("no-http", self.no_http),
            ("no-third-party", self.no_third_party),
            (f"depth={self.depth}", self.depth != USUAL_DEPTH),
            ("smtp", self.smtp),
        )
        return tuple(name for name, on in rows if on)


def shared_by_many() -> Common:
    """The answers, limits and connections that the scans of many sites share; see ``look``.

    Make and close it (``async with``) in the event loop of the scans.
    """
    from hostaudit.observe.net.run_shared import Common

    return Common.of_many()


async def look(
    target: Target,
    options: LookOptions,
    progress: Progress | None = None,
    site: Site | None = None,
    common: Common | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> EvidenceFile:
    """Ask everything about a target, and about the fallbacks that its owner declares (``site``, names in A-labels).

    With ``common``, the answers of providers, registries and services to other sites of the run are used again.
    ``meanwhile`` is called once in a thread, as soon as the first requests are sent. Network failures raise no
    exception. Ends within the deadline.
    """
    from hostaudit.observe import contradictions
    from hostaudit.observe.net.limits import Limits
    from hostaudit.observe.net.live import LiveNet
    from hostaudit.observe.probes import Scan, load

    started = _now()
    declared = len(site.spare_names) + len(site.fallbacks) if site is not None else 0
    limits = Limits(timeout=options.timeout, deadline=options.deadline).with_declared(min(declared, MOST_DECLARED))
    limits = limits.with_greetings(MOST_GREETINGS) if options.smtp else limits
    async with LiveNet(
        limits,
        resolver=options.resolver,
        ca_bundle=options.ca_bundle,
        allow_private=tuple(ipaddress.ip_network(block) for block in options.allow_private),
        no_http=options.no_http,
        no_third_party=options.no_third_party,
        debug=options.debug,
        warn=options.warn,
        ports=options.ports,
        common=common,
    ) as net:
        scan = Scan(target, net, domain.registrable, site=site, deepest=options.depth, smtp=options.smtp)
        beside = [asyncio.create_task(each) for each in _beside(scan, progress, meanwhile)]
        try:
            evidence = contradictions.settled(await scan.run(load()))
        finally:
            for each in beside:
                each.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
        run = EvidenceRun(
            started=started,
            finished=_now(),
            resolver=net.resolver,
            vantage=options.vantage,
            tool_version=__version__,
            options=options.chosen,
            data=net.data | {"public-suffix-list": domain.data_version()},
            defects=net.defects or UNSET,
        )
    return EvidenceFile(EVIDENCE_SCHEMA, target, run, evidence, site)


def _beside(
    scan: Scan, progress: Progress | None, meanwhile: Callable[[], None] | None
) -> Iterator[Coroutine[Any, Any, None]]:
    """The work that runs concurrently with the questions."""
    if progress is not None:
        yield _report_progress(scan, progress)
    if meanwhile is not None:
        yield _after_head_start(meanwhile)


async def _after_head_start(meanwhile: Callable[[], None]) -> None:
    await asyncio.sleep(HEAD_START)
    await asyncio.to_thread(meanwhile)


async def _report_progress(scan: Scan, progress: Progress) -> None:
    while True:
        progress(len(scan.seen), scan.under_way)
        await asyncio.sleep(REDRAW)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
