"""Each provider file proves itself by its own samples, and no two of them contradict one another."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import get_args

import pytest

from hostaudit import rules
from hostaudit.catalogue import SAMPLES, Catalogue, evaluate_sample, normalise
from hostaudit.model import Provider, Role, Rules, Sources

SHIPPED: Rules = rules.load()
CATALOGUE = Catalogue(SHIPPED)

NAMED_BY_THE_STORY = {
    "aws", "route53", "cloudfront", "amazon-s3", "amazon-ses", "amazon-trust-services", "google-cloud", "azure",
    "njalla", "epik", "ddos-guard", "skysilk", "apple-app-store", "google-play", "f-droid",
}  # fmt: skip

YEAR = re.compile(r"\b(?:19|20)\d\d\b")

SHARED: dict[tuple[str, str], str] = {}
"""Facts that two companies may both claim, each with the reason; none so far."""


@pytest.mark.parametrize("provider", SHIPPED.providers, ids=lambda provider: provider.id)
def test_samples_of(provider: Provider):
    for sample in provider.samples.matches:
        assert provider.id in evaluate_sample(CATALOGUE, sample), f"{sample} must match"
    for sample in provider.samples.not_matches:
        assert provider.id not in evaluate_sample(CATALOGUE, sample), f"{sample} must not match"


@pytest.mark.parametrize("provider", SHIPPED.providers, ids=lambda provider: provider.id)
def test_record_of(provider: Provider):
    assert provider.samples.not_matches or not provider.samples.matches, "at least one look-alike that must not match"
    assert provider.sources != Sources(), "where the facts come from"
    assert provider.parent != provider.id, "a provider without parent leaves it out"
    kinds = {sample.partition(" ")[0] for sample in provider.samples.matches}
    for field, kind in (
        ("ns", "ns"), ("cname", "cname"), ("mx", "mx"), ("spf", "spf"), ("hosts", "host"), ("asns", "asn"),
        ("ranges", "ip"), ("headers", "header"), ("issuers", "issuer"), ("caa", "caa"), ("tlds", "tld"),
        ("registrar_ids", "registrar"), ("organisations", "organisation"), ("ns_patterns", "ns"),
        ("cname_patterns", "cname"), ("regions", "region"),
    ):  # fmt: skip
        assert not getattr(provider, field) or kind in kinds, f"{field} without a sample of kind {kind}"


def claims(provider: Provider) -> Iterator[tuple[str, str]]:
    for field in ("ns", "ns_patterns", "cname", "cname_patterns", "mx", "spf", "hosts", "caa", "tlds", "ranges"):
        yield from ((field, claim) for claim in getattr(provider, field))
    yield from (("asns", str(number)) for number in provider.asns)
    yield from (("registrar_ids", number) for number in provider.registrar_ids)
    yield from (("registrar_names", normalise(name)) for name in provider.registrar_names)
    yield from (("organisations", normalise(name)) for name in provider.organisations)
    yield from (("issuers", name.casefold()) for name in provider.issuers)


def test_no_two_companies_claim_the_same_fact():
    parents: dict[tuple[str, str], set[str]] = defaultdict(set)
    for provider in SHIPPED.providers:
        for claim in claims(provider):
            parents[claim].add(CATALOGUE.parent(provider.id))
    twice = {claim: owners for claim, owners in parents.items() if len(owners) > 1 and claim not in SHARED}
    assert twice == {}


def test_as_numbers_registrar_ids_and_tlds_have_one_provider_each():
    owners: dict[tuple[str, str], list[str]] = defaultdict(list)
    for provider in SHIPPED.providers:
        for field, claim in claims(provider):
            if field in ("asns", "registrar_ids", "tlds", "caa"):
                owners[field, claim].append(provider.id)
    assert {claim: found for claim, found in owners.items() if len(found) > 1} == {}


def test_no_suffix_of_one_company_lies_under_a_suffix_of_another():
    for field in ("ns", "cname", "mx", "spf", "hosts"):
        owner = {name: CATALOGUE.parent(p.id) for p in SHIPPED.providers for name in getattr(p, field)}
        for name, parent in owner.items():
            above = name.partition(".")[2]
            while above:
                assert owner.get(above, parent) == parent, f"{field}: {name} of {parent} under {above}"
                above = above.partition(".")[2]


def test_every_parent_is_named_once_and_used():
    ids = {provider.id for provider in SHIPPED.providers}
    used = {provider.parent for provider in SHIPPED.providers if provider.parent}
    used |= {record.parent for record in SHIPPED.parents.values() if record.parent}
    assert used - ids == set(SHIPPED.parents)


def test_products_of_one_account_are_of_one_company():
    for provider in SHIPPED.providers:
        if provider.account:
            assert CATALOGUE.parent(provider.account) == CATALOGUE.parent(provider.id), provider.id


def test_upstreams_are_of_another_company_and_say_where_that_was_read():
    count = 0
    for provider in SHIPPED.providers:
        for upstream, record in CATALOGUE.upstreams(provider.id):
            count += 1
            assert CATALOGUE.parent(record.id) != CATALOGUE.parent(provider.id), (
                provider.id,
                "shares the parent anyway",
            )
            assert YEAR.search(upstream.source), (provider.id, "a source has a year")
            assert "  " not in upstream.source + upstream.note
    assert count >= 40


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
