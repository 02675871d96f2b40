"""The only access to the network: every byte that hostaudit sends or reads passes through ``Net``."""

from __future__ import annotations

from typing import Protocol

from hostaudit.model.values import Certificate, MailGreeting, Origin, Owner, PublishedRanges, Registration
from hostaudit.observe.net.outcome import DnsAnswer, DnsReply, HttpReply, Outcome, Record, led_elsewhere

__all__ = ["DnsAnswer", "DnsReply", "HttpReply", "Net", "Outcome", "Record", "led_elsewhere"]


class Net(Protocol):
    """The questions that a probe may ask. Network failures raise no exception; each call returns an ``Outcome``.

    Calls with the same arguments in one scan share one exchange, so probes ask for what they need and do not pass
    answers to one another. Past the scan's deadline every call returns unknown(deadline) at once.
    """

    async def dns(self, name: str, rdtype: str) -> Outcome[DnsAnswer]:
        """Ask the resolver. Absent is ``NXDOMAIN`` or ``NODATA``; SERVFAIL and the like are unknown."""

    async def unvalidated(self, name: str, rdtype: str) -> Outcome[DnsReply]:
        """Ask the resolver without its DNSSEC validation (the CD bit); asked only where it answered SERVFAIL."""

    async def zone_of(self, name: str) -> Outcome[str]:
        """The zone that contains ``name``: the owner of the SOA in the answer for it (RFC 2308 section 2)."""

    async def ask(self, address: str, name: str, rdtype: str, *, again: bool = False) -> Outcome[DnsReply]:
        """Ask one name-server address without recursion; any well-formed reply, whatever its rcode, is a value.
        ``again``: a second exchange, whose outcome may differ from the first."""

    async def fetch(self, url: str, *, address: str | None = None, redirects: int = 0) -> Outcome[HttpReply]:
        """GET ``url``, at ``address`` if given, following at most ``redirects`` redirects (never more than 5).

        Any HTTP status but 429 is a value. TLS is always verified: a bad certificate is unknown(certificate_invalid).
        Site traffic: not made under ``--no-http``.
        """

    async def service(self, url: str, *, accept: str = "application/json") -> Outcome[HttpReply]:
        """GET from a third-party service (store look-ups). Not made under ``--no-third-party``."""

    async def certificate(self, host: str, address: str) -> Outcome[Certificate]:
        """The certificate presented for ``host`` at ``address``, valid or not; no request is sent. A site call."""

    async def greeting(self, host: str, address: str, *, again: bool = False) -> Outcome[MailGreeting]:
        """The greeting of the mail exchanger ``host`` at ``address`` and its answer to EHLO; no mail is sent. A
        greeting that refuses the client is a value. ``again``: a second exchange.

        Made under ``--no-http`` too: it is not HTTP, and only hosts that a site file declares are asked, and with
        ``--smtp`` the mail exchangers of the site.
        """

    async def pause(self, seconds: float) -> None:
        """Wait before a question is asked again, at most until the scan's deadline."""

    async def origin(self, address: str) -> Outcome[Origin]:
        """Prefix and origin AS set of an address, from the table of routes and from Team Cymru's DNS, a third party."""

    async def published(self, address: str) -> Outcome[PublishedRanges] | None:
        """The published ranges that contain an address, from the fetched feeds; None if no feed was fetched."""

    async def owner(self, address: str) -> Outcome[Owner]:
        """Registered holder of the network around an address (RDAP, else port 43). Third party."""

    async def registration(self, name: str) -> Outcome[Registration]:
        """Registration data of a registrable name (RDAP, else port 43). Third party."""

    def crashed(self, where: str, error: BaseException) -> None:
        """Report a defect of hostaudit itself, which must not stop the scan."""
