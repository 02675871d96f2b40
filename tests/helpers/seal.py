"""No traffic leaves the machine: a hook that refuses it, and a list of where tests tried to go."""

from __future__ import annotations

import ipaddress

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
REACHED: list[str] = []
"""Where a test tried to go. Code under test may catch the refusal; this list is what the test then fails by."""
PLACE_OF = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1}
NAME_OF = {"socket.getaddrinfo": 0, "socket.gethostbyname": 0, "socket.gethostbyaddr": 0}
"""Events of the audit hook (PEP 578), and which argument says where to."""


def stay_here(event: str, arguments: tuple[object, ...]) -> None:
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
