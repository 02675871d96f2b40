"""The published JSON Schemas (2020-12): what may a program expect in a report or an evidence file?

The files beside this module are what ``hostaudit schema`` prints. They are generated from ``hostaudit.model``;
``python -m hostaudit.schemas`` writes them anew, and a test fails while they differ from the model.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

NAMES = ("evidence", "report")


def path(name: str) -> Path:
    """The shipped schema file of ``report`` or ``evidence``."""
    return Path(__file__).with_name(f"{name}-1.schema.json")


def generate(name: str) -> bytes:
    """The schema of a document as ``hostaudit.model`` has it now."""
    import msgspec

    from hostaudit import model

    document = {"report": model.Report, "evidence": model.EvidenceFile}[name]
    schema = msgspec.json.schema(document)
    states = ("value", "absent", "unknown", "not_applicable")
    schema["$defs"]["Evidence"]["oneOf"] = [{"required": [state]} for state in states]
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:hostaudit:{name}:1",
        "title": f"hostaudit.{name}/1",
    }
    return msgspec.json.format(msgspec.json.encode(_dedented(head | schema)), indent=2) + b"\n"


def _dedented(value: Any) -> Any:
    """Descriptions come from docstrings, which only Python 3.13 and later strip of their indentation."""
    if isinstance(value, dict):
        return {
            key: inspect.cleandoc(each) if key == "description" and isinstance(each, str) else _dedented(each)
            for key, each in value.items()
        }
    return [_dedented(each) for each in value] if isinstance(value, list) else value
