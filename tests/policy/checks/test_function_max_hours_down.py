"""Hours down against a limit, of functions and of roles."""

from __future__ import annotations

import pytest
from helpers.findings import outcome, outcomes
from helpers.policies import judged
from helpers.sites import in_one_leg, in_pairs, on_one_parent

from hostaudit.model.policy import (
    FunctionDemand,
    Policy,
    RoleDemand,
)


@pytest.mark.parametrize(("limit", "expected"), [(360, "fail"), (361, "pass")])
def test_the_usual_hours_of_the_worst_company_count(limit, expected):
    policy = Policy(functions={"web": FunctionDemand(max_hours_down=limit)})

    assert outcome(in_one_leg(), policy, "web.max_hours_down") == expected


def test_who_holds_only_the_name_stops_no_function_for_this_but_a_role():
    policy = Policy(
        functions={"web": FunctionDemand(max_hours_down=1)}, roles={"registrar": RoleDemand(max_hours_down=1)}
    )
    report = judged(in_pairs(), policy)

    assert outcomes(report, "web.max_hours_down") == {"web": "pass"}
    assert outcomes(report, "registrar.max_hours_down") == {"steady.org": "fail"}


def test_a_spare_that_nobody_could_look_at_stands_in_for_nobody():
    policy = Policy(roles={"hosting": RoleDemand(max_hours_down=48)})
    site = in_one_leg().apps()
    spare = site.spare(
        "steady.se", ("OVH sas", "433"), {"ns.standby.se": ("51.38.1.53", 16276)}, ("51.38.99.20", 16276)
    )
    site.declare(spare_names=(spare,))

    assert outcome(site, policy, "hosting.max_hours_down") == "pass"
    assert outcome(site.note("a", "steady.se", unknown="timeout"), policy, "hosting.max_hours_down") == "unknown"


def test_notice_shortens_what_is_reckoned_and_is_told():
    demand = {"web": FunctionDemand(max_hours_down=1)}
    without, with_ = (judged(on_one_parent(), Policy(functions=demand, notice_hours=each)) for each in (0.0, 1200.0))

    assert outcomes(without, "web.max_hours_down") == {"web": "fail"}
    assert outcomes(with_, "web.max_hours_down") == {"web": "pass"}
    assert with_.score.high > without.score.high
    assert with_.policy.notice_hours == 1200
    assert with_.spofs == without.spofs
