"""The finding for a pending transfer."""

from __future__ import annotations

from helpers.broken_sites import registered
from helpers.reports import report_on


def test_a_pending_transfer_is_a_warning_and_a_finished_one_is_nothing():
    (found,) = report_on(registered("pending transfer")).findings
    assert (found.rule, found.severity, found.down_now) == ("registration-transfer", "medium", ())
    assert report_on(registered("transfer period")).findings == ()
