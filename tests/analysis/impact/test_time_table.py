"""Each summand of a time is said once."""

from __future__ import annotations

from helpers.reports import report_on
from helpers.sites import on_one_parent

from hostaudit.analysis.fault_tree.tree import Term
from hostaudit.analysis.impact.time_table import TimeTable
from hostaudit.model.report import Hours


def test_a_summand_has_one_id_for_each_time_that_it_is_a_part_of():
    table, term = TimeTable(), Term(Hours(1, 2, 3), "measured", "TTL", ("a:x.com",))

    assert table.add_all("time_to_recover", (term, term)) == ("t1",)
    assert table.add("time_to_impact", term) == "t2"
    assert table.add("time_to_recover", term) == "t1"
    assert {key: row.of for key, row in table.rows.items()} == {"t1": "time_to_recover", "t2": "time_to_impact"}


def test_every_summand_of_a_report_is_used_and_none_is_said_twice():
    report = report_on(on_one_parent())
    used = {each for point in report.spofs for row in point.functions for each in row.times}

    assert used == report.times.keys()
    assert len(set(report.times.values())) == len(report.times)
