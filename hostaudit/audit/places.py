"""Questions about merged evidence: each place is asked by itself, then the answers are put together.

What an answer in another place contradicts is unknown before that; see ``observe.contradictions``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from msgspec import structs

from hostaudit import audit
from hostaudit.analysis import site_model
from hostaudit.analysis.impact import replacements
from hostaudit.analysis.places import told
from hostaudit.analysis.places.report import combined
from hostaudit.analysis.places.whatif import combined_fallbacks, combined_matrix, combined_whatif
from hostaudit.analysis.site_model import SiteModel
from hostaudit.analysis.whatif import replay
from hostaudit.documents.places import apart
from hostaudit.errors import UsageError
from hostaudit.model.checks import Criteria
from hostaudit.model.evidence import EvidenceFile
from hostaudit.model.policy import Policy
from hostaudit.model.report import Report
from hostaudit.model.rules import Rules
from hostaudit.model.scenario import Scenario
from hostaudit.model.whatif import Fallbacks, Matrix, WhatIf
from hostaudit.observe.contradictions import settled_across


def settled(file: EvidenceFile) -> tuple[EvidenceFile, ...]:
    """Return the looks of evidence; in those of merged evidence, what another place contradicts is unknown."""
    looks = apart(file)
    if len(looks) == 1:
        return looks
    items = settled_across([(each.run.vantage, each.evidence) for each in looks])
    return tuple(structs.replace(look, evidence=mine) for look, mine in zip(looks, items, strict=True))


def understand(file: EvidenceFile, rules: Rules) -> tuple[SiteModel, ...]:
    """Return the model of a site as each place of its evidence shows it."""
    return tuple(audit.understand(each, rules) for each in settled(file))


def analyse(
    file: EvidenceFile, rules: Rules, criteria: Criteria | None, day: date, *, with_graph: bool = False
) -> Report:
    """Return the report on merged evidence, judged by criteria on a day (UTC)."""
    looks, after = apart(file), settled(file)
    models = [audit.understand(each, rules) for each in after]
    strict = criteria is not None and criteria.strict_exceptions
    # An exception that one place does not need may be needed in another one.
    lenient = structs.replace(criteria, strict_exceptions=False) if criteria is not None else None
    reports = [audit.judge(each, lenient, day, with_graph=with_graph) for each in models]
    run = site_model.run_of(file, rules)
    report = combined(file, after, reports, run, told.contradictions(looks, after))
    if strict and criteria is not None:
        from hostaudit.policy.verdict import with_stale_exceptions

        report = with_stale_exceptions(models[0], report, criteria)
    return report


def drop(file: EvidenceFile, rules: Rules, dropped: Iterable[str], *, kind: str, notice: float) -> WhatIf:
    """Return what stops if failure domains end service; one of which a place knows nothing takes nothing from it.
    Raises ``UsageError`` for one that is known in no place."""
    given = tuple(dropped)
    answers: list[tuple[str, WhatIf]] = []
    strange: list[tuple[SiteModel, UsageError]] = []
    for site in understand(file, rules):
        try:
            answers.append((site.file.run.vantage, replay.drop(site, given, kind=kind, notice=notice)))
        except UsageError as error:
            strange.append((site, error))
    if not answers:
        raise strange[0][1]
    answers += [(site.file.run.vantage, _nothing(site, answers[0][1])) for site, _ in strange]
    return combined_whatif(file, answers, site_model.run_of(file, rules)) if file.looks else answers[0][1]


def _nothing(site: SiteModel, asked: WhatIf) -> WhatIf:
    """The answer in a place that knows nothing of what ends service."""
    answer = replay.drop(site, ())
    return structs.replace(answer, id=asked.id, title=asked.title, summary="Nothing that was seen rests on it.")


def replayed(
    file: EvidenceFile, rules: Rules, scenario: Scenario, renamed: Mapping[str, str] | None, binding: str
) -> WhatIf:
    """Return what a recorded scenario does to a site. Raises ``UsageError`` for a mapping without a meaning."""
    answers = [
        (site.file.run.vantage, replay.replay(site, scenario, renamed=renamed, binding=binding))
        for site in understand(file, rules)
    ]
    return combined_whatif(file, answers, site_model.run_of(file, rules)) if file.looks else answers[0][1]


def matrix(file: EvidenceFile, rules: Rules, scenarios: Iterable[Scenario]) -> Matrix:
    """Return every recorded scenario over a site."""
    recorded = tuple(scenarios)
    answers = [(site.file.run.vantage, replay.matrix(site, recorded)) for site in understand(file, rules)]
    return combined_matrix(file, answers, site_model.run_of(file, rules)) if file.looks else answers[0][1]


def fallbacks(file: EvidenceFile, rules: Rules, scenarios: Iterable[Scenario], *, jurisdiction: bool) -> Fallbacks:
    """Return the providers that could replace the single points of failure of a site, independent of all on which it
    depends in any place."""
    recorded = tuple(scenarios)
    sites = understand(file, rules)
    answers = [
        (
            each.file.run.vantage,
            replacements.fallbacks(
                each, recorded, jurisdiction=jurisdiction, elsewhere=[other for other in sites if other is not each]
            ),
        )
        for each in sites
    ]
    return combined_fallbacks(file, answers, site_model.run_of(file, rules)) if file.looks else answers[0][1]


def trials(file: EvidenceFile, rules: Rules, day: date) -> Callable[[Policy], Report]:
    """Return a function from a policy to the report on a site, judged on a day (UTC), for ``policy init``."""
    from hostaudit.policy import propose

    looks, after = apart(file), settled(file)
    judges = [propose.trials(audit.understand(each, rules), day) for each in after]
    if not file.looks:
        return judges[0]
    run, rows = site_model.run_of(file, rules), told.contradictions(looks, after)
    return lambda policy: combined(file, after, [judge(policy) for judge in judges], run, rows)
