"""Each provider file proves itself by its own samples, and no two of them contradict one another."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import get_args

import pytest

from hostaudit import rules
from hostaudit.catalogue import SAMPLES, Catalogue, evaluate_sample, normalise
from hostaudit.model import Provider, Role, Rules, Service, Sources

SHIPPED: Rules = rules.load()
CATALOGUE = Catalogue(SHIPPED)

NAMED_BY_THE_STORY = {
    "aws", "route53", "cloudfront", "amazon-s3", "amazon-ses", "amazon-trust-services", "google-cloud", "azure",
    "njalla", "epik", "ddos-guard", "skysilk", "apple-app-store", "google-play", "f-droid",
}  # fmt: skip

YEAR = re.compile(r"\b(?:19|20)\d\d\b")

GROUPS: dict[str, tuple[str, ...]] = {
    "company": ("parent",),
    "networks": ("asns", "ranges", "feeds", "organisations"),
    "names": ("ns", "ns_patterns", "cname", "cname_patterns", "mx", "ptr", "spf", "hosts", "regions"),
    "headers": ("headers",),
    "certificates": ("issuers", "caa"),
    "registration": ("registrar_ids", "registrar_names", "tlds"),
}
"""Which facts each group of sources answers for; ``basis`` is the source of a jurisdiction."""

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
        ("ns", "ns"), ("cname", "cname"), ("mx", "mx"), ("ptr", "ptr"), ("spf", "spf"), ("hosts", "host"),
        ("asns", "asn"), ("ranges", "ip"), ("headers", "header"), ("issuers", "issuer"), ("caa", "caa"),
        ("tlds", "tld"), ("registrar_ids", "registrar"), ("organisations", "organisation"), ("ns_patterns", "ns"),
        ("cname_patterns", "cname"), ("regions", "region"),
    ):  # fmt: skip
        assert not getattr(provider, field) or kind in kinds, f"{field} without a sample of kind {kind}"


@pytest.mark.parametrize("provider", SHIPPED.providers, ids=lambda provider: provider.id)
def test_sources_of(provider: Provider):
    for group, fields in GROUPS.items():
        sources = getattr(provider.sources, group)
        assert len(sources) <= 4, f"{group}: the best four are enough"
        assert sources or not any(getattr(provider, field) for field in fields), f"{group}: facts without a source"
    assert provider.basis or not provider.jurisdiction, "a country says how it is known"
    owner = CATALOGUE.parent(provider.id)
    stated = SHIPPED.parents[owner].jurisdiction if owner in SHIPPED.parents else None
    if owner != provider.id:
        assert provider.jurisdiction is None or provider.jurisdiction != stated, "the owner's record says it already"


def test_a_country_of_a_company_says_how_it_is_known():
    assert [each for each, parent in SHIPPED.parents.items() if parent.jurisdiction and not parent.basis] == []


def test_every_label_of_a_source_is_used():
    used = {label for each in SHIPPED.providers for group in GROUPS for label in getattr(each.sources, group)}
    assert set(SHIPPED.sources) <= used


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


def claims(provider: Provider) -> Iterator[tuple[str, str]]:
    for field in ("ns", "ns_patterns", "cname", "cname_patterns", "mx", "ptr", "spf", "hosts", "caa", "tlds", "ranges"):
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
    for field in ("ns", "cname", "mx", "ptr", "spf", "hosts"):
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
