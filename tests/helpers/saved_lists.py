"""The file of a list of sites, as ``scan -l`` writes it, of evidence that is shipped."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from helpers import ROOT
from hostaudit import api
from hostaudit.audit.batch.judge_process import one_line


@cache
def shipped_sites() -> tuple[Path, ...]:
    """Evidence of shipped examples, one file for each domain."""
    found: dict[str, Path] = {}
    for path in sorted((ROOT / "examples").rglob("evidence.json")):
        found.setdefault(api.read_evidence(path).target.domain, path)
    return tuple(found.values())


def records_of(paths: Iterable[Path]) -> str:
    """A line for each, its report."""
    return "".join(f"{one_line(api.analyse(api.read_evidence(each))).rstrip()}\n" for each in paths)
