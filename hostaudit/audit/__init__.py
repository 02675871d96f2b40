"""The pipeline of one site: ``look``, which needs the network, then ``analyse``, which does not.

``analyse`` over saved evidence gives the same report as the scan did, byte for byte outside ``run``. Many sites in one
run are ``batch``.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from msgspec import structs

from hostaudit.errors import UsageError
from hostaudit.model.checks import Before, Criteria
from hostaudit.model.evidence import EvidenceFile, Target
from hostaudit.model.report import Report
from hostaudit.model.rules import Rules
from hostaudit.model.site import Site

if TYPE_CHECKING:
    from hostaudit.analysis.site_model import SiteModel
    from hostaudit.observe.look import LookOptions, Progress
    from hostaudit.observe.net.run_shared import Common


async def look(
    target: Target,
    options: LookOptions,
    progress: Progress | None = None,
    site: Site | None = None,
    common: Common | None = None,
) -> EvidenceFile:
    """Ask all questions about a target; see ``observe.look``. For a single site (no ``common``), the modules and data
    of the analysis are loaded while answers are awaited."""
    from hostaudit.observe.look import look as observe

    return await observe(target, options, progress, site, common, prepare if common is None else None)


def understand(file: EvidenceFile, rules: Rules) -> SiteModel:
    """Return the model of a site as one look shows it, from which every question about it is answered."""
    from hostaudit.analysis import site_model
    from hostaudit.analysis.catalogue.catalogue import catalogue_of

    return site_model.understand(file, rules, catalogue_of(rules), site_model.run_of(file, rules))


def analyse(
    file: EvidenceFile,
    rules: Rules,
    criteria: Criteria | None = None,
    day: date | None = None,
    *,
    with_graph: bool = False,
) -> Report:
    """Return the report on evidence, by rules and criteria; a pure function. ``day``: of judging, UTC; default: the day
    on which the evidence was taken. ``with_graph``: with its fault tree. Raises ``UsageError`` for an unknown scenario
    in the policy."""
    day = day or date.fromisoformat(file.run.started[:10])
    if criteria is not None and criteria.before is not None:
        then = structs.replace(criteria.before.criteria, mail_before=criteria.mail_before)
        before = structs.replace(criteria.before, criteria=then)
        known = (criteria.baseline or frozenset()) | _failed_before(file, rules, before, day)
        criteria = structs.replace(criteria, baseline=known, before=None)
    if file.looks:
        from hostaudit.audit import places

        return places.analyse(file, rules, criteria, day, with_graph=with_graph)
    return judge(understand(file, rules), criteria, day, with_graph=with_graph)


def _failed_before(file: EvidenceFile, rules: Rules, before: Before, day: date) -> frozenset[str]:
    """The fingerprints of what fails if the same evidence is judged as it would have been before a change."""
    from hostaudit.policy import verdict

    declared = file.site.hosts if file.site is not None else ()
    named = [each for each in file.target.named if each not in declared]
    kept = [each for each in file.target.hosts if each not in declared or each not in file.target.named]
    for host in before.site.hosts if before.site is not None else ():
        if host not in kept:
            kept.append(host)
            named.append(host)
    target = structs.replace(file.target, hosts=tuple(kept), named=tuple(named))
    try:
        report = analyse(structs.replace(file, target=target, site=before.site), rules, before.criteria, day)
    except UsageError:  # the policy of then names a scenario that there is no more: it says nothing of then
        return frozenset()
    return verdict.failures(report)


def judge(site: SiteModel, criteria: Criteria | None, day: date, *, with_graph: bool = False) -> Report:
    """Return the report on a site, judged by criteria on a day (UTC). ``with_graph``: with its fault tree."""
    from hostaudit.analysis import assess

    policy = criteria.policy.policy if criteria is not None and criteria.policy is not None else None
    report = assess.judge(site, (policy.notice_hours or 0.0) if policy is not None else 0.0, with_graph=with_graph)
    if criteria is None and not report.findings:
        return report
    from hostaudit.documents import scenarios
    from hostaudit.policy import verdict  # only if something is demanded

    if criteria is None:
        return verdict.with_codes(site, report)
    named = policy.scenarios if policy is not None else ()
    recorded = {each.scenario: scenarios.shipped(each.scenario) for each in named}
    return verdict.apply_policy(site, report, criteria, day, recorded)


def prepare() -> None:
    """Load the modules and data for ``analyse``, which reports any failure itself."""
    import contextlib

    from hostaudit.analysis.catalogue.catalogue import catalogue_of
    from hostaudit.documents import rules
    from hostaudit.errors import HostauditError
    from hostaudit.policy import ask, verdict  # noqa: F401 - loading it is the purpose

    ask.checks()
    with contextlib.suppress(HostauditError):
        catalogue_of(rules.shipped()).prepare()
