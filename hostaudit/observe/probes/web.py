"""Whether each address of a host answers as the site, and with which certificate: one first answer an address leg."""

from __future__ import annotations

import re

from hostaudit.model.evidence import Evidence
from hostaudit.model.values import Addresses, HostAddress, WebAnswer
from hostaudit.observe.net import HttpReply, Outcome
from hostaudit.observe.probes import Probe, Scan, together

MOST_LEGS = 6
"""Address legs asked of one family of a host; a CDN may publish dozens that are one operator's."""

MOST_HEADERS = 60
LONGEST_VALUE = 512

LONGEST_LOCATION = 2000

CLOSED = ("connection_refused", "unreachable")
"""Nothing listens for HTTPS here; only then is plain HTTP worth a try."""

AFTER_HANDSHAKE = ("certificate_invalid", "tls_error", "rate_limited", "too_large", "malformed", "connection_reset")
"""Failures of a fetch that may leave a certificate to be seen. A time-out is not waited for a second time."""


async def run(scan: Scan, item: Evidence | None) -> None:
    """Ask every address that the item brings, if it belongs to a host of the target."""
    host = scan.host_of(item) if item is not None else ""
    if item is None or host not in scan.hosts or not isinstance(item.value, Addresses):
        return
    legs = item.value.addresses
    for address in legs[MOST_LEGS:]:
        ending: Outcome[WebAnswer] = Outcome.gap("limit", "hostaudit", f"more than {MOST_LEGS} addresses")
        scan.note("web", HostAddress(host, address), ending)
    await together(_leg(scan, host, address) for address in legs[:MOST_LEGS])


async def _leg(scan: Scan, host: str, address: str) -> None:
    subject = HostAddress(host, address)
    reply = await scan.net.fetch(f"https://{host}/", address=address)
    if reply.unknown is not None and reply.unknown.cause in CLOSED:
        plain = await scan.net.fetch(f"http://{host}/", address=address)
        if plain.value is not None:
            scan.note("web", subject, plain.map(lambda value: _as_answer(host, address, value)))
            scan.not_applicable("tls", subject, "served over http only: port 443 is closed", plain.source)
            return
    scan.note("web", subject, reply.map(lambda value: _as_answer(host, address, value)))
    if reply.value is not None and reply.value.certificate is not None:
        scan.note("tls", subject, Outcome.of(reply.value.certificate, reply.source))
    elif reply.unknown is not None and reply.unknown.cause not in AFTER_HANDSHAKE:
        scan.note("tls", subject, Outcome(reply.source, unknown=reply.unknown))
    else:
        scan.note("tls", subject, await scan.net.certificate(host, address))


def _as_answer(host: str, address: str, reply: HttpReply) -> WebAnswer:
    headers = tuple((name, _kept(name, value)) for name, value in reply.headers[:MOST_HEADERS])
    return WebAnswer(
        host=host,
        address=address,
        scheme="https" if reply.url.startswith("https:") else "http",
        status=reply.status,
        headers=headers,
        location=(reply.header("location") or "")[:LONGEST_LOCATION] or None,
    )


def _kept(name: str, value: str) -> str:
    """A header value as evidence keeps it. Of a cookie only the name: its value may identify somebody."""
    if name == "set-cookie":
        match = re.match(r"[^=;\s]{1,80}=", value)
        return match.group() if match else ""
    return value[:LONGEST_VALUE]


PROBE = Probe("web", needs=("a", "aaaa"), gives=("web", "tls"), run=run)
