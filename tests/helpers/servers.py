"""Real servers on the loopback address, in this process: DNS over UDP and TCP, HTTP, HTTPS, port 43, and SMTP.

All are asynchronous context managers for use inside ``asyncio.run``. Everything they serve is plain data.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import functools
import ipaddress
import ssl
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LOOPBACK = "127.0.0.1"

# --- DNS ---


class DnsServer:
    """Answers from ``records`` ({(name, type): [text, ...]}) as a recursive resolver would, CNAME chains and all.

    ``faults`` maps a name to how it is answered instead; ``asked`` counts (name, type) and ``over`` the transports.
    A fault with a number after a colon, such as ``timeout:1``, holds for so many queries only. An empty answer has the
    SOA of its zone, unless ``authority`` says otherwise or the server is ``bare``: then only if DO is set and
    ``bare`` is not "always".
    """

    def __init__(self, records: dict[tuple[str, str], list[str]] | None = None, **more: Any) -> None:
        self.records = records or {}
        self.faults: dict[str, str] = more.get("faults", {})
        self.authority: dict[str, list[tuple[str, str, str]]] = more.get("authority", {})
        self.flags = more.get("flags", dns.flags.RA)
        self.partial: set[str] = more.get("partial", set())
        self.bare: bool | str = more.get("bare", False)
        self.host: str = more.get("host", LOOPBACK)
        self._wanted: int = more.get("port", 0)
        self.asked: Counter[tuple[str, str]] = Counter()
        self.over: Counter[str] = Counter()
        self.queries: list[dns.message.Message] = []
        self._left: dict[str, int] = {}

    async def __aenter__(self) -> DnsServer:
        loop = asyncio.get_running_loop()
        for _ in range(20):
            self._tcp = await asyncio.start_server(self._serve, self.host, self._wanted)
            self.port = self._tcp.sockets[0].getsockname()[1]
            try:
                self._udp, _ = await loop.create_datagram_endpoint(
                    lambda: _Udp(self), local_addr=(self.host, self.port)
                )
            except OSError:  # the port is free for TCP, but someone has it for UDP
                self._tcp.close()
            else:
                return self
        raise RuntimeError("no port is free for both UDP and TCP")

    async def __aexit__(self, *_: object) -> None:
        self._udp.close()
        self._tcp.close()

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            wire = await reader.readexactly(int.from_bytes(await reader.readexactly(2), "big"))
            for out in self.answer(wire, "tcp"):
                writer.write(len(out).to_bytes(2, "big") + out)
            await writer.drain()
        writer.close()

    def answer(self, wire: bytes, over: str) -> list[bytes]:
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        rdtype = dns.rdatatype.to_text(question.rdtype)
        self.asked[name, rdtype] += 1
        self.over[over] += 1
        self.queries.append(query)
        reply = dns.message.make_response(query)
        reply.flags |= self.flags
        fault = self._fault(name)
        spoiled = self._spoiled(fault, query, reply, over)
        if spoiled is not None:
            return spoiled
        self._fill(reply, name, rdtype)
        if not reply.answer and name not in self.authority and (not self.bare or self._tells_all(query)):
            self._prove(reply, name)
        if over == "udp" and fault.startswith("truncated"):
            reply.answer = []
            reply.flags |= dns.flags.TC
        return [reply.to_wire(max_size=65535)]

    def _tells_all(self, query: dns.message.Message) -> bool:
        return self.bare != "always" and bool(query.ednsflags & dns.flags.DO)

    def _prove(self, reply: dns.message.Message, name: str) -> None:
        zones = [
            owner for owner, kind in self.records if kind == "SOA" and (name == owner or name.endswith("." + owner))
        ]
        for zone in sorted(zones, key=len)[-1:]:
            reply.authority.append(dns.rrset.from_text_list(zone + ".", 60, "IN", "SOA", self.records[zone, "SOA"]))

    def _fault(self, name: str) -> str:
        kind, _, times = self.faults.get(name, "").partition(":")
        if times:
            self._left.setdefault(name, int(times))
            self._left[name] -= 1
            if self._left[name] < 0:
                return ""
        return kind

    def _spoiled(
        self, fault: str, query: dns.message.Message, reply: dns.message.Message, over: str
    ) -> list[bytes] | None:
        rcodes = {"servfail": dns.rcode.SERVFAIL, "refused": dns.rcode.REFUSED, "notimp": dns.rcode.NOTIMP}
        if fault in rcodes:
            reply.set_rcode(rcodes[fault])
            return [reply.to_wire()]
        match fault:
            case "ede":
                reply.set_rcode(dns.rcode.SERVFAIL)
                reply.use_edns(0, options=[dns.edns.EDEOption(6, "signature expired")])
                return [reply.to_wire()]
            case "formerr-on-edns" if query.edns >= 0:
                bare = dns.message.make_response(dns.message.make_query(query.question[0].name, "A", use_edns=False))
                bare.id, bare.question = query.id, query.question
                bare.set_rcode(dns.rcode.FORMERR)
                return [bare.to_wire()]
            case "timeout":
                return []
            case "wrong-id":
                reply.id ^= 1
                return [reply.to_wire()]
            case "wrong-question":
                reply.question = dns.message.make_query("other.example", "A").question
                return [reply.to_wire()]
            case "short":
                return [reply.to_wire()[:7]]
            case "malformed":
                return [reply.to_wire() + b"\xff"[:0] if over == "none" else reply.to_wire()[:12] + b"\xc0\xff\x00"]
            case "truncated-no-tcp" if over == "tcp":
                return []
            case "truncated-hang" if over == "tcp":
                return []
        return None

    def _fill(self, reply: dns.message.Message, name: str, rdtype: str) -> None:
        for owner, kind, text in self.authority.get(name, []):
            reply.authority.append(dns.rrset.from_text(owner + ".", 60, "IN", kind, text))
        for _ in range(40):
            alias = self.records.get((name, "CNAME"))
            texts = self.records.get((name, rdtype))
            if texts is not None:
                reply.answer.append(dns.rrset.from_text_list(name + ".", 60, "IN", rdtype, texts))
                return
            if alias is None:
                break
            reply.answer.append(dns.rrset.from_text_list(name + ".", 300, "IN", "CNAME", alias))
            name = alias[0].rstrip(".").lower()
            if name in self.partial:
                return
        if not any(owner == name or owner.endswith("." + name) for owner, _ in self.records) and name:
            reply.set_rcode(dns.rcode.NXDOMAIN)


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, server: DnsServer) -> None:
        self._server = server

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        for out in self._server.answer(data, "udp"):
            self._transport.sendto(out, addr)


# --- certificates ---


@functools.cache
def ca() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey, Path]:
    """A certification authority of the tests' own, and its certificate as a PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Loopback Trust", "Loopback Root")
    certificate = _signed(name, name, key, key, [], days=(-1, 30), authority=True)
    path = Path(tempfile.mkdtemp(prefix="hostaudit-ca-")) / "ca.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return certificate, key, path


@functools.cache
def server_context(hosts: tuple[str, ...], fault: str = "") -> ssl.SSLContext:
    """A server's TLS context with a leaf for ``hosts``; faults: expired, self-signed."""
    root, root_key, _ = ca()
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name("", hosts[0])
    days = (-30, -1) if fault == "expired" else (-1, 30)
    issuer, signer = (subject, key) if fault == "self-signed" else (root.subject, root_key)
    leaf = _signed(subject, issuer, key, signer, list(hosts), days=days)
    path = Path(tempfile.mkdtemp(prefix="hostaudit-leaf-")) / "leaf.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + leaf.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def _name(organisation: str, common: str) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
    if organisation:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
        parts.append(x509.NameAttribute(NameOID.COUNTRY_NAME, "NL"))
    return x509.Name(parts)


def _signed(
    subject: x509.Name,
    issuer: x509.Name,
    key: Any,
    signer: Any,
    hosts: list[str],
    *,
    days: Any,
    authority: bool = False,
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + datetime.timedelta(days=days[0]))
        .not_valid_after(now + datetime.timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if authority:
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        builder = builder.add_extension(usage, critical=True)
    if hosts:
        alternatives = [
            x509.IPAddress(ipaddress.ip_address(host)) if host[0].isdigit() else x509.DNSName(host) for host in hosts
        ]
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    return builder.sign(signer, hashes.SHA256())


# --- HTTP and port 43 ---

Respond = bytes | Callable[[asyncio.StreamWriter], Any]


def http(status: int = 200, body: bytes = b"", **headers: str) -> bytes:
    """A whole HTTP/1.1 response."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


class HttpServer:
    """Serves ``pages`` by ``host path`` (or by path alone). A list of responses is used up one by one.

    A page is bytes to send as they are, or a coroutine function that gets the writer. ``seen`` keeps raw requests.
    """

    def __init__(self, pages: dict[str, Any] | None = None, tls: ssl.SSLContext | None = None) -> None:
        self.pages = pages or {}
        self.tls = tls
        self.seen: list[bytes] = []
        self.connections = 0

    async def __aenter__(self) -> HttpServer:
        self._server = await asyncio.start_server(self._serve, LOOPBACK, 0, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]
        self._tasks: set[Any] = set()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._tasks.add(asyncio.current_task())
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError, ssl.SSLError):
            async for request in _requests(reader):
                self.seen.append(request)
                page = self._page(request)
                if not isinstance(page, bytes):
                    await page(writer)
                    break
                writer.write(page)
                await writer.drain()
        writer.transport.abort()

    def _page(self, request: bytes) -> Any:
        lines = request.decode("latin-1").split("\r\n")
        path = lines[0].split(" ")[1]
        host = next(line[6:] for line in lines if line.lower().startswith("host: "))
        page = self.pages.get(f"{host} {path}", self.pages.get(path, http(404)))
        if isinstance(page, list):
            return page.pop(0) if len(page) > 1 else page[0]
        return page


async def _requests(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while True:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        yield head + await reader.readexactly(length)


class WhoisServer:
    """Answers by the query line; ``answers`` maps a query to text, bytes, or a coroutine function of the writer."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    async def __aenter__(self) -> WhoisServer:
        self._server = await asyncio.start_server(self._serve, LOOPBACK, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self._tasks: set[Any] = set()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.add(asyncio.current_task())
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            query = (await reader.readline()).decode().strip()
            self.asked.append(query)
            answer = self.answers.get(query, "")
            if callable(answer):
                await answer(writer)
            else:
                writer.write(answer.encode() if isinstance(answer, str) else answer)
                await writer.drain()
        writer.close()


class SmtpServer:
    """Takes part in a session as ``replies`` say: the greeting, then the answer to each command by its first word.

    A reply is bytes to send as they are, None to close, or a coroutine function of the writer. ``said`` keeps every
    line that clients sent, and what they sent before the greeting as ``EARLY``.
    """

    def __init__(self, greeting: Any = b"220 mx.test ESMTP\r\n", **replies: Any) -> None:
        self.replies = {
            "": greeting,
            "EHLO": b"250-mx.test\r\n250-SIZE 1000\r\n250 STARTTLS\r\n",
            "QUIT": b"221 bye\r\n",
        } | replies
        self.said: list[str] = []
        self.connections = 0

    async def __aenter__(self) -> SmtpServer:
        self._server = await asyncio.start_server(self._serve, LOOPBACK, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self._tasks: set[Any] = set()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._tasks.add(asyncio.current_task())
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            with contextlib.suppress(TimeoutError):
                early = await asyncio.wait_for(reader.read(100), 0.02)
                self.said.append(f"EARLY {early!r}")
            command = ""
            while await self._replied(self.replies.get(command, b"500 what\r\n"), writer):
                line = await reader.readline()
                if not line:
                    break
                self.said.append(line.decode())
                command = line.decode().split()[0]
        writer.close()

    async def _replied(self, reply: Any, writer: asyncio.StreamWriter) -> bool:
        if reply is None:
            return False
        if not isinstance(reply, bytes):
            await reply(writer)
            return False
        writer.write(reply)
        await writer.drain()
        return True


async def never(writer: asyncio.StreamWriter) -> None:
    """Say nothing for longer than any test waits."""
    await asyncio.sleep(60)


async def drip(writer: asyncio.StreamWriter) -> None:
    """A byte now and then, for ever."""
    writer.write(b"HTTP/1.1 200 X\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)
