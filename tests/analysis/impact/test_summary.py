"""The sentence on top of a report."""

from __future__ import annotations

import pytest
from helpers import broken_sites
from helpers.odd_sites import mail_only
from helpers.sites import CLOUDFLARE_NS, GANDI, NSONE, Site, in_pairs

from hostaudit import api
from hostaudit.model.site import DeclaredFallback


def summary(site: Site) -> str:
    return api.analyse(site.file()).summary


def with_host(*, dns=CLOUDFLARE_NS, apps=(), mail=()) -> Site:
    site = Site("steady.org").name(GANDI, dns)
    for host, ip in (("steady.org", "88.198.77.10"), ("www.steady.org", "88.198.77.11")):
        site.web(host, (ip, 24940))
    return site.front("www.steady.org").caa("letsencrypt.org").mail(*mail).apps(*apps)


STORES = (("ios", "apple-app-store", "1"), ("android", "google-play", "org.steady"))
FASTMAIL = ("in1-smtp.messagingengine.com", "103.168.172.216", 151847)


def test_a_company_whose_loss_takes_nothing_down_and_is_over_within_the_hour_is_not_named():
    said = summary(with_host())

    assert "ISRG" not in said
    assert "more compan" not in said
    assert said.count(" alone can ") == 2
    # It is in the list all the same.
    points = [each.failure_domain.id for each in api.analyse(with_host().file()).spofs]
    assert "isrg" in points


def test_a_site_of_which_one_company_can_stop_renewal_alone_is_one_that_none_can_take_down():
    said = summary(in_pairs().caa("letsencrypt.org"))

    assert said.startswith("No company seen can take steady.org down alone, except the registrars and registries")


def test_the_longest_outage_of_the_web_site_comes_first_and_each_company_has_its_hours():
    said = summary(with_host())
    host, names = said.index("Hetzner alone can take down steady.org"), said.index("Cloudflare alone can take down")

    assert host < names
    assert said.count("you would need about 15 days (2 to 89 days) to be back.") == 1
    assert said.count("; back after about 26 hours (6 minutes to 3 days).") == 1


@pytest.mark.parametrize(
    ("site", "told"),
    [
        (with_host(apps=STORES, mail=(FASTMAIL,)), "2 more companies can each end a function alone."),
        (with_host(apps=STORES), "1 more company can end a function alone."),
    ],
)
def test_beyond_three_companies_the_rest_is_a_number(site, told):
    said = summary(site)

    assert said.count(" alone can ") == 3
    assert told in said


def test_a_company_that_holds_a_name_alone_is_told_with_the_product_that_is_seen():
    assert "Gandi (Your.Online)" in summary(in_pairs())


def test_users_whose_resolvers_have_no_entry_notice_at_once():
    said = summary(with_host(dns=NSONE, mail=(FASTMAIL,)))

    assert "(first users at once, nearly all within 5 minutes); the web site back after about 26 hours" in said
    assert ", in " not in said


def test_one_pair_is_told_with_its_hours():
    said = summary(in_pairs())

    assert said.endswith("Hetzner and OVHcloud; you would need about 15 days (2 to 89 days) to be back.")


def test_of_a_site_that_is_down_nobody_is_said_to_be_unable_to_take_it_down():
    said = summary(broken_sites.expired())

    assert said == (
        "Not working now: steady.org, new iOS installs and new Android installs. "
        "Browsers refuse the certificate of steady.org: it ended on 2021-01-01."
    )


def test_a_function_that_does_not_work_now_makes_no_strong_company_of_a_registrar():
    points = api.analyse(broken_sites.expired().file()).spofs

    assert {each.failure_domain.id for each in points if each.failure_domain.kind == "parent" and each.name_only} >= {
        "your-online",
        "verisign",
    }


def test_a_name_for_mail_alone_is_told_by_what_it_has():
    said = summary(mail_only())

    assert "Hetzner alone can take down incoming mail of mailonly.com, at once; you would need about 4 days" in said
    assert "can take down name resolution and incoming mail, at once" in said


def test_a_proved_standby_is_named_with_the_time_that_the_switch_takes():
    standby = DeclaredFallback("hosting", "ovh", address="51.38.99.21", activation_hours=0.75)
    site = with_host().declare(standby).standby_page("www.steady.org", ("51.38.99.21", 16276))

    assert "by way of OVHcloud (51.38.99.21)" in summary(site)


def test_what_begins_at_once_is_not_told_with_the_renewal_of_a_certificate():
    android = (("android", "google-play", "org.steady"),)
    site = with_host(apps=android).caa("pki.goog")
    for host, ip in (("steady.org", "88.198.77.10"), ("www.steady.org", "88.198.77.11")):
        site.web(host, (ip, 24940), issuer="Google Trust Services")
    said = summary(site)

    assert "alone can end new Android installs, at once; back after about 128 days (26 to 602 days)." in said
    points = {each.failure_domain.id: each for each in api.analyse(site.file()).spofs}
    assert {each.effect for each in points["alphabet"].functions} == {"no_new_installs", "cannot_renew"}
