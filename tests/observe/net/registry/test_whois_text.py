"""Texts of port 43: each registry's own form, and the ways to say that there is no such name."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from hostaudit.observe.net.registry import whois_text

RUSSIAN = """registrar: RU-CENTER
state: REGISTERED, DELEGATED
nserver: NS1.site.example. 192.0.2.1
created: 2001.02.03
paid-till: 2031-02-03T21:00:00Z
"""


BELGIAN = """Registrar:
\tName: Belgian Registrar
Nameservers:
\tns1.site.example
\tns2.site.example (192.0.2.1)
"""


GENERIC = """   Registrar: A
   Domain Status: clientHold https://icann.org/epp#clientHold
   Domain Status: ok
   DNSSEC: signedDelegation
   Reseller: R
"""


TEXTS = [
    (
        RUSSIAN,
        {
            "registrar": "RU-CENTER",
            "created": "2001-02-03T00:00:00Z",
            "expires": "2031-02-03T21:00:00Z",
            "nameservers": ("ns1.site.example",),
        },
    ),
    (BELGIAN, {"registrar": "Belgian Registrar", "nameservers": ("ns1.site.example", "ns2.site.example")}),
    (
        "[Domain Name]  SITE.EXAMPLE\n[Created on]   2001/02/03\n",
        {"created": "2001-02-03T00:00:00Z", "registrar": None},
    ),
    (GENERIC, {"status": ("client hold", "active"), "delegation_signed": True, "reseller": "R", "registrant": UNSET}),
    ("Registrar: A\nRegistrant Name: A Person\nRegistrant Organization: Cornford\n", {"registrant": "Cornford"}),
    (
        "Registrar: A\nDNSSEC: unsigned\nExpiration Date: 03-Feb-2031\nUpdated Date: yesterday\n",
        {"delegation_signed": False, "expires": "2031-02-03T00:00:00Z", "changed": None},
    ),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_registries_own_texts_are_read(text, expected):
    value = whois_text.registration("site.example", text, "s").value
    assert {key: getattr(value, key) for key in expected} == expected


@pytest.mark.parametrize(
    "text",
    ["No match for \"SITE.EXAMPLE\".", "% Object not found\nNOT FOUND\n", "Domain: site.example\nStatus: free\n",
     "%% no entries found", "The queried object does not exist: x", "Domain site.example is available for registration",
     "Status:\tAVAILABLE\n"],
)  # fmt: skip
def test_the_ways_to_say_no_such_name(text):
    assert whois_text.registration("site.example", text, "s").absent


def test_legal_text_around_a_record_is_not_taken_for_absence():
    text = "Domain: site.example\nTerms: data not found here is no proof\nNot found errors may occur\nRegistrar: A\n"
    assert whois_text.registration("site.example", text, "s").value.registrar == "A"


@pytest.mark.parametrize(
    "text",
    ["Domain Name: other.io\nRegistrar: A\nExpiration Date: 2099-01-01\n", "Domain: other.com\nStatus: free\n",
     'No match for "OTHER.COM".\n'],
)  # fmt: skip
def test_a_text_about_another_name_is_no_answer(text):
    assert whois_text.registration("site.com", text, "s").unknown.cause == "other_subject"


@pytest.mark.parametrize("name", ["B\u00dcCHER.example", "xn--bcher-kva.example.", "XN--BCHER-KVA.EXAMPLE (active)"])
def test_the_name_of_a_text_is_compared_in_one_form(name):
    text = f"Domain Name: {name}\nRegistrar: A\n"
    assert whois_text.registration("xn--bcher-kva.example", text, "s").value.registrar == "A"


def test_a_server_named_beside_the_word_not_found_is_not_taken_for_the_name():
    text = "Domain not found, see https://whois.nic.com/ or whois.nic.com\n"
    assert whois_text.registration("site.com", text, "s").absent


def test_referrals_are_read():
    assert whois_text.referral("domain: X\nwhois:        Whois.Nic.X.\n") == "whois.nic.x"
    assert whois_text.referral("whois:\nremarks: none\n") is None
