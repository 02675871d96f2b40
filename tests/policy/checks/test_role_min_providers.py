"""How many providers of a role, independent in what."""

from __future__ import annotations

import pytest
from helpers.corpus import behind_a_proxy
from helpers.examples import examples
from helpers.findings import outcome, outcomes, parler, worst
from helpers.policies import TWO_DNS, judged, silent
from helpers.sites import CLOUDFLARE_NS, GANDI, GANDI_NS, Site, in_one_leg, in_pairs, on_one_parent
from hypothesis import given
from hypothesis import strategies as st

from hostaudit.model.evidence import Target
from hostaudit.model.policy import (
    Policy,
    RoleDemand,
)
from hostaudit.model.site import DeclaredFallback, DeclaredFunction, Need


def test_two_operators_of_dns_are_demanded_of_three_sites():
    expected = {"fail": parler(), "pass": in_pairs(), "unknown": silent()}

    for wanted, site in expected.items():
        assert outcome(site, TWO_DNS, "dns.min_providers") == wanted
    verdicts = [judged(site, TWO_DNS).verdict for site in expected.values()]
    assert verdicts == ["fail", "pass", "inconclusive"]


@pytest.mark.parametrize("axis", ["provider", "parent", "account", "asn", "prefix", "jurisdiction", "tld"])
def test_every_axis_tells_two_apart(axis):
    same = Site("steady.org").name(GANDI, CLOUDFLARE_NS)
    apart = Site("steady.org").name(GANDI, {**CLOUDFLARE_NS, **GANDI_NS, "ns1.first-ns.de": ("213.239.242.238", 24940)})
    policy = Policy(roles={"dns": RoleDemand(min_providers=2, independent_by=(axis,))})

    assert outcome(same, policy, "dns.min_providers") == "fail"
    assert outcome(apart, policy, "dns.min_providers") == "pass"


def test_the_largest_set_is_found_where_the_first_two_share_something():
    servers = {
        "a.ns.one.net": ("192.0.2.1", 64500),
        "b.ns.two.net": ("198.51.100.1", 64500),
        "c.ns.three.net": ("203.0.113.1", 64501),
    }
    site = Site("steady.org").name(GANDI, servers)
    policy = Policy(roles={"dns": RoleDemand(min_providers=2, independent_by=("asn",))})

    assert outcome(site, policy, "dns.min_providers") == "pass"
    three = Policy(roles={"dns": RoleDemand(min_providers=3, independent_by=("asn",))})
    assert outcome(site, three, "dns.min_providers") == "fail"


def test_the_weakest_host_and_zone_decide():
    site = in_pairs()
    site.target = site.target.__class__(
        "steady.org", "steady.org", (*site.target.hosts, "api.steady.org"), ("api.steady.org",)
    )
    site.web("api.steady.org", ("88.198.77.12", 24940))
    policy = Policy(roles={"hosting": RoleDemand(min_providers=2)})

    assert outcomes(judged(site, policy), "hosting.min_providers") == {
        "www.steady.org": "pass",
        "api.steady.org": "fail",
    }


def test_an_origin_behind_a_cdn_is_unknown_and_the_cdn_is_not():
    policy = Policy(
        roles={"hosting": RoleDemand(min_providers=1, allow=("hetzner",)), "cdn": RoleDemand(min_providers=2)}
    )
    report = judged(behind_a_proxy(), policy)
    told = next(each.message for each in report.findings if each.rule == "hosting.min_providers")

    assert outcomes(report, "hosting.min_providers") == {"fronted.net": "unknown"}
    assert "the origin behind Cloudflare is hidden" in told
    assert outcomes(report, "hosting.allow") == {"fronted.net": "unknown"}
    assert outcomes(report, "cdn.min_providers") == {"fronted.net": "fail"}


def test_no_cdn_is_fewer_than_two():
    policy = Policy(roles={"cdn": RoleDemand(min_providers=2)})

    assert outcome(in_pairs(), policy, "cdn.min_providers") == "fail"


@pytest.mark.parametrize(("activation", "expected"), [("automatic", "pass"), ("manual", "fail")])
def test_a_standby_counts_only_if_it_switches_by_itself(activation, expected):
    site = in_one_leg().standby_server("ns1.first-ns.de", ("213.239.242.238", 24940))
    site.declare(DeclaredFallback("dns", "hetzner", server="ns1.first-ns.de", activation=activation))
    policy = Policy(roles={"dns": RoleDemand(min_providers=2)})

    assert outcome(site, policy, "dns.min_providers") == expected
    site.standby_server("ns1.first-ns.de", ("213.239.242.238", 24940), good=False)
    assert outcome(site, policy, "dns.min_providers") == "fail"


def test_a_standby_whose_proof_is_open_is_only_hoped_for():
    site = in_one_leg().standby_page("www.steady.org", ("51.38.99.20", 16276))
    site.declare(DeclaredFallback("hosting", "ovh", address="51.38.99.20", activation="automatic"))
    policy = Policy(roles={"hosting": RoleDemand(min_providers=2)})

    assert outcome(site, policy, "hosting.min_providers") == "pass"
    site.note("standby_web", "www.steady.org 51.38.99.20 /", unknown="timeout")
    assert outcome(site, policy, "hosting.min_providers") == "unknown"


def test_any_number_of_authorities_may_issue_where_caa_is_silent():
    policy = Policy(roles={"ca": RoleDemand(min_providers=5)})

    assert outcome(in_pairs(), policy, "ca.min_providers") == "pass"
    assert outcome(in_one_leg(), policy, "ca.min_providers") == "fail"
    assert (
        outcome(in_pairs().note("caa", "www.steady.org", unknown="servfail"), policy, "ca.min_providers") == "unknown"
    )


def test_declared_needs_count_as_declared():
    need = (Need("payments", ("stripe", "adyen")),)
    site = in_pairs().declare(functions=(DeclaredFunction("pay", need),))
    two, three = (Policy(roles={"payments": RoleDemand(min_providers=each)}) for each in (2, 3))

    assert outcomes(judged(site, two), "payments.min_providers") == {"pay": "pass"}
    assert outcomes(judged(site, three), "payments.min_providers") == {"pay": "fail"}


@examples(40)
@given(st.sampled_from((in_one_leg, in_pairs, on_one_parent, silent, behind_a_proxy)), st.integers(1, 3), st.data())
def test_adding_an_independent_provider_never_turns_a_pass_into_a_fail(start, least, data):
    axes = data.draw(st.lists(st.sampled_from(("provider", "parent", "asn", "account")), min_size=1, unique=True))
    roles = {each: RoleDemand(min_providers=least, independent_by=tuple(axes)) for each in ("dns", "hosting", "mail")}
    order = ("fail", "unknown", "pass")
    site = start()
    before = _min_providers(site, roles)
    site = start()
    added = data.draw(st.sampled_from(("dns", "hosting", "mail")))
    if added == "dns":
        own = site.items[f"nameservers:{site.domain}"].value.names
        held = {each: _leg(site, each) for each in own}
        site.name(GANDI, {**held, "ns1.elsewhere.se": ("203.0.113.53", 64511)})
    elif added == "hosting":
        host = site.items[f"front:{site.domain}"].value.host
        legs = [_leg(site, host, at) for at in range(len(site.items[f"a:{host}"].value.addresses))]
        site.web(host, *legs, ("203.0.113.80", 64511))
    elif site.items[f"mx:{site.domain}"].value is not None:
        own = [each.host for each in site.items[f"mx:{site.domain}"].value.exchangers]
        site.mail(*((each, *_leg(site, each)) for each in own), ("mx.elsewhere.se", "203.0.113.25", 64511))
    after = _min_providers(site, roles)

    for each in roles:
        if before[each] == "pass":
            assert order.index(after[each]) >= order.index(before[each]), (each, before, after)


def _min_providers(site: Site, roles: dict[str, RoleDemand]) -> dict[str, str]:
    report = judged(site, Policy(roles=roles))
    return {each: worst(report, f"{each}.min_providers") for each in roles}


def _leg(site: Site, host: str, at: int = 0) -> tuple[str, int]:
    address = site.items[f"a:{host}"].value.addresses[at]
    return address, site.items[f"origin:{address}"].value.asns[0]


def test_a_host_that_is_named_and_serves_the_page_counts_once():
    site = in_pairs()
    site.target = Target("steady.org", "steady.org", site.target.hosts, ("www.steady.org",))
    report = judged(site, Policy(roles={"hosting": RoleDemand(min_providers=2)}))

    assert [each.subject for each in report.findings] == ["www.steady.org"]
