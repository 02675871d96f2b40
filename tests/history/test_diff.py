"""What a comparison says of two looks at one site: nothing of one with itself, the mirror of the other way round, and
never that something has gone that was only not to be seen."""

from __future__ import annotations

import random
from functools import cache

import msgspec
import pytest
from helpers import sites
from helpers.comparisons import BUNDLES, compared, look, shipped
from helpers.examples import examples
from hypothesis import given
from hypothesis import strategies as st

from hostaudit.audit import analyse
from hostaudit.history import diff
from hostaudit.model.changes import Fact
from hostaudit.model.report import PolicyNote

MIRROR = {
    "added": "removed",
    "removed": "added",
    "changed": "changed",
    "became_unknown": "became_known",
    "became_known": "became_unknown",
}


@cache
def whole(name):
    return look(BUNDLES[name])


def judged(site):
    return analyse(site.file(), shipped())


def rows(document, *kinds):
    return {(each.part, each.id) for each in document.changes if not kinds or each.kind in kinds}


@pytest.mark.parametrize("name", BUNDLES)
def test_a_look_does_not_differ_from_itself(name):
    once = look(BUNDLES[name])
    found = diff.between(once, once)

    assert (found.outcome, found.changes, found.notes) == ("same", (), ())


@examples(60)
@given(st.sampled_from(sorted(set(BUNDLES) - {"in-the-dark", "not-there"})), st.randoms(use_true_random=False))
def test_what_is_not_seen_any_more_has_not_gone(name, chance: random.Random):
    ids = [each.id for each in BUNDLES[name].evidence]
    unseen = set(chance.sample(ids, chance.randint(1, 6)))
    found = diff.between(whole(name), look(BUNDLES[name], unseen))

    assert rows(found, "added", "removed", "changed", "became_known") == set()
    assert found.outcome in ("same", "unknown")


def test_what_newly_worsens_a_function_without_stopping_it_is_added():
    before = whole("in-pairs")
    worse = Fact("single_point", "asn:AS64500", "AS64500", {"web": "degraded"})
    after = msgspec.structs.replace(before, facts=(*before.facts, worse))

    assert rows(diff.between(before, after), "added") == {("single_point", "asn:AS64500")}
    assert rows(diff.between(after, before), "removed") == {("single_point", "asn:AS64500")}


def test_what_newly_stops_a_function_that_became_unknown_is_no_change():
    name, unseen = "expired-certificate", {"a:steady.org", "registration:steady.org"}
    gone, back = (
        diff.between(whole(name), look(BUNDLES[name], unseen)),
        diff.between(look(BUNDLES[name], unseen), whole(name)),
    )

    assert {each.kind for each in gone.changes if each.id == "jurisdiction:US"} == {"became_unknown"}
    assert {each.kind for each in back.changes if each.id == "jurisdiction:US"} == {"became_known"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (None, "tls:steady.org 88.198.77.10"),
        ("registration:steady.org", "a:steady.org"),
        ("a:steady.org", "mx:steady.org"),
        ("tls:steady.org 88.198.77.10", "apps:steady.org"),
    ],
)
def test_two_looks_each_of_which_missed_something_show_no_change(one, other):
    looks = [look(BUNDLES["expired-certificate"], {each} - {None}) for each in (one, other)]

    assert diff.between(*looks).outcome == diff.between(*reversed(looks)).outcome == "unknown"


@examples(40)
@given(st.sampled_from(sorted(set(BUNDLES) - {"in-the-dark", "not-there"})), st.randoms(use_true_random=False))
def test_the_other_way_round_is_the_mirror(name, chance: random.Random):
    ids = [each.id for each in BUNDLES[name].evidence]
    one, other = (look(BUNDLES[name], set(chance.sample(ids, chance.randint(0, 4)))) for _ in range(2))
    there, back = diff.between(one, other), diff.between(other, one)

    mirrored = [
        msgspec.structs.replace(each, kind=MIRROR[each.kind], before=each.after, after=each.before)
        for each in back.changes
    ]

    def told(rows):
        return sorted(repr((each.part, each.kind, each.id, each.before, each.after)) for each in rows)

    assert told(there.changes) == told(mirrored)
    assert there.outcome == back.outcome != "changed"


def test_who_really_came_and_went_is_told_both_ways():
    moved = sites.in_one_leg()
    del moved.items["web:www.steady.org 88.198.77.11"], moved.items["tls:www.steady.org 88.198.77.11"]
    before, after = judged(sites.in_one_leg()), judged(moved.web("www.steady.org", ("54.189.10.21", 16509)))
    there, back = compared(before, after), compared(after, before)

    assert there.outcome == back.outcome == "changed"
    assert ("dependency", "hosting:www.steady.org") in rows(there, "changed") & rows(back, "changed")
    assert ("single_point", "parent:amazon") in rows(there, "added") & rows(back, "removed")


def test_one_that_took_the_place_of_another_is_one_change():
    before, after = judged(sites.in_one_leg()), judged(sites.in_one_leg().name(sites.AMAZON_REGISTRAR, sites.NSONE))
    changed = [each for each in compared(before, after).changes if each.part == "dependency"]

    assert [(each.kind, each.id) for each in changed] == [("changed", "registrar:steady.org")]
    assert (changed[0].before["provider"], changed[0].after["provider"]) == ("gandi", "route53")


def test_an_address_of_the_same_service_is_no_change():
    moved = sites.in_one_leg()
    del moved.items["web:steady.org 88.198.77.10"], moved.items["tls:steady.org 88.198.77.10"]
    moved.web("steady.org", ("88.198.77.77", 24940))
    found = compared(judged(sites.in_one_leg()), judged(moved))

    assert (found.outcome, found.changes) == ("same", ())


def test_a_judged_and_an_unjudged_report_are_compared_but_for_verdicts_and_findings():
    plain = judged(sites.on_one_parent())
    strict = msgspec.structs.replace(plain, verdict="fail", policy=PolicyNote("hostaudit.yaml", 1, ("baseline",)))
    found = compared(plain, strict)

    assert (found.outcome, found.changes) == ("same", ())
    assert "not compared" in found.notes[0]


def test_a_verdict_that_becomes_inconclusive_became_unknown():
    note = PolicyNote("hostaudit.yaml", 1)
    good = msgspec.structs.replace(judged(sites.in_pairs()), verdict="pass", policy=note)
    for verdict, kind, outcome in (("inconclusive", "became_unknown", "unknown"), ("fail", "changed", "changed")):
        found = compared(good, msgspec.structs.replace(good, verdict=verdict))
        assert [(each.part, each.kind) for each in found.changes] == [("verdict", kind)]
        assert found.outcome == outcome


def test_a_look_that_nobody_judged_is_no_change_to_one_that_passed():
    plain = judged(sites.in_pairs())

    assert compared(plain, msgspec.structs.replace(plain, verdict="pass")).outcome == "same"
    assert compared(plain, msgspec.structs.replace(plain, verdict="fail")).outcome == "changed"


def test_other_rules_are_told():
    report = judged(sites.in_pairs())
    other = msgspec.structs.replace(report, run=msgspec.structs.replace(report.run, rules_version="other"))

    assert "different rules" in compared(report, other).notes[0]


def test_scores_of_different_formulas_are_not_compared():
    report = judged(sites.in_pairs())
    score = msgspec.structs.replace(report.score, low=3.0, high=3.0)
    old = msgspec.structs.replace(report, score=msgspec.structs.replace(score, formula=1))

    told = compared(old, report)
    assert (told.changes, told.outcome) == ((), "same")
    assert told.notes[0].startswith("the formula of the score changed (formula 1, then formula 2)")
    same = msgspec.structs.replace(report, score=score, verdict="fail")
    assert "score" in {each.part for each in compared(same, report).changes}


def test_rows_come_in_the_order_of_parts():
    found = diff.between(look(BUNDLES["in-pairs"]), look(BUNDLES["half-blind"]))
    places = [diff.PARTS.index(each.part) for each in found.changes]

    assert places == sorted(places)
    assert ("dependency", "app_store:f-droid org.steady:f-droid") in rows(found, "became_unknown")
    assert found.outcome == "unknown"
