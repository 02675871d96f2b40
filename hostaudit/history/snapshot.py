"""Snapshots of reports: the facts for a comparison, without values that differ between any two runs."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from hostaudit.model import words
from hostaudit.model.changes import Fact, Snapshot
from hostaudit.model.evidence import Evidence, subject_of
from hostaudit.model.report import (
    Dependency,
    Fallback,
    Finding,
    Report,
    ScoreInterval,
    SinglePoint,
    package_at,
    web_app_at,
)
from hostaudit.model.site import FallbackId
from hostaudit.model.values import KINDS, StoreListing, is_address, kind_of_id, subject_parts, subject_text

VOLATILE = frozenset(
    {"ttl", "serial", "changed", "transferred", "expires", "not_before", "not_after", "record", "registrant"}
)
"""Fields that differ between answers about the same state; of two sources about a name often one shows a registrant."""

SHAPELESS = frozenset({"prefix"})
"""Failure domains that are not compared: they depend on single addresses, between which load balancers alternate."""

_NAME = re.compile(r"[A-Za-z0-9._:-]{1,253}")
_MOST_NAMES = 2000


def snapshot(report: Report) -> Snapshot:
    """Return the facts of a report for comparison, without times, TTLs, serials and confidences, which differ between
    any two runs.

    A service that answers from another of its own addresses is the same service, so ids here have no addresses beside
    a host."""
    facts = [
        *(Fact("function", each.id, words.function(each.id), {"state": each.state}) for each in report.functions),
        *(_single_point(each) for each in report.spofs if each.failure_domain.kind not in SHAPELESS),
        *(_dependency(each) for each in report.dependencies),
        *(_fallback(each, report.evidence, report.names) for each in report.fallbacks),
        *_numbered(_finding(each) for each in report.findings),
        *(
            Fact(
                "unknown",
                ":".join(filter(None, (each.role, kind_of_id(each.evidence), _host(each.subject)))),
                f"{_role(each.role)} of {_host(each.subject)}",
                names=subject_parts(each.subject),
            )
            for each in report.unknowns
        ),
        *_seen(report.evidence),
    ]
    policy = ""
    if report.policy is not None:
        policy = ", ".join((*report.policy.extends, *report.policy.rules, f"{report.policy.notice_hours:g} h"))
    return Snapshot(
        domain=report.target.domain,
        run=report.run,
        verdict=report.verdict,
        score=ScoreInterval(report.score.low, report.score.high),
        coverage=report.score.coverage,
        formula=report.score.formula,
        policy=policy,
        facts=_merged(facts),
    )


def _single_point(point: SinglePoint) -> Fact:
    where = point.failure_domain
    fields: dict[str, str] = {
        each.id: f"{each.effect}{f', until {each.via}' if each.via else ''}" for each in point.functions
    }
    return Fact("single_point", f"{where.kind}:{where.id}", where.name or where.id, fields, point.because)


def _dependency(row: Dependency) -> Fact:
    subject = _host(row.subject)
    fields = {"provider": row.provider, "parent": row.parent}
    if row.jurisdiction:
        fields["jurisdiction"] = row.jurisdiction
    identity, name = f"{row.role}:{subject}:{row.provider}", f"{_role(row.role)} of {subject}"
    return Fact("dependency", identity, name, fields, row.because, subject_parts(row.subject))


def _fallback(row: Fallback, evidence: Iterable[Evidence], names: Mapping[str, str]) -> Fact:
    """A fallback as a fact; for a way to install, ``because`` is the answer of its store or host."""
    seen = row.because or tuple(item.id for item in evidence if row.provider in _ways_to_install(item))
    identity = row.id or f"{row.role}:{row.provider}:{row.backs_up}".rstrip(":")
    name = (
        words.fallback(FallbackId.read(row.id), names) if row.id else row.name or names.get(row.provider, row.provider)
    )
    return Fact("fallback", identity, name, {"grade": row.grade, "proof": row.proof}, seen)


def _ways_to_install(item: Evidence) -> tuple[str, ...]:
    """The names, in a report, of the ways to install an app that an item of evidence shows."""
    listing = subject_of(item, StoreListing)
    if listing is not None:
        return (listing.store, listing.app)
    return (web_app_at(item.subject), package_at(item.subject)) if item.kind in ("web_app", "packages") else ()


def _finding(row: Finding) -> Fact:
    fields: dict[str, str] = {"outcome": row.outcome, "severity": row.severity}
    if row.exception:
        fields["exception"] = row.exception
    key = row.fingerprint or ":".join(filter(None, (row.rule, _host(row.subject), row.role, row.provider)))
    return Fact("finding", key, f"{row.rule} of {_host(row.subject)}", fields, row.because)


def _seen(evidence: Iterable[Evidence]) -> Iterator[Fact]:
    """The items of evidence as facts. What several places were answered is one fact, unknown if it is so in one."""
    found: dict[str, list[Fact]] = defaultdict(list)
    for item in evidence:
        found[item.id].append(_evidence(item))
    for rows in found.values():
        contents = sorted({each.fields.get("content", "") for each in rows})
        fields = rows[0].fields
        if len(contents) > 1:
            fields = {"state": "unknown"} if "" in contents else {"state": "known", "content": " ".join(contents)}
        names = tuple(sorted({name for each in rows for name in each.names}))
        yield msgspec.structs.replace(rows[0], fields=fields, names=names)


def _evidence(item: Evidence) -> Fact:
    """An item of evidence as a fact; ``content`` is a digest of the values that do not differ between equal answers."""
    value = _lasting(msgspec.to_builtins(item.value)) if not KINDS[item.kind].passing else None
    content = json.dumps([value, item.absent, item.not_applicable], sort_keys=True)
    fields = {"state": "unknown"}
    if item.unknown is None:
        fields = {"state": "known", "content": hashlib.sha256(content.encode()).hexdigest()[:16]}
    names = sorted(set(_texts(value))) if KINDS[item.kind].leads else []
    return Fact("evidence", item.id, fields=fields, names=tuple(names[:_MOST_NAMES]))


def _lasting(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _lasting(each) for key, each in value.items() if key not in VOLATILE}
    return [_lasting(each) for each in value] if isinstance(value, list | tuple) else value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, str) and _NAME.fullmatch(value):
        yield value


def _numbered(facts: Iterable[Fact]) -> Iterator[Fact]:
    """Facts, in which those that share an id get distinct ids by their position."""
    seen: dict[str, int] = defaultdict(int)
    for each in facts:
        seen[each.id] += 1
        number = seen[each.id]
        yield each if number == 1 else msgspec.structs.replace(each, id=f"{each.id}#{number}")


def _merged(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """One fact for each sort and id, sorted."""
    found: dict[tuple[str, str], Fact] = {}
    for each in facts:
        key = each.sort, each.id
        before = found.get(key)
        because = {*each.because, *(before.because if before is not None else ())}
        names = {*each.names, *(before.names if before is not None else ())}
        whole = {"because": tuple(sorted(because)), "names": tuple(sorted(names))}
        found[key] = msgspec.structs.replace(before or each, **whole)
    return tuple(found[key] for key in sorted(found))


def _role(role: str) -> str:
    return role.replace("_", " ")


def _host(subject: str) -> str:
    """A subject without the addresses beside a host."""
    parts = subject_parts(subject)
    return subject_text(tuple(part for part in parts if not is_address(part)) or parts)
