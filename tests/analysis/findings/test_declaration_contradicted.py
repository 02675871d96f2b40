"""What the owner declares counts unless evidence contradicts it, and then the evidence counts and that is told."""

from __future__ import annotations

from helpers.corpus import behind_a_proxy
from helpers.own_sites import CAMPUS, SECOND, alone, university
from helpers.reports import impacts, parents, report_on, state
from helpers.sites import Site, in_one_leg, in_pairs

from hostaudit.model.site import Declared, Own
from hostaudit.model.values import Owner


def declared(site: Site, **what: str):
    return report_on(site.declare(declare=Declared(**what)))


def told(report) -> dict[str, tuple[str, ...]]:
    return {each.subject: each.because for each in report.findings if each.rule == "declaration-contradicted"}


def test_no_app_is_believed_until_the_site_names_one():
    unseen = declared(in_pairs().note("apps", "steady.org", unknown="timeout"), apps="none")
    named = declared(in_pairs(), apps="none")

    assert state(unseen, "install_ios") == "not_applicable"
    assert told(unseen) == {}
    assert state(named, "install_ios") == "up"
    assert told(named) == {"apps": ("apps:steady.org",)}


def test_the_mailbox_host_joins_incoming_mail_unless_there_is_none():
    behind = declared(in_one_leg(), mailbox="google-workspace")
    nowhere = declared(in_one_leg().mail(), mailbox="google-workspace")

    assert impacts(behind, "alphabet")["mail_receive"] == "down"
    leg = next(each for each in behind.functions if each.id == "mail_receive").legs[-1]
    assert (leg.subject, leg.note) == ("mailboxes of steady.org", "declared in the site file")
    assert told(behind) == {}
    assert state(nowhere, "mail_receive") == "not_applicable"
    assert told(nowhere) == {"mailbox": ("mx:steady.org",)}


def test_an_origin_closes_the_interval_where_it_is_hidden_and_is_contradicted_where_it_is_seen():
    hidden = declared(behind_a_proxy(), origin="ovh")
    seen = declared(in_one_leg(), origin="ovh")
    same = declared(in_one_leg(), origin="hetzner")

    assert hidden.score.low == hidden.score.high
    assert impacts(hidden, "ovh")["web"] == "down"
    assert told(hidden) == {}
    assert set(told(seen)) == {"origin"}
    assert "ovh" not in {each.failure_domain.id for each in seen.spofs}
    assert told(same) == {}


def test_the_declared_origin_is_the_one_provider_of_hosting():
    hidden = declared(behind_a_proxy(), origin="ovh")

    assert next(each for each in hidden.roles if each.role == "hosting").providers == ("ovh",)


def test_an_address_in_an_own_network_that_is_known_as_another_companys_stays_that_companys():
    site = alone().declare(own=Own(asns=(CAMPUS,)))
    site.note("owner", "192.0.2.10", Owner("rdap", "192.0.2.0", "192.0.2.255", organisation="Hetzner Online GmbH"))
    report = report_on(site)

    assert "own AS64500" in told(report)
    assert "origin:192.0.2.10" in told(report)["own AS64500"]
    # The other addresses in it are its own, and the web site rests on www alone.
    assert "unknown:as64500" not in parents(report)


def test_what_is_declared_as_own_and_carries_nothing_is_told_lightly_and_only_if_all_was_seen():
    elsewhere = university(parents=("amazon",), asns=(CAMPUS, SECOND))
    unsure = university(parents=("amazon",)).note("registration", "cornuni.org", unknown="timeout")
    report = report_on(elsewhere)

    assert set(told(report)) == {"own company amazon", "own AS64501"}
    assert {each.severity for each in report.findings} == {"low"}
    assert all("own in the site file" in each.fix for each in report.findings)
    assert told(report_on(unsure)) == {}
    assert told(report_on(university())) == {}
