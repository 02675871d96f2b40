"""Who is the owner of a site: what he declares, what his name says, and what only looks like it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpers.own_sites import CAMPUS, SECOND, alone, bookshop, broadcaster, network, registered_to
from helpers.reports import catalogue
from helpers.sites import Site, in_one_leg

from hostaudit.analysis.attribution.ownership import GROUNDS, Claim
from hostaudit.audit import understand
from hostaudit.model.report import Dependency
from hostaudit.model.site import Own, SpareName
from hostaudit.model.values import Origin, Owner, Registration, Spf

UNIVERSITY = "Cornford University"


def grounds(site: Site) -> dict[str, set[str]]:
    """By company, the grounds on which it is taken for the owner; those that nothing speaks for are left out."""
    found: dict[str, set[str]] = {}
    for leaf in understand(site.file(), catalogue()).tree.leaves.values():
        for parent in leaf.domains.get("parent", ()) if leaf.claim.ground else ():
            found.setdefault(parent, set()).add(leaf.claim.ground)
    return found


def campus(name: str = "CAMPUSNET, SE", organisation: str = UNIVERSITY) -> Site:
    """A site on a network whose name says nothing of it."""
    return alone(name=name, organisation=organisation)


def test_what_is_declared_is_own_by_company_network_or_name():
    by_company = bookshop("books.com").declare(own=Own(parents=("amazon",)))
    by_network = campus().declare(own=Own(asns=(CAMPUS,)))
    by_name = in_one_leg().name(("Gandi SAS", "81"), {"ns1.steadyservers.net": ("192.0.2.53", CAMPUS)})

    assert grounds(by_company) == {"amazon": {"declared"}}
    assert grounds(by_network) == {"unknown:as64500": {"declared"}}
    assert grounds(by_name.declare(own=Own(domains=("steadyservers.net",)))) == {
        "unknown:steadyservers.net": {"declared"}
    }
    assert grounds(in_one_leg().declare(own=Own(asns=(SECOND,), domains=("example.net",), parents=("ovh",)))) == {}


def test_a_spare_name_that_the_owner_declares_is_his():
    site = in_one_leg().name(("Gandi SAS", "81"), {"ns1.steady-spare.net": ("192.0.2.53", CAMPUS)})

    assert grounds(site.declare(spare_names=(SpareName("steady-spare.net"),))) == {
        "unknown:steady-spare.net": {"declared"}
    }


def test_an_own_network_makes_no_other_company_in_it_ones_own():
    site = campus().note("owner", "192.0.2.11", Owner("rdap", "1", "2", organisation="Hetzner Online GmbH"))

    assert "hetzner" not in grounds(site.declare(own=Own(asns=(CAMPUS,))))


def test_of_a_prefix_that_several_announce_nothing_is_own_unless_all_of_them_are():
    site = campus().note("origin", "192.0.2.11", Origin("192.0.0.0/16", (CAMPUS, SECOND), ("CORNUNI, SE",), "SE"))

    assert "unknown:as64501" not in grounds(site.declare(own=Own(asns=(CAMPUS,))))
    assert grounds(site.declare(own=Own(asns=(CAMPUS, SECOND)))) == {
        "unknown:as64500": {"declared"}, "unknown:as64501": {"declared"}
    }  # fmt: skip


def test_the_operator_of_the_sites_own_name_is_the_site():
    site = in_one_leg().note("spf", "steady.org", Spf("v=spf1 mx:mail.steady.org", ("mail.steady.org",)))

    assert grounds(site) == {"unknown:steady.org": {"named"}}


@pytest.mark.parametrize(
    ("name", "guessed"),
    [
        ("CORNUNI, SE", True),
        ("CORNUNI-NET Campus network, SE", True),
        ("Cornuni", True),
        ("CORNUNIVERSITY, SE", False),
        ("SUNET CORNUNI, SE", False),
        ("", False),
    ],
)
def test_a_network_that_begins_with_the_name_of_the_site_is_guessed_to_be_its_own(name, guessed):
    assert grounds(alone(name=name)) == ({"unknown:as64500": {"guessed"}} if guessed else {})


def test_the_holder_of_the_addresses_speaks_for_it_as_its_network_does():
    assert grounds(campus(organisation="Cornuni")) == {"unknown:as64500": {"guessed"}}
    assert grounds(network(campus(), "192.0.2.11", CAMPUS, "CAMPUSNET, SE", netname="CORNUNI-NET")) == {
        "unknown:as64500": {"guessed"}
    }


def test_the_registrant_who_holds_the_network_is_guessed_to_run_it():
    assert grounds(registered_to(campus(), UNIVERSITY.upper())) == {"unknown:as64500": {"guessed"}}
    assert grounds(registered_to(campus(), "Privacy Service")) == {}
    assert grounds(registered_to(campus(organisation=""), UNIVERSITY)) == {}
    assert grounds(campus()) == {}


def test_an_unknown_registrant_may_hold_a_network_that_the_catalogue_does_not_know():
    unknown = campus().note("registration", "cornuni.org", unknown="timeout")
    known = in_one_leg().note("registration", "steady.org", unknown="timeout")

    assert grounds(unknown) == {"unknown:as64500": {"possible"}, "unknown:registrar-of-cornuni.org": {"possible"}}
    assert grounds(known) == {"unknown:registrar-of-steady.org": {"possible"}}


def test_private_name_servers_alone_are_no_clue():
    rented = alone(name="SMALLHOSTER, SE", organisation="Small Hoster AB")

    assert grounds(rented) == {}


def test_servers_of_the_same_name_under_another_suffix_are_guessed_to_be_of_the_site():
    found = grounds(broadcaster())

    assert found == {
        "unknown:as64500": {"guessed"},
        "unknown:as64501": {"guessed"},
        "unknown:bcast.co.uk": {"guessed"},
    }


def test_a_company_is_guessed_to_own_a_site_that_has_a_name_of_its_own():
    assert grounds(bookshop("amazon.com")) == {"amazon": {"guessed"}}
    assert grounds(bookshop("books.com")) == {}


def test_a_name_that_a_platform_assigns_belongs_to_its_customer():
    site = Site("shop.pages.dev").web("shop.pages.dev", ("104.16.1.1", 13335)).front("shop.pages.dev")
    site.note("registration", "pages.dev", Registration("rdap", "Gandi SAS", "81"))

    assert grounds(site) == {}


def test_a_leg_of_which_two_addresses_disagree_is_taken_for_less():
    alike = alone(name="CORNUNI, SE")
    one_of_two = network(alike, "192.0.2.99", CAMPUS, "OTHERNET, SE")
    mixed = one_of_two.address("mx.cornuni.org", ("192.0.2.25", CAMPUS), ("192.0.2.99", CAMPUS))
    network(network(mixed, "192.0.2.25", CAMPUS, "CORNUNI, SE"), "192.0.2.99", CAMPUS, "OTHERNET, SE")
    leaves = understand(mixed.file(), catalogue()).tree.leaves

    assert leaves["mail:mx.cornuni.org:unknown:as64500"].claim.ground == ""
    strong, weak = Claim("declared", "x"), Claim("guessed", "y")
    assert strong.weaker(weak) == weak.weaker(strong) == weak
    assert GROUNDS == ("", "possible", "guessed", "named", "declared")


def test_the_rows_of_a_report_say_what_is_told_and_not_what_is_only_possible():
    def told(site: Site) -> set[object]:
        rows: list[Dependency] = list(understand(site.file(), catalogue()).tree.dependencies.values())
        return {row.own for row in rows if row.provider == "unknown:as64500"}

    assert told(alone()) == {"guessed"}
    assert told(campus().declare(own=Own(asns=(CAMPUS,)))) == {"declared"}
    assert "possible" not in told(campus().note("registration", "cornuni.org", unknown="timeout"))


def test_what_could_not_be_learnt_of_a_network_might_speak_for_it_and_is_not_told():
    for site, ground in ((alone(), "guessed"), (campus(), "")):
        case = understand(site.file(), catalogue())
        (operator,) = case.attribution.networks.of("192.0.2.11")

        assert case.attribution.ownership.of(operator).ground == ground
        assert case.attribution.ownership.of(replace(operator, certain=False)).ground == "possible"


def test_a_company_that_is_seen_twice_is_taken_for_the_owner_though_one_look_failed():
    site = bookshop().note("origin", "54.189.10.21", unknown="timeout")
    site.note("owner", "54.189.10.21", Owner("rdap", "1", "2", organisation="Amazon Technologies Inc."))

    assert grounds(site)["amazon"] == {"guessed"}
