"""Routes: the announced prefix that contains an address, and the networks that announce it.

A table of kind ``routes``: the value of an interval has the numbers of all origin networks (RFC 4271; several for a
prefix with multiple origins or an AS set) and, where the source has it, the country as two capital letters. The names
of the networks are its labels.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from msgspec import UNSET

from hostaudit.datasets.table import Metadata, Table
from hostaudit.model.values import Origin

KIND = "routes"
PREFIXES, ANNOUNCED = "prefixes", "announced"
"""Key and value in the notes of the metadata if every prefix is as announced, and not several joined in one."""


class Routes:
    """Look-ups in a table of routes. ``warning``: the reason why another table was not used, or ""."""

    def __init__(self, table: Table, warning: str = "") -> None:
        self._table = table
        self.warning = warning

    def with_warning(self, warning: str) -> Routes:
        """The same table with a warning for the user."""
        return Routes(self._table, warning)

    @classmethod
    def open(cls, path: Path) -> Routes:
        """Open a file. Raises ``DocumentError`` if it is no table of routes."""
        return cls(Table.open(path, KIND))

    @property
    def file(self) -> str:
        """The path of the file."""
        return self._table.name

    @property
    def metadata(self) -> Metadata:
        """The metadata of the table."""
        return self._table.metadata

    @property
    def announced(self) -> bool:
        """True if prefixes are as announced; else one may join several announcements of the same networks."""
        return self.metadata.notes.get(PREFIXES) == ANNOUNCED

    def age(self, today: date) -> int:
        """Days since the date of the data; a table with an unreadable date counts as very old."""
        try:
            return (today - date.fromisoformat(self._table.metadata.date)).days
        except ValueError:
            return today.toordinal()

    def origin(self, address: str) -> Origin | None:
        """The most specific prefix that contains an address, with every origin; None if the table has no route to it.

        Raises ``ValueError`` if it is no IP address.
        """
        found = self._table.find(address)
        if found is None:
            return None
        asns = tuple(sorted(item for item in found.value if isinstance(item, int)))
        countries = [item for item in found.value if isinstance(item, str)]
        names = tuple(name for name in map(self.name, asns) if name)
        country = countries[0] if len(countries) == 1 else None
        return Origin(found.prefix, asns, names, country, merged=UNSET if self.announced else True)

    def asns(self, address: str) -> tuple[int, ...]:
        """Only the origin networks of an address, ascending; the fastest look-up. Raises the errors of ``origin``."""
        value = self._table.get(address)
        return () if value is None else tuple(sorted(item for item in value if isinstance(item, int)))

    def name(self, asn: int) -> str:
        """The name of a network; empty if the table has none."""
        return self._table.label(asn)
