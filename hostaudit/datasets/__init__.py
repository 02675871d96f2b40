"""Tables that replace look-ups over the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hostaudit.errors import DocumentError, UsageError
from hostaudit.files import data_folder

if TYPE_CHECKING:
    from hostaudit.datasets.routes import Routes

ROUTES = "routes.hat"
"""File name of the table of announced prefixes."""

RANGES = "ranges.hat"
"""File name of the table of published ranges."""

BOOTSTRAP = "rdap-bootstrap.json"
"""File name of IANA's lists of RDAP servers."""

SUFFIXES = "public_suffix_list.dat"
"""File name of the Public Suffix List."""


def open_routes() -> Routes:
    """The user's own table of routes, else the one that came with hostaudit.

    If the user's table cannot be used, ``Routes.warning`` gives the reason. Reads files and may unpack one, so it must
    not be called from an event loop. Raises ``DocumentError`` if the installation is damaged.
    """
    from hostaudit.datasets import shipped_routes
    from hostaudit.datasets.routes import Routes

    try:
        own = data_folder() / ROUTES
        if not own.exists():
            return shipped_routes.routes()
        return Routes.open(own)
    except DocumentError as error:
        return shipped_routes.routes().with_warning(f"{error.message}; the one that came with hostaudit is used")
    except (UsageError, OSError):
        return shipped_routes.routes()
