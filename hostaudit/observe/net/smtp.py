"""The greeting of a mail exchanger (RFC 5321) on port 25, and its answer to EHLO.

Every session ends with QUIT before any mail: no sender, no recipient and no message is ever sent.
"""

from __future__ import annotations

import asyncio
import contextlib
import re

from hostaudit.model.evidence import Cause
from hostaudit.model.values import MailGreeting
from hostaudit.observe.net.http.client import cause_of
from hostaudit.observe.net.http.fetch import Reach
from hostaudit.observe.net.limits import Budget
from hostaudit.observe.net.outcome import Outcome

READY = 220
DONE = 250

PATIENCE = 3.0
"""The longest session as a multiple of the request timeout: servers delay their greeting to detect senders of bulk
mail, and a client should wait five minutes for it (section 4.5.3.2.1)."""

PARTING = 1.0
"""Seconds to wait for the answer to QUIT, which has no information."""

LONGEST_LINE = 1024
"""Bytes of one reply line; servers may send 512 (section 4.5.3.1.5)."""

MOST_LINES = 64
LONGEST_BANNER = 200
MOST_EXTENSIONS = 32

_LINE = re.compile(r"(?P<code>[2-5][0-5][0-9])(?:(?P<more>[ -])(?P<text>.*))?", re.DOTALL)
"""One line of a reply (section 4.2); all but the last have a hyphen after the code."""

_KEYWORD = re.compile(r"[A-Z0-9][A-Z0-9-]{0,39}")
"""The keyword of a service extension in the reply to EHLO (section 4.1.1.1), in capitals."""


class _ReplyError(Exception):
    def __init__(self, cause: Cause, detail: str) -> None:
        super().__init__(detail)
        self.cause = cause


class Smtp:
    """Greets one mail exchanger at one vetted address: banner, EHLO, QUIT."""

    def __init__(self, reach: Reach, budget: Budget, port: int) -> None:
        self._reach = reach
        self._budget = budget
        self._port = port

    async def greeting(self, host: str, address: str, source: str) -> Outcome[MailGreeting]:
        """The reply codes and the banner. A failure before the end of the answer to EHLO makes the greeting unknown; a
        server that refuses the client in its greeting gets no EHLO."""
        return await self._reach.at(address, lambda vetted: self._exchange(host, vetted, source), source)

    async def _exchange(self, host: str, address: str, source: str) -> Outcome[MailGreeting]:
        async with self._budget.host_slot(host, address) as start:
            if not self._budget.spend("http"):
                return Outcome.gap("limit", source, "no requests are left for this scan")
            await start()
            writer: asyncio.StreamWriter | None = None
            try:
                async with asyncio.timeout(self._budget.seconds(PATIENCE)):
                    reader, writer = await asyncio.open_connection(address, self._port, limit=LONGEST_LINE)
                    greeting = await _talk(host, address, reader, writer)
                await self._leave(reader, writer)
                return Outcome.of(greeting, source)
            except _ReplyError as error:
                return Outcome.gap(error.cause, source, str(error))
            except Exception as error:
                cause, detail = cause_of(error)
                if cause == "timeout":
                    cause = "deadline" if self._budget.expired else cause
                    no_way = "no connection; many networks let nobody out to port 25"
                    detail = no_way if writer is None else "connected, but no whole reply came"
                return Outcome.gap(cause, source, detail)
            finally:
                if writer is not None:
                    writer.transport.abort()

    async def _leave(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """End the session by section 4.1.1.10. Failures are ignored, as the result is already known."""
        with contextlib.suppress(Exception):
            async with asyncio.timeout(min(PARTING, self._budget.remaining() / 2)):
                writer.write(b"QUIT\r\n")
                await _reply(reader)


async def _talk(host: str, address: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> MailGreeting:
    """Read the greeting, then send EHLO. Nothing is sent before the greeting is complete (section 3.1), as servers
    refuse clients that speak first."""
    code, lines = await _reply(reader)
    banner = " ".join(lines)[:LONGEST_BANNER]
    if code != READY:
        return MailGreeting(host, address, code, banner)
    writer.write(f"EHLO {_here(writer)}\r\n".encode("ascii"))
    hello, offered = await _reply(reader)
    return MailGreeting(host, address, code, banner, hello, _extensions(offered) if hello == DONE else ())


async def _reply(reader: asyncio.StreamReader) -> tuple[int, list[str]]:
    """One complete reply: its code, and the text of each line (section 4.2.1)."""
    code = ""
    texts: list[str] = []
    while len(texts) < MOST_LINES:
        match = _LINE.fullmatch(await _line(reader))
        if match is None or code not in ("", match["code"]):
            raise _ReplyError("malformed", "not a reply of SMTP")
        code = match["code"]
        texts.append(match["text"] or "")
        if match["more"] != "-":
            return int(code), texts
    raise _ReplyError("too_large", f"a reply of more than {MOST_LINES} lines")


async def _line(reader: asyncio.StreamReader) -> str:
    try:
        line = await reader.readuntil(b"\n")
    except asyncio.LimitOverrunError:
        raise _ReplyError("too_large", f"a line of more than {LONGEST_LINE} bytes") from None
    except asyncio.IncompleteReadError:
        raise _ReplyError("connection_reset", "closed before a whole reply") from None
    return line.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", "backslashreplace")


def _extensions(lines: list[str]) -> tuple[str, ...]:
    """The extensions in the reply to EHLO: the keyword of each line after the first, which names the server."""
    keywords = (line.split(" ")[0].upper() for line in lines[1:])
    return tuple(dict.fromkeys(each for each in keywords if _KEYWORD.fullmatch(each)))[:MOST_EXTENSIONS]


def _here(writer: asyncio.StreamWriter) -> str:
    """The local address of the connection as an address literal, by which a client without its own DNS name identifies
    itself (sections 4.1.1.1 and 4.1.3)."""
    address = str(writer.get_extra_info("sockname")[0]).partition("%")[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"
