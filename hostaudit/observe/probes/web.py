"""The first answer and the certificate of each address of a host, when it is asked for the site."""

from __future__ import annotations

import re

from hostaudit.model.evidence import Evidence
from hostaudit.model.values import Addresses, HostAddress, WebAnswer
from hostaudit.observe.net import HttpReply, Outcome
from hostaudit.observe.probes import Probe, Scan, together

MOST_LEGS = 6
"""The most address legs that are asked in one family of a host; a CDN may publish dozens for one operator."""

MOST_HEADERS = 60
LONGEST_VALUE = 512

LONGEST_LOCATION = 2000

CLOSED = ("connection_refused", "unreachable")
"""Causes that mean that nothing listens for HTTPS; only after these is plain HTTP tried."""

AFTER_HANDSHAKE = ("certificate_invalid", "tls_error", "rate_limited", "too_large", "malformed", "connection_reset")
"""Failures of a fetch after which the certificate can still be read. A time-out is left out, to wait only once."""


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
    if reply.unknown is not None and reply.unknown.cause == "certificate_invalid":
        # Browsers that refuse the certificate may still show what plain HTTP serves.
        plain = await scan.net.fetch(f"http://{host}/", address=address)
        scan.note("plain", subject, plain.map(lambda value: _as_answer(host, address, value)))
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
        location=(reply.location or "")[:LONGEST_LOCATION] or None,
    )


def _kept(name: str, value: str) -> str:
    """A header value in the form of evidence. Of a cookie only the name is kept: its value may identify a person."""
    if name == "set-cookie":
        match = re.match(r"[^=;\s]{1,80}=", value)
        return match.group() if match else ""
    return value[:LONGEST_VALUE]


PROBE = Probe("web", needs=("a", "aaaa"), gives=("web", "plain", "tls"), run=run)
