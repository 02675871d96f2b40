"""From evidence to verdict, on hand-made sites: the rules of truth, one test each."""

from __future__ import annotations

import msgspec
import pytest
from helpers.reports import catalogue, parents, report_on
from helpers.sites import AMAZON_NS, AMAZON_REGISTRAR, GANDI, GANDI_NS, NSONE, Site, in_pairs, on_one_parent
from hypothesis import given, settings
from hypothesis import strategies as st

from hostaudit.audit import analyse
from hostaudit.model.evidence import Unknown
from hostaudit.model.report import Report
from hostaudit.model.values import (
    Addresses,
    Caa,
    FrontPage,
    Listing,
    NameServers,
    Origin,
    Owner,
    Page,
    PageResource,
    Registration,
    ServerAnswer,
    Spf,
    WebApp,
)


def state(report: Report, function: str) -> str:
    return next(each.state for each in report.functions if each.id == function)


def impacts(report: Report, parent: str) -> dict[str, str]:
    point = next(p for p in report.spofs if (p.failure_domain.kind, p.failure_domain.id) == ("parent", parent))
    return {each.id: each.effect for each in point.functions}


def test_a_site_wholly_on_one_parent_names_it_first_and_scores_below_fifteen():
    report = report_on(on_one_parent())

    assert parents(report)[0] == "amazon"
    assert report.score.high < 15
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
    assert "no look-up was answered" in report.summary
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


def test_an_unknown_delegation_makes_moving_the_zone_no_quicker():
    some = in_pairs().note("origin", "173.246.100.11", unknown="timeout")
    more = (
        in_pairs()
        .note("origin", "173.246.100.11", unknown="timeout")
        .note("delegation", "steady.org", unknown="timeout")
    )

    assert report_on(more).score.low <= report_on(some).score.low


@settings(max_examples=60)
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


def test_a_hidden_origin_is_unknown_and_said():
    site = in_pairs().web("www.steady.org", ("104.17.20.30", 13335), headers=(("cf-ray", "60aa1122bb33cc44-ARN"),))

    report = report_on(site)

    hidden = [each for each in report.unknowns if each.cause == "hidden_behind_cdn"]
    assert [(each.role, each.subject) for each in hidden] == [("origin", "www.steady.org 104.17.20.30")]
    assert "cloudflare" in parents(report)


def test_a_vanity_name_server_is_attributed_by_its_address():
    vanity = {"ns1.steady.org": ("198.51.44.9", 62597), "ns2.steady.org": ("198.51.45.9", 62597)}
    report = report_on(in_pairs().name(GANDI, vanity))

    row = next(each for each in report.dependencies if each.subject == "ns1.steady.org" and each.role == "dns")

    assert (row.provider, row.parent) == ("ns1", "ibm")
    assert any("private" in clue for clue in row.clues)
    assert impacts(report, "ibm")["resolve"] == "down"


def test_a_lame_name_server_is_no_leg_and_a_silent_one_is_an_unknown_leg():
    lame = in_pairs()
    lame.note(
        "server",
        "steady.org dns1.p01.nsone.net 198.51.44.1",
        ServerAnswer("steady.org", "dns1.p01.nsone.net", "198.51.44.1", False, "REFUSED"),
    )
    silent = in_pairs().note("server", "steady.org dns1.p01.nsone.net 198.51.44.1", unknown="timeout")

    broken, quiet = report_on(lame), report_on(silent)

    assert impacts(broken, "your-online")["resolve"] == "down"
    assert state(broken, "resolve") == "degraded"
    assert quiet.score.low < report_on(in_pairs()).score.low
    assert quiet.score.high == report_on(in_pairs()).score.high


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


def test_caa_decides_whether_another_authority_can_stand_in():
    free = report_on(in_pairs())
    bound = report_on(in_pairs().caa("letsencrypt.org"))
    pair = report_on(in_pairs().caa("letsencrypt.org", "sectigo.com"))
    nobody = in_pairs()
    for host in nobody.target.hosts:
        nobody.note("caa", host, Caa("steady.org", ()))

    assert "isrg" not in parents(free)
    assert impacts(bound, "isrg") == {"renew_certificate": "cannot_renew"}
    assert "isrg" not in parents(pair)
    assert state(report_on(nobody), "renew_certificate") == "down"
    point = next(p for p in bound.spofs if p.failure_domain.id == "isrg" and p.failure_domain.kind == "parent")
    assert point.functions[0].time_to_impact_hours == pytest.approx(51 * 24)


def test_loss_of_a_store_is_no_new_installs_and_a_web_app_stands_in():
    shut = on_one_parent().note("listing", "google-play com.captive", absent="404")
    app = on_one_parent()
    app.note("web_app", "www.captive.com", WebApp("https://www.captive.com/m.json", True))
    app.note("listing", "f-droid com.captive", Listing("f-droid", "com.captive", "android"))

    assert state(report_on(shut), "install_android") == "down"
    report = report_on(app)
    assert "apple" not in parents(report)
    assert "alphabet" not in parents(report)
    assert [each.provider for each in report.fallbacks] == ["f-droid", "web app at www.captive.com"]


def test_a_store_that_did_not_answer_is_an_unknown_leg_never_a_missing_one():
    site = on_one_parent().note("listing", "f-droid com.captive", unknown="rate_limited")

    report = report_on(site)

    assert state(report, "install_android") == "up"
    assert "alphabet" not in parents(report)
    assert report.score.low <= report_on(on_one_parent()).score.low


def test_a_front_page_elsewhere_or_unseen_leaves_the_web_open():
    foreign = in_pairs().note("front", "steady.org", FrontPage("https://else.net/", "else.net", 200))
    unseen = in_pairs().note("front", "steady.org", unknown="timeout")
    broken = in_pairs().note("front", "steady.org", FrontPage("https://www.steady.org/", "www.steady.org", 503))

    for site in (foreign, unseen, broken):
        report = report_on(site)
        assert state(report, "web") == "unknown"
        assert report.verdict == "inconclusive"
    web = next(f for f in report_on(foreign).functions if f.id == "web")
    assert "--host else.net" in web.note


def test_named_hosts_are_functions_of_their_own():
    site = Site("captive.com", named=("api.captive.com",))
    site.items.update(on_one_parent().items)
    site.web("api.captive.com", ("54.190.4.4", 16509))

    report = report_on(site)

    assert impacts(report, "amazon")["web:api.captive.com"] == "down"
    assert "api.captive.com" in report.summary


def test_no_mail_no_apps_and_no_tls_are_not_applicable():
    site = in_pairs().mail().apps()
    for address in ("88.198.77.11", "51.38.99.21"):
        site.note("tls", f"www.steady.org {address}", not_applicable="served over http only")

    report = report_on(site)

    for function in ("mail_receive", "mail_send", "install_ios", "install_android", "renew_certificate"):
        assert state(report, function) == "not_applicable"


def test_senders_are_alternatives_and_addresses_of_an_spf_record_count():
    site = in_pairs().note(
        "spf", "steady.org", Spf("v=spf1 ...", ("amazonses.com",), ("88.198.77.25", "51.38.99.0/24"), True, True)
    )
    site.note("origin", "51.38.99.0", Origin("51.38.0.0/16", (16276,)))
    alone = in_pairs().note("spf", "steady.org", Spf("v=spf1 ...", (), ("193.235.17.9",)))
    nobody = in_pairs().note("spf", "steady.org", Spf("v=spf1 -all"))

    assert "amazon" not in parents(report_on(site))
    assert state(report_on(alone), "mail_send") == "unknown"
    assert state(report_on(nobody), "mail_send") == "not_applicable"


def test_a_script_that_the_page_waits_for_degrades_it_only():
    page = Page(
        "https://www.steady.org/", (PageResource("https://cdn.jsdelivr.net/x.js", "cdn.jsdelivr.net", "script", True),)
    )
    site = in_pairs().note("page", "www.steady.org", page)
    site.note("resource", "cdn.jsdelivr.net", Addresses((), ("193.235.17.80",), 60))

    report = report_on(site)

    row = next(each for each in report.dependencies if each.role == "page")
    assert row.subject == "cdn.jsdelivr.net"
    assert report.score == report_on(in_pairs()).score


def test_a_registrar_that_is_not_published_is_uncertain():
    site = in_pairs().note("registration", "steady.org", Registration("whois"))

    report = report_on(site)

    row = next(each for each in report.dependencies if each.role == "registrar" and each.subject == "steady.org")
    assert row.provider == "unknown:registrar-of-steady.org"
    assert row.confidence == 0


def test_what_was_switched_off_is_not_assessed():
    site = in_pairs()
    site.options = ("no-http", "no-third-party")

    told = {each.what for each in report_on(site).not_assessed}

    assert "web answers, certificates, page and apps" in told
    assert "registrar, network owners and store listings" in told
    assert "payments" in told


def test_name_servers_that_only_the_child_names_are_legs_too():
    site = in_pairs().name(GANDI, NSONE)
    site.note("nameservers", "steady.org", NameServers(("dns1.p01.nsone.net", "ns-10-a.gandi.net"), 60))
    site.address("ns-10-a.gandi.net", GANDI_NS["ns-10-a.gandi.net"])

    assert "ibm" not in parents(report_on(site))


def test_name_servers_that_the_registry_shows_are_legs_although_the_zone_cuts_are_open():
    report = report_on(on_one_parent().note("zone", "captive.com", unknown="servfail"))

    resolve = next(each for each in report.functions if each.id == "resolve")
    assert [leg.subject for leg in resolve.legs] == [f"captive.com {host}" for host in AMAZON_NS]
    assert all(leg.state == "known" for leg in resolve.legs)
    assert (resolve.state, report.verdict) == ("unknown", "inconclusive")


def test_the_sentence_says_what_is_down_already():
    site = in_pairs()
    for host, (address, _) in {**NSONE, **GANDI_NS}.items():
        lame = ServerAnswer("steady.org", host, address, False, "REFUSED")
        site.note("server", f"steady.org {host} {address}", lame)

    report = report_on(site)

    assert (state(report, "resolve"), state(report, "web")) == ("down", "down")
    assert report.summary.startswith("Not working now, as seen from here: name resolution, steady.org")
    assert "Not working now" not in report_on(in_pairs()).summary


def test_every_claim_points_to_evidence_that_is_there():
    for site in (on_one_parent(), in_pairs()):
        report = report_on(site)
        known = {each.id for each in report.evidence}
        for row in (*report.dependencies, *report.spofs, *(leg for f in report.functions for leg in f.legs)):
            assert set(row.because) <= known
        assert all(row.because for row in report.dependencies if row.role != "registry")


def test_the_interval_of_a_function_follows_its_own_legs():
    report = report_on(on_one_parent())
    scores = {each.id: each.score for each in report.functions}

    assert scores["web"].high < 5
    assert 0 < scores["resolve"].low < 50


def test_unknown_values_survive_in_the_report():
    site = in_pairs().note("caa", "www.steady.org", unknown="servfail")

    report = report_on(site)

    item = next(each for each in report.evidence if each.id == "caa:www.steady.org")
    assert item.unknown == Unknown("servfail")
    assert AMAZON_REGISTRAR[1] == "468"


def test_an_include_that_could_not_be_read_may_be_anybody():
    site = in_pairs().note("spf", "steady.org", Spf("v=spf1 ...", ("amazonses.com",)))
    known = report_on(site)
    site.note("spf", "amazonses.com", unknown="servfail")

    assert "amazon" in parents(known)
    assert "amazon" not in parents(report_on(site))
    assert report_on(site).score.low <= known.score.low


def test_a_source_that_gave_no_answer_may_name_further_apps():
    from hostaudit.model.values import AppLinks, AppRef

    site = on_one_parent()
    apps = (AppRef("ios", "apple-app-store", "1", "page"),)
    site.note("apps", "captive.com", AppLinks(apps, unread=("assetlinks.json",)))

    report = report_on(site)

    assert state(report, "install_android") == "unknown"
    assert "apple" not in parents(report)
    assert report.score.low <= report_on(on_one_parent()).score.low


def test_servers_that_the_site_runs_itself_are_as_strong_as_their_networks():
    own = {"ns1.steady.org": ("88.198.1.1", 24940), "ns2.steady.org": ("193.235.17.1", 64999)}
    report = report_on(in_pairs().name(GANDI, own))

    rows = {each.subject: each.provider for each in report.dependencies if each.role == "dns"}
    assert rows == {"ns1.steady.org": "hetzner", "ns2.steady.org": "unknown:as64999"}
    assert "resolve" not in impacts_anywhere(report)


def impacts_anywhere(report: Report) -> set[str]:
    strong = [p for p in report.spofs if p.failure_domain.kind == "parent" and not p.name_only]
    return {each.id for point in strong for each in point.functions if each.effect == "down"}


def test_a_dkim_key_at_a_service_makes_it_a_sender():
    from hostaudit.model.values import Dkim

    key = "s1._domainkey.steady.org"
    signed = in_pairs().note("dkim", key, Dkim("s1", "s1.domainkey.u1.wl.sendgrid.net"))
    silent = in_pairs().note("dkim", key, unknown="timeout")
    own = in_pairs().note("dkim", key, Dkim("s1"))

    report = report_on(signed)
    assert impacts(report, "twilio")["mail_send"] == "down"
    assert state(report_on(silent), "mail_send") == "unknown"
    assert report_on(silent).score.low <= report.score.low
    assert report_on(silent).score.high >= report.score.high
    assert state(report_on(own), "mail_send") == "not_applicable"


def test_the_host_that_serves_the_front_page_counts_wherever_it_is():
    site = in_pairs().front("www.elsewhere.net")
    site.web("www.elsewhere.net", ("104.17.20.30", 13335), headers=(("cf-ray", "60aa1122bb33cc44-ARN"),))
    site.note("caa", "www.elsewhere.net", absent="no CAA")

    report = report_on(site)

    assert impacts(report, "cloudflare")["web"] == "down"
    assert impacts(report, "cloudflare")["install_ios"] == "no_new_installs"
    assert next(f for f in report.functions if f.id == "web").legs[0].subject == "www.elsewhere.net 104.17.20.30"
    assert report.verdict == "not_judged"


def test_without_the_front_page_its_candidates_are_named_but_not_hoped_away():
    site = on_one_parent().note("front", "captive.com", unknown="not_asked")

    report = report_on(site)

    assert impacts(report, "amazon")["web"] == "down"
    assert report.verdict == "inconclusive"
    assert report.score.high > report_on(on_one_parent()).score.high


def test_zones_that_nobody_followed_are_said_to_be_not_assessed():
    site = in_pairs()
    del site.items["zone:dns1.p01.nsone.net"]

    rows = [each.why for each in report_on(site).not_assessed if "far name servers" in each.what]

    assert rows == ["beyond the depth of this scan: dns1.p01.nsone.net; --depth goes further"]
    assert not any("far name servers" in each.what for each in report_on(in_pairs()).not_assessed)
