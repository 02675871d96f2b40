"""Snapshot: the facts of a report by which two runs are compared, without all that differs between any two."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from hostaudit.model import words
from hostaudit.model.changes import Fact, Snapshot
from hostaudit.model.evidence import Evidence
from hostaudit.model.report import Dependency, Fallback, Finding, Report, ScoreInterval, SinglePoint

LEADING = frozenset(
    {"a", "aaaa", "https", "delegation", "nameservers", "zone", "mx", "spf", "front", "page", "apps", "registration"}
)
"""Evidence whose value leads to further questions: about the hosts, addresses and apps named there."""

PASSING = frozenset({"web"})
"""Evidence whose value is never the same twice."""

VOLATILE = frozenset({"ttl", "serial", "changed", "transferred", "expires", "not_before", "not_after", "record"})

STORE_KINDS = ("listing", "web_app", "packages")

SHAPELESS = frozenset({"prefix"})
"""Failure domains that are not compared: they follow single addresses, which load balancers hand out in turn."""

_NAME = re.compile(r"[A-Za-z0-9._:-]{1,253}")
_MOST_NAMES = 2000


def snapshot(report: Report) -> Snapshot:
    """The facts of a report without times, TTLs, serials and confidences, which differ between any two runs.

    A service that answers from another of its own addresses is the same service, so that ids here have no addresses
    beside a host."""
    evidence = {each.id for each in report.evidence}
    facts = [
        *(Fact("function", each.id, words.function(each.id), {"state": each.state}) for each in report.functions),
        *(_single_point(each) for each in report.spofs if each.failure_domain.kind not in SHAPELESS),
        *(_dependency(each) for each in report.dependencies),
        *(_fallback(each, evidence, report.names) for each in report.fallbacks),
        *_numbered(_finding(each) for each in report.findings),
        *(
            Fact(
                "unknown",
                f"{each.role}:{kind_of(each.evidence)}{_host(each.subject)}",
                f"{_role(each.role)} of {_host(each.subject)}",
                names=tuple(each.subject.split(" ")),
            )
            for each in report.unknowns
        ),
        *map(_evidence, report.evidence),
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
    return Fact("dependency", identity, name, fields, row.because, tuple(row.subject.split(" ")))


def _fallback(row: Fallback, evidence: Iterable[str], names: Mapping[str, str]) -> Fact:
    """``because`` of a way to install holds the answers of its store or host."""
    place = row.provider.rpartition(" ")[2]
    seen = row.because or tuple(
        each
        for each in evidence
        if each.partition(":")[0] in STORE_KINDS and place in each.partition(":")[2].split(" ")
    )
    identity = row.id or f"{row.role}:{row.provider}:{row.backs_up}".rstrip(":")
    name = words.fallback(row.id, names) if row.id else row.name or names.get(row.provider, row.provider)
    return Fact("fallback", identity, name, {"grade": row.grade, "proof": row.proof}, seen)


def _finding(row: Finding) -> Fact:
    fields: dict[str, str] = {"outcome": row.outcome, "severity": row.severity}
    if row.exception:
        fields["exception"] = row.exception
    key = row.fingerprint or ":".join(filter(None, (row.rule, _host(row.subject), row.role, row.provider)))
    return Fact("finding", key, f"{row.rule} of {_host(row.subject)}", fields, row.because)


def _evidence(item: Evidence) -> Fact:
    """``content`` is a digest of the part of the value that is the same in two runs that see the same."""
    value = _lasting(msgspec.to_builtins(item.value)) if item.kind not in PASSING else None
    content = json.dumps([value, item.absent, item.not_applicable], sort_keys=True)
    fields = {"state": "unknown"}
    if item.unknown is None:
        fields = {"state": "known", "content": hashlib.sha256(content.encode()).hexdigest()[:16]}
    names = sorted(set(_texts(value))) if item.kind in LEADING else []
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
    """Facts that share an id, numbered by their place."""
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
    parts = subject.split(" ")
    return " ".join([part for part in parts if not _is_address(part)] or parts)


def kind_of(evidence: str) -> str:
    """The kind of evidence by its id, with the colon, as ids of facts begin; empty for no id."""
    kind = evidence.partition(":")[0]
    return f"{kind}:" if kind else ""


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
