"""Tables that answer without the network, and where they are kept.

The user's own tables lie in ``directory()``, made by ``hostaudit data``; what hostaudit can make again at any time
lies in ``cache()``.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from hostaudit.errors import DocumentError, UsageError

if TYPE_CHECKING:
    from hostaudit.tables.routes import Routes

ROUTES = "routes.hat"
"""File name of the table of announced prefixes."""

RANGES = "ranges.hat"
"""File name of the table of published ranges."""

BOOTSTRAP = "rdap-bootstrap.json"
"""File name of IANA's lists of RDAP servers."""

SUFFIXES = "public_suffix_list.dat"
"""File name of the Public Suffix List."""


def directory() -> Path:
    """Where the user's own tables are, by the XDG Base Directory Specification. It need not be there yet.

    Raises ``UsageError`` if no home is known.
    """
    return _base("XDG_DATA_HOME", ".local/share")


def cache() -> Path:
    """Where unpacked copies are. It need not be there yet. Raises ``UsageError`` if no home is known."""
    return _base("XDG_CACHE_HOME", ".cache")


def open_routes() -> Routes:
    """The user's own table of routes, else the one that came with hostaudit.

    A table of the user's that cannot be used is told of in ``Routes.warning``. Reads files and may unpack one: not to
    be called from an event loop. Raises ``DocumentError`` if the installation is damaged.
    """
    from hostaudit.tables import default
    from hostaudit.tables.routes import Routes

    try:
        own = directory() / ROUTES
        if not own.exists():
            return default.routes()
        return Routes.open(own)
    except DocumentError as error:
        return default.routes().with_warning(f"{error.message}; the one that came with hostaudit is used")
    except (UsageError, OSError):
        return default.routes()


def _base(variable: str, usual: str) -> Path:
    given = os.environ.get(variable, "")
    # The specification wants relative paths ignored.
    base = given if given.startswith("/") else os.path.expanduser(f"~/{usual}")  # noqa: PTH111 - leaves ~ if unknown
    if not base.startswith("/"):
        raise UsageError("no home directory is known", f"set HOME or {variable}")
    return Path(base, "hostaudit")
