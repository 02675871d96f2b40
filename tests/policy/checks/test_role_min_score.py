"""Scores of a role against a limit."""

from __future__ import annotations

from helpers.findings import outcomes
from helpers.policies import judged
from helpers.sites import GANDI, in_one_leg, in_pairs, on_one_parent

from hostaudit.model.policy import (
    Policy,
    RoleDemand,
)


def test_a_role_scores_what_its_worst_company_leaves():
    report = judged(on_one_parent(), Policy())
    scores = {each.role: each.score.high for each in report.roles}

    assert scores["dns"] == scores["cdn"] == scores["mail"] < 25
    assert scores["app_store"] == 97
    assert scores["registry"] > 99
    # The origin behind the content network may be anybody's, also that of a company in any other role.
    assert all(each.score.low < 40 for each in report.roles)
    by_role = {each.role: each.providers for each in judged(in_pairs(), Policy()).roles}
    assert by_role["hosting"] == ("hetzner", "ovh")
    assert by_role["dns"] == ("gandi", "ns1")


def test_a_role_is_reckoned_without_what_its_companies_do_besides():
    policy = Policy(roles={"dns": RoleDemand(max_hours_down=48), "hosting": RoleDemand(max_hours_down=48)})
    alone = in_one_leg().name(GANDI, {"ns1.first-ns.de": ("213.239.242.238", 24940)})
    report = judged(alone, policy)

    assert outcomes(report, "dns.max_hours_down") == {"steady.org": "pass"}
    assert outcomes(report, "hosting.max_hours_down") == {"steady.org": "fail"}
