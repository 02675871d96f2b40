"""The finding for a name that does not exist."""

from __future__ import annotations

from helpers.corpus import not_there
from helpers.reports import report_on
from helpers.sites import in_pairs


def test_a_name_that_is_not_in_its_registry_stops_everything_and_fails_without_a_policy():
    report = report_on(not_there())

    (finding,) = report.findings
    assert (finding.rule, finding.verdict, report.verdict) == ("name-not-delegated", "fail", "fail")
    assert {"resolve", "web"} <= set(finding.down_now)


def test_a_name_that_exists_gives_none():
    assert [each.rule for each in report_on(in_pairs()).findings] == []
