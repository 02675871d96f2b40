"""CycloneDX 1.6 (ECMA-424): the parties on which a site depends, as services.

From outside only some of them can be seen, and never their contracts or their own dependencies, so the composition is
never called complete. Each service has the ids of the evidence for it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hostaudit.model.report import Report
from hostaudit.report import Style
from hostaudit.report.json_text import written
from hostaudit.report.rows import plain, timed

if TYPE_CHECKING:
    from hostaudit.model.documents import Document
    from hostaudit.model.report import Dependency

SCHEMA = "http://cyclonedx.org/schema/bom-1.6.schema.json"
MOST_PROOFS = 50
"""The most ids of evidence for each service; the report has all of them."""


@dataclass(frozen=True)
class CycloneDxFormat:
    name: str = "cyclonedx"
    writes: frozenset[type] = frozenset({Report})
    suffix: str = ""

    def render(self, document: Document, style: Style) -> str:  # noqa: ARG002 - a document for programs has no style
        """One bill of materials. The serial number depends on site and time only, so equal reports have equal ones."""
        report: Any = document
        return written(_bom(report))


def _bom(report: Report) -> dict[str, Any]:
    providers: dict[str, list[Dependency]] = {}
    for each in report.dependencies:
        providers.setdefault(each.provider, []).append(each)
    site = f"site:{plain(report.target.domain, 255)}"
    refs = _refs(sorted(providers))
    serial = uuid.uuid5(uuid.NAMESPACE_DNS, _utf8(f"{report.target.domain} {report.run.finished}"))
    stamped = {"timestamp": report.run.finished} if timed(report.run.finished) else {}
    return {
        "$schema": SCHEMA,
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            **stamped,
            "tools": {
                "components": [
                    {"type": "application", "name": "hostaudit", "version": plain(report.run.tool_version, 60)}
                ]
            },
            "component": {"type": "application", "bom-ref": site, "name": plain(report.target.domain, 255)},
            "properties": _properties(
                [
                    ("verdict", report.verdict),
                    ("score_low", f"{report.score.low:g}"),
                    ("score_high", f"{report.score.high:g}"),
                    *(("host", host) for host in report.target.hosts),
                ]
            ),
        },
        "services": [_service(report, refs[each], providers[each]) for each in sorted(providers)],
        "dependencies": [
            {"ref": site, "dependsOn": sorted(refs.values())},
            *({"ref": ref} for ref in sorted(refs.values())),
        ],
        "compositions": [
            {"aggregate": _aggregate(report), "assemblies": [site, *sorted(refs.values())], "dependencies": [site]}
        ],
    }


def _refs(providers: list[str]) -> dict[str, str]:
    """A reference for each provider; providers whose plain forms are equal get different references."""
    found: dict[str, str] = {}
    taken: dict[str, int] = {}
    for each in providers:
        ref = f"service:{plain(each, 255)}"
        taken[ref] = taken.get(ref, 0) + 1
        found[each] = ref if taken[ref] == 1 else f"{ref}#{taken[ref]}"
    return found


def _service(report: Report, ref: str, found: list[Dependency]) -> dict[str, Any]:
    first = found[0]
    name = next((each.name for each in found if each.name), "") or report.names.get(first.provider, first.provider)
    parent = report.names.get(first.parent, first.parent)
    proofs = sorted({identity for each in found for identity in each.because})
    return {
        "bom-ref": ref,
        "provider": {"name": plain(parent or name, 255)},
        "name": plain(name, 255),
        "x-trust-boundary": True,
        "properties": _properties(
            [
                ("provider", first.provider),
                ("parent", first.parent),
                *(("role", each) for each in sorted({each.role for each in found})),
                *(("subject", each) for each in sorted({each.subject for each in found})),
                *(("jurisdiction", each) for each in sorted(_countries(found))),
                ("confidence", f"{max(each.confidence for each in found):g}"),
                *(("evidence", each) for each in proofs[:MOST_PROOFS]),
                *([("evidence_left_out", str(len(proofs) - MOST_PROOFS))] if len(proofs) > MOST_PROOFS else []),
            ]
        ),
    }


def _aggregate(report: Report) -> str:
    """The completeness of the composition: of third parties only as far as they can be seen, or unknown."""
    known = report.score.coverage >= 1 and not report.unknowns and report.verdict != "inconclusive"
    return "incomplete_third_party_only" if known else "unknown"


def _countries(found: Iterable[Dependency]) -> set[str]:
    """The countries of the contracts, and those of the owners where they are others."""
    return {country for each in found for country in (each.jurisdiction, each.owner_jurisdiction) if country}


def _properties(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": f"hostaudit:{name}", "value": plain(value)} for name, value in pairs]


def _utf8(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


FORMAT = CycloneDxFormat()
