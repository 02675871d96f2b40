"""The finding for records that point at names that do not exist."""

from __future__ import annotations

from helpers.broken_sites import dangling, with_lost_server, without_exchangers
from helpers.reports import report_on, state


def found(site):
    return next(each for each in report_on(site).findings if each.rule == "dangling-name")


def test_the_web_host_is_down_and_who_could_take_the_name_is_said():
    row = found(dangling())
    assert (row.subject, row.severity, row.provider) == ("www.steady.org", "critical", "azure")
    assert "Any customer of Microsoft Azure may be able to take that name" in row.message
    assert "web" in row.down_now
    assert state(report_on(dangling()), "web") == "down"


def test_without_a_fact_about_it_nothing_is_said_of_taking_over():
    assert found(dangling("gone.example.net")).message.endswith("which does not exist.")


def test_a_name_server_under_a_name_that_anybody_may_register_weighs_more():
    known, free = found(with_lost_server(registered_name=True)), found(with_lost_server(registered_name=False))
    assert (known.severity, free.severity) == ("medium", "high")
    assert "gone.net is not registered: whoever registers it answers" in free.message
    assert known.down_now == free.down_now == ()


def test_without_another_exchanger_mail_is_down():
    row = found(without_exchangers())
    assert (row.role, row.down_now) == ("mail", ("mail_receive",))
