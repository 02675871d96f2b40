"""The published JSON Schemas of the documents that hostaudit writes or reads.

Documents that programs exchange have schemas in 2020-12; documents that people write by hand have schemas in
draft-07, which editors understand. Each property has a sentence (``meanings.yaml``, ``keys``), which is read only when
schemas are made. The files beside this module are what ``hostaudit schema`` prints. They are generated from
``hostaudit.model.documents``; ``python -m hostaudit.documents.schemas`` writes them again, and a test fails if they
differ from it.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_DRAFT_FOR_EDITORS = "http://json-schema.org/draft-07/schema#"
_ENDING = "-1.schema.json"

NAMES = tuple(
    sorted(each.name.removesuffix(_ENDING) for each in Path(__file__).parent.iterdir() if each.name.endswith(_ENDING))
)
"""The names of the shipped schemas. The folder is the list, because the command line must not load the model for it."""


def path(name: str) -> Path:
    """The path of the shipped schema of a document."""
    return Path(__file__).with_name(f"{name}{_ENDING}")


def generate(name: str) -> bytes:
    """Return the schema of a document, generated from ``hostaudit.model``."""
    import msgspec

    from hostaudit.model.documents import PUBLISHED, WRITTEN

    schema = msgspec.json.schema(PUBLISHED[name])
    if "Evidence" in schema["$defs"]:
        states = ("value", "absent", "unknown", "not_applicable")
        schema["$defs"]["Evidence"]["oneOf"] = [{"required": [state]} for state in states]
    if name in WRITTEN:
        from hostaudit.documents.schemas.keys import for_editors

        schema = for_editors(schema)
    else:
        from hostaudit.documents.schemas.meanings import explain

        explain(schema["$defs"])
    head = {
        "$schema": _DRAFT_FOR_EDITORS if name in WRITTEN else _DRAFT,
        "$id": f"urn:hostaudit:{name}:1",
        "title": f"hostaudit.{name}/1",
    }
    return msgspec.json.format(msgspec.json.encode(_dedented(head | schema)), indent=2) + b"\n"


def _dedented(value: Any) -> Any:
    """A value with its descriptions dedented: they come from docstrings, which only Python 3.13 and later dedent."""
    if isinstance(value, dict):
        return {
            key: inspect.cleandoc(each) if key == "description" and isinstance(each, str) else _dedented(each)
            for key, each in value.items()
        }
    return [_dedented(each) for each in value] if isinstance(value, list) else value
