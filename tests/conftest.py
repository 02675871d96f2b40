"""What holds for every test: no traffic leaves the machine, and the environment of whoever runs it does not matter."""

from __future__ import annotations

import ipaddress
import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))

settings.register_profile("hostaudit", deadline=None, print_blob=True, derandomize=bool(os.environ.get("CI")))
settings.load_profile("hostaudit")

# A shell starts background jobs with interrupts ignored, which commands under test would inherit.
signal.signal(signal.SIGINT, signal.default_int_handler)

# What a new file may be read by is a matter of whoever runs the tests; some look at it.
os.umask(0o022)

FOREIGN = (
    "PYTHONIOENCODING",
    "PYTHONOPTIMIZE",
    "PYTHONWARNINGS",
    "SSLKEYLOGFILE",
    "TERM",
    "TZ",
    "NO_COLOR",
    "FORCE_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "COLUMNS",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
)


def by_line(message: str) -> str:
    """A refusal as ``FILE:LINE: problem``; the column, which tests of the reader look at, is left out."""
    return re.sub(r"^([^\n]*?:\d+):\d+: ", r"\1: ", message)


REACHED: list[str] = []
"""Where a test tried to go. Code under test may catch the refusal; this list is what the test then fails by."""

PLACE_OF = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1}
NAME_OF = {"socket.getaddrinfo": 0, "socket.gethostbyname": 0, "socket.gethostbyaddr": 0}
"""Events of the audit hook (PEP 578), and which argument says where to."""


def _stay_here(event: str, arguments: tuple[object, ...]) -> None:
    """Refuse sockets to any other machine, and look-ups that would ask one, whatever library makes them."""
    if event in PLACE_OF:
        place = arguments[PLACE_OF[event]]
        name = place[0] if isinstance(place, tuple) and place else None
    elif event in NAME_OF:
        name = arguments[NAME_OF[event]]
    else:
        return
    if isinstance(name, str) and not _local(name):
        REACHED.append(name)
        raise AssertionError(f"a test tried to reach {name}")


def _local(name: str) -> bool:
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return name in ("", "localhost")


sys.addaudithook(_stay_here)


@pytest.fixture(autouse=True)
def sealed(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Take away what the environment says; give each run a cache of its own; fail a test that went elsewhere."""
    for name in [*FOREIGN, *(each for each in os.environ if each.startswith("HOSTAUDIT_"))]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path_factory.getbasetemp() / "no-home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path_factory.getbasetemp() / "no-data"))
    yield
    gone, REACHED[:] = tuple(REACHED), []
    assert not gone
