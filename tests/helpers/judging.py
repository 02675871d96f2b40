"""Policies and evidence to judge by commands."""

from __future__ import annotations

from helpers import ROOT

POLICIES = ROOT / "examples" / "policies"
SILENT = POLICIES / "tests" / "second-operator-silent.json"


def policy(text: str, **parts: str) -> str:
    return "\n".join(("version: 1", f"policy: {text}", *(f"{key}: {value}" for key, value in parts.items()), ""))
