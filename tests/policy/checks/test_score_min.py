"""Demands on scores and hours, of the site, its functions and its roles."""

from __future__ import annotations

import pytest
from helpers.corpus import behind_a_proxy, in_the_dark
from helpers.findings import outcome, outcomes
from helpers.policies import judged, silent
from helpers.sites import GANDI, in_one_leg, in_pairs, on_one_parent

from hostaudit.model.policy import (
    FunctionDemand,
    Policy,
    RoleDemand,
)


@pytest.mark.parametrize(
    ("site", "expected"), [(in_pairs, "pass"), (on_one_parent, "fail"), (silent, "unknown"), (in_the_dark, "unknown")]
)
def test_scores_compare_by_their_low_end(site, expected):
    policy = Policy(
        min_score=60,
        roles={"dns": RoleDemand(min_score=60)},
        functions={"web": FunctionDemand(min_score=60)},
    )
    report = judged(site(), policy)

    for rule in ("score.min", "dns.min_score", "web.min_score"):
        assert set(outcomes(report, rule).values()) == {expected}


def test_a_role_scores_what_its_worst_company_leaves():
    report = judged(on_one_parent(), Policy())
    scores = {each.role: each.score.low for each in report.roles}

    assert scores["dns"] == scores["cdn"] == scores["mail"] < 15
    assert scores["app_store"] == 90
    assert scores["registry"] == 97
    by_role = {each.role: each.providers for each in judged(in_pairs(), Policy()).roles}
    assert by_role["hosting"] == ("hetzner", "ovh")
    assert by_role["dns"] == ("gandi", "ns1")


def test_what_a_site_does_not_have_meets_every_demand_and_what_is_out_of_sight_none():
    policy = Policy(
        roles={
            "mail": RoleDemand(min_providers=2, min_score=50),
            "payments": RoleDemand(
                min_providers=1, min_score=50, max_hours_down=1, allow=("stripe",), deny=("stripe",)
            ),
        },
        functions={
            "mail_receive": FunctionDemand(min_score=50, max_hours_down=1),
            "web:api.fronted.net": FunctionDemand(min_score=50, max_hours_down=1),
        },
    )
    report = judged(behind_a_proxy(), policy)
    found = {each.rule: each.outcome for each in report.findings}

    assert {rule for rule, each in found.items() if each == "pass"} == {
        "mail.min_providers",
        "mail.min_score",
        "mail_receive.min_score",
        "mail_receive.max_hours_down",
    }
    assert set(found.values()) == {"pass", "unknown"}


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


def test_a_role_is_reckoned_without_what_its_companies_do_besides():
    policy = Policy(roles={"dns": RoleDemand(max_hours_down=48), "hosting": RoleDemand(max_hours_down=48)})
    alone = in_one_leg().name(GANDI, {"ns1.first-ns.de": ("213.239.242.238", 24940)})
    report = judged(alone, policy)

    assert outcomes(report, "dns.max_hours_down") == {"steady.org": "pass"}
    assert outcomes(report, "hosting.max_hours_down") == {"steady.org": "fail"}


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
    assert with_.score.low > without.score.low
    assert with_.policy.notice_hours == 1200
    assert with_.spofs == without.spofs
