"""The finding for a registration that ends soon or has ended."""

from __future__ import annotations

import pytest
from helpers.broken_sites import registered
from helpers.reports import report_on
from helpers.sites import Site

from hostaudit.model.values import Delegation, NameServerGlue, Registration


@pytest.mark.parametrize(
    ("expires", "said"),
    [
        ("2021-02-08T00:00:00Z", "ends in 30 days, on 2021-02-08"),
        ("2021-01-10T00:00:00Z", "ends in 1 day, on 2021-01-10"),
        ("2021-01-09T12:00:00Z", "ends today, on 2021-01-09"),
        ("2021-01-08T00:00:00Z", "ended on 2021-01-08, 1 day ago, and it is still delegated"),
        ("2020-10-09T00:00:00Z", "ended on 2020-10-09, 92 days ago"),
        ("2021-02-09T00:00:00Z", ""),
        ("2022-01-09T00:00:00Z", ""),
        (None, ""),
    ],
)
def test_the_last_thirty_days_and_the_time_after_are_told(expires, said):
    findings = report_on(registered(expires=expires)).findings
    assert [each.rule for each in findings] == (["registration-end"] if said else [])
    assert all(said in each.message and each.down_now == () for each in findings)


def test_a_past_date_is_never_said_to_mean_more_than_it_does():
    (found,) = report_on(registered(expires="2020-12-30T00:00:00Z")).findings
    assert found.message.startswith("By the record of its registry,")
    assert "renew it by themselves" in found.effect.replace("\n", " ") or "Some renew it" in found.effect


def test_a_hold_or_a_deletion_tells_more():
    rules = [each.rule for each in report_on(registered("client hold", expires="2020-12-30T00:00:00Z")).findings]
    assert rules == ["registration-on-hold"]


def test_the_name_of_a_platform_is_the_platforms_business():
    site = Site("shop.github.io")
    site.note("delegation", "github.io", Delegation("io", (NameServerGlue("dns1.p01.nsone.net"),), 172800, ds=False))
    site.note("registration", "github.io", Registration("rdap", "MarkMonitor", "292", expires="2021-01-12T00:00:00Z"))
    assert "registration-end" not in [each.rule for each in report_on(site).findings]
