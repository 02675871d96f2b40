"""The CNAME records of names without addresses."""

from __future__ import annotations

from helpers.fakes import FakeNet, observe

from hostaudit.model.values import CanonicalName
from hostaudit.observe.probes import addresses, aliases, registrar

HOST, WWW, SHOP = "example.com", "www.example.com", "shop.example.net"


def look(dns=None, **tables):
    names = {(host, kind): "NODATA" for host in (HOST, WWW) for kind in ("A", "AAAA", "HTTPS")}
    net = FakeNet(dns=names | (dns or {}), **tables)
    found = observe(HOST, net, addresses.PROBE, aliases.PROBE, registrar.PROBE)
    assert net.errors == []
    return found, net


def test_a_host_that_does_not_exist_is_asked_for_its_alias_to_the_end():
    gone = {(WWW, kind): "NXDOMAIN" for kind in ("A", "AAAA")}
    found, net = look(gone | {(WWW, "CNAME"): [(SHOP,)], (SHOP, "CNAME"): "NXDOMAIN"})

    assert found[f"cname:{WWW}"].value == CanonicalName(SHOP, 300)
    assert found[f"cname:{SHOP}"].absent == "NXDOMAIN"
    assert ("registrations", "example.net") in net.calls


def test_a_host_that_exists_without_addresses_is_not_asked():
    found, _ = look()
    assert not [each for each in found if each.startswith("cname:")]


def test_a_circle_ends():
    gone = {(WWW, kind): "NXDOMAIN" for kind in ("A", "AAAA")}
    found, _ = look(gone | {(WWW, "CNAME"): [(SHOP,)], (SHOP, "CNAME"): [(WWW,)]})
    assert len([each for each in found if each.startswith("cname:")]) == 2
