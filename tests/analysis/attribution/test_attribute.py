"""Who is behind what was seen, in the cases where the first guess is wrong."""

from __future__ import annotations

import pytest
from helpers.reports import catalogue, operator_of, parents, report_on
from helpers.sites import GANDI, GANDI_NS, NSONE, Site, in_pairs

from hostaudit import domain
from hostaudit.model.report import Dependency, Report
from hostaudit.model.values import (
    Origin,
    Owner,
    Published,
    PublishedRanges,
    ServerAnswer,
    ZoneCut,
)
from hostaudit.report import Style, load


def served(headers=(), chain=(), address="193.235.17.80", asn=64999, organisation=None, domain="steady.org") -> Report:
    """A site of which one address leg serves the front page."""
    host = f"www.{domain}"
    site = in_pairs().web(host, (address, asn), headers=headers, chain=chain).front(host)
    if organisation:
        site.note("owner", address, Owner("rdap", address, address, organisation=organisation))
    return report_on(site)


def in_leg(report: Report, host: str = "www.steady.org") -> dict[str, Dependency]:
    return {
        row.provider: row
        for row in report.dependencies
        if row.subject.split(" ")[0] == host and row.role in ("hosting", "cdn")
    }


# -- several at once ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "chain", "asn", "expected"),
    [
        (
            (("server", "cloudflare"), ("cf-ray", "60aa1122bb33cc44-ARN"), ("x-render-origin-server", "Render")),
            (),
            13335,
            {"cloudflare": "cdn", "render": "hosting"},
        ),
        (
            (("server", "cloudflare"), ("cf-ray", "60aa1122bb33cc44-ARN"), ("via", "1.1 vegur")),
            (),
            13335,
            {"cloudflare": "cdn", "heroku": "hosting"},
        ),
        ((("server", "Vercel"), ("x-vercel-id", "arn1::abc")), (), 16509, {"vercel": "hosting", "aws": "hosting"}),
        (
            (("server", "AmazonS3"), ("x-served-by", "cache-arn-ESSB1-ARN"), ("x-timer", "S1.0,VS0,VE1")),
            ("steady.map.fastly.net",),
            54113,
            {"fastly": "cdn", "amazon-s3": "hosting"},
        ),
        (
            (("server", "GitHub.com"), ("x-github-request-id", "A:B:C"), ("x-served-by", "cache-arn-1-ARN")),
            ("steady.github.io",),
            54113,
            {"github-pages": "hosting", "fastly": "cdn"},
        ),
    ],
    ids=["Render behind Cloudflare", "Heroku behind Cloudflare", "Vercel on AWS", "S3 behind Fastly", "GitHub Pages"],
)
def test_layers_of_one_leg_are_all_dependencies_each_in_its_role(headers, chain, asn, expected):
    found = in_leg(served(headers, chain, asn=asn))

    assert {provider: row.role for provider, row in found.items() if provider in expected} == expected
    assert not any(row.contradicts for row in found.values())


def test_two_content_networks_on_two_legs_are_both_kept_and_neither_is_a_single_point():
    site = in_pairs().web("www.steady.org", ("151.101.1.7", 54113), ("104.17.20.30", 13335))

    report = report_on(site)

    assert {"fastly", "cloudflare"} <= set(in_leg(report))
    assert not {"fastly", "cloudflare"} & set(parents(report))


# -- platforms ----------------------------------------------------------------------------------------


def on_a_platform(domain: str = "foo.github.io") -> Report:
    suffix = domain.partition(".")[2]
    site = Site(domain).name(("MarkMonitor Inc.", "292"), NSONE)
    site.note("zone", domain, ZoneCut((suffix, suffix.rpartition(".")[2])))
    site.web(domain, ("185.199.108.153", 54113), headers=(("server", "GitHub.com"), ("x-github-request-id", "A:B:C")))
    site.note("zone", domain, ZoneCut((suffix, suffix.rpartition(".")[2])))
    return report_on(site.front(domain).caa().mail().apps())


def test_a_tenant_of_a_platform_depends_on_it_for_name_dns_and_web():
    report = on_a_platform()

    rows = {(row.role, row.subject): row.provider for row in report.dependencies}
    assert rows["registrar", "foo.github.io"] == "github-pages"
    assert rows["registrar", "github.io"] == "markmonitor"
    assert rows["dns", "dns1.p01.nsone.net"] == "ns1"
    assert rows["hosting", "foo.github.io 185.199.108.153"] == "github-pages"
    ended = next(point for point in report.spofs if point.failure_domain.id == "microsoft")
    assert {"resolve", "web"} <= {each.id for each in ended.functions if each.effect == "down"}
    assert not ended.name_only


def test_the_report_says_that_a_tenants_name_is_the_platforms_to_give_or_take():
    report = on_a_platform()

    note = next(each.note for each in report.functions if each.id == "resolve")
    assert note == "foo.github.io is a name under github.io, the platform's to give or take"
    assert "the platform's to give or take" in " ".join(load("terminal").render(report, Style()).split())


def test_the_zone_of_a_platform_is_not_the_tenants_to_change():
    report = on_a_platform()

    accounts = {each.failure_domain.id for each in report.spofs if each.failure_domain.kind == "account"}
    assert "markmonitor" not in accounts


def test_a_suffix_that_the_catalogue_does_not_know_is_still_somebodys():
    found = in_leg(served(chain=("steady.adobeaemcloud.com",)))
    unheard_of = in_leg(served(chain=("steady.eero-stage.online",)))

    assert any("adobe" in provider for provider in found)
    assert "unknown:eero-stage.online" in unheard_of


@pytest.mark.parametrize(
    ("name", "tenant"),
    [
        ("foo.github.io", "foo.github.io"),
        ("a.b.github.io", "b.github.io"),
        ("shop.myshopify.com", "shop.myshopify.com"),
        ("x.pages.dev", "x.pages.dev"),
        ("diary.blogspot.com", "diary.blogspot.com"),
        ("bucket.s3.amazonaws.com", "bucket.s3.amazonaws.com"),
        ("github.io", None),
        ("www.example.com", None),
        ("example.co.uk", None),
    ],
)
def test_a_tenants_name_is_one_label_under_the_suffix(name, tenant):
    assert domain.tenant(name) == tenant


# -- private names of servers ---------------------------------------------------------------------------


def with_servers(servers: dict[str, tuple[str, int]], *, soa: tuple[str, str] = ("", "")) -> Report:
    site = in_pairs().name(GANDI, servers)
    for host, (address, _) in servers.items():
        answer = ServerAnswer("steady.org", host, address, True, "NOERROR", 1, *(each or None for each in soa))
        site.note("server", f"steady.org {host} {address}", answer)
    return report_on(site)


def test_a_private_name_is_said_to_be_hosted_by_whose_network_it_is_in():
    row = operator_of(with_servers({"ns1.steady.org": ("198.51.44.9", 62597)}), "ns1.steady.org")

    assert row.provider == "ns1"
    assert "ns1.steady.org is a private name, hosted by NS1 (IBM)" in row.clues


def test_the_soa_supports_what_the_addresses_tell_and_is_never_enough_alone():
    said = ("ns1.steady.org", "hostmaster.nsone.net")
    plain = operator_of(with_servers({"ns1.steady.org": ("198.51.44.9", 62597)}), "ns1.steady.org")
    told = operator_of(with_servers({"ns1.steady.org": ("198.51.44.9", 62597)}, soa=said), "ns1.steady.org")
    alone = operator_of(with_servers({"ns1.steady.org": ("193.235.17.80", 64999)}, soa=said), "ns1.steady.org")

    assert plain.confidence < told.confidence
    assert "soa hostmaster.nsone.net" in told.clues
    assert alone.provider == "unknown:as64999"
    assert alone.confidence == 0.5


def test_two_zones_whose_soa_names_one_operator_stay_two_companies():
    said = ("dns1.p01.nsone.net", "hostmaster.nsone.net")
    servers = {"ns1.steady.org": ("193.235.17.80", 64999), "ns2.steady.org": ("88.198.77.53", 24940)}

    report = with_servers(servers, soa=said)

    assert {operator_of(report, host).provider for host in servers} == {"unknown:as64999", "hetzner"}


def test_a_foreign_name_on_a_rented_server_is_run_by_whoever_rents_it():
    report = with_servers({"ns1.small-host.net": ("88.198.77.53", 24940)})

    assert operator_of(report, "ns1.small-host.net").provider == "unknown:small-host.net"
    network = next(row for row in report.dependencies if row.subject == "ns1.small-host.net 88.198.77.53")
    assert network.provider == "hetzner"


def test_the_servers_of_a_providers_own_site_are_the_providers():
    site = Site("cloudflare.com").name(("Cloudflare, Inc.", "1910"), {"ns3.cloudflare.com": ("162.159.0.33", 13335)})

    row = operator_of(report_on(site.mail().apps().caa()), "ns3.cloudflare.com")

    assert row.provider == "cloudflare"


# -- flattened names, anycast, other people's blocks -----------------------------------------------------


def test_a_flattened_bare_name_is_told_by_range_and_headers_and_its_origin_stays_unknown():
    report = served((("server", "cloudflare"), ("cf-ray", "60aa1122bb33cc44-ARN")), address="104.17.20.30", asn=13335)

    row = in_leg(report)["cloudflare"]
    assert row.confidence == 0.99
    assert any(each.cause == "hidden_behind_cdn" for each in report.unknowns)


def test_a_customers_block_that_a_content_network_announces_is_said_to_be_the_customers():
    report = served(asn=13335, organisation="Example University")

    row = in_leg(report)["cloudflare"]
    assert row.contradicts == ()
    assert "the block is registered to Example University" in row.clues


@pytest.mark.parametrize("headers", [(), (("server", "cloudflare"),)], ids=["by its AS", "by its headers too"])
def test_what_is_said_of_a_network_is_kept_however_its_operator_is_told(headers):
    block = in_leg(served(headers, asn=13335, organisation="Example University"))["cloudflare"]
    doubted = in_leg(served(headers, address="104.17.20.30", asn=24940))["cloudflare"]

    assert "the block is registered to Example University" in block.clues
    assert doubted.against == ("asn AS24940: hetzner",)
    assert doubted.confidence < 0.9


def test_of_two_products_of_one_company_the_one_for_which_more_speaks_stands_for_both():
    found = in_leg(served((("server", "GitHub.com"), ("x-github-request-id", "A:B:C"))))

    assert "github-pages" in found
    assert "github" not in found


def test_another_companys_block_that_a_content_network_announces_is_said_and_no_contradiction():
    found = in_leg(served(asn=13335, organisation="Hetzner Online GmbH"))

    assert set(found) == {"cloudflare"}
    assert "the block is registered to Hetzner Online GmbH" in found["cloudflare"].clues
    assert found["cloudflare"].contradicts == ()


def test_a_published_range_that_a_content_network_announces_makes_both_operators():
    found = in_leg(served(address="76.76.21.21", asn=13335))

    assert {"cloudflare", "vercel"} <= set(found)
    assert not any(row.contradicts for row in found.values())


@pytest.mark.parametrize(
    "headers", [(), (("x-amz-request-id", "1"),), (("server", "cloudflare"),)], ids=["none", "weak", "strong"]
)
@pytest.mark.parametrize("asn", [13335, 16509, 64999])
@pytest.mark.parametrize(
    "organisation", ["Hetzner Online GmbH", "Amazon.com, Inc.", "Vercel, Inc", "Example University"]
)
def test_not_to_know_the_registered_holder_never_makes_a_site_look_better(headers, asn, organisation):
    site = in_pairs().web("www.steady.org", ("193.235.17.80", asn), headers=headers).front("www.steady.org")
    known = Owner("rdap", "193.235.16.0", "193.235.19.255", organisation=organisation)

    told = report_on(site.note("owner", "193.235.17.80", known))
    open_ = report_on(site.note("owner", "193.235.17.80", unknown="rate_limited"))

    assert open_.score.low <= told.score.low
    assert open_.score.high >= told.score.high


def test_not_to_know_the_published_ranges_never_makes_a_site_look_better():
    site = in_pairs().web("www.steady.org", ("193.235.17.80", 13335)).front("www.steady.org")
    feed = next(each.feeds[0] for each in catalogue().providers if each.id == "github-pages")
    listed = PublishedRanges((Published("193.235.16.0/22", feed.url, feed.services[0]),))

    told = report_on(site.note("published", "193.235.17.80", listed))
    assert {"cloudflare", "github-pages"} <= set(in_leg(told))
    open_ = report_on(site.note("published", "193.235.17.80", unknown="malformed"))

    assert open_.score.low <= told.score.low
    assert open_.score.high >= told.score.high


def test_a_cache_in_an_access_network_rests_on_both():
    found = in_leg(served((("server", "AkamaiGHost"),)))

    assert {"akamai", "unknown:as64999"} <= set(found)


def test_a_published_range_in_an_unknown_as_says_who_announces_it():
    found = in_leg(served(address="104.17.20.30", asn=64999))

    row = found["cloudflare"]
    assert row.contradicts == ()
    assert "announced by AS64999 AS64999-NAME" in row.clues


def test_a_published_range_in_the_as_of_another_host_is_a_contradiction_and_shown():
    report = served(address="104.17.20.30", asn=24940)

    row = in_leg(report)["cloudflare"]
    plain = in_leg(served(address="104.17.20.30", asn=64999))["cloudflare"]
    assert row.contradicts == ("origin:104.17.20.30",)
    assert row.against == ("asn AS24940: hetzner",)
    assert row.confidence < plain.confidence
    assert "against it: asn AS24940: hetzner" in " ".join(load("terminal").render(report, Style()).split())


def test_the_number_of_independent_clues_outweighs_a_stronger_single_one():
    site = in_pairs().web("www.steady.org", ("193.235.17.80", 16276)).front("www.steady.org")
    site.note("owner", "193.235.17.80", Owner("rdap", "a", "b", organisation="OVH SAS"))
    site.note("origin", "193.235.17.80", Origin("193.235.16.0/22", (16276,), ("OVH",), "FR"))

    row = in_leg(report_on(site))["ovh"]

    assert row.confidence == 0.9


# -- registries -------------------------------------------------------------------------------------------


def registries(domain: str) -> dict[str, Dependency]:
    site = Site(domain).name(GANDI, NSONE)
    return {row.provider: row for row in report_on(site).dependencies if row.role == "registry"}


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("steady.co", {"mintic-co", "team-internet"}),
        ("steady.xyz", {"xyz-com", "team-internet"}),
        ("steady.org", {"public-interest-registry", "identity-digital"}),
        ("steady.com", {"verisign"}),
        ("steady.nl", {"sidn"}),
    ],
)
def test_a_registry_rests_on_whoever_runs_its_back_end(domain, expected):
    assert expected <= set(registries(domain))


def test_a_registry_outside_the_catalogue_keeps_the_name_that_iana_has_and_no_country():
    (sponsor,) = (row for row in registries("steady.dish").values() if row.provider.startswith("unknown:"))

    assert sponsor.name == "Dish DBS Corporation"
    assert sponsor.jurisdiction is None


def test_a_back_end_is_known_less_surely_than_the_registry():
    found = registries("steady.xyz")

    assert found["xyz-com"].confidence == 0.99
    assert found["team-internet"].confidence == 0.7
    assert found["team-internet"].clues == ("back end of .xyz: CentralNic",)


def test_two_domains_of_one_sponsor_have_one_registry():
    ids = {row.provider for name in ("a.dish", "a.dtv") for row in registries(name).values() if "dish" in row.provider}

    assert ids == {"unknown:registry-dish-dbs-corporation"}


# -- countries and upstreams ------------------------------------------------------------------------------


def test_the_country_of_the_contract_and_that_of_the_owner_both_bind():
    site = in_pairs().name(GANDI, {"ns1.loopia.se": ("93.188.0.20", 39570), "ns2.loopia.se": ("93.188.0.21", 39570)})
    row = operator_of(report_on(site), "ns1.loopia.se")

    assert (row.provider, row.parent, row.jurisdiction, row.owner_jurisdiction) == ("loopia", "team-blue", "SE", "BE")


def test_an_upstream_of_one_role_counts_in_that_role_only():
    site = Site("steady.org").name(("NameCheap, Inc.", "1068"), GANDI_NS)
    assert "ultradns" not in {row.provider for row in report_on(site).dependencies}
    hosts = {"dns1.registrar-servers.com": ("156.154.132.200", 64500)}
    assert "ultradns" in {row.provider for row in report_on(Site("steady.org").name(GANDI, hosts)).dependencies}
