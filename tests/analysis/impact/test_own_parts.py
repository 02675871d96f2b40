"""What the owner runs himself can fail, and ends no contract; a guess changes what is told and the high ends alone."""

from __future__ import annotations

import json
from dataclasses import replace

import msgspec
import pytest
from helpers.odd_sites import mail_only
from helpers.own_sites import (
    CAMPUS,
    SECOND,
    alone,
    bookshop,
    broadcaster,
    half_rented,
    registered_to,
    rented,
    university,
)
from helpers.pages_shown import flat
from helpers.policies import DAY, RULES, effective, judged
from helpers.reports import impacts, parents, report_on
from helpers.sites import Site, in_one_leg, in_pairs, on_one_parent
from hypothesis import given, settings
from hypothesis import strategies as st

from hostaudit import audit
from hostaudit.analysis.assess import judge
from hostaudit.analysis.impact.cut_sets import minimal_cut_sets
from hostaudit.analysis.impact.outage import order_one
from hostaudit.analysis.impact.replacements import fallbacks
from hostaudit.model.checks import Criteria
from hostaudit.model.policy import JurisdictionDemand, ParentDemand, Policy, Refusal, RoleDemand
from hostaudit.model.report import CutSet, OwnParts, Report, pairs_as_told
from hostaudit.model.site import Own
from hostaudit.policy.verdict import apply_policy, known_failures

SITES = {
    "university": university,
    "alone": alone,
    "broadcaster": broadcaster,
    "bookshop": bookshop,
    "half rented": half_rented,
    "registered": lambda: registered_to(alone(name="CAMPUSNET, SE", organisation="Cornford"), "Cornford"),
    "registrant unknown": lambda: alone(name="X, SE").note("registration", "cornuni.org", unknown="timeout"),
    "rented": rented,
    "one parent": on_one_parent,
    "in pairs": in_pairs,
    "one leg": in_one_leg,
    "mail only": mail_only,
}
OWN = st.builds(
    Own,
    parents=st.sets(st.sampled_from(("amazon", "hetzner", "your-online", "alphabet", "isrg"))).map(sorted).map(tuple),
    asns=st.sets(st.sampled_from((CAMPUS, SECOND, 24940))).map(sorted).map(tuple),
    domains=st.sets(st.sampled_from(("bcast.co.uk", "steady.org"))).map(sorted).map(tuple),
)


def declared(site: Site, own: Own) -> Site:
    return site.declare(own=own)


def kinds(report: Report, identity: str) -> set[str]:
    return {each.failure_domain.kind for each in report.spofs if each.failure_domain.id == identity}


def test_own_parts_fail_with_product_network_prefix_and_country_and_no_company_ends_them():
    report = report_on(university())

    assert kinds(report, "unknown:as64500") == {"provider"}
    assert {"asn", "prefix", "jurisdiction"} <= {each.failure_domain.kind for each in report.spofs}
    assert parents(report) == ["isrg"]
    assert not any(each.kind == "parent" and "unknown:as64500" in each.members for each in report.cut_sets)
    assert next(each for each in report.spofs if each.failure_domain.id == "unknown:as64500").failure_domain.own == (
        "declared"
    )


def test_a_university_on_its_own_network_scores_above_a_rented_server_like_it():
    own, other = report_on(university()), report_on(rented())

    assert own.score.low > other.score.high
    assert (own.score.class_.low, other.score.class_.high) == ("A", "E")
    assert "runs on its own (CORNUNI)" in own.summary
    assert "CORNUNI alone" not in own.summary


def test_a_site_of_amazon_at_amazon_is_no_disaster():
    named, other = report_on(bookshop()), report_on(bookshop("books.com"))
    own = report_on(declared(bookshop(), Own(parents=("amazon",))))

    assert named.score.low == other.score.low < 30
    assert named.score.high > 90
    assert own.score.low > 90
    assert "Amazon looks like the site's own" in named.summary
    assert "amazon" not in parents(own)


def test_several_names_of_one_guessed_owner_are_one_row_with_the_worst_of_each():
    report = report_on(broadcaster())
    (row,) = [
        each for each in report.spofs if each.failure_domain.kind == "parent" and each.failure_domain.own == "guessed"
    ]

    assert parents(report) == ["unknown:as64500", "isrg"]
    assert row.failure_domain.joined == ("unknown:as64500", "unknown:as64501")
    assert impacts(report, "unknown:as64500") == {
        "resolve": "down", "web": "down", "mail_receive": "down", "renew_certificate": "cannot_renew"
    }  # fmt: skip
    assert "seen under 3 names, looks like the site's own" in report.summary
    assert report.own[0].companies == ("unknown:as64500", "unknown:as64501", "unknown:bcast.co.uk")


def test_pairs_are_told_with_one_name_for_a_guessed_owner_and_never_of_him_alone():
    sets = [
        CutSet("parent", "web", ("a",)),
        CutSet("parent", "web", ("a", "b")),
        CutSet("parent", "web", ("a", "x")),
        CutSet("parent", "web", ("b", "x")),
        CutSet("parent", "web", ("b", "x", "y")),
        CutSet("parent", "resolve", ("x", "y")),
        CutSet("provider", "web", ("a", "x")),
    ]
    own = [OwnParts("guessed", ("a", "b"), ("A", "B"), ("dns",), ("",))]

    assert [(each.function, each.members) for each in pairs_as_told(sets, own)] == [
        ("web", ("a", "x")),
        ("resolve", ("x", "y")),
    ]
    assert pairs_as_told(sets, ()) == tuple(sets[1:6])


def test_nobody_needs_a_replacement_for_himself():
    own, guess = (audit.understand(site.file(), RULES) for site in (university(), alone()))

    assert "unknown:as64500" not in {each.parent for each in fallbacks(own).gaps}
    assert {each.own for each in fallbacks(guess).gaps if each.parent == "unknown:as64500"} == {"guessed"}
    assert all(each.own != "guessed" for each in fallbacks(own).gaps)


def without_words(report: Report) -> dict[str, object]:
    """What a guess must not change: low ends, states, verdict, findings, cut sets, dependencies but for the mark."""
    return {
        "low": report.score.low,
        "class": report.score.class_.low if report.score.class_ else None,
        "functions": [(each.id, each.state, each.score.low) for each in report.functions],
        "roles": [(each.role, each.score.low, each.providers) for each in (*report.roles, *report.upstream_roles)],
        "verdict": report.verdict,
        "findings": report.findings,
        "cut sets": report.cut_sets,
        "unknowns": report.unknowns,
        "coverage": report.score.coverage,
        "dependencies": [msgspec.structs.replace(each, own=msgspec.UNSET) for each in report.dependencies],
    }


@pytest.mark.parametrize("name", SITES)
def test_a_guess_changes_what_is_told_and_the_high_ends_alone(name):
    case = audit.understand(SITES[name]().file(), RULES)
    told = judge(case)
    untold = judge(replace(case, tree=case.tree.without_guesses()))

    assert without_words(told) == without_words(untold)
    assert told.score.high >= untold.score.high


DEMANDS = {
    "score": Policy(min_score=50),
    "role": Policy(roles={"hosting": RoleDemand(min_score=50)}),
    "hours": Policy(roles={"hosting": RoleDemand(max_hours_down=24)}),
    "providers": Policy(roles={"dns": RoleDemand(min_providers=2)}),
    "share": Policy(parents=ParentDemand(max_share=0.5)),
}


@pytest.mark.parametrize("name", ["alone", "broadcaster", "bookshop", "registered", "registrant unknown"])
@pytest.mark.parametrize("demand", DEMANDS)
def test_a_guess_decides_no_verdict(name, demand):
    case = audit.understand(SITES[name]().file(), RULES)
    untold = replace(case, tree=case.tree.without_guesses())
    criteria = Criteria(policy=effective(DEMANDS[demand], case.file.target.domain), fail_on="low")
    told = apply_policy(case, judge(case), criteria, DAY, {})
    expected = apply_policy(untold, judge(untold), criteria, DAY, {})

    assert told.verdict == expected.verdict
    outcomes = [
        [(each.fingerprint, each.outcome, each.verdict) for each in report.findings] for report in (told, expected)
    ]
    assert outcomes[0] == outcomes[1]
    high = [each.message for each in told.findings if each.rule in ("score.min", "hosting.min_score")]
    assert all("counts as another company's here" in each for each in high)
    assert told.verdict == "fail"
    assert known_failures(judge(case)) >= {each.fingerprint for each in told.findings if each.rule == "single-point"}


def test_policies_know_that_the_owner_is_no_company():
    for demand in ("score", "role", "hours", "share"):
        assert judged(university(), DEMANDS[demand]).verdict == "pass", demand
        assert judged(rented(), DEMANDS[demand]).verdict == "fail", demand
    assert audit.analyse(university().file(), RULES, Criteria(fail_on="medium"), DAY).verdict == "pass"
    assert judged(university(), Policy(roles={"dns": RoleDemand(allow=("ns1",))})).verdict == "pass"


def test_the_owner_counts_as_one_party_and_stands_under_a_jurisdiction():
    assert judged(university(), DEMANDS["providers"]).verdict == "fail"
    refused = Policy(jurisdictions=JurisdictionDemand(deny=(Refusal("SE"),)))
    assert judged(university(), refused).verdict == "fail"


@settings(max_examples=60, deadline=None)
@given(name=st.sampled_from(sorted(SITES.keys() - {"university"})), own=OWN)
def test_declaring_own_parts_never_lowers_either_end(name, own):
    before, after = report_on(SITES[name]()), report_on(declared(SITES[name](), own))

    assert after.score.low >= before.score.low
    assert after.score.high >= before.score.high
    for one, other in zip(before.functions, after.functions, strict=True):
        assert (one.id, one.state) == (other.id, other.state)
        assert other.score.low >= one.score.low
        assert other.score.high >= one.score.high


@settings(max_examples=40, deadline=None)
@given(name=st.sampled_from(sorted(SITES)), data=st.data())
def test_unknown_facts_only_widen_a_score_with_own_parts(name, data):
    known = SITES[name]()
    own = data.draw(st.one_of(st.none(), OWN))
    site = SITES[name]() if own is None else declared(SITES[name](), own)
    before = report_on(known if own is None else declared(known, own))
    for fact in data.draw(st.sets(st.sampled_from(sorted(site.items)), min_size=1, max_size=5)):
        item = site.items[fact]
        site.note(item.kind, item.subject, unknown="timeout")
    after = report_on(site)

    assert after.score.low <= before.score.low
    assert after.score.high >= before.score.high
    rows = {each.id: each.score for each in after.functions}
    assert all(rows[each.id].low <= each.score.low for each in before.functions)
    assert all(rows[each.id].high >= each.score.high for each in before.functions)


@settings(max_examples=20, deadline=None)
@given(name=st.sampled_from(("university", "broadcaster", "bookshop", "registered")), data=st.data())
def test_the_order_of_evidence_does_not_matter(name, data):
    file = SITES[name]().file()
    shuffled = msgspec.structs.replace(file, evidence=tuple(data.draw(st.permutations(file.evidence))))

    assert judge(audit.understand(shuffled, RULES)) == judge(audit.understand(file, RULES))


@pytest.mark.parametrize("reading", ["pessimistic", "named", "optimistic"])
def test_every_question_about_companies_leaves_the_owner_out_alike(reading):
    tree = audit.understand(university().file(), RULES).tree
    alone_, sets = order_one(tree, reading=reading), minimal_cut_sets(tree, "parent", reading=reading).sets

    assert all(("parent", "unknown:as64500") not in each for each in alone_.values())
    assert not any("unknown:as64500" in members for found in sets.values() for members in found)
    assert ("provider", "unknown:as64500") in alone_["web"]


def test_the_page_tells_declared_and_guessed_parts_apart():
    own, guess = (flat(report_on(site)) for site in (university(), broadcaster()))

    assert "its own: CORNUNI, for DNS, hosting and mail" in own
    assert "own CORNUNI" in own
    assert "a guess: BCAST" in guess
    assert "Perhaps the site's own" in guess
    assert "own in the site file settles it" in guess


def test_json_says_it_too_and_leaves_it_out_where_there_is_none():
    own, none = (json.loads(msgspec.json.encode(report_on(site))) for site in (university(), rented()))

    assert own["own"][0]["ground"] == "declared"
    assert {row.get("own") for row in own["dependencies"] if row["provider"] == "unknown:as64500"} == {"declared"}
    assert "own" not in none
    assert all("own" not in row for row in none["dependencies"])
