"""How a report grades what the owner declares: proved is not yet independent."""

from __future__ import annotations

import pytest
from helpers.sites import GANDI, GANDI_NS, NSONE, Site, in_one_leg, on_one_parent

from hostaudit import audit
from hostaudit.documents import rules
from hostaudit.model.report import Fallback
from hostaudit.model.site import DeclaredFallback, SpareName
from hostaudit.model.values import Listing

RULES = rules.shipped()
HETZNER, OVH, GANDI_AS = 24940, 16276, 29169
WEB = "www.steady.org"
PAGE_AT = "51.38.99.20"
HETZNER_NS = {"ns1.first-ns.de": ("213.239.242.238", HETZNER)}
OVH_SELLS = ("OVH sas", "433")

OVH_PAGE = DeclaredFallback("hosting", "ovh", address=PAGE_AT)
HETZNER_SERVER = DeclaredFallback("dns", "hetzner", server="ns1.first-ns.de")


def graded(site: Site, *fallbacks: DeclaredFallback, **more) -> Fallback:
    """The grade of the one declared fallback of a site."""
    report = audit.analyse(site.declare(*fallbacks, **more).file(), RULES)
    (only,) = (each for each in report.fallbacks if each.id)
    assert set(only.because) <= {each.id for each in report.evidence}
    return only


def holds(found: Fallback, grade: str, *said: str) -> None:
    assert found.grade == grade, found.reasons
    for words in said:
        assert any(words in reason for reason in found.reasons), found.reasons


def test_a_standby_that_nobody_asked_says_so():
    spare = SpareName("steady.net")
    holds(graded(in_one_leg(), spare_names=(spare,)), "declared", "not asked yet")
    silent = in_one_leg().note("a", "steady.net", unknown="timeout")
    holds(graded(silent, spare_names=(spare,)), "declared", "its addresses are unknown: timeout")
    server = audit.analyse(in_one_leg().declare(HETZNER_SERVER).file(), RULES)
    assert not any("far name servers" in each.what for each in server.not_assessed)


# -- declared, configured, probed --------------------------------------------------------------------------


def test_what_is_only_declared():
    holds(graded(in_one_leg(), OVH_PAGE), "declared", f"{PAGE_AT} was not asked")
    site = in_one_leg().standby_page(WEB, (PAGE_AT, OVH), status=503)
    holds(graded(site, OVH_PAGE), "declared", f"{PAGE_AT} answers as {WEB} with 503, not 200")


def test_what_dns_shows_but_nothing_proves_is_configured():
    site = (
        in_one_leg().web(WEB, ("88.198.77.11", HETZNER), (PAGE_AT, OVH)).standby_page(WEB, (PAGE_AT, OVH), status=503)
    )

    holds(graded(site, OVH_PAGE), "configured", f"{WEB} resolves to it already", "with 503, not 200")


def test_what_is_proved_and_alone_is_independent():
    found = graded(in_one_leg().standby_page(WEB, (PAGE_AT, OVH)), OVH_PAGE)

    holds(found, "independent", "with 200", "shares no parent or control plane with what it backs up (hetzner)")
    assert (found.role, found.provider, found.backs_up) == ("hosting", "ovh", WEB)


@pytest.mark.parametrize(
    ("fallback", "backs_up"),
    [
        (HETZNER_SERVER, "steady.org"),
        (DeclaredFallback("mail", "ovh", host="mx1.ovh.net"), "steady.org"),
        (DeclaredFallback("ca", "sectigo"), WEB),
        (DeclaredFallback("app_store", "f-droid", app="org.steady"), "app stores"),
    ],
)
def test_what_it_backs_up_is_said(fallback, backs_up):
    assert graded(in_one_leg(), fallback).backs_up == backs_up


# -- a parent in common ------------------------------------------------------------------------------------


def test_two_products_of_one_company_share_it():
    site = in_one_leg()
    for host, ip in (("steady.org", "23.32.1.1"), (WEB, "23.32.1.2")):
        site.web(host, (ip, 20940))
    site.standby_page(WEB, ("45.33.1.1", 63949))

    holds(graded(site, DeclaredFallback("hosting", "linode", address="45.33.1.1")), "probed", "shares parent akamai")


def test_another_machine_of_the_same_company_is_no_other_leg():
    site = in_one_leg().standby_page(WEB, ("88.198.99.1", HETZNER))

    holds(
        graded(site, DeclaredFallback("hosting", "hetzner", address="88.198.99.1")), "probed", "shares parent hetzner"
    )


def test_a_company_outside_the_catalogue_shares_the_parent_that_is_declared():
    site = in_one_leg().standby_page(WEB, ("198.51.100.1", 64500))
    own = DeclaredFallback("hosting", "harbour", parent="harbour", address="198.51.100.1")
    theirs = DeclaredFallback("hosting", "harbour", parent="hetzner", address="198.51.100.1")

    holds(graded(site, own), "independent")
    holds(graded(site, theirs), "probed", "shares parent hetzner")


def test_one_of_two_operators_in_common_is_in_common():
    site = (
        in_one_leg().name(GANDI, {**NSONE, **GANDI_NS}).standby_server("ns-20.gandi.net", ("173.246.100.21", GANDI_AS))
    )
    fallback = DeclaredFallback("dns", "gandi", server="ns-20.gandi.net")

    holds(graded(site, fallback), "probed", "shares parent your-online")


# -- who has to let you switch ------------------------------------------------------------------------------


def test_records_at_the_company_that_is_gone_cannot_be_changed():
    site = in_one_leg().name(GANDI, HETZNER_NS).standby_page(WEB, (PAGE_AT, OVH))

    holds(
        graded(site, OVH_PAGE),
        "probed",
        f"control plane of the failed provider is needed: the records of {WEB} are changed at hetzner (hetzner)",
    )


def test_records_at_two_operators_need_neither():
    site = in_one_leg().name(GANDI, {**HETZNER_NS, **NSONE}).standby_page(WEB, (PAGE_AT, OVH))

    holds(graded(site, OVH_PAGE), "independent")


def test_mail_is_switched_where_the_records_are():
    site = in_one_leg().name(GANDI, HETZNER_NS).standby_exchanger("mx1.ovh.net", ("51.38.99.25", OVH))
    fallback = DeclaredFallback("mail", "ovh", host="mx1.ovh.net")
    holds(graded(site, fallback), "independent")

    site.mail(("www1.your-server.de", "88.198.1.9", HETZNER))
    holds(graded(site, fallback), "probed", "the records of steady.org are changed at hetzner (hetzner)")


def test_a_delegation_is_changed_at_the_registrar():
    site = in_one_leg().name(GANDI, GANDI_NS).standby_server("ns1.first-ns.de", HETZNER_NS["ns1.first-ns.de"])
    holds(
        graded(site, HETZNER_SERVER),
        "probed",
        "control plane of the failed provider is needed: the delegation is changed at gandi (your-online)",
    )

    site.name(OVH_SELLS, GANDI_NS)
    holds(graded(site, HETZNER_SERVER), "independent", "(your-online)")


def test_a_switch_that_is_declared_elsewhere_counts_instead():
    site = in_one_leg().name(GANDI, HETZNER_NS).standby_page(WEB, (PAGE_AT, OVH))
    elsewhere = DeclaredFallback("hosting", "ovh", address=PAGE_AT, switched_by=("ns1",))
    there = DeclaredFallback("hosting", "ovh", address=PAGE_AT, switched_by=("ns1", "hetzner"))

    holds(graded(site, elsewhere), "independent")
    holds(graded(site, there), "probed", "control plane of the failed provider is needed: the switch is at hetzner")


# -- authorities and stores ---------------------------------------------------------------------------------


def test_a_second_authority_is_independent_of_the_first():
    site = in_one_leg().caa("letsencrypt.org", "sectigo.com")
    holds(
        graded(site, DeclaredFallback("ca", "sectigo")), "independent", "lets Sectigo (incl. Comodo, USERTrust) issue"
    )
    holds(
        graded(in_one_leg(), DeclaredFallback("ca", "sectigo")),
        "declared",
        "does not let Sectigo (incl. Comodo, USERTrust) issue",
    )


def test_another_store_is_independent_of_the_first():
    site = in_one_leg().apps(
        ("ios", "apple-app-store", "1"), ("android", "google-play", "org.steady"), ("android", "f-droid", "org.steady")
    )

    holds(
        graded(site, DeclaredFallback("app_store", "f-droid", app="org.steady")), "independent", "lists org.steady now"
    )


# -- spare names ---------------------------------------------------------------------------------------------


def spare(name: str, registrar=OVH_SELLS, servers=None, leg=(PAGE_AT, OVH), site: Site | None = None) -> Fallback:
    site = site or in_one_leg()
    declared = site.spare(name, registrar, servers or {"ns.standby.se": ("51.38.1.53", OVH)}, leg)
    return graded(site, spare_names=(declared,))


def test_a_spare_name_that_shares_nothing_is_independent():
    found = spare("steady.se")

    holds(found, "independent", "answers as steady.se with 200")
    assert (found.role, found.provider, found.backs_up, found.id) == (
        "spare_name",
        "ovh",
        "steady.org",
        "spare_name:steady.se",
    )


def test_a_spare_name_under_the_same_registry():
    holds(spare("steadier.org"), "probed", "same TLD .org")
    holds(spare("steady.ngo"), "probed", "same registry operator public-interest-registry")


def test_a_spare_name_from_the_same_registrar():
    holds(spare("steady.se", GANDI), "probed", "same registrar gandi")


def test_a_spare_name_whose_page_or_zone_is_kept_by_the_same_company():
    holds(spare("steady.se", leg=("88.198.77.99", HETZNER)), "probed", "shares parent hetzner")
    holds(spare("steady.se", servers=NSONE), "probed", "shares parent ibm")


def test_a_spare_name_that_is_not_proved_says_why():
    site = in_one_leg()
    declared = site.spare("steady.se", OVH_SELLS, HETZNER_NS, (PAGE_AT, OVH))
    site.note("delegation", "steady.se", absent="NXDOMAIN")

    holds(graded(site, spare_names=(declared,)), "configured", "steady.se is not registered: NXDOMAIN")


@pytest.mark.parametrize(
    "site",
    [
        in_one_leg(),
        in_one_leg().standby_page(WEB, (PAGE_AT, OVH), status=503),
        in_one_leg().standby_page(WEB, ("88.198.99.1", HETZNER)),
    ],
)
def test_what_is_not_proved_or_goes_with_the_rest_shortens_nothing(site):
    declared = OVH_PAGE, DeclaredFallback("hosting", "hetzner", address="88.198.99.1", activation="automatic")

    plain, hoping = (audit.analyse(site.declare(*each).file(), RULES) for each in ((), declared))

    def outages(report):
        points = [each for each in report.spofs if each.failure_domain.kind == "parent"]
        return {(p.failure_domain.id, f.id): round(f.time_to_recover_hours.high) for p in points for f in p.functions}

    assert outages(hoping) == outages(plain)
    assert outages(plain)["hetzner", "web"] > RULES.scoring.full_harm_hours


# -- what the site rests on ----------------------------------------------------------------------------------


def test_fallbacks_stand_in_the_order_of_the_site_file():
    site = in_one_leg().declare(HETZNER_SERVER, OVH_PAGE, DeclaredFallback("ca", "sectigo"))
    report = audit.analyse(site.file(), RULES)

    assert [each.role for each in report.fallbacks if each.id] == ["dns", "hosting", "ca"]


# -- unknown is never better -------------------------------------------------------------------------------


def fully_declared(base) -> Site:
    """A site with a proved fallback in every role."""
    site = base()
    name, web = site.domain, site.target.hosts[1]
    spare = site.spare("spare.net", ("Namecheap, Inc.", "1068"), HETZNER_NS, ("172.104.1.1", 63949))
    site.standby_page(web, ("172.104.1.2", 63949)).standby_exchanger("mx.spare.net", ("172.104.1.3", 63949))
    site.standby_server("ns1.first-ns.de", ("213.239.242.238", HETZNER))
    site.note("listing", "f-droid spare.app", Listing("f-droid", "spare.app", "android", developer="X"))
    site.note("listing", "apple-app-store 77", Listing("apple-app-store", "77", "ios", developer="X"))
    return site.declare(
        DeclaredFallback("hosting", "linode", address="172.104.1.2", stands_for=web),
        DeclaredFallback("dns", "hetzner", server="ns1.first-ns.de"),
        DeclaredFallback("mail", "linode", host="mx.spare.net", stands_for=name),
        DeclaredFallback("ca", "sectigo"),
        DeclaredFallback("app_store", "f-droid", app="spare.app"),
        DeclaredFallback("app_store", "apple-app-store", app="77"),
        spare_names=(spare,),
    )


@pytest.mark.parametrize("base", [in_one_leg, on_one_parent])
def test_turning_any_fact_of_a_declared_site_into_unknown_only_widens_the_score(base):
    known = audit.analyse(fully_declared(base).file(), RULES)
    proved = {each.role for each in known.fallbacks if each.id and each.grade in ("probed", "independent")}
    assert proved >= {"hosting", "dns", "app_store", "spare_name"}
    for item in fully_declared(base).file().evidence:
        site = fully_declared(base).note(item.kind, item.subject, unknown="timeout")

        report = audit.analyse(site.file(), RULES)

        assert report.score.low <= known.score.low, item.id
        assert report.score.high >= known.score.high, item.id
        grades = {each.id: each.grade for each in report.fallbacks if each.id}
        order = ("declared", "configured", "probed", "independent")
        for each in known.fallbacks:
            if each.id and item.kind.startswith("standby_"):
                assert order.index(grades[each.id]) <= order.index(each.grade), item.id
