"""Diff of two lists of sites: the changes of each site that both have, the worst first, and who is in one list only."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal, NamedTuple

from hostaudit.history.diff import between, weight
from hostaudit.model.changes import LIST_CHANGES_SCHEMA, Change, Changes, ListChanges, Snapshot
from hostaudit.model.verdict import SEVERITIES


class Looked(NamedTuple):
    """One list: ``sites``, the snapshot of each domain that was judged, and the domains that it names without one."""

    sites: Mapping[str, Snapshot]
    unjudged: Collection[str] = ()


def between_lists(before: Looked, after: Looked) -> ListChanges:
    """Return the changes between two lists. A site that was not judged in one of them has not gone: it is unknown."""
    known = {**before.sites, **dict.fromkeys(before.unjudged)}, {**after.sites, **dict.fromkeys(after.unjudged)}
    both = sorted(before.sites.keys() & after.sites.keys())
    compared = [between(before.sites[domain], after.sites[domain]) for domain in both]
    differing = sorted((each for each in compared if each.outcome != "same"), key=urgency)
    gone, came = sorted(known[0].keys() - known[1].keys()), sorted(known[1].keys() - known[0].keys())
    unjudged = [
        sorted((set(mine.unjudged) - mine.sites.keys()) & theirs.keys())
        for mine, theirs in ((before, known[1]), (after, known[0]))
    ]
    outcome: Literal["same", "changed", "unknown"] = "same"
    if differing or any(unjudged):
        outcome = "unknown"
    if gone or came or any(each.outcome == "changed" for each in differing):
        outcome = "changed"
    return ListChanges(
        schema=LIST_CHANGES_SCHEMA,
        outcome=outcome,
        sites=tuple(differing),
        same=tuple(each.domain for each in compared if each.outcome == "same"),
        only_before=tuple(gone),
        only_after=tuple(came),
        unjudged_before=tuple(unjudged[0]),
        unjudged_after=tuple(unjudged[1]),
    )


def urgency(site: Changes) -> tuple[float | str, ...]:
    """The place of a site among others, the least first: functions that stopped, a verdict that became a failure, what
    fails now, companies that can end more than before, lost points of the score; then what became unknown."""
    rows = site.changes
    return (
        -sum(each.part == "function" and _became(each, "state", "down") for each in rows),
        -sum(each.part == "verdict" and _became(each, "verdict", "fail") for each in rows),
        -max((_severity(each) for each in rows), default=0),
        -sum(each.part == "single_point" and _grew(each) for each in rows),
        -max((_lost(each) for each in rows), default=0.0),
        -float(site.outcome == "changed"),
        -sum(each.kind == "became_unknown" for each in rows),
        -len(rows),
        site.domain,
    )


def _became(row: Change, field: str, word: str) -> bool:
    return row.after.get(field) == word != row.before.get(field)


def _severity(row: Change) -> int:
    """The severity of a finding that fails now and did not before, from 1; 0 for everything else."""
    if row.part != "finding" or not _became(row, "outcome", "fail"):
        return 0
    severity = next((rank for rank, word in enumerate(SEVERITIES) if row.after.get("severity") == word), 0)
    return severity + 1


def _grew(row: Change) -> bool:
    if row.kind in ("removed", "became_known") and not row.after:
        return False
    return any(weight(word) > weight(row.before.get(function, "")) for function, word in row.after.items())


def _lost(row: Change) -> float:
    """Points of the score, in the middle of its ends, that a site has less than before."""
    if row.part != "score":
        return 0.0
    return sum(float(row.before[end]) - float(row.after[end]) for end in ("low", "high")) / 2
