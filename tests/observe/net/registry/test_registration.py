"""The registration of a name: RDAP first, then the current bootstrap, then port 43."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest
from helpers.outcomes import cause
from helpers.pages import answer
from helpers.registries import VERISIGN, ask, card, rdap_page
from msgspec import UNSET

from hostaudit.observe.net.limits import Limits

pytestmark = pytest.mark.smoke


def domain_object(**changes):
    made = {
        "objectClassName": "domain",
        "ldhName": "SITE.COM",
        "status": ["client transfer prohibited", "active"],
        "entities": [
            {
                "roles": ["registrar"],
                "publicIds": [{"type": "IANA Registrar ID", "identifier": "9999"}],
                "vcardArray": card("Loop Registrar B.V."),
                "entities": [{"roles": ["abuse"], "vcardArray": card("Abuse")}],
            },
            {"roles": ["technical"], "entities": [{"roles": ["reseller"], "vcardArray": card("Resell Ltd")}]},
        ],
        "events": [
            {"eventAction": "registration", "eventDate": "2001-02-03T04:05:06Z"},
            {"eventAction": "expiration", "eventDate": "2031-02-03T06:05:06+02:00"},
            {"eventAction": "transfer", "eventDate": "2011-01-01"},
            {"eventAction": "last changed", "eventDate": "never"},
        ],
        "secureDNS": {"delegationSigned": True},
        "nameservers": [{"ldhName": "NS1.Site.COM."}, {"ldhName": "ns2.site.com"}],
    }
    return {**made, **changes}


def registration(name="site.com", **servers):
    return ask(lambda net: net.registration(name), **servers)[0]


DOMAIN = f"https://{VERISIGN}/com/v1/domain/site.com"


WHOIS = "Domain Name: SITE.COM\r\nRegistrar: Port43 Registrar\r\nRegistrar IANA ID: 7\r\nCreation Date: 2001-02-03\r\n"


def test_a_domain_object_becomes_a_registration():
    value = registration(pages={DOMAIN: rdap_page(domain_object())}).value
    assert (value.via, value.registrar, value.iana_id) == ("rdap", "Loop Registrar B.V.", "9999")
    assert value.status == ("client transfer prohibited", "active")
    assert (value.created, value.expires) == ("2001-02-03T04:05:06Z", "2031-02-03T04:05:06Z")
    assert (value.transferred, value.changed) == ("2011-01-01T00:00:00Z", None)
    assert value.nameservers == ("ns1.site.com", "ns2.site.com")
    assert value.delegation_signed is True
    assert value.reseller == "Resell Ltd"


def test_the_organisation_that_holds_a_name_is_kept_and_no_person():
    def holder(*properties: tuple[str, object]) -> object:
        entity = {
            "roles": ["registrant"],
            "vcardArray": ["vcard", [[name, {}, "text", text] for name, text in properties]],
        }
        made = domain_object()
        return registration(
            pages={DOMAIN: rdap_page({**made, "entities": [*made["entities"], entity]})}
        ).value.registrant

    assert holder(("fn", "A Person"), ("org", "Cornford University")) == "Cornford University"
    assert holder(("fn", "A Person"), ("org", ["Cornford University", "Faculty"])) == "Cornford University"
    assert holder(("fn", "A Person")) is UNSET
    assert holder(("org", " ")) is UNSET
    assert registration(pages={DOMAIN: rdap_page(domain_object())}).value.registrant is UNSET


def test_a_thin_registry_is_completed_by_the_registrar_and_comes_first():
    link = {"rel": "related", "type": "application/rdap+json", "href": "https://rdap.registrar.example/domain/SITE.COM"}
    thin = domain_object(entities=[], events=[], links=["x", {"rel": "self", "href": "https://x/"}, link])
    full = domain_object(status=["inactive"], nameservers=[])
    pages = {DOMAIN: rdap_page(thin), "https://rdap.registrar.example/domain/SITE.COM": rdap_page(full)}
    value = registration(pages=pages).value
    assert (value.registrar, value.created) == ("Loop Registrar B.V.", "2001-02-03T04:05:06Z")
    assert value.status == ("client transfer prohibited", "active")


@pytest.mark.parametrize("page", [answer(500), answer(200, b"["), rdap_page({"objectClassName": "entity"})])
def test_a_registrar_that_fails_does_not_lose_the_registrys_answer(page):
    link = {"rel": "related", "type": "application/rdap+json", "href": "https://rdap.registrar.example/domain/SITE.COM"}
    pages = {
        DOMAIN: rdap_page(domain_object(entities=[], links=[link])),
        "https://rdap.registrar.example/domain/SITE.COM": page,
    }
    assert registration(pages=pages).value.created == "2001-02-03T04:05:06Z"


def test_404_of_the_registry_is_absent_and_port_43_is_not_asked():
    outcome, _, port43 = ask(lambda net: net.registration("site.com"), whois={"domain site.com": WHOIS})
    assert outcome.absent == "404 from the registry"
    assert port43.asked == []


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (answer(500), "http_status"),
        (answer(403), "http_status"),
        (answer(429, b"", Retry_After="9999"), "rate_limited"),
        (answer(200, b"{"), "malformed"),
        (answer(200, b"<html>"), "malformed"),
        (rdap_page({"errorCode": 1}), "malformed"),
        (rdap_page([]), "malformed"),
        (httpx.ReadTimeout(""), "timeout"),
    ],
)
def test_where_rdap_fails_port_43_is_asked_and_else_the_failure_stands(page, expected):
    pages = {DOMAIN: page}
    value = registration(pages=pages, whois={"domain site.com": WHOIS}).value
    assert (value.via, value.registrar, value.iana_id) == ("whois", "Port43 Registrar", "7")
    assert cause(registration(pages=pages)) == expected


def test_a_registry_that_moved_is_found_by_the_current_bootstrap():
    live = {
        "services": [
            [["net"], ["https://x/"]],
            [["com"], ["http://b/", "https://new.registry.example/r"]],
            "x",
            [[1], []],
        ]
    }
    pages = {
        "https://data.iana.org/rdap/dns.json": answer(200, json.dumps(live).encode()),
        "https://new.registry.example/r/domain/site.com": rdap_page(domain_object()),
    }
    outcome = registration(pages=pages, missing=(VERISIGN,))
    assert outcome.value.registrar == "Loop Registrar B.V."
    assert "new.registry.example" in outcome.source


def test_a_registry_without_rdap_is_asked_on_port_43():
    text = "domain: site.io\nRegistrar: Io Registrar\n"
    outcome, _, port43 = ask(lambda net: net.registration("site.io"), whois={"site.io": text})
    assert outcome.value.registrar == "Io Registrar"
    assert port43.asked == ["site.io"]


UNLISTED = "https://rdap.identitydigital.services/rdap/domain/site.io"


def test_a_server_that_iana_does_not_list_gives_values_and_nobody_else_is_asked():
    page = rdap_page(domain_object(ldhName="site.io"))
    outcome, asked, port43 = ask(lambda net: net.registration("site.io"), pages={UNLISTED: page})
    assert outcome.value.registrar == "Loop Registrar B.V."
    assert (asked, port43.asked) == ([UNLISTED], [])


def test_what_a_server_that_is_not_listed_does_not_know_is_asked_on_port_43():
    whois = {"site.io": "domain: site.io\nRegistrar: Io Registrar\n"}
    outcome, asked, port43 = ask(lambda net: net.registration("site.io"), pages={UNLISTED: answer(404)}, whois=whois)
    assert outcome.value.registrar == "Io Registrar"
    assert (asked, port43.asked) == ([UNLISTED], ["site.io"])


def test_the_404_of_a_server_that_is_not_listed_proves_nothing():
    pages = {UNLISTED: answer(404), "https://data.iana.org/rdap/dns.json": answer(200, b'{"services": []}')}
    outcome, *_ = ask(lambda net: net.registration("site.io"), pages=pages, missing=("whois.nic.io",))
    assert outcome.absent is None
    assert outcome.unknown is not None


def test_a_server_that_is_listed_by_now_proves_absence():
    live = {"services": [[["io"], ["https://new.registry.example/r"]]]}
    pages = {UNLISTED: answer(404), "https://data.iana.org/rdap/dns.json": answer(200, json.dumps(live).encode())}
    outcome, *_ = ask(lambda net: net.registration("site.io"), pages=pages, missing=("whois.nic.io",))
    assert outcome.absent == "404 from the registry"
    assert "new.registry.example" in outcome.source


def test_an_object_about_another_name_of_a_server_that_is_not_listed_is_no_answer():
    page = rdap_page(domain_object(ldhName="other.io"))
    whois = {"site.io": "No match for SITE.IO.\n"}
    outcome, *_ = ask(lambda net: net.registration("site.io"), pages={UNLISTED: page}, whois=whois)
    assert outcome.absent == "no match at the registry"


def test_a_host_that_is_gone_is_looked_up_at_iana():
    whois = {"io": "refer: whois.nic.example\n\nwhois:        whois.nic.example\n", "site.io": "Registrar: X\n"}
    outcome, _, port43 = ask(lambda net: net.registration("site.io"), whois=whois, missing=("whois.nic.io",))
    assert outcome.value.registrar == "X"
    assert port43.asked == ["io", "site.io"]
    assert "whois.nic.example" in outcome.source


def test_a_top_level_domain_that_nobody_serves_is_no_service():
    assert cause(registration("site.zz", whois={"zz": "% no such domain\n"})) == "no_service"


def test_the_query_is_written_as_the_registry_wants_it():
    outcome, *_ = ask(
        lambda net: net.registration("site.de"),
        whois={"-T dn,ace site.de": "Domain: site.de\nNserver: ns1.site.de\nStatus: connect\n"},
    )
    assert outcome.value.registrar is None
    assert outcome.value.nameservers == ("ns1.site.de",)


def test_a_name_that_is_not_registered_is_absent():
    assert registration("site.io", whois={"site.io": "No match for SITE.IO.\n"}).absent == "no match at the registry"


@pytest.mark.parametrize("name", ["com", "a b.com", "site.com\r\nx", "../x.com", "", "ü.com"])
def test_what_is_no_name_goes_nowhere(name):
    outcome, asked, port43 = ask(lambda net: net.registration(name))
    assert cause(outcome) == "malformed"
    assert asked == port43.asked == []


def test_registrations_are_shared_and_limited():
    async def many(net):
        same = await asyncio.gather(*(net.registration("site.com") for _ in range(5)))
        return same, await net.registration("other.com")

    (same, other), asked, _ = ask(many, pages={DOMAIN: rdap_page(domain_object())}, limits=Limits(registrations=1))
    assert all(outcome.value for outcome in same)
    assert cause(other) == "limit"
    assert len(asked) == 1


def test_a_registry_that_wants_to_be_asked_later_is_asked_later():
    pages = {DOMAIN: [answer(429, b"", Retry_After="0"), rdap_page(domain_object())]}
    outcome, asked, _ = ask(lambda net: net.registration("site.com"), pages=pages)
    assert outcome.value.via == "rdap"
    assert asked == [DOMAIN, DOMAIN]


def test_a_registry_that_sends_elsewhere_is_followed():
    there = "https://new.registry.example/domain/site.com"
    pages = {DOMAIN: answer(302, b"", Location=there), there: rdap_page(domain_object())}
    outcome, asked, _ = ask(lambda net: net.registration("site.com"), pages=pages)
    assert outcome.value.registrar == "Loop Registrar B.V."
    assert asked == [DOMAIN, there]


def test_an_answer_that_was_cut_at_the_cap_is_not_half_read():
    pages = {DOMAIN: rdap_page(domain_object(remarks="x" * 2000))}
    assert cause(registration(pages=pages, limits=Limits(body=1000, small_body=1000))) == "too_large"


def test_a_complete_answer_is_not_asked_for_at_the_registrar_too():
    link = {"rel": "related", "type": "application/rdap+json", "href": "https://rdap.registrar.example/domain/SITE.COM"}
    pages = {DOMAIN: rdap_page(domain_object(links=[link]))}
    _, asked, _ = ask(lambda net: net.registration("site.com"), pages=pages)
    assert asked == [DOMAIN]


def test_the_current_bootstrap_is_asked_for_once_for_all_names():
    async def both(net):
        return await asyncio.gather(net.registration("site.com"), net.registration("other.com"))

    live = json.dumps({"services": [[["com"], ["https://new.registry.example/"]]]}).encode()
    bootstrap = "https://data.iana.org/rdap/dns.json"
    pages = {bootstrap: answer(200, live)} | {
        f"https://new.registry.example/domain/{name}.com": rdap_page(domain_object(ldhName=f"{name}.com"))
        for name in ("site", "other")
    }
    outcomes, asked, _ = ask(both, pages=pages, missing=(VERISIGN,))
    assert [each.value.registrar for each in outcomes] == ["Loop Registrar B.V."] * 2
    assert asked.count(bootstrap) == 1


# --- answers about another name ---


@pytest.mark.parametrize("about", ["X.COM", "com", "", None, 7, "site.com.evil.example"])
def test_an_object_about_another_name_is_no_answer(about):
    assert cause(registration(pages={DOMAIN: rdap_page(domain_object(ldhName=about))})) == "other_subject"


@pytest.mark.parametrize("about", [{"ldhName": "Site.Com."}, {"ldhName": "", "unicodeName": "site.com"}])
def test_the_name_is_compared_in_one_form(about):
    assert registration(pages={DOMAIN: rdap_page(domain_object(**about))}).value.registrar == "Loop Registrar B.V."


def test_a_name_in_u_labels_is_the_same_name():
    page = rdap_page(domain_object(ldhName=None, unicodeName="b\u00fccher.com"))
    place = f"https://{VERISIGN}/com/v1/domain/xn--bcher-kva.com"
    assert registration("xn--bcher-kva.com", pages={place: page}).value.registrar == "Loop Registrar B.V."


def test_port_43_is_asked_after_an_object_about_another_name():
    pages = {DOMAIN: rdap_page(domain_object(ldhName="x.com"))}
    assert registration(pages=pages, whois={"domain site.com": WHOIS}).value.registrar == "Port43 Registrar"


@pytest.mark.parametrize("text", ["Domain Name: OTHER.IO\r\nRegistrar: A\r\n", 'No match for "other.io".\r\n'])
def test_a_text_of_port_43_about_another_name_is_no_answer(text):
    assert cause(registration("site.io", whois={"site.io": text})) == "other_subject"


def test_a_registrars_object_about_another_name_adds_nothing():
    link = {"rel": "related", "type": "application/rdap+json", "href": "https://rdap.registrar.example/domain/SITE.COM"}
    pages = {
        DOMAIN: rdap_page(domain_object(entities=[], links=[link])),
        "https://rdap.registrar.example/domain/SITE.COM": rdap_page(domain_object(ldhName="OTHER.COM")),
    }
    assert registration(pages=pages).value.registrar is None


def test_a_404_after_a_redirect_to_another_party_is_not_the_registrys():
    there = "https://rdap.registrar.example/domain/site.com"
    pages = {DOMAIN: answer(302, Location=there), there: answer(404)}
    assert cause(registration(pages=pages)) == "http_status"
    own = f"https://{VERISIGN}/v2/domain/site.com"
    assert registration(pages={DOMAIN: answer(302, Location=own), own: answer(404)}).absent == "404 from the registry"
