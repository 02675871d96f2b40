"""Resource records as plain values, CNAME chains and proofs of absence.

No function does I/O. Record data objects come from the DNS library and are read by attribute only.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hostaudit.domain import lies_under
from hostaudit.model.evidence import NO_SUCH_NAME
from hostaudit.model.values import NODATA, Alias
from hostaudit.observe.net.outcome import DnsReply, Outcome, Record


def host(name: Any) -> str:
    """A domain name in lower case without the trailing dot; the root is empty."""
    text: str = name.to_text(omit_final_dot=True)
    return "" if text == "." else text.lower()


def fields(rdtype: str, data: Any, cap: int) -> tuple[str | int, ...]:
    """Record data as documented at ``Record``; no text is longer than ``cap`` characters."""
    match rdtype:
        case "A" | "AAAA":
            return (data.address,)
        case "NS" | "CNAME" | "PTR":
            return (host(data.target),)
        case "MX":
            return (data.preference, host(data.exchange))
        case "TXT":
            return (b"".join(data.strings).decode("utf-8", "backslashreplace")[:cap],)
        case "SOA":
            timers = (data.serial, data.refresh, data.retry, data.expire, data.minimum)
            return (host(data.mname), host(data.rname), *timers)
        case "CAA":
            tag, value = (part.decode("utf-8", "backslashreplace")[:cap] for part in (data.tag, data.value))
            return (data.flags, tag.lower(), value)
        case "DS":
            return (data.key_tag, int(data.algorithm), int(data.digest_type), data.digest.hex())
        case "DNSKEY":
            return (int(data.flags), data.protocol, int(data.algorithm))
        case "HTTPS":
            # RFC 9460 section 7.3: keys 4 and 6 are ipv4hint and ipv6hint.
            hints = (hint for key in (4, 6) if key in data.params for hint in data.params[key].addresses)
            return (data.priority, host(data.target), *hints)
        case _:
            return (data.to_text()[:cap],)


def parent(name: str) -> str:
    """The parent name, one label shorter; the root is its own parent."""
    return name.partition(".")[2]


class Chain:
    """The chain of CNAME records from a name (RFC 1034 section 3.6.2), which may need several replies."""

    def __init__(self, name: str, rdtype: str, steps: int) -> None:
        self.name = name
        self.rdtype = rdtype
        self.aliases: list[Alias] = []
        self._steps = steps

    def follow(self, answer: Iterable[Record]) -> tuple[Record, ...] | None:
        """The records at the end of the chain, None if this answer does not reach it; ``name`` is then its last target.

        Raises ``ValueError`` for a loop and for a chain that is too long.
        """
        by_owner: dict[tuple[str, str], list[Record]] = {}
        for record in answer:
            by_owner.setdefault((record.name, record.type), []).append(record)
        while True:
            found = by_owner.get((self.name, self.rdtype))
            if found:
                return tuple(found)
            alias = by_owner.get((self.name, "CNAME"))
            if not alias:
                return None
            target = str(alias[0].fields[0])
            self.aliases.append(Alias(self.name, target, alias[0].ttl))
            if any(step.name == target for step in self.aliases):
                raise ValueError(f"CNAME loop at {target}")
            if len(self.aliases) > self._steps:
                raise ValueError(f"CNAME chain of more than {self._steps} steps")
            self.name = target


def proof_of_absence(reply: DnsReply, source: str) -> Outcome[Any]:
    """The outcome of a reply without the wanted records (RFC 2308 section 2).

    A referral instead of an answer proves nothing: a resolver that sends one did not resolve the name.
    """
    if reply.rcode == NO_SUCH_NAME:
        return Outcome.none(NO_SUCH_NAME, source)
    kinds = {record.type for record in reply.authority}
    if "NS" in kinds and "SOA" not in kinds and not reply.authoritative:
        return Outcome.gap("malformed", source, "a referral instead of an answer")
    return Outcome.none(NODATA, source)


def proves_nodata(reply: DnsReply, name: str) -> bool:
    """True if a reply proves that a name has no records of the type: no error, no such record, and the SOA of a zone
    that contains the name (RFC 2308 section 2.2)."""
    held = any(record.name == name for record in reply.answer)
    zones = (record.name for record in reply.authority if record.type == "SOA")
    covered = any(lies_under(name, zone) and (zone or "." not in name) for zone in zones)
    return reply.rcode == "NOERROR" and covered and not held


def soa_owner(reply: DnsReply) -> str | None:
    """The owner of the first SOA record of a reply; the answer section is read before the authority section."""
    return next((record.name for record in (*reply.answer, *reply.authority) if record.type == "SOA"), None)
