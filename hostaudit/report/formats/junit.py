"""JUnit XML, as CI services read it: a suite for each site, a case for each rule and subject.

A failure is ``failure``; an unknown that makes the verdict inconclusive is ``error``; a finding that does not count,
since an exception covers it or the policy only warns of it, is ``skipped`` with the reason. What no policy asks for is
a case that passes, and says in ``system-out`` what was found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from hostaudit.model.checks import PolicyTrials
from hostaudit.model.report import Finding, Report
from hostaudit.report import Style
from hostaudit.report.rows import HEADLINES, counted, lifted, named, noted, plain, standing, timed
from hostaudit.report.text import RUNNER_COMMAND, opens_command

if TYPE_CHECKING:
    from hostaudit.model.documents import Document

KINDS = {"fail": "failure", "inconclusive": "error", "excepted": "skipped", "baseline": "skipped"}
KINDS |= {"warning": "skipped"}
MARKS = ("failure", "error", "skipped")


@dataclass(frozen=True)
class JunitFormat:
    name: str = "junit"
    writes: frozenset[type] = frozenset({Report, PolicyTrials})
    suffix: str = ".xml"

    def render(self, document: Document, style: Style) -> str:
        """One ``testsuites`` element. Characters that XML 1.0 cannot represent (section 2.2) are written as escapes."""
        if isinstance(document, PolicyTrials):
            top = ElementTree.Element("testsuites", name="hostaudit")
            _trials(top, document)
            return self._text(top)
        return self.render_all([each for each in (document,) if isinstance(each, Report)], style)

    def render_all(self, reports: Sequence[Report], style: Style) -> str:  # noqa: ARG002 - for programs
        """A suite for each site."""
        top = ElementTree.Element("testsuites", name="hostaudit")
        for each in reports:
            _site(top, each)
        return self._text(top)

    def _text(self, top: ElementTree.Element) -> str:
        suites = list(top)
        top.attrib |= {kind: str(sum(int(each.get(kind, "0")) for each in suites)) for kind in ("tests", "failures")}
        top.set("errors", str(sum(int(each.get("errors", "0")) for each in suites)))
        ElementTree.indent(top)
        text = re.sub(RUNNER_COMMAND, _reference, ElementTree.tostring(top, encoding="unicode"))
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _reference(found: re.Match[str]) -> str:
    """A character as a reference (XML 1.0, section 4.1), which reads back equal. No name of ours has such one."""
    return f"&#{ord(found[0])};" if opens_command(found) else found[0]


def _site(top: ElementTree.Element, report: Report) -> None:
    found = noted(report)
    suite = _suite(top, report.target.domain)
    if timed(report.run.started):
        suite.set("timestamp", report.run.started.removesuffix("Z"))
    headline = f"{HEADLINES[report.verdict]}: {counted(found)}"
    _properties(
        suite,
        {
            "verdict": report.verdict,
            "headline": headline,
            "summary": report.summary,
            "score_low": f"{report.score.low:g}",
            "score_high": f"{report.score.high:g}",
            "policy": report.policy.source if report.policy is not None else "",
            **{f"label.{key}": value for key, value in sorted(report.labels.items())},
        },
    )
    for row in found:
        _case(suite, report, row)
    _totals(suite)


def _suite(top: ElementTree.Element, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(top, "testsuite", name=plain(name, 300))


def _properties(suite: ElementTree.Element, values: dict[str, str]) -> None:
    inside = ElementTree.SubElement(suite, "properties")
    for name, value in values.items():
        ElementTree.SubElement(inside, "property", name=plain(name, 120), value=plain(value))


def _case(suite: ElementTree.Element, report: Report, row: Finding) -> None:
    about = f"{row.rule}: {row.subject}" if row.subject else row.rule
    parts = (about, f"({row.provider})" if row.provider and row.provider != row.subject else "")
    case = ElementTree.SubElement(
        suite,
        "testcase",
        name=plain(" ".join(part for part in parts if part), 300),
        classname=plain(f"{report.target.domain}.{row.role}" if row.role else report.target.domain, 300),
        time="0",
    )
    state = standing(row)
    if state == "pass":
        return
    if state == "told":
        ElementTree.SubElement(case, "system-out").text = f"{_lines(lifted(report, row))}\n{_details(row)}"
        return
    message = lifted(report, row) if KINDS[state] == "skipped" else row.message
    mark = ElementTree.SubElement(case, KINDS[state], type=row.severity, message=plain(message))
    mark.text = _details(row)


def _details(row: Finding) -> str:
    return _lines(
        f"Rule: {named(row)} ({row.severity})",
        f"Found: {row.message}",
        f"Effect: {row.effect}" if row.effect else "",
        f"Fix: {row.fix}" if row.fix else "",
        f"Because of: {', '.join(row.because[:20])}" if row.because else "",
        f"Fingerprint: {row.fingerprint}",
        f"More: hostaudit explain {row.code}" if row.code else "",
    )


def _lines(*parts: str) -> str:
    return "\n".join(f"  {plain(part)}" for part in parts if part)


def _trials(top: ElementTree.Element, document: PolicyTrials) -> None:
    for file in dict.fromkeys(each.file for each in document.tests):
        suite = _suite(top, file)
        for each in document.tests:
            if each.file != file:
                continue
            name = f"{each.name}: {each.domain}" if each.domain else each.name
            case = ElementTree.SubElement(suite, "testcase", name=plain(name, 300), classname=plain(file, 300))
            if each.differs:
                mark = ElementTree.SubElement(case, "failure", type="differs", message=plain(each.differs[0]))
                mark.text = _lines(*each.differs)
        _totals(suite)


def _totals(suite: ElementTree.Element) -> None:
    cases: Iterable[Any] = suite.findall("testcase")
    kinds = [child.tag for case in cases for child in case if child.tag in MARKS]
    suite.set("tests", str(len(suite.findall("testcase"))))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(kinds.count(tag)))


FORMAT = JunitFormat()
