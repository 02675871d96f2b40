"""What an event leaves of each function: standbys that help, those that are refused, and what nobody can tell."""

from __future__ import annotations

import msgspec
import pytest
from helpers.happenings import (
    OVH,
    PAGE_AT,
    USUAL,
    WEB,
    down,
    event,
    fate,
    first,
    replayed,
    standing_by,
)
from helpers.sites import GANDI, in_one_leg

from hostaudit.model.site import DeclaredFallback
from hostaudit.model.values import Registration


def test_a_standby_that_is_not_proved_is_excluded_and_says_why():
    site = standing_by().standby_page(WEB, (PAGE_AT, OVH), status=503)
    answer = replayed(site, event("hetzner", "hosting"))

    assert down(answer, "web") == USUAL
    assert [(each.provider, each.reason) for each in answer.excluded] == [
        ("ovh", f"only declared: {PAGE_AT} answers as {WEB} with 503, not 200")
    ]


@pytest.mark.parametrize(
    ("refusal", "excluded"),
    [
        (event("ovh", "hosting", "refuse"), True),
        (event("ovh", "hosting", "refuse", certainty="judged"), True),
        (event("aws", "hosting", "refuse"), False),
        (event("ovh", "payments", "refuse"), False),
    ],
)
def test_who_refuses_cannot_stand_in(refusal, excluded):
    refusal = msgspec.structs.replace(refusal, id="no")
    answer = replayed(standing_by(), event("hetzner", "hosting"), refusal)
    (standby,) = answer.fallbacks

    said = "judged unlikely to accept" if refusal.certainty == "judged" else "refused"
    assert (answer.excluded[0].provider, answer.excluded[0].reason) == (refusal.actor, f"{said} in this scenario")
    assert (answer.excluded[0].event, answer.excluded[0].certainty) == ("no", refusal.certainty)
    assert (down(answer, "web") == USUAL) == excluded
    assert (standby.ready_at_hours is None) == excluded
    if excluded:
        assert standby.reasons[0] == f"{said} in this scenario"


def test_another_product_of_who_refuses_is_refused_as_well():
    site = in_one_leg().standby_page(WEB, ("45.33.1.1", 63949))
    site.declare(DeclaredFallback("hosting", "linode", address="45.33.1.1"))
    answer = replayed(site, event("hetzner", "hosting"), event("akamai", "hosting", "refuse"))

    assert down(answer, "web") == USUAL


def test_a_standby_that_goes_with_what_it_backs_up_helps_nobody():
    gone = event("hetzner", "hosting", duration_hours=50.0)
    answer = replayed(standing_by(), gone, event("ovh", "hosting", bind="literal", duration_hours=50.0))
    (standby,) = answer.fallbacks

    assert down(answer, "web") == 50
    assert standby.ready_at_hours is None
    assert standby.reasons[0].startswith("something that it needs is gone as well")

    answer = replayed(standing_by(), gone, event("ovh", "hosting", bind="literal", duration_hours=20.0))
    (standby,) = answer.fallbacks
    assert (down(answer, "web"), standby.ready_at_hours) == (20, 30)


def test_a_name_in_its_transfer_lock_cannot_be_moved():
    site = in_one_leg()
    new = Registration("rdap", *GANDI, created="2021-01-01T00:00:00Z")
    answer = replayed(site.note("registration", "steady.org", new), event("gandi", "registrar"))

    (row,) = (each for each in answer.excluded if each.provider == "another-registrar")
    assert row.reason == "transfer lock of steady.org, 60 days from 2021-01-01: blocked for 52 days more"


def test_a_function_that_was_not_seen_is_never_up():
    site = in_one_leg().note("mx", "steady.org", unknown="timeout")
    answer = replayed(site, event("aws", "hosting"))

    assert not fate(answer, "mail_receive").assessed
    assert "mail_receive" in {each.what for each in answer.not_assessed}
    assert answer.summary.endswith("Not everything could be assessed.")


@pytest.mark.parametrize("binding", ["role", "literal"])
@pytest.mark.parametrize(
    ("layer", "hidden", "function"),
    [
        ("hosting", ("a:www.steady.org", "aaaa:www.steady.org", "a:steady.org", "aaaa:steady.org"), "web"),
        ("cdn", ("a:www.steady.org", "aaaa:www.steady.org", "a:steady.org", "aaaa:steady.org"), "web"),
        ("dns", ("delegation:steady.org", "nameservers:steady.org"), "resolve"),
        ("registrar", ("registration:steady.org",), ""),
        ("tls", ("tls:www.steady.org 88.198.77.11", "caa:www.steady.org"), "renew_certificate"),
        ("mail", ("mx:steady.org",), "mail_receive"),
    ],
)
def test_who_could_not_be_seen_is_not_said_to_go_on(layer, hidden, function, binding):
    site = in_one_leg()
    for each in hidden:
        site.note(site.items[each].kind, site.items[each].subject, unknown="timeout")
    answer = replayed(site, event("some-body", layer), binding=binding)

    assert first(answer).applies == "not_assessed"
    assert first(answer).reason
    if function:
        assert not fate(answer, function).assessed
        assert function in {each.what for each in answer.not_assessed}


def test_a_function_that_does_not_work_now_is_not_assessed():
    site = in_one_leg().caa("nobody.example").note("delegation", "steady.org", absent="NXDOMAIN")
    answer = replayed(site, event("aws", "hosting"))

    assert fate(answer, "web").note == "it does not work now, before any of this"
    assert not fate(answer, "web").assessed


def test_what_may_be_worse_says_so():
    site = in_one_leg().note("origin", "88.198.77.11", unknown="timeout")
    answer = replayed(site, event("fastmail", "mail"))

    assert fate(answer, "web").note == "part of what it rests on is unknown, so it may be worse"
