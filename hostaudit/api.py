"""The Python interface, which the command line uses too. Every name is an attribute of the package ``hostaudit``.

    import hostaudit
    report = hostaudit.scan("example.com")
    print(report.summary)

Looking needs the network; everything else is a pure function of evidence, rules and options. Nothing here prints,
installs a signal handler, or ends the process. Results are the documents of ``hostaudit.model``, which are immutable.
Errors are ``HostauditError``: ``UsageError`` for an invalid argument, ``DocumentError`` for an invalid document.
Failures of the network are never errors: a missing answer is a value in the evidence. docs/api.md has an example for
each name.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from hostaudit.errors import DocumentError, UsageError

if TYPE_CHECKING:
    import asyncio
    from datetime import date

    from hostaudit.documents.site_file import Loaded
    from hostaudit.model.checks import Criteria
    from hostaudit.model.comparison import Comparison
    from hostaudit.model.effects import Effects
    from hostaudit.model.evidence import EvidenceFile, Target
    from hostaudit.model.policy import EffectivePolicy
    from hostaudit.model.report import Report
    from hostaudit.model.scenario import Scenario
    from hostaudit.model.site import Site
    from hostaudit.model.whatif import Fallbacks, Matrix, WhatIf
    from hostaudit.observe.look import LookOptions, Progress

T = TypeVar("T")

KINDS = ("parent", "provider", "account", "asn", "prefix", "tld", "region", "jurisdiction", "control_plane")
"""Kinds of failure domain that ``whatif`` can drop."""

BINDINGS = ("role", "literal")
"""Bindings of a scenario's events to a site; see ``whatif``."""


# -- looking ----------------------------------------------------------------------------------------------


def look(
    domain: str,
    *,
    hosts: Iterable[str] = (),
    site: Site | None = None,
    options: LookOptions | None = None,
    progress: Progress | None = None,
) -> EvidenceFile:
    """Look at a site over the network and return the evidence; ends within ``options.deadline`` seconds (usually 45).

    ``domain``: a domain or URL. ``hosts``: further host names of the site to look at. ``site``: the owner's declaration
    (``read_site``), whose hosts and fallbacks are looked at too. ``progress``: called five times a second with the
    number of questions answered and under way. Raises ``UsageError`` for an invalid domain, and inside a running
    event loop, where ``alook`` has to be awaited.
    """
    return _run("look", lambda: alook(domain, hosts=hosts, site=site, options=options, progress=progress))


async def alook(
    domain: str,
    *,
    hosts: Iterable[str] = (),
    site: Site | None = None,
    options: LookOptions | None = None,
    progress: Progress | None = None,
) -> EvidenceFile:
    """Do the same as ``look``, to be awaited in a running event loop."""
    from hostaudit import audit
    from hostaudit.domain import parse
    from hostaudit.observe.look import LookOptions

    target = parse(domain, (*hosts, *(site.hosts if site is not None else ())))
    return await audit.look(target, options or LookOptions(), progress, site=site)


def scan(
    domain: str,
    *,
    hosts: Iterable[str] = (),
    site: Site | None = None,
    criteria: Criteria | None = None,
    options: LookOptions | None = None,
    progress: Progress | None = None,
) -> Report:
    """Look at a site over the network and return the report: ``look``, then ``analyse``. Raises the errors of both."""
    return analyse(look(domain, hosts=hosts, site=site, options=options, progress=progress), criteria=criteria)


async def ascan(
    domain: str,
    *,
    hosts: Iterable[str] = (),
    site: Site | None = None,
    criteria: Criteria | None = None,
    options: LookOptions | None = None,
    progress: Progress | None = None,
) -> Report:
    """Do the same as ``scan``, to be awaited in a running event loop. The analysis, some 40 ms of processor time (0.3 s
    for the first), runs in a thread and does not block the loop."""
    import asyncio

    evidence = await alook(domain, hosts=hosts, site=site, options=options, progress=progress)
    return await asyncio.to_thread(analyse, evidence, criteria=criteria)


@dataclass(frozen=True)
class SiteReport:
    """The result of ``scan_many`` for a scanned site. ``domain``: in A-labels, as in ``report.target.domain``."""

    domain: str
    report: Report


@dataclass(frozen=True)
class SiteFailure:
    """The result of ``scan_many`` for a site without a report. ``domain``: as given by the caller; ``message``: that
    the name is no domain, or a defect of hostaudit. Both may contain text from outside."""

    domain: str
    message: str


async def scan_many(
    domains: Iterable[str],
    *,
    jobs: int = 24,
    sites: Mapping[str, Site] | None = None,
    criteria: Mapping[str, Criteria] | None = None,
    options: LookOptions | None = None,
    stop: asyncio.Event | None = None,
) -> AsyncGenerator[SiteReport | SiteFailure, None]:
    """Scan many sites and yield a result for each, in the order in which they end; a domain named twice is scanned
    once.

    ``jobs``: sites under way at a time, 1 to 256. ``sites`` and ``criteria``: declarations and demands by domain in
    A-labels. ``stop``: after it is set, no further site is begun. Questions to providers and registries that several
    sites share are asked once. A second process judges; it ends with the generator. A caller that leaves the
    ``async for`` early must close the generator (``contextlib.aclosing``), which cancels the sites under way. Raises
    ``UsageError`` for an invalid number of jobs; no site causes an error.
    """
    from contextlib import aclosing

    import msgspec

    from hostaudit.audit.batch.loop import Order, Stop, scan_sites
    from hostaudit.model.report import Report
    from hostaudit.observe.look import LookOptions

    order = Order(options or LookOptions(), jobs, sites or {}, criteria or {})
    refused: list[SiteFailure] = []
    async with aclosing(scan_sites(_targets(domains, refused), order, Stop(stop))) as records:
        async for record in records:
            if record.judged is None:
                yield SiteFailure(record.domain, record.failure)
            else:
                yield SiteReport(record.domain, msgspec.json.decode(record.judged.line, type=Report))
            while refused:
                yield refused.pop(0)
    for each in refused:
        yield each


def _targets(domains: Iterable[str], refused: list[SiteFailure]) -> Iterator[Target]:
    """Yield each domain once; an invalid name is added to ``refused``."""
    from hostaudit.domain import parse

    begun: set[str] = set()
    for each in domains:
        try:
            target = parse(each)
        except UsageError as error:
            refused.append(SiteFailure(each, error.message))
            continue
        if target.domain not in begun:
            begun.add(target.domain)
            yield target


def _run(name: str, begin: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine to its end in a loop of its own.

    ``asyncio.run`` would replace the handler of SIGINT while it runs; here Ctrl-C raises ``KeyboardInterrupt`` as in
    any other call, and closing the runner cancels what is under way.
    """
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        with asyncio.Runner() as runner:
            return runner.get_loop().run_until_complete(begin())
    raise UsageError(f"{name}() cannot wait inside a running event loop", f"there: await hostaudit.a{name}(...)")


# -- places -----------------------------------------------------------------------------------------------


def merge(looks: Iterable[EvidenceFile] | Mapping[str, EvidenceFile]) -> EvidenceFile:
    """Return one evidence of looks at one site from several places, side by side; ``analyse`` and all other functions
    take it. The worst place decides, as redundancy counts within one place only.

    ``looks``: evidence by the name of its place, or evidence taken with ``LookOptions(vantage=...)``; merged evidence
    brings all of its own looks. Raises ``UsageError`` for fewer than two looks, different sites, a place named twice or
    not at all, and different declarations.
    """
    from hostaudit.documents import places

    return places.merge(looks)


# -- analysing --------------------------------------------------------------------------------------------


def analyse(
    evidence: EvidenceFile, *, criteria: Criteria | None = None, day: date | None = None, with_graph: bool = False
) -> Report:
    """Return the report on evidence, without network; equal evidence gives an equal report.

    ``criteria``: the demands (``Criteria(policy=read_policy(...), fail_on="high")``); without it the verdict is
    *not_judged*, or *inconclusive* where name resolution or hosting is unknown. ``day``: of judging, in UTC, by which
    exceptions end; default: the day on which the evidence was taken. ``with_graph``: ``report.graph`` is the fault tree
    from which the report was computed. Raises ``UsageError`` for an unknown scenario in the policy.
    """
    from hostaudit import audit
    from hostaudit.documents import rules

    return audit.analyse(evidence, rules.shipped(), criteria, day, with_graph=with_graph)


def whatif(
    evidence: EvidenceFile,
    *,
    drop: str | Iterable[str] = (),
    kind: str = "",
    notice_hours: float = 0.0,
    scenario: str | Scenario | None = None,
    actors: Mapping[str, str] | None = None,
    binding: str = "",
) -> WhatIf:
    """Return the functions of a site that stop if providers end service, or if a recorded incident happens to it.

    Give either ``drop``: ids of failure domains that end service together, such as ``amazon`` or ``AS16509``, with
    ``notice_hours`` hours of notice; ``kind`` is the kind of the ids (one of ``parent``, ``provider``, ``account``,
    ``asn``, ``prefix``, ``tld``, ``region``, ``jurisdiction``, ``control_plane``) if it is ambiguous. Or give
    ``scenario``: its id, such as ``parler-2021``, or a scenario; ``actors`` maps its actors to providers of the site,
    and ``binding`` (``role`` or ``literal``) overrides the binding of its events to providers. Times in the answer are
    hours from the first event. Raises ``UsageError`` for an unknown id, and unless exactly one of the two is given.
    """
    from hostaudit.audit import places
    from hostaudit.documents import rules
    from hostaudit.documents import scenarios as library

    dropped = (drop,) if isinstance(drop, str) else tuple(drop)
    if bool(dropped) == (scenario is not None):
        raise UsageError("whatif takes either drop or scenario", "ask one question at a time")
    if scenario is not None and (kind or notice_hours):
        raise UsageError("kind and notice_hours go with drop", "leave them out")
    if scenario is None and (actors or binding):
        raise UsageError("actors and binding go with scenario", "leave them out")
    for name, given, allowed in (("kind", kind, KINDS), ("binding", binding, BINDINGS)):
        if given and given not in allowed:
            raise UsageError(f"{name} {given} is not known", f"give one of: {', '.join(allowed)}")
    if not 0 <= notice_hours < float("inf"):
        raise UsageError(f"notice_hours is {notice_hours}", "give hours, 0 or more")
    if scenario is None:
        return places.drop(evidence, rules.shipped(), dropped, kind=kind, notice=notice_hours)
    recorded = library.find(scenario) if isinstance(scenario, str) else scenario
    return places.replayed(evidence, rules.shipped(), recorded, actors, binding)


def scenarios() -> tuple[Scenario, ...]:
    """Return the recorded incidents that are shipped with hostaudit, by id; each names its sources."""
    from hostaudit.documents import scenarios as library

    return library.load()


def matrix(evidence: EvidenceFile) -> Matrix:
    """Replay every recorded scenario at one site: the hours down of each function in the usual case, None if not
    assessed."""
    from hostaudit.audit import places
    from hostaudit.documents import rules

    return places.matrix(evidence, rules.shipped(), scenarios())


def effects(evidence: EvidenceFile, report: Report | None = None) -> Effects | None:
    """Return what falls at a site with each company, with pairs of them and in every recorded incident: what
    ``encode_report(report, "html", effects)`` draws. It takes a few seconds. ``report``: of the same evidence; the
    pairs in its cut sets are computed first, since a large site has more pairs than are computed. None for
    merged evidence of several places, which may differ in what falls."""
    from hostaudit import audit
    from hostaudit.analysis.whatif.effects import effects_of
    from hostaudit.documents import rules

    if evidence.looks:
        return None
    pairs = [each.members for each in report.cut_sets if each.kind == "parent"] if report is not None else []
    return effects_of(audit.understand(evidence, rules.shipped()), scenarios(), pairs)


def fallbacks(evidence: EvidenceFile, *, jurisdiction: bool = False) -> Fallbacks:
    """Return, for each company that stops a function alone, the providers that could replace it, and those that could
    not, with the reasons. ``jurisdiction``: a country that the site depends on already counts as shared too."""
    from hostaudit.audit import places
    from hostaudit.documents import rules

    return places.fallbacks(evidence, rules.shipped(), scenarios(), jurisdiction=jurisdiction)


def compare(first: Report, second: Report) -> Comparison:
    """Return two sites side by side: class, score, the longest outage of each function that one company can cause, the
    companies that end only one of them alone, and those on which both rest."""
    from hostaudit.analysis.compare import compare as side_by_side

    return side_by_side(first, second)


def known_failures(report: Report) -> frozenset[str]:
    """Return the fingerprints of all failures in an earlier report, for ``Criteria(baseline=...)``: then only new
    failures count."""
    from hostaudit.policy import verdict

    return verdict.known_failures(report)


# -- documents --------------------------------------------------------------------------------------------


def read_evidence(source: bytes | str | os.PathLike[str]) -> EvidenceFile:
    """Return the evidence of a file (``hostaudit.evidence/1``), or of its bytes. It may come from anybody. Raises
    ``DocumentError`` with the defect and its place."""
    from hostaudit.documents import evidence_file

    if isinstance(source, bytes):
        return evidence_file.decode_evidence(source, "the document")
    return evidence_file.read_evidence(_path(source))


def encode_evidence(evidence: EvidenceFile) -> bytes:
    """Return the evidence as ``write_evidence`` saves it: JSON in UTF-8."""
    from hostaudit.documents import evidence_file

    return evidence_file.encode_evidence(evidence)


def write_evidence(evidence: EvidenceFile, path: str | os.PathLike[str]) -> None:
    """Save evidence in a file, whole or not at all. Raises ``UsageError`` if the file cannot be written."""
    _write(path, encode_evidence(evidence))


def read_report(source: bytes | str | os.PathLike[str]) -> Report:
    """Return the report of a JSON file (``hostaudit.report/1``), or of its bytes. Raises ``DocumentError``."""
    from hostaudit.documents import evidence_file
    from hostaudit.model.report import Report

    if isinstance(source, bytes):
        found = evidence_file.decode_report(source, "the document")
    else:
        found = evidence_file.read_report(_path(source))
    if not isinstance(found, Report):
        raise DocumentError("the document is evidence, not a report", "read it with read_evidence, then analyse it")
    return found


def encode_report(
    report: Report,
    format: str = "json",  # noqa: A002 - as the option of the command
    effects: Effects | None = None,
) -> bytes:
    """Return the report as ``write_report`` saves it: one of the formats of ``hostaudit analyse --format``, in UTF-8.
    ``effects``: of the same evidence, for formats that draw. Raises ``UsageError`` for an unknown format."""
    from hostaudit import report as formats

    if format not in formats.names():
        raise UsageError(f"format {format} is not known", f"give one of: {', '.join(formats.names())}")
    computed = (lambda: effects) if effects is not None else None
    return formats.drawn(formats.load(format), report, formats.Style(), computed).encode("utf-8")


def write_report(
    report: Report,
    path: str | os.PathLike[str],
    format: str = "json",  # noqa: A002 - as the option of the command
    effects: Effects | None = None,
) -> None:
    """Save a report in a file as ``encode_report`` gives it, whole or not at all. Raises ``UsageError`` for an unknown
    format, and if the file cannot be written."""
    _write(path, encode_report(report, format, effects))


def read_site(path: str | os.PathLike[str], domain: str) -> Site | None:
    """Return the declaration of a site in a YAML file (``hostaudit.yaml``), None if the file declares nothing for the
    domain. Raises ``UsageError`` with line and column for an invalid file."""
    from hostaudit.documents import site_file
    from hostaudit.domain import parse

    return site_file.site_of(_declarations(path).content, parse(domain).domain)


def read_policy(path: str | os.PathLike[str], domain: str) -> EffectivePolicy:
    """Return the demands of a YAML file (``hostaudit.yaml``) on a domain, including its presets. ``stated`` is false if
    it demands nothing. Raises ``UsageError`` with line and column for an invalid file."""
    from hostaudit.documents import rules
    from hostaudit.domain import parse
    from hostaudit.policy import effective

    return effective.effective(_declarations(path), parse(domain).domain, rules.shipped().presets)


def _declarations(path: str | os.PathLike[str]) -> Loaded:
    from pathlib import Path

    from hostaudit.documents import rules, site_file

    shipped = rules.shipped()
    return site_file.load_by(Path(path), shipped, site_file.world(shipped))


def _path(path: str | os.PathLike[str]) -> str:
    """Return a path as text; ``-``, which is standard input on the command line, is a file here."""
    text = os.fspath(path)
    return f"./{text}" if text == "-" else text


def _write(path: str | os.PathLike[str], data: bytes) -> None:
    from pathlib import Path

    from hostaudit.files import write_atomically

    write_atomically(Path(path), data)
