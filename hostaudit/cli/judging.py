"""The criteria by which scan and analyse judge: the policy, and the options that override it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, cast

import typer

from hostaudit.cli.option_groups import titled
from hostaudit.cli.options import refuse_other
from hostaudit.errors import UsageError
from hostaudit.model.verdict import SEVERITIES, UNKNOWN_MODES

if TYPE_CHECKING:
    from collections.abc import Callable

    from hostaudit.cli.before import Earlier
    from hostaudit.cli.evidence import Declarations
    from hostaudit.model.checks import Criteria
    from hostaudit.model.evidence import EvidenceFile
    from hostaudit.model.report import Report
    from hostaudit.model.verdict import Severity, UnknownMode

PolicyOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Policy file; default: hostaudit.yaml in this folder.")
]
FailOnOption = Annotated[
    str,
    typer.Option(metavar="|".join(SEVERITIES), help="Fail on single points of failure of this severity or higher."),
]
UnknownOption = Annotated[
    str,
    typer.Option(
        metavar="|".join(UNKNOWN_MODES),
        help="Treat unknown results as: inconclusive (exit 3), fail (exit 1) or warn (exit 0). Default: the policy's.",
    ),
]
BaselineOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="An older report, or the file of a list: fail only on findings not in it."),
]
AgainstOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="The project before a change: fail only on what does not fail by its policy, site file and list.",
    ),
]
StrictOption = Annotated[
    bool,
    typer.Option("--strict-exceptions", help="Fail on exceptions that are unused, expired or due for review."),
]

GraphOption = Annotated[
    bool,
    typer.Option("--with-graph", help="Add the fault tree to the report (JSON), for programs that compute with it."),
]


@titled("Judging")
class JudgingOptions(NamedTuple):
    """The policy, the options that override it, and the fault tree behind the judgement."""

    policy: PolicyOption = None
    fail_on: FailOnOption = ""
    unknown: UnknownOption = ""
    baseline: BaselineOption = None
    against: AgainstOption = None
    strict_exceptions: StrictOption = False
    with_graph: GraphOption = False


class CriteriaBuilder:
    """Makes the criteria of one command, by domain. Wrong options are refused before the scan."""

    def __init__(
        self,
        declarations: Declarations,
        note: Callable[[str], None],
        options: JudgingOptions,
        history: Path | None = None,
        listed: str | None = None,
    ) -> None:
        """``history``: the file of earlier runs; ``listed``: the list of domains; None without."""
        if options.fail_on:
            refuse_other("--fail-on", options.fail_on, SEVERITIES)
        if options.unknown:
            refuse_other("--unknown", options.unknown, UNKNOWN_MODES)
        self.declarations = declarations
        self.note = note
        self._options = options
        self._history = history
        self._made: dict[str, Criteria | None] = {}
        self._baseline = Baseline(options.baseline, note, judged=bool(options.fail_on)) if options.baseline else None
        self._earlier: Earlier | None = None
        if options.against is not None:
            from hostaudit.cli.before import Earlier

            self._earlier = Earlier(options.against, declarations, listed, note)

    def of(self, domain: str) -> Criteria | None:
        """The criteria for a domain in A-labels; None without demands. Raises ``UsageError`` for a wrong file."""
        if domain not in self._made:
            self._made[domain] = self._make(domain)
        return self._made[domain]

    def refuse_idle_baseline(self, *, judged: bool) -> None:
        """Refuse a baseline where nothing can fail. ``judged``: a policy demands something."""
        if self._baseline is not None and not (judged or self._options.fail_on):
            hint = "add --policy FILE or --fail-on high"
            raise UsageError("--baseline has no effect without --policy or --fail-on: nothing can fail", hint)

    def _make(self, domain: str) -> Criteria | None:
        policy = self.declarations.policy(domain)
        options = self._options
        if not self.declarations.many:
            self.refuse_idle_baseline(judged=policy is not None and policy.stated)
        earlier = self._earlier.of(domain) if self._earlier is not None else None
        if policy is None and not (options.fail_on or options.unknown) and earlier is None:
            return None
        from hostaudit.model.checks import Before, Criteria

        made = Criteria(
            policy=policy,
            fail_on=cast("Severity", options.fail_on) if options.fail_on else None,
            unknown=cast("UnknownMode", options.unknown) if options.unknown else None,
            strict_exceptions=options.strict_exceptions,
            baseline=self._baseline.known(domain) if self._baseline is not None else None,
            mail_before=self._baseline.mail(domain) if self._baseline is not None else "",
        )
        if earlier is None:
            return made
        from msgspec.structs import replace

        return replace(made, before=Before(earlier[0], replace(made, policy=earlier[1], baseline=None)))

    def judged(self, file: EvidenceFile) -> Report:
        """The report on evidence, judged today (UTC)."""
        from datetime import UTC, datetime

        from hostaudit import api

        day = datetime.now(UTC).date()
        criteria = self._by_saved(self.of(file.target.domain), file)
        if self._history is not None:
            from hostaudit.audit.batch.judge_process import remembering

            criteria = remembering(criteria, file, self._history)
        return api.analyse(file, criteria=criteria, day=day, with_graph=self._options.with_graph)

    def _by_saved(self, criteria: Criteria | None, file: EvidenceFile) -> Criteria | None:
        """The criteria for evidence that keeps the declarations with which it was saved: so it did before a change."""
        if criteria is None or criteria.before is None or file.target.domain not in self.declarations.as_saved:
            return criteria
        from msgspec.structs import replace

        return replace(criteria, before=replace(criteria.before, site=file.site))


class Baseline:
    """The reports of ``--baseline``, an older report or the file of a list, and what failed in them."""

    def __init__(self, path: Path, note: Callable[[str], None], *, judged: bool) -> None:
        """``judged``: without a policy, the baseline records what counts all the same. Raises ``UsageError``."""
        from hostaudit.documents.report_list import read_saved
        from hostaudit.model.report import Report

        found = read_saved(str(path))
        reports = [each for each in found.sites if isinstance(each, Report)]
        if len(reports) < len(found.sites):
            hint = f"make a report of it first: hostaudit analyse {path} --format json -o report.json"
            raise UsageError(f"baseline {path} is evidence, not a report", hint)
        self._path = path
        self._note = note
        self._judged = judged
        self._listed = found.listed
        self._reports = {each.target.domain: each for each in reports}
        self._told: set[str] = set()

    def known(self, domain: str) -> frozenset[str]:
        """The fingerprints of the failures of a site; none for a site that is not in the file of a list."""
        from hostaudit import api
        from hostaudit.model.report import SCORE_FORMULA

        before = self._reports.get(domain)
        if before is None:
            if self._listed:
                self._note(f"{domain} is not in baseline {self._path}: all that fails there is new")
                return frozenset()
            other = ", ".join(self._reports)
            raise UsageError(f"baseline {self._path} is a report of {other}, not of {domain}", f"give one of {domain}")
        if before.policy is None and not self._judged:
            self._once(f"baseline {self._path} was judged without a policy, so it records hardly any failures")
        if before.score.formula != SCORE_FORMULA:
            self._once(
                f"the score of baseline {self._path} was reckoned by formula {before.score.formula}, this one by "
                f"formula {SCORE_FORMULA}: a demand on a score that failed there counts as known; make it anew"
            )
        return api.known_failures(before)

    def _once(self, text: str) -> None:
        """Note what holds for all reports of a list only once."""
        if text not in self._told:
            self._told.add(text)
            self._note(text)

    def mail(self, domain: str) -> str:
        """The baseline, in words, if the site took mail then; else empty."""
        from hostaudit.policy.mail_absence import took_mail

        before = self._reports.get(domain)
        return f"the baseline {self._path}" if before is not None and took_mail(before) else ""
