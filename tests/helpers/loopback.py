"""A site on the loopback interface, served from a thread, for code that scans by itself and knows nothing of tests."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import dns.flags
import pytest

from helpers.servers import DnsServer, HttpServer, SmtpServer, ca, http, server_context
from hostaudit.observe.net import live
from hostaudit.observe.net.limits import Ports

HOME = "127.0.0.1"
TOP = "a.gtld.com. admin.gtld.com. 1 3600 600 86400 300"
RECORDS = {
    ("com", "SOA"): [TOP],
    ("com", "NS"): ["a.gtld.com."],
    ("a.gtld.com", "A"): [HOME],
    ("gtld.com", "SOA"): [TOP],
    ("example.com", "SOA"): ["ns1.example.com. admin.example.com. 7 3600 600 86400 300"],
    ("example.com", "NS"): ["ns1.example.com."],
    ("ns1.example.com", "A"): [HOME],
    ("example.com", "A"): [HOME],
    ("www.example.com", "A"): [HOME],
    ("example.com", "MX"): ["10 mail.example.com."],
    ("mail.example.com", "A"): [HOME],
    ("example.com", "TXT"): ['"v=spf1 mx -all"'],
}
PAGES = {
    "example.com /": http(200, b"<html></html>", Content_Type="text/html"),
    "www.example.com /": http(301, b"", Location="https://example.com/"),
}


@contextlib.contextmanager
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """While this lasts, every scan of this process asks the servers of example.com and nobody else."""
    ready = threading.Event()
    found: dict[str, Any] = {}

    async def serve() -> None:
        context = server_context(("example.com", "www.example.com"))
        names, web = DnsServer(RECORDS, flags=dns.flags.RA | dns.flags.AA), HttpServer(PAGES, context)
        async with names, web, SmtpServer() as exchanger:
            ports = Ports(dns=names.port, https=web.port, http=1, smtp=exchanger.port)
            found.update(resolver=(names.address,), ports=ports, end=asyncio.Event(), loop=asyncio.get_running_loop())
            ready.set()
            await found["end"].wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(30)

    class Loopback(live.LiveNet):
        def __init__(self, limits: Any, **given: Any) -> None:
            here = {"ca_bundle": ca()[2], "no_third_party": True, "allow_private": (ip_network("127.0.0.0/8"),)}
            super().__init__(limits, **given | here | {"resolver": found["resolver"], "ports": found["ports"]})

    monkeypatch.setattr(live, "LiveNet", Loopback)
    try:
        yield
    finally:
        found["loop"].call_soon_threadsafe(found["end"].set)
        thread.join(30)
