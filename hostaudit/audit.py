"""The whole way from a target to a report, in two halves: looking, which needs the network, and thinking, which
does not. ``analyse`` over what ``look`` saved gives the same report as a scan did, byte for byte outside ``run``."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from hostaudit import __version__, domain
from hostaudit.errors import HostauditError, UsageError
from hostaudit.model.checks import Criteria
from hostaudit.model.evidence import EVIDENCE_SCHEMA, EvidenceFile, EvidenceRun, Target
from hostaudit.model.policy import POLICY_SCHEMA, EffectivePolicy, Policy
from hostaudit.model.report import Report, Run
from hostaudit.model.rules import Rules
from hostaudit.model.scenario import Scenario
from hostaudit.model.site import Site
from hostaudit.model.whatif import WhatIf
from hostaudit.model.working import Working

if TYPE_CHECKING:
    from hostaudit.analysis.catalogue.catalogue import Catalogue
    from hostaudit.analysis.site_model import SiteModel
    from hostaudit.observe.net.limits import Ports
    from hostaudit.observe.net.run_shared import Common
    from hostaudit.observe.probes import Scan

HEAD_START = 0.1
"""Seconds that the looking has for itself before anything else is loaded beside it."""

USUAL_DEPTH = 3
DEPTHS = range(7)
"""How many name-server host names may be followed: 0 means the site's own zones only, past 6 a path tells little."""

MOST_DECLARED = 64
"""Declared names and fallbacks for which a scan makes room; the deadline bounds it anyway."""

Progress = Callable[[int, int], None]
"""Called with the number of questions answered and under way."""


@dataclass(frozen=True)
class LookOptions:
    """How to look. Times in seconds; ``allow_private`` holds CIDR blocks that may be connected to all the same;
    ``depth`` is how many name-server host names are followed one behind the other (0 to 6, else ``UsageError``);
    ``debug`` is told every question with its ending, ``warn`` what is wrong with a table on this machine, both in text
    that is not yet fit to print; ``ports`` are other than the usual only in tests."""

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
    warn: Callable[[str], None] | None = None

    def __post_init__(self) -> None:
        if self.depth not in DEPTHS:
            raise UsageError(f"--depth is {self.depth}", f"give a whole number from 0 to {DEPTHS[-1]}")

    @property
    def chosen(self) -> tuple[str, ...]:
        """What the user chose to look at otherwise than usual, as it stands in the evidence."""
        depth = f"depth={self.depth}", self.depth != USUAL_DEPTH
        return tuple(
            name for name, on in (("no-http", self.no_http), ("no-third-party", self.no_third_party), depth) if on
        )


def in_common() -> Common:
    """What looks at many sites share; see ``look``. To be made and closed (``async with``) in the loop of the looks."""
    from hostaudit.observe.net.run_shared import Common

    return Common.of_many()


async def look(
    target: Target,
    options: LookOptions,
    progress: Progress | None = None,
    site: Site | None = None,
    common: Common | None = None,
) -> EvidenceFile:
    """Ask everything about a target, and about what its owner declares to stand by (``site``, names in A-labels).

    With ``common``, what another site of the run has asked of a provider, a registry or a service is not asked again.
    Never raises for what the network does; ends within the deadline.
    """
    from hostaudit.observe.net.limits import Limits
    from hostaudit.observe.net.live import LiveNet
    from hostaudit.observe.probes import Scan, load

    started = _now()
    declared = len(site.spare_names) + len(site.fallbacks) if site is not None else 0
    limits = Limits(timeout=options.timeout, deadline=options.deadline).with_declared(min(declared, MOST_DECLARED))
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
        scan = Scan(target, net, domain.registrable, site=site, deepest=options.depth)
        preparing = asyncio.create_task(_prepare_soon()) if common is None else None
        watching = asyncio.create_task(_report_progress(scan, progress)) if progress else None
        try:
            evidence = await scan.run(load())
        finally:
            if watching is not None:
                watching.cancel()
            if preparing is not None:
                preparing.cancel()
        run = EvidenceRun(
            started=started,
            finished=_now(),
            resolver=net.resolver,
            vantage="local",
            tool_version=__version__,
            options=options.chosen,
            data=net.data | {"public-suffix-list": domain.data_version()},
        )
    return EvidenceFile(EVIDENCE_SCHEMA, target, run, evidence, site)


def analyse(file: EvidenceFile, rules: Rules, criteria: Criteria | None = None, day: date | None = None) -> Report:
    """Evidence, rules and what is demanded to a report; pure, so that it can be repeated. ``day``: of judging, UTC;
    without one that on which the evidence was taken. Raises ``UsageError`` for a scenario that nobody knows."""
    from hostaudit.analysis import assess

    demanded = criteria.policy.policy if criteria is not None and criteria.policy is not None else None
    site = understand(file, rules)
    report = assess.judge(site, (demanded.notice_hours or 0.0) if demanded is not None else 0.0)
    if criteria is None and not report.findings:
        return report
    from hostaudit.policy import verdict  # only where something is asked

    if criteria is None:
        return verdict.with_codes(site, report)
    recorded = {each.scenario: _scenario(each.scenario) for each in (demanded.scenarios if demanded else ())}
    return verdict.apply_policy(site, report, criteria, day or date.fromisoformat(file.run.started[:10]), recorded)


def trials(file: EvidenceFile, rules: Rules, day: date) -> Callable[[Policy], Report]:
    """What makes a report of one site by any policy, on a day (UTC). The site is understood once for all of them."""
    from hostaudit.analysis import assess
    from hostaudit.policy import verdict

    site = understand(file, rules)
    reports: dict[float, Report] = {}

    def judged(policy: Policy) -> Report:
        notice = policy.notice_hours or 0.0
        if notice not in reports:
            reports[notice] = assess.judge(site, notice)
        recorded = {each.scenario: _scenario(each.scenario) for each in policy.scenarios}
        asked = EffectivePolicy(POLICY_SCHEMA, file.target.domain, "", 0, True, "", {}, (), policy, {}, ())
        return verdict.apply_policy(site, reports[notice], Criteria(policy=asked), day, recorded)

    return judged


def known_failures(report: Report) -> frozenset[str]:
    """The fingerprints of all that fails in an older report, as a baseline."""
    from hostaudit.policy import verdict

    return verdict.known_failures(report)


@cache
def _scenario(identity: str) -> Scenario:
    from hostaudit.documents import scenarios

    return scenarios.find(identity)


def replay(file: EvidenceFile, rules: Rules, scenario: Scenario) -> WhatIf:
    """A recorded scenario, happening to the site of this evidence; pure as well."""
    from hostaudit.analysis.whatif.replay import replay as run

    return run(understand(file, rules), scenario)


def working(report: Report | None, rules: Rules) -> Working:
    """How a score is made, and how that of a report was."""
    from hostaudit.analysis.impact import score

    return score.explained(report, rules.scoring)


def replays(scenarios: Iterable[Scenario], root: Path, rules: Rules) -> Iterator[tuple[str, str]]:
    """What history says and a replay on its victim's evidence does not: (scenario id, what differs).

    ``root`` is where the subjects' paths begin; a subject that is not there, as in an installation, is left out.
    """
    from hostaudit.analysis.whatif import replay
    from hostaudit.documents.evidence_file import read_evidence

    for scenario in scenarios:
        for expected in scenario.assert_history:
            path = root / expected.subject
            if path.is_file():
                answer = replay.replay(understand(read_evidence(str(path)), rules), scenario)
                yield from ((scenario.id, problem) for problem in replay.differences(answer, expected))


def understand(file: EvidenceFile, rules: Rules) -> SiteModel:
    """Evidence and rules to what everything else is asked of."""
    from hostaudit.analysis import site_model

    run = Run(
        started=file.run.started,
        finished=file.run.finished,
        resolver=file.run.resolver,
        vantage=file.run.vantage,
        tool_version=__version__,
        rules_version=rules.version,
        data_versions=_data_of(file.run.data or {}),
    )
    return site_model.understand(file, rules, _indexed(rules), run)


def _data_of(looked: dict[str, str]) -> dict[str, str]:
    """The dates of the data that a report rests on: those of the looking and, where names are now read by another
    list of suffixes than then, the date of that."""
    now = domain.data_version()
    then = looked.get("public-suffix-list", now)
    other = {} if then == now else {"public-suffix-list-now": now}
    return dict(sorted(({"public-suffix-list": then} | looked | other).items()))


@cache
def shipped_rules() -> Rules:
    """The rules that come with hostaudit. Raises ``UsageError`` if their files are not as they should be."""
    from hostaudit.documents import rules

    return rules.load()


def prepare() -> None:
    """Load what ``analyse`` will need; a failure is left to ``analyse`` to report."""
    from hostaudit.policy import ask, verdict  # noqa: F401 - loading them is the point

    ask.checks()

    with contextlib.suppress(HostauditError):
        _indexed(shipped_rules()).prepare()


_catalogues: dict[str, Catalogue] = {}


def _indexed(rules: Rules) -> Catalogue:
    """The catalogue of these rules; their version is a digest, so that it stands for the whole."""
    from hostaudit.analysis.catalogue.catalogue import Catalogue

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
