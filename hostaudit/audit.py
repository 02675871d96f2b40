"""The whole way from a target to a report, in two halves: looking, which needs the network, and thinking, which
does not. ``analyse`` over what ``look`` saved gives the same report as a scan did, byte for byte outside ``run``."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from hostaudit import __version__, domain
from hostaudit.errors import HostauditError
from hostaudit.model import (
    EVIDENCE_SCHEMA,
    EvidenceFile,
    EvidenceRun,
    Report,
    Rules,
    Run,
    Scenario,
    Site,
    Target,
    WhatIf,
)

if TYPE_CHECKING:
    from hostaudit.case import Case
    from hostaudit.catalogue import Catalogue
    from hostaudit.net.limits import Ports
    from hostaudit.probes import Scan

HEAD_START = 0.1
"""Seconds that the looking has for itself before anything else is loaded beside it."""

Progress = Callable[[int, int], None]
"""Called with the number of questions answered and under way."""


@dataclass(frozen=True)
class LookOptions:
    """How to look. Times in seconds; ``allow_private`` holds CIDR blocks that may be connected to all the same;
    ``debug`` is told every question with its ending, in text from outside that is not yet fit to print; ``ports`` are
    other than the usual only in tests."""

    resolver: tuple[str, ...] = ()
    ca_bundle: Path | None = None
    timeout: float = 5.0
    deadline: float = 45.0
    no_http: bool = False
    no_third_party: bool = False
    allow_private: tuple[str, ...] = ()
    depth: int = 3
    debug: Callable[[str], None] | None = None
    ports: Ports | None = None

    @property
    def switched_off(self) -> tuple[str, ...]:
        """What the user chose not to ask, as it stands in the evidence."""
        chosen = (("no-http", self.no_http), ("no-third-party", self.no_third_party))
        return tuple(name for name, on in chosen if on)


async def look(
    target: Target, options: LookOptions, progress: Progress | None = None, *, site: Site | None = None
) -> EvidenceFile:
    """Ask everything about a target. Never raises for what the network does; ends within the deadline."""
    from hostaudit.net.limits import Limits
    from hostaudit.net.live import LiveNet
    from hostaudit.probes import Scan, load

    started = _now()
    limits = Limits(timeout=options.timeout, deadline=options.deadline)
    async with LiveNet(
        limits,
        resolver=options.resolver,
        ca_bundle=options.ca_bundle,
        allow_private=tuple(ipaddress.ip_network(block) for block in options.allow_private),
        no_http=options.no_http,
        no_third_party=options.no_third_party,
        debug=options.debug,
        ports=options.ports,
    ) as net:
        scan = Scan(target, net, domain.registrable)
        preparing = asyncio.create_task(_prepare_soon())
        watching = asyncio.create_task(_report_progress(scan, progress)) if progress else None
        try:
            evidence = await scan.run(load())
        finally:
            if watching is not None:
                watching.cancel()
            preparing.cancel()
        run = EvidenceRun(
            started=started,
            finished=_now(),
            resolver=net.resolver,
            vantage="local",
            tool_version=__version__,
            options=options.switched_off,
        )
    return EvidenceFile(EVIDENCE_SCHEMA, target, run, evidence, site)


def analyse(file: EvidenceFile, rules: Rules) -> Report:
    """Evidence and rules to a report; pure, so that it can be repeated."""
    from hostaudit import judge

    return judge.judge(understand(file, rules))


def replay(file: EvidenceFile, rules: Rules, scenario: Scenario) -> WhatIf:
    """A recorded scenario, happening to the site of this evidence; pure as well."""
    from hostaudit import timeline

    return timeline.replay(understand(file, rules), scenario)


def understand(file: EvidenceFile, rules: Rules) -> Case:
    """Evidence and rules to what everything else is asked of."""
    from hostaudit import case

    run = Run(
        started=file.run.started,
        finished=file.run.finished,
        resolver=file.run.resolver,
        vantage=file.run.vantage,
        tool_version=__version__,
        rules_version=rules.version,
        data_versions={"public-suffix-list": domain.data_version()},
    )
    return case.understand(file, rules, _indexed(rules), run)


@cache
def shipped_rules() -> Rules:
    """The rules that come with hostaudit. Raises ``UsageError`` if their files are not as they should be."""
    from hostaudit import rules

    return rules.load()


def prepare() -> None:
    """Load what ``analyse`` will need; a failure is left to ``analyse`` to report."""
    from hostaudit import case, judge  # noqa: F401 - loading them is the point

    with contextlib.suppress(HostauditError):
        _indexed(shipped_rules())


_catalogues: dict[str, Catalogue] = {}


def _indexed(rules: Rules) -> Catalogue:
    """The catalogue of these rules; their version is a digest, so that it stands for the whole."""
    from hostaudit.catalogue import Catalogue

    if rules.version not in _catalogues:
        _catalogues[rules.version] = Catalogue(rules)
    return _catalogues[rules.version]


def encode_evidence(file: EvidenceFile) -> bytes:
    """The evidence document as it is saved."""
    return msgspec.json.format(msgspec.json.encode(file), indent=1) + b"\n"


async def _prepare_soon() -> None:
    """Load what judgement needs once the first requests are on their way, which leaves idle time."""
    await asyncio.sleep(HEAD_START)
    await asyncio.to_thread(prepare)


async def _report_progress(scan: Scan, progress: Progress) -> None:
    while True:
        progress(len(scan.seen), scan.under_way)
        await asyncio.sleep(0.2)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
