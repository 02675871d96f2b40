"""What a scenario, or somebody's leaving, means for one site: the rules of the clock, one table each."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest
from helpers import ROOT
from helpers.happenings import (
    HETZNER,
    HOSTING,
    OVH,
    PAGE_AT,
    RULES,
    SHIPPED,
    STANDBY,
    USUAL,
    WEB,
    down,
    dropped,
    event,
    fate,
    first,
    region,
    replayed,
    scenario,
    standing_by,
)
from helpers.sites import AMAZON_NS, AMAZON_REGISTRAR, AT, GANDI, NSONE, Site, in_one_leg, in_pairs

from hostaudit import api, audit
from hostaudit.analysis.whatif import replay
from hostaudit.documents.evidence_file import read_evidence
from hostaudit.model.report import Hours
from hostaudit.model.site import DeclaredFunction, DeclaredRecovery, Need
from hostaudit.model.values import Caa, Page, PageResource

EXAMPLES = ROOT / "examples"


# -- reach --------------------------------------------------------------------------------------------------


def test_a_name_that_its_registry_takes_is_replaced_by_another_one():
    answer = replayed(in_one_leg(), event("pir", "registry", "suspend", notice_hours=48.0))
    taken, told = RULES.recovery["name_taken"], fate(answer, "resolve").range

    assert (told.low, told.usual, told.high) == (taken.low, taken.usual, taken.high)
    assert {each.basis for each in fate(answer, "resolve").intervals} == {"estimated"}
    assert down(replayed(in_one_leg(), event("pir", "registry", "suspend", duration_hours=2.0)), "web") == 2


# -- last ---------------------------------------------------------------------------------------------------


def test_a_recorded_length_is_taken_as_it_is():
    answer = replayed(in_one_leg(), event("aws", "hosting", duration_hours=9.0))
    web = fate(answer, "web")

    assert (web.down_hours, web.range.low, web.range.high) == (9, 9, 9)
    (interval,) = (each for each in web.intervals if each.state == "down")
    assert (interval.from_hours, interval.to_hours, interval.basis) == (10, 19, "recorded")
    assert interval.because == ("aws",)


def test_an_unknown_length_is_estimated_low_usual_and_high():
    answer = replayed(in_one_leg(), event("aws", "hosting"), horizon=3000.0)
    web = fate(answer, "web")

    high = round(HOSTING.high + 60 / 3600, 3)
    assert (web.range.low, web.range.usual, web.range.high) == (HOSTING.low, USUAL, high)
    assert {each.basis for each in web.intervals} == {"estimated"}


def test_notice_is_time_to_work_in():
    answer = replayed(in_one_leg(), event("aws", "hosting", notice_hours=100.0))

    assert fate(answer, "web").range.low == 0
    assert down(answer, "web") == USUAL - 100
    assert answer.shortest_notice_hours == 100
    assert replayed(in_one_leg(), event("aws", "hosting", notice_hours=None)).shortest_notice_hours == 0


@pytest.mark.parametrize(("host", "hours", "basis"), [("aws", 840.0, "recorded"), ("hetzner", USUAL, "estimated")])
def test_who_took_the_victim_in_takes_in_nobody_else(host, hours, basis):
    site = in_one_leg()
    if host == "aws":
        site.web(WEB, ("54.189.10.21", 16509))
    events = (
        event("aws", "hosting", "suspend", at=50.0, id="cloud"),
        event("skysilk", "hosting", "accept", at=890.0, restores=("cloud",)),
    )
    answer = replayed(site, *events)

    assert down(answer, "web") == hours
    assert {each.basis for each in fate(answer, "web").intervals if each.state == "down"} == {basis}
    same = basis == "recorded"
    assert (answer.events[1].applies, answer.events[1].reason) == (
        "yes" if same else "no",
        "ended it in history" if same else "history; nobody knows who would accept you",
    )


def test_what_never_ends_lasts_to_the_end_of_the_clock():
    answer = replayed(in_one_leg(), event("aws", "hosting", duration_hours=9999.0), horizon=100.0)
    (interval,) = (each for each in fate(answer, "web").intervals if each.state == "down")

    assert (down(answer, "web"), interval.to_hours) == (90, None)


@pytest.mark.parametrize("grace", ["none", "ttl"])
@pytest.mark.parametrize("length", [2.0, 60.0])
def test_caches_hide_no_event_from_everybody(grace, length):
    answer = replayed(in_one_leg(), event("gandi", "registrar", "suspend", duration_hours=length, grace=grace))
    resolve = fate(answer, "resolve")

    assert (resolve.down_hours, resolve.intervals[0].from_hours) == (length, 10)
    assert resolve.time_to_impact == Hours(0, 24, 48)
    assert "First users notice at once; caches spare others for up to 2 days." in answer.summary


def test_what_else_an_account_holds_comes_back_by_itself_if_that_is_sooner():
    site = in_one_leg().name(GANDI, AMAZON_NS)
    for host, ip in (("steady.org", "54.189.10.20"), (WEB, "54.189.10.21")):
        site.web(host, (ip, 16509))
    own = RULES.recovery["dns"]
    for length, dns in ((840.0, own.usual + 24), (5.0, 5.0)):
        answer = replayed(site, event("aws", "hosting", "suspend", duration_hours=length))
        assert (down(answer, "web"), down(answer, "resolve")) == (length, dns)
        (interval,) = (each for each in fate(answer, "resolve").intervals if each.state == "down")
        assert interval.basis == "estimated"
        assert first(answer).reason.startswith("the recorded length is for host only; DNS in the same account")


def test_an_outage_is_of_all_that_the_product_carries():
    answer = replayed(in_one_leg(), event("hetzner", "hosting", "outage", scope="global", duration_hours=5.0))

    assert {each.basis for each in fate(answer, "web").intervals} == {"recorded"}
    assert first(answer).reason == ""


def test_who_takes_over_the_name_ends_its_part_of_the_loss():
    site = in_one_leg().name(AMAZON_REGISTRAR, NSONE)
    for host, ip in (("steady.org", "54.189.10.20"), (WEB, "54.189.10.21")):
        site.web(host, (ip, 16509))
    events = (
        event("aws", "hosting", "suspend", at=50.0, id="cloud"),
        event("epik", "registrar", "accept", at=60.0, restores=("cloud",)),
        event("skysilk", "hosting", "accept", at=890.0, restores=("cloud",)),
    )
    answer = replayed(site, *events)

    assert (down(answer, "resolve"), down(answer, "web")) == (10, 840)
    assert [each.reason for each in answer.events[1:]] == ["ended a part of it in history"] * 2


@pytest.mark.parametrize("function", ["resolve", "web"])
def test_who_ends_mail_ends_nothing_else_of_the_account(function):
    site = in_one_leg().name(GANDI, AMAZON_NS).mail(("inbound-smtp.us-west-2.amazonaws.com", "52.35.1.10", 16509))
    answer = replayed(site, event("microsoft-365", "mail", "suspend", duration_hours=192.0))

    assert (down(answer, "mail_receive"), down(answer, function)) == (192, 0)


def test_what_befell_a_whole_top_level_domain_is_not_asked_of_another():
    deleted = event("freenom", "registry", "delete", scope="tld", tld="ga", notice_hours=72.0)

    assert first(replayed(in_one_leg(), deleted, binding="role")).applies == "no"
    assert down(replayed(in_one_leg(), msgspec.structs.replace(deleted, tld="org")), "resolve") > 0


@pytest.mark.parametrize(
    ("action", "notice", "said"),
    [
        (
            "revoke",
            24.0,
            "you have 24 hours to reissue the certificates of Let's Encrypt (ISRG) before they are revoked",
        ),
        (
            "revoke",
            None,
            "you have no time to reissue the certificates of Let's Encrypt (ISRG) before they are revoked",
        ),
        ("distrust", 3300.0, "you have 138 days to take the next certificate from another authority"),
        ("refuse", 24.0, ""),
    ],
)
def test_an_event_about_certificates_says_what_to_do_and_by_when(action, notice, said):
    answer = replayed(in_one_leg(), event("digicert", "tls", action, notice_hours=notice))

    assert first(answer).to_do == said
    assert said[1:] in answer.summary


def test_what_lasts_only_at_worst_is_said_to_be_possible():
    answer = dropped(in_one_leg(), "hetzner", notice=500.0)
    web = fate(answer, "web")

    assert web.down_hours == 0 < web.range.high
    assert "steady.org may be down for up to" in answer.summary
    assert "goes down" not in answer.summary
    assert answer.before_the_next[0].startswith("there is no fallback for")
    assert "nothing that was assessed" in dropped(in_one_leg(), "hetzner", notice=3000.0).summary


@pytest.mark.parametrize("company", ["your-online", "ibm", "hetzner", "amazon", "google-play"])
@pytest.mark.parametrize("build", [in_one_leg, in_pairs, lambda: in_one_leg().name(AMAZON_REGISTRAR, AMAZON_NS)])
def test_a_report_and_a_leaving_agree_on_every_time_of_a_company(build, company):
    site = build()
    for point in audit.analyse(site.file(), RULES).spofs:
        if point.failure_domain.id == company:
            answer = dropped(site, company, kind=point.failure_domain.kind)
            for each in point.functions:
                told = fate(answer, each.id)
                if each.effect == "degraded":
                    assert told.degraded_hours == pytest.approx(each.time_to_recover_hours.usual, abs=0.002)
                    assert told.remains == each.remains
                else:
                    assert told.range == each.time_to_recover_hours
                    assert told.time_to_impact == each.time_to_impact


def test_what_is_degraded_is_not_down():
    answer = replayed(in_one_leg(), event("hetzner", "hosting", "degrade", duration_hours=6.0))
    web = fate(answer, "web")

    assert (web.down_hours, web.degraded_hours) == (0, 6)
    assert [(each.state, each.from_hours, each.to_hours) for each in web.intervals] == [("degraded", 10, 16)]
    assert web.assessed
    assert answer.longest_loss == answer.first_loss == ""


def test_one_of_two_legs_is_degraded_for_as_long():
    answer = replayed(in_pairs(), event("hetzner", "hosting", duration_hours=6.0, bind="literal"))
    web = fate(answer, "web")

    assert (web.down_hours, web.degraded_hours) == (0, 6)
    assert "ovh" in web.remains


def test_a_script_of_somebody_else_degrades_the_page():
    site = in_one_leg().note(
        "page", WEB, Page("https://x", (PageResource("https://j/x", "js.stripe.com", "script", True),))
    )
    site.note("resource", "js.stripe.com", absent="NODATA")
    answer = replayed(site, event("whoever", "third_party_js", "outage", duration_hours=3.0, bind="role"))

    assert first(answer).applies == "yes"
    assert (down(answer, "web"), fate(answer, "web").degraded_hours) == (0, 3)


def test_a_revoked_certificate_degrades_the_web_until_there_is_another():
    answer = replayed(in_one_leg(), event("digicert", "tls", "revoke", duration_hours=20.0))

    assert (down(answer, "web"), fate(answer, "web").degraded_hours) == (0, 20)
    assert fate(answer, "renew_certificate").effect == "cannot_renew"


def test_without_renewal_the_web_ends_with_its_certificate():
    left = 51 * 24.0  # from the evidence to notAfter
    answer = replayed(in_one_leg(), event("lets-encrypt", "tls", duration_hours=1500.0, at=0.0))
    (interval,) = (each for each in fate(answer, "web").intervals if each.state == "down")

    assert down(answer, "renew_certificate") == 1500
    assert (interval.from_hours, down(answer, "web")) == (left, 1500 - left)
    assert interval.because == ("lets-encrypt",)


def test_the_certificate_of_a_name_that_is_gone_does_not_stop_a_spare_name():
    site = in_pairs()
    spare = site.spare("steady.net", ("Namecheap", "1068"), AMAZON_NS, ("172.104.1.1", 63949))
    site.declare(spare_names=(spare,))
    hold = event("registry", "registry", "suspend", scope="customer", duration_hours=8000.0)
    answer = replayed(site, hold, horizon=9000.0)

    assert 0 < down(answer, "web") < 24 < 51 * 24 < down(answer, "renew_certificate")


def test_renewal_that_does_not_work_anyway_is_no_loss_by_what_happens():
    site = in_one_leg().note("tls", "www.steady.org 88.198.77.11", absent="no certificate was shown")
    site.note("caa", "www.steady.org", Caa("steady.org", ()))

    assert not fate(dropped(site, "fastmail"), "renew_certificate").assessed
    assert down(dropped(site, "fastmail"), "web") == 0


# -- fallbacks ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("notice", "hours"),
    [(0.0, 3 + 60 / 3600 / 2), (2.0, 1 + 60 / 3600 / 2), (29.0, 0.0)],
)
def test_notice_shortens_a_manual_switch(notice, hours):
    answer = replayed(standing_by(), event("hetzner", "hosting", notice_hours=notice))
    web = fate(answer, "web")

    assert web.down_hours == pytest.approx(hours, abs=0.001)
    assert web.via == (STANDBY.id,)
    (standby,) = answer.fallbacks
    assert (standby.grade, standby.ready_at_hours) == ("independent", pytest.approx(10 + hours, abs=0.001))
    assert {each.basis for each in web.intervals if each.state == "down"} <= {"declared"}


def test_an_automatic_standby_loses_nothing():
    answer = replayed(standing_by(activation="automatic", activation_hours=None), event("hetzner", "hosting"))

    assert down(answer, "web") == 0
    assert fate(answer, "web").via == (STANDBY.id,)


@pytest.mark.parametrize("binding", ["role", "literal"])
@pytest.mark.parametrize(("actor", "layer"), [("ns1", "dns"), ("gandi", "registrar")])
def test_a_spare_name_goes_with_those_on_whom_it_rests_too(actor, layer, binding):
    own, other = in_one_leg(), in_one_leg()
    own.declare(spare_names=(own.spare("steady.net", GANDI, NSONE, (PAGE_AT, OVH)),))
    elsewhere = {"ns-1.awsdns-00.com": AMAZON_NS["ns-1.awsdns-00.com"]}
    other.declare(spare_names=(other.spare("steady.net", ("Tucows", "69"), elsewhere, (PAGE_AT, OVH)),))
    strike = event(actor, layer, duration_hours=100.0)

    assert down(replayed(own, strike, binding=binding), "web") == 100
    assert down(replayed(other, strike, binding=binding), "web") == 3


def test_a_hold_on_one_name_leaves_the_spare_at_the_same_registrar():
    site = in_one_leg()
    site.declare(spare_names=(site.spare("steady.net", GANDI, NSONE, (PAGE_AT, OVH)),))

    assert down(replayed(site, event("gandi", "registrar", "suspend", duration_hours=100.0)), "web") == 3


# -- unseen -------------------------------------------------------------------------------------------------


def test_payments_are_assessed_once_they_are_declared():
    pay = DeclaredFunction("pay", (Need("payments", ("stripe",)),), requires=("web",))
    answer = replayed(in_one_leg().declare(functions=(pay,)), event("paypal", "payments", duration_hours=30.0))

    assert (first(answer).applies, first(answer).bound[0].provider) == ("yes", "stripe")
    assert (down(answer, "pay"), down(answer, "web")) == (30, 0)
    assert not any("payments" in each.what for each in answer.not_assessed)
    assert down(replayed(in_one_leg().declare(functions=(pay,)), event("aws", "hosting")), "pay") == USUAL


def test_either_of_two_declared_providers_keeps_a_function_up():
    pay = DeclaredFunction("pay", (Need("payments", ("stripe", "adyen")),))
    answer = replayed(in_one_leg().declare(functions=(pay,)), event("stripe", "payments"))

    assert down(answer, "pay") == 0


# -- the whole answer ---------------------------------------------------------------------------------------


def test_the_last_line_names_the_first_loss_the_longest_and_the_notice():
    events = (
        event("google-play", "app_store", at=0.0, platform="android", duration_hours=14448.0),
        event("aws", "hosting", at=56.0, notice_hours=29.0, duration_hours=840.0),
    )
    answer = replayed(in_one_leg(), *events, before="Have a second host.")

    assert (answer.first_loss, answer.longest_loss, answer.shortest_notice_hours) == (
        "install_android",
        "install_android",
        0,
    )
    assert fate(answer, "install_android").effect == "no_new_installs"
    assert answer.summary.startswith("In sample-2021: steady.org is down for 35 days; new Android installs stop for")
    assert (answer.events[1].at, answer.events[1].notice_hours) == ("2021-01-11T08:00:00Z", 29)
    assert answer.sources == {"s": "A paper https://paper.example/1"}
    assert "Have a second host." in answer.before_the_next
    assert (answer.history, answer.lesson) == ("It was away for a while.", "Have another.")


def test_what_is_degraded_first_is_not_the_first_loss():
    events = (
        event("ns1", "dns", "outage", at=0.0, duration_hours=5.0),
        event("hetzner", "hosting", at=10.0, duration_hours=5.0),
        event("gandi", "registrar", at=20.0, duration_hours=5.0),
    )
    site = in_one_leg().name(("Tucows", "69"), {**NSONE, **AMAZON_NS})
    answer = replayed(site, *events)

    assert fate(answer, "resolve").intervals[0].state == "degraded"
    assert down(answer, "resolve") == down(answer, "web") - 5 == 5
    assert answer.first_loss == "install_android"


def test_the_same_evidence_gives_the_same_bytes():
    file = standing_by().file()
    rows = (event("hetzner", "hosting"), event("twilio", "messaging"))
    found = set()
    for items in (file.evidence, file.evidence[::-1]):
        case = audit.understand(msgspec.structs.replace(file, evidence=items), RULES)
        found.add(msgspec.json.encode(replay.replay(case, scenario(*rows))))
        found.add(msgspec.json.encode(replay.replay(case, scenario(*rows))))

    assert len(found) == 1


def test_the_matrix_has_a_row_for_each_scenario_and_no_number_where_it_knows_none():
    case = audit.understand(in_one_leg().note("mx", "steady.org", unknown="timeout").file(), RULES)
    rows = (
        scenario(event("aws", "hosting", duration_hours=9.0)),
        msgspec.structs.replace(scenario(event("fastly", "cdn")), id="other"),
    )
    found = replay.matrix(case, rows)

    assert [(row.scenario, row.applies) for row in found.rows] == [("sample-2021", True), ("other", False)]
    assert found.rows[0].down_hours["web"] == 9
    assert found.rows[0].down_hours["mail_receive"] is None
    assert set(found.functions) == set(found.rows[0].down_hours)


# -- somebody leaves ----------------------------------------------------------------------------------------


def test_two_together_take_down_what_neither_does_alone():
    alone = [down(dropped(in_pairs(), each), "web") for each in ("hetzner", "ovh")]
    both = dropped(in_pairs(), "hetzner", "ovh")

    assert alone == [0, 0]
    assert down(both, "web") == USUAL
    assert both.id == "hetzner+ovh"
    assert both.summary.startswith("If Hetzner and OVHcloud end service: steady.org")
    assert both == dropped(in_pairs(), "hetzner", "ovh", "hetzner")


def test_two_who_leave_together_never_cost_less_than_one_of_them():
    spared = Site("steady.org").name(("Tucows", "69"), {"ns-513.awsdns-00.net": ("205.251.194.1", 16509)})
    spared.web("www.steady.org", ("88.198.77.11", HETZNER)).front("www.steady.org").caa().mail().apps()
    spared.declare(spare_names=(spared.spare("steady.se", GANDI, NSONE, (PAGE_AT, OVH)),))

    alone = down(dropped(spared, "tucows"), "web")

    assert alone == 3
    assert down(dropped(spared, "tucows", "verisign"), "web") >= alone


def test_notice_shortens_what_a_leaving_costs():
    assert down(dropped(in_one_leg(), "hetzner", notice=24.0), "web") == USUAL - 24
    assert down(dropped(standing_by(), "hetzner"), "web") == pytest.approx(3, abs=0.01)
    assert down(dropped(standing_by(), "hetzner", notice=24.0), "web") == 0


def test_a_cached_delegation_keeps_a_name_alive_for_some_users_only():
    resolve = fate(dropped(in_one_leg(), "your-online"), "resolve")

    assert resolve.intervals[0].from_hours == 0
    assert resolve.time_to_impact == Hours(0, 24, 48)


def test_a_zone_is_not_moved_while_its_registrar_is_gone():
    answer = dropped(in_one_leg().name(AMAZON_REGISTRAR, AMAZON_NS), "amazon")
    (interval,) = fate(answer, "resolve").intervals
    registrar = RULES.recovery["registrar"]

    assert (interval.from_hours, interval.to_hours) == (0, registrar.usual + 24)
    assert fate(answer, "resolve").range.high == registrar.high + 48


def test_dns_of_two_operators_survives_either():
    site = in_one_leg().name(GANDI, {**NSONE, **AMAZON_NS})

    assert down(dropped(site, "ns1"), "resolve") == down(dropped(site, "aws", kind="provider"), "resolve") == 0
    assert fate(dropped(site, "ibm"), "resolve").degraded_hours > 0


def test_a_report_and_a_leaving_tell_the_same_hours():
    site = standing_by()
    report = audit.analyse(site.file(), RULES)
    for point in report.spofs:
        if (point.failure_domain.kind, point.failure_domain.id) in {("parent", "hetzner"), ("provider", "fastmail")}:
            answer = dropped(site, point.failure_domain.id, kind=point.failure_domain.kind)
            for each in point.functions:
                if each.effect != "degraded":
                    told = fate(answer, each.id).range
                    for end in ("low", "usual", "high"):
                        assert getattr(told, end) == pytest.approx(getattr(each.time_to_recover_hours, end), abs=0.002)


@pytest.mark.parametrize("example", ["parler-2021", "history/zoom-2025", "history/wikileaks-2010"])
def test_what_a_report_calls_degraded_is_what_a_leaving_degrades(example):
    file = read_evidence(str(EXAMPLES / example / "evidence.json"))
    case = audit.understand(file, SHIPPED)
    for point in audit.analyse(file, SHIPPED).spofs:
        answer = replay.drop(case, [point.failure_domain.id], kind=point.failure_domain.kind)
        for each in point.functions:
            told = fate(answer, each.id)
            if each.effect == "degraded":
                assert told.down_hours == 0 < told.degraded_hours, (point.failure_domain, told)
            else:
                assert told.down_hours > 0, (point.failure_domain, told)


def test_a_span_that_nothing_in_the_story_caused_is_measured():
    site = in_one_leg().note("delegation", "steady.org", absent="NXDOMAIN")
    (interval,) = fate(replayed(site, event("fastmail", "mail")), "resolve").intervals

    assert (interval.basis, interval.because, interval.from_hours, interval.to_hours) == ("measured", (), 0, None)


def test_a_doubtful_event_that_only_degrades_leaves_a_function_unassessed():
    strike = event("harbour", "hosting", "degrade", scope="region", region="north-1", duration_hours=7.0)

    assert not fate(replayed(region(), strike), "web").assessed
    assert fate(replayed(region("north-1"), strike), "web").assessed


@pytest.mark.parametrize(
    ("who", "layer", "ready", "needed"),
    [("hetzner", "hosting", True, True), ("fastmail", "mail", False, False)],
)
def test_a_fallback_is_needed_while_what_it_backs_up_is_gone(who, layer, ready, needed):
    (standby,) = replayed(standing_by(), event(who, layer)).fallbacks

    assert (standby.ready_at_hours is not None, standby.needed) == (ready, needed)


def test_advice_names_first_what_others_rest_on_and_nothing_twice():
    alone = dropped(in_one_leg(), "hetzner").before_the_next
    backed = dropped(standing_by(), "hetzner").before_the_next

    assert alone[0] == "there is no fallback for steady.org: see hostaudit fallbacks steady.org"
    assert len(set(backed)) == len(backed)


def with_recovery(site, days=10, **hours):
    tested = (date.fromisoformat(AT[:10]) - timedelta(days=days)).isoformat()
    return site.declare(recovery={role: DeclaredRecovery(each, tested) for role, each in hours.items()}).file()


def of(answer, identity):
    return next(each for each in answer.functions if each.id == identity)


def test_a_declared_recovery_has_hours_of_its_own_and_all_others_stay():
    before = api.whatif(in_one_leg().file(), drop="hetzner")
    after = api.whatif(with_recovery(in_one_leg(), hosting=4.0), drop="hetzner")

    assert of(after, "web").declared_hours == pytest.approx(4, abs=0.1)
    assert of(after, "mail_receive").declared_hours is msgspec.UNSET
    assert "If the declared recovery holds: steady.org" in after.summary
    assert after.recoveries[0].state == "counts"
    for was, now in zip(before.functions, after.functions, strict=True):
        assert msgspec.structs.replace(now, declared_hours=msgspec.UNSET) == was


def test_a_declared_recovery_that_notice_covers_leaves_no_outage():
    answer = api.whatif(with_recovery(in_one_leg(), hosting=4.0), drop="hetzner", notice_hours=48)

    assert of(answer, "web").declared_hours < 0.1
    assert of(answer, "web").down_hours > 200


@pytest.mark.parametrize("change", [{"days": 400, "hosting": 4.0}, {"days": -5, "hosting": 4.0}, {"hosting": 500.0}])
def test_a_declared_recovery_that_counts_nothing_leaves_all_hours(change):
    answer = api.whatif(with_recovery(in_one_leg(), **change), drop="hetzner")

    assert of(answer, "web").declared_hours is msgspec.UNSET
    assert "declared" not in answer.summary
    assert answer.recoveries[0].state != "counts"


def test_in_a_scenario_it_shortens_the_layers_that_it_is_about():
    answer = api.whatif(with_recovery(in_one_leg(), hosting=40.0), scenario="parler-2021")

    assert of(answer, "web").declared_hours < 24 < of(answer, "web").down_hours
    assert all(of(answer, each).declared_hours is msgspec.UNSET for each in ("install_ios", "install_android"))
    assert of(answer, "web").intervals == of(api.whatif(in_one_leg().file(), scenario="parler-2021"), "web").intervals


def test_the_table_of_all_scenarios_has_both():
    row = next(
        each for each in api.matrix(with_recovery(in_one_leg(), hosting=40.0)).rows if each.scenario == "parler-2021"
    )

    assert row.declared_hours["web"] < row.down_hours["web"]
