"""The one way to the network: every byte that hostaudit sends or reads passes through ``Net``."""

from __future__ import annotations

from typing import Protocol

from hostaudit.model.values import Certificate, MailGreeting, Origin, Owner, PublishedRanges, Registration
from hostaudit.observe.net.outcome import DnsAnswer, DnsReply, HttpReply, Outcome, Record

__all__ = ["DnsAnswer", "DnsReply", "HttpReply", "Net", "Outcome", "Record"]


class Net(Protocol):
    """What a probe may ask. Nothing here raises for what the network does; each call ends as an ``Outcome``.

    Calls with the same arguments in one scan share one exchange, so probes ask for what they need and do not pass
    answers to one another. Past the scan's deadline every call returns unknown(deadline) at once.
    """

    async def dns(self, name: str, rdtype: str) -> Outcome[DnsAnswer]:
        """Ask the resolver. Absent is ``NXDOMAIN`` or ``NODATA``; SERVFAIL and the like are unknown."""

    async def zone_of(self, name: str) -> Outcome[str]:
        """The zone that holds ``name``: the owner of the SOA that answers for it (RFC 2308 section 2)."""

    async def ask(self, address: str, name: str, rdtype: str) -> Outcome[DnsReply]:
        """Ask one name-server address without recursion; any well-formed reply, whatever its rcode, is a value."""

    async def fetch(self, url: str, *, address: str | None = None, redirects: int = 0) -> Outcome[HttpReply]:
        """GET ``url``, at ``address`` if given, following at most ``redirects`` redirects (5 is the most).

        Any HTTP status but 429 is a value. TLS is always verified: a bad certificate is unknown(certificate_invalid).
        Site traffic: not made under ``--no-http``.
        """

    async def service(self, url: str, *, accept: str = "application/json") -> Outcome[HttpReply]:
        """GET from a third-party service (store look-ups). Not made under ``--no-third-party``."""

    async def certificate(self, host: str, address: str) -> Outcome[Certificate]:
        """The certificate presented for ``host`` at ``address``, valid or not; no request is sent. A site call."""

    async def greeting(self, host: str, address: str) -> Outcome[MailGreeting]:
        """How the mail exchanger ``host`` greets at ``address`` and answers EHLO; no mail is sent. A greeting that
        turns the caller away is a value.

        Made under ``--no-http`` too: it is not HTTP, and only what a site file declares is ever greeted.
        """

    async def origin(self, address: str) -> Outcome[Origin]:
        """Prefix and origin AS set of an address: by the table of routes, and by Team Cymru's DNS, a third party."""

    async def published(self, address: str) -> Outcome[PublishedRanges] | None:
        """The published ranges around an address, from the feeds that were fetched; None if none has been."""

    async def owner(self, address: str) -> Outcome[Owner]:
        """Registered holder of the network around an address (RDAP, else port 43). Third party."""

    async def registration(self, name: str) -> Outcome[Registration]:
        """Registration data of a registrable name (RDAP, else port 43). Third party."""

    def crashed(self, where: str, error: BaseException) -> None:
        """Report a defect of hostaudit itself, which must not stop the scan."""
