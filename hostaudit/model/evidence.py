"""Evidence, which is one question with its result, and the document of all evidence (``hostaudit.evidence/1``)."""

from __future__ import annotations

import re
from typing import Literal, TypeVar

from msgspec import UNSET, Struct, UnsetType

from hostaudit.model.site import Site
from hostaudit.model.values import Kind, Subject, Value, read_subject

S = TypeVar("S", bound=Subject)

EVIDENCE_SCHEMA: Literal["hostaudit.evidence/1"] = "hostaudit.evidence/1"

Cause = Literal[
    "timeout",
    "deadline",
    "servfail",
    "refused",
    "lame",
    "dns_error",
    "malformed",
    "truncated",
    "loop",
    "unreachable",
    "connection_refused",
    "connection_reset",
    "tls_error",
    "certificate_invalid",
    "http_status",
    "rate_limited",
    "too_large",
    "too_many_redirects",
    "redirect_refused",
    "blocked_address",
    "limit",
    "no_service",
    "not_asked",
    "depends_on_unknown",
    "contradicted",
    "unproved",
    "challenge",
    "other_subject",
    "internal_error",
]
"""The causes of a question without an answer. Each is a statement about the look-up, never about its subject."""

RETRYABLE: frozenset[str] = frozenset(
    {
        "timeout",
        "deadline",
        "servfail",
        "unreachable",
        "connection_reset",
        "http_status",
        "rate_limited",
        "contradicted",
        "challenge",
    }
)
"""Causes after which a later repetition may give an answer."""


UNNAMED = "local"
"""The vantage of a look that was given no name."""

_VANTAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


def is_vantage(text: str) -> bool:
    """True for a name of a place from which sites are looked at: letters, digits, dots, hyphens, underscores."""
    return _VANTAGE.fullmatch(text) is not None


NO_SUCH_NAME = "NXDOMAIN"
"""The proof of absence of a name, with all its types (RFC 8020); ``NODATA`` is about one type of a name that exists."""


class Unknown(Struct, frozen=True, forbid_unknown_fields=True):
    """A question without an answer: the cause, and the words of the server or library, made printable."""

    cause: Cause
    detail: str = ""


class Elsewhere(Struct, frozen=True, forbid_unknown_fields=True):
    """Another place of merged evidence in which a question had the same result: who was asked there, and when."""

    vantage: str
    source: str
    at: str


class Evidence(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One question with its result. Exactly one of value, absent, unknown and not_applicable is set.

    ``absent`` carries the proof (``NXDOMAIN``, ``NODATA``, ``404``, ...); ``source`` names who was asked. In merged
    evidence ``vantage`` is the place of the result, and ``also`` are the places with an equal one.
    """

    id: str
    kind: Kind
    subject: str
    source: str
    at: str
    value: Value | None = None
    absent: str | None = None
    unknown: Unknown | None = None
    not_applicable: str | None = None
    vantage: str = ""
    also: tuple[Elsewhere, ...] = ()

    @property
    def vantages(self) -> tuple[str, ...]:
        """The places with this result; none in evidence of one look."""
        return (self.vantage, *(each.vantage for each in self.also)) if self.vantage else ()


def subject_of(item: Evidence, form: type[S]) -> S | None:
    """Return the subject of an item in a form; None if it has another form, as questions of a failed probe may have."""
    subject = read_subject(item.kind, item.subject)
    return subject if isinstance(subject, form) else None


class Target(Struct, frozen=True, forbid_unknown_fields=True):
    """The audited target. All names are A-labels in lower case without a trailing dot.

    ``registrable`` is the name under the ICANN part of the Public Suffix List, the unit that a registrar sells;
    ``hosts`` are the hosts looked at: the domain, its www name, and those the user named.
    """

    domain: str
    registrable: str
    hosts: tuple[str, ...]
    named: tuple[str, ...] = ()


class EvidenceRun(Struct, frozen=True, forbid_unknown_fields=True):
    """How and when the evidence was taken. ``options``: the chosen options, such as ``no-http`` or ``depth=1``;
    ``data``: the date (YYYY-MM-DD) of each table that was used, by the names of ``STALE_AFTER``. ``defects``: the
    errors of hostaudit itself, whose questions are unknown; left out if there were none."""

    started: str
    finished: str
    resolver: str
    vantage: str
    tool_version: str
    options: tuple[str, ...] = ()
    data: dict[str, str] | UnsetType = UNSET
    defects: tuple[str, ...] | UnsetType = UNSET


class Look(Struct, frozen=True, forbid_unknown_fields=True):
    """One look of merged evidence: what was looked at from a place, and how. ``run.vantage`` is the place."""

    target: Target
    run: EvidenceRun


class EvidenceFile(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The document that ``--save-evidence`` writes and ``analyse`` reads. ``site`` is the owner's declaration.
    ``looks``: of merged evidence, the looks by place; each item says in which of them it was seen."""

    schema: Literal["hostaudit.evidence/1"]
    target: Target
    run: EvidenceRun
    evidence: tuple[Evidence, ...]
    site: Site | None = None
    looks: tuple[Look, ...] = ()
