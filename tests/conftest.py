"""What holds for every test: no traffic leaves the machine, and the environment of whoever runs it does not matter."""

from __future__ import annotations

import ipaddress
import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))

settings.register_profile("hostaudit", deadline=None, print_blob=True, derandomize=bool(os.environ.get("CI")))
settings.load_profile("hostaudit")

FOREIGN = (
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
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
)


def _stay_here(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook (PEP 578) that refuses sockets to any other machine, whatever library opens them."""
    if event not in ("socket.connect", "socket.sendto"):
        return
    place = arguments[1]
    if isinstance(place, tuple) and place and isinstance(place[0], str):
        try:
            local = ipaddress.ip_address(place[0].partition("%")[0]).is_loopback
        except ValueError:
            local = place[0] in ("", "localhost")
        if not local:
            raise AssertionError(f"a test tried to reach {place[0]}")


sys.addaudithook(_stay_here)


@pytest.fixture(autouse=True)
def sealed(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Take away what the environment says; give each run a cache of its own."""
    for name in [*FOREIGN, *(each for each in os.environ if each.startswith("HOSTAUDIT_"))]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))
