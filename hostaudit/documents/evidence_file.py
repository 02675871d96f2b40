"""Evidence files and reports on disk: reading, with checks of completeness, schema and values, and writing.

An evidence file may come from anybody. A file that ``read_evidence`` accepts has only values of the published schema,
with valid names, addresses, times and numbers, so its form can cause no error when it is judged.
"""

from __future__ import annotations

import ipaddress
import json
import re
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from hostaudit.documents import places
from hostaudit.domain import lies_under
from hostaudit.errors import DocumentError
from hostaudit.model.evidence import EVIDENCE_SCHEMA, Evidence, EvidenceFile, EvidenceRun, Target
from hostaudit.model.report import REPORT_SCHEMA, Report
from hostaudit.model.values import KINDS, Name, is_address, read_subject

MOST_BYTES = 64 * 1024 * 1024
MOST_ITEMS = 20_000
MOST_TEXT = 1024 * 1024
MOST_SORT = 60
MOST_NUMBER = 2**32 - 1
"""The largest number in any value: SOA serials, AS numbers and TTLs have 32 bits (RFC 1035, RFC 6793)."""

AGAIN = "save it again with: hostaudit scan DOMAIN --save-evidence FILE"

_STATES = ("value", "absent", "unknown", "not_applicable")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})+")
_ADDRESS_FIELDS = frozenset({"address", "addresses", "hints", "start", "end"})


class _Head(msgspec.Struct):
    schema: str = ""


# -- reading ----------------------------------------------------------------------------------------------


def read_evidence(path: str) -> EvidenceFile:
    """Return the evidence at ``path`` (``-``: standard input). Raises ``DocumentError`` with the defect and its
    place."""
    name = "standard input" if path == "-" else path
    return decode_evidence(_read(path, name), name)


def decode_evidence(data: bytes, name: str) -> EvidenceFile:
    """Return the evidence in a document; ``name`` is its name in ``DocumentError``."""
    try:
        head = msgspec.json.decode(data, type=_Head)
        if head.schema != EVIDENCE_SCHEMA:
            raise DocumentError(*_other_schema(name, head.schema))
        file = msgspec.json.decode(data, type=EvidenceFile)
        key = _named_twice(data)
    except msgspec.ValidationError as error:
        raise DocumentError(f"{name} is not an evidence file: {error}", AGAIN) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DocumentError(f"{name} is incomplete or not JSON: {error}", AGAIN) from error
    except RecursionError as error:
        raise DocumentError(f"{name} is nested too deeply for an evidence file", AGAIN) from error
    if key is not None:
        raise DocumentError(f"{name} is not valid evidence: an object has the key {key[:MOST_SORT]!r} twice", AGAIN)
    for where, problem in _problems(file):
        raise DocumentError(f"{name} is not valid evidence: {where}: {problem}", AGAIN)
    return file


def read_report(path: str) -> Report | EvidenceFile:
    """Return a report as it was written, or evidence from which a report can be made (``-``: standard input)."""
    name = "standard input" if path == "-" else path
    return decode_report(_read(path, name), name)


def decode_report(data: bytes, name: str) -> Report | EvidenceFile:
    """Return the report in a document, or the evidence; ``name`` is its name in ``DocumentError``."""
    try:
        if msgspec.json.decode(data, type=_Head).schema == REPORT_SCHEMA:
            return msgspec.json.decode(data, type=Report)
    except (msgspec.ValidationError, RecursionError) as error:
        raise DocumentError(f"{name} is neither a report nor evidence: {error}", AGAIN) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DocumentError(f"{name} is incomplete or not JSON: {error}", AGAIN) from error
    return decode_evidence(data, name)


def encode_evidence(file: EvidenceFile) -> bytes:
    """Return the evidence document as it is saved: indented JSON in UTF-8, with a line feed at its end."""
    return msgspec.json.format(msgspec.json.encode(file), indent=1) + b"\n"


def _read(path: str, name: str) -> bytes:
    try:
        if path == "-":
            data = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(path).open("rb") as stream:
                data = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise DocumentError(
            f"{name} cannot be read: {getattr(error, 'strerror', None) or error}", "give the path of an evidence file"
        ) from error
    if len(data) > MOST_BYTES:
        raise DocumentError(f"{name} is larger than {MOST_BYTES >> 20} MiB, which no scan writes", AGAIN)
    return data


class _TwiceError(ValueError):
    """An object that has a key twice, in its only argument."""


def _named_twice(data: bytes) -> str | None:
    """The key that an object in a JSON text has twice, None if none has. Readers differ in which of the values they
    take (RFC 8259 section 4), so the same file would be other evidence to each."""

    def once(pairs: list[tuple[str, Any]]) -> None:
        keys: set[str] = set()
        for key, _ in pairs:
            if key in keys:
                raise _TwiceError(key)
            keys.add(key)

    try:
        json.loads(data, object_pairs_hook=once, parse_int=str, parse_float=str)
    except _TwiceError as error:
        return str(error.args[0])
    return None


def _other_schema(name: str, schema: str) -> tuple[str, str]:
    if schema.startswith("hostaudit.report/"):
        return f"{name} is a report, not evidence", "give the file that --save-evidence wrote"
    if schema.startswith("hostaudit.evidence/"):
        return f"{name} has schema {schema}, this version reads {EVIDENCE_SCHEMA}", "use the version that wrote it"
    return f"{name} has schema {schema or '(none)'}, not {EVIDENCE_SCHEMA}", AGAIN


def _problems(file: EvidenceFile) -> Iterator[tuple[str, str]]:
    """Yield the defects of a file that conforms to the schema and is not valid evidence, as (place, message)."""
    yield from (("target", problem) for problem in _of_target(file.target))
    yield from _of_run(file.run, "run")
    for position, look in enumerate(file.looks):
        yield from ((f"looks[{position}].target", problem) for problem in _of_target(look.target))
        yield from _of_run(look.run, f"looks[{position}].run")
    yield from places.problems(file)
    yield from _of_site(file)
    if len(file.evidence) > MOST_ITEMS:
        yield "evidence", f"{len(file.evidence)} items, more than any scan writes ({MOST_ITEMS})"
    seen: set[tuple[str, str]] = set()
    for position, item in enumerate(file.evidence):
        where = f"evidence[{position}]"
        for place in item.vantages or ("",):
            if (place, item.id) in seen:
                yield where, f"the id {item.id} occurs twice{f' for {place[:60]}' if place else ''}"
            seen.add((place, item.id))
        yield from ((where, problem) for problem in _of_item(item))
        yield from _of_values(msgspec.to_builtins(item), where)


def _of_run(run: EvidenceRun, where: str) -> Iterator[tuple[str, str]]:
    for field in ("started", "finished"):
        if not _is_time(getattr(run, field)):
            yield f"{where}.{field}", "not a UTC time such as 2021-01-09T12:00:00Z"
    for sort, day in (run.data or {}).items():
        if not _DATE.fullmatch(day) or len(sort) > MOST_SORT:
            yield f"{where}.data.{sort[:MOST_SORT]}", "not a date such as 2021-01-09"


def _of_target(target: Target) -> Iterator[str]:
    for name in (target.domain, target.registrable, *target.hosts, *target.named):
        if not _NAME.fullmatch(name):
            yield f"{name!r} is not a domain name in lower-case A-labels"
    if not lies_under(target.domain, target.registrable):
        yield f"{target.domain} does not lie under {target.registrable}"
    if target.domain not in target.hosts:
        yield f"hosts lacks {target.domain}"


def _of_site(file: EvidenceFile) -> Iterator[tuple[str, str]]:
    if file.site is None:
        return
    from hostaudit.documents import site_file  # most evidence has no declaration

    yield from ((f"site.{where}".rstrip("."), problem) for where, problem in site_file.problems(file.site))
    if file.site.domain != file.target.domain:
        yield "site", f"{file.site.domain!r} is declared, {file.target.domain} was looked at"


def _of_item(item: Evidence) -> Iterator[str]:
    if item.id != f"{item.kind}:{item.subject}":
        yield f"the id {item.id} is not {item.kind}:{item.subject}"
    for at in (item.at, *(each.at for each in item.also)):
        if not _is_time(at):
            yield f"at is {at!r}, not a UTC time such as 2021-01-09T12:00:00Z"
    states = [state for state in _STATES if getattr(item, state) is not None]
    if len(states) != 1:
        yield f"{item.id} must have exactly one of {', '.join(_STATES)}, has {', '.join(states) or 'none'}"
    if item.absent == "":
        yield f"{item.id} is absent without a proof"
    if item.value is not None and not isinstance(item.value, KINDS[item.kind].value):
        yield f"{item.id} holds a {type(item.value).__name__}, not a {KINDS[item.kind].value.__name__}"
    # A probe that failed cannot state the subjects of its open questions.
    broken = item.unknown is not None and item.unknown.cause == "internal_error"
    free = broken or KINDS[item.kind].subject is Name
    if not free and read_subject(item.kind, item.subject) is None:
        yield f"{item.subject!r} is not a subject for {item.kind}"


def _of_values(value: Any, where: str, field: str = "") -> Iterator[tuple[str, str]]:
    """Yield the defects of numbers, texts and addresses at any depth of an item."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _of_values(each, f"{where}.{key}", key)
    elif isinstance(value, list | tuple):
        for position, each in enumerate(value):
            yield from _of_values(each, f"{where}[{position}]", field)
    elif isinstance(value, int | float) and not 0 <= value <= MOST_NUMBER:
        yield where, "a number outside 0 to 4294967295"
    elif isinstance(value, str):
        if len(value) > MOST_TEXT:
            yield where, f"a text of {len(value)} characters"
        elif field in _ADDRESS_FIELDS and not is_address(value):
            yield where, f"{value!r} is not an IP address"
        elif field == "prefix" and not _is_network(value):
            yield where, f"{value!r} is not an IP prefix"
        elif field in ("not_before", "not_after") and not _is_time(value):
            yield where, f"{value!r} is not a UTC time such as 2021-01-09T12:00:00Z"


def _is_time(text: str) -> bool:
    if not _TIME.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True
