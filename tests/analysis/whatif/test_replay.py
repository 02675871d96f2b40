"""What a scenario, or somebody's leaving, means for one site: the rules of the clock, one table each."""

from __future__ import annotations

import msgspec
import pytest
from helpers import ROOT
from helpers.sites import AMAZON_NS, AMAZON_REGISTRAR, GANDI, NSONE, Site, in_one_leg, in_pairs

from hostaudit import audit
from hostaudit.analysis.whatif import binding, replay
from hostaudit.documents import rules
from hostaudit.documents.evidence_file import read_evidence
from hostaudit.errors import UsageError
from hostaudit.model.rules import Provider, Samples, Upstream
from hostaudit.model.scenario import Event, Scenario, SourceText
from hostaudit.model.site import DeclaredFallback, DeclaredFunction, Need, Place
from hostaudit.model.values import Caa, Page, PageResource, Registration
from hostaudit.model.whatif import WhatIf

EXAMPLES = ROOT / "examples"
SHIPPED = rules.shipped()
MADE_UP = (
    Provider("harbour", "Harbour", ("hosting",), Samples(()), asns=(64600,), cname=("harbour.example",),
             regions=(r".+\.([a-z]+-\d)\.harbour\.example",), jurisdiction="SE"),
    Provider("harbour-mail", "Harbour Mail", ("mail",), Samples(()), parent="harbour", mx=("mail.harbour.example",),
             account="harbour"),
    Provider("shed", "Shed", ("hosting",), Samples(()), asns=(64601,),
             depends_on=(Upstream("harbour", "its status page"),)),
)  # fmt: skip
RULES = msgspec.structs.replace(SHIPPED, version="made up for tests", providers=(*SHIPPED.providers, *MADE_UP))
HOSTING = RULES.recovery["hosting"]
USUAL = round(HOSTING.usual + 60 / 3600 / 2, 3)
"""Another host, and half the TTL of the addresses, in hours."""

HETZNER, OVH = 24940, 16276
WEB = "www.steady.org"
PAGE_AT = "51.38.99.20"
STANDBY = DeclaredFallback("hosting", "ovh", address=PAGE_AT, activation_hours=3.0)


def event(actor: str, layer: str, action: str = "terminate", at: float = 10.0, **more) -> Event:
    return Event(more.pop("id", actor), actor, layer, action, at, ("s",), **more)


def scenario(*events: Event, kind: str = "provider_action", horizon: float = 2000.0, **more) -> Scenario:
    return Scenario(
        id="sample-2021",
        title="Somebody leaves",
        kind=kind,
        cause="policy",
        t0="2021-01-09T00:00:00Z",
        horizon_hours=horizon,
        verified_on="2026-11-20",
        confidence="high",
        outcome="It was away for a while.",
        lesson="Have another.",
        sources={"s": SourceText("A paper", "https://paper.example/1")},
        events=events,
        **more,
    )


def replayed(site: Site, *events: Event, binding: str = "", renamed=None, **more) -> WhatIf:
    case = audit.understand(site.file(), RULES)
    return replay.replay(case, scenario(*events, **more), binding=binding, renamed=renamed)


def dropped(site: Site, *what: str, **more) -> WhatIf:
    return replay.drop(audit.understand(site.file(), RULES), what, **more)


def fate(answer: WhatIf, function: str):
    return next(each for each in answer.functions if each.id == function)


def down(answer: WhatIf, function: str) -> float:
    return fate(answer, function).down_hours


def first(answer: WhatIf):
    return answer.events[0]


def standing_by(**more) -> Site:
    """Web at one company, a proved standby at another."""
    site = in_one_leg().standby_page(WEB, (PAGE_AT, OVH))
    return site.declare(msgspec.structs.replace(STANDBY, **more))


# -- bind ---------------------------------------------------------------------------------------------------


def test_a_role_means_whoever_fills_it_and_a_literal_event_only_its_actor():
    by_role = replayed(in_one_leg(), event("aws", "hosting"))
    literal = replayed(in_one_leg(), event("aws", "hosting"), binding="literal")

    assert (by_role.binding, first(by_role).applies) == ("role", "yes")
    assert [(each.kind, each.id, each.name) for each in first(by_role).bound] == [("account", "hetzner", "Hetzner")]
    assert set(first(by_role).functions) == {"web", "install_ios", "install_android"}
    assert down(by_role, "web") == USUAL
    assert (literal.binding, first(literal).applies, first(literal).bound) == ("literal", "no", ())
    assert first(literal).reason == "nothing that was seen of the site rests on Amazon Web Services for that"
    assert down(literal, "web") == 0


@pytest.mark.parametrize(
    ("kind", "of_scenario", "of_event", "applies"),
    [
        ("provider_action", "", "", "yes"),
        ("technical_outage", "", "", "no"),
        ("technical_outage", "role", "", "yes"),
        ("provider_action", "literal", "", "no"),
        ("technical_outage", "", "role", "yes"),
        ("provider_action", "", "literal", "no"),
    ],
)
def test_how_an_event_binds_if_it_does_not_say(kind, of_scenario, of_event, applies):
    answer = replayed(in_one_leg(), event("aws", "hosting", bind=of_event), kind=kind, bind=of_scenario)

    assert first(answer).applies == applies


@pytest.mark.parametrize(
    ("layer", "platform", "bound", "lost"),
    [
        ("registrar", "", "gandi", {"resolve", "web", "mail_receive", "install_ios", "renew_certificate"}),
        ("dns", "", "ns1", {"resolve", "web", "mail_receive"}),
        ("hosting", "", "hetzner", {"web", "install_ios", "install_android"}),
        ("mail", "", "fastmail", {"mail_receive"}),
        ("tls", "", "lets-encrypt", {"renew_certificate"}),
        ("app_store", "ios", "apple-app-store", {"install_ios"}),
        ("app_store", "android", "google-play", {"install_android"}),
    ],
)
def test_every_layer_finds_its_role(layer, platform, bound, lost):
    answer = replayed(in_one_leg(), event("whoever", layer, platform=platform, duration_hours=5.0))

    assert first(answer).bound[0].provider == bound
    assert lost <= {each.id for each in answer.functions if each.down_hours > 0}
    assert ("web" in lost) == (down(answer, "web") > 0)


def test_the_worst_of_several_fills_the_role_unless_the_record_names_one_of_them():
    site = in_one_leg()
    site.web("steady.org", ("51.38.99.9", OVH))

    worst = first(replayed(site, event("aws", "hosting")))
    named = first(replayed(site, event("ovh", "hosting")))

    assert (worst.bound[0].provider, worst.bound[0].one_of) == ("hetzner", 2)
    assert (named.bound[0].provider, named.bound[0].one_of) == ("ovh", 2)


def test_who_stands_by_fills_no_role_even_if_the_record_names_them():
    answer = replayed(standing_by(), event("ovh", "hosting", duration_hours=100.0))

    assert [(each.id, each.one_of) for each in first(answer).bound] == [("hetzner", 1)]
    assert down(answer, "web") == pytest.approx(3, abs=0.01)


def test_a_mapping_says_who_is_meant():
    site = in_one_leg()
    site.web("steady.org", ("51.38.99.9", OVH))
    answer = replayed(site, event("aws", "hosting"), renamed={"aws": "ovh"})

    assert (first(answer).bound[0].id, first(answer).reason) == ("ovh", "as told with --as")
    assert down(answer, "web") == 0


def test_whoever_took_the_victim_in_does_not_take_in_who_is_mapped_to_it():
    events = (event("aws", "hosting"), event("skysilk", "hosting", "accept", at=900.0, restores=("aws",)))

    assert down(replayed(in_one_leg(), *events, renamed={"aws": "hetzner"}), "web") == USUAL


@pytest.mark.parametrize(
    ("renamed", "message", "hint"),
    [
        ({"azure": "hetzner"}, "--as azure=hetzner: sample-2021 has no azure", "it has: aws"),
        ({"aws": "njalla"}, "--as aws=njalla: the site does not use njalla", "the site uses: apple-app-store"),
    ],
)
def test_a_mapping_that_means_nothing_here_is_refused(renamed, message, hint):
    with pytest.raises(UsageError) as refused:
        replayed(in_one_leg(), event("aws", "hosting"), event("njalla", "hosting", "refuse"), renamed=renamed)

    assert refused.value.message == message
    assert refused.value.hint.startswith(hint)


@pytest.mark.parametrize(
    ("events", "applies", "reason"),
    [
        (event("google-play", "app_store", platform="android"), "no", "nobody fills the role android app store"),
        (event("fastly", "cdn", "outage", bind="literal"), "no", "nothing that was seen of the site rests on Fastly"),
        (event("fastly", "cdn", "outage", bind="role"), "no", "nobody fills the role cdn at this site"),
        (event("denic", "registry", "outage", scope="tld", tld="de", bind="literal"), "no", "lies under .de"),
        (event("stripe", "payments"), "not_assessed", "payments cannot be seen from outside; declare it"),
        (event("twilio", "messaging", bind="literal"), "not_assessed", "messaging cannot be seen from outside"),
        (event("cogent", "ip_transit"), "not_assessed", "who carries the traffic of a network cannot be seen"),
        (event("circleci", "ci_deploy"), "not_assessed", "ci_deploy cannot be seen from outside"),
    ],
)
def test_an_event_that_binds_to_nothing_is_listed_with_the_reason(events, applies, reason):
    answer = replayed(in_one_leg().apps(), events)

    assert (first(answer).applies, first(answer).bound, first(answer).functions) == (applies, (), ())
    assert reason in first(answer).reason
    assert all(each.down_hours == 0 for each in answer.functions)
    listed = {each.what for each in answer.not_assessed}
    assert (f"{events.actor} ({events.id})" in listed) == (applies == "not_assessed")


def test_an_origin_that_a_content_network_hides_is_not_assessed():
    site = in_one_leg()
    for host, ip in (("steady.org", "104.16.1.1"), (WEB, "104.16.1.2")):
        site.web(host, (ip, 13335), headers=(("server", "cloudflare"),))
    answer = replayed(site, event("aws", "hosting"))

    assert first(answer).applies == "not_assessed"
    assert first(answer).reason == "the origin behind cloudflare is hidden"

    site.standby_page(WEB, (PAGE_AT, OVH)).declare(STANDBY)
    assert first(replayed(site, event("aws", "hosting"))).reason == "the origin behind cloudflare is hidden"


def test_what_only_stands_by_fills_no_role():
    site = in_pairs()  # where the end of either host hurts as little as that of a standby
    site.standby_page(WEB, ("3.208.1.1", 14618)).declare(DeclaredFallback("hosting", "aws", address="3.208.1.1"))
    bound = first(replayed(site, event("linode", "hosting"))).bound[0]

    assert (bound.provider, bound.one_of) in (("hetzner", 2), ("ovh", 2))


# -- reach --------------------------------------------------------------------------------------------------


def harboured() -> Site:
    """Web and mail at two products that are sold under one account."""
    site = in_one_leg()
    for host, ip in (("steady.org", "203.0.113.1"), (WEB, "203.0.113.2")):
        site.web(host, (ip, 64600))
    return site.mail(("mx.mail.harbour.example", "198.51.100.7", 64602))


@pytest.mark.parametrize(
    ("scope", "bind", "mail_too"),
    [
        ("customer", "role", True),
        ("country", "role", True),
        ("customer", "literal", True),
        ("product", "role", False),
        ("product", "literal", False),
        ("global", "literal", False),
    ],
)
def test_an_account_goes_with_all_its_products_and_a_product_alone(scope, bind, mail_too):
    answer = replayed(harboured(), event("harbour", "hosting", scope=scope, bind=bind))

    assert down(answer, "web") > 0
    assert (down(answer, "mail_receive") > 0) == mail_too


def test_an_outage_of_a_product_reaches_what_rests_on_it():
    site = in_one_leg()
    for host, ip in (("steady.org", "203.0.113.1"), (WEB, "203.0.113.2")):
        site.web(host, (ip, 64601))
    answer = replayed(
        site, event("harbour", "hosting", "outage", scope="product", duration_hours=7.0), kind="technical_outage"
    )

    assert first(answer).applies == "yes"
    assert down(answer, "web") == 7
    assert down(replayed(site, event("aws", "hosting", "outage"), kind="technical_outage"), "web") == 0


def region(declared: str = "", *, name: str = "") -> Site:
    site = in_one_leg()
    for host, ip in (("steady.org", "203.0.113.1"), (WEB, "203.0.113.2")):
        site.web(host, (ip, 64600), chain=(f"x.{name}.harbour.example",) if name else ())
    places = (Place("203.0.113.1", declared), Place("203.0.113.2", declared)) if declared else ()
    return site.declare(places=places)


@pytest.mark.parametrize(
    ("site", "applies", "hours", "assessed", "reason"),
    [
        (region("north-1"), "yes", 7, True, ""),
        (region(name="north-1"), "yes", 7, True, ""),
        (region("south-2"), "no", 0, True, "the site stands in harbour/south-2, not in north-1"),
        (region(name="south-2"), "no", 0, True, "the site stands in harbour/south-2, not in north-1"),
        (region(), "maybe", 0, False, "whether it stands in north-1 cannot be seen; declare it under places"),
    ],
)
@pytest.mark.parametrize("bind", ["role", "literal"])
def test_a_region_hits_what_stands_there(site, applies, hours, assessed, reason, bind):
    strike = event("harbour", "hosting", "outage", scope="region", region="north-1", duration_hours=7.0, bind=bind)
    answer = replayed(site, strike)

    assert first(answer).applies == applies
    assert reason in first(answer).reason
    assert (down(answer, "web"), fate(answer, "web").assessed) == (hours, assessed)
    assert ("web" in {each.what for each in answer.not_assessed}) == (not assessed)
    if applies == "yes":
        assert first(answer).bound[0].name == "Harbour north-1"


@pytest.mark.parametrize("bind", ["role", "literal"])
def test_a_registry_takes_every_name_under_it(bind):
    strike = event("pir", "registry", "outage", scope="tld", tld="org", duration_hours=4.0, bind=bind)
    answer = replayed(in_one_leg(), strike)

    assert (first(answer).applies, first(answer).bound[0].kind, first(answer).bound[0].id) == ("yes", "tld", "org")
    assert down(answer, "resolve") == down(answer, "web") == down(answer, "mail_receive") == 4


def test_a_name_on_hold_stays_on_hold_and_only_that_name():
    answer = replayed(in_one_leg(), event("pir", "registry", "suspend"))

    assert down(answer, "resolve") == answer.horizon_hours - 10
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
    answer = replayed(in_one_leg(), event("aws", "hosting"))
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


def test_caches_keep_a_name_alive_for_their_ttl_if_the_record_says_so():
    with_grace = replayed(in_one_leg(), event("gandi", "registrar", "suspend", duration_hours=60.0, grace="ttl"))
    without = replayed(in_one_leg(), event("gandi", "registrar", "suspend", duration_hours=60.0))

    assert (down(with_grace, "resolve"), down(without, "resolve")) == (60 - 48, 60)
    assert fate(with_grace, "resolve").intervals[0].from_hours == 58


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
    hold = event("registry", "registry", "suspend", scope="customer")
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


def test_a_standby_that_is_not_proved_is_excluded_and_says_why():
    site = standing_by().standby_page(WEB, (PAGE_AT, OVH), status=503)
    answer = replayed(site, event("hetzner", "hosting"))

    assert down(answer, "web") == USUAL
    assert [(each.provider, each.reason) for each in answer.excluded] == [
        ("ovh", f"only declared: {PAGE_AT} answers as {WEB} with 503, not 200")
    ]


@pytest.mark.parametrize(
    ("refusal", "excluded"),
    [
        (event("ovh", "hosting", "refuse"), True),
        (event("ovh", "hosting", "refuse", certainty="judged"), True),
        (event("aws", "hosting", "refuse"), False),
        (event("ovh", "payments", "refuse"), False),
    ],
)
def test_who_refuses_cannot_stand_in(refusal, excluded):
    refusal = msgspec.structs.replace(refusal, id="no")
    answer = replayed(standing_by(), event("hetzner", "hosting"), refusal)
    (standby,) = answer.fallbacks

    said = "judged unlikely to accept" if refusal.certainty == "judged" else "refused"
    assert (answer.excluded[0].provider, answer.excluded[0].reason) == (refusal.actor, f"{said} in this scenario")
    assert (answer.excluded[0].event, answer.excluded[0].certainty) == ("no", refusal.certainty)
    assert (down(answer, "web") == USUAL) == excluded
    assert (standby.ready_at_hours is None) == excluded
    if excluded:
        assert standby.reasons[0] == f"{said} in this scenario"


def test_another_product_of_who_refuses_is_refused_as_well():
    site = in_one_leg().standby_page(WEB, ("45.33.1.1", 63949))
    site.declare(DeclaredFallback("hosting", "linode", address="45.33.1.1"))
    answer = replayed(site, event("hetzner", "hosting"), event("akamai", "hosting", "refuse"))

    assert down(answer, "web") == USUAL


def test_a_standby_that_goes_with_what_it_backs_up_helps_nobody():
    gone = event("hetzner", "hosting", duration_hours=50.0)
    answer = replayed(standing_by(), gone, event("ovh", "hosting", bind="literal", duration_hours=50.0))
    (standby,) = answer.fallbacks

    assert down(answer, "web") == 50
    assert standby.ready_at_hours is None
    assert standby.reasons[0].startswith("something that it needs is gone as well")

    answer = replayed(standing_by(), gone, event("ovh", "hosting", bind="literal", duration_hours=20.0))
    (standby,) = answer.fallbacks
    assert (down(answer, "web"), standby.ready_at_hours) == (20, 30)


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


def test_a_name_in_its_transfer_lock_cannot_be_moved():
    site = in_one_leg()
    new = Registration("rdap", *GANDI, created="2021-01-01T00:00:00Z")
    answer = replayed(site.note("registration", "steady.org", new), event("gandi", "registrar"))

    (row,) = (each for each in answer.excluded if each.provider == "another-registrar")
    assert row.reason == "transfer lock of steady.org, 60 days from 2021-01-01: blocked for 52 days more"


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


def test_a_function_that_was_not_seen_is_never_up():
    site = in_one_leg().note("mx", "steady.org", unknown="timeout")
    answer = replayed(site, event("aws", "hosting"))

    assert not fate(answer, "mail_receive").assessed
    assert "mail_receive" in {each.what for each in answer.not_assessed}
    assert answer.summary.endswith("Not everything could be assessed.")


@pytest.mark.parametrize("binding", ["role", "literal"])
@pytest.mark.parametrize(
    ("layer", "hidden", "function"),
    [
        ("hosting", ("a:www.steady.org", "aaaa:www.steady.org", "a:steady.org", "aaaa:steady.org"), "web"),
        ("cdn", ("a:www.steady.org", "aaaa:www.steady.org", "a:steady.org", "aaaa:steady.org"), "web"),
        ("dns", ("delegation:steady.org", "nameservers:steady.org"), "resolve"),
        ("registrar", ("registration:steady.org",), ""),
        ("tls", ("tls:www.steady.org 88.198.77.11", "caa:www.steady.org"), "renew_certificate"),
        ("mail", ("mx:steady.org",), "mail_receive"),
    ],
)
def test_who_could_not_be_seen_is_not_said_to_go_on(layer, hidden, function, binding):
    site = in_one_leg()
    for each in hidden:
        site.note(site.items[each].kind, site.items[each].subject, unknown="timeout")
    answer = replayed(site, event("some-body", layer), binding=binding)

    assert first(answer).applies == "not_assessed"
    assert first(answer).reason
    if function:
        assert not fate(answer, function).assessed
        assert function in {each.what for each in answer.not_assessed}


def test_a_function_that_does_not_work_now_is_not_assessed():
    site = in_one_leg().caa("nobody.example").note("delegation", "steady.org", absent="NXDOMAIN")
    answer = replayed(site, event("aws", "hosting"))

    assert fate(answer, "web").note == "it does not work now, before any of this"
    assert not fate(answer, "web").assessed


def test_what_may_be_worse_says_so():
    site = in_one_leg().note("origin", "88.198.77.11", unknown="timeout")
    answer = replayed(site, event("fastmail", "mail"))

    assert fate(answer, "web").note == "part of what it rests on is unknown, so it may be worse"


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


@pytest.mark.parametrize(
    ("word", "kind", "found", "lost"),
    [
        ("hetzner", "", ("parent", "hetzner"), True),
        ("amazon", "", ("parent", "amazon"), False),
        ("your-online", "", ("parent", "your-online"), True),
        ("gandi", "", ("provider", "gandi"), True),
        ("hetzner", "provider", ("provider", "hetzner"), True),
        ("hetzner", "account", ("account", "hetzner"), True),
        ("AS24940", "", ("asn", "AS24940"), True),
        ("24940", "", ("asn", "AS24940"), True),
        ("as24940", "", ("asn", "AS24940"), True),
        ("88.198.0.0/16", "", ("prefix", "88.198.0.0/16"), True),
        ("org", "", ("tld", "org"), True),
        (".ORG", "", ("tld", "org"), True),
        ("DE", "", ("jurisdiction", "DE"), True),
        ("de", "jurisdiction", ("jurisdiction", "DE"), True),
        ("akamai", "parent", ("parent", "akamai"), False),
        ("linode", "", ("provider", "linode"), False),
    ],
)
def test_a_word_is_the_first_kind_of_failure_domain_that_it_fits(word, kind, found, lost):
    case = audit.understand(in_one_leg().file(), RULES)
    assert binding.failure_domain(case, word, kind) == found

    answer = replay.drop(case, [word], kind=kind)
    assert (first(answer).layer, first(answer).actor) == found
    assert (down(answer, "web") > 0) == lost
    assert first(answer).applies == ("yes" if found[1] not in ("amazon", "akamai", "linode") else "no")
    if first(answer).applies == "no":
        assert first(answer).reason == "nothing that was seen of the site rests on it"


def test_a_region_can_be_dropped():
    answer = dropped(region("north-1"), "harbour/north-1")

    assert first(answer).layer == "region"
    assert down(answer, "web") > 0


@pytest.mark.parametrize(
    ("word", "kind", "message", "hint"),
    [
        ("hetzne", "", "--drop hetzne: no provider, parent, AS, prefix, TLD or jurisdiction", "did you mean hetzner?"),
        ("amazn", "", "--drop amazn: no", "did you mean amazon?"),
        ("xyzzy-123", "", "--drop xyzzy-123: no", "the site depends on: "),
        ("hetzner", "asn", "--drop hetzner: no asn of that name", "the site depends on: "),
        ("hetzner", "continent", "--kind continent is not known", "give one of: parent, provider"),
    ],
)
def test_a_word_that_means_nothing_is_refused_with_a_near_one(word, kind, message, hint):
    with pytest.raises(UsageError) as refused:
        dropped(in_one_leg(), word, kind=kind)

    assert refused.value.message.startswith(message)
    assert refused.value.hint.startswith(hint)


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


def test_a_cached_delegation_keeps_a_name_alive():
    answer = dropped(in_one_leg(), "your-online")

    assert fate(answer, "resolve").intervals[0].from_hours == 48


def test_a_zone_is_not_moved_while_its_registrar_is_gone():
    answer = dropped(in_one_leg().name(AMAZON_REGISTRAR, AMAZON_NS), "amazon")
    (interval,) = fate(answer, "resolve").intervals
    registrar = RULES.recovery["registrar"]

    assert (interval.from_hours, interval.to_hours) == (0, registrar.usual)
    assert fate(answer, "resolve").range.high == registrar.high


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

    assert alone[0] == "nothing stands by for steady.org: see hostaudit fallbacks steady.org"
    assert len(set(backed)) == len(backed)
