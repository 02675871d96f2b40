"""The DNS client: questions to the resolver, to one name server, and to Team Cymru's DNS.

dnspython builds and parses the messages. This module opens the sockets, a new one for each query so that the port is
as hard to guess as the id. A connected UDP socket accepts datagrams from the asked address only.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype

from hostaudit.domain import lies_under
from hostaudit.model.evidence import Cause
from hostaudit.model.values import NODATA, Origin
from hostaudit.observe.net.answer_cache import reply_lasts
from hostaudit.observe.net.dns import cymru, records
from hostaudit.observe.net.dns.message_cost import too_costly
from hostaudit.observe.net.limits import AddressPolicy, Budget, special_purpose
from hostaudit.observe.net.outcome import DnsAnswer, DnsReply, Outcome, Record
from hostaudit.observe.net.single_flight import Sharing

EDNS_PAYLOAD = 1232
"""The requested maximum size of a UDP answer: one packet on every IPv6 path, so that no fragment can be lost."""

TRIES = (0.3, 0.4, 0.5)
"""The share of the request timeout for each try.

The third try is made only after silence: a resolver that was slow may drop its late answer, but give it to a new
query.
"""

DIRECT = dns.flags.Flag(0)
RECURSE = dns.flags.Flag(dns.flags.RD | dns.flags.AD)
"""RFC 6840 section 5.7: AD in a query requests AD in the answer, without the bytes of the signatures."""

UNVALIDATED = dns.flags.Flag(dns.flags.RD | dns.flags.CD)
"""RFC 4035 section 3.2.2: with CD a resolver answers even if its own validation fails."""

WHOLE = dns.flags.Flag(dns.flags.RD | dns.flags.CD)
"""With DO, the flags after which resolvers that shorten their answers, such as systemd-resolved and dnsmasq with a
cached one, pass on those of the zone's servers."""

AUTHORITIES = 2
"""The servers of a zone that are asked for a proof that the resolver leaves out."""

_FAILED: dict[str, Cause] = {"SERVFAIL": "servfail", "REFUSED": "refused"}


@dataclass(frozen=True, slots=True)
class Server:
    """A name server: a literal address and a port."""

    address: str
    port: int

    def __str__(self) -> str:
        return self.address if self.port == 53 else f"{self.address} port {self.port}"


@dataclass(frozen=True, slots=True)
class DnsTrial:
    """One answer of one resolver. ``payload``: the largest UDP message that it accepts (RFC 6891 section 6.2.3), None
    if it does not support EDNS."""

    rcode: str
    authenticated: bool
    payload: int | None


class _TryFailedError(Exception):
    def __init__(self, cause: Cause, detail: str = "") -> None:
        super().__init__(cause, detail)
        self.cause = cause
        self.detail = detail


@dataclass(slots=True)
class _Stage:
    """The state of one try: True if a truncated answer was seen, and the number of stray replies."""

    cut: bool = False
    passed_over: int = 0


class Dns:
    """The DNS client. Every method returns an ``Outcome``; failures of servers raise no exception.

    ``sent`` is called once, after the first query is sent: a good moment to load modules that are needed later.
    """

    def __init__(
        self,
        budget: Budget,
        policy: AddressPolicy,
        sharing: Sharing,
        resolvers: tuple[Server, ...],
        *,
        port: int = 53,
        sent: Callable[[], None] | None = None,
    ) -> None:
        self._budget = budget
        self._limits = budget.limits
        self._policy = policy
        self._sharing = sharing
        self._resolvers = resolvers
        self._port = port
        self._sent = sent
        self._slots = budget.common.query_slots or asyncio.Semaphore(budget.limits.dns_in_flight)

    # --- the questions of probes ---

    async def lookup(self, name: str, rdtype: str) -> Outcome[DnsAnswer]:
        """The resolver's record set of a name, at the end of its CNAME chain."""
        name = _plain(name)
        source = self._source(name, rdtype)
        return await self._sharing.once(("dns", name, rdtype), source, lambda: self._lookup(name, rdtype, source))

    async def unvalidated(self, name: str, rdtype: str) -> Outcome[DnsReply]:
        """The resolver's answer with its DNSSEC validation switched off, without following a CNAME chain."""
        name = _plain(name)
        source = f"{self._source(name, rdtype)}, without validation"
        return await self._sharing.once(
            ("unvalidated", name, rdtype),
            source,
            lambda: self._try(self._resolvers, name, rdtype, source, flags=UNVALIDATED),
            reply_lasts,
        )

    async def zone_of(self, name: str) -> Outcome[str]:
        """The zone that contains a name: the owner of the SOA in the answer; for an alias the zone of its parent."""
        name = _plain(name)
        source = self._source(name, "SOA")
        return await self._sharing.once(("zone", name), source, lambda: self._zone_of(name))

    async def ask(self, address: str, name: str, rdtype: str, *, again: bool = False) -> Outcome[DnsReply]:
        """The answer of one server, without recursion. ``again``: to a second query, for this scan alone."""
        name = _plain(name)
        source = f"DNS {name or '.'} {rdtype} at {address}, no recursion"
        reason = self._policy.vet(address)
        if reason is not None:
            return Outcome.gap("blocked_address", source, reason)
        server = Server(address, self._port)
        return await self._sharing.once(
            ("ask", address, name, rdtype, again),
            source,
            lambda: self._try((server,), name, rdtype, source, flags=DIRECT),
            None if again else reply_lasts,
        )

    async def origin(self, address: str) -> Outcome[Origin]:
        """The announced prefix that contains an address and its origin networks, from Team Cymru's DNS service."""
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return Outcome.gap("malformed", "DNS", f"{address!r} is not an IP address")
        question = cymru.question(parsed)
        source = self._source(question, "TXT")
        if special_purpose(parsed) is not None:
            return Outcome.none("not announced", "IANA special-purpose address registry")

        async def find() -> Outcome[Origin]:
            rows = await self.lookup(question, "TXT")
            if rows.absent is not None:
                return Outcome.none("not announced", source)
            if rows.value is None:
                return Outcome(source, unknown=rows.unknown)
            try:
                found = cymru.origin(parsed, _texts(rows.value))
            except ValueError as error:
                return Outcome.gap("malformed", source, str(error))
            names = await asyncio.gather(*(self._as_name(number) for number in found.asns))
            known = tuple(name for name in names if name)
            registered = (found.country, found.registry, found.allocated)
            return Outcome.of(Origin(found.prefix, found.asns, known, *registered), source)

        return await self._sharing.once(("origin", question), source, find)

    async def trial(self, server: Server, name: str, rdtype: str, *, tcp: bool) -> Outcome[DnsTrial]:
        """One question to one resolver over one transport, tried once."""
        source = f"DNS {name or '.'} {rdtype} at {server} over {'TCP' if tcp else 'UDP'}"
        query = _query(dns.name.from_text(name), dns.rdatatype.from_text(rdtype), RECURSE, edns=True)
        stage, wire = _Stage(), query.to_wire()
        try:
            async with asyncio.timeout(self._budget.seconds()):
                reply = _parsed(await _tcp(server, wire), query) if tcp else await self._udp(server, query, wire, stage)
        except _TryFailedError as error:
            return Outcome.gap(error.cause, source, error.detail)
        except (OSError, EOFError) as error:
            failure = self._failure(server, stage, error)
            return Outcome.gap(failure.cause, source, failure.detail)
        if reply is None:
            return Outcome.gap("malformed" if tcp else "truncated", source, "the answer was cut or another one")
        code, trusted = dns.rcode.to_text(reply.rcode()), bool(reply.flags & dns.flags.AD)
        return Outcome.of(DnsTrial(code, trusted, reply.payload if reply.edns >= 0 else None), source)

    # --- exchanges ---

    def _source(self, name: str, rdtype: str) -> str:
        return f"DNS {name or '.'} {rdtype} at resolver {', '.join(map(str, self._resolvers))}".rstrip()

    async def _as_name(self, number: int) -> str:
        answer = await self.lookup(f"AS{number}.asn.cymru.com", "TXT")
        return "" if answer.value is None else cymru.name(next(iter(_texts(answer.value)), ""), number)

    async def _reply(self, name: str, rdtype: str) -> Outcome[DnsReply]:
        source = self._source(name, rdtype)

        async def resolve() -> Outcome[DnsReply]:
            if name.endswith(f".{cymru.ZONE}"):
                late = await self._budget.turn(cymru.ZONE)
                if late is not None:
                    return Outcome.gap("rate_limited", source, late)
            return await self._try(self._resolvers, name, rdtype, source, flags=RECURSE)

        return await self._sharing.once(("reply", name, rdtype), source, resolve, reply_lasts)

    async def _lookup(self, name: str, rdtype: str, source: str) -> Outcome[DnsAnswer]:
        chain = records.Chain(name, rdtype, self._limits.cname_steps)
        ttl = 2**31 - 1
        authenticated = True
        while True:
            asked = chain.name
            reply = await self._reply(asked, rdtype)
            if reply.value is None:
                return Outcome(source, unknown=reply.unknown)
            authenticated = authenticated and reply.value.authenticated
            try:
                found = chain.follow(reply.value.answer)
            except ValueError as error:
                return Outcome.gap("loop", source, str(error))
            if found is not None:
                if len(found) > self._limits.records:
                    return Outcome.gap("too_large", source, f"{len(found)} records in one set")
                ttl = min(ttl, *(record.ttl for record in found), *(step.ttl for step in chain.aliases))
                return Outcome.of(DnsAnswer(chain.name, found, tuple(chain.aliases), ttl, authenticated), source)
            # A reply may end at an alias without data on its target; only a reply to the target's name is a proof.
            if asked == chain.name or reply.value.rcode == "NXDOMAIN" or records.soa_owner(reply.value) is not None:
                return await self._absent(chain.name, rdtype, reply.value, source)

    async def _absent(self, name: str, rdtype: str, reply: DnsReply, source: str) -> Outcome[DnsAnswer]:
        """The outcome of a reply without the wanted records. That there is nothing is proved by an SOA (RFC 2308),
        which some resolvers leave out: then they are asked to send everything, and then the servers of the zone are."""
        proof: Outcome[DnsAnswer] = records.proof_of_absence(reply, source)
        if proof.absent != NODATA or records.proves_nodata(reply, name):
            return proof
        whole = await self._sharing.once(
            ("whole", name, rdtype),
            source,
            lambda: self._try(self._resolvers, name, rdtype, source, flags=WHOLE, signed=True),
            reply_lasts,
        )
        if whole.value is not None and records.proves_nodata(whole.value, name):
            return proof
        for address in await self._authorities(name):
            direct = await self.ask(address, name, rdtype)
            if direct.value is not None and direct.value.authoritative and records.proves_nodata(direct.value, name):
                return Outcome.none(NODATA, direct.source)
        return Outcome.gap("unproved", source, f"neither {rdtype} records nor an SOA")

    async def _authorities(self, name: str) -> list[str]:
        """A few addresses of the servers of the zone that contains a name, as far as the resolver tells them."""
        zone = (await self._zone_of(name)).value
        if not zone:
            return []
        servers = [str(row.fields[0]) for row in await self._rows(zone, "NS")][:AUTHORITIES]
        found = await asyncio.gather(*(self._rows(server, "A") for server in sorted(servers)))
        return [str(row.fields[0]) for rows in found for row in rows[:1]]

    async def _rows(self, name: str, rdtype: str) -> list[Record]:
        reply = (await self._reply(name, rdtype)).value
        return [row for row in reply.answer if row.name == name and row.type == rdtype] if reply is not None else []

    async def _zone_of(self, name: str) -> Outcome[str]:
        source = self._source(name, "SOA")
        asked = name
        for _ in range(self._limits.cname_steps * 8):  # more labels than a name can have
            reply = await self._reply(asked, "SOA")
            if reply.value is None:
                return Outcome(source, unknown=reply.unknown)
            alias = any(record.name == asked and record.type == "CNAME" for record in reply.value.answer)
            if not alias:
                proof: Outcome[str] = records.proof_of_absence(reply.value, source)
                owner = records.soa_owner(reply.value)
                if owner is not None and lies_under(asked, owner):
                    return Outcome.of(owner, source)
                if owner is not None:
                    return Outcome.gap("malformed", source, f"the SOA of {owner} does not cover {asked}")
                if proof.unknown is not None:
                    return proof
            if asked == "":
                break
            asked = records.parent(asked)
        return Outcome.gap("malformed", source, "no SOA on the way up to the root")

    async def _try(
        self,
        servers: tuple[Server, ...],
        name: str,
        rdtype: str,
        source: str,
        *,
        flags: dns.flags.Flag,
        signed: bool = False,
    ) -> Outcome[DnsReply]:
        """Two tries, three after silence, each at the next server if there is one. Returns the last failure.
        ``signed``: with the DO bit (RFC 4035 section 3.2.1)."""
        try:
            question = dns.name.from_text(name) if name.isascii() else None
            kind = dns.rdatatype.from_text(rdtype)
        except (
            dns.exception.DNSException,
            ValueError,
            struct.error,
        ):  # the last: raised by dnspython before 2.9 for an escape above 255
            question = None
        if question is None:
            return Outcome.gap("malformed", source, "not a domain name")
        if not servers:
            return Outcome.gap("unreachable", source, "no resolver is configured")
        failure = _TryFailedError("timeout")
        for turn, share in enumerate(TRIES):
            if turn > 1 and failure.cause != "timeout":
                break
            server = servers[turn % len(servers)]
            try:
                query = partial(_query, question, kind, flags, signed=signed)
                reply = await self._exchange(server, query, self._budget.seconds(share))
            except _TryFailedError as error:
                failure = error
                continue
            code = dns.rcode.to_text(reply.rcode())
            if flags & dns.flags.RD and code not in ("NOERROR", "NXDOMAIN"):
                failure = _TryFailedError(_FAILED.get(code, "dns_error"), " ".join((code, *_extended(reply))))
                continue
            return Outcome.of(self._convert(reply, code), source)
        return Outcome.gap(failure.cause, source, failure.detail)

    def _convert(self, reply: dns.message.Message, code: str) -> DnsReply:
        return DnsReply(
            rcode=code,
            authoritative=bool(reply.flags & dns.flags.AA),
            authenticated=bool(reply.flags & dns.flags.AD),
            answer=self._records(reply.answer),
            authority=self._records(reply.authority),
            additional=self._records(reply.additional),
            recursive=bool(reply.flags & dns.flags.RA),
        )

    def _records(self, section: list[Any]) -> tuple[Record, ...]:
        made: list[Record] = []
        # Records of another class than the question's are about something else (CH A is no address), whatever section.
        for rrset in (each for each in section if each.rdclass == dns.rdataclass.IN):
            owner, kind = records.host(rrset.name), dns.rdatatype.to_text(rrset.rdtype)
            made.extend(Record(owner, kind, rrset.ttl, records.fields(kind, data, self._limits.text)) for data in rrset)
        return tuple(made)

    async def _exchange(
        self, server: Server, query: Callable[..., dns.message.Message], seconds: float
    ) -> dns.message.Message:
        """One try: UDP, TCP if the answer is truncated, and once more without EDNS if the server refuses it. ``query``
        makes the question, with or without ``edns``."""
        stage = _Stage()
        async with self._slots:
            try:
                # The time starts when the query is sent, not while it waits for its turn.
                async with asyncio.timeout(min(seconds, self._budget.remaining())):
                    reply = await self._send(server, query(edns=True), stage)
                    if reply.rcode() in (dns.rcode.FORMERR, dns.rcode.NOTIMP, dns.rcode.BADVERS):
                        reply = await self._send(server, query(edns=False), stage)
                    return reply
            except (OSError, EOFError) as error:
                raise self._failure(server, stage, error) from None

    def _failure(self, server: Server, stage: _Stage, error: OSError | EOFError) -> _TryFailedError:
        if self._budget.expired:
            return _TryFailedError("deadline")
        if stage.cut:
            detail = f"the answer of {server} over UDP was cut, and over TCP there was none ({type(error).__name__})"
            return _TryFailedError("truncated", detail)
        if isinstance(error, TimeoutError):
            passed = f"; {stage.passed_over} replies to other questions passed over" if stage.passed_over else ""
            return _TryFailedError("timeout", f"no answer from {server}{passed}")
        return _TryFailedError(_cause(error), f"{server}: {error}")

    async def _send(self, server: Server, query: dns.message.Message, stage: _Stage) -> dns.message.Message:
        if not self._budget.spend("dns"):
            raise _TryFailedError("limit", f"more than {self._limits.dns_queries} queries in this scan")
        wire = query.to_wire()
        reply = await self._udp(server, query, wire, stage)
        if reply is None:
            stage.cut = True
            reply = _parsed(await _tcp(server, wire), query)
        if reply is None:
            raise _TryFailedError("malformed", "the reply answers another question")
        return reply

    async def _udp(
        self, server: Server, query: dns.message.Message, wire: bytes, stage: _Stage
    ) -> dns.message.Message | None:
        """The reply over UDP, or None if it was truncated. Replies to other questions are ignored."""
        loop = asyncio.get_running_loop()
        family = socket.AF_INET6 if ":" in server.address else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.setblocking(False)
            sock.connect((server.address, server.port))
            await loop.sock_sendall(sock, wire)
            if self._sent is not None:
                self._sent()
                self._sent = None
            while True:
                data = await loop.sock_recv(sock, 65535)
                if len(data) >= 12 and data[:2] == wire[:2] and data[2] & 0x80:
                    if data[2] & 0x02:  # TC (RFC 1035 section 4.1.1): the message may end in the middle of a record
                        return None
                    reply = _parsed(data, query)
                    if reply is not None:
                        return reply
                stage.passed_over += 1


async def _tcp(server: Server, wire: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(server.address, server.port)
    try:
        writer.write(len(wire).to_bytes(2, "big") + wire)
        size = int.from_bytes(await reader.readexactly(2), "big")
        return await reader.readexactly(size)
    finally:
        writer.transport.abort()


def _query(
    name: dns.name.Name, kind: dns.rdatatype.RdataType, flags: dns.flags.Flag, *, edns: bool, signed: bool = False
) -> dns.message.Message:
    query = dns.message.make_query(name, kind, use_edns=0 if edns else False, payload=EDNS_PAYLOAD)
    if edns and signed:
        query.want_dnssec()  # make_query of dnspython 2.2 loses the flags that it is given
    query.flags = flags
    return query


def _parsed(data: bytes, query: dns.message.Message) -> dns.message.Message | None:
    """The message in ``data``, or None if it is no answer to ``query``."""
    if too_costly(data):
        raise _TryFailedError("too_large", "a reply with more names or records than an answer has")
    try:
        reply = dns.message.from_wire(data, ignore_trailing=True)
        return reply if query.is_response(reply) else None
    except Exception as error:
        # Hostile bytes can raise any exception in the parser; they are no answer.
        raise _TryFailedError("malformed", f"{type(error).__name__} in the reply") from None


def _extended(reply: dns.message.Message) -> list[str]:
    """Extended DNS errors (RFC 8914) as text."""
    errors = (option for option in reply.options if isinstance(option, dns.edns.EDEOption))
    return [f"EDE {int(each.code)} {each.text or ''}".strip() for each in errors][:4]


def _cause(error: OSError | EOFError) -> Cause:
    if isinstance(error, ConnectionRefusedError):
        return "connection_refused"
    return "connection_reset" if isinstance(error, ConnectionResetError) else "unreachable"


def _plain(name: str) -> str:
    return name.lower().rstrip(".")


def _texts(answer: DnsAnswer) -> list[str]:
    return [str(record.fields[0]) for record in answer.records]


def system_resolvers(configuration: Path = Path("/etc/resolv.conf")) -> tuple[str, ...]:
    """The resolvers of this machine, from ``resolv.conf`` or, where there is none, as dnspython finds them."""
    try:
        with configuration.open(encoding="utf-8", errors="replace") as lines:
            words = [line.split() for line in lines.read(65536).splitlines()]
        return tuple(each[1] for each in words if len(each) > 1 and each[0] == "nameserver")
    except OSError:
        # The import takes 15 ms and is needed only on systems that configure their resolvers elsewhere.
        import dns.resolver

        try:
            return tuple(str(each) for each in dns.resolver.Resolver().nameservers)
        except dns.resolver.NoResolverConfiguration:
            return ()
