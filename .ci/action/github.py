"""GitHub's interface, asked with care: bounded in time and size, no redirect, and a token that nothing prints."""

from __future__ import annotations

import http.client
import ipaddress
import json
import os
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import urlsplit

TIMEOUT = 10.0
"""Seconds for a connection and for each piece of an answer."""

DEADLINE = 30.0
"""Seconds for a whole answer."""

MOST_BYTES = 16 * 1024 * 1024
TRIES = 3
PAUSES = (1.0, 3.0)
"""Seconds before the second and the third try."""

LONGEST_WAIT = 30.0
"""Seconds that a rate limit may ask us to wait."""


class GaveUpError(Exception):
    """What was asked cannot be had; the text says why, in words of our own."""


class TryAgainError(Exception):
    """Another try may succeed, after ``wait`` seconds or the usual pause."""

    def __init__(self, why: str, wait: float | None = None) -> None:
        super().__init__(why)
        self.wait = wait


@dataclass(frozen=True)
class Answer:
    """A status below 500 that is no rate limit, and what came with it."""

    status: int
    body: bytes
    headers: Message

    def json(self) -> Any:
        """The body. Raises ``TryAgainError`` for one that is no JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise TryAgainError("the answer is no JSON") from error


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The token is for one host alone."""

    def redirect_request(self, *_: Any) -> None:
        """Follow none."""


class GitHub:
    """The interface at GITHUB_API_URL, with the token of GITHUB_TOKEN."""

    def __init__(self) -> None:
        self._base = os.environ.get("GITHUB_API_URL", "").rstrip("/")
        self._token = os.environ.get("GITHUB_TOKEN", "")
        self._opener = urllib.request.build_opener(_NoRedirect)
        if not self._token:
            raise GaveUpError("there is no token")
        if not _is_safe(self._base):
            raise GaveUpError("GITHUB_API_URL is no https address")

    def ask(self, method: str, path: str, body: Any = None, accept: str = "application/vnd.github+json") -> Answer:
        """Ask once. Raises ``TryAgainError`` for what may pass, ``GaveUpError`` for a rate limit that lasts."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Accept": accept, "Authorization": f"Bearer {self._token}", "X-GitHub-Api-Version": "2022-11-28"}
        headers |= {"Content-Type": "application/json"} if data else {}
        request = urllib.request.Request(f"{self._base}{path}", data, headers, method=method)
        try:
            with self._opener.open(request, timeout=TIMEOUT) as answer:
                return Answer(answer.status, _body(answer), answer.headers)
        except urllib.error.HTTPError as error:
            with error:
                return _refused(error)
        except (OSError, http.client.HTTPException, ValueError) as error:
            # The text of such an error may repeat what was sent.
            raise TryAgainError(f"no answer ({type(error).__name__})") from None


def _is_safe(address: str) -> bool:
    """True for https, and for http on this machine, so that nobody on the way reads the token."""
    parts = urlsplit(address)
    if parts.scheme == "https":
        return bool(parts.hostname)
    try:
        return parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _body(answer: Any) -> bytes:
    """The body, bounded in size and time. Raises ``TryAgainError``."""
    until = time.monotonic() + DEADLINE
    found = bytearray()
    while piece := answer.read1(65536):
        found += piece
        if len(found) > MOST_BYTES:
            raise GaveUpError(f"the answer has more than {MOST_BYTES >> 20} MiB")
        if time.monotonic() > until:
            raise TryAgainError("the answer takes too long")
    return bytes(found)


def _refused(error: urllib.error.HTTPError) -> Answer:
    """The answer to a request that was refused, unless the reason may pass."""
    if error.code >= 500:
        raise TryAgainError(f"status {error.code}")
    limited = error.code == 429 or error.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in error.headers
    if limited and error.code in (403, 429):
        wait = _wait(error.headers)
        if wait > LONGEST_WAIT:
            raise GaveUpError(f"the rate limit is reached, for {wait:.0f} seconds")
        raise TryAgainError("the rate limit is reached", wait)
    return Answer(error.code, _body(error), error.headers)


def _wait(headers: Message) -> float:
    """Seconds until a rate limit ends, as its answer tells."""
    for name, zero in (("retry-after", 0.0), ("x-ratelimit-reset", time.time())):
        text = str(headers.get(name, ""))
        if text.isascii() and text.isdigit() and len(text) < 12:
            return max(0.0, float(text) - zero)
    return 60.0


def tried(action: Any) -> Any:
    """The result of an action that is tried three times. Raises ``GaveUpError``."""
    for number in range(TRIES):
        try:
            return action()
        except TryAgainError as error:
            if number == TRIES - 1:
                raise GaveUpError(f"{error}, {TRIES} times") from None
            time.sleep(PAUSES[number] if error.wait is None else error.wait)
    raise AssertionError
