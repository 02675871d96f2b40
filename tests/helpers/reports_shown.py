"""Reports as formats show them, and one full of hostile strings."""

from __future__ import annotations

import json
from functools import cache

import jsonschema
import msgspec

from helpers import ROOT
from helpers.sample_report import report
from hostaudit.documents import schemas
from hostaudit.model.report import (
    Caveat,
    FailureDomain,
    Finding,
    FunctionImpact,
    Hours,
    SinglePoint,
)
from hostaudit.report import Style, load

GOLDEN = ROOT / "tests" / "report" / "golden"


def terminal(each=None, **style) -> str:
    return load("terminal").render(each or report(), Style(**style))


def as_json(each=None) -> dict:
    return json.loads(load("json").render(each or report(), Style()))


def soiled(value, text):
    """The same value with ``text`` in place of every string that a stranger could have written."""
    kept = {"id", "kind", "cause", "state", "effect", "grade", "outcome", "severity", "verdict", "schema", "at", "type"}
    kept |= {"role", "via", "platform", "proof", "how", "of", "end", "liveness"}
    builtins = msgspec.to_builtins(value)

    def walk(node, field=""):
        if isinstance(node, dict):
            return {key: walk(each, key) for key, each in node.items()}
        if isinstance(node, list | tuple):
            return [walk(each, field) for each in node]
        return text if isinstance(node, str) and field not in kept else node

    return msgspec.convert(walk(builtins), type(value))


@cache
def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(schemas.path("report").read_text()))


def findings(text: str) -> tuple[Finding, ...]:
    return tuple(Finding(text, outcome, "high", 0.9, text, text, (), text) for outcome in ("pass", "fail", "unknown"))


def hostile_report(text):
    """A report with a hostile string wherever one can come from outside."""
    spofs = tuple(
        SinglePoint(
            FailureDomain(kind, identity, text),
            1,
            (
                FunctionImpact(f"web:{text}", "down", 0.0, Hours(1, 2, 3), text),
                FunctionImpact(text, "degraded", 0, Hours(0, 0, 0), text),
            ),
            tuple(item.id for item in report().evidence),
            (text,),
            0.5,
            name_only,
        )
        for kind in ("parent", "provider", "asn", "tld", "prefix", "jurisdiction")
        for identity in (text, f"unknown:{text}")
        for name_only in (False, True)
    )
    caveats = (Caveat("direct_dns", text, text),)
    base = soiled(report(findings=findings(text), caveats=caveats), text)
    functions = tuple(msgspec.structs.replace(each, id=f"web:{text}") for each in base.functions)
    return msgspec.structs.replace(base, spofs=spofs, functions=functions, cut_sets=())
