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
    Path | None, typer.Option(metavar="FILE", help="An older report (JSON): fail only on findings that are not in it.")
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
    ) -> None:
        """``history``: the file of earlier runs, None without."""
        if options.fail_on:
            refuse_other("--fail-on", options.fail_on, SEVERITIES)
        if options.unknown:
            refuse_other("--unknown", options.unknown, UNKNOWN_MODES)
        self.declarations = declarations
        self.note = note
        self._options = options
        self._history = history
        self._before: Report | EvidenceFile | None = None
        self._made: dict[str, Criteria | None] = {}
        if options.baseline is not None:
            from hostaudit.documents.evidence_file import read_report

            self._before = read_report(str(options.baseline))

    def of(self, domain: str) -> Criteria | None:
        """The criteria for a domain in A-labels; None without demands. Raises ``UsageError`` for a wrong file."""
        if domain not in self._made:
            self._made[domain] = self._make(domain)
        return self._made[domain]

    def refuse_for_many(self) -> None:
        """Refuse an option that is about one site only, before many are judged."""
        if self._options.baseline is not None:
            raise UsageError("--baseline cannot be used with a list", "leave it out, or judge one site alone")

    def _make(self, domain: str) -> Criteria | None:
        policy = self.declarations.policy(domain)
        options = self._options
        judged = bool(options.fail_on) or (policy is not None and policy.stated)
        if options.baseline is not None and not judged:
            hint = "add --policy FILE or --fail-on high"
            raise UsageError("--baseline has no effect without --policy or --fail-on: nothing can fail", hint)
        if policy is None and not (options.fail_on or options.unknown):
            return None
        from hostaudit.model.checks import Criteria

        return Criteria(
            policy=policy,
            fail_on=cast("Severity", options.fail_on) if options.fail_on else None,
            unknown=cast("UnknownMode", options.unknown) if options.unknown else None,
            strict_exceptions=options.strict_exceptions,
            baseline=self._known(domain) if self._before is not None else None,
            mail_before=self._mail_before(),
        )

    def _mail_before(self) -> str:
        """The baseline, in words, if the site took mail then; else empty."""
        from hostaudit.model.report import Report
        from hostaudit.policy.mail_absence import took_mail

        took = isinstance(self._before, Report) and took_mail(self._before)
        return f"the baseline {self._options.baseline}" if took else ""

    def _known(self, domain: str) -> frozenset[str]:
        """The fingerprints of the failures in the baseline, the older report."""
        from hostaudit import api
        from hostaudit.model.report import SCORE_FORMULA, Report

        before, file = self._before, self._options.baseline
        if not isinstance(before, Report):
            hint = f"make a report of it first: hostaudit analyse {file} --format json -o report.json"
            raise UsageError(f"baseline {file} is evidence, not a report", hint)
        if before.target.domain != domain:
            hint = f"give a report of {domain}"
            raise UsageError(f"baseline {file} is a report of {before.target.domain}, not of {domain}", hint)
        if before.policy is None and not self._options.fail_on:
            self.note(f"baseline {file} was judged without a policy, so it records hardly any failures")
        if before.score.formula != SCORE_FORMULA:
            self.note(
                f"the score of baseline {file} was reckoned by formula {before.score.formula}, this one by formula "
                f"{SCORE_FORMULA}: a demand on a score that failed there counts as known; make the baseline anew"
            )
        return api.known_failures(before)

    def judged(self, file: EvidenceFile) -> Report:
        """The report on evidence, judged today (UTC)."""
        from datetime import UTC, datetime

        from hostaudit import api

        day = datetime.now(UTC).date()
        criteria = self.of(file.target.domain)
        if self._history is not None:
            from hostaudit.audit.batch.judge_process import remembering

            criteria = remembering(criteria, file, self._history)
        return api.analyse(file, criteria=criteria, day=day, with_graph=self._options.with_graph)
