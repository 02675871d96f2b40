"""The meaning of each property of the documents that programs exchange, for their schemas (``meanings.yaml``)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from hostaudit.documents.schemas.keys import MEANING
from hostaudit.documents.strict_yaml import Source, build, compose

EXPLAINED = ("report", "evidence", "whatif", "graph")
"""The documents of which every property has a sentence. Those that people write have theirs in ``keys``."""

ANY = "Any class"
"""The entry for properties that mean the same in every class."""


@cache
def meanings() -> dict[str, dict[str, str]]:
    """The sentences by class and property. Raises ``UsageError`` with the line of a mistake in the file."""
    path = Path(__file__).with_name("meanings.yaml")
    source = Source(path.name, path.read_bytes())
    found: dict[str, dict[str, str]] = build(source, compose(source), dict[str, dict[str, str]])
    return found


def meaning(kind: str, key: str) -> str:
    """The sentence for a property of a class; empty if it has none."""
    for table in (meanings(), MEANING):
        if key in table.get(kind, {}):
            return table[kind][key]
    return meanings()[ANY].get(key, "")


def explain(definitions: dict[str, Any]) -> None:
    """Add the sentence of each property to the definitions of a schema."""
    for kind, definition in definitions.items():
        for key, value in definition.get("properties", {}).items():
            text = meaning(kind, key)
            if text:
                value["description"] = text
