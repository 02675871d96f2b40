"""By what scan and analyse judge: the policy, and the options that go beside it or before it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from hostaudit.cli.options import refuse_other
from hostaudit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hostaudit.cli.evidence import Declarations
    from hostaudit.model.checks import Criteria
    from hostaudit.model.evidence import EvidenceFile
    from hostaudit.model.policy import Severity, UnknownMode
    from hostaudit.model.report import Report

SEVERITIES = ("low", "medium", "high", "critical")
MODES = ("inconclusive", "fail", "warn")

FailOnOption = Annotated[
    str, typer.Option(metavar="|".join(SEVERITIES), help="Fail on single points of failure this severe or worse.")
]
UnknownOption = Annotated[
    str, typer.Option(metavar="|".join(MODES), help="What an unknown answer comes to; else as the policy says.")
]
BaselineOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="An older report (JSON): only what is not in it fails.")
]
StrictOption = Annotated[
    bool, typer.Option("--strict-exceptions", help="Fail on exceptions that nobody needs or that are over.")
]


class Judging:
    """The criteria of one command. What cannot be meant is refused when it is made, before anything is looked at."""

    def __init__(
        self,
        declarations: Declarations,
        note: Callable[[str], None],
        *,
        fail_on: str = "",
        unknown: str = "",
        baseline: Path | None = None,
        strict: bool = False,
    ) -> None:
        if fail_on:
            refuse_other("--fail-on", fail_on, SEVERITIES)
        if unknown:
            refuse_other("--unknown", unknown, MODES)
        self.declarations = declarations
        self.note = note
        self.fail_on = fail_on
        self.unknown = unknown
        self.strict = strict
        self._baseline = baseline
        self._before: Report | EvidenceFile | None = None
        self._made: dict[str, Criteria | None] = {}
        if baseline is not None:
            from hostaudit.documents.evidence_file import read_report

            self._before = read_report(str(baseline))

    def of(self, domain: str) -> Criteria | None:
        """The criteria for a domain in A-labels, None if nothing is demanded. ``UsageError`` for a wrong file."""
        if domain not in self._made:
            self._made[domain] = self._make(domain)
        return self._made[domain]

    def _make(self, domain: str) -> Criteria | None:
        policy = self.declarations.policy(domain)
        judged = bool(self.fail_on) or (policy is not None and policy.stated)
        if self._baseline is not None and not judged:
            hint = "give --policy FILE or --fail-on high"
            raise UsageError("--baseline goes with a policy or --fail-on: else nothing fails", hint)
        if policy is None and not (self.fail_on or self.unknown):
            return None
        from hostaudit.model.checks import Criteria

        return Criteria(
            policy=policy,
            fail_on=cast("Severity", self.fail_on) if self.fail_on else None,
            unknown=cast("UnknownMode", self.unknown) if self.unknown else None,
            strict_exceptions=self.strict,
            baseline=self._known(domain) if self._before is not None else None,
        )

    def _known(self, domain: str) -> frozenset[str]:
        """What failed in the older report."""
        from hostaudit import api
        from hostaudit.model.report import Report

        before = self._before
        if not isinstance(before, Report):
            hint = "judge it first: hostaudit analyse FILE --format json"
            raise UsageError(f"{self._baseline} is evidence, not a report", hint)
        if before.target.domain != domain:
            hint = f"give a report of {domain}"
            raise UsageError(f"the baseline {self._baseline} is of {before.target.domain}, not of {domain}", hint)
        if before.policy is None and not self.fail_on:
            self.note(f"{self._baseline} was judged without a policy, so that hardly anything in it is known to fail")
        return api.known_failures(before)

    def judged(self, file: EvidenceFile) -> Report:
        """The report on evidence, judged today (UTC)."""
        from datetime import UTC, datetime

        from hostaudit import api

        return api.analyse(file, criteria=self.of(file.target.domain), day=datetime.now(UTC).date())
