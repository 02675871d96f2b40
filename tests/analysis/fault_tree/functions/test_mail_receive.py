"""The function mail_receive: any one exchanger will do, and none at all is no function."""

from __future__ import annotations

from helpers.reports import impacts, report_on, state
from helpers.sites import in_one_leg, in_pairs


def test_the_one_operator_of_all_exchangers_takes_it_down():
    report = report_on(in_one_leg())

    assert state(report, "mail_receive") == "up"
    assert impacts(report, "fastmail") == {"mail_receive": "down"}


def test_one_of_two_exchangers_only_degrades_it():
    report = report_on(in_pairs())
    effects = [
        impact.effect
        for point in report.spofs
        if point.failure_domain.kind == "parent" and not point.name_only
        for impact in point.functions
        if impact.id == "mail_receive"
    ]

    assert "down" not in effects


def test_a_null_mx_is_no_function_and_an_open_question_is_an_open_function():
    assert state(report_on(in_pairs().mail()), "mail_receive") == "not_applicable"
    assert state(report_on(in_pairs().note("mx", "steady.org", unknown="timeout")), "mail_receive") == "unknown"
