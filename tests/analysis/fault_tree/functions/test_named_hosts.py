"""Hosts that the user names are functions of their own."""

from __future__ import annotations

from helpers.reports import impacts, report_on
from helpers.sites import Site, on_one_parent


def test_named_hosts_are_functions_of_their_own():
    site = Site("captive.com", named=("api.captive.com",))
    site.items.update(on_one_parent().items)
    site.web("api.captive.com", ("54.190.4.4", 16509))

    report = report_on(site)

    assert impacts(report, "amazon")["web:api.captive.com"] == "down"
    assert "api.captive.com" in report.summary
