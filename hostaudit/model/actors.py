"""Ids of providers and companies that the catalogue does not hold: how they are made and recognised."""

from __future__ import annotations

_UNKNOWN = "unknown:"


def unknown_id(what: str) -> str:
    """The id of an operator that the catalogue does not hold, by what was seen of it: ``unknown:as64496``."""
    return f"{_UNKNOWN}{what}"


def is_unknown(identity: str) -> bool:
    """True for the id of an operator that the catalogue does not hold."""
    return identity.startswith(_UNKNOWN)


def seen_of(identity: str) -> str:
    """What was seen of an operator that the catalogue does not hold; any other id or name as it is."""
    return identity.removeprefix(_UNKNOWN)


NOBODY = unknown_id("anybody")
"""A company that the evidence does not name, whoever it may be; only the pessimistic reading lets it hold anything."""
