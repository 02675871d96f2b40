"""What a company is told for: the roles in which the site itself uses it, and by which role its longest outage is."""

from __future__ import annotations

import msgspec
from helpers.odd_sites import redirect_only
from helpers.own_sites import rented
from helpers.reports import report_on
from helpers.sites import CLOUDFLARE_NS, GANDI, NSONE, Site, in_pairs

from hostaudit.model.report import SinglePoint


def of(site: Site, company: str) -> SinglePoint:
    return next(
        each
        for each in report_on(site).spofs
        if (each.failure_domain.kind, each.failure_domain.id) == ("parent", company)
    )


def decided(point: SinglePoint) -> dict[str, object]:
    return {each.id: each.decided_by for each in point.functions if each.effect == "down"}


def test_the_network_of_a_name_server_is_dns_and_no_hosting():
    site = Site("steady.org").name(GANDI, NSONE).web("steady.org", ("88.198.77.10", 24940)).front("steady.org")

    assert of(site, "ibm").roles == ("dns",)
    assert of(site, "hetzner").roles == ("hosting",)
    assert of(rented(), "hetzner").roles == ("dns", "hosting", "mail")


def test_the_role_that_decides_the_time_is_told_for_each_function():
    site = Site("fronted.net").name(GANDI, CLOUDFLARE_NS)
    for host in ("fronted.net", "www.fronted.net"):
        site.web(host, ("104.17.20.30", 13335), headers=(("server", "cloudflare"), ("cf-ray", "60aa1122bb33cc44-ARN")))

    assert decided(of(site.front("fronted.net"), "cloudflare")) == {"resolve": "dns", "web": "dns"}
    assert decided(of(rented(), "hetzner")) == {"resolve": "dns", "web": "hosting", "mail_receive": "mail"}
    assert all(
        each.decided_by is msgspec.UNSET
        for point in report_on(rented()).spofs
        if point.failure_domain.kind != "parent"
        for each in point.functions
    )


def test_what_only_a_provider_of_the_site_uses_is_upstream():
    point = of(redirect_only(), "ovh")

    assert "hosting" in point.roles
    assert point.upstream_roles == ("dns", "registrar")
    assert of(rented(), "hetzner").upstream_roles is msgspec.UNSET


def test_who_holds_names_only_is_told_with_all_roles():
    point = of(in_pairs(), "verisign")

    assert (point.roles, point.name_only, point.upstream_roles) == (("registry",), True, msgspec.UNSET)
