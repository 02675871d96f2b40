"""Networks of all addresses that a scan comes upon."""

from __future__ import annotations

import pytest
from helpers.fakes import FakeNet, observe

from hostaudit.model.values import Addresses, Delegation, NameServerGlue, Origin, Owner, Spf
from hostaudit.observe.net import Outcome
from hostaudit.observe.probes import Probe
from hostaudit.observe.probes.ip_owner import MOST_SENDERS, PROBE

ORIGIN = Origin("54.0.0.0/8", (64500, 64501))
OWNER = Owner("rdap", "54.0.0.0", "54.255.255.255", organisation="Example Networks")
PUBLIC = "54.1.2.3"


def given(kind, value, subject="example.com"):
    async def run(scan, item):
        scan.note(kind, subject, value if isinstance(value, Outcome) else Outcome.of(value, "test"))

    return Probe("given", (), (kind,), run)


def looked_up(*sources, net=None):
    net = net or FakeNet()
    found = observe("example.com", net, *sources, PROBE)
    return found, net


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("a", Addresses((), (PUBLIC,), 60)),
        ("aaaa", Addresses((), (PUBLIC,), 60)),
        ("delegation", Delegation("com", (NameServerGlue("ns1.example.com", (PUBLIC,)),), 60)),
        ("spf", Spf("v=spf1", networks=(PUBLIC,))),
        ("spf", Spf("v=spf1", networks=(f"{PUBLIC}/24",))),
    ],
)
def test_an_address_is_looked_up_wherever_it_comes_from(kind, value):
    net = FakeNet(origins={PUBLIC: ORIGIN}, owners={PUBLIC: OWNER})

    found, _ = looked_up(given(kind, value), net=net)

    assert found[f"origin:{PUBLIC}"].value == ORIGIN
    assert found[f"owner:{PUBLIC}"].value == OWNER


def test_of_a_third_party_resource_only_the_origin_is_asked():
    _, net = looked_up(given("resource", Addresses((), (PUBLIC,), 60), "cdn.example.net"))

    assert net.calls == [("origins", PUBLIC)]


def test_an_address_that_a_resource_shares_with_the_site_gets_its_holder():
    resource = given("resource", Addresses((), (PUBLIC,), 60), "cdn.example.net")

    found, _ = looked_up(resource, given("a", Addresses((), (PUBLIC,), 60)))

    assert f"owner:{PUBLIC}" in found


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "127.0.0.1", "169.254.169.254", "::1", "fe80::1", "fd00::1", "224.0.0.1", "not-an-address"]
)
def test_a_special_purpose_address_belongs_to_nobody_and_is_not_asked_about(address):
    found, net = looked_up(given("a", Addresses((), (address,), 60)))

    assert found[f"origin:{address}"].not_applicable == "special-purpose address"
    assert found[f"owner:{address}"].not_applicable == "special-purpose address"
    assert net.calls == []


@pytest.mark.parametrize("cause", ["timeout", "servfail", "rate_limited", "malformed"])
def test_a_fault_is_unknown_and_never_absent(cause):
    net = FakeNet(origins={PUBLIC: ("unknown", cause)}, owners={PUBLIC: ("unknown", cause)})

    found, _ = looked_up(given("a", Addresses((), (PUBLIC,), 60)), net=net)

    for kind in ("origin", "owner"):
        assert (found[f"{kind}:{PUBLIC}"].unknown.cause, found[f"{kind}:{PUBLIC}"].absent) == (cause, None)


def test_the_origin_does_not_wait_for_the_holder_and_either_may_fail_alone():
    net = FakeNet(origins={PUBLIC: ORIGIN}, owners={PUBLIC: RuntimeError("defect")})

    found, _ = looked_up(given("a", Addresses((), (PUBLIC,), 60)), net=net)

    assert found[f"origin:{PUBLIC}"].value == ORIGIN


def test_of_a_long_sender_list_only_the_first_networks_are_looked_up():
    networks = tuple(f"54.0.{n}.0/24" for n in range(MOST_SENDERS + 5))

    _, net = looked_up(given("spf", Spf("v=spf1", networks=networks)))

    assert len([call for call in net.calls if call[0] == "origins"]) == MOST_SENDERS


@pytest.mark.parametrize("ending", [Outcome.none("NXDOMAIN", "test"), Outcome.gap("timeout", "test")])
def test_a_question_without_an_address_asks_nothing(ending):
    _, net = looked_up(given("a", ending))

    assert net.calls == []
