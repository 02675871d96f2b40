"""The greetings of the site's mail exchangers, which are asked for only with ``--smtp``.

Many networks let nobody out to port 25, so that silence says nothing. A domain without MX records whose name has an
address takes mail at that address (RFC 5321 section 5.1), if anything answers there.
"""

from __future__ import annotations

from hostaudit.model.evidence import Evidence
from hostaudit.model.values import NODATA, HostAddress, MailExchangers, MailGreeting
from hostaudit.observe.net import Outcome
from hostaudit.observe.probes import Probe, Scan, together

MOST_HOSTS = 10
MOST_ADDRESSES = 4
"""The most addresses of one exchanger that are asked; the others are not."""

PAUSE = 2.0
"""Seconds before an address that refused a connection is tried again."""

REFUSED = "connection refused twice"


async def run(scan: Scan, item: Evidence | None) -> None:
    """Greet each exchanger of the site, or the domain itself if it has no MX record."""
    if not scan.smtp or item is None:
        return
    if isinstance(item.value, MailExchangers):
        hosts = dict.fromkeys(each.host for each in item.value.exchangers)
        await together(_host(scan, host) for host in list(hosts)[:MOST_HOSTS])
    elif item.absent == NODATA:
        await _host(scan, scan.target.domain)


async def _host(scan: Scan, host: str) -> None:
    found = await scan.addresses(host)
    await together(_greeted(scan, host, address) for address in found[:MOST_ADDRESSES])


async def _greeted(scan: Scan, host: str, address: str) -> None:
    outcome: Outcome[MailGreeting] = await scan.net.greeting(host, address)
    if _refused(outcome):
        await scan.net.pause(PAUSE)
        outcome = await scan.net.greeting(host, address, again=True)
        if _refused(outcome):
            outcome = Outcome.none(REFUSED, outcome.source)
    scan.note("exchanger", HostAddress(host, address), outcome)


def _refused(outcome: Outcome[MailGreeting]) -> bool:
    return outcome.unknown is not None and outcome.unknown.cause == "connection_refused"


PROBE = Probe("exchangers", needs=("mx",), gives=("exchanger", "a", "aaaa"), run=run)
