"""Scores of a site and of its functions against a limit."""

from __future__ import annotations

import pytest
from helpers.corpus import behind_a_proxy, in_the_dark
from helpers.findings import outcomes
from helpers.policies import judged, silent
from helpers.sites import in_pairs, on_one_parent

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
