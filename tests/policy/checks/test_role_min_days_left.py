"""Days left of a name and of certificates."""

from __future__ import annotations

from datetime import date

import pytest
from helpers import sites
from helpers.findings import outcome
from helpers.policies import judged
from helpers.sites import GANDI, in_pairs

from hostaudit.model.policy import (
    Policy,
    RoleDemand,
)
from hostaudit.model.values import Registration


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2022, 3, 1), "pass"),
        (date(2022, 3, 2), "fail"),
        (date(2022, 6, 1), "fail"),
    ],
)
def test_days_are_counted_from_the_day_of_judging(day, expected):
    site = in_pairs().note("registration", "steady.org", Registration("rdap", *GANDI, expires="2022-04-30T23:00:00Z"))
    policy = Policy(roles={"registrar": RoleDemand(min_days_left=60)})

    assert outcome(site, policy, "registrar.min_days_left", day=day) == expected


@pytest.mark.parametrize("expires", [None, "soon", ""])
def test_a_date_that_cannot_be_read_is_unknown(expires):
    site = in_pairs().note("registration", "steady.org", Registration("rdap", *GANDI, expires=expires))
    policy = Policy(roles={"registrar": RoleDemand(min_days_left=60)})

    assert outcome(site, policy, "registrar.min_days_left") == "unknown"


def test_the_first_certificate_counts_and_one_that_was_not_seen_is_unknown():
    policy = Policy(roles={"ca": RoleDemand(min_days_left=50)})
    more = Policy(roles={"ca": RoleDemand(min_days_left=51)})
    half = in_pairs().note("tls", "www.steady.org 51.38.99.21", unknown="timeout")
    plain = sites.Site("plain.net").note("tls", "plain.net 192.0.2.1", not_applicable="no TLS")

    assert outcome(in_pairs(), policy, "ca.min_days_left") == "pass"
    assert outcome(in_pairs(), more, "ca.min_days_left") == "fail"
    assert outcome(half, policy, "ca.min_days_left") == "unknown"
    assert outcome(half, more, "ca.min_days_left") == "fail"
    assert outcome(plain, policy, "ca.min_days_left") == "pass"
    assert outcome(sites.Site("plain.net"), policy, "ca.min_days_left") == "unknown"


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2021, 1, 9), "ends in 476 days, on 2022-04-30; at least 60 days are demanded."),
        (
            date(2022, 6, 1),
            "ended 32 days ago, on 2022-04-30, counted from the day of judging, 2022-06-01; the evidence is of "
            "2021-01-09; at least 60 days are demanded.",
        ),
    ],
)
def test_the_clock_by_which_days_are_counted_is_said_where_the_evidence_is_older(day, said):
    site = in_pairs().note("registration", "steady.org", Registration("rdap", *GANDI, expires="2022-04-30T23:00:00Z"))
    policy = Policy(roles={"registrar": RoleDemand(min_days_left=60)})
    (found,) = (each for each in judged(site, policy, day=day).findings if each.rule == "registrar.min_days_left")

    assert found.message.endswith(f"the registration of steady.org {said}")
