"""What people call a company: by the product that they see."""

from __future__ import annotations

import pytest

from hostaudit.model.companies import known_as
from hostaudit.model.report import Dependency

NAMES = {
    "your-online": "Your.Online",
    "gandi": "Gandi",
    "transip": "TransIP",
    "one": "one.com",
    "amazon": "Amazon",
    "route53": "Amazon Route 53",
    "cloudfront": "Amazon CloudFront",
    "ibm": "IBM",
    "ns1": "NS1 (IBM)",
    "isrg": "Internet Security Research Group",
    "lets-encrypt": "Let's Encrypt (ISRG)",
    "digicert": "DigiCert (incl. GeoTrust)",
    "dns-made-easy": "DNS Made Easy",
    "alphabet": "Alphabet",
    "google-play": "Google Play",
    "unknown:as64999": "SMALLTOWN",
}


def rests_on(parent, *providers):
    return [Dependency(f"dns:x.com:{each}", "dns", "x.com", each, parent, None, 0.9, ()) for each in providers]


@pytest.mark.parametrize(
    ("parent", "providers", "expected"),
    [
        ("your-online", ["gandi"], "Gandi (Your.Online)"),
        ("your-online", ["gandi", "transip"], "Your.Online (Gandi and TransIP)"),
        ("your-online", ["gandi", "transip", "one"], "Your.Online"),
        ("your-online", ["your-online"], "Your.Online"),
        ("amazon", ["route53"], "Amazon"),
        ("amazon", ["route53", "cloudfront"], "Amazon"),
        ("ibm", ["ns1"], "NS1 (IBM)"),
        ("isrg", ["lets-encrypt"], "Let's Encrypt (ISRG)"),
        ("digicert", ["dns-made-easy"], "DNS Made Easy (DigiCert)"),
        ("alphabet", ["google-play", "google-play"], "Google Play (Alphabet)"),
        ("unknown:as64999", ["unknown:as64999"], "SMALLTOWN"),
        ("unknown:x.net", ["unknown:x.net"], "x.net (not in the catalogue)"),
        ("nobody-named-it", ["gandi"], "Gandi (nobody-named-it)"),
    ],
)
def test_a_company_is_called_by_the_products_that_a_site_shows_of_it(parent, providers, expected):
    assert known_as(rests_on(parent, *providers), NAMES) == {parent: expected}


def test_a_name_that_only_holds_the_letters_of_a_company_does_not_hold_its_name():
    names = {"ans": "ANS", "trans": "Transfer Ltd"}

    assert known_as(rests_on("ans", "trans"), names) == {"ans": "Transfer Ltd (ANS)"}
