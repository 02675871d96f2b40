"""The shipped catalogue passes its lint, and holds whom it must hold."""

from __future__ import annotations

from typing import get_args

import pytest

from hostaudit.analysis.catalogue import lint
from hostaudit.analysis.catalogue.catalogue import SAMPLES, Catalogue, evaluate_sample
from hostaudit.documents import rules
from hostaudit.model.roles import Role, Service
from hostaudit.model.rules import Rules

SHIPPED: Rules = rules.load()
CATALOGUE = Catalogue(SHIPPED)

NAMED_BY_THE_STORY = {
    "aws", "route53", "cloudfront", "amazon-s3", "amazon-ses", "amazon-trust-services", "google-cloud", "azure",
    "njalla", "epik", "ddos-guard", "skysilk", "apple-app-store", "google-play", "f-droid",
}  # fmt: skip

AT_LEAST: dict[str, int] = {
    "registry": 70, "registrar": 50, "dns": 100, "hosting": 60, "paas": 35, "object_storage": 20, "cdn": 30, "waf": 25,
    "ca": 20, "mail": 60, "sending": 50, "page": 45, "app_store": 6, "payments": 4, "messaging": 1, "identity": 1,
    "support": 2, "backup": 2, "deploy": 1,
}  # fmt: skip
"""Providers of each kind of service that the catalogue holds as a floor: a role that shrinks has lost something."""

LARGE_TLDS = (
    "com net org info biz io dev app co ai me tv cc ac sh xyz online shop store site tech top vip icu club space "
    "website fun live life world today blog page cloud asia cat mobi pro name edu gov mil int "
    "de uk nl fr eu ch se pl it es ru br in jp cn au ca us be at dk no fi cz sk hu ro bg gr pt ie is ee lv lt lu si "
    "hr rs me ua il ir za ng ke mx ar cl kr tw hk sg my th id vn ph nz kz"
)
"""Where most names are registered."""


def test_the_shipped_catalogue_is_sound():
    number, complaints = lint.lint()
    assert number == len(SHIPPED.providers)
    assert [str(each) for each in complaints] == []


def test_many_products_say_what_they_rest_on():
    assert sum(len(provider.depends_on) for provider in SHIPPED.providers) >= 40


def test_the_catalogue_is_broad():
    assert len(SHIPPED.providers) >= 400
    counts = {role: sum(role in each.roles for each in SHIPPED.providers) for role in get_args(Service)}
    assert {role: count for role, count in counts.items() if count < AT_LEAST[role]} == {}


def test_the_registries_of_the_large_top_level_domains_are_known():
    assert [tld for tld in dict.fromkeys(LARGE_TLDS.split()) if not CATALOGUE.registry(tld)] == []


@pytest.mark.parametrize(
    ("sample", "operator"),
    [("asn 55960", "sinnet"), ("asn 135629", "nwcd"), ("asn 58593", "vnet")],
)
def test_clouds_in_china_stand_under_their_makers_and_rest_on_who_runs_them(sample: str, operator: str):
    (found,) = evaluate_sample(CATALOGUE, sample)
    assert CATALOGUE.parent(found) in ("amazon", "microsoft")
    assert CATALOGUE.jurisdiction(found) == "CN"
    assert [record.id for _, record in CATALOGUE.upstreams(found)] == [operator]


@pytest.mark.parametrize(
    ("role", "among"),
    [
        ("hosting", {"aws", "google-cloud", "azure", "njalla"}),
        ("registrar", {"godaddy", "epik", "njalla"}),
        ("dns", {"cloudflare", "route53", "ns1"}),
        ("cdn", {"cloudflare", "fastly", "akamai"}),
        ("ca", {"lets-encrypt", "digicert", "sectigo"}),
        ("mail", {"google-workspace", "microsoft-365"}),
        ("app_store", {"google-play", "apple-app-store", "f-droid"}),
    ],
)
def test_the_usual_names_of_a_role(role: str, among: set[str]):
    usual = {provider.id for provider in SHIPPED.providers if role in provider.usual}
    assert usual >= among
    assert len(usual) <= 8


def test_the_story_of_parler_and_every_role_are_covered():
    assert {provider.id for provider in SHIPPED.providers} >= NAMED_BY_THE_STORY
    covered = {role for provider in SHIPPED.providers for role in provider.roles}
    assert covered >= set(get_args(Role))
    assert covered <= set(get_args(Service))
    assert all(provider.parent for provider in SHIPPED.providers if provider.id in ("route53", "google-play"))


def test_every_role_has_a_time_to_recover():
    assert set(SHIPPED.recovery) == {*get_args(Role), *rules.STEPS}


def test_weights_cover_the_functions_that_every_site_may_have():
    expected = {
        "resolve", "web", "mail_receive", "mail_send", "install_ios", "install_android", "renew_certificate",
    }  # fmt: skip
    assert set(SHIPPED.scoring.weights) == expected
    assert all(weight > 0 for weight in SHIPPED.scoring.weights.values())
    assert 0 < SHIPPED.scoring.name_only_weight < 0.15


def test_every_kind_of_clue_string_is_used_somewhere():
    used = {sample.partition(" ")[0] for provider in SHIPPED.providers for sample in provider.samples.matches}
    assert used == set(SAMPLES)
