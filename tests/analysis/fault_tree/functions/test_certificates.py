"""The function renew_certificate: who may issue."""

from __future__ import annotations

import pytest
from helpers.reports import impacts, parents, report_on, state
from helpers.sites import in_pairs

from hostaudit.model.values import (
    Caa,
)


def test_caa_decides_whether_another_authority_can_stand_in():
    free = report_on(in_pairs())
    bound = report_on(in_pairs().caa("letsencrypt.org"))
    pair = report_on(in_pairs().caa("letsencrypt.org", "sectigo.com"))
    nobody = in_pairs()
    for host in nobody.target.hosts:
        nobody.note("caa", host, Caa("steady.org", ()))

    assert "isrg" not in parents(free)
    assert impacts(bound, "isrg") == {"renew_certificate": "cannot_renew"}
    assert "isrg" not in parents(pair)
    assert state(report_on(nobody), "renew_certificate") == "down"
    point = next(p for p in bound.spofs if p.failure_domain.id == "isrg" and p.failure_domain.kind == "parent")
    assert point.functions[0].time_to_impact_hours == pytest.approx(51 * 24)
