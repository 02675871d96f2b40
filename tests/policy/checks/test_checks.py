"""Every demand of a policy on small sites: what passes, what fails, what nobody can tell, and what never may change."""

from __future__ import annotations

from datetime import date

import pytest
from helpers import sites
from helpers.corpus import behind_a_proxy, in_the_dark, not_there
from helpers.policies import RULES, TWO_DNS, judged, silent
from helpers.sites import CLOUDFLARE_NS, GANDI, GANDI_NS, Site, in_one_leg, in_pairs, on_one_parent
from hypothesis import given, settings
from hypothesis import strategies as st

from hostaudit.documents import rules
from hostaudit.documents.evidence_file import read_evidence
from hostaudit.model.evidence import Target
from hostaudit.model.policy import (
    FunctionDemand,
    JurisdictionDemand,
    ParentDemand,
    Policy,
    Refusal,
    RoleDemand,
    ScenarioGate,
)
from hostaudit.model.report import Report
from hostaudit.model.site import DeclaredFallback, DeclaredFunction, Need
from hostaudit.model.values import Registration
from hostaudit.policy.checks.context import compared, compared_most, fingerprint
from hostaudit.policy.checks.evaluators import EVALUATORS


def outcomes(report: Report, rule: str) -> dict[str, str]:
    """By subject, or by subject and provider if a rule says something about several."""
    rows = [each for each in report.findings if each.rule == rule]
    by_subject = {each.subject: each.outcome for each in rows}
    if len(by_subject) == len(rows):
        return by_subject
    return {f"{each.subject} {each.provider}".strip(): each.outcome for each in rows}


def outcome(site, policy: Policy, rule: str, **criteria) -> str:
    found = set(outcomes(judged(site, policy, **criteria), rule).values())
    return next(each for each in ("fail", "unknown", "pass") if each in found)


def parler():
    return read_evidence("examples/parler-2021/evidence.json")


# -- texts and evaluators ---------------------------------------------------------------------------------


def test_every_rule_has_one_text_and_one_evaluator():
    assert set(RULES.checks) == set(EVALUATORS)


def test_codes_are_stable_and_of_one_rule_each():
    codes = {row for check in RULES.checks.values() for row in (check.code, *check.codes.values()) if row}

    assert len(codes) == sum(bool(check.code) + len(check.codes) for check in RULES.checks.values())
    quoted = {
        "score.min": "HA-SCORE-001",
        "name-not-delegated": "HA-NAME-001",
        "single-point": "HA-SPOF-001",
        "exceptions.stale": "HA-EXCEPTION-001",
        "providers.deny": "HA-PROVIDER-001",
        "parents.deny": "HA-PARENT-001",
        "parents.max_share": "HA-PARENT-002",
        "jurisdictions.deny": "HA-JURISDICTION-001",
        "jurisdictions.allow": "HA-JURISDICTION-002",
        "jurisdictions.known": "HA-JURISDICTION-003",
        "scenario.ID.FUNCTION": "HA-SCENARIO-001",
    }
    assert {each: RULES.checks[each].code for each in quoted} == quoted
    assert RULES.checks["ROLE.min_providers"].codes["dns"] == "HA-DNS-002"
    assert RULES.checks["FUNCTION.max_hours_down"].codes["web"] == "HA-WEB-002"


def test_every_role_has_its_text_and_its_codes():
    assert set(RULES.roles) == set(rules.ROLES)
    for check in RULES.checks.values():
        if check.id.startswith("ROLE.") and check.id != "ROLE.min_days_left":
            assert set(check.codes) == set(rules.ROLES)


def test_texts_name_no_rule_and_no_command_that_does_not_exist():
    for check in RULES.checks.values():
        assert check.title and check.risk and check.how and check.fix and check.source
        assert check.write.startswith("policy: {") or check.id in (
            "name-not-delegated",
            "lookalike-name-server",
            "single-point",
            "exceptions.stale",
        )


# -- intervals --------------------------------------------------------------------------------------------


@given(st.floats(0, 100), st.floats(0, 100), st.floats(0, 100))
def test_an_interval_passes_at_its_worst_end_and_fails_at_its_best(one, other, limit):
    low, high = sorted((one, other))

    assert compared(low, high, limit) == ("pass" if low >= limit else "fail" if high < limit else "unknown")
    assert compared_most(low, high, limit) == ("pass" if high <= limit else "fail" if low > limit else "unknown")


@pytest.mark.parametrize(
    ("site", "expected"), [(in_pairs, "pass"), (on_one_parent, "fail"), (silent, "unknown"), (in_the_dark, "unknown")]
)
def test_scores_compare_by_their_low_end(site, expected):
    policy = Policy(
        min_score=60,
        roles={"dns": RoleDemand(min_score=60)},
        functions={"web": FunctionDemand(min_score=60)},
    )
    report = judged(site(), policy)

    for rule in ("score.min", "dns.min_score", "web.min_score"):
        assert set(outcomes(report, rule).values()) == {expected}


def test_a_role_scores_what_its_worst_company_leaves():
    report = judged(on_one_parent(), Policy())
    scores = {each.role: each.score.low for each in report.roles}

    assert scores["dns"] == scores["cdn"] == scores["mail"] < 15
    assert scores["app_store"] == 90
    assert scores["registry"] == 97
    by_role = {each.role: each.providers for each in judged(in_pairs(), Policy()).roles}
    assert by_role["hosting"] == ("hetzner", "ovh")
    assert by_role["dns"] == ("gandi", "ns1")


def test_what_a_site_does_not_have_meets_every_demand_and_what_is_out_of_sight_none():
    policy = Policy(
        roles={
            "mail": RoleDemand(min_providers=2, min_score=50),
            "payments": RoleDemand(
                min_providers=1, min_score=50, max_hours_down=1, allow=("stripe",), deny=("stripe",)
            ),
        },
        functions={
            "mail_receive": FunctionDemand(min_score=50, max_hours_down=1),
            "web:api.fronted.net": FunctionDemand(min_score=50, max_hours_down=1),
        },
    )
    report = judged(behind_a_proxy(), policy)
    found = {each.rule: each.outcome for each in report.findings}

    assert {rule for rule, each in found.items() if each == "pass"} == {
        "mail.min_providers",
        "mail.min_score",
        "mail_receive.min_score",
        "mail_receive.max_hours_down",
    }
    assert set(found.values()) == {"pass", "unknown"}


# -- hours ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("limit", "expected"), [(360, "fail"), (361, "pass")])
def test_the_usual_hours_of_the_worst_company_count(limit, expected):
    policy = Policy(functions={"web": FunctionDemand(max_hours_down=limit)})

    assert outcome(in_one_leg(), policy, "web.max_hours_down") == expected


def test_who_holds_only_the_name_stops_no_function_for_this_but_a_role():
    policy = Policy(
        functions={"web": FunctionDemand(max_hours_down=1)}, roles={"registrar": RoleDemand(max_hours_down=1)}
    )
    report = judged(in_pairs(), policy)

    assert outcomes(report, "web.max_hours_down") == {"web": "pass"}
    assert outcomes(report, "registrar.max_hours_down") == {"steady.org": "fail"}


def test_a_role_is_reckoned_without_what_its_companies_do_besides():
    policy = Policy(roles={"dns": RoleDemand(max_hours_down=48), "hosting": RoleDemand(max_hours_down=48)})
    alone = in_one_leg().name(GANDI, {"ns1.first-ns.de": ("213.239.242.238", 24940)})
    report = judged(alone, policy)

    assert outcomes(report, "dns.max_hours_down") == {"steady.org": "pass"}
    assert outcomes(report, "hosting.max_hours_down") == {"steady.org": "fail"}


def test_a_spare_that_nobody_could_look_at_stands_in_for_nobody():
    policy = Policy(roles={"hosting": RoleDemand(max_hours_down=48)})
    site = in_one_leg().apps()
    spare = site.spare(
        "steady.se", ("OVH sas", "433"), {"ns.standby.se": ("51.38.1.53", 16276)}, ("51.38.99.20", 16276)
    )
    site.declare(spare_names=(spare,))

    assert outcome(site, policy, "hosting.max_hours_down") == "pass"
    assert outcome(site.note("a", "steady.se", unknown="timeout"), policy, "hosting.max_hours_down") == "unknown"


def test_notice_shortens_what_is_reckoned_and_is_told():
    demand = {"web": FunctionDemand(max_hours_down=1)}
    without, with_ = (judged(on_one_parent(), Policy(functions=demand, notice_hours=each)) for each in (0.0, 1200.0))

    assert outcomes(without, "web.max_hours_down") == {"web": "fail"}
    assert outcomes(with_, "web.max_hours_down") == {"web": "pass"}
    assert with_.score.low > without.score.low
    assert with_.policy.notice_hours == 1200
    assert with_.spofs == without.spofs


# -- how many ---------------------------------------------------------------------------------------------


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


@settings(max_examples=40)
@given(st.sampled_from((in_one_leg, in_pairs, on_one_parent, silent, behind_a_proxy)), st.integers(1, 3), st.data())
def test_adding_an_independent_provider_never_turns_a_pass_into_a_fail(start, least, data):
    axes = data.draw(st.lists(st.sampled_from(("provider", "parent", "asn", "account")), min_size=1, unique=True))
    roles = {each: RoleDemand(min_providers=least, independent_by=tuple(axes)) for each in ("dns", "hosting", "mail")}
    order = ("fail", "unknown", "pass")
    site = start()
    before = {each: outcome(site, Policy(roles=roles), f"{each}.min_providers") for each in roles}
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
    after = {each: outcome(site, Policy(roles=roles), f"{each}.min_providers") for each in roles}

    for each in roles:
        if before[each] == "pass":
            assert order.index(after[each]) >= order.index(before[each]), (each, before, after)


def _leg(site: Site, host: str, at: int = 0) -> tuple[str, int]:
    address = site.items[f"a:{host}"].value.addresses[at]
    return address, site.items[f"origin:{address}"].value.asns[0]


# -- who --------------------------------------------------------------------------------------------------


def test_allow_asks_for_those_whom_the_site_chose_and_names_each_other_one():
    policy = Policy(roles={"dns": RoleDemand(allow=("ns1",)), "hosting": RoleDemand(allow=("hetzner", "ovh"))})
    report = judged(in_pairs(), policy)

    assert outcomes(report, "dns.allow") == {"steady.org": "fail"}
    assert [each.provider for each in report.findings if each.rule == "dns.allow"] == ["gandi"]
    assert outcomes(report, "hosting.allow") == {"steady.org": "pass"}
    by_company = Policy(roles={"dns": RoleDemand(allow=("ibm", "your-online"))})
    assert outcome(in_pairs(), by_company, "dns.allow") == "pass"


@pytest.mark.parametrize("named", ["route53", "aws", "amazon"])
def test_deny_knows_the_product_its_account_and_the_company(named):
    policy = Policy(roles={"dns": RoleDemand(deny=(named,))})

    assert outcome(on_one_parent(), policy, "dns.deny") == "fail"
    assert outcome(in_pairs(), policy, "dns.deny") == "pass"
    assert outcome(in_the_dark(), policy, "dns.deny") == "unknown"


def test_refused_parties_are_found_in_any_role():
    policy = Policy(
        providers=(Refusal("amazon-ses", "contract ended"), Refusal("ovh")),
        parents=ParentDemand(deny=(Refusal("amazon"),)),
        jurisdictions=JurisdictionDemand(deny=(Refusal("US"), Refusal("FR"))),
    )
    report = judged(on_one_parent(), policy)
    found = outcomes(report, "providers.deny")

    assert found == {"amazon-ses": "fail", "ovh": "pass"}
    assert "contract ended" in next(each.message for each in report.findings if each.subject == "amazon-ses")
    assert set(outcomes(report, "parents.deny").values()) == {"fail"}
    assert outcomes(report, "jurisdictions.deny")["US route53"] == "fail"
    assert outcomes(report, "jurisdictions.deny")["FR"] == "pass"


def test_a_country_that_is_not_allowed_is_named_for_each_company():
    policy = Policy(jurisdictions=JurisdictionDemand(allow=("US", "NL", "DE", "FR", "GB"), known=True))
    narrow = Policy(jurisdictions=JurisdictionDemand(allow=("US",)))

    assert outcome(in_pairs(), policy, "jurisdictions.allow") == "pass"
    assert outcome(in_pairs(), policy, "jurisdictions.known") == "pass"
    assert outcomes(judged(in_pairs(), narrow), "jurisdictions.allow")["hetzner"] == "fail"
    assert outcome(in_the_dark(), policy, "jurisdictions.allow") == "unknown"
    assert outcome(in_the_dark(), policy, "jurisdictions.known") == "unknown"


def test_a_company_without_a_known_country_is_neither_allowed_nor_refused():
    site = in_pairs().name(GANDI, {"ns.nowhere.net": ("192.0.2.1", 64500)})
    policy = Policy(
        jurisdictions=JurisdictionDemand(deny=(Refusal("RU"),), allow=("US", "NL", "DE", "FR", "GB"), known=True)
    )
    report = judged(site, policy)

    assert set(outcomes(report, "jurisdictions.deny").values()) == {"unknown"}
    assert set(outcomes(report, "jurisdictions.allow").values()) == {"unknown"}
    assert "fail" in outcomes(report, "jurisdictions.known").values()


@pytest.mark.parametrize(("most", "expected"), [(0.2, "pass"), (0.19, "fail")])
def test_the_share_of_the_largest_company(most, expected):
    assert outcome(in_pairs(), Policy(parents=ParentDemand(max_share=most)), "parents.max_share") == expected


def test_an_unknown_part_may_be_anybodys():
    policy = Policy(parents=ParentDemand(max_share=0.25))

    assert outcome(in_pairs(), policy, "parents.max_share") == "pass"
    assert outcome(
        in_pairs().note("web", "www.steady.org 51.38.99.21", unknown="timeout"), policy, "parents.max_share"
    ) in (
        "pass",
        "unknown",
    )
    assert outcome(in_the_dark(), policy, "parents.max_share") == "unknown"


# -- when -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2022, 3, 1), "pass"),
        (date(2022, 3, 2), "fail"),
        (date(2022, 6, 1), "fail"),
    ],
)
def test_days_are_counted_from_the_day_of_judging(day, expected):
    site = in_pairs().note("registration", "steady.org", Registration("rdap", *GANDI, expires="2022-04-30T23:00:00Z"))
    policy = Policy(roles={"registrar": RoleDemand(min_days_left=60)})

    assert outcome(site, policy, "registrar.min_days_left", day=day) == expected


@pytest.mark.parametrize("expires", [None, "soon", ""])
def test_a_date_that_cannot_be_read_is_unknown(expires):
    site = in_pairs().note("registration", "steady.org", Registration("rdap", *GANDI, expires=expires))
    policy = Policy(roles={"registrar": RoleDemand(min_days_left=60)})

    assert outcome(site, policy, "registrar.min_days_left") == "unknown"


def test_the_first_certificate_counts_and_one_that_was_not_seen_is_unknown():
    policy = Policy(roles={"ca": RoleDemand(min_days_left=50)})
    more = Policy(roles={"ca": RoleDemand(min_days_left=51)})
    half = in_pairs().note("tls", "www.steady.org 51.38.99.21", unknown="timeout")
    plain = sites.Site("plain.net").note("tls", "plain.net 192.0.2.1", not_applicable="no TLS")

    assert outcome(in_pairs(), policy, "ca.min_days_left") == "pass"
    assert outcome(in_pairs(), more, "ca.min_days_left") == "fail"
    assert outcome(half, policy, "ca.min_days_left") == "unknown"
    assert outcome(half, more, "ca.min_days_left") == "fail"
    assert outcome(plain, policy, "ca.min_days_left") == "pass"
    assert outcome(sites.Site("plain.net"), policy, "ca.min_days_left") == "unknown"


def test_a_scenario_happens_to_the_site():
    policy = Policy(
        scenarios=(ScenarioGate("parler-2021", {"web": 4.0, "install_ios": 4.0, "pay": 1.0}, severity="low"),)
    )
    report = judged(parler(), policy)
    found = {each.rule: (each.outcome, each.severity) for each in report.findings}

    assert found == {
        "scenario.parler-2021.web": ("fail", "low"),
        "scenario.parler-2021.install_ios": ("fail", "low"),
        "scenario.parler-2021.pay": ("unknown", "low"),
    }
    assert outcome(in_pairs(), policy, "scenario.parler-2021.web") == "pass"
    assert outcome(in_the_dark(), policy, "scenario.parler-2021.web") == "unknown"


# -- nothing may be gained by not knowing -----------------------------------------------------------------

EVERYTHING = Policy(
    min_score=50,
    roles={
        **{
            role: RoleDemand(
                min_score=50, min_providers=2, max_hours_down=50, deny=("amazon",), allow=("hetzner", "ns1")
            )
            for role in ("dns", "hosting", "cdn", "mail", "sending", "app_store")
        },
        "registrar": RoleDemand(min_score=97, min_days_left=30, max_hours_down=50, allow=("gandi",)),
        "registry": RoleDemand(min_score=98),
        "ca": RoleDemand(min_days_left=10, min_providers=2, allow=("lets-encrypt",)),
        "page": RoleDemand(deny=("amazon",)),
    },
    functions={each: FunctionDemand(min_score=50, max_hours_down=100) for each in ("web", "resolve", "mail_receive")},
    providers=(Refusal("route53"), Refusal("hetzner")),
    parents=ParentDemand(deny=(Refusal("amazon"), Refusal("ibm")), max_share=0.3),
    jurisdictions=JurisdictionDemand(deny=(Refusal("FR"),), allow=("US", "DE"), known=True),
    scenarios=(ScenarioGate("parler-2021", {"web": 4.0, "mail_receive": 4.0}),),
)


def worst(report: Report) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for each in report.findings:
        found.setdefault(each.rule, set()).add(each.outcome)
    return {rule: next(each for each in ("fail", "unknown", "pass") if each in rows) for rule, rows in found.items()}


@settings(max_examples=60)
@given(
    st.sampled_from((in_pairs, in_one_leg, on_one_parent, silent, behind_a_proxy)),
    st.lists(st.integers(0, 80), min_size=1, max_size=3),
)
def test_what_becomes_unknown_never_turns_into_a_pass(start, lost):
    site = start()
    before = worst(judged(site, EVERYTHING))
    for position in lost:
        item = list(site.items.values())[position % len(site.items)]
        site.note(item.kind, item.subject, unknown="timeout")
    after = worst(judged(site, EVERYTHING))

    gained = {rule for rule, each in after.items() if each == "pass" and before.get(rule) != "pass"}
    assert not gained


def test_equal_evidence_policy_and_day_give_equal_reports():
    one, other = (judged(silent(), EVERYTHING) for _ in range(2))

    assert one == other


def test_a_name_that_does_not_exist_is_all_that_is_said():
    report = judged(not_there(), EVERYTHING)

    assert [each.rule for each in report.findings] == ["name-not-delegated"]
    assert (report.verdict, report.findings[0].code) == ("fail", "HA-NAME-001")


def test_fingerprints_hold_nothing_that_changes_by_itself():
    first = judged(silent(), TWO_DNS).findings[0]
    later = judged(in_pairs(), TWO_DNS, day=date(2026, 1, 1)).findings[0]

    assert (
        first.fingerprint
        == later.fingerprint
        == fingerprint("dns.min_providers", "steady.org", "dns", "steady.org", "")
    )
    assert len(first.fingerprint) == 32


def test_every_answer_points_to_evidence_that_is_in_the_report():
    for site in (in_pairs(), on_one_parent(), silent(), behind_a_proxy(), in_the_dark()):
        report = judged(site, EVERYTHING)
        known = {each.id for each in report.evidence}

        assert all(set(each.because) <= known for each in report.findings)
        assert all(each.code and each.message for each in report.findings)
        assert all(0 <= each.confidence <= 1 for each in report.findings)


def test_no_two_answers_share_a_fingerprint():
    for site in (in_pairs(), on_one_parent(), silent(), behind_a_proxy(), in_the_dark(), parler()):
        marks = [each.fingerprint for each in judged(site, EVERYTHING, fail_on="low").findings]

        assert len(marks) == len(set(marks))


def test_a_host_that_is_named_and_serves_the_page_counts_once():
    site = in_pairs()
    site.target = Target("steady.org", "steady.org", site.target.hosts, ("www.steady.org",))
    report = judged(site, Policy(roles={"hosting": RoleDemand(min_providers=2)}))

    assert [each.subject for each in report.findings] == ["www.steady.org"]
