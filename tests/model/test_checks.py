"""Criteria: which demands a policy makes."""

from __future__ import annotations

import pytest
from helpers.policies import effective

from hostaudit.model.checks import Criteria
from hostaudit.model.policy import FunctionDemand, Policy, RoleDemand


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (Policy(roles={"mail": RoleDemand(min_providers=1)}), True),
        (Policy(functions={"mail_receive": FunctionDemand(min_score=1)}), True),
        (Policy(roles={"dns": RoleDemand(min_providers=1)}), False),
        (Policy(functions={"mail_send": FunctionDemand(min_score=1)}), False),
    ],
)
def test_a_demand_on_mail_is_one_on_its_role_or_function(policy, expected):
    assert Criteria(policy=effective(policy, "steady.org")).demands_mail is expected
    assert not Criteria().demands_mail
