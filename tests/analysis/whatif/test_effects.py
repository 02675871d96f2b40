"""What falls at a site, for pictures: the same as ``whatif`` says, for every company, pair and incident."""

from __future__ import annotations

from functools import cache

import pytest
from helpers import ROOT, sites

from hostaudit import audit
from hostaudit.analysis.whatif.effects import effects_of, united
from hostaudit.analysis.whatif.replay import drop, replay
from hostaudit.documents import rules
from hostaudit.documents import scenarios as library
from hostaudit.documents.evidence_file import read_evidence

PARLER = {
    "alphabet": ({"install_android"}, set()),
    "amazon": (
        {"resolve", "web", "web:api.parler.com", "mail_receive", "mail_send", "renew_certificate"},
        {"install_ios", "install_android"},
    ),
    "apple": ({"install_ios"}, set()),
    "identity-digital": (set(), {"resolve"}),
    "markmonitor": (
        set(),
        {
            "resolve",
            "web",
            "web:api.parler.com",
            "mail_receive",
            "mail_send",
            "install_ios",
            "install_android",
            "renew_certificate",
        },
    ),
    "nominet": (set(), {"resolve"}),
    "public-interest-registry": (set(), {"resolve"}),
    "verisign": (
        {"resolve"},
        {
            "web",
            "web:api.parler.com",
            "mail_receive",
            "mail_send",
            "install_ios",
            "install_android",
            "renew_certificate",
        },
    ),
}
"""By company the functions with a part of their own there, and those that fall with what they rest on. Read by hand out
of the evidence: Parler's name, zone, hosts, mail and certificates were Amazon's, the apps need the web site, and what
Amazon's own zones rest on is named by no record of the site."""


@cache
def parler():
    return audit.understand(read_evidence(str(ROOT / "examples/parler-2021/evidence.json")), rules.shipped())


@cache
def computed():
    return effects_of(parler(), library.load())


def test_direct_and_transitive_victims_of_every_company_of_parler():
    found = {
        each.company: (
            {fall.function for fall in each.falls if fall.direct},
            {fall.function for fall in each.falls if not fall.direct},
        )
        for each in computed().companies
    }

    assert found == PARLER


def test_each_company_does_what_whatif_says():
    for each in computed().companies:
        told = drop(parler(), (each.company,), kind="parent")
        lost = {row.id: row for row in told.functions if row.range.high > 0 or row.degraded_hours > 0}

        assert {fall.function for fall in each.falls} == lost.keys()
        for fall in each.falls:
            row = lost[fall.function]
            assert (fall.down, fall.degraded_hours, fall.onset) == (row.range, row.degraded_hours, row.time_to_impact)


@pytest.mark.parametrize("site", [sites.in_pairs, sites.on_one_parent], ids=lambda each: each.__name__)
def test_a_pair_looked_up_as_the_page_does_is_the_pair_of_whatif(site):
    model = audit.understand(site().file(), rules.shipped())
    found = effects_of(model, ())
    alone = {each.company: each.falls for each in found.companies}
    further = {each.companies: each.falls for each in found.pairs}

    assert found.reckoned
    for pair in found.reckoned:
        shown = united(alone[pair[0]], alone[pair[1]]) | {each.function: each for each in further.get(pair, ())}
        told = {row.id: row for row in drop(model, pair, kind="parent").functions}
        lost = {name for name, row in told.items() if row.range.high > 0 or row.degraded_hours > 0}
        assert shown.keys() == lost
        for name, fall in shown.items():
            assert (fall.down, fall.degraded_hours) == (told[name].range, told[name].degraded_hours)


def test_two_independent_companies_stop_together_what_neither_stops():
    found = effects_of(audit.understand(sites.in_pairs().file(), rules.shipped()), ())
    alone = {(each.company, fall.function) for each in found.companies for fall in each.falls if fall.down.usual > 0}
    together = [
        (each.companies, fall.function)
        for each in found.pairs
        for fall in each.falls
        if fall.function == "web" and fall.down.usual > 0
    ]

    assert any(not {(company, name) for company in pair} & alone for pair, name in together)


def test_every_recorded_incident_is_there_with_the_hours_of_its_replay():
    found = {each.scenario: each for each in computed().incidents}

    assert found.keys() == {each.id for each in library.load()}
    for scenario in library.load()[:6]:
        told = {row.id: row.range for row in replay(parler(), scenario).functions if row.range.high > 0}
        shown = {fall.function: fall.down for fall in found[scenario.id].falls if fall.effect != "degraded"}
        assert shown == told


def test_parlers_own_incident_takes_the_web_for_thirty_five_days():
    (own,) = [each for each in computed().incidents if each.scenario == "parler-2021"]
    (web,) = [each for each in own.falls if each.function == "web"]

    assert 820 <= web.down.usual <= 860
    assert own.applies == "yes"
    assert any(span.state == "down" for span in web.stretches)


def test_a_function_needs_another_and_does_not_repeat_its_parts():
    rests = {each.function: each for each in computed().rests}

    assert rests["install_ios"].needs == ("web",)
    assert rests["web"].needs == ("resolve",)
    (store,) = [computed().parts[place] for place in rests["install_ios"].parts]
    assert (store.role, store.companies, store.direct) == ("app_store", ("apple",), True)


def test_what_is_behind_a_proxy_is_a_part_of_nobody_known():
    site = sites.Site("fronted.net").name(sites.GANDI, sites.CLOUDFLARE_NS)
    headers = (("server", "cloudflare"), ("cf-ray", "60aa1122bb33cc44-ARN"))
    site.web("fronted.net", ("104.17.20.30", 13335), headers=headers)
    found = effects_of(audit.understand(site.front("fronted.net").file(), rules.shipped()), ())

    assert any(not each.companies and not each.certain for each in found.parts)


def test_pairs_beyond_the_limit_are_counted_and_those_of_cut_sets_come_first(monkeypatch):
    monkeypatch.setattr("hostaudit.analysis.whatif.effects.MOST_PAIRS", 2)
    found = effects_of(parler(), (), [("verisign", "alphabet"), ("amazon",)])

    assert found.reckoned[0] == ("alphabet", "verisign")
    assert (len(found.reckoned), found.left_out) == (2, 26)


def test_of_two_losses_the_longer_one_is_shown():
    amazon, verisign = (
        {each.function: each for each in company.falls}
        for company in computed().companies
        if company.company in ("amazon", "verisign")
    )

    shown = united(verisign.values(), amazon.values())
    assert verisign["web"].down != shown["web"].down == amazon["web"].down
    assert united(amazon.values(), amazon.values()) == amazon
