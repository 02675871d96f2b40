"""Several places: each is judged by itself, the worst decides, and nothing that differs by place is mixed."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest
from helpers import ROOT, corpus
from helpers.policies import effective
from helpers.several_places import denied, geo_split, half_of_a_pair, in_two_places, with_a_liar
from helpers.sites import in_one_leg, in_pairs
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET, structs

from hostaudit import api
from hostaudit.audit import places
from hostaudit.documents import rules
from hostaudit.errors import UsageError
from hostaudit.model.checks import Criteria
from hostaudit.model.evidence import EvidenceFile, Unknown
from hostaudit.model.policy import Exemption, Policy, RoleDemand
from hostaudit.model.report import Report
from hostaudit.model.values import MailExchanger, MailExchangers

BUNDLES = (*sorted(corpus.SITES), "parler-2021")


@cache
def bundle(name: str) -> EvidenceFile:
    made = corpus.SITES.get(name)
    return made().file() if made else api.read_evidence(ROOT / "examples/parler-2021/evidence.json")


@cache
def alone(name: str) -> Report:
    return api.analyse(bundle(name))


def point(report: Report, company: str):
    return next((each for each in report.spofs if each.failure_domain.id == company), None)


# -- nothing is doubled, nothing is invented ----------------------------------------------------------


@pytest.mark.parametrize("name", BUNDLES)
def test_the_same_look_from_two_places_says_what_it_says_alone(name):
    merged = api.analyse(api.merge({"tokyo": bundle(name), "paris": bundle(name)}))

    own = {"run", "summary", "evidence", "places"}
    for field in (each for each in Report.__struct_fields__ if each not in own):
        assert getattr(merged, field) == getattr(alone(name), field), field
    assert merged.contradictions is UNSET
    assert alone(name).summary in merged.summary
    assert {item.id: structs.replace(item, vantage="", also=()) for item in merged.evidence} == {
        item.id: item for item in alone(name).evidence
    }


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_merging_never_makes_a_site_look_better_than_its_worst_place(data):
    """Facts that become unknown in one place or the other, whatever they are."""
    name = data.draw(st.sampled_from(BUNDLES))
    looks = {}
    for place in ("here", "there"):
        blind = data.draw(st.sets(st.sampled_from([each.id for each in bundle(name).evidence]), max_size=6))
        items = tuple(
            structs.replace(each, value=None, absent=None, not_applicable=None, unknown=Unknown("timeout"))
            if each.id in blind
            else each
            for each in bundle(name).evidence
        )
        looks[place] = structs.replace(bundle(name), evidence=items)
    apart = [api.analyse(each) for each in looks.values()]
    merged = api.analyse(api.merge(looks))

    assert merged.score.low <= min(each.score.low for each in apart)
    assert merged.score.high <= max(each.score.high for each in apart)
    assert merged.score.low <= merged.score.high
    for function in merged.functions:
        mine = [one for each in apart for one in each.functions if one.id == function.id]
        assert function.score.low <= min(one.score.low for one in mine)


def test_two_content_networks_in_two_places_are_no_redundancy():
    report = api.analyse(in_two_places())

    for company, place in (("cloudflare", "tokyo"), ("fastly", "paris")):
        found = point(report, company)
        web = next(each for each in found.functions if each.id == "web")
        assert (found.places, web.effect, web.places) == ((place,), "down", (place,))
    worst = min(api.analyse(geo_split(edge=each).file()).score.low for each in ("cloudflare", "fastly"))
    assert report.score.low == worst
    pairs = [each for each in report.cut_sets if each.function == "web" and {"cloudflare", "fastly"} <= {*each.members}]
    assert not pairs, "each alone ends the site for some users"


def test_hosts_of_which_each_place_has_one_are_no_pair():
    """A union of both answers would say that the site survives the loss of either host; no user does."""
    both = api.analyse(in_pairs().file())
    report = api.analyse(api.merge({"tokyo": half_of_a_pair(0).file(), "paris": half_of_a_pair(1).file()}))

    stopping = {
        each.failure_domain.id: each.places
        for each in report.spofs
        if each.failure_domain.kind == "parent"
        and any((one.id, one.effect) == ("web", "down") for one in each.functions)
    }
    assert stopping["hetzner"] == ("tokyo",) and stopping["ovh"] == ("paris",)
    assert {"hetzner", "ovh"}.isdisjoint(each.failure_domain.id for each in both.spofs if not each.name_only)
    assert report.score.high < both.score.low


def test_what_all_places_share_names_no_places():
    report = api.analyse(in_two_places())

    assert point(report, "isrg").places is UNSET
    assert all(each.places is UNSET for each in report.dependencies if each.role in ("registrar", "registry", "dns"))
    assert len({each.id for each in report.dependencies}) == len(report.dependencies)


def test_each_place_stands_in_the_report_with_its_own_result():
    report = api.analyse(in_two_places())
    paris, tokyo = sorted(report.places, key=lambda each: each.vantage)

    assert [each.vantage for each in (paris, tokyo)] == ["paris", "tokyo"]
    assert "fastly" in {each.id for each in paris.spofs}
    assert "fastly" not in {each.id for each in tokyo.spofs}
    assert "Seen from paris" in report.summary and "Seen from tokyo" in report.summary


def test_the_worst_place_decides_score_state_and_order():
    file = api.merge({"good": in_pairs().file(), "poor": in_one_leg().file()})
    good, poor = api.analyse(in_pairs().file()), api.analyse(in_one_leg().file())
    report = api.analyse(file)

    assert (report.score.low, report.score.high) == (poor.score.low, min(poor.score.high, good.score.high))
    assert report.score.class_ == poor.score.class_
    assert [each.vantage for each in report.places] == ["poor", "good"]
    assert report.summary.startswith("Seen from poor, the worst of 2 places: ")


def test_a_function_that_is_down_in_one_place_is_down():
    broken = in_pairs()
    for host in broken.target.hosts:
        broken.note("a", host, absent="NODATA")
    broken.note("front", "steady.org", absent="no address")
    file = api.merge({"paris": in_pairs().file(), "tokyo": broken.file()})
    web = next(each for each in api.analyse(file).functions if each.id == "web")
    alone_there = next(each for each in api.analyse(broken.file()).functions if each.id == "web")

    assert alone_there.state == "not_applicable"  # no address, with proof: in that place there is no web site
    assert (web.state, web.places) == ("up", ("paris",))


# -- contradictions -----------------------------------------------------------------------------------


def test_a_resolver_that_denies_a_name_is_contradicted_not_believed():
    report = api.analyse(with_a_liar())

    assert api.analyse(denied().file()).verdict == "fail"
    assert report.verdict == "inconclusive"
    told = {each.evidence: each for each in report.contradictions}
    assert told["delegation:geosplit.org"].unknown_in == ("filtered",)
    assert {each.cause for each in report.unknowns if each.places == ("filtered",)} >= {"contradicted"}
    kept = [each for each in report.evidence if each.id == "delegation:geosplit.org"]
    assert sorted((each.vantage, each.absent is not None) for each in kept) == [("filtered", True), ("paris", False)]


def test_a_name_that_no_place_knows_is_not_contradicted():
    report = api.analyse(api.merge({"here": denied().file(), "there": denied().file()}))

    assert (report.verdict, report.contradictions) == ("fail", UNSET)


def test_other_addresses_are_no_contradiction_and_other_exchangers_are():
    assert api.analyse(in_two_places()).contradictions is UNSET
    moved = in_pairs().note("mx", "steady.org", MailExchangers((MailExchanger(10, "mx.elsewhere.net"),), 300))
    found = api.analyse(api.merge({"here": in_pairs().file(), "there": moved.file()})).contradictions

    assert [(each.evidence, each.unknown_in) for each in found] == [("mx:steady.org", ())]
    assert [each.places for each in found[0].answers] == [("here",), ("there",)]


def test_an_answer_that_differs_in_its_ttl_only_is_no_contradiction():
    value = in_pairs().items["mx:steady.org"].value
    later = in_pairs().note("mx", "steady.org", structs.replace(value, ttl=17))

    assert api.analyse(api.merge({"here": in_pairs().file(), "there": later.file()})).contradictions is UNSET


# -- policies -----------------------------------------------------------------------------------------


def demanding(*exceptions: Exemption, **roles: RoleDemand):
    return effective(Policy(roles=roles), "geosplit.org", *exceptions)


def test_a_demand_is_met_if_every_place_meets_it():
    asked = Criteria(policy=demanding(cdn=RoleDemand(min_providers=2)))
    finding = next(
        each for each in api.analyse(in_two_places(), criteria=asked).findings if each.rule == "cdn.min_providers"
    )

    assert (finding.outcome, finding.places) == ("fail", UNSET)


def test_a_failure_of_one_place_names_it():
    asked = Criteria(policy=demanding(cdn=RoleDemand(deny=("fastly",))))
    report = api.analyse(in_two_places(), criteria=asked)
    finding = next(each for each in report.findings if each.rule == "cdn.deny" and each.outcome == "fail")

    assert report.verdict == "fail"
    assert finding.places == ("paris",)
    assert "(seen from paris)" in finding.message


def test_an_exception_that_one_place_needs_is_not_stale():
    exception = Exemption("e1", "cdn.deny", "geosplit.org", "accepted for now", "ops", "2021-12-31")
    policy = demanding(exception, cdn=RoleDemand(deny=("fastly",)))
    report = api.analyse(
        in_two_places(), criteria=Criteria(policy=policy, strict_exceptions=True), day=date(2021, 1, 9)
    )

    assert [(each.state, each.warning) for each in report.exceptions_applied] == [("applied", "")]
    assert report.verdict in ("pass", "inconclusive")


def test_a_policy_is_proposed_that_every_place_meets():
    judge = places.trials(in_two_places(), rules.shipped(), date(2021, 1, 9))

    assert judge(Policy(roles={"cdn": RoleDemand(deny=("fastly",))})).verdict == "fail"
    assert judge(Policy(roles={"cdn": RoleDemand(deny=("akamai",))})).verdict != "fail"


# -- what if ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("company", ["cloudflare", "fastly"])
def test_a_loss_that_one_place_feels_is_told_with_its_place(company):
    answer = api.whatif(in_two_places(), drop=company)
    web = next(each for each in answer.functions if each.id == "web")
    place = {"cloudflare": "tokyo", "fastly": "paris"}[company]

    assert (web.down_hours > 0, web.places) == (True, (place,))
    assert answer.places[0].vantage == place
    assert f"In {place}: " in answer.summary


def test_a_network_that_one_place_knows_takes_nothing_from_the_other():
    answer = api.whatif(in_two_places(), drop="AS54113", kind="asn")

    assert next(each for each in answer.functions if each.id == "web").places == ("paris",)
    with pytest.raises(UsageError, match="AS64999"):
        api.whatif(in_two_places(), drop="AS64999", kind="asn")


def test_every_scenario_takes_the_longest_outage_of_any_place():
    merged = {each.scenario: each for each in api.matrix(in_two_places()).rows}
    for edge in ("cloudflare", "fastly"):
        for row in api.matrix(geo_split(edge=edge).file()).rows:
            for function, hours in row.down_hours.items():
                assert (merged[row.scenario].down_hours[function] or 0.0) >= (hours or 0.0)


def test_a_replacement_is_independent_of_what_any_place_uses():
    found = api.fallbacks(in_two_places())
    gap = next(each for each in found.gaps if each.parent == "cloudflare" and each.role == "cdn")
    fastly = next(each for each in gap.candidates if each.provider == "fastly")

    assert gap.places == ("tokyo",)
    assert not fastly.independent
    assert {"cloudflare", "fastly"} <= {*found.parents}


def test_the_graph_of_each_place_stands_in_it():
    report = api.analyse(in_two_places(), with_graph=True)

    assert report.graph == report.places[0].graph
    assert report.places[0].graph != report.places[1].graph
