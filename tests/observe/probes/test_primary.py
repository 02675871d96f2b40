"""The addresses of a primary that no NS set has."""

from __future__ import annotations

import asyncio

import pytest
from helpers.fakes import FakeNet

from hostaudit import domain
from hostaudit.model.evidence import Evidence
from hostaudit.model.values import NameServers, ServerAnswer
from hostaudit.observe.net import Outcome
from hostaudit.observe.probes import Scan, primary

ZONE = "example.com"


@pytest.mark.parametrize(
    ("mname", "asked"),
    [("master.example.com", True), ("ns1.example.com", False), ("com", False), ("", False), (None, False)],
)
def test_only_a_host_beside_the_published_servers_is_asked_for(mname, asked):
    async def run():
        net = FakeNet(dns={("master.example.com", "A"): ["192.0.2.1"], ("master.example.com", "AAAA"): "NODATA"})
        scan = Scan(domain.parse(ZONE), net, domain.registrable)
        scan.note("nameservers", ZONE, Outcome.of(NameServers(("ns1.example.com",), 60), "test"))
        answer = ServerAnswer(ZONE, "ns1.example.com", "192.0.2.53", True, "NOERROR", 7, mname)
        await primary.run(scan, Evidence("server:x", "server", "x", "test", "2021-01-01T00:00:00Z", value=answer))
        return scan.seen

    assert (f"a:{mname}" in asyncio.run(run())) is asked


def test_other_evidence_starts_nothing():
    async def run():
        scan = Scan(domain.parse(ZONE), FakeNet(), domain.registrable)
        await primary.run(scan, None)
        return scan.seen

    assert asyncio.run(run()) == {}
