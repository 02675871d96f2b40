"""Tables that answer without the network, and where they are kept.

The user's own tables lie in ``directory()``, made by ``hostaudit data``; what hostaudit can make again at any time
lies in ``cache()``.
"""

from __future__ import annotations

import os
from pathlib import Path

ROUTES = "routes.hat"
"""File name of the table of announced prefixes."""

RANGES = "ranges.hat"
"""File name of the table of published ranges."""

BOOTSTRAP = "rdap-bootstrap.json"
"""File name of IANA's lists of RDAP servers."""

SUFFIXES = "public_suffix_list.dat"
"""File name of the Public Suffix List."""


def directory() -> Path:
    """Where the user's own tables are, by the XDG Base Directory Specification. It need not be there yet."""
    return _base("XDG_DATA_HOME", ".local/share")


def cache() -> Path:
    """Where unpacked copies are. It need not be there yet."""
    return _base("XDG_CACHE_HOME", ".cache")


def _base(variable: str, usual: str) -> Path:
    given = os.environ.get(variable, "")
    # The specification wants relative paths ignored.
    base = Path(given) if given.startswith("/") else Path("~", usual).expanduser()
    return base / "hostaudit"
