"""The published JSON Schemas: what may a program or an editor expect in a document of ours?

What programs exchange is described in 2020-12; what people write by hand in draft-07, which editors understand, with
a word on every key. The files beside this module are what ``hostaudit schema`` prints. They are generated from
``hostaudit.model``; ``python -m hostaudit.documents.schemas`` writes them anew, and a test fails while they differ
from it.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_DRAFT_FOR_EDITORS = "http://json-schema.org/draft-07/schema#"

WRITTEN = ("site", "scenario")
"""Documents that people write, as YAML."""

OVER_TIME = ("changes", "history", "trend", "doctor")
"""What changed, and whether this machine sees what a scan asks for."""

DATA = ("data", "manifest")
"""Documents about tables: what ``data status`` says, and what lies beside them."""

CATALOGUE = ("providers", "provider", "matched", "question", "matches")
"""Documents about the provider catalogue; of the last two each line of ``providers match`` is one, read and written."""

NAMES = (
    "report",
    "evidence",
    "whatif",
    "matrix",
    "fallbacks",
    "scenarios",
    "working",
    "policy",
    "rules",
    "explanation",
    "policy-tests",
    "data",
    "manifest",
    *CATALOGUE,
    *OVER_TIME,
    *WRITTEN,
)


def path(name: str) -> Path:
    """The shipped schema file of a document."""
    return Path(__file__).with_name(f"{name}-1.schema.json")


def generate(name: str) -> bytes:
    """The schema of a document as ``hostaudit.model`` has it now."""
    import msgspec

    from hostaudit.model import (
        changes,
        checks,
        data,
        doctor,
        evidence,
        match,
        policy,
        report,
        scenario,
        site,
        whatif,
        working,
    )

    document = {
        "report": report.Report,
        "evidence": evidence.EvidenceFile,
        "whatif": whatif.WhatIf,
        "matrix": whatif.Matrix,
        "fallbacks": whatif.Fallbacks,
        "scenarios": scenario.Library,
        "working": working.Working,
        "rules": checks.RuleBook,
        "explanation": checks.Explanation,
        "policy-tests": checks.PolicyTrials,
        "policy": policy.EffectivePolicy,
        "changes": changes.Changes,
        "history": changes.History,
        "trend": changes.Trend,
        "doctor": doctor.Doctor,
        "providers": match.ProviderList,
        "provider": match.ProviderSheet,
        "matched": match.Matched,
        "question": match.Question,
        "matches": match.Matches,
        "data": data.DataStatus,
        "manifest": data.Manifest,
        "site": site.SiteFile,
        "scenario": scenario.Scenario,
    }[name]
    schema = msgspec.json.schema(document)
    if "Evidence" in schema["$defs"]:
        states = ("value", "absent", "unknown", "not_applicable")
        schema["$defs"]["Evidence"]["oneOf"] = [{"required": [state]} for state in states]
    if name in WRITTEN:
        from hostaudit.documents.schemas.keys import for_editors

        schema = for_editors(schema)
    head = {
        "$schema": _DRAFT_FOR_EDITORS if name in WRITTEN else _DRAFT,
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
