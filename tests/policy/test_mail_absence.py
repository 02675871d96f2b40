"""Demands on incoming mail at a site that has none: told, lost, or not known."""

from __future__ import annotations

import pytest
from helpers.findings import outcome
from helpers.policies import judged
from helpers.sites import Site, in_pairs

from hostaudit.model.policy import FunctionDemand, Policy, RoleDemand
from hostaudit.model.values import NODATA, NULL_MX
from hostaudit.policy.mail_absence import took_mail

BEFORE = "run 7 of 2021-01-08 in history.db"
DEMANDS = {
    "mail.min_providers": Policy(roles={"mail": RoleDemand(min_providers=2)}),
    "mail.min_score": Policy(roles={"mail": RoleDemand(min_score=50)}),
    "mail.max_hours_down": Policy(roles={"mail": RoleDemand(max_hours_down=1)}),
    "mail_receive.max_hours_down": Policy(functions={"mail_receive": FunctionDemand(max_hours_down=1)}),
    "mail_receive.min_score": Policy(functions={"mail_receive": FunctionDemand(min_score=50)}),
}
each_demand = pytest.mark.parametrize("rule", DEMANDS)


def without(proof: str) -> Site:
    return in_pairs().note("mx", "steady.org", absent=proof)


def found(site: Site, rule: str, **criteria):
    return next(each for each in judged(site, DEMANDS[rule], **criteria).findings if each.rule == rule)


@each_demand
@pytest.mark.parametrize("proof", [NULL_MX, NODATA])
def test_a_site_that_takes_no_mail_passes_and_is_told_so(rule, proof):
    row = found(without(proof), rule)

    assert (row.outcome, row.because) == ("pass", ("mx:steady.org",))
    assert "no mail here" in row.message


@each_demand
def test_mail_that_was_lost_since_an_earlier_look_fails(rule):
    row = found(without(NODATA), rule, mail_before=BEFORE)

    assert row.outcome == "fail"
    assert BEFORE in row.message


@each_demand
def test_mail_that_the_owner_gave_up_by_a_null_mx_is_not_lost(rule):
    assert found(without(NULL_MX), rule, mail_before=BEFORE).outcome == "pass"


@each_demand
@pytest.mark.parametrize("proof", ["NXDOMAIN", "no mail exchanger"])
def test_any_other_absence_is_unknown(rule, proof):
    assert found(without(proof), rule).outcome == "unknown"


@each_demand
def test_a_question_without_an_answer_is_unknown_whatever_was_before(rule):
    site = in_pairs().note("mx", "steady.org", unknown="unproved")

    assert found(site, rule, mail_before=BEFORE).outcome == "unknown"


def test_a_demand_that_refuses_a_provider_is_met_without_mail():
    policy = Policy(roles={"mail": RoleDemand(deny=("google-workspace",))})

    assert outcome(without(NODATA), policy, "mail.deny") == "pass"


def test_whether_a_report_shows_mail():
    policy = DEMANDS["mail.min_providers"]
    gone, unknown = without(NODATA), in_pairs().note("mx", "steady.org", unknown="timeout")

    assert [took_mail(judged(each, policy)) for each in (in_pairs(), gone, unknown)] == [True, False, False]
