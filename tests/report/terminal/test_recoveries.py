"""A declared recovery has a line on every page that tells hours, and says where it counts."""

from __future__ import annotations

import pytest
from helpers.reports import report_on
from helpers.sites import Site, in_one_leg

from hostaudit import api
from hostaudit.model.site import DeclaredRecovery
from hostaudit.report import Style, load


def shown(document) -> str:
    return " ".join(load("terminal").render(document, Style(width=100)).split())


def declared(hours: float = 4.0, tested: str = "2020-12-30") -> Site:
    return in_one_leg().declare(recovery={"hosting": DeclaredRecovery(hours, tested)})


def test_a_report_says_that_it_counts_for_the_high_end():
    assert (
        "hosting: back in 4 hours, tested on 2020-12-30, 10 days before the scan: it counts for the high end"
        in shown(report_on(declared()))
    )


def test_a_loss_has_the_declared_hours_beside_the_recorded_ones():
    text = shown(api.whatif(declared().file(), drop="hetzner"))

    assert "back after about 15 days (2 to 89 days); as declared: 4 hours" in text
    assert "If the declared recovery holds: " in text
    assert "the hours as declared count on it; all other hours keep 15 days (2 to 89 days)" in text


def test_a_scenario_and_the_table_of_all_have_both():
    timeline, table = (
        shown(each) for each in (api.whatif(declared().file(), scenario="parler-2021"), api.matrix(declared().file()))
    )

    assert "as declared: " in timeline
    assert "in brackets: the hours if the declared recovery holds" in table


def test_replacements_say_how_the_owner_comes_back_meanwhile():
    assert "until somebody stands in, that is your way back" in shown(api.fallbacks(declared().file()))


@pytest.mark.parametrize("ask", [lambda file: api.whatif(file, drop="hetzner"), api.matrix, api.fallbacks])
def test_what_counts_nothing_changes_no_hours_and_says_why(ask):
    text = shown(ask(declared(tested="2019-01-01").file()))

    assert "it counts nothing, as a test holds for 365 days" in text
    assert "as declared: " not in text
    assert "in brackets" not in text


def test_nothing_is_said_without_one():
    assert "declared" not in shown(api.whatif(in_one_leg().file(), drop="hetzner"))
