"""The address legs of the site's own hosts."""

from __future__ import annotations

import pytest
from helpers.fakes import FakeNet, observe

from hostaudit import domain
from hostaudit.model.values import Addresses, Alias, ServiceBinding, ServiceBindings
from hostaudit.observe.probes.addresses import PROBE

TARGET = domain.parse("example.com", ("api.example.net",))


def test_each_host_is_asked_for_both_families_and_for_service_bindings():
    net = FakeNet()

    observe(TARGET, net, PROBE)

    hosts = ("example.com", "www.example.com", "api.example.net")
    assert sorted(net.calls) == sorted(("dns", (host, kind)) for host in hosts for kind in ("A", "AAAA", "HTTPS"))


def test_the_whole_cname_chain_is_kept_with_the_lowest_ttl():
    net = FakeNet(dns={("www.example.com", "A"): (["edge.example.net", "e1.cdn.example"], ["192.0.2.2", "192.0.2.1"])})

    value = observe(TARGET, net, PROBE)["a:www.example.com"].value

    chain = (Alias("www.example.com", "edge.example.net", 60), Alias("edge.example.net", "e1.cdn.example", 60))
    assert value == Addresses(chain, ("192.0.2.1", "192.0.2.2"), 60)


def test_the_order_of_an_answer_does_not_matter():
    answers = (["192.0.2.2", "192.0.2.1"], ["192.0.2.1", "192.0.2.2"])

    seen = {
        observe(TARGET, FakeNet(dns={("example.com", "A"): rows}), PROBE)["a:example.com"].value for rows in answers
    }

    assert len(seen) == 1


@pytest.mark.parametrize("proof", ["NXDOMAIN", "NODATA"])
def test_absence_keeps_its_proof(proof):
    net = FakeNet(dns={("example.com", kind): proof for kind in ("A", "AAAA", "HTTPS")})

    found = observe(TARGET, net, PROBE)

    assert [found[f"{kind}:example.com"].absent for kind in ("a", "aaaa", "https")] == [proof] * 3


@pytest.mark.parametrize("cause", ["servfail", "timeout", "refused", "malformed", "loop", "deadline", "limit"])
def test_a_fault_is_unknown_and_never_absent(cause):
    net = FakeNet(dns={("example.com", kind): ("unknown", cause) for kind in ("A", "AAAA", "HTTPS")})

    found = observe(TARGET, net, PROBE)

    for kind in ("a", "aaaa", "https"):
        assert found[f"{kind}:example.com"].unknown.cause == cause
        assert found[f"{kind}:example.com"].absent is None


def test_one_family_that_fails_leaves_the_other_as_it_is():
    net = FakeNet(dns={("example.com", "A"): ["192.0.2.1"], ("example.com", "AAAA"): ("unknown", "timeout")})

    found = observe(TARGET, net, PROBE)

    assert found["a:example.com"].value.addresses == ("192.0.2.1",)
    assert found["aaaa:example.com"].unknown.cause == "timeout"


def test_service_bindings_keep_priority_target_and_hints():
    rows = [(2, "alt.example.net"), (1, "", "192.0.2.1", "2001:db8::1")]
    net = FakeNet(dns={("example.com", "HTTPS"): rows})

    value = observe(TARGET, net, PROBE)["https:example.com"].value

    hinted = ServiceBinding(1, "", ("192.0.2.1", "2001:db8::1"))
    assert value == ServiceBindings((hinted, ServiceBinding(2, "alt.example.net")), 300)
