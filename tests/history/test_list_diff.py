"""Two lists of sites: which site comes first, and what can be said of one that a list has no report of."""

from __future__ import annotations

import itertools

import msgspec
import pytest
from helpers.comparisons import BUNDLES, look
from helpers.sample_changes import changes

from hostaudit.history.list_diff import Looked, between_lists, urgency
from hostaudit.model.changes import Change, Changes

SEEN = look(BUNDLES["in-pairs"])


def site(*rows: Change, outcome="changed", domain="x.com") -> Changes:
    return msgspec.structs.replace(changes(), domain=domain, outcome=outcome, changes=rows)


def named(domain):
    return msgspec.structs.replace(SEEN, domain=domain)


STOPPED = Change("function", "changed", "web", "web site", {"state": "up"}, {"state": "down"})
FAILED = Change("verdict", "changed", "verdict", "verdict", {"verdict": "pass"}, {"verdict": "fail"})
CRITICAL, LOW = (
    Change("finding", "added", f"f:{word}", "finding", {}, {"outcome": "fail", "severity": word})
    for word in ("critical", "low")
)
POINT = Change("single_point", "added", "parent:amazon", "Amazon", {}, {"web": "down"})
LOST = Change("score", "changed", "score", "score", {"low": "60.0", "high": "60.0"}, {"low": "20.0", "high": "20.0"})
NEW = Change("dependency", "added", "dns:x.com:aws", "dns of x.com", {}, {"provider": "aws"})
UNSEEN = Change("dependency", "became_unknown", "dns:x.com:aws", "dns of x.com", {"provider": "aws"})
WORST_FIRST = (STOPPED, FAILED, CRITICAL, LOW, POINT, LOST, NEW, UNSEEN)


@pytest.mark.parametrize(("worse", "better"), [*itertools.pairwise(WORST_FIRST)], ids=lambda each: each.id)
def test_one_worse_change_outweighs_one_that_is_less_bad(worse, better):
    outcome = "unknown" if better is UNSEEN else "changed"

    assert urgency(site(worse)) < urgency(site(better, outcome=outcome))


@pytest.mark.parametrize("row", WORST_FIRST[:6], ids=lambda each: each.id)
def test_what_is_mended_comes_after_what_broke(row):
    kind = {"added": "removed"}.get(row.kind, row.kind)
    mended = msgspec.structs.replace(row, kind=kind, before=row.after, after=row.before)

    assert urgency(site(row)) < urgency(site(mended))


def test_the_same_lists_do_not_differ_and_the_order_does_not_matter():
    names = ("b.org", "a.org", "c.org")
    one, other = ({each: named(each) for each in order} for order in (names, reversed(names)))
    found = between_lists(Looked(one), Looked(other))

    assert (found.outcome, found.sites, found.same) == ("same", (), ("a.org", "b.org", "c.org"))


def test_a_site_without_a_report_has_not_gone():
    found = between_lists(Looked({"a.org": named("a.org")}), Looked({}, ("a.org", "b.org")))

    assert (found.outcome, found.unjudged_after, found.only_before, found.only_after) == (
        "changed",
        ("a.org",),
        (),
        ("b.org",),
    )
    assert between_lists(Looked({"a.org": named("a.org")}), Looked({}, ("a.org",))).outcome == "unknown"
    both = Looked({}, ("a.org",))
    assert between_lists(both, both).outcome == "unknown"


def test_the_report_of_an_earlier_line_counts_although_a_later_try_failed():
    again = Looked({"a.org": named("a.org")}, ("a.org",))

    assert between_lists(again, again).outcome == "same"
