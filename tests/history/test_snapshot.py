"""What is kept of a run, and what is too volatile to be."""

from __future__ import annotations

import msgspec
from helpers import sites
from helpers.comparisons import BUNDLES, compared, look, shipped

from hostaudit.audit import analyse
from hostaudit.history import diff
from hostaudit.model.values import Addresses


def test_volatile_things_do_not_count():
    file = sites.in_pairs().file()

    def later(item):
        value = item.value
        if isinstance(value, Addresses):
            value = msgspec.structs.replace(value, ttl=max(1, value.ttl // 2))
        return msgspec.structs.replace(item, at="2026-01-01T00:00:00Z", source="another resolver", value=value)

    run = msgspec.structs.replace(file.run, started="2026-01-01T00:00:00Z", resolver="198.51.100.1")
    again = msgspec.structs.replace(file, run=run, evidence=tuple(map(later, reversed(file.evidence))))
    found = compared(analyse(file, shipped()), analyse(again, shipped()))

    assert (found.outcome, found.changes) == ("same", ())


def test_the_numbers_of_a_run():
    kept = [(1, look(BUNDLES["in-pairs"])), (2, look(BUNDLES["half-blind"]))]
    document = diff.history("steady.org", kept, 3)
    points = diff.trend("steady.org", kept).points

    assert document.earlier == 3
    assert document.runs[0].changes == ()
    assert document.runs[1].changes == diff.between(kept[0][1], kept[1][1]).changes
    assert [(each.number, each.unknowns) for each in points] == [(1, 0), (2, 4)]
    assert points[0].single_points == document.runs[0].single_points > 0
