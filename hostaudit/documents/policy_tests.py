"""Files of tests for policies: evidence, the day of judging, and the expected verdict."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from hostaudit.documents.policy_values import day
from hostaudit.documents.strict_yaml import MAX_BYTES, Node, Readers, Source, compose, is_ours, node_at, partial
from hostaudit.errors import LineError, UsageError
from hostaudit.model.checks import PolicyCase, PolicyTestFile
from hostaudit.model.report import Report


def _day(source: Source, node: Node, where: str) -> str:
    """The text of a day, with or without quotation marks."""
    if node.text is None or day(node.text) is None:
        hint = "write year, month and day, such as 2027-03-31"
        source.refuse(node, f"{where}: {(node.text or '')[:80]!r} is not a day; {hint}", hint)
    return node.text


READERS: Readers = {(PolicyCase, "day"): _day}


def read(path: Path) -> PolicyTestFile:
    """Return the tests of a file. Raises ``UsageError``: ``FILE:LINE:COLUMN: problem``."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or str(error)
        raise UsageError(f"{path} cannot be read: {reason}", "give a file of policy tests") from error
    source = Source(str(path), data, readers=READERS, shown=is_ours(data, ("tests",)))
    try:
        return _read(source)
    except LineError as error:
        error.hint = error.hint or "a test has name, evidence, day and verdict, and may have policy and rules"
        raise


def _read(source: Source) -> PolicyTestFile:
    tree = compose(source)
    file = cast("PolicyTestFile | None", partial(source, tree, PolicyTestFile))
    if file is not None and not file.tests and not source.faults:
        source.report(tree, "tests holds no test", "give at least one with name, evidence, day and verdict")
    for position, each in enumerate(file.tests if file is not None else ()):
        if file is not None and not (each.policy or file.policy):
            hint = "add policy: FILE at the top of the file, or in the test"
            at = node_at(tree, ("tests", position))
            source.report(at, f"the test {each.name!r} has no policy; {hint}", hint)
    source.done()
    return cast(PolicyTestFile, file)


def differences(report: Report, expected: PolicyCase) -> tuple[str, ...]:
    """Return the differences between a report and a test, one line each. The worst finding of each rule counts."""
    rows = []
    if report.verdict != expected.verdict:
        rows.append(f"verdict: {expected.verdict} expected, {report.verdict} found")
    for rule, wanted in sorted(expected.rules.items()):
        found = [each for each in report.findings if each.rule == rule]
        outcomes = {each.outcome for each in found}
        worst = next((each for each in ("fail", "unknown", "pass") if each in outcomes), "not asked")
        if worst != wanted:
            why = next((f": {each.message}" for each in found if each.outcome == worst), "")
            rows.append(f"{rule}: {wanted} expected, {worst} found{why}")
    return tuple(rows)
