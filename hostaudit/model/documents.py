"""The registry of documents: each published document class, entered here once.

Everything else is derived from it: the documents that a format can write, the pages of the terminal, and the published
schemas. Import it only where all of the model may be loaded; for annotations import it under TYPE_CHECKING.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args, get_type_hints

from hostaudit.model.changes import Changes, History, ListChanges, Trend
from hostaudit.model.checks import Explanation, PolicyTrials, RuleBook
from hostaudit.model.comparison import Comparison
from hostaudit.model.data import DataStatus, Manifest
from hostaudit.model.doctor import Doctor
from hostaudit.model.evidence import EvidenceFile
from hostaudit.model.match import Matched, Matches, ProviderList, ProviderSheet, ProviderStats, Question
from hostaudit.model.policy import EffectivePolicy
from hostaudit.model.report import Graph, Report
from hostaudit.model.scenario import Library, Scenario
from hostaudit.model.site import SiteFile
from hostaudit.model.whatif import Fallbacks, Matrix, WhatIf
from hostaudit.model.working import Working

if TYPE_CHECKING:
    import msgspec

Document = (
    Report
    | Changes
    | Comparison
    | DataStatus
    | Doctor
    | EffectivePolicy
    | Explanation
    | Fallbacks
    | Graph
    | History
    | Library
    | ListChanges
    | Matched
    | Matrix
    | PolicyTrials
    | ProviderList
    | ProviderSheet
    | ProviderStats
    | RuleBook
    | Scenario
    | Trend
    | WhatIf
    | Working
)
"""A document that a command shows. The terminal has a page for each."""

WRITTEN: dict[str, type[msgspec.Struct]] = {"scenario": Scenario, "site": SiteFile}
"""By schema name: documents that people write, as YAML. They have a version or none, and no schema id."""

LINES: dict[str, type[msgspec.Struct]] = {"matches": Matches, "question": Question}
"""By schema name: the documents that are the lines of ``providers match``, read and written, without a schema id."""

KEPT: tuple[type[msgspec.Struct], ...] = (EvidenceFile, Manifest)
"""Documents that are stored in files and shown by no command."""


def schema_id(document: type[msgspec.Struct]) -> str:
    """Return the id in the ``schema`` field of a document class, such as ``hostaudit.report/1``; empty if it has
    none."""
    hint = get_type_hints(document).get("schema")
    return str(get_args(hint)[0]) if hint else ""


def schema_name(document: type[msgspec.Struct]) -> str:
    """Return the name of the published schema in a schema id: ``report`` of ``hostaudit.report/1``."""
    return schema_id(document).removeprefix("hostaudit.").removesuffix("/1")


SHOWN: tuple[type[msgspec.Struct], ...] = get_args(Document)
"""The classes of ``Document``."""

PUBLISHED: dict[str, type[msgspec.Struct]] = (
    {schema_name(each): each for each in (*SHOWN, *KEPT) if each not in WRITTEN.values()} | WRITTEN | LINES
)
"""By schema name: the documents with a published schema."""
