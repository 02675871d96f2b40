"""Registries: RDAP answered by respx, port 43 by a server on the loopback, and the objects that RDAP answers with."""

from __future__ import annotations

import asyncio
import ipaddress
import json
from typing import Any

import httpx

from helpers.pages import answer, serving, urls
from helpers.servers import LOOPBACK, DnsServer, WhoisServer
from hostaudit.observe.net.limits import Limits, Ports
from hostaudit.observe.net.live import LiveNet

VERISIGN = "rdap.verisign.com"

RIPE = "rdap.db.ripe.net"

SERVICES = (
    *(VERISIGN, RIPE, "rdap.arin.net", "rdap.apnic.net", "data.iana.org", "rdap.registrar.example"),
    *("new.registry.example", "whois.iana.org", "whois.verisign-grs.com", "whois.nic.io", "whois.denic.de"),
    *("rdap.identitydigital.services", "rdap.nic.ch", "whois.nic.ch"),
    *("whois.ripe.net", "whois.apnic.net", "whois.arin.net", "whois.nic.example", "whois.nic.ad.jp"),
)


def ask(call, *, pages=None, whois=None, records=None, missing=(), limits=None) -> tuple[Any, list[str], WhoisServer]:
    """The result of ``call(net)``, the URLs that were asked for, and the server of port 43.

    ``missing`` names the services that have no address.
    """

    async def go():
        names = {(host, "A"): [LOOPBACK] for host in SERVICES if host not in missing}
        async with DnsServer({**names, **(records or {})}) as dns, WhoisServer(whois or {}) as port43:
            async with LiveNet(
                limits or Limits(timeout=1, deadline=10),
                resolver=(dns.address,),
                allow_private=(ipaddress.ip_network("127.0.0.0/8"),),
                ports=Ports(whois=port43.port),
            ) as net:
                outcome = await call(net)
                assert net.crashes == []
            return outcome, port43

    with serving(pages or {}) as web:
        outcome, port43 = asyncio.run(go())
        return outcome, urls(web), port43


def card(name, *, org=None):
    properties = [["version", {}, "text", "4.0"], ["fn", {}, "text", name]]
    if org:
        properties.append(["org", {}, "text", [org, "Unit"]])
    return ["vcard", properties]


def rdap_page(value: Any, status: int = 200) -> httpx.Response:
    return answer(status, json.dumps(value).encode(), Content_Type="application/rdap+json")
