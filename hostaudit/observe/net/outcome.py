"""The outcome of a network question: a value, a proof of absence, or the cause of a missing answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from hostaudit import domain
from hostaudit.model.evidence import Cause, Unknown
from hostaudit.model.values import Alias, Certificate

T = TypeVar("T")
U = TypeVar("U")

OWN_END = frozenset({"deadline", "limit", "internal_error", "not_asked"})
"""Causes in the scan of the asking site, which mean nothing for other sites."""


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """Only one of value, absent and unknown is set. ``source`` names who was asked, so that a person can repeat it."""

    source: str
    value: T | None = None
    absent: str | None = None
    unknown: Unknown | None = None

    @classmethod
    def of(cls, value: T, source: str) -> Outcome[T]:
        """An answer."""
        return cls(source, value=value)

    @classmethod
    def none(cls, proof: str, source: str) -> Outcome[T]:
        """A proof of absence."""
        return cls(source, absent=proof)

    @classmethod
    def gap(cls, cause: Cause, source: str, detail: str = "") -> Outcome[T]:
        """No answer, with the cause."""
        return cls(source, unknown=Unknown(cause, detail))

    def map(self, convert: Callable[[T], U]) -> Outcome[U]:
        """The outcome with its value converted; absent and unknown stay unchanged."""
        if self.value is None:
            return Outcome(self.source, absent=self.absent, unknown=self.unknown)
        return Outcome(self.source, value=convert(self.value))

    def then(self, convert: Callable[[T], Outcome[U]]) -> Outcome[U]:
        """The outcome with its value converted, where the conversion itself may give absent or unknown."""
        if self.value is None:
            return Outcome(self.source, absent=self.absent, unknown=self.unknown)
        return convert(self.value)


@dataclass(frozen=True, slots=True)
class Record:
    """One resource record in plain values: names in lower case without the trailing dot.

    ``fields`` by type: A, AAAA (address,); NS, CNAME, PTR (host,); MX (preference, host); TXT (text,);
    SOA (mname, rname, serial, refresh, retry, expire, minimum); CAA (flags, tag, value);
    DS (key tag, algorithm, digest type, digest); DNSKEY (flags, protocol, algorithm);
    HTTPS (priority, target, hint, hint, ...); any other (text,).
    """

    name: str
    type: str
    ttl: int
    fields: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class DnsReply:
    """A complete DNS message (RFC 1035 section 4), its sections as plain records of the class IN. ``recursive``: the
    server offers recursion (RA)."""

    rcode: str
    authoritative: bool
    authenticated: bool
    answer: tuple[Record, ...] = ()
    authority: tuple[Record, ...] = ()
    additional: tuple[Record, ...] = ()
    recursive: bool = False


@dataclass(frozen=True, slots=True)
class DnsAnswer:
    """The record set at the end of the CNAME chain. ``ttl``: the lowest TTL of the chain, in seconds."""

    name: str
    records: tuple[Record, ...]
    chain: tuple[Alias, ...]
    ttl: int
    authenticated: bool


@dataclass(frozen=True, slots=True)
class HttpReply:
    """One HTTP answer. Header names are lower case; ``body`` is decompressed and capped (``truncated``)."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    truncated: bool
    address: str
    certificate: Certificate | None = None
    hops: tuple[str, ...] = ()

    def header(self, name: str) -> str | None:
        """The first value of a header (lower-case name), or None."""
        return next((value for key, value in self.headers if key == name), None)

    @property
    def location(self) -> str | None:
        """The target of a redirect as its server wrote it. Where it is valid UTF-8 it is read as that, as browsers do,
        so that a name in it is not another one."""
        written = self.header("location")
        try:
            return None if written is None else written.encode("latin-1").decode("utf-8")
        except UnicodeError:
            return written


def led_elsewhere(reply: HttpReply) -> bool:
    """True if a reply came after redirects to a host under another registrable name than that of the first URL: what it
    says is then no statement of the one that was asked."""
    hosts = [urlsplit(url).hostname or "" for url in (*reply.hops, reply.url)]
    return len({domain.registrable(host) or host for host in hosts}) > 1
