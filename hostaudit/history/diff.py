"""Diff: the changes between two snapshots of a site, and the history and trend of many.

Facts are matched by their stable ids. A fact that a later run could not see was not removed: if it is missing and
evidence for it has no answer now, it *became unknown*. The comparison is symmetric: two reports in reverse order give
the reverse changes, and a report never differs from itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal

from hostaudit.model.actors import is_unknown
from hostaudit.model.changes import (
    CHANGES_SCHEMA,
    HISTORY_SCHEMA,
    TREND_SCHEMA,
    Change,
    ChangeKind,
    Changes,
    Fact,
    History,
    Part,
    PastRun,
    Snapshot,
    Trend,
    TrendPoint,
)
from hostaudit.model.values import KINDS, kind_of_id, subject_of_id, subject_text
from hostaudit.model.verdict import SEVERITIES

LEAST_STEP = 1.0
"""Least change of a score that counts, in points: TTLs of cached answers decrease, and recovery times with them."""

PARTS: tuple[Part, ...] = (
    "verdict",
    "score",
    "function",
    "single_point",
    "dependency",
    "fallback",
    "finding",
    "unknown",
)
"""The parts, in the order of a document."""

OPEN = {
    "verdict": ("verdict", "inconclusive"),
    "function": ("state", "unknown"),
    "fallback": ("proof", "open"),
    "finding": ("outcome", "unknown"),
}
"""By part, the field and the value that mark a fact as unknown."""

STANDS_FOR: dict[ChangeKind, ChangeKind] = {
    "added": "became_unknown",
    "became_known": "became_unknown",
    "removed": "became_known",
    "became_unknown": "became_known",
}
"""By kind of a change, the kind that replaces it if the fact, or its absence, is unknown."""

WEIGHT = {"": 0, "degraded": 1}
"""Rank of the effect of a single point of failure on a function: none, degraded; any other word ranks higher."""


# -- two snapshots ------------------------------------------------------------------------------------


def between(before: Snapshot, after: Snapshot) -> Changes:
    """Return the changes between two snapshots. Both must be of the same domain, which the caller checks."""
    comparable = bool(before.policy) == bool(after.policy)
    parts: list[Part] = ["function", "single_point", "dependency", "fallback", "unknown"]
    sight = _Sight(before, after), _Sight(after, before)
    rows: list[Change] = []
    for part in [*parts, "finding"] if comparable else parts:
        rows += _part(part, before, after, sight)
    if comparable:
        rows += _verdicts(before, after)
    rows += _scores(before, after, rows)
    rows.sort(key=lambda each: (PARTS.index(each.part), each.id, each.kind))
    kinds = {each.kind for each in rows}
    outcome: Literal["same", "changed", "unknown"] = "unknown" if kinds else "same"
    if kinds & {"added", "removed", "changed"}:
        outcome = "changed"
    return Changes(
        schema=CHANGES_SCHEMA,
        domain=after.domain,
        before=before.run,
        after=after.run,
        outcome=outcome,
        changes=tuple(rows),
        notes=tuple(_notes(before, after, comparable=comparable)),
    )


def _notes(before: Snapshot, after: Snapshot, *, comparable: bool) -> Iterator[str]:
    if not comparable:
        yield "one was judged by a policy and the other was not: verdicts and findings are not compared"
    elif before.policy != after.policy:
        yield "they were judged by different policies, which may explain what findings and verdict say"
    if before.run.vantage != after.run.vantage:
        yield f"they were looked at from different places ({before.run.vantage}, then {after.run.vantage})"
    if before.run.rules_version != after.run.rules_version:
        yield "they were judged by different rules, which may explain differences: analyse the evidence of both again"
    if before.formula != after.formula:
        formulas = f"formula {before.formula}, then formula {after.formula}"
        hint = "analyse the evidence of both again"
        yield f"the formula of the score changed ({formulas}): scores are not compared; {hint}"


class _Sight:
    """The evidence of one run, compared with that of the other."""

    def __init__(self, mine: Snapshot, other: Snapshot) -> None:
        self._mine = {each.id: each for each in mine.facts if each.sort == "evidence"}
        self._other = {each.id: each for each in other.facts if each.sort == "evidence"}
        self._leading: dict[str, list[str]] = defaultdict(list)
        self._about: dict[str, list[str]] = defaultdict(list)
        for fact in self._mine.values():
            for name in fact.names:
                self._leading[name].append(fact.id)
            row = KINDS.get(kind_of_id(fact.id))
            if row is not None and row.leads:
                self._about[subject_text(subject_of_id(fact.id))].append(fact.id)
        self._known: dict[str, bool] = {}
        self.blinder = any(map(self.unclear, self._mine))
        self.doubtful = _unknown_functions(other) - _unknown_functions(mine)
        """Functions whose state is known in this run only: what newly stops one of them there says nothing new."""

    def lost(self, fact: Fact) -> bool:
        """True if evidence for a fact of this run, or evidence that led to it, has no answer in the other run."""
        waiting = [*fact.because, *(each for name in fact.names for each in self._towards(name))]
        met = set(waiting)
        while waiting:
            identity = waiting.pop()
            if self.unclear(identity):
                return True
            further = {each for name in subject_of_id(identity) for each in self._towards(name)} - met
            met |= further
            waiting += further
        return False

    def unclear(self, identity: str) -> bool:
        """True if a piece of evidence is unknown in the other run, or is missing there without a visible reason."""
        if identity not in self._mine or self.open(identity):
            return False
        if identity in self._other:
            return self._other[identity].fields["state"] == "unknown"
        if identity not in self._known:
            self._known[identity] = False  # evidence that refers to itself in a cycle is no reason
            self._known[identity] = not any(self._gone(name, identity) for name in subject_of_id(identity))
        return self._known[identity]

    def open(self, identity: str) -> bool:
        """True if a piece of evidence is unknown in this run."""
        return identity in self._mine and self._mine[identity].fields["state"] == "unknown"

    def same(self, fact: Fact) -> bool:
        """True if all evidence for a fact says the same in the other run."""
        return all(each in self._other and self._mine[each].fields == self._other[each].fields for each in fact.because)

    def _towards(self, name: str) -> Iterator[str]:
        yield from self._leading.get(name, ())
        yield from self._about.get(name, ())

    def _gone(self, name: str, identity: str) -> bool:
        """True if everything that led to a name answers in the other run, and no longer names it."""
        leading = [each for each in self._leading.get(name, ()) if each != identity]
        if not leading or any(self.unclear(each) for each in leading):
            return False
        return all(each not in self._other or name not in self._other[each].names for each in leading)


def _unknown_functions(snapshot: Snapshot) -> frozenset[str]:
    return frozenset(each.id for each in snapshot.facts if each.sort == "function" and _open(each))


def _part(part: Part, before: Snapshot, after: Snapshot, sight: tuple[_Sight, _Sight]) -> list[Change]:
    old = {each.id: each for each in before.facts if each.sort == part}
    new = {each.id: each for each in after.facts if each.sort == part}
    rows: list[Change] = []
    for identity in old.keys() & new.keys():
        if old[identity].fields != new[identity].fields:
            rows.append(_differing(part, old[identity], new[identity], sight))
    for identity in old.keys() - new.keys():
        row = _one_sided(part, old[identity], sight[0], sight[1], ("removed", "became_known", "became_unknown"))
        rows += [Change(part, kind, identity, old[identity].name, before=old[identity].fields) for kind in row]
    for identity in new.keys() - old.keys():
        row = _one_sided(part, new[identity], sight[1], sight[0], ("added", "became_unknown", "became_known"))
        rows += [Change(part, kind, identity, new[identity].name, after=new[identity].fields) for kind in row]
    if part == "dependency":
        return _by_subject(rows)
    return _without_stand_ins(rows) if part == "single_point" else rows


def _one_sided(
    part: Part, fact: Fact, here: _Sight, there: _Sight, kinds: tuple[ChangeKind, ChangeKind, ChangeKind]
) -> tuple[ChangeKind, ...]:
    """The kind of change for a fact of one run only: it is absent, it was open, or it cannot be seen in the other run.
    None if the fact is no information: an open question may still be open, and a fact with exactly the same answers in
    both runs only stands in for something that cannot be seen in its own run."""
    plain, opened, unseen = kinds
    if part == "unknown":
        return () if here.lost(fact) else (opened,)
    if _open(fact) or (_nameless(fact) and any(map(here.open, fact.because))):
        return (opened,)
    if part == "single_point" and (stopped := _stopped(fact)) and stopped <= there.doubtful:
        return (opened,)
    if _lost(fact, here):
        return (unseen,)
    if part == "dependency" and there.blinder and here.same(fact):
        return ()
    return (plain,)


def _stopped(fact: Fact) -> set[str]:
    """The functions that a single point of failure stops, without those that go on with less."""
    return {function for function, effect in fact.fields.items() if weight(effect) > WEIGHT["degraded"]}


def _lost(fact: Fact, sight: _Sight) -> bool:
    """True if a fact may still exist, unseen in the other run. A single point of failure exists for lack of any
    alternative, so everything unseen may contradict it; the same is true of a fact without evidence of its own."""
    anything = fact.sort == "single_point" or (fact.sort == "dependency" and not fact.because)
    return sight.blinder if anything else sight.lost(fact)


def _open(fact: Fact) -> bool:
    """True if a fact is marked as unknown."""
    if fact.sort == "unknown":
        return True
    field, word = OPEN.get(fact.sort, ("", ""))
    return field in fact.fields and fact.fields[field] == word


def _differing(part: Part, old: Fact, new: Fact, sight: tuple[_Sight, _Sight]) -> Change:
    keys = {key for key in old.fields | new.fields if old.fields.get(key) != new.fields.get(key)}
    lost, found = _lost(old, sight[0]), _lost(new, sight[1])
    if _open(old) != _open(new):
        lost, found = _open(new), _open(old)
    elif part == "single_point":
        lost, found = _point_differing(old, new, keys, sight, (lost, found))
    elif lost and found and keys == {"severity"} and part == "finding":
        # Each run saw what the other did not: whichever way the finding went, that is the reason.
        ranks: dict[str, int] = {severity: rank for rank, severity in enumerate(SEVERITIES)}
        was, became = (ranks[each.fields["severity"]] for each in (old, new))
        lost, found = became < was, became > was
    kind: ChangeKind = "changed" if lost == found else "became_unknown" if lost else "became_known"
    before = {key: value for key, value in old.fields.items() if key in keys}
    after = {key: value for key, value in new.fields.items() if key in keys}
    return Change(part, kind, old.id, new.name, before, after)


def _point_differing(
    old: Fact, new: Fact, keys: set[str], sight: tuple[_Sight, _Sight], seen: tuple[bool, bool]
) -> tuple[bool, bool]:
    """Two answers as those of ``_explained``, for which functions whose own state became unknown, or known, are the
    reason themselves."""
    darkened, cleared = keys & sight[0].doubtful, keys & sight[1].doubtful
    plain = sorted(keys - darkened - cleared)
    lost, found = _explained(old, new, plain, *seen) if plain else (False, False)
    if plain and lost == found:
        return lost, found
    lost, found = lost or bool(darkened), found or bool(cleared)
    return _balance(_steps(old, new, sorted(keys))) if lost and found else (lost, found)


def _explained(old: Fact, new: Fact, keys: list[str], lost: bool, found: bool) -> tuple[bool, bool]:
    """Two answers: True if facts that can no longer be seen explain that a single point of failure stops less, and True
    if facts that were found explain that it stops more. If both happened, the balance decides."""
    steps = _steps(old, new, keys)
    if lost and found:
        return _balance(steps)
    return lost and min(steps) < 0, found and max(steps) > 0


def _steps(old: Fact, new: Fact, keys: list[str]) -> list[int]:
    """By function, how much more a single point of failure harms it in the later run."""
    return [weight(new.fields.get(key, "")) - weight(old.fields.get(key, "")) for key in keys]


def _balance(steps: list[int]) -> tuple[bool, bool]:
    balance = sum(steps) or next((step for step in steps if step), 0)
    return balance < 0, balance > 0


def weight(effect: str) -> int:
    """The rank of an effect on a function: 0 for none, 1 for degraded, 2 for all worse ones."""
    return WEIGHT.get(effect.partition(",")[0], 2)


def _by_subject(rows: list[Change]) -> list[Change]:
    """Rows of dependencies, in which the replacement of one provider by another is one change."""
    groups: dict[str, list[Change]] = defaultdict(list)
    for each in rows:
        groups[_subject(each)].append(each)
    made: list[Change] = []
    for subject, group in groups.items():
        group = _without_stand_ins(group)
        gone = [each for each in group if each.kind == "removed"]
        came = [each for each in group if each.kind == "added"]
        if len(gone) == len(came) == 1:
            old, new = gone[0].before, came[0].after
            keys = {key for key in old | new if old.get(key) != new.get(key)}
            before, after = ({key: value for key, value in each.items() if key in keys} for each in (old, new))
            made.append(Change("dependency", "changed", subject, came[0].name, before, after))
            group = [each for each in group if each not in (gone[0], came[0])]
        made += group
    return made


def _subject(row: Change) -> str:
    """The id of a dependency without its provider."""
    provider = (row.after or row.before).get("provider", "")
    return row.id.removesuffix(f":{provider}")


def _without_stand_ins(rows: list[Change]) -> list[Change]:
    """Rows without those of unnamed operators that stand in for a known operator that can no longer be identified."""
    kinds = {(each.kind, _sort_of(each)) for each in rows if not _unnamed(each)}

    def stands_in(row: Change) -> bool:
        other = STANDS_FOR.get(row.kind)
        return other is not None and _unnamed(row) and (other, _sort_of(row)) in kinds

    return [each for each in rows if not stands_in(each)]


def _unnamed(row: Change) -> bool:
    return _nameless(Fact(row.part, row.id, fields=row.after or row.before))


def _nameless(fact: Fact) -> bool:
    if fact.sort == "single_point":
        return is_unknown(fact.id.partition(":")[2])
    return is_unknown(fact.fields.get("provider", ""))


def _sort_of(row: Change) -> str:
    return row.id.partition(":")[0]


def _verdicts(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    if {before.verdict, after.verdict} == {"not_judged", "pass"}:
        return  # an answer and a question that was not asked cannot be compared
    if before.verdict != after.verdict:
        open_before, open_after = (each.verdict == "inconclusive" for each in (before, after))
        kind: ChangeKind = "became_known" if open_before else "became_unknown" if open_after else "changed"
        yield Change("verdict", kind, "verdict", "verdict", {"verdict": before.verdict}, {"verdict": after.verdict})


def _scores(before: Snapshot, after: Snapshot, rows: list[Change]) -> Iterator[Change]:
    """The change of a score. Without another change it is due to TTLs and days only. If the only other changes are that
    facts became unknown or known, so did the points between the ends of the score; none if both ends moved alike."""
    if before.formula != after.formula:
        return
    down, up = after.score.low - before.score.low, after.score.high - before.score.high
    if max(abs(down), abs(up)) < LEAST_STEP:
        return
    kinds = {each.kind for each in rows}
    kind: ChangeKind | None = None
    if kinds & {"added", "removed", "changed"} or list(_notes(before, after, comparable=True)):
        kind = "changed"
    elif kinds:
        wider = up - down
        kind = "became_unknown" if wider > 0 else "became_known" if wider < 0 else None
    if kind is not None:
        old, new = ({"low": f"{each.low:.1f}", "high": f"{each.high:.1f}"} for each in (before.score, after.score))
        yield Change("score", kind, "score", "score", old, new)


# -- many snapshots -----------------------------------------------------------------------------------


def history(domain: str, kept: Sequence[tuple[int, Snapshot]], earlier: int) -> History:
    """Return the runs with their numbers, the oldest first, each with the changes since the one before."""
    since: list[Changes | None] = [None] if kept else []
    since += [between(old, new) for (_, old), (_, new) in pairwise(kept)]
    rows = []
    for (number, look), compared in zip(kept, since, strict=True):
        points, unknowns = _counts(look)
        changed, notes = (compared.changes, compared.notes) if compared is not None else ((), ())
        rows.append(
            PastRun(
                number,
                look.run,
                look.verdict,
                look.score,
                look.coverage,
                points,
                unknowns,
                changed,
                notes,
                look.formula,
            )
        )
    return History(HISTORY_SCHEMA, domain, tuple(rows), earlier)


def trend(domain: str, kept: Sequence[tuple[int, Snapshot]]) -> Trend:
    """Return the scores and counts of the runs, the oldest first."""
    points = (
        TrendPoint(number, look.run.started, look.verdict, look.score, look.coverage, *_counts(look), look.formula)
        for number, look in kept
    )
    return Trend(TREND_SCHEMA, domain, tuple(points))


def _counts(look: Snapshot) -> tuple[int, int]:
    """The number of companies that can end a function alone, and of unknown facts."""
    points = sum(
        each.sort == "single_point"
        and each.id.startswith("parent:")
        and any(weight(word) > 1 for word in each.fields.values())
        for each in look.facts
    )
    return points, sum(each.sort == "unknown" for each in look.facts)
