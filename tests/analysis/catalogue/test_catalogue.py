"""Matching: label boundaries, the most specific entry, and a cost that does not grow with the catalogue."""

from __future__ import annotations

import re

import pytest

from hostaudit.analysis.catalogue.catalogue import Catalogue, evaluate_sample, normalise
from hostaudit.analysis.catalogue.confidence import combine
from hostaudit.documents import rules
from hostaudit.model.match import Clue
from hostaudit.model.rules import HeaderClue, Parent, Provider, Rules, Samples, Scoring, Upstream


def provider(identity: str, **fields) -> Provider:
    return Provider(id=identity, name=identity.title(), roles=("dns",), samples=Samples(matches=()), **fields)


def catalogue(*providers: Provider, parents: dict[str, Parent] | None = None) -> Catalogue:
    scoring = Scoring(weights={}, full_harm_hours=1, name_only_weight=0, further_weight=0, named_host_weight=0)
    return Catalogue(Rules("test", providers, parents or {}, {}, scoring))


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return Catalogue(rules.load())


def ids(clues: tuple[Clue, ...]) -> list[str]:
    return [clue.provider for clue in clues]


@pytest.mark.parametrize("name", ["a.example.net", "EXAMPLE.net.", "b.a.example.net"])
def test_a_suffix_matches_on_label_boundaries(name: str):
    assert ids(catalogue(provider("one", ns=("example.net",))).ns(name)) == ["one"]


@pytest.mark.parametrize(
    "name", ["notexample.net", "example.net.evil.test", "example-net.test", "net", "", ".", "example.ne"]
)
def test_a_look_alike_does_not_match(name: str):
    assert catalogue(provider("one", ns=("example.net",))).ns(name) == ()


def test_the_longest_suffix_wins_within_one_company():
    found = catalogue(
        provider("general", parent="corp", cname=("example.net",)),
        provider("special", parent="corp", cname=("cdn.example.net",)),
    )
    assert ids(found.cname("x.cdn.example.net")) == ["special"]
    assert ids(found.cname("x.example.net")) == ["general"]


def test_different_companies_are_both_kept():
    found = catalogue(provider("one", cname=("example.net",)), provider("two", cname=("cdn.example.net",)))
    assert ids(found.cname("x.cdn.example.net")) == ["two", "one"]


def test_a_pattern_must_match_the_whole_name_and_beats_a_suffix():
    found = catalogue(
        provider("general", parent="corp", cname=("example.net",)),
        provider("numbered", parent="corp", cname_patterns=(r"[a-z]+\.farm-\d+\.example\.net",)),
    )
    assert ids(found.cname("x.farm-12.example.net")) == ["numbered"]
    assert ids(found.cname("x.farm-.example.net")) == ["general"]
    assert ids(found.cname("x.farm-12.example.net.evil.test")) == []


def test_a_pattern_without_a_certain_word_is_still_tried():
    found = catalogue(provider("one", ns_patterns=(r"(?:alpha|beta)\d+\.(?:net|org)",)))
    assert ids(found.ns("beta7.org")) == ["one"]


def test_the_most_specific_range_wins_and_all_who_claim_it_are_kept():
    found = catalogue(
        provider("wide", ranges=("192.0.2.0/24", "2001:db8::/32")),
        provider("narrow", ranges=("192.0.2.128/25", "2001:db8:1::/48")),
        provider("equal", ranges=("192.0.2.128/25",)),
    )
    assert ids(found.address("192.0.2.1")) == ["wide"]
    assert ids(found.address("192.0.2.200")) == ["narrow", "equal"]
    assert ids(found.address("2001:db8:1::1")) == ["narrow"]
    assert ids(found.address("2001:db8:2::1")) == ["wide"]


@pytest.mark.parametrize(
    "text", ["999.1.1.1", "1.2.3.4.5", "192.0.2.0/24", "", "localhost", "2001:db8::/32x", "198.51.100.1"]
)
def test_what_is_no_address_or_in_no_range_is_nobody_s(text: str):
    assert catalogue(provider("wide", ranges=("192.0.2.0/24",))).address(text) == ()


def test_headers_match_by_name_and_value_without_regard_to_case():
    found = catalogue(provider("one", headers=(HeaderClue("server", "^edge$"), HeaderClue("x-id", "."))))
    clues = found.headers([("Server", "EDGE"), ("X-Id", "7"), ("x-id", "8"), ("via", "edge")])
    assert [(clue.provider, clue.value) for clue in clues] == [("one", "server: EDGE"), ("one", "x-id: 7")]
    assert found.headers([("server", "edge of reason")]) == ()


def test_a_long_header_value_is_searched_at_its_front_only():
    found = catalogue(provider("one", headers=(HeaderClue("server", "edge"),)))
    assert found.headers([("server", "x" * 100_000 + "edge")]) == ()


def test_weak_headers_alone_never_reach_one_half():
    found = catalogue(provider("one", headers=tuple(HeaderClue(f"x-{n}", ".", weak=True) for n in range(9))))
    clues = found.headers([(f"x-{n}", "1") for n in range(9)])
    assert len(clues) == 9
    assert combine(clues) == 0.3


def test_an_issuer_is_known_by_its_organisation_and_by_name_only_without_one():
    found = catalogue(provider("ca", issuers=("Good CA Inc.", "CN=R3", "CN=Good Server *")))
    assert [clue.kind for clue in found.issuer("good ca inc.", "anything")] == ["issuer"]
    assert [clue.kind for clue in found.issuer("", "R3")] == ["issuer-cn"]
    assert ids(found.issuer(None, "Good Server CA 7")) == ["ca"]
    assert found.issuer("R3 LLC", "R3") == ()
    assert found.issuer(None, "Good Serverless CA") == ()
    assert found.issuer(None, None) == ()


def test_an_issuer_organisation_cannot_pose_as_a_common_name():
    found = catalogue(provider("ca", issuers=("CN=R3",)))
    assert found.issuer("CN=R3", "") == ()


def test_a_registrar_is_known_by_id_and_by_name_and_both_are_kept():
    found = catalogue(
        provider("one", registrar_ids=("468",), registrar_names=("One Registrar, Inc.",)),
        provider("two", registrar_names=("Two GmbH",)),
    )
    assert [(c.provider, c.kind) for c in found.registrar("Two GmbH", "468")] == [
        ("one", "registrar"),
        ("two", "registrar-name"),
    ]
    assert ids(found.registrar("ONE REGISTRAR INC (R11-LROR)", None)) == ["one"]
    assert found.registrar("Number One Registrar, Inc.", "9999") == ()
    assert found.registrar(None, None) == ()
    assert combine(found.registrar("One Registrar, Inc.", "468")) == 0.98


def test_names_of_companies_compare_without_case_and_punctuation_but_with_legal_form():
    assert normalise("Name.com, Inc.") == normalise("NAME.COM INC")
    assert normalise("Alpha (Beijing) Co., Ltd.") != normalise("Alpha Co., Ltd.")
    assert normalise("Alpha GmbH") != normalise("Alpha Inc.")


def test_an_issuer_domain_name_of_caa_is_exact_and_its_parameters_do_not_matter():
    found = catalogue(provider("ca", caa=("ca.example",)))
    assert ids(found.caa("CA.example.; accounturi=https://x.test/1")) == ["ca"]
    assert found.caa("sub.ca.example") == ()
    assert found.caa(";") == ()


def test_records_are_found_by_id_and_unknown_ids_stand_for_themselves():
    found = catalogue(
        provider("one", parent="corp", jurisdiction="NO"), provider("two"), parents={"corp": Parent("Corporation")}
    )
    assert found.provider("one").parent == "corp"
    assert found.provider("three") is None
    assert (found.parent("one"), found.parent("two"), found.parent("unknown:x")) == ("corp", "two", "unknown:x")
    assert (found.jurisdiction("one"), found.jurisdiction("unknown:x")) == ("NO", None)
    assert (found.name("one"), found.name("unknown:x")) == ("One", "unknown:x")
    assert (found.parent_name("corp"), found.parent_name("two")) == ("Corporation", "Two")


def test_the_account_is_that_of_the_product_it_is_sold_under_else_its_own():
    found = catalogue(provider("cloud"), provider("bucket", account="cloud"))
    assert (found.account("bucket"), found.account("cloud"), found.account("unknown:x")) == (
        "cloud",
        "cloud",
        "unknown:x",
    )


def test_upstreams_are_the_direct_ones_with_their_records_in_the_order_of_the_file():
    edge, cloud = provider("edge"), provider("cloud", depends_on=(Upstream("edge", "status page, 2023"),))
    platform = provider("platform", depends_on=(Upstream("cloud", "docs, 2024"), Upstream("edge", "docs, 2024")))
    found = catalogue(cloud, edge, platform)
    assert found.upstreams("platform") == ((platform.depends_on[0], cloud), (platform.depends_on[1], edge))
    assert found.upstreams("edge") == ()
    assert found.upstreams("unknown:x") == ()


def test_a_region_is_the_group_of_a_pattern_that_matches_the_whole_name():
    found = catalogue(
        provider("one", regions=(r".+\.([a-z]+-\d)\.farm\.example", r"([a-z]+)\.farm\.example")),
        provider("two", regions=(r"(?:.+\.)?([a-z]{3}\d)\.other\.test", r"(?:([a-z]+)\.)?zone\.test")),
    )
    assert found.region("Shop.West-2.farm.example.") == ("one", "west-2")
    assert found.region("west.farm.example") == ("one", "west")
    assert found.region("fra1.other.test") == ("two", "fra1")
    for name in ("shop.west-2.farm.example.evil.test", "farm.example", "west-2", "zone.test", "", "."):
        assert found.region(name) is None


def test_a_region_that_two_providers_claim_does_not_change_from_run_to_run():
    pattern = r"([a-z]+)\.(?:farm|ranch)\.shared\.example"
    for order in (("one", "two"), ("two", "one")):
        found = catalogue(*(provider(identity, regions=(pattern,)) for identity in order))
        assert found.region("west.farm.shared.example") == ("one", "west")


def test_a_name_without_a_word_of_a_region_pattern_costs_no_trial(shipped: Catalogue):
    assert shipped._regions.candidates("www.example.com") == []
    assert shipped.region("www.example.com") is None


@pytest.mark.parametrize("sample", ["zzz x", "ns", "ns ", "asn x"])
def test_a_clue_string_that_is_none_is_a_value_error(sample: str):
    with pytest.raises(ValueError, match=r"no clue|invalid literal"):
        evaluate_sample(catalogue(), sample)


# -- what the shipped catalogue must know and must not confuse ------------------------------------


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("ns ns-1537.awsdns-00.co.uk", "route53"),
        ("ns ns-12.awsdns-us-gov-12.us", "route53"),
        ("registrar 468", "route53"),
        ("cname d111111abcdef8.cloudfront.net", "cloudfront"),
        ("ip 13.224.0.1", "cloudfront"),
        ("cname bucket.s3.us-west-2.amazonaws.com", "amazon-s3"),
        ("cname lb-1.us-west-2.elb.amazonaws.com", "aws"),
        ("mx inbound-smtp.us-east-1.amazonaws.com", "amazon-ses"),
        ("issuer Amazon", "amazon-trust-services"),
        ("caa amazontrust.com", "amazon-trust-services"),
        ("asn 16509", "aws"),
        ("asn 8075", "azure"),
        ("asn 396982", "google-cloud"),
        ("asn 15169", "google"),
        ("ns 1-you.njalla.no", "njalla"),
        ("registrar 617", "epik"),
        ("header server: ddos-guard", "ddos-guard"),
        ("asn 57724", "ddos-guard"),
        ("asn 399334", "skysilk"),
        ("host apps.apple.com", "apple-app-store"),
        ("host play.google.com", "google-play"),
        ("host f-droid.org", "f-droid"),
        ("host ajax.googleapis.com", "google"),
        ("spf _spf.google.com", "google-workspace"),
        ("spf spf.protection.outlook.com", "microsoft-365"),
        ("spf sendgrid.net", "sendgrid"),
        ("ip 76.76.21.21", "vercel"),
        ("ip 185.199.108.153", "github-pages"),
        ("ip 2606:4700::6810:1", "cloudflare"),
        ("ns dns1.p01.nsone.net", "ns1"),
        ("issuer Let's Encrypt", "lets-encrypt"),
        ("tld com", "verisign"),
        ("tld org", "public-interest-registry"),
        ("tld app", "google-registry"),
        ("tld uk", "nominet"),
        ("tld de", "denic"),
        ("tld no", "norid"),
        ("store amazon-appstore", "amazon-appstore"),
        ("registrar 86", "tierranet"),
        ("registrar 1387", "team-internet"),
        ("ns ns1012.hexonet.net", "team-internet"),
        ("ns ns1.everydns.net", "everydns"),
        ("region us-east-1 lb-1.us-east-1.elb.amazonaws.com", "aws"),
        ("region eu-west-1 bucket.s3.eu-west-1.amazonaws.com", "amazon-s3"),
        ("region cn-north-1 bucket.s3.cn-north-1.amazonaws.com.cn", "amazon-s3"),
        ("region us-gov-west-1 lb-1.us-gov-west-1.elb.amazonaws.com", "aws"),
        ("region ap-southeast-2 inbound-smtp.ap-southeast-2.amazonaws.com", "amazon-ses"),
        ("region westeurope shop.westeurope.cloudapp.azure.com", "azure"),
        ("region fra1 media.fra1.digitaloceanspaces.com", "digitalocean"),
    ],
)
def test_the_shipped_catalogue_knows(shipped: Catalogue, sample: str, expected: str):
    assert evaluate_sample(shipped, sample) == (expected,)


@pytest.mark.parametrize(
    ("sample", "wrong"),
    [
        ("ns ns1.google.com", "google-cloud-dns"),
        ("ns azure.dns.com", "azure-dns"),
        ("ns ns10.digicerts.com", "digicert-dns"),
        ("ns nsone.county.example", "ns1"),
        ("ns ns1.p43.dynect.net", "oracle-cloud"),
        ("asn 210558", "njalla"),
        ("asn 12322", "scaleway"),
        ("mx mx-in.g.apple.com", "apple-icloud-mail"),
        ("cname my-s3-proxy.us-east-1.elb.amazonaws.com", "amazon-s3"),
        ("cname cloudfIare.net", "cloudflare"),
        ("header via: 1.1 varnish", "fastly"),
        ("header x-amz-request-id: tx0", "amazon-s3"),
        ("header server: cloudflare-mock/1.0", "cloudflare"),
        ("header cf-ray: not-a-ray", "cloudflare"),
        ("issuer (STAGING) Let's Encrypt", "lets-encrypt"),
        ("region compute-1 ec2-192-0-2-1.compute-1.amazonaws.com", "aws"),
        ("region eu-west-1 my-s3.eu-west-1.elb.amazonaws.com", "amazon-s3"),
        ("region a shop-a1b2c3-ew.a.run.app", "google-cloud"),
        ("registrar 1337 Services LLC", "tucows"),
        ("registrar The Registrar Company", "tucows"),
        ("ip 10.0.0.1", "aws"),
    ],
)
def test_the_shipped_catalogue_is_not_taken_in(shipped: Catalogue, sample: str, wrong: str):
    assert wrong not in evaluate_sample(shipped, sample)


def test_no_shipped_pattern_runs_away_on_a_long_name(shipped: Catalogue):
    hostile = "s3-" * 60 + "s3.amazonaws.comx"
    for record in rules.load().providers:
        for pattern in record.ns_patterns + record.cname_patterns + record.regions:
            assert not re.fullmatch(pattern, hostile)
    assert ids(shipped.cname(hostile)) == []
    assert shipped.region(hostile) is None


@pytest.mark.parametrize(
    ("product", "account"),
    [
        ("route53", "aws"),
        ("cloudfront", "aws"),
        ("amazon-s3", "aws"),
        ("google-cloud-dns", "google-cloud"),
        ("firebase", "google-cloud"),
        ("azure-front-door", "azure"),
        ("google-play", "google-play"),
        ("amazon-registry", "amazon-registry"),
        ("microsoft-365", "microsoft-365"),
    ],
)
def test_products_of_one_customer_account_and_those_that_only_share_a_company(
    shipped: Catalogue, product: str, account: str
):
    assert shipped.account(product) == account


@pytest.mark.parametrize(
    ("product", "expected"),
    [
        ("heroku", {"aws"}),
        ("kinsta", {"google-cloud", "cloudflare"}),
        ("railway", {"google-cloud"}),
        ("cloudflare-workers-kv", {"google-cloud"}),
        ("bitmitigate", {"voxility"}),
        ("zerossl", {"sectigo"}),
        ("public-interest-registry", {"identity-digital"}),
        ("fly-io", set()),
        ("cloudflare", set()),
        ("aws", set()),
    ],
)
def test_the_shipped_catalogue_knows_upstreams(shipped: Catalogue, product: str, expected: set[str]):
    assert {record.id for _, record in shipped.upstreams(product)} == expected
