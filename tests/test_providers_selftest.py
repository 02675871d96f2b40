"""The shipped catalogue passes its lint, and holds whom it must hold."""

from __future__ import annotations

from typing import get_args

import pytest

from hostaudit import lint, rules
from hostaudit.catalogue import SAMPLES
from hostaudit.model import Role, Rules

SHIPPED: Rules = rules.load()

NAMED_BY_THE_STORY = {
    "aws", "route53", "cloudfront", "amazon-s3", "amazon-ses", "amazon-trust-services", "google-cloud", "azure",
    "njalla", "epik", "ddos-guard", "skysilk", "apple-app-store", "google-play", "f-droid",
}  # fmt: skip


def test_the_shipped_catalogue_is_sound():
    number, complaints = lint.lint()
    assert number == len(SHIPPED.providers)
    assert [str(each) for each in complaints] == []


def test_many_products_say_what_they_rest_on():
    assert sum(len(provider.depends_on) for provider in SHIPPED.providers) >= 40


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
    assert covered == set(get_args(Role))
    assert len(SHIPPED.providers) >= 120
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
