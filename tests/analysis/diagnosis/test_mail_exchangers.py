"""Greetings of mail exchangers: broken is only one that refused twice while another one answered."""

from __future__ import annotations

import pytest
from helpers.sites import in_pairs

from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.analysis.diagnosis.mail_exchangers import ExchangerHealth, is_implicit
from hostaudit.model.values import NODATA, NULL_MX, HostAddress, MailGreeting

ONE = HostAddress("mx1.steady.org", "88.198.77.25")
TWO = HostAddress("mx2.steady.org", "51.38.99.25")


def asked(*answers):
    site = in_pairs()
    for at, answer in zip((ONE, TWO), answers, strict=False):
        subject = " ".join(at)
        if isinstance(answer, int):
            site.note("exchanger", subject, MailGreeting(*at, answer, "ESMTP"))
        elif answer == "refused":
            site.note("exchanger", subject, absent="connection refused twice")
        elif answer:
            site.note("exchanger", subject, unknown=answer)
    return ExchangerHealth(EvidenceIndex(site.items.values()))


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ("", "", ["not_asked", "not_asked"]),
        (220, 220, ["answers", "answers"]),
        (220, 554, ["answers", "answers"]),
        (554, "refused", ["answers", "refuses"]),
        (220, "timeout", ["answers", "open"]),
        (220, "", ["answers", "not_asked"]),
        ("refused", "refused", ["open", "open"]),
        ("timeout", "refused", ["open", "open"]),
        ("timeout", "timeout", ["open", "open"]),
    ],
)
def test_the_table(one, two, expected):
    found = asked(one, two)

    assert [found.of(ONE), found.of(TWO)] == [found.standing(ONE.host), found.standing(TWO.host)] == expected


def test_another_address_of_the_same_exchanger_is_no_other_exchanger():
    site = in_pairs()
    other = HostAddress(ONE.host, "88.198.77.26")
    site.note("exchanger", " ".join(ONE), absent="connection refused twice")
    site.note("exchanger", " ".join(other), MailGreeting(*other, 220, "ESMTP"))
    found = ExchangerHealth(EvidenceIndex(site.items.values()))

    assert (found.of(ONE), found.of(other), found.standing(ONE.host)) == ("open", "answers", "answers")
    assert not found.refused(ONE.host)
    assert found.answering() == (ONE.host,)


@pytest.mark.parametrize(("proof", "address", "expected"), [
    (NODATA, True, True), (NULL_MX, True, False), ("NXDOMAIN", True, False), (NODATA, False, False)
])  # fmt: skip
def test_mail_goes_to_an_address_only_without_any_mx_record(proof, address, expected):
    site = in_pairs().note("mx", "steady.org", absent=proof)
    if not address:
        site.note("a", "steady.org", absent="NODATA")

    assert is_implicit(EvidenceIndex(site.items.values()), "steady.org") == expected
