"""The state of a registration, by every status of EPP that matters, in every spelling."""

from __future__ import annotations

import pytest
from helpers.broken_sites import NAME, registered

from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.analysis.diagnosis.registrations import DELETIONS, HOLDS, own_names, state_of, statuses_of
from hostaudit.model.site import SpareName
from hostaudit.model.values import Registration, ZoneCut


def state(site):
    return state_of(EvidenceIndex(site.items.values()), NAME)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("client hold", ("clientHold",)),
        ("clienthold", ("clientHold",)),
        ("clientHold", ("clientHold",)),
        ("server hold", ("serverHold",)),
        ("redemption period", ("redemptionPeriod",)),
        ("redemption", ("redemptionPeriod",)),
        ("pending restore", ("pendingRestore",)),
        ("pending delete", ("pendingDelete",)),
        ("pending delete / redemption period", ("redemptionPeriod", "pendingDelete")),
        ("pending transfer", ("pendingTransfer",)),
        ("inactive", ("inactive",)),
        ("inactive / server hold", ("serverHold", "inactive")),
        ("active", ()),
        ("auto renew period", ()),
        ("add period", ()),
        ("renew period", ()),
        ("transfer period", ()),
        ("client transfer prohibited", ()),
        ("server delete prohibited", ()),
        ("pending update", ()),
        ("not on hold", ()),
        ("", ()),
    ],
)
def test_a_status_is_read_in_every_spelling_and_no_other_word_is_one(written, read):
    assert statuses_of(Registration("rdap", status=(written,))) == read


@pytest.mark.parametrize("status", ["client hold", "server hold", "redemption period", "pending delete"])
def test_a_hold_or_a_deletion_explains_why_a_name_is_not_delegated(status):
    assert state(registered(status, gone=True)).explains_absence
    assert not state(registered(status)).explains_absence
    assert not state(registered("inactive", gone=True)).explains_absence


def test_without_an_answer_of_the_registry_the_resolver_tells_in_which_zone_the_name_lies():
    site = registered("client hold").note("delegation", NAME, unknown="timeout")
    assert state(site).in_zone is None  # it may have an old copy
    assert state(site).may_be_absent
    assert state(site.note("zone", NAME, ZoneCut(("org",)))).in_zone is False
    assert state(site.note("zone", NAME, unknown="timeout")).in_zone is None


def test_days_are_counted_from_the_look():
    assert state(registered(expires="2021-01-19T23:00:00Z")).days_left == 10
    assert state(registered(expires="2021-01-08T00:00:00Z")).days_left == -1
    assert state(registered()).days_left is None
    assert state(registered(expires="soon")).days_left is None


def test_nothing_is_said_without_registration_data():
    assert state(registered().note("registration", NAME, unknown="timeout")) is None
    assert state(registered().note("registration", NAME, absent="404 from the registry")) is None


def test_the_names_of_a_site_are_those_of_its_hosts_and_its_spare_names():
    site = registered().declare(spare_names=(SpareName("steady.net"),))
    assert own_names(site.file()) == (NAME, "steady.net")
    assert set(HOLDS).isdisjoint(DELETIONS)
