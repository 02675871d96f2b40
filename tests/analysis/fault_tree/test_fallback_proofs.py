"""Each way to prove a declared fallback: what passes, what fails and why, and what stays open."""

from __future__ import annotations

from itertools import permutations

import msgspec
import pytest
from helpers.sites import GANDI, NSONE, Site, in_one_leg

from hostaudit import audit
from hostaudit.analysis.fault_tree.fallback_proofs import UNASKED, Proof, Proofs
from hostaudit.documents import rules
from hostaudit.model.evidence import Unknown
from hostaudit.model.site import Declared, DeclaredFallback, SpareName
from hostaudit.model.values import (
    Caa,
    Delegation,
    FrontPage,
    Listing,
    NameServerGlue,
    NameServers,
    ServerAnswer,
    StandbyServer,
)

RULES = rules.shipped()
HETZNER, OVH = 24940, 16276
NS, NS_AT = "ns1.first-ns.de", "213.239.242.238"
PAGE_AT = "51.38.99.20"
MX, MX_AT = "mx1.ovh.net", "51.38.99.25"
WEB = "www.steady.org"


def proof(site: Site, *fallbacks: DeclaredFallback, **more) -> Proof:
    case = audit.understand(site.declare(*fallbacks, **more).file(), RULES)
    (only,) = case.proofs.all
    return only


def holds(found: Proof, passes: bool | None, *said: str, configured: bool = False) -> None:
    assert (found.passes, found.configured) == (passes, configured), found.reasons
    for words in said:
        assert any(words in reason for reason in found.reasons), found.reasons
    assert found.reasons


# -- name servers -----------------------------------------------------------------------------------------


def server(provider: str = "hetzner", **more) -> DeclaredFallback:
    return DeclaredFallback("dns", provider, server=NS, **more)


def serving(now: int, standby: int | None, **more) -> Site:
    return in_one_leg().name(GANDI, NSONE, serial=now).standby_server(NS, (NS_AT, HETZNER), serial=standby, **more)


@pytest.mark.parametrize(
    ("now", "standby", "tolerance", "passes", "said"),
    [
        (57, 57, 0, True, "answers for steady.org with authority, serial 57"),
        (57, 58, 0, True, "serial 58"),
        (57, 41, 0, False, "stale serial 41 < 57"),
        (57, 41, 15, False, "stale serial 41 < 57"),
        (57, 41, 16, True, "serial 41"),
        (1, 2**32 - 1, 0, False, "stale serial 4294967295 < 1"),
        (1, 2**32 - 1, 1, False, "stale serial 4294967295 < 1"),
        (1, 2**32 - 1, 2, True, "serial 4294967295"),
        (2**32 - 1, 1, 0, True, "serial 1"),
        (0, 2**31 + 1, 0, False, "stale serial 2147483649 < 0"),
        (0, 2**31 - 1, 0, True, "serial 2147483647"),
        (57, None, 0, None, "the serial of steady.org could not be compared"),
    ],
)
def test_serials_are_compared_on_their_circle(now, standby, tolerance, passes, said):
    holds(proof(serving(now, standby), server(serial_tolerance=tolerance)), passes, said)


def test_the_newest_of_the_servers_in_use_is_the_measure():
    two = {**NSONE, "dns2.p01.nsone.net": ("198.51.45.1", 62597)}
    site = serving(1, 3).name(GANDI, two, serial=3)
    (first, _) = (each for each in site.items.values() if each.kind == "server")
    site.note("server", first.subject, msgspec.structs.replace(first.value, serial=2**32 - 2))

    holds(proof(site, server()), True, "serial 3")
    site.standby_server(NS, (NS_AT, HETZNER), serial=2**32 - 2)
    holds(proof(site, server()), False, "stale serial 4294967294 < 3")


THREE = {f"dns{number}.p01.nsone.net": (f"198.51.44.{number}", 62597) for number in (1, 2, 3)}


def in_use(*serials: int) -> Site:
    """Three servers in use with these serials, and a standby with serial 3."""
    site = serving(3, 3).name(GANDI, THREE, serial=3)
    for (host, (address, _)), serial in zip(THREE.items(), serials, strict=True):
        answer = ServerAnswer("steady.org", host, address, True, "NOERROR", serial)
        site.note("server", f"steady.org {host} {address}", answer)
    return site


@pytest.mark.parametrize("serials", sorted(set(permutations((2**32 - 2, 3, 2**32 - 1)))))
def test_the_newest_of_the_servers_in_use_is_found_on_the_circle_in_any_order(serials):
    holds(proof(in_use(*serials), server()), True, "serial 3")


def test_serials_that_go_round_in_a_circle_have_no_newest():
    site = in_use(0, 2**30 + 2**29, 2**31 + 2**30)
    holds(proof(site, server()), None, "the serial of steady.org could not be compared")


def test_a_standby_that_refuses_like_all_servers_of_the_zone_could_not_be_asked_from_here():
    site = serving(57, 57, good=False)
    holds(proof(site, server()), False, "with authority (REFUSED)")
    ((host, (address, _)),) = NSONE.items()
    site.note("server", f"steady.org {host} {address}", ServerAnswer("steady.org", host, address, False, "REFUSED"))
    holds(proof(site, server()), None, "could not be asked from here")


def test_a_server_without_authority_fails():
    holds(proof(serving(1, 1, good=False), server()), False, "does not answer for steady.org with authority (REFUSED)")


def test_a_server_that_was_not_reached_is_open():
    site = serving(1, 1).note("standby_ns", f"steady.org {NS} {NS_AT}", unknown="timeout")

    holds(proof(site, server()), None, f"{NS_AT} gave no answer: timeout")


def test_what_nobody_asked_is_open():
    holds(proof(in_one_leg(), server()), None, "not asked yet")


def test_one_address_that_passes_is_enough_and_one_that_is_open_leaves_it_open():
    site = serving(57, 41).address(NS, (NS_AT, HETZNER), ("88.198.1.1", HETZNER))
    other = f"steady.org {NS} 88.198.1.1"

    holds(proof(site.note("standby_ns", other, unknown="timeout"), server()), None, "stale serial", "gave no answer")
    holds(proof(site.note("standby_ns", other, absent="REFUSED"), server()), False, "stale serial", "REFUSED")
    good = serving(57, 57).items[f"standby_ns:steady.org {NS} {NS_AT}"].value
    found = proof(site.note("standby_ns", other, good), server())
    holds(found, True, "stale serial")
    assert found.addresses == ("88.198.1.1",)


def test_a_server_whose_host_has_no_address_fails():
    site = in_one_leg().note("a", NS, absent="NXDOMAIN").note("aaaa", NS, absent="NXDOMAIN")

    found = proof(site, server())

    holds(found, False, f"{NS} has no address")
    assert found.because == (f"a:{NS}", f"aaaa:{NS}")
    holds(proof(site.note("aaaa", NS, unknown="timeout"), server()), None)


def test_a_server_of_somebody_else_fails():
    holds(proof(serving(1, 1), server("njalla")), False, "it belongs to hetzner, not to njalla")


def test_a_server_in_a_network_that_could_not_be_looked_up_is_open():
    site = serving(1, 1).standby_server("ns.standby.example", ("198.51.100.1", 64500))
    site.note("origin", "198.51.100.1", unknown="timeout")
    declared = DeclaredFallback("dns", "njalla", server="ns.standby.example")

    holds(proof(site, declared), None, "it is unknown whose network it is")


def test_a_company_outside_the_catalogue_is_taken_at_its_word_if_its_parent_is_declared():
    site = serving(1, 1).standby_server("ns.harbour.example", ("198.51.100.1", 64500))
    declared = DeclaredFallback("dns", "harbour", parent="harbour", server="ns.harbour.example")

    holds(proof(site, declared), True)


def test_what_the_delegation_names_is_configured_and_what_the_zone_lacks_is_said():
    site = serving(1, 1, names=NSONE)
    holds(proof(site, server()), True, "put the standby into it when you switch")

    glue = tuple(NameServerGlue(each) for each in (*NSONE, NS))
    site.note("delegation", "steady.org", Delegation("org", glue, 3600))
    holds(proof(site, server()), True, "the delegation of steady.org names it", configured=True)
    holds(
        proof(site.standby_server(NS, (NS_AT, HETZNER), good=False), server()),
        False,
        "the delegation of steady.org names it",
        configured=True,
    )


def test_a_server_stands_for_the_zone_that_it_names():
    site = serving(1, 1)

    holds(proof(site, server(stands_for="eu.steady.org")), None, "not asked yet")


# -- origins and edges ------------------------------------------------------------------------------------


def origin(provider: str = "ovh", role: str = "hosting", **more) -> DeclaredFallback:
    place = {} if "host" in more else {"address": PAGE_AT}
    return DeclaredFallback(role, provider, **place, **more)


def answering(**more) -> Site:
    return in_one_leg().standby_page(WEB, (PAGE_AT, OVH), **more)


@pytest.mark.parametrize(
    ("seen", "wanted", "passes", "said"),
    [
        ({}, {}, True, f"{PAGE_AT} answers as {WEB} with 200"),
        ({"status": 403}, {}, False, f"{PAGE_AT} answers as {WEB} with 403, not 200"),
        ({"status": 301}, {"status": 301}, True, "with 301"),
        ({}, {"status": 301}, False, "with 200, not 301"),
        ({"marker": True}, {"marker": "hello"}, True, "with 200 and the declared text"),
        ({"marker": False}, {"marker": "hello"}, False, "the page lacks the declared text"),
        ({}, {"marker": "hello"}, False, "the page lacks the declared text"),
        ({"path": "/health"}, {"path": "/health"}, True, "with 200"),
        ({"path": "/health"}, {}, None, "was not asked"),
    ],
)
@pytest.mark.parametrize("role", ["hosting", "cdn"])
def test_a_page_must_be_the_declared_one(role, seen, wanted, passes, said):
    holds(proof(answering(**seen), origin(role=role, **wanted)), passes, said)


def test_a_page_at_somebody_elses_address_fails():
    site = in_one_leg().standby_page(WEB, (PAGE_AT, HETZNER))

    holds(proof(site, origin()), False, "it belongs to hetzner, not to ovh")


def test_a_page_in_a_network_that_could_not_be_looked_up_is_open():
    site = answering().note("origin", PAGE_AT, unknown="timeout")

    holds(proof(site, origin()), None, "it is unknown whose network it is")


def test_a_page_that_did_not_answer_is_open_and_a_refusal_is_none():
    subject = f"{WEB} {PAGE_AT} /"

    holds(proof(answering().note("standby_web", subject, unknown="tls_error"), origin()), None, "tls_error")
    holds(proof(answering().note("standby_web", subject, absent="404"), origin()), False, "404")


def test_a_host_is_asked_at_its_addresses():
    host = "standby.example.net"
    declared = origin(host=host)

    site = answering().address(host, (PAGE_AT, OVH))
    holds(proof(site, declared), True)
    site.note("a", host, absent="NXDOMAIN").note("aaaa", host, absent="NXDOMAIN")
    holds(proof(site, declared), False, f"{host} has no address")
    holds(proof(site.note("a", host, unknown="servfail"), declared), None)


def test_an_edge_is_known_by_the_names_that_lead_to_it():
    host = "standby.example.net"
    site = answering().address(host, (PAGE_AT, OVH), chain=("d9.cloudfront.net",))

    assert proof(site, origin("cloudfront", role="cdn", host=host)).passes is True
    holds(proof(site, origin("bunny", role="cdn", host=host)), False, "not to bunny")


def test_an_address_to_which_the_host_resolves_is_configured():
    site = answering().web(WEB, ("88.198.77.11", HETZNER), (PAGE_AT, OVH))

    holds(proof(site, origin()), True, f"{WEB} resolves to it already", configured=True)
    holds(proof(answering().web(WEB, (PAGE_AT, OVH)), origin()), True, "resolves to it already", configured=True)
    holds(proof(answering().web(WEB, ("88.198.77.11", HETZNER)), origin()), True)


# -- mail -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seen", "passes", "said"),
    [
        ({}, True, f"{MX_AT} greets and answers EHLO on port 25"),
        ({"greeting": 554, "hello": None}, False, "greets with 554, not 220"),
        ({"hello": 502}, False, "answers EHLO with 502, not 250"),
        ({"hello": None}, False, "answers EHLO with nothing, not 250"),
    ],
)
def test_an_exchanger_must_greet(seen, passes, said):
    site = in_one_leg().standby_exchanger(MX, (MX_AT, OVH), **seen)

    holds(proof(site, DeclaredFallback("mail", "ovh", host=MX)), passes, said)


def test_an_exchanger_of_somebody_else_fails_and_a_silent_one_is_open():
    site = in_one_leg().standby_exchanger(MX, (MX_AT, OVH))

    holds(proof(site, DeclaredFallback("mail", "fastmail", host=MX)), False, "it belongs to ovh, not to fastmail")
    site.note("standby_mx", f"{MX} {MX_AT}", unknown="unreachable")
    holds(proof(site, DeclaredFallback("mail", "ovh", host=MX)), None, "gave no answer: unreachable")


def test_an_exchanger_in_the_mx_set_is_configured():
    site = in_one_leg().mail(("in1-smtp.messagingengine.com", "103.168.172.216", 151847), (MX, MX_AT, OVH))
    site.standby_exchanger(MX, (MX_AT, OVH))

    holds(proof(site, DeclaredFallback("mail", "ovh", host=MX)), True, "the MX set names it", configured=True)


# -- authorities ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("issue", "passes", "said"),
    [
        (("letsencrypt.org", "sectigo.com"), True, "lets Sectigo (incl. Comodo, USERTrust) issue"),
        (("letsencrypt.org",), False, "does not let Sectigo (incl. Comodo, USERTrust) issue"),
        ((), False, "does not let Sectigo (incl. Comodo, USERTrust) issue"),
    ],
)
def test_caa_decides_about_a_second_authority(issue, passes, said):
    site = in_one_leg().note("caa", WEB, Caa("steady.org", issue))

    holds(proof(site, DeclaredFallback("ca", "sectigo")), passes, said, configured=bool(passes))


def test_without_caa_any_authority_will_do_and_an_open_question_stays_open():
    site = in_one_leg().caa()

    holds(proof(site, DeclaredFallback("ca", "sectigo")), True, "any public authority may issue")
    holds(
        proof(site.note("caa", WEB, unknown="servfail"), DeclaredFallback("ca", "sectigo")),
        None,
        "it is unknown whether",
    )
    del site.items[f"caa:{WEB}"]
    holds(proof(site, DeclaredFallback("ca", "sectigo")), None, "it is unknown whether")


# -- stores -----------------------------------------------------------------------------------------------

LISTED = DeclaredFallback("app_store", "f-droid", app="org.steady")


def listed(developer: str | None, *, owned: bool | None = None, others: str | None = "Steady Ltd") -> Site:
    site = in_one_leg()
    site.note("listing", "google-play org.steady", Listing("google-play", "org.steady", "android", developer=others))
    value = Listing("f-droid", "org.steady", "android", developer=developer, owned=owned)
    return site.note("listing", "f-droid org.steady", value)


@pytest.mark.parametrize(
    ("site", "passes", "said"),
    [
        (listed("Steady Ltd"), True, "by the same developer"),
        (listed("steady, LTD."), True, "by the same developer"),
        (listed(None), True, "f-droid lists org.steady now"),
        (listed("Anybody", others=None), True, "f-droid lists org.steady now"),
        (listed("Anybody", owned=True), True, "f-droid lists org.steady now"),
        (listed("Anybody"), False, "by Anybody, the site's apps are by Steady Ltd"),
        (in_one_leg().note("listing", "f-droid org.steady", absent="404"), False, "F-Droid does not list org.steady"),
        (in_one_leg().note("listing", "f-droid org.steady", unknown="rate_limited"), None, "it is unknown whether"),
        (in_one_leg(), None, "it is unknown whether"),
    ],
)
def test_a_store_must_list_the_app_by_the_same_developer(site, passes, said):
    holds(proof(site, LISTED), passes, said)


# -- spare names ------------------------------------------------------------------------------------------

SPARE_NS = {"ns1.first-ns.de": (NS_AT, HETZNER)}
OVH_SELLS = ("OVH sas", "433")


def with_spare() -> tuple[Site, SpareName]:
    site = in_one_leg()
    return site, site.spare("steady.se", OVH_SELLS, SPARE_NS, (PAGE_AT, OVH))


def test_a_spare_name_that_serves_the_page_passes():
    site, spare = with_spare()
    found = proof(site, spare_names=(spare,))

    holds(found, True, f"{PAGE_AT} answers as steady.se with 200", configured=True)
    assert (found.provider, found.id) == ("ovh", "spare_name:steady.se")


def test_a_spare_name_that_is_not_registered_or_leads_nowhere_fails():
    site, spare = with_spare()
    site.note("a", "steady.se", absent="NODATA")
    holds(proof(site, spare_names=(spare,)), False, "steady.se has no address")

    site, spare = with_spare()
    site.note("delegation", "steady.se", absent="NXDOMAIN")
    holds(proof(site, spare_names=(spare,)), False, "steady.se is not registered: NXDOMAIN", configured=True)


@pytest.mark.parametrize(
    ("seen", "wanted", "passes", "said"),
    [
        ({"status": 404}, {}, False, "with 404, not 200"),
        ({"marker": False}, {"marker": "hello"}, False, "the page lacks the declared text"),
        ({"marker": True}, {"marker": "hello"}, True, "and the declared text"),
        ({}, {"path": "/up"}, None, "was not asked"),
    ],
)
def test_a_spare_name_must_serve_the_declared_page(seen, wanted, passes, said):
    site, _ = with_spare()
    site.standby_page("steady.se", (PAGE_AT, OVH), **seen)

    holds(proof(site, spare_names=(SpareName("steady.se", **wanted),)), passes, said, configured=True)


def test_a_spare_name_whose_address_could_not_be_asked_is_open():
    site, spare = with_spare()
    site.note("a", "steady.se", unknown="timeout")

    assert proof(site, spare_names=(spare,)).passes is None


# -- what more than one of them has to keep apart ---------------------------------------------------------


def proofs(site: Site, *fallbacks: DeclaredFallback, **more) -> Proofs:
    return audit.understand(site.declare(*fallbacks, **more).file(), RULES).proofs


def test_a_proof_has_the_id_of_what_it_proves():
    assert proof(serving(1, 1), server()).id == server().id
    assert Proof("dns", "hetzner", NS, None, False, (), ()).id == ""


def test_those_of_a_role_that_pass_or_are_open_can_still_be_used():
    refused = DeclaredFallback("dns", "hetzner", server="ns.refused.example")
    site = serving(57, 57).standby_server("ns.refused.example", ("213.239.242.99", HETZNER), good=False)
    spare = SpareName("steady.se")
    found = proofs(site, server(), refused, origin(), spare_names=(spare,))

    assert [each.subject for each in found.of("dns")] == [NS]
    assert [each.subject for each in found.of("hosting", "dns")] == [NS, PAGE_AT]
    assert list(found.of("mail", "spare_name")) == []
    assert {each.subject: each.passes for each in found.all} == {
        NS: True,
        "ns.refused.example": False,
        PAGE_AT: None,
        "steady.se": None,
    }


def test_a_site_without_a_file_has_nothing_to_prove():
    found = audit.understand(in_one_leg().file(), RULES).proofs

    assert (found.all, found.declared, found.web_host) == ((), Declared(), WEB)


def test_a_front_page_at_an_address_or_none_leaves_the_name_itself():
    for site in (
        in_one_leg().note("front", "steady.org", unknown="timeout"),
        in_one_leg().note("front", "steady.org", FrontPage("http://192.0.2.1/", "192.0.2.1", 200)),
    ):
        assert audit.understand(site.file(), RULES).proofs.web_host == "steady.org"


def test_an_answer_with_authority_that_is_an_error_fails():
    site = serving(1, 1)
    site.note("standby_ns", f"steady.org {NS} {NS_AT}", StandbyServer("steady.org", NS, NS_AT, True, "SERVFAIL", None))

    holds(proof(site, server()), False, "(SERVFAIL)")


def test_the_names_that_the_zone_has_instead_are_told_up_to_four():
    names = tuple(f"ns{number}.example.net" for number in range(1, 6))
    (reason,) = proof(serving(1, 1, names=names), server()).reasons

    assert all(each in reason for each in names[:4])
    assert names[4] not in reason
    for there in ((), (NS,), (*names, NS)):
        (reason,) = proof(serving(1, 1, names=there), server()).reasons
        assert "put the standby into it" not in reason


def test_a_server_of_another_zone_is_no_measure_of_this_one():
    site = serving(57, 57)
    site.note(
        "server",
        "other.org ns.x.net 192.0.2.8",
        ServerAnswer("other.org", "ns.x.net", "192.0.2.8", True, "NOERROR", 99),
    )
    site.note(
        "server",
        "steady.org ns.y.net 192.0.2.9",
        ServerAnswer("steady.org", "ns.y.net", "192.0.2.9", False, "NOERROR", 98),
    )
    site.note(
        "server",
        "steady.org ns.z.net 192.0.2.7",
        ServerAnswer("steady.org", "ns.z.net", "192.0.2.7", True, "NOERROR", None),
    )

    holds(proof(site, server()), True, "serial 57")


def test_what_the_zone_itself_names_is_configured_as_well():
    site = serving(1, 1).note("nameservers", "steady.org", NameServers((*NSONE, NS), 3600))

    holds(proof(site, server()), True, "names it", configured=True)
    holds(proof(site.note("delegation", "steady.org", unknown="timeout"), server()), True, configured=True)


def test_nothing_is_said_of_what_is_not_configured_or_not_declared():
    for found in (
        proof(serving(1, 1), server()),
        proof(answering(marker=True), origin()),
        proof(in_one_leg().standby_exchanger(MX, (MX_AT, OVH)), DeclaredFallback("mail", "ovh", host=MX)),
    ):
        (reason,) = found.reasons
        assert "already" not in reason
        assert "names it" not in reason
        assert "declared text" not in reason


def test_each_exchanger_is_judged_by_its_own_greeting():
    site = in_one_leg().standby_exchanger(MX, (MX_AT, OVH), greeting=554)
    site.standby_exchanger("mx2.ovh.net", ("51.38.99.26", OVH))

    holds(proof(site, DeclaredFallback("mail", "ovh", host=MX)), False, "greets with 554")
    assert proof(site, DeclaredFallback("mail", "ovh", host=MX)).because == (f"standby_mx:{MX} {MX_AT}",)


def test_what_decides_about_an_authority_and_a_store_is_its_evidence():
    ca = proof(in_one_leg().note("caa", WEB, Caa("steady.org", ())), DeclaredFallback("ca", "sectigo"))

    assert ca.because == (f"caa:{WEB}",)
    assert proof(listed("Anybody"), LISTED).because == ("listing:f-droid org.steady",)


def test_whoever_has_no_name_is_no_developer():
    site = listed("Anybody").note("listing", "x y", Listing("x", "y", "ios", developer=" . "))

    holds(proof(site, LISTED), False, "the site's apps are by")


def test_the_addresses_of_a_spare_name_that_could_not_be_learnt_leave_it_open_with_the_cause():
    site, spare = with_spare()
    site.note("a", "steady.se", unknown="timeout").note("aaaa", "steady.se", absent="NODATA")
    found = proof(site, spare_names=(spare,))

    holds(found, None, "timeout")
    assert len(found.reasons) == 1
    assert proof(in_one_leg(), spare_names=(SpareName("steady.se"),)).reasons == (UNASKED,)


def test_a_spare_name_under_another_is_registered_and_sold_as_that_is():
    site, _ = with_spare()
    below = SpareName("shop.steady.se")
    site.address("shop.steady.se", (PAGE_AT, OVH)).standby_page("shop.steady.se", (PAGE_AT, OVH))
    found = proof(site, spare_names=(below,))

    holds(found, True, configured=True)
    assert found.provider == "ovh"
    site.note("delegation", "steady.se", absent="NXDOMAIN")
    holds(proof(site, spare_names=(below,)), False, "not registered", configured=True)
    del site.items["registration:steady.se"]
    assert proof(site, spare_names=(below,)).provider == ""


def test_a_network_that_nobody_could_name_does_not_excuse_one_that_is_known():
    site = answering().address("standby.example.net", (PAGE_AT, OVH), ("198.51.100.1", 64500))
    site.standby_page(WEB, ("198.51.100.1", 64500))
    declared = DeclaredFallback("hosting", "harbour", parent="harbour", host="standby.example.net")

    holds(proof(site, declared), False, "it belongs to ovh")


def test_an_address_whose_network_nobody_asked_for_is_open_and_a_host_without_one_is_not():
    site = answering()
    del site.items[f"origin:{PAGE_AT}"]

    assert proof(site, origin()).passes in (None, True)
    holds(proof(in_one_leg().note("a", "h.example.net", unknown="timeout"), origin(host="h.example.net")), None)
    (reason,) = proof(in_one_leg(), origin(host="h.example.net")).reasons
    assert reason == UNASKED


def test_what_did_not_answer_is_told_with_what_it_said():
    site = answering().note("standby_web", f"{WEB} {PAGE_AT} /", unknown="tls_error")
    item = site.items[f"standby_web:{WEB} {PAGE_AT} /"]
    assert proof(site, origin()).reasons == (f"{PAGE_AT} gave no answer: tls_error",)

    site.items[item.id] = msgspec.structs.replace(item, unknown=Unknown("tls_error", "expired"))
    assert proof(site, origin()).reasons == (f"{PAGE_AT} gave no answer: tls_error (expired)",)


def test_a_standby_of_one_kind_is_not_tried_as_another():
    site = answering().standby_server(NS, (NS_AT, HETZNER), serial=1)
    site.note("standby_ns", "rest", unknown="internal_error")

    holds(proof(site, server()), True)


def test_a_name_of_a_provider_says_whose_a_standby_is_and_a_name_of_the_site_leaves_it_to_the_network():
    named = in_one_leg().standby_server("ns-99-a.gandi.net", ("51.38.99.53", OVH))
    own = in_one_leg().standby_server("ns9.steady.org", (NS_AT, HETZNER))
    mail = in_one_leg().standby_exchanger("in9-smtp.messagingengine.com", ("51.38.99.54", OVH))
    own_mail = in_one_leg().standby_exchanger("mx9.steady.org", (MX_AT, OVH))

    holds(proof(named, DeclaredFallback("dns", "gandi", server="ns-99-a.gandi.net")), True)
    holds(proof(own, DeclaredFallback("dns", "hetzner", server="ns9.steady.org")), True)
    holds(proof(own, DeclaredFallback("dns", "njalla", server="ns9.steady.org")), False, "it belongs to hetzner")
    holds(proof(mail, DeclaredFallback("mail", "fastmail", host="in9-smtp.messagingengine.com")), True)
    holds(proof(own_mail, DeclaredFallback("mail", "ovh", host="mx9.steady.org")), True)
    holds(proof(own_mail, DeclaredFallback("mail", "fastmail", host="mx9.steady.org")), False, "it belongs to ovh")


def test_what_was_asked_of_the_same_address_for_another_reason_is_no_trial():
    site = in_one_leg().standby_exchanger(MX, (MX_AT, OVH)).note("tls", f"{MX} {MX_AT}", unknown="timeout")

    assert len(proof(site, DeclaredFallback("mail", "ovh", host=MX)).reasons) == 1
