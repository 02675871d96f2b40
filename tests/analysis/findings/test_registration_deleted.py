"""The finding for a name that is being deleted."""

from __future__ import annotations

import pytest
from helpers.broken_sites import registered
from helpers.reports import report_on


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (("redemption period", "pending delete"), "has been deleted and is in its redemption period"),
        (("pending restore",), "has been deleted, and its restoration is pending"),
        (("pending delete", "server hold"), "is about to be deleted by its registry (pendingDelete, serverHold)"),
    ],
)
def test_its_state_is_said_and_it_is_down_if_it_is_no_longer_delegated(status, said):
    (gone,) = report_on(registered(*status, gone=True)).findings
    (coming,) = report_on(registered(*status)).findings

    assert (gone.rule, gone.severity, coming.severity) == ("registration-deleted", "critical", "medium")
    assert said in gone.message
    assert {"resolve", "web"} <= set(gone.down_now)
    assert coming.down_now == ()
