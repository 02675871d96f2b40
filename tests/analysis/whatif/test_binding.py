"""Whom an event of a scenario means at this site, and which parts of the fault tree go with it."""

from __future__ import annotations

import pytest
from helpers.happenings import (
    OVH,
    PAGE_AT,
    RULES,
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
    standing_by,
)
from helpers.own_sites import alone, bookshop, university
from helpers.sites import Site, in_one_leg, in_pairs

from hostaudit import audit
from hostaudit.analysis.whatif import binding, replay
from hostaudit.errors import UsageError
from hostaudit.model.site import DeclaredFallback, Own


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
        (
            event("google-play", "app_store", platform="android"),
            "no",
            "no provider was seen in the role android app store",
        ),
        (event("fastly", "cdn", "outage", bind="literal"), "no", "nothing that was seen of the site rests on Fastly"),
        (event("fastly", "cdn", "outage", bind="role"), "no", "no provider was seen in the role cdn at this site"),
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
    assert first(answer).reason == "the origin behind Cloudflare is hidden"

    site.standby_page(WEB, (PAGE_AT, OVH)).declare(STANDBY)
    assert first(replayed(site, event("aws", "hosting"))).reason == "the origin behind Cloudflare is hidden"


def test_what_only_stands_by_fills_no_role():
    site = in_pairs()  # where the end of either host hurts as little as that of a standby
    site.standby_page(WEB, ("3.208.1.1", 14618)).declare(DeclaredFallback("hosting", "aws", address="3.208.1.1"))
    bound = first(replayed(site, event("linode", "hosting"))).bound[0]

    assert (bound.provider, bound.one_of) in (("hetzner", 2), ("ovh", 2))


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


ENDS = ("terminate", "suspend", "remove", "delete")


@pytest.mark.parametrize("action", ENDS)
@pytest.mark.parametrize("layer", ["hosting", "dns", "mail"])
def test_nobody_ends_a_contract_with_himself(action, layer):
    own = first(replayed(university(), event("aws", layer, action)))
    literal = first(
        replayed(bookshop().declare(own=Own(parents=("amazon",))), event("aws", layer, action), binding="literal")
    )
    guess = first(replayed(alone(), event("aws", layer, action)))

    assert (own.applies, own.functions, own.bound) == ("no", (), ())
    assert "and ends no contract with itself" in own.reason
    assert literal.applies == "no"
    assert guess.applies == "yes"
    assert "it looks like the site's own" in guess.reason


@pytest.mark.parametrize("action", ["outage", "expire"])
def test_what_breaks_breaks_at_the_owners_too(action):
    answer = replayed(university(), event("aws", "hosting", action, bind="role", duration_hours=5.0))

    assert first(answer).applies == "yes"
    assert down(answer, "web") > 0
    assert first(answer).reason != "it looks like the site's own; if so, this does not apply"


def test_to_drop_the_owner_is_to_ask_for_an_outage_of_his():
    by_id, by_kind = dropped(university(), "unknown:as64500"), dropped(university(), "unknown:as64500", kind="parent")
    network = dropped(university(), "AS64500")

    assert (first(by_id).layer, first(by_id).action, first(by_id).applies) == ("provider", "outage", "yes")
    assert "has an outage" in by_id.summary
    assert down(by_id, "web") == down(network, "web") > 0
    assert first(network).action == "terminate"
    assert (first(by_kind).applies, down(by_kind, "web")) == ("no", 0)
    assert "it is the site's own" in first(by_kind).reason
