"""From evidence to verdict, on hand-made sites: the rules of truth, one test each."""

from __future__ import annotations

import msgspec
import pytest
from helpers.examples import examples
from helpers.reports import catalogue, impacts, parents, report_on, state
from helpers.sites import AMAZON_NS, AMAZON_REGISTRAR, GANDI, GANDI_NS, NSONE, Site, in_one_leg, in_pairs, on_one_parent
from hypothesis import given
from hypothesis import strategies as st

from hostaudit.analysis.diagnosis.name_servers import RESOLVED
from hostaudit.audit import analyse
from hostaudit.model.evidence import Unknown
from hostaudit.model.values import (
    Origin,
    Owner,
    Page,
    PageResource,
    ServerAnswer,
)


def test_a_site_wholly_on_one_parent_names_it_first_and_scores_low():
    report = report_on(on_one_parent())

    assert parents(report)[0] == "amazon"
    # The origin behind the content network is hidden, and may be anywhere.
    assert report.score.low < 15
    assert report.score.high < 25
    assert report.summary.startswith("Amazon")
    assert impacts(report, "amazon") | {} == {
        "resolve": "down",
        "web": "down",
        "mail_receive": "down",
        "mail_send": "down",
        "install_ios": "no_new_installs",
        "install_android": "no_new_installs",
        "renew_certificate": "cannot_renew",
    }
    assert impacts(report, "apple") == {"install_ios": "no_new_installs"}
    assert impacts(report, "alphabet") == {"install_android": "no_new_installs"}
    assert report.fallbacks == ()
    assert report.verdict == "not_judged"


def test_two_independent_legs_in_every_role_score_eighty_five_or_more():
    report = report_on(in_pairs())

    assert parents(report) == []
    assert report.score.low >= 85
    assert set(parents(report, all_of_them=True)) <= {
        "public-interest-registry",
        "identity-digital",  # runs the registry of .org for it
        "your-online",
        "verisign",
    }
    assert "registry" in report.summary or "registrar" in report.summary


def test_two_products_of_one_parent_are_one_leg_against_it():
    site = in_pairs()
    site.web("www.steady.org", ("54.189.10.21", 16509), ("13.225.10.5", 16509))

    report = report_on(site)

    assert impacts(report, "amazon")["web"] == "down"


def test_two_dns_operators_of_one_parent_are_a_single_point_and_of_two_are_none():
    one = report_on(in_pairs().name(GANDI, AMAZON_NS))
    two = report_on(in_pairs().name(GANDI, {**NSONE, **GANDI_NS}))

    assert impacts(one, "amazon")["resolve"] == "down"
    assert parents(two) == []
    assert one.score.high < two.score.low


def test_sharing_some_legs_is_no_single_point_but_a_degraded_state():
    report = report_on(in_pairs().mail(("mx1.steady.org", "88.198.77.25", 24940)))

    assert impacts(report, "hetzner")["mail_receive"] == "down"
    assert impacts(report, "hetzner")["web"] == "degraded"


def test_a_name_that_its_registry_does_not_know_fails_and_says_so():
    site = Site("gone.com").note("delegation", "gone.com", absent="NXDOMAIN")

    report = report_on(site)

    assert report.verdict == "fail"
    assert "gone.com does not exist" in report.summary
    assert report.findings[0].rule == "name-not-delegated"
    assert report.score.high == 0


def test_without_any_answer_the_verdict_is_inconclusive_and_the_interval_is_whole():
    site = Site("dark.com")
    for kind, subject in (("delegation", "dark.com"), ("a", "dark.com"), ("mx", "dark.com"), ("apps", "dark.com")):
        site.note(kind, subject, unknown="timeout")

    report = report_on(site)

    assert report.verdict == "inconclusive"
    assert "no question was answered" in report.summary
    assert (report.score.low, report.score.high) == (0, 100)
    assert {each.cause for each in report.unknowns} == {"timeout"}
    assert all(each.retryable for each in report.unknowns)


@pytest.mark.parametrize("make", [on_one_parent, in_pairs])
def test_turning_any_fact_into_unknown_only_widens_the_score(make):
    base = make()
    known = report_on(base)
    for item in list(base.items.values()):
        site = make().note(item.kind, item.subject, unknown="servfail")

        report = report_on(site)

        assert report.score.low <= known.score.low, item.id
        assert report.score.high >= known.score.high, item.id
        assert any(each.evidence == item.id for each in report.unknowns)


@examples(60)
@given(st.data())
def test_turning_several_facts_into_unknown_only_widens_the_score(data):
    base = data.draw(st.sampled_from((on_one_parent, in_pairs)))
    ids = sorted(base().items)
    first = data.draw(st.sets(st.sampled_from(ids), max_size=8))
    second = first | data.draw(st.sets(st.sampled_from(ids), max_size=8))
    some, more = base(), base()
    for site, chosen in ((some, first), (more, second)):
        for each in chosen:
            site.note(site.items[each].kind, site.items[each].subject, unknown="timeout")

    less_known, known = report_on(more).score, report_on(some).score

    assert less_known.low <= known.low
    assert less_known.high >= known.high


def test_the_order_of_the_evidence_does_not_matter():
    file = on_one_parent().file()
    turned = msgspec.structs.replace(file, evidence=tuple(reversed(file.evidence)))

    assert msgspec.json.encode(analyse(turned, catalogue())) == msgspec.json.encode(analyse(file, catalogue()))


def test_an_operator_outside_the_catalogue_still_counts_as_one():
    site = in_pairs().web("www.steady.org", ("193.235.17.80", 64999)).front("www.steady.org")

    report = report_on(site)

    assert impacts(report, "unknown:as64999")["web"] == "down"


def test_two_origins_of_one_prefix_are_both_kept_and_either_is_enough():
    site = in_pairs().web("www.steady.org", ("193.235.17.80", 64999))
    site.note("origin", "193.235.17.80", Origin("193.235.16.0/22", (64999, 64998)))

    report = report_on(site)

    asns = [p.failure_domain.id for p in report.spofs if p.failure_domain.kind == "asn"]
    assert {"AS64998", "AS64999"} & set(asns) == set()
    assert "193.235.16.0/22" in [p.failure_domain.id for p in report.spofs if p.failure_domain.kind == "prefix"]


def test_a_holder_of_another_company_than_the_origin_is_kept_as_a_contradiction():
    site = in_pairs().web("www.steady.org", ("193.235.17.80", 16276))
    site.note(
        "owner", "193.235.17.80", Owner("rdap", "193.235.16.0", "193.235.19.255", organisation="Hetzner Online GmbH")
    )

    rows = [d for d in report_on(site).dependencies if d.subject == "www.steady.org 193.235.17.80"]

    row = next(each for each in rows if each.provider == "ovh")
    plain = in_pairs().web("www.steady.org", ("193.235.17.80", 16276))
    before = next(d for d in report_on(plain).dependencies if d.id == row.id)
    assert row.contradicts == ("owner:193.235.17.80",)
    assert row.against == ("organisation Hetzner Online GmbH: hetzner",)
    assert row.confidence < before.confidence


def test_no_mail_no_apps_and_no_tls_are_not_applicable():
    site = in_pairs().mail().apps()
    for address in ("88.198.77.11", "51.38.99.21"):
        site.note("tls", f"www.steady.org {address}", not_applicable="served over http only")

    report = report_on(site)

    for function in ("mail_receive", "mail_send", "install_ios", "install_android", "renew_certificate"):
        assert state(report, function) == "not_applicable"


def test_what_was_switched_off_is_not_assessed():
    site = in_pairs()
    site.options = ("no-http", "no-third-party")

    told = {each.what for each in report_on(site).not_assessed}

    assert "web answers, certificates, page and apps" in told
    assert "registrar, network owners and store listings" in told
    assert "payments" in told


def test_the_sentence_says_what_is_down_already():
    site = in_pairs()
    for host, (address, _) in {**NSONE, **GANDI_NS}.items():
        lame = ServerAnswer("steady.org", host, address, False, "REFUSED")
        site.note("server", f"steady.org {host} {address}", lame)
    for item in list(site.items.values()):
        if item.kind in (*RESOLVED, "nameservers") and item.subject.endswith("steady.org"):
            site.note(item.kind, item.subject, unknown="servfail")

    report = report_on(site)

    assert state(report, "resolve") == "down"
    assert "Not working now, as seen from here: name resolution" in report.summary
    assert "Not working now" not in report_on(in_pairs()).summary


def test_every_claim_points_to_evidence_that_is_there():
    for site in (on_one_parent(), in_pairs()):
        report = report_on(site)
        known = {each.id for each in report.evidence}
        for row in (*report.dependencies, *report.spofs, *(leg for f in report.functions for leg in f.legs)):
            assert set(row.because) <= known
        assert all(row.because for row in report.dependencies if row.role != "registry")


def test_the_interval_of_a_function_follows_its_own_legs():
    report = report_on(in_one_leg())
    scores = {each.id: each.score for each in report.functions}

    assert scores["web"].high < 15 < scores["resolve"].high < 55


def test_unknown_values_survive_in_the_report():
    site = in_pairs().note("caa", "www.steady.org", unknown="servfail")

    report = report_on(site)

    item = next(each for each in report.evidence if each.id == "caa:www.steady.org")
    assert item.unknown == Unknown("servfail")
    assert AMAZON_REGISTRAR[1] == "468"


def test_scripts_that_are_held_back_are_counted_and_their_hosts_told():
    held = tuple(PageResource(f"https://{host}/x.js", host, "script", False) for host in ("b.net", "a.net", "a.net"))
    site = in_pairs().note("page", "www.steady.org", Page("https://www.steady.org/", held_back=held))
    told = [each for each in report_on(site).not_assessed if "script" in each.what]

    assert [each.what for each in told] == ["3 held-back scripts"]
    assert told[0].why.endswith("a.net, b.net")
    assert not [each for each in report_on(in_pairs()).not_assessed if "script" in each.what]


def test_zones_that_nobody_followed_are_said_to_be_not_assessed():
    site = in_pairs()
    del site.items["zone:dns1.p01.nsone.net"]

    rows = [each.why for each in report_on(site).not_assessed if "far name servers" in each.what]

    assert rows == ["beyond the depth of this scan: dns1.p01.nsone.net; --depth goes further"]
    assert not any("far name servers" in each.what for each in report_on(in_pairs()).not_assessed)
