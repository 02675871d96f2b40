"""Findings that need no policy: what is broken now, and what will be. The folder is the list, one file for each rule.

``FINDING`` in each file names the rule, whose text stands in ``rules/checks``, and the function that looks for it. What
a fact means (a hold, a wrong DS, an old copy of a zone) is decided once, in ``analysis/diagnosis``; the fault tree and
the findings both read it there, so that they cannot disagree.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from hostaudit.analysis.site_model import SiteModel
from hostaudit.model.report import Finding, name_is_gone
from hostaudit.model.verdict import NAME_RULES, SEVERITIES
from hostaudit.model.words import function, listed


@dataclass(frozen=True)
class FindingDefinition:
    """One rule that needs no policy. ``find`` yields nothing where it holds."""

    rule: str
    find: Callable[[SiteModel], Iterable[Finding]]


@cache
def definitions() -> dict[str, FindingDefinition]:
    """The rules of this folder, by id."""
    modules = [importlib.import_module(f"{__name__}.{entry.name}") for entry in pkgutil.iter_modules(__path__)]
    found: list[FindingDefinition] = [module.FINDING for module in modules]
    return {each.rule: each for each in sorted(found, key=lambda each: each.rule)}


def not_working(functions: Sequence[str]) -> str:
    """The effect of a finding on functions that it shows not to work now, as a sentence; empty if there are none."""
    return f"Not working now: {listed([function(each) for each in functions])}." if functions else ""


def findings(site: SiteModel) -> tuple[Finding, ...]:
    """Return all findings that need no policy, the worst first; for a name that is not in the zone of its registry only
    that."""
    gone = [each for rule in sorted(NAME_RULES) for each in definitions()[rule].find(site)]
    if name_is_gone(gone):
        return tuple(each for each in gone if each.down_now)
    found = [each for definition in definitions().values() for each in definition.find(site)]
    return tuple(sorted(found, key=lambda each: (-SEVERITIES.index(each.severity), each.rule, each.subject)))
