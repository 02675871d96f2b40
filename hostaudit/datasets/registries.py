"""The table of top-level domains: who sponsors each, and who runs its back end, as IANA's root zone database says."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Literal, NamedTuple

Known = Literal["contact", "server", ""]
"""How a back end is known: as the technical contact of the root zone database, or as the operator of a server that
answers for the domain without being listed. Empty: no other organisation than the sponsor is named."""


class Registry(NamedTuple):
    """The organisations behind a top-level domain, by the names that IANA has. ``back_end`` is empty if it is the
    sponsoring organisation itself."""

    sponsor: str
    back_end: str
    known: Known


@cache
def of(tld: str) -> Registry | None:
    """The row of a top-level domain, in lower case A-labels without a dot; None if the table has none."""
    start = _table().find(f"\n{tld}\t") if tld else -1
    if start < 0:
        return None
    _, sponsor, back_end, known = _table()[start + 1 : _table().index("\n", start + 1)].split("\t")
    return Registry(sponsor, back_end, "server" if known == "server" else "contact" if known else "")


@cache
def _table() -> str:
    return resources.files("hostaudit.datasets").joinpath("iana/tlds.tsv").read_text("utf-8")
