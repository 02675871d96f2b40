"""Single values of a policy: their forms and their checks.

An invalid day of an exception is accepted here: it counts as past, so that the finding that it covered fails again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

from hostaudit.documents.countries import country_fault
from hostaudit.documents.strict_yaml import Checks, between, matching
from hostaudit.domain import host_name
from hostaudit.errors import UsageError
from hostaudit.model.actors import unknown_id
from hostaudit.model.policy import KEYED, Exemption, PolicyTarget, Range, Refusal, ValueKind, keys_of

MOST_ENTRIES = 1000
"""Largest number of targets, of exceptions, of patterns of one target, and of ids in one list."""

LEAST_REASON = 10
NEVER = "never"

ID = re.compile(r"(?=.{1,64}$)[a-z0-9]+(-[a-z0-9]+)*")
FUNCTION_ID = re.compile(r"(?=.{1,64}$)[a-z][a-z0-9]*([-_][a-z0-9]+)*")
ACTOR_ID = re.compile(rf"(?:{ID.pattern}|{unknown_id('[a-z0-9][a-z0-9.:_-]{0,250}')})")
"""The id of a provider or company in reports: an id of the catalogue, or ``unknown:...`` for one outside it."""

EXCEPTION_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
LABEL = re.compile(r"[a-z][a-z0-9_]{0,62}")
"""The name of a label, which must also be valid as a label of a metric."""

ONE_LINE = re.compile(r"[^\x00-\x1f\x7f]{1,1000}")
FINGERPRINT = re.compile(r"[0-9a-f]{32}")
LIMIT = re.compile(r"<= ?([0-9]{1,9}(?:\.[0-9]{1,3})?) ?([mhdw])")
LIMIT_PATTERN = r"^<= ?[0-9]{1,9}(\.[0-9]{1,3})? ?[mhdw]$"
HOURS_IN = {"m": 1 / 60, "h": 1.0, "d": 24.0, "w": 168.0}
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def day(text: str) -> date | None:
    """Return the day in a text of the form YYYY-MM-DD, None if it is no day."""
    if not DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def pattern(text: str) -> str:
    """Return a domain, or ``*.`` and a domain, in A-labels and lower case. Raises ``UsageError``."""
    front = "*." if text.strip().startswith("*.") else ""
    return front + host_name(text.strip().removeprefix("*."))


def covers(each: str, domain: str) -> bool:
    """True if a pattern matches a domain, both in A-labels: that name, or with ``*.`` any name under it."""
    return domain.endswith(each[1:]) if each.startswith("*.") else domain == each


def function_id(text: str) -> str:
    """Return the id of a function, with the host of ``web:HOST`` in A-labels. Raises ``UsageError`` for an invalid
    id."""
    if text.startswith("web:"):
        return f"web:{host_name(text.removeprefix('web:'))}"
    if not FUNCTION_ID.fullmatch(text):
        raise UsageError(f"{text[:80]!r} is not a function id", "")
    return text


def _country(text: str) -> str:
    fault = country_fault(text)
    return fault.message if fault is not None else ""


def _pattern(text: str) -> str:
    bare = text.strip()
    if bare in ("*", "*."):
        return "means every site; put what holds for every site under policy"
    if "*" in bare.removeprefix("*."):
        return "has an asterisk elsewhere than in a leading '*.'; name the domain, or *. and a domain"
    if any(each in bare for each in "/:@?#"):
        return "is a URL or has a port; write the name alone, such as shop.example.com"
    try:
        pattern(bare)
    except UsageError as error:
        return f"cannot be used: {error.message}; {error.hint}"
    return ""


def _exception_target(text: str) -> str:
    return _pattern(text).replace("put what holds for every site under policy", "name the site")


def _reason(text: str) -> str:
    if not ONE_LINE.fullmatch(text):
        return "is not a reason of one line, at most 1000 characters"
    if len(text.strip()) < LEAST_REASON:
        return f"is no reason that a reader could judge; write at least {LEAST_REASON} characters"
    return ""


def _filled(text: str) -> str:
    return "" if ONE_LINE.fullmatch(text) and text.strip() else "says nothing; write one line of text"


def _share(text: str) -> str:
    if 0 < float(text) <= 1:
        return ""
    advice = f"; {text} % is {float(text) / 100:g}" if 1 < float(text) <= 100 else ""
    return f"is not a share above 0, at most 1{advice}"


PROVIDER = matching(ACTOR_ID, "the id of a provider or company, as reports show it")

VALUES: Mapping[ValueKind, Callable[[str], str]] = {"actors": PROVIDER, "countries": _country, "share": _share}


def _value_check(values: Range | ValueKind) -> Callable[[str], str]:
    return between(values.least, values.most, values.words) if isinstance(values, Range) else VALUES[values]


CHECKS: Checks = {
    **{
        (kind, name): _value_check(key.values)
        for kind in KEYED
        for name, key in keys_of(kind).items()
        if key.values is not None
    },
    (Refusal, "reason"): _filled,
    (PolicyTarget, "match"): _pattern,
    (Exemption, "id"): matching(EXCEPTION_ID, "an id such as EX-7: letters, digits and . _ -, at most 64"),
    (Exemption, "target"): _exception_target,
    (Exemption, "reason"): _reason,
    (Exemption, "owner"): _filled,
    (Exemption, "fingerprint"): matching(FINGERPRINT, "a fingerprint of a report: 32 hexadecimal digits"),
}
"""The checks of single values."""
