"""One HTTP request to one vetted address, and the certificate that the address presents.

httpx speaks HTTP/1.1 through one transport per host name, so that a connection verified for one name never carries a
request for another one at the same address. Redirects, name look-ups and limits per scan are in ``fetch``.
"""

from __future__ import annotations

import asyncio
import importlib.util
import ipaddress
import ssl
import sys
import zlib
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from msgspec import structs

from hostaudit import __version__
from hostaudit.model.evidence import Cause
from hostaudit.model.values import Certificate, CertificateFault, CertificateName
from hostaudit.observe.net.limits import Budget, Ports
from hostaudit.observe.net.outcome import HttpReply, Outcome

USER_AGENT = f"hostaudit/{__version__} (+https://github.com/hostaudit/hostaudit)"


@dataclass(frozen=True, slots=True)
class Url:
    """An http or https URL in parts. ``host`` is an A-label name or a literal address without brackets."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """Host and, unless it is the scheme's default, port, as in a Host header (RFC 9110 section 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.scheme == "https" else 80) else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


@dataclass(frozen=True, slots=True)
class Ask:
    """A request: GET without ``form``, else POST of the URL-encoded form."""

    url: Url
    accept: str = "*/*"
    headers: tuple[tuple[str, str], ...] = ()
    form: bytes | None = None
    service: bool = False
    """True if the request goes to a service that other sites of the run ask too, not to the site."""


class _BodyError(Exception):
    def __init__(self, cause: Cause, detail: str) -> None:
        super().__init__(detail)
        self.cause = cause


class DiskError(Exception):
    """A body could not be written to the disk: a failure of this machine, not of the server."""


@dataclass(frozen=True, slots=True)
class Sink:
    """The file for a body that is too large for memory: at most ``cap`` bytes, in at most ``seconds``."""

    file: BinaryIO
    cap: int
    seconds: float


class Http:
    """Sends requests and makes TLS handshakes. Loads httpx and the CA bundle once, when first needed."""

    def __init__(self, budget: Budget, ports: Ports) -> None:
        self._budget = budget
        self._limits = budget.limits
        self._ports = ports
        self._common = budget.common
        self._loading: asyncio.Task[tuple[Any, ssl.SSLContext]] | None = None
        self._transports: dict[str, Any] = {}
        self._slots = budget.common.connection_slots or asyncio.Semaphore(budget.limits.connections)

    def warm_up(self) -> asyncio.Task[tuple[Any, ssl.SSLContext]]:
        """Start to load the modules of a request; the first request waits for them."""
        if self._loading is None:
            self._loading = asyncio.create_task(self._load())
        return self._loading

    async def _load(self) -> tuple[Any, ssl.SSLContext]:
        # Not in a thread: there it would compete with the reading of DNS answers, and the requests, which take the
        # longest, would be sent last. Here it uses the time until the first answers arrive.
        httpx = _load()
        if self._common.context is None:
            self._common.context = trust()
        return httpx, self._common.context

    async def close(self) -> None:
        """Close every connection."""
        if self._loading is not None:
            await asyncio.gather(self._loading, return_exceptions=True)
        await asyncio.gather(*(each.aclose() for each in self._transports.values()), return_exceptions=True)

    async def send(self, ask: Ask, address: str) -> Outcome[HttpReply]:
        """One exchange with one address, within the request timeout. Any status is a value."""
        source = f"{'GET' if ask.form is None else 'POST'} {ask.url} at {address}"
        httpx, context = await asyncio.shield(self.warm_up())
        async with self._budget.host_slot(ask.url.host, address) as start, self._slots:
            if not self._budget.spend("http"):
                return Outcome.gap("limit", source, f"more than {self._limits.http_requests} requests in this scan")
            await start()
            try:
                async with asyncio.timeout(self._budget.seconds()):
                    return Outcome.of(await self._exchange(httpx, context, ask, address), source)
            except _BodyError as error:
                return Outcome.gap(error.cause, source, str(error))
            except Exception as error:
                return self._gap(error, source)

    async def save(self, ask: Ask, address: str, sink: Sink) -> Outcome[HttpReply]:
        """Send a request as ``send`` does, and write the body of a 200 to ``sink``; the reply's own body is empty.

        The answer must begin within the request timeout. The content of the file is valid only with a value.
        Raises ``DiskError`` if the file cannot be written.
        """
        source = f"GET {ask.url} at {address}"
        sink.file.seek(0)
        sink.file.truncate()
        httpx, context = await asyncio.shield(self.warm_up())
        async with self._budget.host_slot(ask.url.host, address) as start, self._slots:
            await start()
            try:
                async with asyncio.timeout(min(sink.seconds, self._budget.remaining())):
                    return Outcome.of(await self._exchange(httpx, context, ask, address, sink), source)
            except DiskError:
                raise
            except _BodyError as error:
                return Outcome.gap(error.cause, source, str(error))
            except Exception as error:
                return self._gap(error, source)

    async def certificate(self, host: str, address: str) -> Outcome[Certificate]:
        """The certificate that ``address`` presents for ``host``. If verification fails, it is read unverified.

        No request is sent. An invalid certificate is a value, with the verifier's message in ``problem``.
        """
        source = f"TLS handshake for {host} at {address}"
        _, context = await asyncio.shield(self.warm_up())
        async with self._budget.host_slot(host, address) as start, self._slots:
            await start()
            try:
                async with asyncio.timeout(self._budget.seconds()):
                    return Outcome.of(await self._handshake(context, host, address), source)
            except ssl.SSLCertVerificationError as error:
                problem, fault = error.verify_message, FAULTS.get(error.verify_code, "other")
            except Exception as error:
                return self._gap(error, source)
            await start()
            try:
                async with asyncio.timeout(self._budget.seconds()):
                    found = await self._handshake(_unverified(), host, address, problem)
                    return Outcome.of(structs.replace(found, fault=fault), source)
            except Exception as error:
                return self._gap(error, source)

    def _gap(self, error: Exception, source: str) -> Outcome[Any]:
        cause, detail = cause_of(error)
        return Outcome.gap("deadline" if cause == "timeout" and self._budget.expired else cause, source, detail)

    def _connect_port(self, url: Url) -> int:
        return {80: self._ports.http, 443: self._ports.https}.get(url.port, url.port)

    async def _handshake(
        self, context: ssl.SSLContext, host: str, address: str, problem: str | None = None
    ) -> Certificate:
        _, writer = await asyncio.open_connection(address, self._ports.https, ssl=context, server_hostname=host)
        try:
            return certificate_of(writer.get_extra_info("ssl_object"), host, address, problem)
        finally:
            writer.transport.abort()

    async def _exchange(
        self, httpx: Any, context: ssl.SSLContext, ask: Ask, address: str, sink: Sink | None = None
    ) -> HttpReply:
        url = ask.url
        transports = self._common.transports if ask.service else self._transports
        if url.host not in transports:
            # An idle connection may serve the next request to the same name at the same address.
            pool = httpx.Limits(max_connections=None, max_keepalive_connections=4, keepalive_expiry=5.0)
            transports[url.host] = httpx.AsyncHTTPTransport(verify=context, trust_env=False, limits=pool)
        literal = f"[{address}]" if ":" in address else address
        request = httpx.Request(
            "GET" if ask.form is None else "POST",
            f"{url.scheme}://{literal}:{self._connect_port(url)}{url.target}",
            headers=[
                ("Host", url.authority),
                ("User-Agent", USER_AGENT),
                ("Accept", ask.accept),
                ("Accept-Encoding", "gzip"),
                *ask.headers,
            ],
            content=ask.form,
            extensions={"sni_hostname": url.host},
        )
        async with asyncio.timeout(None if sink is None else self._budget.seconds()):
            response = await transports[url.host].handle_async_request(request)
        # Closing is part of the exchange: a connection whose body was not read completely is closed.
        async with aclosing(response):
            headers = self._headers(response.headers.raw)
            tls = response.extensions["network_stream"].get_extra_info("ssl_object")
            certificate = None if tls is None else certificate_of(tls, url.host, address)
            encoding = next((value for name, value in headers if name == "content-encoding"), "")
            if sink is not None:
                await _pour(response, encoding, sink)
                return HttpReply(str(url), response.status_code, headers, b"", False, address, certificate)
            body, truncated = await read_body(response.stream, encoding, self._budget.body_cap())
            self._budget.keep_body(len(body))
        return HttpReply(str(url), response.status_code, headers, body, truncated, address, certificate)

    def _headers(self, raw: list[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
        size = sum(len(name) + len(value) for name, value in raw)
        if size > self._limits.header_bytes or len(raw) > self._limits.headers:
            raise _BodyError("too_large", f"{len(raw)} header lines of {size} bytes")
        return tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in raw)


def _load() -> Any:
    import httpx

    # httpcore imports this library at every lock, and each time Python would search every folder without success.
    if importlib.util.find_spec("sniffio") is None:
        sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]
    return httpx


def trust(ca_bundle: Path | None = None) -> ssl.SSLContext:
    """The only verifying context of a process. Raises ``OSError`` (``ssl.SSLError`` is one) for an unusable bundle."""
    return ssl.create_default_context(cafile=None if ca_bundle is None else str(ca_bundle))


def _unverified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


# --- bodies ---


async def read_body(stream: AsyncIterable[bytes], encoding: str, cap: int) -> tuple[bytes, bool]:
    """A body of at most ``cap`` bytes after decompression, and True if it was cut there.

    Raises ``_BodyError`` (malformed) for a coding that was not requested and for an incomplete gzip stream.
    """
    body = bytearray()
    try:
        async for piece in _inflated(stream, encoding, cap):
            body += piece
    except _BodyError as error:
        if error.cause == "too_large":
            return bytes(body), True
        raise
    return bytes(body), False


async def _pour(response: Any, encoding: str, sink: Sink) -> None:
    """Write the body of a 200. Raises the errors of ``read_body``, too_large beyond the cap, and ``DiskError``."""
    if response.status_code != 200:
        return
    async for piece in _inflated(response.stream, encoding, sink.cap):
        try:
            sink.file.write(piece)
        except OSError as error:
            raise DiskError(error.strerror or str(error)) from error


async def _inflated(stream: AsyncIterable[bytes], encoding: str, cap: int) -> AsyncIterator[bytes]:
    """The decompressed pieces of a body, ``cap`` bytes in total; raises ``_BodyError`` (too_large) beyond that."""
    coding = encoding.strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip"):
        raise _BodyError("malformed", f"content coding {encoding[:40]!r} was not asked for")
    inflate = zlib.decompressobj(wbits=31) if coding.endswith("gzip") else None
    received = produced = 0
    async for chunk in stream:
        received += len(chunk)
        try:
            piece = chunk if inflate is None else inflate.decompress(chunk, cap - produced + 1)
        except zlib.error as error:
            raise _BodyError("malformed", f"gzip: {error}") from None
        yield piece[: cap - produced]
        produced += len(piece)
        # Compressed bytes count too: an endless stream may decompress to nothing.
        if produced > cap or received > cap:
            raise _BodyError("too_large", f"more than {cap} bytes")
    if inflate is not None and received and not inflate.eof:
        raise _BodyError("malformed", "the gzip stream ends in the middle")


# --- causes ---


def cause_of(error: BaseException) -> tuple[Cause, str]:
    """The cause of a failed exchange and its details, from any exception of httpx, ssl or the socket below them."""
    names = {base.__name__ for base in type(error).__mro__}
    if "TimeoutError" in names or "TimeoutException" in names:
        # The operation that was interrupted by the end of the time is not the cause.
        return "timeout", ""
    chain = list(_chain(error))
    for kind, cause in _BELOW:
        for each in chain:
            if isinstance(each, kind):
                return cause, _words(each)
    for each in chain:
        # h11 stops at a header section that is too long; RFC 6585 defines status 431 for that.
        if getattr(each, "error_status_hint", None) == 431:
            return "too_large", _words(each)
    if str(error).startswith("Server disconnected"):  # httpcore's message for an end of file before any answer
        return "connection_reset", _words(error)
    for name, cause in _HTTPX:
        if name in names:
            return cause, _words(error)
    if isinstance(error, OSError):
        return "unreachable", _words(error)
    return "malformed", _words(error)


_BELOW: tuple[tuple[type[BaseException], Cause], ...] = (
    (ssl.SSLCertVerificationError, "certificate_invalid"),
    (ssl.SSLError, "tls_error"),
    (ConnectionRefusedError, "connection_refused"),
    (ConnectionResetError, "connection_reset"),
    (BrokenPipeError, "connection_reset"),
)

_HTTPX: tuple[tuple[str, Cause], ...] = (
    ("ConnectError", "unreachable"),
    ("NetworkError", "connection_reset"),
    ("ProxyError", "unreachable"),
    ("TooManyRedirects", "too_many_redirects"),
)
"""httpx's own classes by name, most specific first; any other class means a message that is not HTTP."""


def _chain(error: BaseException) -> Iterator[BaseException]:
    each: BaseException | None = error
    for _ in range(8):
        if each is None:
            return
        yield each
        each = each.__cause__ or each.__context__


def _words(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error)[:200] or type(error).__name__


# --- certificates ---

FAULTS: dict[int, CertificateFault] = {
    2: "no_issuer",
    9: "not_yet_valid",
    10: "expired",
    18: "self_signed",
    19: "untrusted",
    20: "no_issuer",
    21: "no_issuer",
    62: "wrong_name",
    64: "wrong_name",
}
"""The reasons by OpenSSL's codes (``x509_vfy.h``). It looks for a trusted chain first, then at names, then at dates."""


def certificate_of(tls: ssl.SSLObject, host: str, address: str, problem: str | None = None) -> Certificate:
    """The certificate of the server and its issuers, from a finished handshake; valid if there is no ``problem``.

    Raises ``ValueError`` for a certificate that cannot be read.
    """
    facts = _decoded(tls, verified=problem is None) or _parsed(tls)
    leaf = facts[0]
    # Each certificate of the chain adds its issuer, up to the root, which issued itself.
    above = tuple(each.issuer for each in facts[1:] if each.issuer != each.subject)
    return Certificate(host, address, leaf.issuer, leaf.names, leaf.start, leaf.end, problem is None, problem, above)


@dataclass(frozen=True, slots=True)
class _Facts:
    subject: CertificateName
    issuer: CertificateName
    names: tuple[str, ...]
    start: str
    end: str


def _decoded(tls: ssl.SSLObject, *, verified: bool) -> list[_Facts]:
    """The chain as OpenSSL decoded it; empty if this Python does not provide it.

    ``SSLObject`` has the chain only from Python 3.13 on, and in DER; the object below it has it decoded since 3.10, so
    that no scan has to load a second X.509 library.
    """
    inner: Any = getattr(tls, "_sslobj", None)
    chain: Callable[[], Any] | None = getattr(inner, "get_verified_chain" if verified else "get_unverified_chain", None)
    try:
        return [] if chain is None else [_from_openssl(each.get_info()) for each in chain() or ()]
    except (AttributeError, KeyError, ValueError, ssl.SSLError):
        return []


def _from_openssl(info: dict[str, Any]) -> _Facts:
    def name(parts: Any) -> CertificateName:
        found = {key: value for part in parts for key, value in part}
        return CertificateName(found.get("organizationName"), found.get("commonName"), found.get("countryName"))

    def moment(text: str) -> str:
        return _stamp(datetime.fromtimestamp(ssl.cert_time_to_seconds(text), UTC))

    named = info.get("subjectAltName", ())
    names = tuple(_plain(value) for kind, value in named if kind in ("DNS", "IP Address"))
    times = moment(info["notBefore"]), moment(info["notAfter"])
    return _Facts(name(info["subject"]), name(info["issuer"]), names, *times)


def _parsed(tls: ssl.SSLObject) -> list[_Facts]:
    """Only the certificate of the server, parsed from its DER form, which every Python provides."""
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    def name(of: x509.Name) -> CertificateName:
        def first(oid: x509.ObjectIdentifier) -> str | None:
            found = of.get_attributes_for_oid(oid)
            return str(found[0].value) if found else None

        return CertificateName(
            first(NameOID.ORGANIZATION_NAME), first(NameOID.COMMON_NAME), first(NameOID.COUNTRY_NAME)
        )

    der = tls.getpeercert(binary_form=True)
    if der is None:
        raise ValueError("no certificate was sent")
    try:
        leaf = x509.load_der_x509_certificate(der)
        try:
            listed = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            names = (*listed.get_values_for_type(x509.DNSName), *map(str, listed.get_values_for_type(x509.IPAddress)))
        except x509.ExtensionNotFound:
            names = ()
        times = _stamp(leaf.not_valid_before_utc), _stamp(leaf.not_valid_after_utc)
        return [_Facts(name(leaf.subject), name(leaf.issuer), tuple(map(_plain, names)), *times)]
    except (x509.DuplicateExtension, x509.InvalidVersion, x509.UnsupportedGeneralNameType, TypeError) as error:
        raise ValueError(f"a certificate that breaks RFC 5280: {error}") from error


def _plain(name: str) -> str:
    """A name of a certificate in lower case; an address as it is usually written, which OpenSSL does not do."""
    try:
        return str(ipaddress.ip_address(name.strip()))
    except ValueError:
        return name.lower()


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
