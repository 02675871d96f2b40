"""Purposes and subjects of gates, by which they are looked up.

The id of a gate is made from both and is never parsed.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Purpose(Enum):
    """The purposes of gates. The value is a template of the id, which is filled in with the parts of the subject."""

    GROUP = "{}"
    """A gate that is never looked up by its purpose. Subject: its name."""

    FUNCTION = "function:{}"
    """A function of the site. Subject: the function's id."""
    FUNCTION_OR_STANDBY = "spared:{}"
    """A function, or the spare name that takes its place. Subject: the function's id."""
    ALTERNATIVES = "{}:ways"
    """Any one way to provide a function. Subject: the function's id."""
    NEED = "need:{}:{}"
    """Any one provider that the owner declares for a function. Subject: the function's id, the role."""

    ZONE = "zone:{}"
    """A zone is served and registered, and so are the zones above it. Subject: the zone."""
    ZONE_IN_PART = "zone-in-part:{}"
    """As far as is known, the zones of a host whose zone cuts are open. Subject: the host."""
    ZONE_NOT_ASKED = "zone-not-asked:{}"
    """The zones of a host that were not asked for. Subject: the host."""
    HELD = "held:{}"
    """The zones of a host whose registration may have taken the name out of its zone. Subject: the host."""
    TENANT = "tenant:{}"
    """A name that a platform assigns. Subject: the host."""
    RESOLVES = "resolves:{}:{}"
    """Every name on the CNAME chain of a host is served. Subject: the address family (``a`` or ``aaaa``), the host."""
    SERVED = "served:{}"
    """Any one name server of a zone. Subject: the zone."""
    SERVED_OR_STANDBY = "served-or-standby:{}"
    """The name servers of a zone, or its standby name servers. Subject: the zone."""
    NAME_SERVER = "ns:{}:{}"
    """One name server of a zone. Subject: the zone, the server's host name."""
    NAME_SERVER_ADDRESSES = "ns:{}:{}:addresses"
    """Any one address of a name server. Subject: the zone, the server's host name."""
    NAME_SERVER_ADDRESS = "ns:{}:{}:{}"
    """One address of a name server. Subject: the zone, the server's host name, the address."""
    CONSOLE_OF_RECORDS = "console:records:{}"
    """Any one console in which the records of a zone are changed. Subject: the zone."""
    CONSOLE_OF_DELEGATION = "console:delegation:{}"
    """The console in which a delegation is changed. Subject: the registrable name."""

    HOST = "host:{}"
    """A host answers. Subject: the host."""
    LEGS = "legs:{}"
    """Any one address of a host. Subject: the host."""
    LEGS_OR_STANDBY = "legs-or-standby:{}"
    """The addresses of a host, or its standby origin. Subject: the host."""
    LEG = "legs:{}:{}:{}"
    """One address of a host, together with the names that lead to it. Subject: the host, the family, the address."""
    LEG_OPERATORS = "leg:{}:{}"
    """The operators of one address of a host. Subject: the host, the address."""
    FRONT_PAGE_CANDIDATES = "web:candidates"
    """Any one host that may serve the front page, if it is unknown which one does. No subject."""
    REDIRECTS = "web:redirects"
    """Any one host of the site that redirects to a front page under another name. No subject."""
    PERHAPS_REDIRECTS = "web:redirects:{}"
    """A host of the site that may redirect there too. Subject: the host."""

    EXCHANGERS = "mail:{}"
    """Any one mail exchanger of the site. Subject: ``any``."""
    EXCHANGERS_OR_STANDBY = "mail:{}-or-standby"
    """The mail exchangers, or the standby mail exchangers. Subject: ``any``."""
    EXCHANGER_SET = "mx-set:{}"
    """The set of mail exchangers of a name can be looked up. Subject: the name."""
    EXCHANGER = "mx:{}"
    """One mail exchanger. Subject: its host name."""
    EXCHANGER_ADDRESSES = "mx:{}:addresses"
    """Any one address of a mail exchanger. Subject: its host name."""
    EXCHANGER_LEG = "mx:{}:addresses:{}:{}"
    """One address of a mail exchanger, with the names that lead to it. Subject: host name, family, address."""
    EXCHANGER_OPERATORS = "mx:{}:{}"
    """The operators of one address of a mail exchanger. Subject: its host name, the address."""
    EXCHANGER_GREETS = "mx:{}:{}:greets"
    """One address of a mail exchanger that was asked, with what its answer shows. Subject: its host name, the
    address."""
    SENDERS = "send:any"
    """Any one sender that the site authorises. No subject."""
    SENDING_EXCHANGER = "sender:mx:{}"
    """One mail exchanger as a sender, for which its greeting does not matter. Subject: its host name."""
    SENDING_ADDRESSES = "sender:mx:{}:addresses"
    """Any one address of a mail exchanger as a sender. Subject: its host name."""
    SENDING_NETWORK = "sender:{}"
    """The operators that announce a network that may send. Subject: the network."""

    AUTHORITIES = "ca:any"
    """Any one certificate authority that may issue. No subject."""
    AUTHORITIES_OF = "ca:any:{}"
    """Any one authority that may issue for a host that redirects to the front page. Subject: the host."""
    ANY_AUTHORITY = "ca:another"
    """Some other public authority: their number is unlimited for this purpose. No subject."""
    WEB_APP = "web_app:{}"
    """A web app that browsers can install. Subject: the host."""
    PACKAGES = "packages:{}"
    """A package that the site itself offers. Subject: the host."""

    WITH_UPSTREAMS = "with-upstreams:{}"
    """An operator and the products of others on which its own rests. Subject: the id of the operator's basic event."""
    ORIGIN_NETWORKS = "origins:{}:{}:{}{}"
    """Any one operator that announces an address. Subject: role, served subject, address, suffix of the context."""
    AUTONOMOUS_SYSTEMS = "asns:{}:{}:{}{}"
    """Any one origin AS of an address. Subject: the AS numbers, role, served subject, suffix of the context."""

    STANDBY = "all:standby:{}{}"
    """A standby. Subject: the fallback's id, its part (``what`` of ``Takeover``)."""
    STANDBY_READY = "all:ready:{}{}"
    """A standby and everything that the switch to it needs. Subject: the fallback's id, its part, its host."""
    STANDBY_ADDRESSES = "any:{}"
    """Any one address of a fallback. Subject: the fallback's id."""
    STANDBY_ADDRESS = "all:{}:{}"
    """One address of a fallback. Subject: the fallback's id, the address."""
    STANDBY_NAMED_ADDRESS = "all:all:{}:{}:named"
    """One address of a fallback that is declared by its host name, with that name. Subject: fallback's id, address."""
    STANDBY_PAGES = "any:{}:page"
    """Any one address at which a spare name serves the page. Subject: the fallback's id."""
    STANDBY_PAGE = "all:{}:{}:reached"
    """One address at which a spare name serves the page, with the name. Subject: the fallback's id, the address."""

    def of(self, *subject: str) -> GateKey:
        """The key of the gate with this purpose for a subject, given in parts."""
        return GateKey(self, subject)


class GateKey(NamedTuple):
    """Purpose and subject, which identify a gate."""

    purpose: Purpose
    subject: tuple[str, ...]

    @property
    def id(self) -> str:
        """The id of the gate in the tree."""
        return self.purpose.value.format(*self.subject)


EXCHANGERS = Purpose.EXCHANGERS.of("any")
SENDERS = Purpose.SENDERS.of()
AUTHORITIES = Purpose.AUTHORITIES.of()
REDIRECTS = Purpose.REDIRECTS.of()
ANY_AUTHORITY = Purpose.ANY_AUTHORITY.of()

ELSEWHERE = frozenset({Purpose.ZONE, Purpose.RESOLVES, Purpose.FUNCTION})
"""Gates that are shown with the function that they carry, not with each alternative that needs them."""
