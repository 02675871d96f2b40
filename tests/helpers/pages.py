"""HTTP without sockets: respx answers below the client's own transports, so that all of it runs but TCP and TLS.

The client connects to an address that it has vetted and puts the name into the Host header. So a page is known by what
was asked, ``asked="https://site.example/path?query"``, and not by the URL that httpx was given.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import respx
from respx.patterns import Lookup, Pattern

Page = httpx.Response | Exception | type[Exception]


class Asked(Pattern):
    """Matches scheme, Host header and target of a request with a URL; known to respx as ``asked``."""

    key = "asked"
    lookups = (Lookup.EQUAL,)
    value: str

    def parse(self, request: httpx.Request) -> str:
        return asked(request)


def asked(request: httpx.Request) -> str:
    """The URL of a request, by its Host header."""
    return f"{request.url.scheme}://{request.headers['host']}{request.url.raw_path.decode('ascii')}"


class _Plain:
    """A connection on which no certificate was shown."""

    def get_extra_info(self, name: str) -> Any:
        return None


def answer(status: int = 200, body: bytes = b"", **headers: str) -> httpx.Response:
    """A response; ``Retry_After="7"`` is the header ``Retry-After: 7``."""
    rows = [("Content-Length", str(len(body))), *((name.replace("_", "-"), value) for name, value in headers.items())]
    # As a stream, since httpx would at once decode content, and some is made to be no sound gzip.
    stream = httpx.ByteStream(body)
    return httpx.Response(status, headers=rows, stream=stream, extensions={"network_stream": _Plain()})


@contextmanager
def serving(pages: dict[str, Page | list[Page]]) -> Iterator[respx.Router]:
    """Answer by URL, a list one by one and its last for ever, anything else with 404; ``calls`` keeps the requests."""
    with respx.mock(assert_all_called=False) as router:
        for url, page in pages.items():
            router.route(asked=url).mock(side_effect=_in_turn(page) if isinstance(page, list) else _always(page))
        router.route().mock(answer(404))
        yield router


def _always(page: Page) -> Any:
    return (lambda _: page) if isinstance(page, httpx.Response) else page


def _in_turn(pages: list[Page]) -> Any:
    left = list(pages)

    def next_page(_: httpx.Request) -> httpx.Response:
        page = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(page, httpx.Response):
            return page
        raise page

    return next_page


def urls(router: respx.Router) -> list[str]:
    """What was asked for, in order."""
    return [asked(call.request) for call in router.calls]
