"""Registration data of every name on which the site rests."""

from __future__ import annotations

import asyncio

import pytest
from helpers.fakes import FakeNet, observe

from hostaudit import domain
from hostaudit.model.values import (
    Addresses,
    Alias,
    Delegation,
    MailExchanger,
    MailExchangers,
    NameServerGlue,
    NameServers,
    Registration,
)
from hostaudit.observe.net import Outcome
from hostaudit.observe.probes import Probe
from hostaudit.observe.probes.registrar import PROBE


def given(kind, subject, value):
    async def run(scan, item):
        scan.note(kind, subject, value if isinstance(value, Outcome) else Outcome.of(value, "test"))

    return Probe("given", (), (kind,), run)


def asked(*sources, target="shop.example.com"):
    net = FakeNet()
    observe(target, net, *sources, PROBE)
    return sorted({name for kind, name in net.calls if kind == "registrations"})


def test_the_registrable_name_is_asked_from_the_start_and_once():
    net = FakeNet(registrations={"example.com": Registration("rdap", registrar="Example Registrar")})

    found = observe("example.com", net, PROBE)

    assert found["registration:example.com"].value.registrar == "Example Registrar"
    assert net.calls == [("registrations", "example.com")]


def test_a_name_known_from_two_sides_is_asked_once():
    servers = NameServers(("ns1.example.com", "ns2.example.com"), 60)
    net = FakeNet()

    async def run(scan, item):
        await asyncio.sleep(0.01)
        scan.note("nameservers", "example.com", Outcome.of(servers, "test"))

    observe("example.com", net, PROBE, Probe("late", (), ("nameservers",), run))

    assert net.calls == [("registrations", "example.com")]


def test_named_hosts_under_other_names_are_asked_too():
    assert asked(target=domain.parse("example.com", ("api.example.net",))) == ["example.com", "example.net"]


@pytest.mark.parametrize(
    ("kind", "subject", "value"),
    [
        ("a", "shop.example.com", Addresses((Alias("shop.example.com", "x.edge.example.net", 60),), (), 60)),
        ("aaaa", "shop.example.com", Addresses((Alias("shop.example.com", "x.edge.example.net", 60),), (), 60)),
        ("mx", "shop.example.com", MailExchangers((MailExchanger(10, "mx.example.net"),), 60)),
        ("delegation", "example.com", Delegation("com", (NameServerGlue("ns1.example.net"),), 60)),
        ("nameservers", "example.com", NameServers(("ns1.example.net",), 60)),
    ],
)
def test_names_that_the_site_leans_on_are_asked(kind, subject, value):
    assert asked(given(kind, subject, value)) == ["example.com", "example.net"]


@pytest.mark.parametrize(
    ("kind", "subject", "value"),
    [
        ("a", "elsewhere.example.org", Addresses((Alias("elsewhere.example.org", "x.example.net", 60),), (), 60)),
        ("nameservers", "example.org", NameServers(("ns1.example.net",), 60)),
        ("nameservers", "example.com", Outcome.gap("servfail", "test")),
        ("mx", "shop.example.com", Outcome.none("NODATA", "test")),
        ("delegation", "example.com", Delegation("com", (NameServerGlue("co.uk"), NameServerGlue("")), 60)),
    ],
)
def test_names_further_away_and_questions_without_an_answer_add_nothing(kind, subject, value):
    assert asked(given(kind, subject, value)) == ["example.com"]


@pytest.mark.parametrize("cause", ["timeout", "rate_limited", "no_service", "not_asked"])
def test_a_fault_is_unknown_and_never_absent(cause):
    net = FakeNet(registrations={"example.com": ("unknown", cause)})

    item = observe("example.com", net, PROBE)["registration:example.com"]

    assert (item.unknown.cause, item.absent) == (cause, None)


def test_a_registry_that_has_no_such_name_is_proof_of_absence():
    net = FakeNet(registrations={"example.com": "404 from the registry"})

    assert observe("example.com", net, PROBE)["registration:example.com"].absent == "404 from the registry"
