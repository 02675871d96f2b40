"""Documents about changes over time made by hand, with something in every part."""

from __future__ import annotations

from typing import get_args

from hostaudit.model.changes import (
    Change,
    ChangeKind,
    Changes,
    History,
    ListChanges,
    Part,
    PastRun,
    Trend,
    TrendPoint,
)
from hostaudit.model.comparison import (
    ComparedFunction,
    ComparedPoint,
    ComparedSite,
    Comparison,
    FunctionSide,
    SharedCompany,
)
from hostaudit.model.doctor import CheckState, CheckUp, Doctor
from hostaudit.model.report import ClassInterval, Run, ScoreInterval

BEFORE = Run("2026-11-20T00:00:00Z", "2026-11-20T00:00:09Z", "192.0.2.53", "local", "0.1.0", "abc")
AFTER = Run("2026-11-21T00:00:00Z", "2026-11-21T00:00:09Z", "192.0.2.53", "local", "0.1.0", "abc")
OLD, NEW = {"provider": "aws"}, {"provider": "gandi", "parent": "your-online"}
ROWS = tuple(
    Change(part, kind, f"{part}:{kind}", f"the {part}", OLD, NEW)
    for part in get_args(Part)
    for kind in get_args(ChangeKind)
)
NOTES = ("they were judged by different rules",)


def changes() -> Changes:
    return Changes("hostaudit.changes/1", "captive.com", BEFORE, AFTER, "changed", ROWS, NOTES)


def history() -> History:
    first = PastRun(1, BEFORE, "pass", ScoreInterval(60.0, 60.0), 1.0, 2, 0)
    second = PastRun(2, AFTER, "inconclusive", ScoreInterval(10.0, 90.0), 0.5, 1, 3, ROWS, NOTES)
    return History("hostaudit.history/1", "captive.com", (first, second), 7)


def trend() -> Trend:
    points = (
        TrendPoint(1, BEFORE.started, "pass", ScoreInterval(60.0, 60.0), 1.0, 2, 0),
        TrendPoint(2, AFTER.started, "not_judged", ScoreInterval(10.0, 90.0), 0.5, 1, 3),
    )
    return Trend("hostaudit.trend/1", "captive.com", points)


def doctor() -> Doctor:
    states = get_args(CheckState)
    rows = tuple(CheckUp(f"check-{each}", each, "what was found", "what it lacks", "what to do") for each in states)
    return Doctor("hostaudit.doctor/1", AFTER.started, rows)


def list_changes() -> ListChanges:
    alone = [(f"{name}.com",) for name in ("same", "gone", "new", "unseen", "hidden")]
    return ListChanges("hostaudit.list-changes/1", "changed", (changes(),), *alone)


def comparison() -> Comparison:
    sites = [
        ComparedSite(domain, run, "not_judged", ScoreInterval(*score), "the sentence", ClassInterval("E", "B"))
        for domain, run, score in (("one.com", BEFORE, (10.0, 90.0)), ("two.com", AFTER, (60.0, 60.0)))
    ]
    stopped = FunctionSide("up", "amazon", "down", 360.0)
    return Comparison(
        "hostaudit.comparison/1",
        *sites,
        "neither",
        "nobody can tell which stands better",
        (ComparedFunction("web", stopped, FunctionSide("up")), ComparedFunction("mail_receive", stopped)),
        (ComparedPoint("amazon", ("web", "mail_receive")), ComparedPoint("ovh", (), ("web",))),
        (
            SharedCompany("verisign", ("registry",), ("registry",), name_only=True),
            SharedCompany("aws", ("dns",), ("dns",)),
        ),
        {"amazon": "Amazon", "verisign": "Verisign"},
        NOTES,
    )


DOCUMENTS = {
    "doctor": doctor,
    "changes": changes,
    "history": history,
    "trend": trend,
    "list of changes": list_changes,
    "comparison": comparison,
}
